import { channel } from 'node:diagnostics_channel';
import { LogCluster } from '../../test/log-cluster.ts';
import { ScriptedCluster } from '../../test/scripted-cluster.ts';
import { Consumer } from '../consumer/consumer.ts';
import { KafkaError } from '../error.ts';
import { kafka } from '../kafka.ts';
import { exactlyOnce } from '../producer/exactly-once.ts';
import { Producer } from '../producer/producer.ts';
import { json } from '../topic/json.ts';
import type { StandardSchemaV1 } from '../topic/standard-schema.ts';
import { topic } from '../topic/topic.ts';

/** No option takes it. */
const WRONG = Symbol('wrong');

/** Options are looked at first. */
const NOTHING = undefined as never;
const SCHEMA: StandardSchemaV1 = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };
const GROUP = { group: 'g', topics: ['orders'] };

/** Everything that takes options, and what it needs besides. */
const TAKERS: [string, (options: object) => unknown][] = [
  ['kafka()', (options) => kafka({ brokers: ['a:1'], ...options })],
  ['kafka().telemetry', (options) => kafka({ brokers: ['a:1'], telemetry: { api: apiOf(), ...options } })],
  ['tls', (options) => kafka({ brokers: ['a:1'], tls: options })],
  ['producer()', (options) => new Producer(new ScriptedCluster().cluster, options)],
  ['consumer()', (options) => new Consumer(new LogCluster(1).cluster, { ...GROUP, ...options })],
  ['consumer.batches()', (options) => new Consumer(new LogCluster(1).cluster, GROUP).batches(options)],
  ['consumer.run()', (options) => new Consumer(new LogCluster(1).cluster, GROUP).run(() => undefined, options)],
  ['consumer.commit()', (options) => new Consumer(new LogCluster(1).cluster, GROUP).commit([], options)],
  ['consumer.committed()', (options) => new Consumer(new LogCluster(1).cluster, GROUP).committed([], options)],
  ['consumer.lag()', (options) => new Consumer(new LogCluster(1).cluster, GROUP).lag(options)],
  ['consumer.drain()', (options) => new Consumer(new LogCluster(1).cluster, GROUP).drain(options)],
  ['consumer.close()', (options) => new Consumer(new LogCluster(1).cluster, GROUP).close(options)],
  ['producer.close()', (options) => new Producer(new ScriptedCluster().cluster).close(options)],
  ['exactlyOnce()', (options) => exactlyOnce(NOTHING, NOTHING, () => undefined, options)],
  ['topic()', (codecs) => topic('orders', codecs)],
  ['json()', (options) => json(SCHEMA, options)],
];

/** Options that are numbers, and never below 0. */
const NUMERIC = [
  ['connectTimeoutMs', 'kafka()'],
  ['requestTimeoutMs', 'kafka()'],
  ['metadataMaxAgeMs', 'kafka()'],
  ['deliveryTimeoutMs', 'producer()'],
  ['lingerMs', 'producer()'],
  ['timeoutMs', 'producer.close()'],
  ['timeoutMs', 'consumer.close()'],
  ['timeoutMs', 'consumer.drain()'],
  ['timeoutMs', 'consumer.commit()'],
  ['timeoutMs', 'consumer.committed()'],
  ['attemptsMax', 'exactlyOnce()'],
] as const;

function apiOf(): never {
  return { trace: {}, metrics: {}, propagation: {}, context: {}, channel } as never;
}

async function refusalOf(call: () => unknown): Promise<KafkaError> {
  try {
    await call();
  } catch (error) {
    if (KafkaError.is(error)) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe.each(TAKERS)('%s', (where, take) => {
  /** As it says itself, when it is asked for one that there is not. */
  async function knownOptions(): Promise<string[]> {
    const { message } = await refusalOf(() => take({ qqqqqqqqqqqqqqqqqqqqqqqq: 1 }));
    const [, list = ''] = /known are (.*)$/.exec(message) ?? [];
    return list.split(', ');
  }

  it('says of every wrong option which it is, what it was and what is allowed', async () => {
    const names = await knownOptions();
    expect(names[0]).toMatch(/^\w+$/);

    for (const name of names) {
      const { code, message, details } = await refusalOf(() => take({ [name]: WRONG }));
      expect({ name, code, message }).toEqual({
        name,
        code: 'MILLRACE_CLIENT_INVALID_OPTION',
        message: expect.stringMatching(/`?\w+`? is (Symbol\(wrong\)|not shown), but must be \S+/) as string,
      });
      expect(message).toContain(name);
      expect(details['option'] ?? name).toBe(name);
    }
    expect(where).not.toBe('');
  });

  it('names the option that was meant by one that is spelt wrong', async () => {
    const [first = ''] = await knownOptions();
    const { message } = await refusalOf(() => take({ [`${first}s`]: 1 }));

    expect(message).toContain(`did you mean \`${first}\`?`);
  });
});

describe('numbers', () => {
  const cases: [string, number, (options: object) => unknown][] = TAKERS.flatMap(([where, take]) =>
    NUMERIC.filter(([, of]) => of === where).flatMap(([name]) =>
      [-1, Number.NaN].map((value): [string, number, (options: object) => unknown] => [
        `${where} ${name}`,
        value,
        () => take({ [name]: value }),
      ]),
    ),
  );

  it.each(cases)('%s is not %d', async (_what, value, call) => {
    const { code, message } = await refusalOf(() => call({}));

    expect({ code, message }).toEqual({
      code: 'MILLRACE_CLIENT_INVALID_OPTION',
      message: expect.stringContaining(`is ${value}, but must be`) as string,
    });
  });
});
