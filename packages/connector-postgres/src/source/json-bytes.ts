/**
 * Writes JSON as bytes into slabs that records share, so that a value of a column goes from the stream to the record without becoming a
 * string.
 *
 * Invariants: what `take` returned is never written again; text is escaped as Kafka's JSON converter does it.
 * Bounds: a slab is `SLAB_BYTES`, more only for a record that is bigger.
 */
const SLAB_BYTES = 256 * 1024;
/** Below this, a loop is quicker than a call into the runtime. */
const LOOP_BYTES_MAX = 32;
const BILLION = 1e9;

/** 0: as it is; 1: as `\u00XX`; else the letter after the backslash. */
const ESCAPES = new Uint8Array(256).fill(1, 0, 32);
for (const [byte, letter] of [
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [0x22, '"'],
  [0x5c, '\\'],
] as const)
  ESCAPES[byte] = letter.charCodeAt(0);

const HEX = Buffer.from('0123456789ABCDEF');
const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export class JsonBytes {
  #bytes: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #begin = 0;
  #at = 0;

  /** Bytes since the last {@link take}. */
  get length(): number {
    return this.#at - this.#begin;
  }

  /** What was written since the last time. */
  take(): Buffer {
    const taken = this.#bytes.subarray(this.#begin, this.#at);
    this.#begin = this.#at;
    return taken;
  }

  /** Forgets what was written after {@link length} was this. */
  cut(length: number): void {
    this.#at = this.#begin + length;
  }

  byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  /** As it is. */
  raw(bytes: Uint8Array): void {
    this.copy(bytes, 0, bytes.length);
  }

  /** As it is, of text that needs no escape. */
  ascii(text: string): void {
    this.#reserve(text.length);
    this.#at += this.#bytes.write(text, this.#at, 'latin1');
  }

  copy(from: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#reserve(length);
    const to = this.#bytes;
    if (length <= LOOP_BYTES_MAX) {
      let at = this.#at;
      for (let index = start; index < end; index += 1) to[at++] = from[index] as number;
    } else {
      to.set(from.subarray(start, end), this.#at);
    }
    this.#at += length;
  }

  /** A string: quoted and escaped; the bytes are UTF-8 already. */
  string(from: Uint8Array, start: number, end: number): void {
    this.#reserve((end - start) * 6 + 2);
    const to = this.#bytes;
    let at = this.#at;
    to[at++] = QUOTE;
    for (let index = start; index < end; index += 1) {
      const byte = from[index] as number;
      const escape = ESCAPES[byte] as number;
      if (escape === 0) to[at++] = byte;
      else {
        to[at++] = BACKSLASH;
        if (escape !== 1) to[at++] = escape;
        else {
          to[at++] = 0x75;
          to[at++] = 0x30;
          to[at++] = 0x30;
          to[at++] = HEX[byte >> 4] as number;
          to[at++] = HEX[byte & 15] as number;
        }
      }
    }
    to[at++] = QUOTE;
    this.#at = at;
  }

  /** A string of anything. */
  text(value: string): void {
    const bytes = Buffer.from(value);
    this.string(bytes, 0, bytes.length);
  }

  /** An integer within ±2^53. */
  integer(value: number): void {
    this.#reserve(20);
    let rest = value;
    if (rest < 0) {
      this.#bytes[this.#at++] = 0x2d;
      rest = -rest;
    }
    if (rest < BILLION) this.#digits(rest, 0);
    else {
      const high = Math.floor(rest / BILLION);
      if (high < BILLION) this.#digits(high, 0);
      else {
        const top = Math.floor(high / BILLION);
        this.#digits(top, 0);
        this.#digits(high - top * BILLION, 9);
      }
      this.#digits(rest - high * BILLION, 9);
    }
  }

  /** A string of bytes in base64. */
  base64(from: Uint8Array, start: number, end: number): void {
    this.#reserve(Math.ceil((end - start) / 3) * 4 + 2);
    const to = this.#bytes;
    let at = this.#at;
    to[at++] = QUOTE;
    let index = start;
    for (; index + 2 < end; index += 3) {
      const group = ((from[index] as number) << 16) | ((from[index + 1] as number) << 8) | (from[index + 2] as number);
      to[at++] = BASE64[group >> 18] as number;
      to[at++] = BASE64[(group >> 12) & 63] as number;
      to[at++] = BASE64[(group >> 6) & 63] as number;
      to[at++] = BASE64[group & 63] as number;
    }
    if (index < end) {
      const group = ((from[index] as number) << 16) | (index + 1 < end ? (from[index + 1] as number) << 8 : 0);
      to[at++] = BASE64[group >> 18] as number;
      to[at++] = BASE64[(group >> 12) & 63] as number;
      to[at++] = index + 1 < end ? (BASE64[(group >> 6) & 63] as number) : 0x3d;
      to[at++] = 0x3d;
    }
    to[at++] = QUOTE;
    this.#at = at;
  }

  /** Of an integer below 10^9. */
  #digits(value: number, widthMin: number): void {
    const to = this.#bytes;
    let width = 1;
    for (let limit = 10; limit <= value; limit *= 10) width += 1;
    if (width < widthMin) width = widthMin;
    let rest = value | 0;
    for (let at = this.#at + width - 1; at >= this.#at; at -= 1) {
      const next = (rest / 10) | 0;
      to[at] = 0x30 + rest - next * 10;
      rest = next;
    }
    this.#at += width;
  }

  #reserve(count: number): void {
    if (this.#bytes.length - this.#at < count) this.#grow(count);
  }

  /** The record that is being written moves on into a new slab. */
  #grow(count: number): void {
    const written = this.#at - this.#begin;
    const next = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, (written + count) * 2));
    this.#bytes.copy(next, 0, this.#begin, this.#at);
    this.#bytes = next;
    this.#begin = 0;
    this.#at = written;
  }
}
