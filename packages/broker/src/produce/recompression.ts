/**
 * Batches whose codec is not the topic's: repacked off the event loop, appended in the order in which they came.
 *
 * Owns: for each log with batches in the works, the end of its queue.
 * Invariants: while a log has a batch in the works, every later batch of it waits its turn, repacked or not.
 * Bounds: what is in the works belongs to requests, which the listener's memory budget counts.
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
  ErrorCode,
  stampMaxTimestamp,
  validateBatch,
} from '@millrace/protocol';

/** Decompressed size beyond which a batch is refused. */
const DECOMPRESSED_BYTES_MAX = 256 * 1024 * 1024;
const CODEC_MASK = 0x07;
const LENGTH_AT = 8;
const ATTRIBUTES_AT = 21;

export interface RepackRefused {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export class Recompression {
  readonly #tails = new Map<PartitionLog, Promise<unknown>>();

  /** Whether a batch of this log is in the works, so that others must queue behind it. */
  isBusy(log: PartitionLog): boolean {
    return this.#tails.has(log);
  }

  /** Runs `append` with the repacked batch (or as it is, when `codec` is undefined) after everything queued before for this log. */
  async queue<Outcome>(
    log: PartitionLog,
    batch: Buffer,
    codec: CompressionCodec | undefined,
    level: number | undefined,
    append: (batch: Buffer | RepackRefused) => Outcome,
  ): Promise<Outcome> {
    const before = this.#tails.get(log);
    const repacked = codec === undefined ? Promise.resolve(batch) : repack(batch, codec, level);
    const done = Promise.all([repacked, before]).then(([result]) => append(result));
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
}

/** The codec to repack with; undefined when the batch may stay as it is, or is too broken to say. */
export function codecToRepackWith(batch: Buffer, compressionType: string): CompressionCodec | undefined {
  if (compressionType === 'producer' || batch.length < BATCH_HEADER_SIZE_BYTES) return undefined;
  const codec = (compressionType === 'uncompressed' ? 'none' : compressionType) as CompressionCodec;
  return codecOf(batchAttributes(batch, 0)) === codec ? undefined : codec;
}

async function repack(
  batch: Buffer,
  codec: CompressionCodec,
  level: number | undefined,
): Promise<Buffer | RepackRefused> {
  // A broken batch must not get a new, right CRC.
  const verdict = validateBatch(batch);
  if (verdict.errorCode !== 0) return { errorCode: verdict.errorCode, errorMessage: verdict.message };
  const current = codecOf(batchAttributes(batch, 0)) ?? 'none';
  try {
    const packed = batch.subarray(BATCH_HEADER_SIZE_BYTES);
    const records = await decompressAsync(current, packed, { outputBytesMax: DECOMPRESSED_BYTES_MAX });
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
    return { errorCode: ErrorCode.INVALID_RECORD, errorMessage };
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
