/**
 * Exact decimals: text, numbers and the bytes of Kafka Connect's logical type Decimal (two's complement, big endian, of the unscaled value).
 */
import { MillraceError } from '@millrace/base';

import type { Decimal } from './schema.ts';

/** Digits that a decimal may have as text: a value beyond is refused, as `1e999999999` would take all memory. */
const DIGITS_MAX = 200_000;

export function isDecimal(value: unknown): value is Decimal {
  if (typeof value !== 'object' || value === null) return false;
  const { unscaled, scale } = value as Partial<Decimal>;
  return typeof unscaled === 'bigint' && typeof scale === 'number';
}

/**
 * Of text such as `-12.50` or `1.5e3`, an integer, or a number (by its shortest text). The scale is that of the text: 2 of `12.50`.
 * Throws `MILLRACE_CONNECT_INVALID_DECIMAL`.
 */
export function decimal(value: string | number | bigint): Decimal {
  if (typeof value === 'bigint') return { unscaled: value, scale: 0 };
  const text = String(value).trim();
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = whole + fraction;
  if (sign === undefined || digits === '') throw invalid(`not a decimal: ${text.slice(0, 50)}`);
  const scale = fraction.length - Number(exponent);
  if (digits.length > DIGITS_MAX || Math.abs(scale) > DIGITS_MAX)
    throw invalid(`a decimal of more than ${DIGITS_MAX} digits`);
  const unscaled = BigInt(digits);
  return { unscaled: sign === '-' ? -unscaled : unscaled, scale };
}

/** Plain digits, as many after the point as the scale says. */
export function decimalText({ unscaled, scale }: Decimal): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  const sign = unscaled < 0n ? '-' : '';
  if (scale <= 0) return unscaled === 0n ? '0' : sign + digits + '0'.repeat(-scale);
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** The nearest number. */
export function decimalNumber(value: Decimal): number {
  return Number(`${value.unscaled}e${-value.scale}`);
}

/** The same value with another scale. Throws `MILLRACE_CONNECT_INVALID_DECIMAL` where digits would be lost. */
export function rescale(value: Decimal, scale: number): Decimal {
  if (value.scale === scale) return value;
  const factor = 10n ** BigInt(Math.abs(scale - value.scale));
  if (scale > value.scale) return { unscaled: value.unscaled * factor, scale };
  if (value.unscaled % factor !== 0n)
    throw invalid(`${decimalText(value)} has more than ${scale} digits after the point`);
  return { unscaled: value.unscaled / factor, scale };
}

/** Below 0, 0 or above, by value: 1.0 and 1.00 are equal. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const left = rescale(a, scale).unscaled;
  const right = rescale(b, scale).unscaled;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The unscaled value in as few bytes as hold it and its sign. */
export function decimalBytes({ unscaled }: Decimal): Uint8Array {
  const length = Math.floor((unscaled < 0n ? ~unscaled : unscaled).toString(2).length / 8) + 1;
  const hex = BigInt.asUintN(length * 8, unscaled)
    .toString(16)
    .padStart(length * 2, '0');
  return Uint8Array.from({ length }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16));
}

export function decimalFromBytes(bytes: Uint8Array, scale: number): Decimal {
  if (bytes.length === 0) throw invalid('a decimal without bytes');
  // Six bytes at a time, as a number holds them exactly; mostly that is all there is.
  let unscaled: bigint | undefined;
  for (let start = 0; start < bytes.length; start += EXACT_BYTES) {
    const end = Math.min(start + EXACT_BYTES, bytes.length);
    let part = start === 0 ? signed(bytes[0] ?? 0) : (bytes[start] ?? 0);
    for (let index = start + 1; index < end; index++) part = part * 256 + (bytes[index] ?? 0);
    unscaled = unscaled === undefined ? BigInt(part) : (unscaled << BigInt((end - start) * 8)) | BigInt(part);
  }
  return { unscaled: unscaled ?? 0n, scale };
}

const EXACT_BYTES = 6;

function signed(byte: number): number {
  return byte < 0x80 ? byte : byte - 0x100;
}

function invalid(message: string): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_INVALID_DECIMAL', message);
}
