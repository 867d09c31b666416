import { plainValue, type InRecord } from '@millrace/connect-api';

import type { Encoder, Format } from './format.ts';
import { unwritable } from '../s3-error.ts';

/** Values as they are, each followed by the separator. */
export function rawBytes(extension: string, separator: string): Format {
  return { extension, isCompressed: false, open: () => new RawEncoder(Buffer.from(separator)) };
}

class RawEncoder implements Encoder {
  readonly blockBytes = 256 * 1024;
  readonly #separator: Uint8Array;
  #pieces: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(separator: Uint8Array) {
    this.#separator = separator;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  accepts(): boolean {
    return true;
  }

  append(record: InRecord): number {
    const value = plainValue(record.value);
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    if (!(bytes instanceof Uint8Array)) {
      throw unwritable(
        'format.class=bytes writes bytes and texts only: set value.converter to the ByteArrayConverter or the StringConverter',
      );
    }
    // A record's bytes may be a view into a whole fetch response: without a copy that would stay in memory.
    this.#pieces.push(Buffer.from(bytes), this.#separator);
    const addedBytes = bytes.length + this.#separator.length;
    this.#pendingBytes += addedBytes;
    return addedBytes;
  }

  drain(): Uint8Array | undefined {
    if (this.#pieces.length === 0) return undefined;
    const bytes = Buffer.concat(this.#pieces, this.#pendingBytes);
    this.#pieces = [];
    this.#pendingBytes = 0;
    return bytes;
  }

  finish(): Uint8Array | undefined {
    return this.drain();
  }
}
