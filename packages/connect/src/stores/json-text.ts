/** JSON with whole numbers beyond 2^53 kept exactly: what Java wrote as a long comes and goes as a bigint. */

/** Throws SyntaxError. */
export function parseJson(text: string): unknown {
  return JSON.parse(text, exactNumber);
}

/** A reviver sees the text of a number since ECMAScript's proposal JSON.parse source text access, which every supported Node has. */
function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** Flat objects and arrays of them, as keys and offsets are. */
export function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).flatMap(([name, field]) =>
      field === undefined ? [] : [`${JSON.stringify(name)}:${jsonText(field)}`],
    );
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
