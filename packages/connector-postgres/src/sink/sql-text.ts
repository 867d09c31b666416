/** Names, array literals and COPY rows as Postgres reads them. */

/** `a"b` becomes `"a""b"`. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A table as it is named in statements; without a schema the search path decides. */
export interface TableName {
  readonly schema: string | undefined;
  readonly table: string;
}

export function quoteTable({ schema, table }: TableName): string {
  return schema === undefined ? quoteName(table) : `${quoteName(schema)}.${quoteName(table)}`;
}

const ARRAY_SPECIAL = /["\\]/;
const ARRAY_SPECIALS = /["\\]/g;

/** An array literal of one dimension. Elements that need no quotes are numbers and booleans. */
export function arrayLiteral(
  rows: readonly (readonly (string | null | undefined)[])[],
  column: number,
  isQuoted: boolean,
): string {
  const values = new Array<string>(rows.length);
  let hasNull = false;
  for (let i = 0; i < rows.length && !hasNull; i++) {
    const value = rows[i]?.[column];
    if (value === null || value === undefined) hasNull = true;
    else values[i] = isQuoted ? escapedElement(value) : value;
  }
  // Joined at once: text that is put together piece by piece is garbage of many times its size.
  if (!hasNull && isQuoted && rows.length > 0) return `{"${values.join('","')}"}`;
  if (!hasNull) return `{${values.join(',')}}`;
  const elements = rows.map((row) => {
    const value = row[column];
    if (value === null || value === undefined) return 'NULL';
    return isQuoted ? quotedElement(value) : value;
  });
  return `{${elements.join(',')}}`;
}

export function quotedElement(value: string): string {
  return `"${escapedElement(value)}"`;
}

function escapedElement(value: string): string {
  return ARRAY_SPECIAL.test(value) ? value.replace(ARRAY_SPECIALS, '\\$&') : value;
}

const COPY_SPECIAL = /[\\\b\f\n\r\t\v]/;
const COPY_SPECIALS = /[\\\b\f\n\r\t\v]/g;
const COPY_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** A row in COPY's text format, with its line end. */
export function copyRow(values: readonly (string | null | undefined)[]): string {
  let text = '';
  for (let i = 0; i < values.length; i++) {
    if (i > 0) text += '\t';
    const value = values[i];
    if (value === null || value === undefined) text += '\\N';
    else text += COPY_SPECIAL.test(value) ? value.replace(COPY_SPECIALS, (mark) => COPY_ESCAPES[mark] ?? mark) : value;
  }
  return `${text}\n`;
}
