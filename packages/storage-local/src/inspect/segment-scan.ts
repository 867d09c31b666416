/** Record batches of a segment file, one by one, as far as they are whole. */
import {
  BATCH_HEADER_SIZE_BYTES,
  BATCH_MAGIC,
  batchMagic,
  batchSizeInBytes,
  isBatchCrcValid,
} from '@millrace/protocol';
import type { FileSystem } from '../file-system.ts';

const READ_BYTES = 1024 * 1024;

export type ScannedBatch =
  /** `buffer` holds the whole batch at `at`. */
  | {
      readonly kind: 'batch';
      readonly position: number;
      readonly buffer: Buffer;
      readonly at: number;
      readonly sizeBytes: number;
    }
  /** `nextPosition`: where the next batch would be if the header of this one can be believed. */
  | {
      readonly kind: 'bad';
      readonly position: number;
      readonly reason: string;
      readonly nextPosition: number | undefined;
    };

/** The batches of `[start, end)`; the last one yielded may be bad. `end` is bounded by the file. */
export async function* scanSegment(
  fileSystem: FileSystem,
  path: string,
  start = 0,
  end = Infinity,
): AsyncGenerator<ScannedBatch, void, undefined> {
  const file = await fileSystem.open(path, { mode: 'read' });
  try {
    const limit = Math.min(end, await file.sizeBytes());
    let needBytes = READ_BYTES;
    for (let position = start; position < limit;) {
      const buffer = Buffer.allocUnsafe(Math.min(needBytes, limit - position));
      const count = await file.read(buffer, position);
      let at = 0;
      while (at < count) {
        const fault = headerFault(buffer, at, count, limit - position);
        if (fault === 'more') break;
        const sizeBytes = fault === undefined ? batchSizeInBytes(buffer, at) : 0;
        if (fault !== undefined) {
          yield { kind: 'bad', position: position + at, reason: fault, nextPosition: undefined };
          return;
        }
        if (!isBatchCrcValid(buffer, at)) {
          const nextPosition = position + at + sizeBytes;
          yield { kind: 'bad', position: position + at, reason: 'its CRC does not match its bytes', nextPosition };
          return;
        }
        yield { kind: 'batch', position: position + at, buffer, at, sizeBytes };
        at += sizeBytes;
      }
      if (count === 0) return;
      needBytes = at === 0 ? needBytes * 4 : READ_BYTES;
      position += at;
    }
  } finally {
    await file.close();
  }
}

/** `more`: what was read ends within the batch, the file does not. */
function headerFault(buffer: Buffer, at: number, count: number, limit: number): string | undefined {
  if (limit - at < BATCH_HEADER_SIZE_BYTES) return `${limit - at} bytes are left, fewer than a batch header has`;
  if (count - at < BATCH_HEADER_SIZE_BYTES) return 'more';
  const sizeBytes = batchSizeInBytes(buffer, at);
  if (batchMagic(buffer, at) !== BATCH_MAGIC || sizeBytes < BATCH_HEADER_SIZE_BYTES) return 'no record batch is there';
  if (at + sizeBytes > limit) return `it claims ${sizeBytes} bytes, ${limit - at} are left`;
  return at + sizeBytes > count ? 'more' : undefined;
}
