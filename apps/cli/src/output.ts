/** Where a command writes; injected so that tests read what a user would. */
export interface Output {
  line(text: string): void;
}

export const stdoutOutput: Output = {
  line: (text) => void process.stdout.write(`${text}\n`),
};

/** Left-aligned columns, two spaces apart, header first. */
export function printTable(output: Output, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of [header, ...rows]) {
    output.line(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}
