/**
 * Compressed batches, and those of another codec than their topic's: opened and judged, or repacked, before their log takes them.
 *
 * Owns: how much is opened on the event loop in one turn of it; the places and the memory for what is opened or repacked off it; for
 *   each log with batches in the works, the end of its queue.
 * Invariants: while a log has a batch in the works, every later batch of it waits its turn, whatever has to be done to it, so that
 *   the order of arrival is the order of the log. Places are given in order of arrival, and only a batch that is repacked keeps its
 *   place until it is appended, without the memory for its records; so whoever waits, waits for somebody who came before.
 * Bounds: {@link NOW_PACKED_BYTES_MAX} and the two below for what is done at once; {@link PLACE_COUNT} batches opened and as many repacked
 *   at a time, of the whole broker, within its share of the memory. Each opens to 16 times the topic's max.message.bytes, at least
 *   32 MiB and at most 128 MiB (`decompressedBytesMax`), or to max.message.bytes if it is to be stored uncompressed, and in any case to
 *   half of the share; beyond → MESSAGE_TOO_LARGE.
 *   What waits belongs to requests, which the listener's budget counts. Why these numbers: docs/adr/0013.
 * Not here: what is wrong with a batch (`validateBatch`, `openBatch`).
 */
import type { Clock } from '@millrace/base';
import type { CompressionCodec } from '@millrace/compression';
import { appendChecks, type AppendChecks, type PartitionLog } from '@millrace/log';
import {
  BATCH_HEADER_SIZE_BYTES,
  batchAttributes,
  codecOf,
  ErrorCode,
  openBatch,
  validateBatch,
  type BatchVerdict,
} from '@millrace/protocol';
import type { TopicSettings } from '../config/topic-config.ts';
import { giveBack, openedBytesMax, openingBytes } from './opened-memory.ts';
import { Places } from './places.ts';
import { repack, type PreparedBatch } from './repack.ts';

/** Larger batches are opened off the event loop. */
export const NOW_PACKED_BYTES_MAX = 64 * 1024;
/** … and so are those that turn out to hold more than this: at most half a millisecond is lost on one. */
const NOW_OPENED_BYTES_MAX = 256 * 1024;
/** What may be opened in one turn of the event loop, in about two milliseconds. */
const TURN_OPENED_BYTES_MAX = 1024 * 1024;
/** However little a batch holds, gzip and zstd take as long as for so many bytes. */
const OPENED_BYTES_COUNTED_MIN = 16 * 1024;
/** Batches opened off the event loop at a time, of all logs; and as many repacked. */
const PLACE_COUNT = 2;

export class BatchPreparation {
  readonly #clock: Clock;
  readonly #tails = new Map<PartitionLog, Promise<unknown>>();
  readonly #opening = new Places(PLACE_COUNT);
  readonly #repacking = new Places(PLACE_COUNT);
  /** A place is a byte. */
  readonly #memory: Places;
  readonly #memoryBytes: number;
  #turnOpenedBytes = 0;
  /** At most so much was left behind since garbage was last collected. */
  #garbageBytes = 0;

  /** `memoryBytes`: what records that are opened off the event loop may take together. */
  constructor(clock: Clock, memoryBytes: number) {
    this.#clock = clock;
    this.#memoryBytes = memoryBytes;
    this.#memory = new Places(memoryBytes);
  }

  /** Memory set aside for batches that are being opened or repacked. */
  get openingBytes(): number {
    return this.#memory.takenCount;
  }

  /** Batches that are being repacked, or wait repacked for those before them. */
  get repackingCount(): number {
    return this.#repacking.takenCount;
  }

  /** Batches that are being opened off the event loop. */
  get openingCount(): number {
    return this.#opening.takenCount;
  }

  /** Whether a batch of this log is in the works, so that others must queue behind it. */
  isBusy(log: PartitionLog): boolean {
    return this.#tails.has(log);
  }

  /** The verdict on a compressed batch that is small enough to be opened at once; undefined when it has to be queued. */
  judgeNow(batch: Buffer, settings: TopicSettings): BatchVerdict | undefined {
    if (batch.length > NOW_PACKED_BYTES_MAX || this.#turnOpenedBytes >= TURN_OPENED_BYTES_MAX) return undefined;
    const checks = this.#checks(settings);
    const outputBytesMax = Math.min(NOW_OPENED_BYTES_MAX, checks.outputBytesMax);
    const verdict = validateBatch(batch, { ...checks, outputBytesMax });
    this.#countOpened(verdict.errorCode === 0 ? verdict.recordsSizeBytes : outputBytesMax);
    return verdict.errorCode === ErrorCode.MESSAGE_TOO_LARGE ? undefined : verdict;
  }

  /**
   * Prepares the batch (`codec`: the one to repack it with) and runs `append` after everything queued before for this log.
   * Until then `batch` must not change.
   */
  async queue<Outcome>(
    log: PartitionLog,
    batch: Buffer,
    settings: TopicSettings,
    codec: CompressionCodec | undefined,
    append: (prepared: PreparedBatch) => Outcome,
  ): Promise<Outcome> {
    const before = this.#tails.get(log);
    const done = this.#prepareAndAppend(before, batch, settings, codec, append);
    // The queue goes on whatever becomes of this batch.
    const tail = done.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(log, tail);
    try {
      return await done;
    } finally {
      if (this.#tails.get(log) === tail) this.#tails.delete(log);
    }
  }

  async #prepareAndAppend<Outcome>(
    before: Promise<unknown> | undefined,
    batch: Buffer,
    settings: TopicSettings,
    codec: CompressionCodec | undefined,
    append: (prepared: PreparedBatch) => Outcome,
  ): Promise<Outcome> {
    if (codec !== undefined) return this.#repackAndAppend(before, batch, settings, codec, append);
    if (!isToBeOpened(batch, settings)) {
      await before;
      return append({ batch, verdict: undefined });
    }
    if (batch.length > NOW_PACKED_BYTES_MAX || before === undefined) {
      const verdict = await this.#judgeOffLoop(batch, settings);
      await before;
      return append({ batch, verdict });
    }
    await before;
    return append({ batch, verdict: this.judgeNow(batch, settings) ?? (await this.#judgeOffLoop(batch, settings)) });
  }

  async #judgeOffLoop(batch: Buffer, settings: TopicSettings): Promise<BatchVerdict> {
    await this.#opening.take();
    try {
      return await this.#withMemory(batch, settings, async (checks) => {
        const { verdict, records } = await openBatch(batch, checks, nextTurn);
        giveBack(records, batch);
        return verdict;
      });
    } finally {
      this.#opening.leave();
    }
  }

  async #repackAndAppend<Outcome>(
    before: Promise<unknown> | undefined,
    batch: Buffer,
    settings: TopicSettings,
    codec: CompressionCodec,
    append: (prepared: PreparedBatch) => Outcome,
  ): Promise<Outcome> {
    await this.#repacking.take();
    try {
      const prepared = await this.#withMemory(batch, settings, (checks) =>
        repack(batch, codec, settings, checks, nextTurn),
      );
      await before;
      return append(prepared);
    } finally {
      this.#repacking.leave();
    }
  }

  /** Nothing that `work` waits for may wait for memory. */
  async #withMemory<Outcome>(
    batch: Buffer,
    settings: TopicSettings,
    work: (checks: AppendChecks) => Promise<Outcome>,
  ): Promise<Outcome> {
    const checks = this.#checks(settings);
    const bytes = openingBytes(batch, checks.outputBytesMax);
    await this.#memory.take(bytes);
    try {
      return await work(checks);
    } finally {
      // What came in pieces, or was thrown away half done, is garbage that V8 would let grow to several times the share.
      this.#garbageBytes += bytes;
      if (this.#garbageBytes >= this.#memoryBytes) {
        this.#garbageBytes = 0;
        globalThis.gc?.({ type: 'minor', execution: 'sync' });
      }
      this.#memory.leave(bytes);
    }
  }

  #checks(settings: TopicSettings): AppendChecks {
    const checks = appendChecks(settings, this.#clock.nowMs());
    checks.outputBytesMax = openedBytesMax(checks.outputBytesMax, this.#memoryBytes);
    return checks;
  }

  #countOpened(bytes: number): void {
    if (this.#turnOpenedBytes === 0) setImmediate(() => (this.#turnOpenedBytes = 0));
    this.#turnOpenedBytes += Math.max(bytes, OPENED_BYTES_COUNTED_MIN);
  }
}

/** Whether the records must be decompressed to be judged; a batch that is too large is refused for that alone. */
export function isToBeOpened(batch: Buffer, settings: TopicSettings): boolean {
  if (batch.length < BATCH_HEADER_SIZE_BYTES || batch.length > settings.maxMessageBytes) return false;
  return codecOf(batchAttributes(batch, 0)) !== 'none';
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
