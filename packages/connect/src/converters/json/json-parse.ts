/** A number as it is written: for decimals. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** As many digits in a row may be more than a number holds. */
const LONG_DIGITS = 16;
const DOT = 0x2e;
const SLASH = 0x2f;
const NINE = 0x39;

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** JSON in which integers beyond 2^53 become bigint. Throws a SyntaxError. */
export function parseJson(text: string): unknown {
  if (!hasLongNumber(text)) return JSON.parse(text);
  return parseWith(text, (_key, value, { source }) => exactInteger(value, source));
}

/** JSON in which integers beyond 2^53 become bigint and other numbers {@link NumberText}. */
export function parseJsonForDecimals(text: string): unknown {
  return parseWith(text, (_key, value, { source }) => {
    if (typeof value !== 'number' || source === undefined) return value;
    const exact = exactInteger(value, source);
    return typeof exact === 'bigint' ? exact : new NumberText(source);
  });
}

/** As {@link parseJsonForDecimals} where a number may have more digits than a float64 holds, which is dear; else as {@link parseJson}. */
export function parseJsonForLongDecimals(text: string): unknown {
  return hasLongNumber(text) ? parseJsonForDecimals(text) : JSON.parse(text);
}

/** Whether there are sixteen digits and dots in a row, wherever: of so many, one is at every sixteenth place. */
function hasLongNumber(text: string): boolean {
  for (let at = LONG_DIGITS - 1; at < text.length; at += LONG_DIGITS) {
    if (!isDigitOrDot(text.charCodeAt(at))) continue;
    let first = at;
    while (first > 0 && isDigitOrDot(text.charCodeAt(first - 1))) first--;
    let last = at;
    while (last + 1 < text.length && isDigitOrDot(text.charCodeAt(last + 1))) last++;
    if (last - first + 1 >= LONG_DIGITS) return true;
  }
  return false;
}

function isDigitOrDot(code: number): boolean {
  return code >= DOT && code <= NINE && code !== SLASH;
}

function exactInteger(value: unknown, source: string | undefined): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source)
    ? BigInt(source)
    : value;
}

/** The reviver's third argument, the source text of a primitive, is in the engine but not yet in the types. */
function parseWith(text: string, reviver: Reviver): unknown {
  return JSON.parse(text, reviver as (this: unknown, key: string, value: unknown) => unknown);
}
