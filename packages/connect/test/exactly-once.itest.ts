/** Sources whose records and offsets are written in transactions: whatever happens, each record is there once. */
import { SeededRandom } from '@millrace/base';
import type { Position } from '@millrace/connect-api';
import { positionKey } from '@millrace/connect-api';
import type { FaultSwitches } from '@millrace/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeOffset, decodeOffsetKey } from '../src/stores/offset-records.ts';
import type { TaskOffsets } from '../src/task/task-host.ts';
import { TaskFixture, valuesTo, type Started, type StartOptions } from './task/task-fixture.ts';

const OFFSETS = 'connect-offsets';

/** Reads the offset topic as a worker does: committed records alone. */
function offsetsIn(fixture: TaskFixture): TaskOffsets {
  return {
    read: async (partitions) => {
      const stored = new Map<string, Position | undefined>();
      for (const { keyBytes, valueBytes } of await fixture.broker.records(OFFSETS)) {
        const key = decodeOffsetKey(keyBytes);
        if (key?.connector === 'test') stored.set(positionKey(key.partition), decodeOffset(valueBytes) ?? undefined);
      }
      return partitions.map((partition) => stored.get(positionKey(partition)));
    },
    write: () => Promise.reject(new Error('offsets of exactly-once tasks are written by the task')),
  };
}

function start(fixture: TaskFixture, config: Readonly<Record<string, string>>, options: StartOptions = {}): Started {
  const exactlyOnce = { transactionalId: 'workers-test-0', offsetTopic: OFFSETS };
  return fixture.start('CountingSource', config, { ...options, exactlyOnce, offsets: offsetsIn(fixture) });
}

async function create(): Promise<TaskFixture> {
  return TaskFixture.create({ numbers: 1, [OFFSETS]: 1 });
}

describe('a source task, exactly once', () => {
  it('commits records with their offsets, and tells the plugin', async () => {
    await using fixture = await create();
    const { task } = start(fixture, { count: '500' });
    await fixture.waitUntil('told', () => fixture.lines('notes').includes('durable 500'));

    expect(await fixture.values('numbers')).toEqual(valuesTo(500));
    const [stored] = await offsetsIn(fixture).read([{ source: 'all' }]);
    expect(stored).toEqual({ next: 500 });
    await task.stop();
    expect(fixture.metric(task, 'transaction-size-max')).toBeGreaterThan(0);
    expect((await fixture.broker.records(OFFSETS)).at(-1)).toMatchObject({
      key: '["test",{"source":"all"}]',
      value: '{"next":500}',
    });
  });

  it('writes nothing twice and leaves nothing out when it is killed at any moment', async () => {
    const seed = Date.now() % 1_000_000;
    const random = new SeededRandom(seed);
    await using fixture = await create();
    const config = { count: '3000', 'pace.ms': '1' };
    let kills = 0;
    for (; kills < 40; kills++) {
      const { task, states } = start(fixture, config, { settings: { shutdownTimeoutMs: 0 } });
      await fixture.waitUntil(`started (seed ${String(seed)})`, () => states.length === 1);
      await delay(random.nextInt(120));
      await task.stop();
      if ((await fixture.values('numbers')).length === 3000) break;
    }

    expect({ seed, values: await fixture.values('numbers') }).toEqual({ seed, values: valuesTo(3000) });
    expect(kills).toBeGreaterThan(1);
  });

  it.each([
    ['its transaction is not ended yet', 'EndTxn', 'before'],
    ['it does not know that its transaction is committed', 'EndTxn', 'after'],
    ['its records are written and not committed', 'Produce', 'after'],
  ] as const)('is exact when it is killed while %s', async (_what, api, when) => {
    await using fixture = await create();
    const killed = start(fixture, { count: '3000', 'pace.ms': '1' }, { settings: { shutdownTimeoutMs: 0 } });
    await fixture.waitUntil('running', async () => (await fixture.values('numbers')).length > 0);
    using fault = fixture.broker.faults.swallow({ api, when, times: 1 });
    await fault.hit();
    await killed.task.stop();
    fault.off();

    const next = start(fixture, { count: '3000' });
    await fixture.waitUntil('written', async () => (await fixture.values('numbers')).length >= 3000);
    await next.task.stop();

    expect(await fixture.values('numbers')).toEqual(valuesTo(3000));
  });

  it('is fenced by the task that takes over, and adds nothing any more', async () => {
    await using fixture = await create();
    const old = start(fixture, { count: '100000', 'pace.ms': '1' });
    await fixture.waitUntil('running', async () => (await fixture.values('numbers')).length > 0);

    const young = start(fixture, { count: '20000' });
    const end = await old.task.done;
    await fixture.waitUntil('done', async () => (await fixture.values('numbers')).length >= 20000);
    await young.task.stop();

    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'MILLRACE_CONNECT_TASK_FENCED' } });
    expect(await fixture.values('numbers')).toEqual(valuesTo(20000));
  });

  it('starts again from the stored offset after an error that may pass', async () => {
    await using fixture = await create();
    const { task } = start(fixture, { count: '60', 'fail.at': '30' });
    await fixture.waitUntil('written', async () => (await fixture.values('numbers')).length === 60);

    expect(await fixture.values('numbers')).toEqual(valuesTo(60));
    await task.stop();
    expect(fixture.lines('notes').filter((line) => line.startsWith('start'))).toEqual(['start 0', 'start 30']);
  });

  it('commits at intervals when it shall, and what is left when it ends', async () => {
    await using fixture = await create();
    const config = { count: '500', 'transaction.boundary': 'interval', 'transaction.boundary.interval.ms': '700' };
    const { task } = start(fixture, { ...config, 'pace.ms': '20' });
    await fixture.waitUntil('committed', async () => (await fixture.values('numbers')).length > 0);
    await task.stop();

    const durable = fixture.lines('notes').filter((line) => line.startsWith('durable'));
    expect(durable.length).toBeLessThanOrEqual(4);
    const values = await fixture.values('numbers');
    expect(values).toEqual(valuesTo(values.length));
    expect(durable.at(-1)).toBe(`durable ${String(values.length)}`);
  });

  it('commits where its connector ends transactions, and drops what it aborts', async () => {
    await using fixture = await create();
    const { task } = start(fixture, {
      count: '100',
      'transaction.boundary': 'connector',
      'transaction.size': '40',
      'abort.at': '50',
    });
    await fixture.waitUntil('committed', () => fixture.lines('notes').includes('durable 80'));

    const values = await fixture.values('numbers');
    expect(values).toEqual([...valuesTo(40), ...valuesTo(80).slice(60)]);
    await task.stop();
    // The rest is in a transaction that its connector has not ended.
    expect(await fixture.values('numbers')).toEqual(values);
    expect((await offsetsIn(fixture).read([{ source: 'all' }]))[0]).toEqual({ next: 80 });
  });

  it('reads a transaction again that had to be aborted', async () => {
    await using fixture = await create();
    const { task, states } = start(fixture, { count: '2000', 'pace.ms': '1' });
    await fixture.waitUntil('running', () => states.length === 1);
    using fault = fixture.broker.faults.error('TRANSACTION_ABORTABLE', { api: 'Produce', topic: 'numbers', times: 1 });
    await fault.hit();
    await fixture.waitUntil('written', async () => (await fixture.values('numbers')).length >= 2000);

    expect(await fixture.values('numbers')).toEqual(valuesTo(2000));
    await task.stop();
  });

  it.each([
    ['refused', (faults: FaultSwitches) => faults.error('UNKNOWN_SERVER_ERROR', { api: 'EndTxn', times: 2 })],
    ['lost', (faults: FaultSwitches) => faults.disconnect({ api: 'EndTxn', times: 2 })],
    ['not answered', (faults: FaultSwitches) => faults.disconnect({ api: 'EndTxn', when: 'after', times: 2 })],
  ] as const)('commits what is left when it ends, also when the commit is %s at first', async (_what, fail) => {
    await using fixture = await create();
    const config = { count: '500', 'transaction.boundary': 'interval', 'transaction.boundary.interval.ms': '600000' };
    const { task } = start(fixture, config, { settings: { shutdownTimeoutMs: 20_000 } });
    await fixture.waitUntil('written', () => fixture.metric(task, 'source-record-write-total') === 500);
    using fault = fail(fixture.broker.faults);

    expect(await task.stop()).toEqual({ kind: 'stopped', isTerminated: false });

    expect(fault.hits).toBe(2);
    expect(await fixture.values('numbers')).toEqual(valuesTo(500));
    expect((await offsetsIn(fixture).read([{ source: 'all' }]))[0]).toEqual({ next: 500 });
  });
});
