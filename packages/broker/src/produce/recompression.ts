/**
 * Batches whose codec is not the topic's: repacked off the event loop, appended in the order in which they came.
 *
 * Owns: for each log with batches in the works, the end of its queue; the places for repacking that all logs share.
 * Invariants: while a log has a batch in the works, every later batch of it waits its turn, repacked or not. Places are given
 *   in order of arrival, so a batch that holds one waits only for batches that have or had theirs before it.
 * Bounds: at most {@link REPACKING_MAX} batches are open at a time, and keep their place until they are appended. Each opens to 16 times the
 *   topic's max.message.bytes, at least 32 MiB and at most 128 MiB (`decompressedBytesMax`), or to max.message.bytes if it is to be stored
 *   uncompressed; beyond → MESSAGE_TOO_LARGE (docs/adr/0012). What waits belongs to requests, which the listener's budget counts.
 * Not here: deciding that a batch must be repacked (../handlers/00-produce.ts).
 */
import {
  CODEC_NUMBERS,
  compressAsync,
  CompressionError,
  decompressAsync,
  type CompressionCodec,
} from '@millrace/compression';
import type { PartitionLog } from '@millrace/log';
import {
  BATCH_HEADER_SIZE_BYTES,
  BATCH_PREFIX_SIZE_BYTES,
  batchAttributes,
  batchMaxTimestamp,
  codecOf,
  decompressedBytesMax,
  ErrorCode,
  stampMaxTimestamp,
  validateBatch,
} from '@millrace/protocol';

/** Batches being repacked at a time, of all logs. */
const REPACKING_MAX = 2;
const CODEC_MASK = 0x07;
const LENGTH_AT = 8;
const ATTRIBUTES_AT = 21;

export interface RepackRefused {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** What a batch becomes. */
export interface Repacking {
  readonly codec: CompressionCodec;
  readonly level: number | undefined;
  /** The topic's max.message.bytes. */
  readonly maxMessageBytes: number;
}

export class Recompression {
  readonly #tails = new Map<PartitionLog, Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];
  #repackingCount = 0;

  /** Batches that are being repacked, or wait repacked for those before them. */
  get repackingCount(): number {
    return this.#repackingCount;
  }

  /** Whether a batch of this log is in the works, so that others must queue behind it. */
  isBusy(log: PartitionLog): boolean {
    return this.#tails.has(log);
  }

  /** Runs `append` with the repacked batch (or as it is, without `repacking`) after everything queued before for this log. */
  async queue<Outcome>(
    log: PartitionLog,
    batch: Buffer,
    repacking: Repacking | undefined,
    append: (batch: Buffer | RepackRefused) => Outcome,
  ): Promise<Outcome> {
    const before = this.#tails.get(log);
    const done =
      repacking === undefined
        ? Promise.resolve(before).then(() => append(batch))
        : this.#repackAndAppend(batch, repacking, before, append);
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

  async #repackAndAppend<Outcome>(
    batch: Buffer,
    repacking: Repacking,
    before: Promise<unknown> | undefined,
    append: (batch: Buffer | RepackRefused) => Outcome,
  ): Promise<Outcome> {
    if (this.#repackingCount < REPACKING_MAX) this.#repackingCount++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      const repacked = await repack(batch, repacking);
      await before;
      return append(repacked);
    } finally {
      const next = this.#waiting.shift();
      // The place goes straight to the next, so that nobody who comes in between takes it.
      if (next === undefined) this.#repackingCount--;
      else next();
    }
  }
}

/** The codec to repack with; undefined when the batch may stay as it is, or is too broken to say. */
export function codecToRepackWith(batch: Buffer, compressionType: string): CompressionCodec | undefined {
  if (compressionType === 'producer' || batch.length < BATCH_HEADER_SIZE_BYTES) return undefined;
  const codec = (compressionType === 'uncompressed' ? 'none' : compressionType) as CompressionCodec;
  return codecOf(batchAttributes(batch, 0)) === codec ? undefined : codec;
}

async function repack(batch: Buffer, { codec, level, maxMessageBytes }: Repacking): Promise<Buffer | RepackRefused> {
  // A broken batch must not get a new, right CRC.
  const verdict = validateBatch(batch, { leavesPacked: true });
  if (verdict.errorCode !== 0) return { errorCode: verdict.errorCode, errorMessage: verdict.message };
  const current = codecOf(batchAttributes(batch, 0)) ?? 'none';
  try {
    const packed = batch.subarray(BATCH_HEADER_SIZE_BYTES);
    const outputBytesMax = codec === 'none' ? maxMessageBytes : decompressedBytesMax(maxMessageBytes);
    const records = await decompressAsync(current, packed, { outputBytesMax });
    const plain = withRecords(batch, 'none', records);
    if (codec === 'none') return plain;
    if (current !== 'none') {
      const opened = validateBatch(plain);
      if (opened.errorCode !== 0) return { errorCode: opened.errorCode, errorMessage: opened.message };
    }
    return withRecords(batch, codec, await compressAsync(codec, records, level));
  } catch (error) {
    if (!(error instanceof CompressionError)) throw error;
    const errorMessage = `the record batch cannot be decompressed: ${error.message}`;
    const isTooLarge = error.code === 'MILLRACE_COMPRESSION_TOO_LARGE';
    return { errorCode: isTooLarge ? ErrorCode.MESSAGE_TOO_LARGE : ErrorCode.INVALID_RECORD, errorMessage };
  }
}

/** The same batch with other bytes behind its header. */
function withRecords(batch: Buffer, codec: CompressionCodec, records: Buffer): Buffer {
  const out = Buffer.allocUnsafe(BATCH_HEADER_SIZE_BYTES + records.length);
  batch.copy(out, 0, 0, BATCH_HEADER_SIZE_BYTES);
  records.copy(out, BATCH_HEADER_SIZE_BYTES);
  out.writeInt32BE(out.length - BATCH_PREFIX_SIZE_BYTES, LENGTH_AT);
  out.writeInt16BE((batchAttributes(batch, 0) & ~CODEC_MASK) | CODEC_NUMBERS[codec], ATTRIBUTES_AT);
  // Redoes the CRC as well.
  stampMaxTimestamp(out, 0, batchMaxTimestamp(batch, 0));
  return out;
}
