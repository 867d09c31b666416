/**
 * Dates and times as text for Postgres, from numbers since 1970. Without a time zone: sessions of the sink are in UTC.
 *
 * Bounds: every date that Postgres has, years before Christ included; beyond are the two infinities as Debezium writes them.
 */

const MICROS_PER_DAY = 86_400_000_000;

/** How Debezium writes infinite timestamps, in microseconds, and dates. */
const INFINITE_MICROS = 9_223_372_036_825_200_000n;
const MINUS_INFINITE_MICROS = -9_223_372_036_832_400_000n;
const INFINITE_DAYS = 2_147_483_647;
const MINUS_INFINITE_DAYS = -2_147_483_648;

/** `2024-02-29`; years before Christ as `0044-03-15 BC`. */
export function dateText(days: number): string {
  if (days === INFINITE_DAYS) return 'infinity';
  if (days === MINUS_INFINITE_DAYS) return '-infinity';
  const { day, isBeforeChrist } = dayText(days);
  return isBeforeChrist ? `${day} BC` : day;
}

/** `2024-02-29 12:00:00.5`. */
export function timestampText(micros: number | bigint): string {
  if (typeof micros === 'bigint') {
    if (micros >= INFINITE_MICROS) return 'infinity';
    if (micros <= MINUS_INFINITE_MICROS) return '-infinity';
  }
  const [days, rest] = splitDays(micros);
  const { day, isBeforeChrist } = dayText(days);
  return isBeforeChrist ? `${day} ${timeText(rest)} BC` : `${day} ${timeText(rest)}`;
}

/** `12:00:00.5`, from microseconds since midnight; up to `24:00:00`. */
export function timeText(micros: number): string {
  const fraction = micros % 1_000_000;
  const seconds = (micros - fraction) / 1_000_000;
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return fraction === 0 ? text : `${text}.${String(fraction).padStart(6, '0')}`;
}

function splitDays(micros: number | bigint): [days: number, rest: number] {
  if (typeof micros === 'number') {
    const days = Math.floor(micros / MICROS_PER_DAY);
    return [days, micros - days * MICROS_PER_DAY];
  }
  const perDay = BigInt(MICROS_PER_DAY);
  const rest = ((micros % perDay) + perDay) % perDay;
  return [Number((micros - rest) / perDay), Number(rest)];
}

/** Rows that follow each other are mostly of one day. */
let lastDays = Number.NaN;
let lastText = { day: '', isBeforeChrist: false };

function dayText(days: number): { readonly day: string; readonly isBeforeChrist: boolean } {
  if (days === lastDays) return lastText;
  const [year, month, day] = civilFromDays(days);
  const shown = year > 0 ? year : 1 - year;
  lastDays = days;
  lastText = { day: `${String(shown).padStart(4, '0')}-${two(month)}-${two(day)}`, isBeforeChrist: year <= 0 };
  return lastText;
}

/** In the Gregorian calendar, carried back before its start; the year before 1 is 0. Counts in eras of 400 years that begin in March. */
function civilFromDays(days: number): [year: number, month: number, day: number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
