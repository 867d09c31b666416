/** The cells of a line of CSV; null for an empty one without quotes. Undefined when quotes do not match. */
export function csvCells(line: string, separator: string): (string | null)[] | undefined {
  const cells: (string | null)[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      let text = '';
      for (;;) {
        const close = line.indexOf('"', at + 1);
        if (close === -1) return undefined;
        text += line.slice(at + 1, close);
        at = close + 1;
        if (line[at] !== '"') break;
        text += '"';
      }
      cells.push(text);
    } else {
      const next = line.indexOf(separator, at);
      const end = next === -1 ? line.length : next;
      const text = line.slice(at, end);
      cells.push(text === '' ? null : text);
      at = end;
    }
    if (at >= line.length) return cells;
    if (line[at] !== separator) return undefined;
    at += 1;
    if (at === line.length) return [...cells, null];
  }
}
