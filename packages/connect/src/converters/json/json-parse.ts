/** A number as it is written: for decimals. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Sixteen digits in a row may be more than a number holds. */
const LONG_NUMBER = /[\d.]{16}/;

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** JSON in which integers beyond 2^53 become bigint. Throws a SyntaxError. */
export function parseJson(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
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

function exactInteger(value: unknown, source: string | undefined): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source)
    ? BigInt(source)
    : value;
}

/** The reviver's third argument, the source text of a primitive, is in the engine but not yet in the types. */
function parseWith(text: string, reviver: Reviver): unknown {
  return JSON.parse(text, reviver as (this: unknown, key: string, value: unknown) => unknown);
}
