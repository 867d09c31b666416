/** Rows of `COPY … TO STDOUT` in its text format: values by the same functions that write them into a replication stream. */
import { NULL_VALUE, type Tuple } from './tuple.ts';

const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const LETTER_N = 0x4e;

const UNESCAPED = new Map([
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x76, 0x0b],
]);

/** Takes escapes out in place: the bytes between are changed. */
export function readCopyRow(bytes: Buffer, start: number, end: number, into: Tuple): void {
  const { starts, lengths } = into;
  into.source = bytes;
  let column = 0;
  let begin = start;
  let to = start;
  let isNull = false;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === TAB || byte === NEWLINE) {
      starts[column] = begin;
      lengths[column] = isNull ? NULL_VALUE : to - begin;
      column += 1;
      begin = to = at + 1;
      isNull = false;
    } else if (byte === BACKSLASH) {
      at += 1;
      const letter = bytes[at] as number;
      if (letter === LETTER_N) isNull = true;
      else bytes[to++] = UNESCAPED.get(letter) ?? letter;
    } else {
      if (to !== at) bytes[to] = byte;
      to += 1;
    }
  }
  into.count = column;
}
