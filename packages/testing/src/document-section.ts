/**
 * Sections of a Markdown document that a command owns, between two marker comments.
 *
 * Invariant: text outside the command's own markers is never touched, so that several commands share one document.
 */

/** The document with the named section replaced, or added at its end when it is not there yet. */
export function replaceSection(document: string, name: string, body: string): string {
  const start = `<!-- ${name}:start -->`;
  const end = `<!-- ${name}:end -->`;
  const section = `${start}\n\n${body.trim()}\n\n${end}`;
  const startAt = document.indexOf(start);
  if (startAt < 0) return `${document.trimEnd()}\n\n${section}\n`;
  const endAt = document.indexOf(end, startAt);
  if (endAt < 0) throw new Error(`the section ${name} has a start marker and no end marker; restore "${end}"`);
  return document.slice(0, startAt) + section + document.slice(endAt + end.length);
}

/** A Markdown table, padded as the formatter pads; every column but the first is aligned right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
