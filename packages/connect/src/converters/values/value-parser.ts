/**
 * Guesses the type of a text, as Kafka Connect does with the values of headers: booleans, integers of the smallest type that holds them,
 * other numbers, dates, times and timestamps of ISO 8601, lists and maps. What is none of these is a text.
 *
 * Bound: lists and maps 200 deep; deeper ones stay texts.
 * Invariant: nothing is lost. Where Kafka would drop what comes after a value, or digits of a number, the text stays a text, or the number
 * becomes a float64.
 */
import { MillraceError } from '@millrace/base';
import { decimal, decimalNumber, s, type Schema, type SchemaAndValue } from '@millrace/connect-api';

import { DataError } from '../data-error.ts';
import { shortestFloat } from '../java-numbers.ts';

const INT64_MAX = 2n ** 63n - 1n;
/** Digits are matched in one way only, lest a text of many takes quadratic time. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d\d:\d\d:\d\d\.\d{3}Z$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** Lists and maps in each other. */
const DEPTH_MAX = 200;
const NOTHING: SchemaAndValue = { value: null };

export function parseValue(text: string): SchemaAndValue {
  if (text === '') return asText(text);
  try {
    const parser = new Parser(tokensOf(text));
    const value = parser.value(false);
    return parser.isAtEnd ? value : asText(text);
  } catch (error) {
    if (MillraceError.is(error)) return asText(text);
    throw error;
  }
}

function asText(text: string): SchemaAndValue {
  return { schema: s.string(), value: text };
}

/** Delimiters are tokens of their own, unless a backslash stands before them. */
function tokensOf(text: string): readonly string[] {
  return text.match(/[:,{}[\]"]|(?:\\[^]|\\$|[^\\:,{}[\]"])+/g) ?? [];
}

class Parser {
  readonly #tokens: readonly string[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  /** Throws a DataError where there is no value. */
  value(isEmbedded: boolean): SchemaAndValue {
    if (isEmbedded && this.#take('"')) return this.#quoted();
    const word = this.#tokens[this.#next]?.trim();
    if (word === '' && isEmbedded && this.#tokens[this.#next + 1] !== undefined) {
      this.#next++;
      return this.value(isEmbedded);
    }
    if (this.#take('[')) return this.#nested(() => this.#array());
    if (this.#take('{')) return this.#nested(() => this.#map());
    this.#next++;
    if (word === 'null') return NOTHING;
    if (word === 'true' || word === 'false') return { schema: s.boolean(), value: word === 'true' };
    const value = word === undefined ? undefined : (this.#time(word) ?? numberOrDate(word));
    if (value === undefined) throw new DataError('a text has a part that is no value');
    return value;
  }

  /** Takes a delimiter, with blanks before it. */
  #take(delimiter: string): boolean {
    let at = this.#next;
    while (this.#tokens[at]?.trim() === '' && at + 1 < this.#tokens.length) at++;
    if (this.#tokens[at]?.trim() !== delimiter) return false;
    this.#next = at + 1;
    return true;
  }

  #nested(read: () => SchemaAndValue): SchemaAndValue {
    if (++this.#depth > DEPTH_MAX) throw new DataError('a text has lists in lists too deep');
    const value = read();
    this.#depth--;
    return value;
  }

  #quoted(): SchemaAndValue {
    let content = '';
    while (!this.isAtEnd && this.#tokens[this.#next] !== '"') content += this.#tokens[this.#next++] ?? '';
    if (this.isAtEnd) throw new DataError('a text has no end');
    this.#next++;
    return temporal(content) ?? asText(content);
  }

  /** Times have colons, which are delimiters, so that they are spread over five tokens. */
  #time(word: string): SchemaAndValue | undefined {
    if (!/^\d/.test(word)) return undefined;
    const value = temporal(
      word +
        this.#tokens
          .slice(this.#next, this.#next + 4)
          .join('')
          .trimEnd(),
    );
    if (value !== undefined) this.#next += 4;
    return value;
  }

  #array(): SchemaAndValue {
    const elements = new SameType();
    const values: unknown[] = [];
    while (!this.#take(']')) {
      if (values.length > 0 && !this.#take(',')) throw new DataError('elements of an array are not separated');
      if (this.#take(',') || this.isAtEnd) throw new DataError('an array has an empty element or no end');
      const element = this.value(true);
      elements.add(element.schema);
      values.push(element.value);
    }
    if (elements.schema !== undefined && values.includes(null))
      throw new DataError('an array has null beside other elements');
    return { schema: arrayOf(elements.schema), value: values };
  }

  #map(): SchemaAndValue {
    const keys = new SameType();
    const elements = new SameType();
    const map = new Map<unknown, unknown>();
    while (!this.#take('}')) {
      if (this.#take(',') || this.isAtEnd) throw new DataError('a map has an empty entry or no end');
      const key = this.value(true);
      if (key.value === null) throw new DataError('a map has a null key');
      if (!this.#take(':')) throw new DataError('an entry of a map has no value');
      const element = this.value(true);
      map.set(key.value, element.value);
      keys.add(key.schema);
      elements.add(element.schema);
      this.#take(',');
    }
    if (elements.schema !== undefined && [...map.values()].includes(null))
      throw new DataError('a map has null beside other values');
    return { schema: mapOf(keys.schema, elements.schema), value: map };
  }
}

/** Elements of several types have no schema in common. */
function arrayOf(element: Schema | undefined): Schema {
  return element === undefined ? { type: 'array', optional: false } : s.array(element);
}

function mapOf(key: Schema | undefined, element: Schema | undefined): Schema {
  if (key !== undefined && element !== undefined) return s.map(key, element);
  return { type: 'map', optional: false, ...(key === undefined ? {} : { keySchema: key }) };
}

function numberOrDate(word: string): SchemaAndValue | undefined {
  return temporal(word) ?? (NUMBER.test(word) ? numeric(word) : undefined);
}

/** Both forms of a colon are taken: `12\:30` stands for a time inside of a map. */
function temporal(text: string): SchemaAndValue | undefined {
  const plain = text.replaceAll('\\:', ':');
  const [schema, iso] = TIMESTAMP.test(plain)
    ? [s.timestamp(), plain]
    : DATE.test(plain)
      ? [s.date(), `${plain}T00:00:00.000Z`]
      : TIME.test(plain)
        ? [s.time(), `1970-01-01T${plain}`]
        : [];
  if (schema === undefined || iso === undefined) return undefined;
  const value = new Date(iso);
  // A 30th of February stays a text.
  return Number.isNaN(value.getTime()) || value.toISOString() !== iso ? undefined : { schema, value };
}

function numeric(text: string): SchemaAndValue {
  const exact = decimal(text);
  const integer = integerOf(exact.unscaled, exact.scale);
  if (integer !== undefined && integer <= INT64_MAX && integer >= -INT64_MAX - 1n) return smallest(integer);
  const number = decimalNumber(exact);
  if (exact.scale === 0 || !Number.isFinite(number)) return { schema: s.decimal(exact.scale), value: exact };
  const isFloat = Number.isFinite(Math.fround(number)) && shortestFloat(number) === number;
  return isFloat ? { schema: s.float32(), value: Math.fround(number) } : { schema: s.float64(), value: number };
}

/** Undefined where it has a fraction, or is far too large to be an int64. */
function integerOf(unscaled: bigint, scale: number): bigint | undefined {
  if (scale === 0 || unscaled === 0n) return unscaled;
  if (scale < 0) return scale < -20 ? undefined : unscaled * 10n ** BigInt(-scale);
  if (scale > 400) return undefined;
  const divisor = 10n ** BigInt(scale);
  return unscaled % divisor === 0n ? unscaled / divisor : undefined;
}

function smallest(integer: bigint): SchemaAndValue {
  for (const bits of [8, 16, 32] as const) {
    if (BigInt.asIntN(bits, integer) === integer) return { schema: s[`int${bits}`](), value: Number(integer) };
  }
  const number = Number(integer);
  return { schema: s.int64(), value: Number.isSafeInteger(number) ? number : integer };
}

const WIDTH: Readonly<Record<string, number>> = { int8: 1, int16: 2, int32: 3, int64: 4, float32: 5, float64: 6 };

/** The type that elements have in common: the widest of numbers, else the one of all of them. Null is of any type. */
class SameType {
  schema: Schema | undefined;
  #isMixed = false;

  add(schema: Schema | undefined): void {
    if (schema === undefined || this.#isMixed) return;
    const merged = this.schema === undefined ? schema : commonOf(this.schema, schema);
    this.#isMixed = merged === undefined;
    this.schema = merged;
  }
}

function commonOf(a: Schema, b: Schema): Schema | undefined {
  if (a.name !== b.name) return undefined;
  if (a.type === b.type) return b;
  const widthA = WIDTH[a.type];
  const widthB = WIDTH[b.type];
  return widthA === undefined || widthB === undefined ? undefined : widthA > widthB ? a : b;
}
