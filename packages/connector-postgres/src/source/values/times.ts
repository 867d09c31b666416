/** Dates, times and intervals. Postgres writes them in ISO form and UTC, as the connection's settings ask for. */
import { s } from '@millrace/connect-api';
import { PostgresError } from '../../replication/postgres-error.ts';
import type { JsonBytes } from '../json-bytes.ts';
import { textOf, textWriterOf, writerOf, type ValueWriter } from './value-writer.ts';

/**
 * `adaptive`: as fine as the column is; `adaptive_time_microseconds`: times of day always in microseconds; `connect`: Kafka Connect's own
 * types, which end at milliseconds.
 */
export type TimeMode = 'adaptive' | 'adaptive_time_microseconds' | 'connect';
/** `numeric`: microseconds, a month being 365.25 / 12 days; `string`: all parts of it in ISO 8601, such as `P1Y2M3DT4H5M6.78S`. */
export type IntervalMode = 'numeric' | 'string';

const MILLIS_DIGITS = 3;
const DAY_MS = 86_400_000;
const DAY_MICROS = 86_400_000_000;
/** 365.25 / 12 days. */
const MONTH_MICROS = 2_629_800_000_000n;
/** What the connector that this one can stand in for writes. */
const INFINITY_TEXT = '9223372036825200000';
const MINUS_INFINITY_TEXT = '-9223372036832400000';

export const date = (mode: TimeMode): ValueWriter =>
  writerOf(
    mode === 'connect' ? s.date() : s.int32({ name: 'io.debezium.time.Date', version: 1 }),
    '0',
    (out, from, start, end) => {
      if (isInfinite(from, start)) out.ascii(from[start] === 0x2d ? '-2147483648' : '2147483647');
      else out.integer(parseMoment(from, start, end).days);
    },
  );

/** @param digits of the second's fraction */
export function time(mode: TimeMode, digits: number): ValueWriter {
  if (mode === 'connect') return writerOf(s.time(), '0', writeTime(1000));
  if (mode === 'adaptive' && digits <= MILLIS_DIGITS)
    return writerOf(s.int32({ name: 'io.debezium.time.Time', version: 1 }), '0', writeTime(1000));
  return writerOf(s.int64({ name: 'io.debezium.time.MicroTime', version: 1 }), '0', writeTime(1));
}

function writeTime(divisor: number) {
  return (out: JsonBytes, from: Uint8Array, start: number, end: number): void =>
    out.integer(Math.floor(parseTime(from, start, end) / divisor));
}

export function timestamp(mode: TimeMode, digits: number): ValueWriter {
  if (mode === 'connect') return writerOf(s.timestamp(), '0', writeTimestamp(true));
  if (digits <= MILLIS_DIGITS)
    return writerOf(s.int64({ name: 'io.debezium.time.Timestamp', version: 1 }), '0', writeTimestamp(true));
  return writerOf(s.int64({ name: 'io.debezium.time.MicroTimestamp', version: 1 }), '0', writeTimestamp(false));
}

function writeTimestamp(isInMillis: boolean) {
  return (out: JsonBytes, from: Uint8Array, start: number, end: number): void => {
    if (isInfinite(from, start)) {
      out.ascii(from[start] === 0x2d ? MINUS_INFINITY_TEXT : INFINITY_TEXT);
      return;
    }
    const { days, micros } = parseMoment(from, start, end);
    if (isInMillis) out.integer(days * DAY_MS + Math.floor(micros / 1000));
    else if (days > -100_000 && days < 100_000) out.integer(days * DAY_MICROS + micros);
    else out.ascii(String(BigInt(days) * BigInt(DAY_MICROS) + BigInt(micros)));
  };
}

/** `2026-11-23 10:00:00.5+00` becomes `2026-11-23T10:00:00.5Z`: the zone is UTC. */
export const timestampWithZone: ValueWriter = textWriterOf(
  s.string({ name: 'io.debezium.time.ZonedTimestamp', version: 1 }),
  (out, from, start, end) => {
    if (isInfinite(from, start)) {
      out.string(from, start, end);
      return;
    }
    const isPlain = from[start + 10] === 0x20 && from[end - 3] === 0x2b;
    if (!isPlain) {
      out.text(farMoment(textOf(from, start, end)));
      return;
    }
    out.byte(0x22);
    out.copy(from, start, start + 10);
    out.byte(0x54);
    out.copy(from, start + 11, end - 3);
    out.byte(0x5a);
    out.byte(0x22);
  },
);

/** Before the year 1 and after 9999: years as ISO 8601 has them. */
function farMoment(text: string): string {
  const [, year = '', rest = '', clock = '', era] = /^(\d+)(-\d\d-\d\d) ([\d:.]+)\+00(?::?00)?( BC)?$/.exec(text) ?? [];
  if (clock === '') throw new PostgresError('VALUE', `a timestamp is written as ${text}, not in UTC and ISO form`);
  const astronomical = era === undefined ? Number(year) : 1 - Number(year);
  const sign = astronomical < 0 ? '-' : astronomical > 9999 ? '+' : '';
  return `${sign}${String(Math.abs(astronomical)).padStart(4, '0')}${rest}T${clock}Z`;
}

/** In UTC, without a day: what is shifted past midnight begins anew. */
export const timeWithZone: ValueWriter = textWriterOf(
  s.string({ name: 'io.debezium.time.ZonedTime', version: 1 }),
  (out, from, start, end) => {
    const text = textOf(from, start, end);
    const [, clock = '', sign, hours = '0', minutes = '0', seconds = '0'] =
      /^([\d:.]+)([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/.exec(text) ?? [];
    const bytes = Buffer.from(clock);
    const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1e6 * (sign === '-' ? -1 : 1);
    const local = parseTime(bytes, 0, bytes.length) - offset;
    const micros = ((local % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
    const two = (value: number): string => String(value).padStart(2, '0');
    const whole = Math.floor(micros / 1e6);
    const fraction =
      micros % 1e6 === 0
        ? ''
        : `.${String(micros % 1e6)
            .padStart(6, '0')
            .replace(/0+$/, '')}`;
    out.ascii(`"${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${fraction}Z"`);
  },
);

export function interval(mode: IntervalMode): ValueWriter {
  if (mode === 'string')
    return textWriterOf(s.string({ name: 'io.debezium.time.Interval', version: 1 }), (out, from, start, end) =>
      out.ascii(`"${intervalText(textOf(from, start, end))}"`),
    );
  const schema = s.int64({ name: 'io.debezium.time.MicroDuration', version: 1 });
  return writerOf(schema, '0', (out, from, start, end) => out.ascii(String(intervalMicros(textOf(from, start, end)))));
}

const INTERVAL = /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?)?$/;

/** With every part, also those that are zero. What is infinite stays as it is. */
function intervalText(text: string): string {
  const match = INTERVAL.exec(text);
  if (match === null) return text;
  const [, years = '0', months = '0', days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  return `P${years}Y${months}M${days}DT${hours}H${minutes}M${seconds}S`;
}

function intervalMicros(text: string): bigint {
  const match = INTERVAL.exec(text);
  const [, years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match ?? [];
  const allMonths = Number(years) * 12 + Number(months);
  const wholeSeconds = BigInt(hours) * 3600n + BigInt(minutes) * 60n;
  const micros =
    BigInt(allMonths) * MONTH_MICROS +
    BigInt(days) * BigInt(DAY_MICROS) +
    wholeSeconds * 1_000_000n +
    BigInt(Math.round(Number(seconds) * 1e6));
  if (match !== null && BigInt.asIntN(64, micros) === micros) return micros;
  throw new PostgresError(
    'VALUE',
    `an interval is ${text}, which is no number of microseconds: set interval.handling.mode=string`,
  );
}

function isInfinite(from: Uint8Array, start: number): boolean {
  return from[start] === 0x69 || (from[start] === 0x2d && from[start + 1] === 0x69);
}

const moment = { days: 0, micros: 0 };

/** Days since 1970 and microseconds in the day; one object, filled again. */
function parseMoment(from: Uint8Array, start: number, end: number): { readonly days: number; readonly micros: number } {
  let at = start;
  let year = 0;
  for (; at < end && from[at] !== 0x2d; at += 1) year = year * 10 + (from[at] as number) - 0x30;
  const month = two(from, at + 1);
  const day = two(from, at + 4);
  at += 6;
  const isBeforeChrist = from[end - 1] === 0x43;
  const last = isBeforeChrist ? end - 3 : end;
  moment.days = daysFromCivil(isBeforeChrist ? 1 - year : year, month, day);
  moment.micros = at < last ? parseTime(from, at + 1, last) : 0;
  return moment;
}

/** Microseconds of `hh:mm:ss` and a fraction. */
function parseTime(from: Uint8Array, start: number, end: number): number {
  const seconds = two(from, start) * 3600 + two(from, start + 3) * 60 + two(from, start + 6);
  let fraction = 0;
  let weight = 100_000;
  for (let at = start + 9; at < end; at += 1, weight /= 10) fraction += ((from[at] as number) - 0x30) * weight;
  return seconds * 1e6 + fraction;
}

function two(from: Uint8Array, at: number): number {
  return ((from[at] as number) - 0x30) * 10 + (from[at + 1] as number) - 0x30;
}

/** Days since 1970-01-01 of the proleptic Gregorian calendar: eras of 400 years that begin in March. */
function daysFromCivil(civilYear: number, month: number, day: number): number {
  const year = month <= 2 ? civilYear - 1 : civilYear;
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
