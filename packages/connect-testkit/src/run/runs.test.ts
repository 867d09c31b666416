import { MillraceError } from '@millrace/base';
import {
  c,
  config,
  defineSink,
  defineSource,
  s,
  type InRecord,
  type OutRecord,
  type SourceBatch,
} from '@millrace/connect-api';

import { MemoryGroup, MemoryOffsets, MemoryTopics, runSink, runSource, SinkRun, SourceRun } from '../index.ts';

const none = config({});

type Batch = SourceBatch<{ readonly at: string }, { readonly n: number | bigint }>;

/** Yields these batches, then waits to be ended. */
function sourceOf(batches: readonly Batch[], durable: unknown[] = [], onRead?: () => void) {
  return defineSource({
    name: 'Listed',
    version: '1.0.0',
    config: none,
    delivery: () => ({ exactlyOnce: true, ownTransactions: true }),
    plan: async function* () {
      yield [{}];
    },
    task: async () => ({
      read: async function* (signal: AbortSignal) {
        onRead?.();
        yield* batches;
        await aborted(signal);
      },
      durable: (offsets) => void durable.push(...offsets),
      [Symbol.asyncDispose]: async () => undefined,
    }),
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

function batch(n: number, use: Partial<Batch> = {}): Batch {
  return { records: [{ topic: 't', value: n }], partition: { at: 'x' }, offset: { n }, ...use };
}

describe('a source in memory', () => {
  it('is told what is durable after it is stored', async () => {
    const durable: unknown[] = [];
    const run = await runSource(sourceOf([batch(1), batch(2)], durable), {}, { until: 2 });

    expect(run.records.map(({ value, offset }) => [value, offset])).toEqual([
      [1, 0],
      [2, 1],
    ]);
    expect(run.offsets.read({ at: 'x' })).toEqual({ n: 2 });
    expect(durable).toEqual([
      { partition: { at: 'x' }, offset: { n: 1 } },
      { partition: { at: 'x' }, offset: { n: 2 } },
    ]);
  });

  it.each([
    ['polled', 0, undefined, 0],
    ['sent', 1, undefined, 0],
    ['stored', 1, { n: 1 }, 0],
    ['durable', 1, { n: 1 }, 1],
  ] as const)(
    'that is killed at "%s" has done what comes before, and nothing after',
    async (at, records, offset, told) => {
      const run = await runSource(sourceOf([batch(1), batch(2)]), {}, { crash: { at, batch: 1 } });

      expect(run.isCrashed).toBe(true);
      expect(run.records).toHaveLength(records);
      expect(run.offsets.read({ at: 'x' })).toEqual(offset);
      expect(run.durable).toHaveLength(told);
    },
  );

  it('keeps its own transactions: whole, or not at all', async () => {
    const batches = [
      batch(1, { transaction: 'end' }),
      batch(2),
      batch(3, { transaction: 'abort' }),
      batch(4),
      batch(5, { transaction: 'end' }),
      batch(6),
    ];
    const run = await runSource(sourceOf(batches), {}, { exactlyOnce: true, until: 3 });

    expect(run.records.map(({ value }) => value)).toEqual([1, 4, 5]);
    expect(run.offsets.read({ at: 'x' })).toEqual({ n: 5 });
  });

  it('stores offsets as rarely as it is told', async () => {
    const run = await runSource(
      sourceOf([batch(1), batch(2), batch(3)]),
      {},
      { batchesPerCommit: 2, crash: { at: 'sent', batch: 3 } },
    );

    expect(run.records).toHaveLength(3);
    expect(run.offsets.read({ at: 'x' })).toEqual({ n: 2 });
  });

  it('starts again after an error that is retriable, and fails at any other', async () => {
    let reads = 0;
    const flaky = (retriable: boolean) =>
      sourceOf([batch(1)], [], () => {
        if (reads++ < 2) throw new MillraceError('MILLRACE_TEST', 'gone away', { retriable });
      });

    const run = await runSource(flaky(true), {}, { until: 1 });
    expect(run.retries).toBe(2);

    reads = 0;
    await expect(runSource(flaky(false), {}, { until: 1 })).rejects.toThrow('gone away');
    reads = -100;
    await expect(runSource(flaky(true), {}, { until: 1, retriesMax: 3 })).rejects.toThrow('gone away');
  });

  it('refuses records that are not of their schema, and positions that cannot be stored', async () => {
    const wrong: OutRecord = { topic: 't', value: { id: 'x' }, valueSchema: s.struct({ id: s.int32() }) };
    await expect(runSource(sourceOf([batch(1, { records: [wrong] })]), {}, { until: 1 })).rejects.toThrow(
      'a record for t: value.id is string, and its schema says int32',
    );
    const far = batch(1, { offset: { n: Number.NaN } });
    await expect(runSource(sourceOf([far]), {}, { until: 2 })).rejects.toThrow('n of a position is NaN');
  });

  it('gives integers back as an offset topic does', () => {
    const offsets = new MemoryOffsets([{ partition: { at: 'x' }, offset: { n: 7n, far: 2n ** 60n } }]);
    expect(offsets.read({ at: 'x' })).toEqual({ n: 7, far: 2n ** 60n });
  });

  it('says at once why what is waited for cannot come', async () => {
    await using run = SourceRun.start(sourceOf([batch(1)]), {});
    await run.until(1);
    const waiting = run.until(2);
    const waited = expect(waiting).rejects.toThrow('the run has ended: 1 records have come');
    await run.stop();
    await waited;
  });

  it('replaces its tasks when the plan says so', async () => {
    const source = defineSource({
      ...sourceOf([]),
      plan: async function* (_config, { tasksMax }, signal) {
        yield [{ table: 'a' }];
        yield Array.from({ length: tasksMax }, (_, index) => ({ table: `b${index}` }));
        await aborted(signal);
      },
      task: async (task) => ({
        read: async function* (signal: AbortSignal) {
          yield {
            records: [{ topic: 't', value: task['table'] }],
            partition: { at: task['table'] ?? '' },
            offset: { n: 1 },
          };
          await aborted(signal);
        },
        [Symbol.asyncDispose]: async () => undefined,
      }),
    });
    const run = await runSource(
      source,
      {},
      { tasksMax: 2, until: (now) => now.records.some(({ value }) => value === 'b1') },
    );
    expect(run.tasks).toEqual([{ table: 'b0' }, { table: 'b1' }]);
  });

  it('says what is wrong when a source does not end', async () => {
    const deaf = defineSource({
      ...sourceOf([]),
      task: async () => ({
        read: async function* () {
          yield batch(1);
          await new Promise(() => undefined);
        },
        [Symbol.asyncDispose]: async () => undefined,
      }),
    });
    const run = SourceRun.start(deaf, {}, { endTimeoutMs: 100 });
    await run.until(1);
    await expect(run.stop()).rejects.toThrow('it did not end within 100 ms of its abort');
  });

  it('does not start with settings that are wrong', async () => {
    const strict = { ...sourceOf([]), config: config({ path: c.string() }) };
    expect(() => SourceRun.start(strict, {})).toThrow(/Missing required configuration "path"/);
  });
});

describe('a sink in memory', () => {
  function sink(
    write: (records: readonly InRecord[]) => void,
    flush?: () => readonly { topic: string; partition: number; offset: number }[],
  ) {
    return defineSink({
      name: 'Collecting',
      version: '1.0.0',
      config: none,
      task: async () => ({
        write: async (records) => write(records),
        ...(flush === undefined ? {} : { flush: async () => flush() }),
        [Symbol.asyncDispose]: async () => undefined,
      }),
    });
  }
  const values = (count: number): OutRecord[] =>
    Array.from({ length: count }, (_, value) => ({ topic: 't', partition: 0, value }));

  it('is handed batches in order, and commits what it has taken', async () => {
    const batches: unknown[][] = [];
    const run = await runSink(
      sink((records) => batches.push(records.map(({ value }) => value))),
      {},
      values(5),
      { batchRecordsMax: 2 },
    );

    expect(batches).toEqual([[0, 1], [2, 3], [4]]);
    expect(run.group.all).toEqual([{ topic: 't', partition: 0, offset: 5 }]);
  });

  it('is handed the same batch again after an error that is retriable', async () => {
    const seen: number[] = [];
    let failures = 0;
    const run = await runSink(
      sink((records) => {
        if (failures++ < 2) throw new MillraceError('MILLRACE_TEST', 'busy', { retriable: true });
        seen.push(...records.map(({ offset }) => offset));
      }),
      {},
      values(3),
    );
    expect(seen).toEqual([0, 1, 2]);
    expect(run.retries).toBe(2);
    await expect(
      runSink(
        sink(() => {
          throw new Error('broken');
        }),
        {},
        values(1),
      ),
    ).rejects.toThrow('broken');
  });

  it('commits no further than flush says', async () => {
    await using run = SinkRun.start(
      sink(
        () => undefined,
        () => [{ topic: 't', partition: 0, offset: 2 }],
      ),
      {},
      { topics: filled(3) },
    );
    await run.until(() => run.written === 3 && run.lag === 1);
    expect(run.group.offset({ topic: 't', partition: 0 })).toBe(2);
  });

  it.each([
    ['fetched', 0],
    ['written', 0],
    ['flushed', 0],
    ['committed', 2],
  ] as const)('that is killed at "%s" has committed up to %i', async (at, offset) => {
    const group = new MemoryGroup();
    await runSink(
      sink(() => undefined),
      {},
      values(5),
      { group, batchRecordsMax: 2, crash: { at, batch: 1 } },
    );
    expect(group.offset({ topic: 't', partition: 0 })).toBe(offset);
  });

  it('may pause, seek and ask for a commit', async () => {
    const seen: number[] = [];
    let isPaused = false;
    const plugin = defineSink({
      name: 'Steering',
      version: '1.0.0',
      config: none,
      task: async (_task, _config, context) => ({
        write: async (records) => {
          seen.push(...records.map(({ offset }) => offset));
          if (seen.length === 2) context.seek([{ topic: 't', partition: 0, offset: 1 }]);
          if (seen.length === 3 && !isPaused) {
            isPaused = true;
            context.pause([{ topic: 't', partition: 0 }]);
            context.commitSoon();
            setTimeout(() => context.resume([{ topic: 't', partition: 0 }]), 10);
          }
        },
        [Symbol.asyncDispose]: async () => undefined,
      }),
    });
    const run = await runSink(plugin, {}, values(3), { batchRecordsMax: 1, batchesPerFlush: 100 });
    expect(seen).toEqual([0, 1, 1, 2]);
    expect(run.lag).toBe(0);
  });

  it('goes on where its target says, of its own partitions only', async () => {
    const seen: string[] = [];
    const plugin = defineSink({
      name: 'Remembering',
      version: '1.0.0',
      config: none,
      task: async () => ({
        assigned: async () => [0, 1].map((partition) => ({ topic: 't', partition, offset: 1 })),
        write: async (records) =>
          void seen.push(...records.map(({ origin }) => `${origin.partition}/${origin.offset}`)),
        [Symbol.asyncDispose]: async () => undefined,
      }),
    });
    const topics = new MemoryTopics({ partitions: 2 });
    topics.append([0, 0, 1, 1].map((partition) => ({ topic: 't', partition, value: 'x' })));
    await runSink(plugin, {}, [], { topics, tasksMax: 2 });
    expect(seen.toSorted()).toEqual(['0/1', '1/1']);
  });

  function filled(count: number): MemoryTopics {
    const topics = new MemoryTopics();
    topics.append(values(count));
    return topics;
  }
});
