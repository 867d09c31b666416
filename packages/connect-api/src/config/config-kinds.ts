/**
 * How the text of a setting becomes a value, for each kind of setting. Messages and trimming are those of Kafka's configuration, so that
 * answers of `validate` read the same.
 */
import { MillraceError } from '@millrace/base';

import { Secret, type ConfigType } from './config-spec.ts';

export interface ConfigKind<T> {
  readonly type: ConfigType;
  /** Throws an {@link InvalidSetting} with what is expected. */
  parse(text: string): T;
  /** The value as text, as tools read it: plain numbers, no units. Default: the text that was given. */
  format?(value: T): string;
  /** For settings of few words. */
  readonly allowed?: readonly string[];
}

/** What is wrong with the text of a setting; without its name and value, which are added where it is read. */
export class InvalidSetting extends MillraceError {
  constructor(expected: string) {
    super('MILLRACE_CONNECT_INVALID_CONFIG', expected);
  }
}

const INT_MAX = 2 ** 31 - 1;

export const stringKind: ConfigKind<string> = { type: 'STRING', parse: (text) => text };

export const classKind: ConfigKind<string> = { type: 'CLASS', parse: (text) => text.trim() };

export const secretKind: ConfigKind<Secret> = { type: 'PASSWORD', parse: (text) => new Secret(text.trim()) };

export const booleanKind: ConfigKind<boolean> = {
  type: 'BOOLEAN',
  parse: (text) => {
    const word = text.trim().toLowerCase();
    if (word === 'true') return true;
    if (word === 'false') return false;
    throw new InvalidSetting('Expected value to be either true or false');
  },
  format: String,
};

export function integerKind(type: 'INT' | 'LONG' | 'SHORT'): ConfigKind<number> {
  const max = type === 'INT' ? INT_MAX : type === 'SHORT' ? 2 ** 15 - 1 : Number.MAX_SAFE_INTEGER;
  const min = type === 'LONG' ? -max : -max - 1;
  return {
    type,
    parse: (text) => {
      const value = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
      if (!(value >= min && value <= max)) throw new InvalidSetting(`Not a number of type ${type}`);
      return value;
    },
    format: String,
  };
}

export const doubleKind: ConfigKind<number> = {
  type: 'DOUBLE',
  parse: (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isNaN(value)) throw new InvalidSetting('Not a number of type DOUBLE');
    return value;
  },
  format: String,
};

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd';

/** Milliseconds. A plain number is of `unit`, which is what the name of the setting ends with. -1 has a meaning of its own in many settings. */
export function durationKind(unit: DurationUnit): ConfigKind<number> {
  return {
    type: 'LONG',
    parse: (text) => {
      const match = /^\s*([+-]?\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)?\s*$/.exec(text);
      const named = match?.[2] as keyof typeof MILLISECONDS | undefined;
      const value = Math.round(Number(match?.[1]) * MILLISECONDS[named ?? unit] * 1000) / 1000;
      if (match?.[1] === '-1' && named === undefined) return -1;
      if (!Number.isSafeInteger(value)) {
        throw new InvalidSetting(`Expected a time such as 500ms, 10s, 5m, 2h, or a number of ${UNIT_WORDS[unit]}`);
      }
      return value;
    },
    format: (value) =>
      value === -1 ? '-1' : value % MILLISECONDS[unit] === 0 ? String(value / MILLISECONDS[unit]) : `${value}ms`,
  };
}

const UNIT_WORDS = { ms: 'milliseconds', s: 'seconds', m: 'minutes', h: 'hours', d: 'days' } as const;

const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Bytes. */
export const sizeKind: ConfigKind<number> = {
  type: 'LONG',
  parse: (text) => {
    const match = /^\s*([+-]?\d+(?:\.\d+)?)\s*([kmgt]?i?b)?\s*$/i.exec(text);
    const value = Number(match?.[1]) * (BYTES[match?.[2]?.toLowerCase() ?? 'b'] ?? Number.NaN);
    if (!Number.isSafeInteger(value))
      throw new InvalidSetting('Expected a size such as 64KiB, 5MiB, 2GB, or a number of bytes');
    return value;
  },
  format: String,
};

/** One of a few words, in any case; the value is as declared. */
export function wordKind<const W extends string>(words: readonly W[]): ConfigKind<W> {
  return {
    type: 'STRING',
    allowed: words,
    parse: (text) => {
      const word = words.find((known) => known.toLowerCase() === text.trim().toLowerCase());
      if (word === undefined) throw new InvalidSetting(`String must be one of: ${words.join(', ')}`);
      return word;
    },
    format: String,
  };
}

/** Java's inline flags at the start of a pattern are taken too. */
export function regexKind(use: { readonly whole: boolean }): ConfigKind<RegExp> {
  return {
    type: 'STRING',
    parse: (text) => {
      const [, inline, pattern = ''] = /^(?:\(\?([ims]+)\))?([^]*)$/.exec(text) ?? [];
      try {
        return new RegExp(use.whole ? `^(?:${pattern})$` : pattern, inline ?? '');
      } catch (error) {
        throw new InvalidSetting(`Not a regular expression: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

export const urlKind: ConfigKind<URL> = {
  type: 'STRING',
  parse: (text) => {
    if (!URL.canParse(text.trim())) throw new InvalidSetting('Expected a URL such as https://host:port/path');
    return new URL(text.trim());
  },
};

/** Separated by commas; a comma that belongs to an item is written `\,`. An empty text is an empty list. */
export function listKind<T>(item: ConfigKind<T>): ConfigKind<readonly T[]> {
  return {
    type: 'LIST',
    ...(item.allowed === undefined ? {} : { allowed: item.allowed }),
    parse: (text) =>
      text.trim() === '' ? [] : text.split(/(?<!\\),/).map((part) => item.parse(part.trim().replaceAll('\\,', ','))),
  };
}
