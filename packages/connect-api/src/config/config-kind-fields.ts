import { ConfigField } from './config-field.ts';
import {
  booleanKind,
  classKind,
  doubleKind,
  durationKind,
  integerKind,
  listKind,
  regexKind,
  secretKind,
  sizeKind,
  stringKind,
  urlKind,
  wordKind,
  type ConfigKind,
  type DurationUnit,
} from './config-kinds.ts';
import type { Secret } from './config-spec.ts';

/** The kinds of settings. A field is required until it is given a default or made optional. */
export const c = {
  string: (): ConfigField<string> => field(stringKind),
  boolean: (): ConfigField<boolean> => field(booleanKind),
  /** 32 bits. */
  int: (): ConfigField<number> => field(integerKind('INT')),
  /** 16 bits. */
  short: (): ConfigField<number> => field(integerKind('SHORT')),
  /** As far as a number is exact: 53 bits. */
  long: (): ConfigField<number> => field(integerKind('LONG')),
  double: (): ConfigField<number> => field(doubleKind),
  /** Milliseconds, written as `500ms`, `10s`, `5m`, `2h`, `7d`, or as a plain number of `unit` (default milliseconds). -1 stays -1. */
  duration: (unit: DurationUnit = 'ms'): ConfigField<number> => field(durationKind(unit)),
  /** Bytes, written as `64KiB`, `5MiB` (powers of 1024), `5MB` (powers of 1000), or as a plain number. */
  size: (): ConfigField<number> => field(sizeKind),
  /** One of these words, in any case. */
  oneOf: <const W extends string>(...words: readonly W[]): ConfigField<W> => field(wordKind(words)),
  /** By default it has to match the whole text, as Java's `matches()`. */
  regex: (use: { readonly whole: boolean } = { whole: true }): ConfigField<RegExp> => field(regexKind(use)),
  url: (): ConfigField<URL> => field(urlKind),
  /** Name of a plugin. */
  className: (): ConfigField<string> => field(classKind),
  /** A password or key: never shown. */
  secret: (): ConfigField<Secret> => field(secretKind),
  /** Separated by commas (`\,` is a comma in an item). Items are texts unless a field says what they are. */
  list: <T = string>(item?: ConfigField<T>): ConfigField<readonly T[]> =>
    field(listKind(item === undefined ? (stringKind as ConfigKind<unknown> as ConfigKind<T>) : kindOf(item))),
};

function field<T>(kind: ConfigKind<T>): ConfigField<T> {
  return new ConfigField({
    kind,
    steps: [],
    isOptional: false,
    importance: 'MEDIUM',
    group: null,
    width: 'NONE',
    documentation: '',
    synonyms: [],
    dependsOn: [],
  });
}

/** The item's own checks included. */
function kindOf<T>(item: ConfigField<T>): ConfigKind<T> {
  const { kind, steps } = item.state;
  return {
    type: kind.type,
    ...(kind.allowed === undefined ? {} : { allowed: kind.allowed }),
    parse: (text) => steps.reduce((value, step) => step(value), kind.parse(text)) as T,
  };
}
