/**
 * What a setting is: its type, default, allowed values and words. Texts come in as Kafka's clients and files write them,
 * typed values go out; the texts shown to clients are canonical (`007` is shown as `7`).
 *
 * Numbers beyond 2^53 − 1 (Kafka writes 2^63 − 1 for "without limit") are checked exactly and then capped at 2^53 − 1.
 */

/** Names as Kafka's documentation writes them, in lower case. */
export type ConfigType = 'boolean' | 'string' | 'int' | 'short' | 'long' | 'double' | 'list' | 'class' | 'password';

export type Importance = 'high' | 'medium' | 'low';

/** Whether a running broker takes a new value, for itself alone or for all brokers at once. */
export type UpdateMode = 'read-only' | 'per-broker' | 'cluster-wide';

export interface Validity<Value> {
  /** For people: `[1,...]`. */
  readonly text: string;
  accepts(value: Value): boolean;
}

export interface ConfigDefinition<Value = unknown> {
  readonly type: ConfigType;
  /** Canonical text; null when the setting is unset by default. */
  readonly defaultText: string | null;
  readonly importance: Importance;
  /** In our own words; the first sentence stands alone. */
  readonly documentation: string;
  readonly validText: string | null;
  readonly update: UpdateMode;
  readonly isSensitive: boolean;
  /** Not listed unless set: exists for tests. */
  readonly isInternal: boolean;
  /** Why the setting is stored and shown but changes nothing here; null when it is obeyed. */
  readonly noEffect: string | null;
  /** Undefined = the text is not a valid value. */
  parse(text: string): ParsedConfig<Value> | undefined;
  /** Value when nothing is set. */
  readonly defaultValue: Value;
}

export interface ParsedConfig<Value> {
  readonly value: Value;
  readonly text: string;
}

/** The value type of a definition. */
export type ConfigValue<Definition> = Definition extends ConfigDefinition<infer Value> ? Value : never;

export interface ConfigWords<Checked> {
  readonly importance: Importance;
  readonly documentation: string;
  readonly valid?: Validity<Checked>;
  readonly update?: UpdateMode;
  readonly isInternal?: boolean;
  readonly noEffect?: string;
}

type Defaulted<Value, Default> = Default extends null ? Value | null : Value;

export function atLeast(min: number): Validity<number> {
  return { text: `[${min},...]`, accepts: (value) => value >= min };
}

export function between(min: number, max: number): Validity<number> {
  return { text: `[${min},...,${max}]`, accepts: (value) => value >= min && value <= max };
}

export function betweenOr(min: number, max: number, extra: number): Validity<number> {
  return {
    text: `[${min},...,${max}] or ${extra}`,
    accepts: (value) => value === extra || (value >= min && value <= max),
  };
}

export function oneOf(...values: readonly string[]): Validity<string> {
  return { text: `[${values.join(', ')}]`, accepts: (value) => values.includes(value) };
}

export function eachOf(...values: readonly string[]): Validity<readonly string[]> {
  return { text: `[${values.join(', ')}]`, accepts: (items) => items.every((item) => values.includes(item)) };
}

export function matching(text: string, pattern: RegExp): Validity<readonly string[]> {
  return { text, accepts: (items) => items.every((item) => pattern.test(item)) };
}

export function boolean(defaultValue: boolean, words: ConfigWords<boolean>): ConfigDefinition<boolean> {
  return define('boolean', defaultValue, words, (text) => {
    const lower = text.toLowerCase();
    return lower === 'true' || lower === 'false' ? { value: lower === 'true', text: lower } : undefined;
  });
}

const INT_RANGE = [-(2n ** 31n), 2n ** 31n - 1n] as const;
const SHORT_RANGE = [-(2n ** 15n), 2n ** 15n - 1n] as const;
const LONG_RANGE = [-(2n ** 63n), 2n ** 63n - 1n] as const;

/** Kafka's "without limit" of 64-bit settings. */
export const LONG_MAX = 9_223_372_036_854_775_807n;
export const INT_MAX = 2_147_483_647;

export function int<const Default extends number | null>(
  defaultValue: Default,
  words: ConfigWords<number>,
): ConfigDefinition<Defaulted<number, Default>> {
  return wholeNumber('int', INT_RANGE, defaultValue, words);
}

export function short<const Default extends number | null>(
  defaultValue: Default,
  words: ConfigWords<number>,
): ConfigDefinition<Defaulted<number, Default>> {
  return wholeNumber('short', SHORT_RANGE, defaultValue, words);
}

export function long<const Default extends number | bigint | null>(
  defaultValue: Default,
  words: ConfigWords<number>,
): ConfigDefinition<Defaulted<number, Default>> {
  return wholeNumber('long', LONG_RANGE, defaultValue, words);
}

export function double(defaultValue: number, words: ConfigWords<number>): ConfigDefinition<number> {
  return define('double', defaultValue, words, (text) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? { value, text: doubleText(value) } : undefined;
  });
}

export function string<const Default extends string | null>(
  defaultValue: Default,
  words: ConfigWords<string>,
): ConfigDefinition<Defaulted<string, Default>> {
  return textual('string', defaultValue, words);
}

export function list<const Default extends readonly string[] | null>(
  defaultValue: Default,
  words: ConfigWords<readonly string[]>,
): ConfigDefinition<Defaulted<readonly string[], Default>> {
  return define('list', defaultValue as Defaulted<readonly string[], Default>, words, (text) => {
    const items = splitList(text);
    return { value: items, text: items.join(',') };
  });
}

/** Items of a comma-separated text, trimmed, without empty ones at the ends of an empty text; repeats are dropped. */
export function splitList(text: string): string[] {
  const trimmed = text.trim();
  return trimmed === '' ? [] : [...new Set(trimmed.split(',').map((item) => item.trim()))];
}

function textual<Value extends string | null>(
  type: ConfigType,
  defaultValue: string | null,
  words: ConfigWords<string>,
): ConfigDefinition<Value> {
  return define(type, defaultValue as Value, words, (text) => ({ value: text as Value, text }));
}

function wholeNumber<Value extends number | null>(
  type: ConfigType,
  [min, max]: readonly [bigint, bigint],
  defaultValue: number | bigint | null,
  words: ConfigWords<number>,
): ConfigDefinition<Value> {
  const parse = (text: string): ParsedConfig<Value> | undefined => {
    if (!/^[+-]?\d{1,19}$/.test(text)) return undefined;
    const exact = BigInt(text.startsWith('+') ? text.slice(1) : text);
    if (exact < min || exact > max) return undefined;
    return { value: capped(exact) as Value, text: exact.toString() };
  };
  const value = defaultValue === null ? null : capped(BigInt(defaultValue));
  return { ...define(type, value as Value, words, parse), defaultText: defaultValue?.toString() ?? null };
}

function capped(exact: bigint): number {
  const safeMax = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(exact > safeMax ? safeMax : exact < -safeMax ? -safeMax : exact);
}

function define<Value, Checked>(
  type: ConfigType,
  defaultValue: Value,
  words: ConfigWords<Checked>,
  parse: (trimmed: string) => ParsedConfig<Value> | undefined,
): ConfigDefinition<Value> {
  return {
    type,
    defaultValue,
    defaultText: defaultTextOf(type, defaultValue),
    importance: words.importance,
    documentation: words.documentation,
    validText: words.valid?.text ?? null,
    update: words.update ?? 'read-only',
    isSensitive: type === 'password',
    isInternal: words.isInternal ?? false,
    noEffect: words.noEffect ?? null,
    parse(text) {
      const parsed = parse(text.trim());
      if (parsed === undefined) return undefined;
      return words.valid === undefined || words.valid.accepts(parsed.value as unknown as Checked) ? parsed : undefined;
    },
  };
}

function defaultTextOf(type: ConfigType, value: unknown): string | null {
  if (Array.isArray(value)) return value.join(',');
  if (typeof value === 'number') return type === 'double' ? doubleText(value) : String(value);
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : null;
}

/** As Java writes it: whole numbers keep a decimal. */
function doubleText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e7 ? `${value}.0` : String(value);
}

/** The text of a value as it may be shown and logged. */
export function shownText(text: string | null, { isSensitive }: Pick<ConfigDefinition, 'isSensitive'>): string | null {
  return isSensitive && text !== null ? '[hidden]' : text;
}

/** Why `text` is refused for the setting `name`, in one sentence that names the allowed values. */
export function describeRefusal(name: string, text: string, definition: ConfigDefinition): string {
  const allowed = definition.validText === null ? '' : ` with allowed values ${definition.validText}`;
  const shown = definition.isSensitive ? 'the value' : `value "${text}"`;
  return `invalid ${shown} for configuration ${name}: must be of type ${definition.type.toUpperCase()}${allowed}`;
}

type CamelCase<Name extends string> = Name extends `millrace.${infer Own}`
  ? CamelCase<Own>
  : Name extends `${infer Head}.${infer Tail}`
    ? `${Head}${Capitalize<CamelCase<Tail>>}`
    : Name;

export type ConfigTable = Readonly<Record<string, ConfigDefinition>>;

/** Typed values of a table of definitions, by camelCase name. */
export type ConfigValues<Table extends ConfigTable> = {
  readonly [Name in keyof Table & string as CamelCase<Name>]: ConfigValue<Table[Name]>;
};

/** `log.retention.ms` → `logRetentionMs`; our own prefix goes: `millrace.ops.port` → `opsPort`. */
export function camelCase(name: string): string {
  return name.replace(/^millrace\./, '').replace(/\.(.)/g, (_, letter: string) => letter.toUpperCase());
}
