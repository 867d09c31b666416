/**
 * The bytes of an object, through broken connections: a stream that ends early or stands still is taken up again where it was.
 */
import { messageOf, type Timers } from '@millrace/base';
import type { Readable } from 'node:stream';

import { gunzipped, type CompressionType } from '../compression.ts';
import { S3Error, s3Error } from '../s3-error.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';
import { BACKOFF_MS_MAX, pause } from '../store/retry.ts';
import { zstdDecompressed } from './zstd-frames.ts';

export interface ReadOptions {
  readonly retries: number;
  readonly backoffMs: number;
  readonly idleMs: number;
  readonly timers: Timers;
}

/** The object was removed or replaced while it was read. */
export class ObjectGone extends Error {}

export async function* objectBytes(
  store: ObjectStore,
  object: StoredObject,
  start: number,
  options: ReadOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let position = start;
  let failures = 0;
  while (position < object.sizeBytes) {
    const stream = await store.read(object.key, object.etag, position, signal);
    if (stream === undefined) throw new ObjectGone(object.key);
    try {
      for await (const chunk of watched(stream, options, signal)) {
        position += chunk.length;
        failures = 0;
        yield chunk;
      }
      if (position < object.sizeBytes) throw new Error(`it ended after ${position} of ${object.sizeBytes} bytes`);
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      if (failures > options.retries) throw s3Error(`read ${object.key} from byte ${position} on`, error);
      await pause(Math.min(BACKOFF_MS_MAX, options.backoffMs * 2 ** (failures - 1)), options.timers, signal);
    } finally {
      stream.destroy();
    }
  }
}

/** Fails when nothing comes for too long, or when the signal is aborted. */
async function* watched(stream: Readable, { idleMs, timers }: ReadOptions, signal: AbortSignal) {
  const onAbort = (): void => {
    stream.destroy(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const arm = () => timers.schedule(idleMs, () => stream.destroy(new Error(`nothing came for ${idleMs} ms`)));
  let timer = arm();
  try {
    for await (const chunk of stream) {
      timer.cancel();
      yield chunk as Uint8Array;
      timer = arm();
    }
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}

/** Throws `MILLRACE_CONNECT_S3_UNREADABLE_OBJECT` for bytes that are not compressed so. */
export async function* decompressed(
  bytes: AsyncIterable<Uint8Array>,
  type: CompressionType,
  key: string,
): AsyncGenerator<Uint8Array> {
  if (type === 'none') {
    yield* bytes;
    return;
  }
  let failure: Error | undefined;
  async function* noted(): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes;
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }
  try {
    yield* type === 'gzip' ? gunzipped(noted()) : zstdDecompressed(noted());
  } catch (error) {
    if (failure !== undefined) throw failure;
    throw new S3Error(
      'MILLRACE_CONNECT_S3_UNREADABLE_OBJECT',
      `cannot decompress ${key} as ${type}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
