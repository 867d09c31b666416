/** Another codec for a batch: what `compression.type` asks for when the producer chose differently. */
import { compressAsync, type CompressionCodec } from '@millrace/compression';
import {
  BATCH_HEADER_SIZE_BYTES,
  batchAttributes,
  batchWithRecords,
  codecOf,
  openBatch,
  type BatchVerdict,
  type ValidateBatchOptions,
} from '@millrace/protocol';
import type { TopicSettings } from '../config/topic-config.ts';
import { giveBack } from './opened-memory.ts';

/** A batch ready for its log, with what is known of it. */
export interface PreparedBatch {
  readonly batch: Buffer;
  /** Undefined when the log is to judge it. */
  readonly verdict: BatchVerdict | undefined;
}

/** The codec to repack with; undefined when the batch may stay as it is, or is too broken to say. */
export function codecToRepackWith(batch: Buffer, compressionType: string): CompressionCodec | undefined {
  if (compressionType === 'producer' || batch.length < BATCH_HEADER_SIZE_BYTES) return undefined;
  const codec = (compressionType === 'uncompressed' ? 'none' : compressionType) as CompressionCodec;
  return codecOf(batchAttributes(batch, 0)) === codec ? undefined : codec;
}

/** Opens, judges and packs a batch anew, off the event loop where it can be. One that is refused comes back as it is. */
export async function repack(
  batch: Buffer,
  codec: CompressionCodec,
  settings: TopicSettings,
  checks: ValidateBatchOptions,
  pause: () => Promise<void>,
): Promise<PreparedBatch> {
  // What is to be stored uncompressed need not be opened further than it may be stored.
  const bounded = codec === 'none' ? { ...checks, outputBytesMax: settings.maxMessageBytes } : checks;
  const { verdict, records } = await openBatch(batch, bounded, pause);
  if (verdict.errorCode !== 0) {
    giveBack(records, batch);
    return { batch, verdict };
  }
  const packed = batchWithRecords(batch, codec, await compressAsync(codec, records, levelOf(codec, settings)));
  giveBack(records, batch);
  return { batch: packed, verdict };
}

function levelOf(codec: CompressionCodec, settings: TopicSettings): number | undefined {
  switch (codec) {
    case 'gzip':
      return settings.compressionGzipLevel === -1 ? undefined : settings.compressionGzipLevel;
    case 'lz4':
      return settings.compressionLz4Level;
    case 'zstd':
      return settings.compressionZstdLevel;
    default:
      return undefined;
  }
}
