/**
 * `path.format` of time partitioners: Java's letters for years, months, days, hours, minutes and seconds in a time zone, and text in single
 * quotes.
 */
import { S3Error } from '../s3-error.ts';

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

const PARTS: Readonly<Record<string, Part>> = {
  y: 'year',
  Y: 'year',
  u: 'year',
  M: 'month',
  d: 'day',
  H: 'hour',
  m: 'minute',
  s: 'second',
};

type Token = string | { readonly part: Part; readonly width: number };

/** Writes the time of a partition. Throws a message for letters that it does not know. */
export function timePath(format: string, timeZone: string): (timeMs: number) => string {
  const tokens = tokensOf(format);
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (timeMs) => {
    const values = new Map(clock.formatToParts(timeMs).map(({ type, value }) => [type as string, value]));
    return tokens
      .map((token) => (typeof token === 'string' ? token : padded(values.get(token.part) ?? '', token)))
      .join('');
  };
}

function padded(value: string, { part, width }: { readonly part: Part; readonly width: number }): string {
  return part === 'year' && width === 2 ? value.slice(-2).padStart(2, '0') : value.padStart(width, '0');
}

function tokensOf(format: string): readonly Token[] {
  return [...format.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g)].map(([text, quoted, letter]) => {
    if (quoted !== undefined) return quoted === '' ? "'" : quoted.replaceAll("''", "'");
    if (letter === undefined && text !== "'") return text;
    const part = PARTS[letter ?? ''];
    if (part === undefined) {
      throw new S3Error(
        'MILLRACE_CONNECT_S3_REFUSED',
        `Expected the letters yyyy, MM, dd, HH, mm and ss and text in single quotes, and found ${text}`,
      );
    }
    return { part, width: text.length };
  });
}

/** Zones change their offset at quarters of an hour only. */
const QUARTER_MS = 900_000;
const OFFSETS_CACHED_MAX = 1_000;

/** How far local time is ahead of UTC at that time, in milliseconds. */
export function zoneOffsetMs(timeZone: string): (timeMs: number) => number {
  const local = timePath("yyyy' 'MM' 'dd' 'HH' 'mm' 'ss", timeZone);
  const offsets = new Map<number, number>();
  return (timeMs) => {
    const quarterMs = Math.floor(timeMs / QUARTER_MS) * QUARTER_MS;
    let offset = offsets.get(quarterMs);
    if (offset === undefined) {
      if (offsets.size >= OFFSETS_CACHED_MAX) offsets.clear();
      offsets.set(quarterMs, (offset = utcMs(local(quarterMs)) - quarterMs));
    }
    return offset;
  };
}

/** Of year, month, day and so on. Years may have five digits: those of microseconds that are taken for milliseconds do. */
function utcMs(local: string): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = local.split(' ').map(Number);
  const date = new Date(0);
  // Date.UTC would take the years of the first century for those of the last.
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second);
}
