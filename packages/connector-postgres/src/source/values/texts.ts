/** Bytes, bits, points, key-value pairs and arrays: types whose text has a form of its own. */
import { s } from '@millrace/connect-api';
import { PostgresError } from '../../replication/postgres-error.ts';
import type { JsonBytes } from '../json-bytes.ts';
import { textOf, textWriterOf, writerOf, type ValueWriter } from './value-writer.ts';

export type BinaryMode = 'bytes' | 'base64' | 'base64-url-safe' | 'hex';
export type HstoreMode = 'json' | 'map';

/** Text such as `\x00ff`. */
export function bytea(mode: BinaryMode): ValueWriter {
  if (mode === 'hex') return textWriterOf(s.string(), (out, from, start, end) => out.string(from, start + 2, end));
  if (mode === 'base64-url-safe')
    return textWriterOf(s.string(), (out, from, start, end) =>
      out.ascii(`"${fromHex(from, start, end).toString('base64url')}"`),
    );
  const write = (out: JsonBytes, from: Uint8Array, start: number, end: number): void => {
    const bytes = fromHex(from, start, end);
    out.base64(bytes, 0, bytes.length);
  };
  if (mode === 'base64') return textWriterOf(s.string(), write);
  return {
    ...writerOf(s.bytes(), '""', write),
    unavailable: (placeholder) => JSON.stringify(Buffer.from(placeholder).toString('base64')),
  };
}

function fromHex(from: Uint8Array, start: number, end: number): Buffer {
  return Buffer.from(textOf(from, start + 2, end), 'hex');
}

/** @param length of the column; undefined when it varies without a limit */
export function bits(length: number | undefined, isVarying: boolean): ValueWriter {
  if (length === 1 && !isVarying)
    return writerOf(s.boolean(), 'false', (out, from, start) => out.ascii(from[start] === 0x31 ? 'true' : 'false'));
  const parameters = { length: String(length ?? 2 ** 31 - 1) };
  // The lowest bit is the first bit of the first byte.
  return writerOf(s.bytes({ name: 'io.debezium.data.Bits', version: 1, parameters }), '""', (out, from, start, end) => {
    const count = end - start;
    const bytes = new Uint8Array(Math.ceil(count / 8));
    for (let bit = 0; bit < count; bit += 1)
      if (from[end - 1 - bit] === 0x31) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
    out.base64(bytes, 0, bytes.length);
  });
}

export const point: ValueWriter = writerOf(
  s.struct(
    { x: s.float64(), y: s.float64(), wkb: s.bytes({ optional: true }), srid: s.int32({ optional: true }) },
    { name: 'io.debezium.data.geometry.Point', version: 1, doc: 'Geometry (POINT)' },
  ),
  '{"x":0.0,"y":0.0,"wkb":null,"srid":null}',
  (out, from, start, end) => {
    const [x = 0, y = 0] = textOf(from, start + 1, end - 1)
      .split(',')
      .map((part) => Number(part));
    const binary = Buffer.alloc(21);
    binary.writeUInt8(1, 0);
    binary.writeUInt32LE(1, 1);
    binary.writeDoubleLE(x, 5);
    binary.writeDoubleLE(y, 13);
    const number = (value: number): string =>
      Number.isFinite(value) ? (Number.isInteger(value) ? `${value}.0` : String(value)) : `"${value}"`;
    out.ascii(`{"x":${number(x)},"y":${number(y)},"wkb":"${binary.toString('base64')}","srid":null}`);
  },
);

export function hstore(mode: HstoreMode): ValueWriter {
  const write = (out: JsonBytes, from: Uint8Array, start: number, end: number): void => {
    const json = JSON.stringify(Object.fromEntries(parseHstore(textOf(from, start, end))));
    if (mode === 'map') out.raw(Buffer.from(json));
    else out.text(json);
  };
  if (mode === 'json') return textWriterOf(s.string({ name: 'io.debezium.data.Json', version: 1 }), write);
  return {
    ...writerOf(s.map(s.string(), s.string({ optional: true })), '{}', write),
    unavailable: (placeholder) => JSON.stringify({ [placeholder]: placeholder }),
  };
}

function parseHstore(text: string): [string, string | null][] {
  const pairs = text.matchAll(/"((?:[^"\\]|\\.)*)"=>(?:"((?:[^"\\]|\\.)*)"|NULL)/gs);
  const plain = (quoted: string): string => quoted.replace(/\\(.)/gs, '$1');
  return [...pairs].map(([, key = '', value]) => [plain(key), value === undefined ? null : plain(value)]);
}

const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Text such as `{1,NULL,"a \"b\""}`, of one dimension. */
export function arrayOf(element: ValueWriter, delimiter: string): ValueWriter {
  const separator = delimiter.charCodeAt(0);
  return {
    schema: s.array(s.optional(element.schema)),
    nothing: '[]',
    write: (out, from, start, end) => writeArray(out, from, start, end, element, separator),
    unavailable: (placeholder) => {
      const one = element.unavailable(placeholder);
      if (one !== 'null') return `[${one}]`;
      const isNumber = ['int16', 'int32', 'int64', 'float32', 'float64'].includes(element.schema.type);
      return isNumber ? `[${[...Buffer.from(placeholder)].join(',')}]` : 'null';
    },
  };
}

function writeArray(
  out: JsonBytes,
  from: Uint8Array,
  start: number,
  end: number,
  element: ValueWriter,
  separator: number,
): void {
  // Arrays that do not begin at 1 say so in front: [0:2]={…}
  let at = from[start] === 0x5b ? from.indexOf(OPEN, start) : start;
  out.byte(0x5b);
  at += 1;
  for (let count = 0; at < end && from[at] !== CLOSE; count += 1) {
    if (count > 0) out.byte(COMMA);
    if (from[at] === OPEN)
      throw new PostgresError(
        'VALUE',
        'an array has more than one dimension, but its column is declared with one: declare it as type[][], leave it out by column.exclude.list',
      );
    at =
      from[at] === QUOTE ? writeQuoted(out, from, at + 1, element) : writePlain(out, from, at, end, element, separator);
    if (from[at] === separator) at += 1;
  }
  out.byte(0x5d);
}

function writePlain(
  out: JsonBytes,
  from: Uint8Array,
  start: number,
  end: number,
  element: ValueWriter,
  separator: number,
): number {
  let at = start;
  while (at < end && from[at] !== separator && from[at] !== CLOSE) at += 1;
  if (at - start === 4 && textOf(from, start, at).toUpperCase() === 'NULL') out.ascii('null');
  else element.write(out, from, start, at);
  return at;
}

function writeQuoted(out: JsonBytes, from: Uint8Array, start: number, element: ValueWriter): number {
  let at = start;
  let escapes = 0;
  for (; from[at] !== QUOTE; at += 1) {
    if (from[at] !== BACKSLASH) continue;
    at += 1;
    escapes += 1;
  }
  if (escapes === 0) element.write(out, from, start, at);
  else {
    const plain = Buffer.allocUnsafe(at - start - escapes);
    let to = 0;
    for (let index = start; index < at; index += 1) {
      if (from[index] === BACKSLASH) index += 1;
      plain[to++] = from[index] as number;
    }
    element.write(out, plain, 0, plain.length);
  }
  return at + 1;
}
