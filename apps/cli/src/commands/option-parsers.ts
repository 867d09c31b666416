/** Parsers of option values that several commands share; what they throw is told as wrong usage. */
import { InvalidArgumentError } from 'commander';

const COUNT_MAX = 1_000_000_000;

/** A whole number from 1. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > COUNT_MAX) {
    throw new InvalidArgumentError('it must be a whole number from 1');
  }
  return count;
}

/** A whole number from 0. */
export function parseWhole(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count)) {
    throw new InvalidArgumentError('it must be a whole number from 0');
  }
  return count;
}

/** Collects `0,3,5..7` into numbers of partitions; repeatable. */
export function collectPartitions(text: string, partitions: readonly number[] = []): readonly number[] {
  const found = new Set(partitions);
  for (const part of text.split(',')) {
    const [, first, dots, last] = /^(\d{1,9})(\.\.(\d{1,9}))?$/.exec(part.trim()) ?? [];
    const [from, to] = [Number(first), Number(dots === undefined ? first : last)];
    if (first === undefined || to < from || to - from > 100_000) {
      throw new InvalidArgumentError('it must be like 3, or 0,2,5..7');
    }
    for (let partition = from; partition <= to; partition++) found.add(partition);
  }
  return [...found].sort((a, b) => a - b);
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds from `500ms`, `10s`, `5m`, `2h` or `1d`. */
export function parseDuration(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  const milliseconds = Number(number) * (UNITS_MS[unit ?? ''] ?? NaN);
  if (!(milliseconds >= 1 && milliseconds < 2 ** 31)) {
    throw new InvalidArgumentError('it must be like 500ms, 10s, 5m or 2h');
  }
  return Math.round(milliseconds);
}

/** Milliseconds since 1970 from `2026-03-01T12:00:00Z`, `2026-03-01`, `@1772366400000`, or `-10m` before now. */
export function parseTime(text: string, nowMs: number = Date.now()): number {
  if (/^@\d{1,15}$/.test(text)) return Number(text.slice(1));
  if (text.startsWith('-')) return nowMs - parseDuration(text.slice(1));
  const milliseconds = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(milliseconds)) {
    throw new InvalidArgumentError(
      'it must be a time like 2026-03-01T12:00:00Z, -10m, or @1772366400000 (milliseconds)',
    );
  }
  return milliseconds;
}

/** Collects repeated `key=value` options. */
export function collectPair(text: string, pairs: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('it must be key=value');
  return new Map(pairs).set(text.slice(0, equals), text.slice(equals + 1));
}

/** Collects a repeated option. */
export function collectName(text: string, names: readonly string[] = []): readonly string[] {
  return [...names, text];
}
