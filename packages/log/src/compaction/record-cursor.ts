/**
 * Going through the records of a batch one by one, for the cleaner: it looks at every record of a log, and at little of each.
 *
 * Invariants: what {@link RecordCursor.next} accepted lies within the bytes; headers are not looked at, the append did that.
 * Bounds: nothing is allocated.
 */
const VARINT_BYTES_MAX = 5;
const VARLONG_BYTES_MAX = 10;

export class RecordCursor {
  #bytes: Buffer = Buffer.alloc(0);
  #limit = 0;
  #at = 0;
  /** Where the next record begins. */
  end = 0;
  /** Where the record's attributes are; its length is before them. */
  bodyStart = 0;
  /** Behind the timestamp delta. */
  restStart = 0;
  offsetDelta = 0;
  keyStart = 0;
  /** −1 for null. */
  keyLength = -1;
  /** −1 for null. */
  valueLength = -1;

  /** `bytes[start, limit)` are whole records. */
  begin(bytes: Buffer, start: number, limit: number): void {
    this.#bytes = bytes;
    this.#limit = limit;
    this.end = start;
  }

  /** Moves to the next record; false when there is none that could be. */
  next(): boolean {
    const bytes = this.#bytes;
    this.#at = this.end;
    const size = this.#varint();
    const body = this.#at;
    const end = body + size;
    if (size < 0 || end > this.#limit) return false;
    let at = body + 1;
    const timestampLimit = at + VARLONG_BYTES_MAX;
    while (at < timestampLimit && bytes[at]! >= 0x80) at++;
    this.bodyStart = body;
    this.restStart = this.#at = at + 1;
    this.offsetDelta = this.#varint();
    const keyLength = this.#varint();
    this.keyStart = this.#at;
    this.keyLength = keyLength;
    if (keyLength > 0) this.#at += keyLength;
    if (this.#at > end) return false;
    this.valueLength = this.#varint();
    if (this.valueLength > 0) this.#at += this.valueLength;
    this.end = end;
    return this.#at <= end;
  }

  /** Milliseconds from the batch's base timestamp to the record's. */
  readTimestampDelta(): number {
    const bytes = this.#bytes;
    let at = this.bodyStart + 1;
    let byte = bytes[at++]!;
    let folded = byte & 0x7f;
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      byte = bytes[at++]!;
      folded += (byte & 0x7f) * scale;
    }
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  #varint(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let byte = bytes[at++]!;
    if (byte < 0x80) {
      this.#at = at;
      return (byte >>> 1) ^ -(byte & 1);
    }
    let folded = byte & 0x7f;
    const limit = at + VARINT_BYTES_MAX - 1;
    for (let shift = 7; at < limit; shift += 7) {
      byte = bytes[at++]!;
      folded |= (byte & 0x7f) << shift;
      if (!(byte >= 0x80)) break;
    }
    this.#at = at;
    return (folded >>> 1) ^ -(folded & 1);
  }
}

/** Bytes that {@link writeVarintAt} takes for a number that is not negative. */
export function varintBytes(value: number): number {
  return varlongBytes(value);
}

export function writeVarintAt(buffer: Buffer, position: number, value: number): number {
  return writeVarlongAt(buffer, position, value);
}

/** Bytes that {@link writeVarlongAt} takes. */
export function varlongBytes(value: number): number {
  let rest = fold(value);
  let size = 1;
  while (rest >= 0x80) {
    rest = Math.floor(rest / 0x80);
    size++;
  }
  return size;
}

export function writeVarlongAt(buffer: Buffer, position: number, value: number): number {
  let rest = fold(value);
  let at = position;
  while (rest >= 0x80) {
    buffer[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  buffer[at++] = rest;
  return at;
}

/** Signs folded in: 0, −1, 1, −2 are 0, 1, 2, 3. */
function fold(value: number): number {
  return value >= 0 ? value * 2 : value * -2 - 1;
}
