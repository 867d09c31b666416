import { settle } from '../../test/hand-time.ts';
import { LogCluster } from '../../test/log-cluster.ts';
import { nullable, str } from '../topic/codecs.ts';
import { topic } from '../topic/topic.ts';
import { Consumer } from './consumer.ts';

const orders = topic('orders', { key: nullable(str), value: str });

describe('a record that waits for another call of its handler', () => {
  let logs: LogCluster;
  let consumer: Consumer<typeof orders>;
  let calls: string[];

  /** Runs until the handler of "bad" has failed once; it would be called again after four seconds at least. */
  async function runUntilFailed(
    values: readonly string[],
    signal?: AbortSignal,
  ): Promise<{ readonly run: Promise<void> }> {
    logs = new LogCluster(1);
    consumer = new Consumer(logs.cluster, { topics: [orders] });
    calls = [];
    logs.append(0, values);
    const handler = ({ value }: { value: string }): void => {
      calls.push(value);
      if (value === 'bad') throw new Error('not now');
    };
    const retry = { retries: 5, backoffMs: 5_000 };
    const run = consumer.run(handler, { retry, ...(signal === undefined ? {} : { signal }) });
    run.catch(() => undefined);
    await settle();
    await logs.answer();
    return { run };
  }

  it.each(['close', 'drain'] as const)('does not hold up %s, and is not committed', async (how) => {
    await runUntilFailed(['good', 'bad']);
    expect(calls).toEqual(['good', 'bad']);

    let isOver = false;
    const position = consumer.position({ topic: 'orders', partition: 0 });
    const ending = consumer[how]().then(() => (isOver = true));
    await settle();

    expect(isOver).toBe(true);
    expect(position).toBe(1);
    await ending;
    await consumer.close();
  });

  it('does not hold up the end of a run by its signal', async () => {
    const controller = new AbortController();
    const { run } = await runUntilFailed(['bad'], controller.signal);
    controller.abort();

    await run;
    await consumer.close();
  });

  it('is called again when its time has come', async () => {
    await runUntilFailed(['bad']);
    await logs.time.advance(5_000);

    expect(calls).toEqual(['bad', 'bad']);
    await consumer.close();
  });
});
