/**
 * Random histories give the same answers on the memory engine and on the embedded one, restarts included.
 *
 * fast-check prints seed and path of a failing history; put it below as a case of its own with what it taught.
 */
import { batchLastOffset, ErrorCode, type FinishBatchOptions } from '@millrace/protocol';
import type { AppendOutcome, LogEngine, PartitionLog } from '@millrace/log';
import { buildBatch, CONTRACT_LOG_CONFIG, readToEnd, type LogEngineHarness } from '@millrace/testing';
import fc from 'fast-check';
import { createLocalHarness, createMemoryHarness } from '../test/engine-harness.ts';

const TOPIC_ID = 'bW9kZWwtdGVzdC10b3BpYw';
const CONFIG = {
  ...CONTRACT_LOG_CONFIG,
  segmentBytes: 1500,
  segmentMs: 60_000,
  retentionMs: 100_000,
  retentionBytes: 6000,
  maxMessageBytes: 900,
};

interface AppendStep {
  readonly kind: 'append';
  readonly partition: number;
  readonly recordCount: number;
  readonly valueBytes: number;
  readonly isCompressed: boolean;
  readonly ageMs: number;
  readonly producer:
    | { readonly id: number; readonly epoch: number; readonly skip: number; readonly isTransactional: boolean }
    | undefined;
  readonly waits: boolean;
}

interface EndStep {
  readonly kind: 'end';
  readonly partition: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly outcome: 'commit' | 'abort';
  readonly transactionVersion: number;
}

type Step =
  | AppendStep
  | EndStep
  | { readonly kind: 'read'; readonly partition: number; readonly share: number; readonly maxBytes: number }
  | { readonly kind: 'find'; readonly partition: number; readonly ageMs: number }
  | { readonly kind: 'delete records'; readonly partition: number; readonly share: number }
  | { readonly kind: 'retain'; readonly afterMs: number }
  | { readonly kind: 'durability'; readonly partition: number; readonly durability: 'fsync' | 'os' }
  | { readonly kind: 'raise epoch'; readonly partition: number }
  | { readonly kind: 'close and open'; readonly partition: number }
  | { readonly kind: 'make again'; readonly partition: number }
  | { readonly kind: 'restart' };

const partition = fc.integer({ min: 0, max: 1 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

const appendStep = fc.record({
  kind: fc.constant('append' as const),
  partition,
  recordCount: fc.integer({ min: 1, max: 4 }),
  valueBytes: fc.integer({ min: 0, max: 260 }),
  isCompressed: fc.boolean(),
  ageMs: fc.integer({ min: -1000, max: 120_000 }),
  producer: fc.option(
    fc.record({
      id: fc.integer({ min: 1, max: 2 }),
      epoch: fc.integer({ min: 0, max: 1 }),
      skip: fc.integer({ min: -6, max: 1 }),
      isTransactional: fc.boolean(),
    }),
    { nil: undefined },
  ),
  waits: fc.boolean(),
});

const endStep = fc.record({
  kind: fc.constant('end' as const),
  partition,
  producerId: fc.integer({ min: 1, max: 2 }),
  producerEpoch: fc.integer({ min: 0, max: 2 }),
  coordinatorEpoch: fc.integer({ min: 0, max: 1 }),
  outcome: fc.constantFrom('commit' as const, 'abort' as const),
  transactionVersion: fc.constantFrom(0, 2),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: appendStep },
  { weight: 4, arbitrary: endStep },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      partition,
      share,
      maxBytes: fc.integer({ min: 1, max: 4000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('find' as const),
      partition,
      ageMs: fc.integer({ min: 0, max: 130_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete records' as const), partition, share }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('retain' as const), afterMs: fc.integer({ min: 0, max: 90_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('durability' as const),
      partition,
      durability: fc.constantFrom('fsync' as const, 'os' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('raise epoch' as const), partition }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close and open' as const), partition }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('make again' as const), partition }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

/** Runs a history against one engine and writes down every answer. */
class Run {
  readonly answers: unknown[] = [];
  readonly #harness: LogEngineHarness;
  #engine: LogEngine;
  readonly #epochs = [1, 1];
  readonly #durabilities: ('fsync' | 'os')[] = ['fsync', 'fsync'];
  readonly #logs: PartitionLog[] = [];
  /** Next sequence of each producer in each partition, from the answers alone. */
  readonly #sequences = new Map<string, { epoch: number; next: number; sizes: number[] }>();
  #count = 0;
  /** Appends that were not waited for; when they become durable is each engine's own business. */
  readonly #pending: Promise<number>[] = [];

  constructor(harness: LogEngineHarness) {
    this.#harness = harness;
    this.#engine = harness.engine;
  }

  async run(steps: readonly Step[]): Promise<void> {
    await this.#openAll();
    for (const [index, next] of steps.entries()) {
      if (next.kind !== 'append') await this.#settle();
      this.answers.push([index, next.kind, await this.#take(next)]);
    }
    await this.#settle();
    for (const log of this.#logs) this.answers.push(await this.#everything(log));
  }

  async #settle(): Promise<void> {
    const codes = await Promise.all(this.#pending.splice(0));
    expect(codes.every((code) => code === 0)).toBe(true);
  }

  async #take(next: Step): Promise<unknown> {
    switch (next.kind) {
      case 'append':
        return this.#append(next);
      case 'end': {
        const { kind: _kind, partition: index, ...marker } = next;
        const outcome = this.#log(index).appendEndMarker(marker);
        if ('durable' in outcome) this.#pending.push(outcome.durable);
        return describeOutcome(outcome);
      }
      case 'read': {
        const log = this.#log(next.partition);
        const from = log.logStartOffset + Math.floor((log.highWatermark - log.logStartOffset) * next.share);
        return readToEnd(log, from, next.maxBytes);
      }
      case 'find': {
        const log = this.#log(next.partition);
        const timestampMs = this.#harness.time.nowMs() - next.ageMs;
        return [await log.findOffsetByTimestamp(timestampMs, 'read_committed'), await log.findMaxTimestamp()];
      }
      case 'delete records': {
        const log = this.#log(next.partition);
        const to = log.logStartOffset + Math.ceil((log.highWatermark - log.logStartOffset) * next.share);
        return [await log.advanceLogStart(to), log.sizeBytes];
      }
      case 'retain':
        this.#harness.time.advance(next.afterMs);
        await this.#engine.enforceRetention();
        return this.#logs.map((log) => [log.logStartOffset, log.sizeBytes]);
      case 'durability':
        this.#durabilities[next.partition] = next.durability;
        await this.#log(next.partition).updateConfig({ ...CONFIG, durability: next.durability });
        return undefined;
      case 'raise epoch':
        this.#epochs[next.partition]! += 2;
        await this.#open(next.partition);
        return this.#log(next.partition).leaderEpoch;
      case 'close and open':
        await this.#engine.closePartition({ topicId: TOPIC_ID, partition: next.partition });
        await this.#open(next.partition);
        return this.#everything(this.#log(next.partition));
      case 'make again':
        await this.#engine.deletePartition({ topicId: TOPIC_ID, partition: next.partition });
        for (const key of [...this.#sequences.keys()]) {
          if (key.startsWith(`${next.partition}/`)) this.#sequences.delete(key);
        }
        await this.#open(next.partition);
        return this.#everything(this.#log(next.partition));
      case 'restart':
        this.#engine = await this.#harness.reopen();
        await this.#openAll();
        return Promise.all(this.#logs.map((log) => this.#everything(log)));
    }
  }

  async #append(next: AppendStep): Promise<unknown> {
    const log = this.#log(next.partition);
    const label = `${this.#count++}:`.padEnd(next.valueBytes, 'v');
    const values = Array.from({ length: next.recordCount }, (_, index) => `${label}${index}`);
    const timestampsMs = values.map((_, index) => this.#harness.time.nowMs() - next.ageMs + ((index * 7) % 3));
    const identity = next.producer === undefined ? {} : this.#identify(next.partition, next.producer, next.recordCount);
    const codec: FinishBatchOptions = next.isCompressed ? { codec: 'gzip' } : {};
    const batch = buildBatch({ values, timestampsMs, ...codec, ...identity });
    const outcome = log.append(batch, { origin: 'client', mayOpenTransaction: true });
    if (outcome.errorCode === 0) this.#pending.push((outcome as { readonly durable: Promise<number> }).durable);
    if (next.waits) await this.#settle();
    return describeOutcome(outcome);
  }

  /** A sequence near the one that is next, so that repeats, gaps and right ones all happen. */
  #identify(partitionIndex: number, producer: NonNullable<AppendStep['producer']>, recordCount: number) {
    const key = `${partitionIndex}/${producer.id}`;
    const known = this.#sequences.get(key);
    const state = known?.epoch === producer.epoch ? known : { epoch: producer.epoch, next: 0, sizes: [] };
    const back = producer.skip < 0 ? state.sizes.slice(producer.skip) : [];
    const baseSequence = producer.skip < 0 ? state.next - sum(back) : state.next + producer.skip;
    if (producer.skip === 0) {
      this.#sequences.set(key, { ...state, next: state.next + recordCount, sizes: [...state.sizes, recordCount] });
    }
    const { id: producerId, epoch: producerEpoch, isTransactional } = producer;
    return { producerId, producerEpoch, baseSequence, isTransactional };
  }

  async #everything(log: PartitionLog): Promise<unknown> {
    return {
      start: log.logStartOffset,
      highWatermark: log.highWatermark,
      end: log.logEndOffset,
      sizeBytes: log.sizeBytes,
      epochs: [0, 1, 2, 3, 4, 5, 9].map((epoch) => log.endOffsetForEpoch(epoch)),
      epoch: log.epochForOffset(log.logStartOffset),
      producers: [...log.activeProducers()].sort((a, b) => a.producerId - b.producerId),
      records: await readToEnd(log),
      stable: log.lastStableOffset,
      open: log.openTransactions(),
      aborted: await abortedByBatch(log),
      newest: await log.findMaxTimestamp(),
    };
  }

  #log(index: number): PartitionLog {
    return this.#logs[index]!;
  }

  async #open(index: number): Promise<void> {
    this.#logs[index] = await this.#engine.openPartition(
      { topicId: TOPIC_ID, partition: index },
      { config: { ...CONFIG, durability: this.#durabilities[index]! }, leaderEpoch: this.#epochs[index]! },
    );
  }

  async #openAll(): Promise<void> {
    await this.#open(0);
    await this.#open(1);
  }
}

/** What is said of each batch when it is read by itself. */
async function abortedByBatch(log: PartitionLog): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let offset = log.logStartOffset; offset < log.lastStableOffset;) {
    const outcome = await log.read({ offset, maxBytes: 1, atLeastOneBatch: true, isolation: 'read_committed' });
    all.push(outcome.abortedTransactions);
    offset = batchLastOffset(outcome.slices[0]!, 0) + 1;
  }
  return all;
}

function describeOutcome(outcome: AppendOutcome): unknown {
  if (outcome.errorCode !== ErrorCode.NONE) return outcome.errorCode;
  const { baseOffset, lastOffset, isDuplicate, logAppendTimeMs } = outcome as Extract<AppendOutcome, { errorCode: 0 }>;
  return { baseOffset, lastOffset, isDuplicate, logAppendTimeMs };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}

describe('a random history', () => {
  it.each([
    ['with memory to spare', {}],
    ['with hardly any memory', { tailCacheBytes: 1, tailSlabBytes: 600, flushBytes: 1, journalFileBytes: 8192 }],
  ])(
    'gives the same answers on both engines %s',
    async (_, config) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
          await using model = await createMemoryHarness();
          await using harness = await createLocalHarness({ config });
          const expected = new Run(model);
          const actual = new Run(harness);

          await expected.run(steps);
          await actual.run(steps);

          expect(actual.answers).toEqual(expected.answers);
        }),
        { numRuns: 40, interruptAfterTimeLimit: 40_000 },
      );
    },
    60_000,
  );
});
