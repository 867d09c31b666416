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
  let text = '{';
  for (let i = 0; i < rows.length; i++) {
    if (i > 0) text += ',';
    const value = rows[i]?.[column];
    if (value === null || value === undefined) text += 'NULL';
    else if (isQuoted) text += quotedElement(value);
    else text += value;
  }
  return `${text}}`;
}

export function quotedElement(value: string): string {
  return ARRAY_SPECIAL.test(value) ? `"${value.replace(ARRAY_SPECIALS, '\\$&')}"` : `"${value}"`;
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
