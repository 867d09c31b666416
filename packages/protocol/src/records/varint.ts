/**
 * Variable-length integers of the record format: seven bits a byte, low bits first, signs folded in (zig-zag).
 *
 * Bounds: a varint takes at most 5 bytes and a varlong at most 10. Varlongs are numbers here: exact up to 2^53.
 */

/** Bytes that {@link writeVarint} takes for an int32. */
export function varintSizeInBytes(value: number): number {
  const folded = ((value << 1) ^ (value >> 31)) >>> 0;
  if (folded < 0x80) return 1;
  if (folded < 0x4000) return 2;
  if (folded < 0x200000) return 3;
  return folded < 0x10000000 ? 4 : 5;
}

/** Writes an int32 and returns the position after it. */
export function writeVarint(buffer: Buffer, position: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = position;
  while (rest >= 0x80) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}

/** Bytes that {@link writeVarlong} takes. */
export function varlongSizeInBytes(value: number): number {
  if ((value | 0) === value) return varintSizeInBytes(value);
  let rest = foldSign(value);
  let size = 1;
  while (rest >= 0x80) {
    rest = Math.floor(rest / 0x80);
    size++;
  }
  return size;
}

/** Writes an integer of up to 53 bits and returns the position after it. */
export function writeVarlong(buffer: Buffer, position: number, value: number): number {
  if ((value | 0) === value) return writeVarint(buffer, position, value);
  let rest = foldSign(value);
  let at = position;
  while (rest >= 0x80) {
    buffer[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  buffer[at++] = rest;
  return at;
}

/** Reads a varlong that is known to be whole. */
export function readVarlong(buffer: Buffer, position: number): number {
  let byte = buffer[position] ?? 0;
  let folded = byte & 0x7f;
  let scale = 0x80;
  for (let at = position + 1; byte >= 0x80; at++) {
    byte = buffer[at] ?? 0;
    folded += (byte & 0x7f) * scale;
    scale *= 0x80;
  }
  return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
}

function foldSign(value: number): number {
  return value >= 0 ? value * 2 : value * -2 - 1;
}
