/** One line that tells how far things are: redrawn in place in a terminal, a plain line every second elsewhere. */
const BAR_CELLS = 28;
const PLAIN_INTERVAL_MS = 1_000;
const REDRAW_INTERVAL_MS = 80;

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #total: number;
  readonly #monotonicMs: () => number;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(stream: NodeJS.WriteStream, total: number, monotonicMs: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#total = total;
    this.#monotonicMs = monotonicMs;
  }

  update(sent: number, arrived: number): void {
    const now = this.#monotonicMs();
    if (now - this.#drawnAtMs < (this.#stream.isTTY ? REDRAW_INTERVAL_MS : PLAIN_INTERVAL_MS)) return;
    this.#drawnAtMs = now;
    const text = progressText(sent, arrived, this.#total, this.#stream.isTTY);
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[2K${text}` : `${text}\n`);
  }

  /** Writes a line of its own, above the bar. */
  note(text: string): void {
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[2K${text}\n` : `${text}\n`);
    this.#drawnAtMs = Number.NEGATIVE_INFINITY;
  }

  finish(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[2K');
  }
}

export function progressText(sent: number, arrived: number, total: number, withBar: boolean): string {
  const counts = `sent ${count(sent)}  processed ${count(arrived)}  of ${count(total)}`;
  if (!withBar) return counts;
  const done = Math.floor((arrived / total) * BAR_CELLS);
  const underway = Math.max(done, Math.floor((sent / total) * BAR_CELLS));
  return `[${'#'.repeat(done)}${'-'.repeat(underway - done)}${' '.repeat(BAR_CELLS - underway)}] ${counts}`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}
