/** Numbers, and the ways in which exact decimals can be written. */
import { decimal, decimalBytes, rescale, s } from '@millrace/connect-api';
import { PostgresError } from '../../replication/postgres-error.ts';
import type { JsonBytes } from '../json-bytes.ts';
import { textOf, textWriterOf, writeRaw, writerOf, type ValueWriter, type WriteValue } from './value-writer.ts';

/** `precise`: exact, as bytes with a scale; `double`: the nearest number; `string`: as Postgres writes it. */
export type DecimalMode = 'precise' | 'double' | 'string';

/** Digits below which a decimal is handled as a number. */
const EXACT_DIGITS = 15;
const MINUS = 0x2d;
const POINT = 0x2e;

export const int16 = writerOf(s.int16(), '0', writeRaw);
export const int32 = writerOf(s.int32(), '0', writeRaw);
export const int64 = writerOf(s.int64(), '0', writeRaw);
export const float32 = writerOf(s.float32(), '0.0', writeFloat);
export const float64 = writerOf(s.float64(), '0.0', writeFloat);
export const boolean = writerOf(s.boolean(), 'false', (out, from, start) =>
  out.ascii(from[start] === 0x74 ? 'true' : 'false'),
);

/** `NaN` and the infinities are strings, as in Kafka's JSON. */
function writeFloat(out: JsonBytes, from: Uint8Array, start: number, end: number): void {
  const last = from[end - 1] ?? 0;
  if (last >= 0x30 && last <= 0x39) {
    out.copy(from, start, end);
    // A float stays a float for those who read it: 1.0, not 1.
    for (let at = start; at < end; at += 1) {
      const byte = from[at];
      if (byte === POINT || byte === 0x65) return;
    }
    out.ascii('.0');
  } else out.string(from, start, end);
}

/** @param scale undefined: each value has its own */
export function numeric(mode: DecimalMode, scale: number | undefined): ValueWriter {
  if (mode === 'string') return textWriterOf(s.string());
  if (mode === 'double') return float64;
  if (scale === undefined) return variableScale;
  return writerOf(s.decimal(scale), '""', writeFixedScale(scale));
}

const variableScale: ValueWriter = writerOf(
  s.struct(
    { scale: s.int32(), value: s.bytes() },
    { name: 'io.debezium.data.VariableScaleDecimal', version: 1, doc: 'Variable scaled decimal' },
  ),
  '{"scale":0,"value":"AA=="}',
  (out, from, start, end) => {
    let scale = 0;
    for (let at = start; at < end; at += 1) if (from[at] === POINT) scale = end - at - 1;
    out.ascii('{"scale":');
    out.integer(scale);
    out.ascii(',"value":');
    writeUnscaled(out, from, start, end, scale);
    out.byte(0x7d);
  },
);

function writeFixedScale(scale: number): WriteValue {
  return (out, from, start, end) => writeUnscaled(out, from, start, end, scale);
}

const scratch = new Uint8Array(8);

/** The digits without their point as a binary number, in base64. */
function writeUnscaled(out: JsonBytes, from: Uint8Array, start: number, end: number, scale: number): void {
  let value = 0;
  let digits = 0;
  let fraction = -1;
  const isNegative = from[start] === MINUS;
  for (let at = isNegative ? start + 1 : start; at < end; at += 1) {
    const digit = (from[at] as number) - 0x30;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digits += 1;
      if (fraction >= 0) fraction += 1;
    } else if (from[at] === POINT && fraction < 0) fraction = 0;
    else throw notFinite(textOf(from, start, end));
  }
  if (digits > EXACT_DIGITS || Math.max(fraction, 0) !== scale) {
    const bytes = decimalBytes(rescale(decimal(textOf(from, start, end)), scale));
    out.base64(bytes, 0, bytes.length);
    return;
  }
  let rest = isNegative ? -value : value;
  let at = 8;
  do {
    const next = Math.floor(rest / 256);
    scratch[--at] = rest - next * 256;
    rest = next;
  } while (!(rest === 0 && (scratch[at] as number) < 128) && !(rest === -1 && (scratch[at] as number) >= 128));
  out.base64(scratch, at, 8);
}

function notFinite(text: string): PostgresError {
  return new PostgresError(
    'VALUE',
    `a numeric is ${text.slice(0, 20)}, which has no exact form: set decimal.handling.mode=string or double`,
  );
}

/** Text such as `-$1,234.50`; the number of digits after the point is that of the server's currency. */
export function money(mode: DecimalMode, scale: number): ValueWriter {
  const { schema, nothing, write } = numeric(mode, scale);
  return {
    ...writerOf(schema, nothing, (out, from, start, end) => {
      const text = textOf(from, start, end);
      const digits = text.replace(/[^\d.]/g, '');
      const bytes = Buffer.from(text.includes('-') || text.startsWith('(') ? `-${digits}` : digits);
      write(out, bytes, 0, bytes.length);
    }),
  };
}
