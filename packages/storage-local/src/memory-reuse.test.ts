/** Memory that is used again must not change under anybody who still looks at it: consumers of the tail and of segments, and the flusher. */
import { SeededRandom } from '@millrace/base';
import type { PartitionLog, ReadOutcome } from '@millrace/log';
import { batchBaseOffset, batchLastOffset, batchSizeInBytes, ErrorCode, isBatchCrcValid } from '@millrace/protocol';
import { appendDurably, CONTRACT_LOG_CONFIG, createTempDir } from '@millrace/testing';
import { createLocalHarness } from '../test/engine-harness.ts';

const SEED = Number(process.env['MILLRACE_TEST_SEED'] ?? Date.now() % 1_000_000);
const STEPS = 1500;
/** Answers that a consumer holds on to: some for longer than the tail keeps their records. */
const HELD_MAX = [6, 300];
const VALUE_BYTES_MAX = 20_000;
const TOPIC_ID = 'cmV1c2VkLW1lbW9yeS10ZQ';

/** Offsets of whole, valid batches side by side. */
function offsetsOf(outcome: ReadOutcome): [number, number][] {
  return outcome.slices.flatMap((slice) => {
    const offsets: [number, number][] = [];
    for (let at = 0; at < slice.length; at += batchSizeInBytes(slice, at)) {
      expect(isBatchCrcValid(slice, at)).toBe(true);
      offsets.push([batchBaseOffset(slice, at), batchLastOffset(slice, at)]);
    }
    return offsets;
  });
}

/** A consumer that holds on to some answers, checks each when it gets it and again before it lets go. */
class Consumer {
  readonly #log: PartitionLog;
  readonly #held: { readonly outcome: ReadOutcome; readonly offsets: [number, number][] }[] = [];
  #offset = 0;
  readBytes = 0;

  constructor(log: PartitionLog) {
    this.#log = log;
  }

  async poll(maxBytes: number): Promise<void> {
    const outcome = await this.#log.read({
      offset: this.#offset,
      maxBytes,
      atLeastOneBatch: true,
      isolation: 'read_uncommitted',
    });
    expect(outcome.errorCode).toBe(ErrorCode.NONE);
    const offsets = offsetsOf(outcome);
    for (const [base, last] of offsets) {
      expect(base).toBe(this.#offset);
      this.#offset = last + 1;
    }
    this.readBytes += outcome.sizeBytes;
    this.#held.push({ outcome, offsets });
  }

  letGo(count: number): void {
    for (const { outcome, offsets } of this.#held.splice(0, count)) {
      expect(offsetsOf(outcome)).toEqual(offsets);
      outcome.release?.();
    }
  }

  get heldCount(): number {
    return this.#held.length;
  }

  startOver(): void {
    this.#offset = 0;
  }
}

describe('memory that is used again', () => {
  it.each(['fsync', 'os'] as const)(
    `does not change what is still looked at, in ${'%s'} (seed ${SEED})`,
    async (durability) => {
      const random = new SeededRandom(SEED);
      await using directory = await createTempDir('reuse');
      await using harness = await createLocalHarness({
        dataDir: directory.path,
        config: { tailCacheBytes: 2 * 1024 * 1024, flushBytes: 64 * 1024 },
      });
      const config = { ...CONTRACT_LOG_CONFIG, durability, segmentBytes: 1024 * 1024 };
      const logs = await Promise.all(
        [0, 1].map((partition) =>
          harness.engine.openPartition({ topicId: TOPIC_ID, partition }, { config, leaderEpoch: 1 }),
        ),
      );
      const consumers = logs.flatMap((log) => [new Consumer(log), new Consumer(log)]);

      for (let step = 0; step < STEPS; step++) {
        const value = random
          .nextInt(256)
          .toString(16)
          .padStart(2, '0')
          .repeat(random.nextInt(VALUE_BYTES_MAX / 2));
        await appendDurably(logs[random.nextInt(logs.length)]!, { values: [value] });
        if (step % 10 === 0) harness.time.advance(1000);
        const index = random.nextInt(consumers.length);
        const consumer = consumers[index]!;
        const heldMax = HELD_MAX[index % HELD_MAX.length]!;
        await consumer.poll(random.nextInt(300_000));
        if (random.nextInt(200) === 0) consumer.startOver();
        if (consumer.heldCount > heldMax) consumer.letGo(random.nextInt(heldMax) + 1);
      }
      for (const consumer of consumers) consumer.letGo(consumer.heldCount);
      expect(Math.min(...consumers.map(({ readBytes }) => readBytes))).toBeGreaterThan(1024 * 1024);
    },
  );
});
