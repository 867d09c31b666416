/** Where a command writes; injected so that tests read what a user would. */
export interface Output {
  line(text: string): void;
  /** Bytes as they are. Resolves when more may be written; undefined = at once. */
  write(bytes: Uint8Array): Promise<void> | undefined;
}

export function streamOutput(stream: NodeJS.WriteStream): Output {
  return {
    line: (text) => void stream.write(`${text}\n`),
    write(bytes) {
      if (stream.write(bytes) || stream.destroyed) return undefined;
      return new Promise((resolve) => {
        const go = (): void => {
          stream.off('drain', go).off('close', go).off('error', go);
          resolve();
        };
        stream.once('drain', go).once('close', go).once('error', go);
      });
    },
  };
}

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
