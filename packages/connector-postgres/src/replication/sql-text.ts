/** Names and values inside SQL and replication commands. */

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Right under either setting of `standard_conforming_strings`. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

export function qualifiedName(schema: string, table: string): string {
  return `${identifier(schema)}.${identifier(table)}`;
}
