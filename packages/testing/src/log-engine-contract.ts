/**
 * What every log engine has to do: cases that each engine's tests run against a harness of theirs.
 *
 * Independent of a test runner: a case throws an AssertionError when the engine fails it.
 *
 *   describe.each(LOG_ENGINE_CONTRACT)('my engine', ({ name, run }) => it(name, () => run(createHarness)));
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Clock, Timer, Timers } from '@millrace/base';
import type {
  AppendAccepted,
  AppendOutcome,
  AppendRefused,
  IsolationLevel,
  LogConfig,
  LogEngine,
  PartitionId,
  PartitionLog,
  ReadOutcome,
} from '@millrace/log';
import {
  batchBaseOffset,
  batchLastOffset,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  batchPositions,
  batchSizeInBytes,
  decodeBatch,
  ErrorCode,
  isBatchCrcValid,
  RecordBatchWriter,
  stampMaxTimestamp,
  type FinishBatchOptions,
} from '@millrace/protocol';

const LAST_OFFSET_DELTA_AT = 23;
const RECORD_COUNT_AT = 57;

/** Time that moves only when a test says so. */
export class ManualTime implements Clock, Timers {
  #nowMs: number;
  #pending: { readonly dueMs: number; readonly callback: () => void }[] = [];

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const entry = { dueMs: this.#nowMs + delayMs, callback };
    this.#pending.push(entry);
    return { cancel: () => (this.#pending = this.#pending.filter((other) => other !== entry)) };
  }

  /** Moves time on and runs what became due, in order. */
  advance(byMs: number): void {
    this.#nowMs += byMs;
    const due = this.#pending.filter((entry) => entry.dueMs <= this.#nowMs).sort((a, b) => a.dueMs - b.dueMs);
    this.#pending = this.#pending.filter((entry) => entry.dueMs > this.#nowMs);
    for (const entry of due) entry.callback();
  }
}

/** An engine under test. */
export interface LogEngineHarness extends AsyncDisposable {
  /** The started engine of the moment. */
  readonly engine: LogEngine;
  /** The engine's clock and timers. */
  readonly time: ManualTime;
  /** Closes the engine and starts it (or a new one) over the same data. */
  reopen(): Promise<LogEngine>;
}

export interface LogEngineCase {
  readonly name: string;
  run(createHarness: () => Promise<LogEngineHarness>): Promise<void>;
}

/** Settings without limits; cases change what they are about. */
export const CONTRACT_LOG_CONFIG: LogConfig = {
  durability: 'fsync',
  segmentBytes: 1_073_741_824,
  segmentMs: 604_800_000,
  retentionBytes: -1,
  retentionMs: -1,
  cleanupDelete: true,
  cleanupCompact: false,
  maxMessageBytes: 1_048_588,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3_600_000,
  fileDeleteDelayMs: 0,
};

export interface BatchRecipe extends FinishBatchOptions {
  readonly values: readonly string[];
  /** Default: all at `nowMs`. */
  readonly timestampsMs?: readonly number[];
  readonly nowMs?: number;
  readonly key?: string | null;
}

/** A batch as a producer sends it. */
export function buildBatch(recipe: BatchRecipe): Buffer {
  const { values, timestampsMs, nowMs = 1_700_000_000_000, key = 'key', ...options } = recipe;
  const writer = new RecordBatchWriter();
  values.forEach((value, index) => writer.append(key, value, timestampsMs?.[index] ?? nowMs));
  return writer.finish(options);
}

export function accepted(outcome: AppendOutcome): AppendAccepted {
  ok(outcome.errorCode === ErrorCode.NONE, `refused with ${outcome.errorCode}: ${JSON.stringify(outcome)}`);
  return outcome as AppendAccepted;
}

export function refused(outcome: AppendOutcome): AppendRefused {
  ok(outcome.errorCode !== ErrorCode.NONE, 'the batch was accepted');
  return outcome as AppendRefused;
}

/** Appends and waits until it is durable. */
export async function appendDurably(log: PartitionLog, recipe: BatchRecipe): Promise<AppendAccepted> {
  const outcome = accepted(log.append(buildBatch(recipe), { origin: 'client' }));
  strictEqual(await outcome.durable, ErrorCode.NONE);
  return outcome;
}

/** A record as a consumer sees it. */
export interface SeenRecord {
  readonly offset: number;
  readonly value: string;
  readonly timestampMs: number;
  readonly leaderEpoch: number;
}

/** Records in a read, whole batches included. */
export function recordsOf(outcome: ReadOutcome): SeenRecord[] {
  strictEqual(outcome.errorCode, ErrorCode.NONE);
  return outcome.slices.flatMap((slice) =>
    [...batchPositions(slice)].flatMap((position) =>
      [...decodeBatch(slice, position)].map((record) => ({
        offset: record.offset,
        value: String(record.value),
        timestampMs: record.timestamp,
        leaderEpoch: batchPartitionLeaderEpoch(slice, position),
      })),
    ),
  );
}

/** Reads from `offset` to the high watermark in steps of `maxBytes`; every step returns whole batches that follow each other. */
export async function readToEnd(
  log: PartitionLog,
  offset: number = log.logStartOffset,
  maxBytes = 64 * 1024,
  isolation: IsolationLevel = 'read_uncommitted',
): Promise<SeenRecord[]> {
  const records: SeenRecord[] = [];
  for (let next = offset; next < log.highWatermark;) {
    const outcome = await log.read({ offset: next, maxBytes, atLeastOneBatch: true, isolation });
    strictEqual(outcome.errorCode, ErrorCode.NONE);
    ok(outcome.slices.length > 0, `nothing at offset ${next} below the high watermark ${log.highWatermark}`);
    let sizeBytes = 0;
    for (const slice of outcome.slices) {
      for (const position of batchPositions(slice)) {
        ok(isBatchCrcValid(slice, position));
        ok(
          batchBaseOffset(slice, position) <= next && batchLastOffset(slice, position) >= next,
          'a hole between batches',
        );
        sizeBytes += batchSizeInBytes(slice, position);
        next = batchLastOffset(slice, position) + 1;
      }
    }
    strictEqual(outcome.sizeBytes, sizeBytes);
    records.push(...recordsOf(outcome));
  }
  return records.filter((record) => record.offset >= offset);
}

export function valuesOf(records: readonly SeenRecord[]): string[] {
  return records.map((record) => record.value);
}

const TOPIC = 'dG9waWMtb25lLXRvcGljMQ';
const FIRST: PartitionId = { topicId: TOPIC, partition: 0 };
const SECOND: PartitionId = { topicId: TOPIC, partition: 1 };

function open(
  engine: LogEngine,
  config: Partial<LogConfig> = {},
  id: PartitionId = FIRST,
  leaderEpoch = 1,
): Promise<PartitionLog> {
  return engine.openPartition(id, { config: { ...CONTRACT_LOG_CONFIG, ...config }, leaderEpoch });
}

function send(log: PartitionLog, recipe: BatchRecipe): AppendOutcome {
  return log.append(buildBatch(recipe), { origin: 'client' });
}

function sequenced(value: string, baseSequence: number, producerEpoch = 0, producerId = 7): BatchRecipe {
  return { values: [value], producerId, producerEpoch, baseSequence };
}

const cases: LogEngineCase[] = [];

function contract(name: string, run: (harness: LogEngineHarness) => Promise<void>): void {
  cases.push({
    name,
    async run(createHarness) {
      await using harness = await createHarness();
      await run(harness);
    },
  });
}

// Appending.

contract('shows a batch only once it is durable', async ({ engine }) => {
  const log = await open(engine);

  const outcome = accepted(send(log, { values: ['a', 'b'] }));

  deepStrictEqual(
    [outcome.baseOffset, outcome.lastOffset, outcome.isDuplicate, outcome.logAppendTimeMs],
    [0, 1, false, -1],
  );
  deepStrictEqual([log.logEndOffset, log.highWatermark, log.lastStableOffset], [2, 0, 0]);
  const early = await log.read({ offset: 0, maxBytes: 1000, atLeastOneBatch: true, isolation: 'read_uncommitted' });
  strictEqual(await outcome.durable, ErrorCode.NONE);
  deepStrictEqual([log.highWatermark, log.lastStableOffset], [2, 2]);
  ok(early.slices.length === 0 || early.highWatermark === 2);
  deepStrictEqual(valuesOf(await readToEnd(log)), ['a', 'b']);
});

contract('gives batches the offsets and the epoch that follow', async ({ engine }) => {
  const log = await open(engine, {}, FIRST, 5);

  await appendDurably(log, { values: ['a', 'b', 'c'] });
  const second = await appendDurably(log, { values: ['d'] });

  strictEqual(second.baseOffset, 3);
  const records = await readToEnd(log);
  deepStrictEqual(
    records.map(({ offset, leaderEpoch }) => [offset, leaderEpoch]),
    [0, 1, 2, 3].map((offset) => [offset, 5]),
  );
});

contract('keeps its own copy of a batch', async ({ engine }) => {
  const log = await open(engine);
  const batch = buildBatch({ values: ['mine'] });

  const outcome = accepted(log.append(batch, { origin: 'client' }));
  batch.fill(0);

  strictEqual(await outcome.durable, ErrorCode.NONE);
  deepStrictEqual(valuesOf(await readToEnd(log)), ['mine']);
});

contract('makes appends of one turn durable together', async ({ engine }) => {
  const first = await open(engine);
  const second = await open(engine, {}, SECOND);

  const one = accepted(send(first, { values: ['a'] }));
  const two = accepted(send(second, { values: ['b'] }));

  strictEqual(one.durable, two.durable);
  strictEqual(await one.durable, ErrorCode.NONE);
  deepStrictEqual([first.highWatermark, second.highWatermark], [1, 1]);
});

contract('refuses what is larger than max.message.bytes and stores nothing', async ({ engine }) => {
  const log = await open(engine, { maxMessageBytes: 200 });

  strictEqual(refused(send(log, { values: ['x'.repeat(200)] })).errorCode, ErrorCode.MESSAGE_TOO_LARGE);

  deepStrictEqual([log.logEndOffset, log.sizeBytes], [0, 0]);
  strictEqual((await appendDurably(log, { values: ['fits'] })).baseOffset, 0);
});

contract('refuses a batch that no segment could hold', async ({ engine }) => {
  const log = await open(engine, { segmentBytes: 1000 });

  strictEqual(refused(send(log, { values: ['x'.repeat(1000)] })).errorCode, ErrorCode.RECORD_LIST_TOO_LARGE);
  strictEqual(log.logEndOffset, 0);
});

contract('refuses damaged and malformed batches', async ({ engine }) => {
  const log = await open(engine);
  const damaged = buildBatch({ values: ['abc'] });
  damaged[damaged.length - 2]! ^= 1;
  const one = buildBatch({ values: ['a'] });

  strictEqual(refused(log.append(damaged, { origin: 'client' })).errorCode, ErrorCode.CORRUPT_MESSAGE);
  strictEqual(refused(log.append(Buffer.concat([one, one]), { origin: 'client' })).errorCode, ErrorCode.INVALID_RECORD);
  strictEqual(refused(log.append(Buffer.alloc(0), { origin: 'client' })).errorCode, ErrorCode.INVALID_RECORD);
  strictEqual(log.logEndOffset, 0);
});

contract('opens compressed batches and refuses what is not in them as claimed', async ({ engine }) => {
  const log = await open(engine);
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    const good = buildBatch({ values: ['a', 'b', 'c'], codec });
    const fewer = Buffer.from(good);
    fewer.writeInt32BE(1, LAST_OFFSET_DELTA_AT);
    fewer.writeInt32BE(2, RECORD_COUNT_AT);
    // Redoes the CRC.
    stampMaxTimestamp(fewer, 0, batchMaxTimestamp(good, 0));

    strictEqual(refused(log.append(fewer, { origin: 'client' })).errorCode, ErrorCode.INVALID_RECORD);
    strictEqual(log.append(good, { origin: 'client' }).errorCode, 0);
  }
  strictEqual(log.logEndOffset, 12);
});

contract('refuses control and transactional batches', async ({ engine }) => {
  const log = await open(engine);
  const ids = { producerId: 7, producerEpoch: 0, baseSequence: 0 };

  const control = refused(send(log, { values: ['a'], ...ids, isControl: true, isTransactional: true }));
  const transactional = refused(send(log, { values: ['a'], ...ids, isTransactional: true }));

  strictEqual(control.errorCode, ErrorCode.INVALID_RECORD);
  strictEqual(transactional.errorCode, ErrorCode.INVALID_TXN_STATE);
  strictEqual(log.logEndOffset, 0);
});

contract('wants keys on a compacted topic and names the records without', async ({ engine }) => {
  const log = await open(engine, { cleanupCompact: true });
  const writer = new RecordBatchWriter();
  writer.append('key', 'a', 1_700_000_000_000);
  writer.append(null, 'b', 1_700_000_000_000);

  const refusal = refused(log.append(writer.finish({ codec: 'gzip' }), { origin: 'client' }));

  strictEqual(refusal.errorCode, ErrorCode.INVALID_RECORD);
  deepStrictEqual(
    refusal.recordErrors.map((error) => error.batchIndex),
    [1],
  );
});

contract('refuses timestamps outside the allowed range and names the records', async ({ engine, time }) => {
  const log = await open(engine, { messageTimestampBeforeMaxMs: 1000, messageTimestampAfterMaxMs: 1000 });
  const nowMs = time.nowMs();

  const refusal = refused(send(log, { values: ['a', 'b', 'c'], timestampsMs: [nowMs, nowMs - 1001, nowMs + 1001] }));

  strictEqual(refusal.errorCode, ErrorCode.INVALID_TIMESTAMP);
  deepStrictEqual(
    refusal.recordErrors.map((error) => error.batchIndex),
    [1, 2],
  );
  await appendDurably(log, { values: ['a'], timestampsMs: [nowMs + 1000] });
});

contract('stamps the time of append where the topic says so', async ({ engine, time }) => {
  const log = await open(engine, { messageTimestampType: 'LogAppendTime', messageTimestampAfterMaxMs: 0 });

  const outcome = await appendDurably(log, { values: ['a', 'b'], timestampsMs: [5, 99_999_999_999_999] });

  strictEqual(outcome.logAppendTimeMs, time.nowMs());
  deepStrictEqual(
    (await readToEnd(log)).map((record) => record.timestampMs),
    [time.nowMs(), time.nowMs()],
  );
});

contract('refuses an append under another epoch than the log has', async ({ engine }) => {
  const log = await open(engine, {}, FIRST, 4);
  const batch = buildBatch({ values: ['a'] });

  const stale = refused(log.append(batch, { origin: 'coordinator', expectedLeaderEpoch: 3 }));

  strictEqual(stale.errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  accepted(log.append(batch, { origin: 'coordinator', expectedLeaderEpoch: 4 }));
});

// Idempotence.

contract('answers a repeat of the last five batches with the original offset', async ({ engine, time }) => {
  const log = await open(engine);
  for (let sequence = 0; sequence < 6; sequence++) await appendDurably(log, sequenced(`v${sequence}`, sequence));

  for (let sequence = 1; sequence < 6; sequence++) {
    const repeat = await appendDurably(log, sequenced(`v${sequence}`, sequence));
    deepStrictEqual([repeat.baseOffset, repeat.lastOffset, repeat.isDuplicate], [sequence, sequence, true]);
    strictEqual(repeat.logAppendTimeMs, time.nowMs());
  }
  strictEqual(refused(send(log, sequenced('v0', 0))).errorCode, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  strictEqual(log.logEndOffset, 6);
});

contract('makes a repeat wait for an original that is in flight', async ({ engine }) => {
  const log = await open(engine);

  const original = accepted(send(log, sequenced('a', 0)));
  const repeat = accepted(send(log, sequenced('a', 0)));

  deepStrictEqual([repeat.baseOffset, repeat.isDuplicate], [0, true]);
  strictEqual(log.highWatermark, 0);
  strictEqual(await repeat.durable, ErrorCode.NONE);
  strictEqual(log.highWatermark, 1);
  strictEqual(await original.durable, ErrorCode.NONE);
  strictEqual(log.logEndOffset, 1);
});

contract('refuses a gap in the sequence and an old epoch, and wants a new epoch to begin at 0', async ({ engine }) => {
  const log = await open(engine);
  await appendDurably(log, sequenced('a', 0, 1));

  strictEqual(refused(send(log, sequenced('b', 2, 1))).errorCode, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  strictEqual(refused(send(log, sequenced('b', 1, 0))).errorCode, ErrorCode.INVALID_PRODUCER_EPOCH);
  strictEqual(refused(send(log, sequenced('b', 1, 2))).errorCode, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  await appendDurably(log, sequenced('b', 1, 1));
  await appendDurably(log, sequenced('c', 0, 2));
  strictEqual(refused(send(log, sequenced('b', 1, 1))).errorCode, ErrorCode.INVALID_PRODUCER_EPOCH);
  deepStrictEqual(valuesOf(await readToEnd(log)), ['a', 'b', 'c']);
});

contract('lets an unknown producer begin anywhere and wraps its sequence', async ({ engine }) => {
  const log = await open(engine);
  const recipe = { values: ['a', 'b', 'c'], producerId: 9, producerEpoch: 0, baseSequence: 2_147_483_646 };

  await appendDurably(log, recipe);
  await appendDurably(log, sequenced('d', 1, 0, 9));

  const repeat = accepted(send(log, recipe));
  deepStrictEqual([repeat.baseOffset, repeat.lastOffset, repeat.isDuplicate], [0, 2, true]);
  strictEqual(refused(send(log, sequenced('e', 1 + 2, 0, 9))).errorCode, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
});

contract('forgets producers after producer.id.expiration.ms', async ({ engine, time }) => {
  const log = await open(engine);
  await appendDurably(log, sequenced('a', 0));
  strictEqual(log.activeProducers().length, 1);

  time.advance(86_400_001);

  deepStrictEqual(log.activeProducers(), []);
  const again = await appendDurably(log, { ...sequenced('b', 40), nowMs: time.nowMs() });
  deepStrictEqual([again.isDuplicate, again.baseOffset], [false, 1]);
  deepStrictEqual(
    log
      .activeProducers()
      .map(({ producerId, producerEpoch, lastSequence }) => [producerId, producerEpoch, lastSequence]),
    [[7, 0, 40]],
  );
});

contract('remembers producers over a restart', async (harness) => {
  const log = await open(harness.engine);
  for (let sequence = 0; sequence < 3; sequence++) await appendDurably(log, sequenced(`v${sequence}`, sequence));

  const reopened = await open(await harness.reopen(), {}, FIRST, 2);

  const repeat = await appendDurably(reopened, sequenced('v2', 2));
  deepStrictEqual([repeat.isDuplicate, repeat.baseOffset], [true, 2]);
  strictEqual(refused(send(reopened, sequenced('v4', 4))).errorCode, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  strictEqual((await appendDurably(reopened, sequenced('v3', 3))).baseOffset, 3);
});

// Reading.

contract('returns whole batches from the one that holds the offset, as far as the limit allows', async ({ engine }) => {
  const log = await open(engine);
  const batchBytes = buildBatch({ values: ['aa', 'bb'] }).length;
  for (const values of [
    ['aa', 'bb'],
    ['cc', 'dd'],
    ['ee', 'ff'],
  ]) {
    await appendDurably(log, { values });
  }
  const read = async (offset: number, maxBytes: number, atLeastOneBatch: boolean): Promise<string[]> =>
    valuesOf(recordsOf(await log.read({ offset, maxBytes, atLeastOneBatch, isolation: 'read_committed' })));

  deepStrictEqual(await read(3, 2 * batchBytes, true), ['cc', 'dd', 'ee', 'ff']);
  deepStrictEqual(await read(0, 2 * batchBytes - 1, true), ['aa', 'bb']);
  deepStrictEqual(await read(0, 2 * batchBytes, false), ['aa', 'bb', 'cc', 'dd']);
  deepStrictEqual(await read(0, 1, true), ['aa', 'bb']);
  deepStrictEqual(await read(0, 1, false), []);
  deepStrictEqual(await read(6, 1000, true), []);
  strictEqual(log.readableBytes(2, 'read_uncommitted'), 2 * batchBytes);
  strictEqual(log.readableBytes(6, 'read_uncommitted'), 0);
  strictEqual(log.sizeBytes, 3 * batchBytes);
});

contract('answers offsets outside the log with OFFSET_OUT_OF_RANGE', async ({ engine }) => {
  const log = await open(engine);
  await appendDurably(log, { values: ['a', 'b', 'c'] });
  await log.advanceLogStart(2);
  const read = async (offset: number): Promise<ReadOutcome> =>
    log.read({ offset, maxBytes: 1000, atLeastOneBatch: true, isolation: 'read_uncommitted' });

  for (const offset of [0, 1, 4]) strictEqual((await read(offset)).errorCode, ErrorCode.OFFSET_OUT_OF_RANGE);
  const within = await read(2);
  deepStrictEqual([within.errorCode, within.logStartOffset, within.highWatermark], [0, 2, 3]);
  strictEqual(within.abortedTransactions, null);
  strictEqual((await read(3)).slices.length, 0);
});

contract('gives readers under read_committed an empty list of aborted transactions', async ({ engine }) => {
  const log = await open(engine);
  await appendDurably(log, { values: ['a'] });

  const outcome = await log.read({ offset: 0, maxBytes: 1000, atLeastOneBatch: true, isolation: 'read_committed' });

  deepStrictEqual(outcome.abortedTransactions, []);
});

contract('calls listeners when the log advances, and not after they left', async ({ engine }) => {
  const log = await open(engine);
  const seen: number[] = [];
  const stop = log.onAdvance(() => seen.push(log.highWatermark));
  let closes = 0;

  await appendDurably(log, { values: ['a'] });
  deepStrictEqual(seen, [1]);
  await log.advanceLogStart(1);
  strictEqual(seen.length, 2);
  stop();
  log.onAdvance(() => closes++);
  await engine.closePartition(FIRST);

  deepStrictEqual([seen.length, closes], [2, 1]);
});

contract('reads everything back after a restart, in large and in small steps', async (harness) => {
  const config = { segmentBytes: 40_000 };
  const log = await open(harness.engine, config);
  const expected: string[] = [];
  for (let index = 0; index < 120; index++) {
    const value = `${index}:${'x'.repeat((index * 137) % 3000)}`;
    expected.push(value);
    accepted(send(log, { values: [value] }));
  }
  await appendDurably(log, { values: ['last'] });
  expected.push('last');

  const reopened = await open(await harness.reopen(), config, FIRST, 2);

  deepStrictEqual([reopened.logStartOffset, reopened.highWatermark, reopened.logEndOffset], [0, 121, 121]);
  deepStrictEqual(valuesOf(await readToEnd(reopened, 0, 1)), expected);
  deepStrictEqual(valuesOf(await readToEnd(reopened, 0, 1_000_000)), expected);
  for (const offset of [0, 1, 59, 60, 61, 119, 120]) {
    deepStrictEqual(valuesOf(await readToEnd(reopened, offset)), expected.slice(offset));
  }
});

// Looking up.

contract('finds the first record at or after a timestamp, in compressed batches too', async (harness) => {
  const base = harness.time.nowMs() - 10_000;
  const log = await open(harness.engine);
  await appendDurably(log, { values: ['a', 'b', 'c'], timestampsMs: [base, base + 20, base + 10] });
  await appendDurably(log, { values: ['d', 'e'], timestampsMs: [base + 5, base + 40], codec: 'gzip' });
  await appendDurably(log, { values: ['f'], timestampsMs: [base + 30] });
  const expected: [number, [number, number] | undefined][] = [
    [0, [0, base]],
    [base + 1, [1, base + 20]],
    [base + 20, [1, base + 20]],
    [base + 21, [4, base + 40]],
    [base + 40, [4, base + 40]],
    [base + 41, undefined],
  ];

  const check = async (current: PartitionLog): Promise<void> => {
    for (const [timestampMs, answer] of expected) {
      const found = await current.findOffsetByTimestamp(timestampMs, 'read_uncommitted');
      deepStrictEqual(found === undefined ? undefined : [found.offset, found.timestampMs], answer);
    }
    deepStrictEqual(await current.findMaxTimestamp(), { offset: 4, timestampMs: base + 40, leaderEpoch: 1 });
  };

  await check(log);
  await check(await open(await harness.reopen(), {}, FIRST, 2));
});

contract(
  'finds the first of several records with the largest timestamp, above the log start',
  async ({ engine, time }) => {
    const log = await open(engine);
    const at = time.nowMs();
    strictEqual(await log.findMaxTimestamp(), undefined);
    await appendDurably(log, { values: ['a', 'b', 'c'], timestampsMs: [at, at, at - 1] });

    strictEqual((await log.findMaxTimestamp())?.offset, 0);
    await log.advanceLogStart(1);
    strictEqual((await log.findMaxTimestamp())?.offset, 1);
    await log.advanceLogStart(2);
    deepStrictEqual(await log.findMaxTimestamp(), { offset: 2, timestampMs: at - 1, leaderEpoch: 1 });
  },
);

contract('does not find records that are not visible yet', async ({ engine, time }) => {
  const log = await open(engine);
  await appendDurably(log, { values: ['a'], timestampsMs: [time.nowMs() - 5] });

  const pending = accepted(send(log, { values: ['b'], timestampsMs: [time.nowMs()] }));
  const found = log.findOffsetByTimestamp(time.nowMs(), 'read_uncommitted');
  const highWatermark = log.highWatermark;

  strictEqual(highWatermark, 1);
  strictEqual(await found, undefined);
  await pending.durable;
  strictEqual((await log.findOffsetByTimestamp(time.nowMs(), 'read_uncommitted'))?.offset, 1);
});

contract('corrects a largest timestamp that a producer left unset', async ({ engine, time }) => {
  const log = await open(engine);
  const batch = buildBatch({ values: ['a'], timestampsMs: [time.nowMs()] });
  const unset = Buffer.from(batch);
  unset.writeBigInt64BE(-1n, 35);
  const { crc32c } = await import('@millrace/compression');
  unset.writeUInt32BE(crc32c(unset, 21), 17);

  await accepted(log.append(unset, { origin: 'client' })).durable;

  const outcome = await log.read({ offset: 0, maxBytes: 1000, atLeastOneBatch: true, isolation: 'read_uncommitted' });
  const [slice] = outcome.slices;
  ok(slice !== undefined && isBatchCrcValid(slice, 0));
  strictEqual(batchMaxTimestamp(slice, 0), time.nowMs());
});

contract('knows where leader epochs end', async (harness) => {
  const log = await open(harness.engine, {}, FIRST, 2);
  await appendDurably(log, { values: ['a', 'b'] });
  const later = await open(await harness.reopen(), {}, FIRST, 5);
  await appendDurably(later, { values: ['c'] });

  const last = await open(await harness.reopen(), {}, FIRST, 5);

  strictEqual(last.leaderEpoch, 5);
  deepStrictEqual(last.endOffsetForEpoch(1), { leaderEpoch: 1, endOffset: 0 });
  deepStrictEqual(last.endOffsetForEpoch(2), { leaderEpoch: 2, endOffset: 2 });
  deepStrictEqual(last.endOffsetForEpoch(4), { leaderEpoch: 2, endOffset: 2 });
  deepStrictEqual(last.endOffsetForEpoch(5), { leaderEpoch: 5, endOffset: 3 });
  deepStrictEqual(last.endOffsetForEpoch(6), { leaderEpoch: -1, endOffset: -1 });
  deepStrictEqual([last.epochForOffset(0), last.epochForOffset(1), last.epochForOffset(2)], [2, 2, 5]);
});

// Log start and retention.

contract('moves the log start up, never down, and keeps it over a restart', async (harness) => {
  const log = await open(harness.engine);
  await appendDurably(log, { values: ['a', 'b', 'c', 'd'] });

  strictEqual(await log.advanceLogStart(2), 2);
  strictEqual(await log.advanceLogStart(1), 2);
  strictEqual(log.logStartOffset, 2);
  const reopened = await open(await harness.reopen(), {}, FIRST, 2);

  strictEqual(reopened.logStartOffset, 2);
  deepStrictEqual(valuesOf(await readToEnd(reopened)), ['c', 'd']);
});

contract('goes on at the same offset after all records were deleted', async (harness) => {
  const log = await open(harness.engine);
  await appendDurably(log, { values: ['a', 'b', 'c'] });

  strictEqual(await log.advanceLogStart(log.highWatermark), 3);
  deepStrictEqual([log.logStartOffset, log.highWatermark, log.sizeBytes], [3, 3, 0]);
  const reopened = await open(await harness.reopen(), {}, FIRST, 2);
  deepStrictEqual([reopened.logStartOffset, reopened.highWatermark, reopened.sizeBytes], [3, 3, 0]);

  strictEqual((await appendDurably(reopened, { values: ['d'] })).baseOffset, 3);
  const again = await open(await harness.reopen(), {}, FIRST, 3);
  deepStrictEqual(valuesOf(await readToEnd(again)), ['d']);
});

contract('deletes whole segments by size while the rest still holds retention.bytes', async (harness) => {
  const sizeBytes = buildBatch({ values: ['0'.repeat(500)] }).length;
  const config = { segmentBytes: 2 * sizeBytes, retentionBytes: 3 * sizeBytes };
  const log = await open(harness.engine, config);
  for (let index = 0; index < 7; index++) await appendDurably(log, { values: [String(index).repeat(500)] });

  await harness.engine.enforceRetention();

  deepStrictEqual([log.logStartOffset, log.sizeBytes], [4, 3 * sizeBytes]);
  const reopened = await open(await harness.reopen(), config, FIRST, 2);
  deepStrictEqual([reopened.logStartOffset, reopened.highWatermark, reopened.sizeBytes], [4, 7, 3 * sizeBytes]);
});

contract('deletes segments by their largest timestamp, at the end the active one too', async (harness) => {
  const { engine, time } = harness;
  const config = { segmentBytes: 1000, retentionMs: 60_000 };
  const log = await open(engine, config);
  const startMs = time.nowMs();
  for (const [index, ageMs] of [0, 10_000, 20_000, 30_000].entries()) {
    await appendDurably(log, { values: [`${index}`.repeat(600)], timestampsMs: [startMs + ageMs] });
  }

  time.advance(70_001);
  await engine.enforceRetention();
  strictEqual(log.logStartOffset, 2);
  time.advance(20_000);
  await engine.enforceRetention();

  deepStrictEqual([log.logStartOffset, log.highWatermark, log.sizeBytes], [4, 4, 0]);
  const reopened = await open(await harness.reopen(), config, FIRST, 2);
  deepStrictEqual([reopened.logStartOffset, reopened.logEndOffset, reopened.sizeBytes], [4, 4, 0]);
  strictEqual((await appendDurably(reopened, { values: ['next'], timestampsMs: [time.nowMs()] })).baseOffset, 4);
});

contract('enforces retention by itself', async ({ engine, time }) => {
  const log = await open(engine, { retentionMs: 60_000 });
  await appendDurably(log, { values: ['old'], timestampsMs: [time.nowMs()] });
  const moved = new Promise<void>((resolve) => log.onAdvance(resolve));

  time.advance(300_000);

  await moved;
  strictEqual(log.logStartOffset, 1);
});

contract('keeps everything while the topic is not to be deleted from', async ({ engine, time }) => {
  const config = { retentionMs: 1, retentionBytes: 0, cleanupDelete: false, cleanupCompact: true };
  const log = await open(engine, config);
  await appendDurably(log, { values: ['a'] });

  time.advance(1000);
  await engine.enforceRetention();

  strictEqual(log.logStartOffset, 0);
});

contract('begins a segment after segment.ms, so that old records can go', async ({ engine, time }) => {
  const log = await open(engine, { segmentMs: 1000, retentionMs: 5000 });
  await appendDurably(log, { values: ['old'], timestampsMs: [time.nowMs()] });

  time.advance(2000);
  await engine.enforceRetention();
  await appendDurably(log, { values: ['new'], timestampsMs: [time.nowMs()] });
  time.advance(4000);
  await engine.enforceRetention();

  deepStrictEqual(valuesOf(await readToEnd(log)), ['new']);
});

// Life of partitions and engines.

contract('keeps partitions apart', async ({ engine }) => {
  const first = await open(engine);
  const second = await open(engine, {}, SECOND);

  await appendDurably(first, { values: ['a'] });
  await appendDurably(second, { values: ['b'] });

  deepStrictEqual(valuesOf(await readToEnd(first)), ['a']);
  deepStrictEqual(valuesOf(await readToEnd(second)), ['b']);
  deepStrictEqual([...engine.partitions()].map((log) => log.id.partition).sort(), [0, 1]);
  strictEqual(engine.getPartition(SECOND), second);
});

contract('opens a partition once, and a higher epoch takes over', async ({ engine }) => {
  const [one, two] = await Promise.all([open(engine), open(engine)]);

  strictEqual(one, two);
  strictEqual((await open(engine, {}, FIRST, 9)).leaderEpoch, 9);
  strictEqual((await open(engine, {}, FIRST, 3)).leaderEpoch, 9);
});

contract('stops serving a closed partition and keeps its data', async ({ engine }) => {
  const log = await open(engine);
  const outcome = accepted(send(log, { values: ['kept'] }));

  await engine.closePartition(FIRST);

  strictEqual(await outcome.durable, ErrorCode.NONE);
  strictEqual(engine.getPartition(FIRST), undefined);
  strictEqual(refused(send(log, { values: ['x'] })).errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  const read = await log.read({ offset: 0, maxBytes: 1000, atLeastOneBatch: true, isolation: 'read_uncommitted' });
  strictEqual(read.errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  deepStrictEqual([...engine.storedPartitions()], [FIRST]);
  deepStrictEqual(valuesOf(await readToEnd(await open(engine, {}, FIRST, 2))), ['kept']);
});

contract('forgets a deleted partition at once and for good', async (harness) => {
  const { engine } = harness;
  const log = await open(engine);
  await open(engine, {}, SECOND);
  await appendDurably(log, { values: ['gone'] });

  await engine.deletePartition(FIRST);

  strictEqual(engine.getPartition(FIRST), undefined);
  strictEqual(refused(send(log, { values: ['x'] })).errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  deepStrictEqual([...engine.storedPartitions()], [SECOND]);
  deepStrictEqual([...(await harness.reopen()).storedPartitions()], [SECOND]);
  await harness.engine.deletePartition(FIRST);
});

contract('starts a partition that was deleted and made again from nothing', async (harness) => {
  const { engine } = harness;
  await appendDurably(await open(engine), { values: ['old', 'old'] });
  await engine.deletePartition(FIRST);

  const fresh = await open(engine);
  deepStrictEqual([fresh.logStartOffset, fresh.logEndOffset], [0, 0]);
  await appendDurably(fresh, { values: ['new'] });

  deepStrictEqual(valuesOf(await readToEnd(await open(await harness.reopen(), {}, FIRST, 2))), ['new']);
});

contract('knows its partitions after a restart before they are opened', async (harness) => {
  await open(harness.engine);
  await open(harness.engine, {}, SECOND);

  const engine = await harness.reopen();

  deepStrictEqual([...engine.storedPartitions()].map((id) => id.partition).sort(), [0, 1]);
  deepStrictEqual([...engine.partitions()], []);
});

contract('obeys changed settings', async ({ engine }) => {
  const log = await open(engine);
  await appendDurably(log, { values: ['x'.repeat(500)] });

  await log.updateConfig({ ...CONTRACT_LOG_CONFIG, maxMessageBytes: 300 });

  strictEqual(refused(send(log, { values: ['x'.repeat(500)] })).errorCode, ErrorCode.MESSAGE_TOO_LARGE);
  strictEqual(log.config.maxMessageBytes, 300);
});

contract('keeps records over changes of durability', async (harness) => {
  const log = await open(harness.engine, { segmentBytes: 2000 });
  const expected: string[] = [];
  for (const [turn, durability] of (['os', 'fsync', 'os', 'fsync', 'os'] as const).entries()) {
    for (let index = 0; index < 5; index++) {
      const value = `${turn}/${index}/${'y'.repeat(300)}`;
      expected.push(value);
      await appendDurably(log, { values: [value] });
    }
    await log.updateConfig({ ...CONTRACT_LOG_CONFIG, segmentBytes: 2000, durability });
  }
  await appendDurably(log, { values: ['last'] });
  expected.push('last');

  const reopened = await open(await harness.reopen(), { segmentBytes: 2000, durability: 'os' }, FIRST, 2);

  deepStrictEqual(valuesOf(await readToEnd(reopened)), expected);
});

contract('keeps records of a topic that is not synced over a restart', async (harness) => {
  const config = { durability: 'os', segmentBytes: 3000 } as const;
  const log = await open(harness.engine, config);
  for (let index = 0; index < 20; index++) accepted(send(log, sequenced(`${index}`.padEnd(400, '.'), index)));
  await appendDurably(log, sequenced('last', 20));

  const reopened = await open(await harness.reopen(), config, FIRST, 2);

  strictEqual((await readToEnd(reopened)).length, 21);
  strictEqual((await appendDurably(reopened, sequenced('last', 20))).isDuplicate, true);
  strictEqual((await appendDurably(reopened, sequenced('next', 21))).baseOffset, 21);
});

/** Every case, in order. */
export const LOG_ENGINE_CONTRACT: readonly LogEngineCase[] = cases;
