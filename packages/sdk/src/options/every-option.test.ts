import { channel } from 'node:diagnostics_channel';
import { LogCluster } from '../../test/log-cluster.ts';
import { ScriptedCluster } from '../../test/scripted-cluster.ts';
import { Consumer } from '../consumer/consumer.ts';
import { KafkaError } from '../error.ts';
import { kafka } from '../kafka.ts';
import { Producer } from '../producer/producer.ts';

/** No option takes it. */
const WRONG = Symbol('wrong');

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
];

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
    expect(names.length).toBeGreaterThan(2);

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
