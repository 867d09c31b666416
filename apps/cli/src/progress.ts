import type { CliContext } from './cli-context.ts';

const INTERVAL_MS = 200;
const ERASE_LINE = '\r\u001B[K';

/** One line that tells a person how far a command is; nothing at all when nobody watches. */
export class Progress implements Disposable {
  readonly #context: CliContext;
  readonly #textNow: () => string;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(context: CliContext, textNow: () => string) {
    this.#context = context;
    this.#textNow = textNow;
    if (!context.isWatched) return;
    this.#timer = setInterval(() => this.#show(), INTERVAL_MS);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    void this.#context.errorOutput.write(Buffer.from(ERASE_LINE));
  }

  #show(): void {
    void this.#context.errorOutput.write(Buffer.from(ERASE_LINE + this.#textNow()));
  }
}

const BAR_WIDTH = 24;

/** `[#####.....] 42 %`, or nothing when the whole is not known. */
export function bar(done: number, whole: number): string {
  if (!(whole > 0)) return '';
  const share = Math.min(1, done / whole);
  const filled = Math.round(share * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${String(Math.floor(share * 100))} % `;
}

/** `1,234,567`. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
