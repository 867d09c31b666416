/**
 * Dates as text in the notation of Java's SimpleDateFormat, in UTC and English, as Kafka Connect has them.
 *
 * Letters: G y M L d D E u a H k K h m s S z Z X. Reading is lenient as in Java: a 13th month is the January after.
 */
import { DataError } from '../converters/data-error.ts';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Part = { readonly literal: string } | { readonly letter: string; readonly width: number };

/** What was read so far; the date is made of it at the end. */
interface Fields {
  year: number;
  month: number;
  day: number;
  dayOfYear?: number;
  hour: number;
  isPm?: boolean;
  minute: number;
  second: number;
  millisecond: number;
  zoneMs: number;
}

const READ: Readonly<Record<string, (fields: Fields, value: number) => void>> = {
  y: (fields, value) => (fields.year = value),
  M: (fields, value) => (fields.month = value),
  L: (fields, value) => (fields.month = value),
  d: (fields, value) => (fields.day = value),
  D: (fields, value) => (fields.dayOfYear = value),
  u: () => undefined,
  H: (fields, value) => (fields.hour = value),
  k: (fields, value) => (fields.hour = value === 24 ? 0 : value),
  K: (fields, value) => (fields.hour = value),
  h: (fields, value) => (fields.hour = value === 12 ? 0 : value),
  m: (fields, value) => (fields.minute = value),
  s: (fields, value) => (fields.second = value),
  S: (fields, value) => (fields.millisecond = value),
};

export class DateFormat {
  readonly pattern: string;
  readonly #parts: readonly Part[];

  /** Throws a DataError where the pattern is not understood. */
  constructor(pattern: string) {
    this.pattern = pattern;
    this.#parts = partsOf(pattern);
  }

  format(date: Date): string {
    return this.#parts
      .map((part) => ('literal' in part ? part.literal : written(date, part.letter, part.width)))
      .join('');
  }

  /** What comes after the date is not looked at. Throws a DataError. */
  parse(text: string): Date {
    const fields: Fields = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0, zoneMs: 0 };
    let at = 0;
    for (const [index, part] of this.#parts.entries()) {
      if ('literal' in part) {
        if (!text.startsWith(part.literal, at)) throw this.#mismatch();
        at += part.literal.length;
      } else {
        const next = this.#parts[index + 1];
        const isJoined = next !== undefined && 'letter' in next && isNumeric(next);
        const length = read(fields, text.slice(at), part.letter, part.width, isJoined);
        if (length === 0) throw this.#mismatch();
        at += length;
      }
    }
    return dateOf(fields);
  }

  #mismatch(): DataError {
    return new DataError(`a time is not of the format ${this.pattern}`);
  }
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  const unclosed = (pattern.match(/'/g)?.length ?? 0) % 2 === 1;
  if (unclosed) throw new DataError(`the format ${pattern} has a quote without an end: write '' for one`);
  for (const [token] of pattern.matchAll(/''|'(?:''|[^'])+'|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    if (token === "''") parts.push({ literal: "'" });
    else if (token.startsWith("'")) parts.push({ literal: token.slice(1, -1).replaceAll("''", "'") });
    else if (!/^[A-Za-z]/.test(token)) parts.push({ literal: token });
    else if (!/^[GyMLdDEuaHkKhmsSzZX]/.test(token) || /^X{4}/.test(token)) {
      throw new DataError(
        `the format ${pattern} has ${token}, which is not understood: letters are G y M d D E u a H k K h m s S z Z X, texts stand in quotes`,
      );
    } else parts.push({ letter: token[0] ?? '', width: token.length });
  }
  return parts;
}

function isNumeric({ letter, width }: { readonly letter: string; readonly width: number }): boolean {
  return letter in READ && !((letter === 'M' || letter === 'L') && width > 2);
}

function written(date: Date, letter: string, width: number): string {
  const padded = (value: number) => String(value).padStart(width, '0');
  const hour = date.getUTCHours();
  const year = date.getUTCFullYear();
  const month = MONTHS[date.getUTCMonth()] ?? '';
  const day = DAYS[date.getUTCDay()] ?? '';
  switch (letter) {
    case 'G':
      return year > 0 ? 'AD' : 'BC';
    case 'y': {
      const ofEra = year > 0 ? year : 1 - year;
      return width === 2 ? String(ofEra % 100).padStart(2, '0') : padded(ofEra);
    }
    case 'M':
    case 'L':
      return width > 3 ? month : width === 3 ? month.slice(0, 3) : padded(date.getUTCMonth() + 1);
    case 'd':
      return padded(date.getUTCDate());
    case 'D':
      return padded(Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / DAY_MS) + 1);
    case 'E':
      return width > 3 ? day : day.slice(0, 3);
    case 'u':
      return padded(date.getUTCDay() || 7);
    case 'a':
      return hour < 12 ? 'AM' : 'PM';
    case 'H':
      return padded(hour);
    case 'k':
      return padded(hour || 24);
    case 'K':
      return padded(hour % 12);
    case 'h':
      return padded(hour % 12 || 12);
    case 'm':
      return padded(date.getUTCMinutes());
    case 's':
      return padded(date.getUTCSeconds());
    case 'S':
      return padded(date.getUTCMilliseconds());
    case 'z':
      return width > 3 ? 'Coordinated Universal Time' : 'UTC';
    case 'Z':
      return '+0000';
    default:
      return 'Z';
  }
}

/** Returns how many characters were read; 0 when it is not there. */
function read(fields: Fields, text: string, letter: string, width: number, isJoined: boolean): number {
  const apply = READ[letter];
  if (apply !== undefined && isNumeric({ letter, width })) {
    const pattern = isJoined ? new RegExp(`^\\s*(\\d{${width}})`) : /^\s*(-?\d+)/;
    const [all = '', digits = ''] = pattern.exec(text) ?? [];
    const isShortYear = letter === 'y' && width <= 2 && digits.length === 2;
    if (all !== '') apply(fields, isShortYear ? fullYear(Number(digits)) : Number(digits));
    return all.length;
  }
  switch (letter) {
    case 'M':
    case 'L': {
      const index = indexOfName(MONTHS, text);
      if (index === -1) return 0;
      fields.month = index + 1;
      return nameLength(MONTHS[index] ?? '', text);
    }
    case 'E': {
      const index = indexOfName(DAYS, text);
      return index === -1 ? 0 : nameLength(DAYS[index] ?? '', text);
    }
    case 'a': {
      const half = /^[AP]M/i.exec(text)?.[0] ?? '';
      if (half !== '') fields.isPm = /^p/i.test(half);
      return half.length;
    }
    case 'G':
      return /^AD/i.test(text) ? 2 : 0;
    default:
      return readZone(fields, text);
  }
}

function readZone(fields: Fields, text: string): number {
  const [all = '', sign, hours = '0', minutes = '0'] =
    /^(?:(?:GMT|UTC)?([+-])(\d\d?):?(\d\d)?|GMT|UTC|Coordinated Universal Time|Z)/.exec(text) ?? [];
  const zoneMs = Number(hours) * HOUR_MS + Number(minutes) * 60_000;
  fields.zoneMs = sign === '-' ? -zoneMs : zoneMs;
  return all.length;
}

function indexOfName(names: readonly string[], text: string): number {
  const start = text.slice(0, 3).toLowerCase();
  return names.findIndex((name) => name.slice(0, 3).toLowerCase() === start);
}

function nameLength(name: string, text: string): number {
  return text.slice(0, name.length).toLowerCase() === name.toLowerCase() ? name.length : 3;
}

/** Of the hundred years that began 80 years ago. */
function fullYear(twoDigits: number): number {
  const first = new Date().getUTCFullYear() - 80;
  const year = first - (first % 100) + twoDigits;
  return year < first ? year + 100 : year;
}

function dateOf(fields: Fields): Date {
  const date = new Date(0);
  const hour = fields.hour + (fields.isPm === true ? 12 : 0);
  if (fields.dayOfYear === undefined) date.setUTCFullYear(fields.year, fields.month - 1, fields.day);
  else date.setUTCFullYear(fields.year, 0, fields.dayOfYear);
  date.setUTCHours(hour, fields.minute, fields.second, fields.millisecond);
  return new Date(date.getTime() - fields.zoneMs);
}
