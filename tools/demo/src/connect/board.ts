/**
 * Progress of several stages, and a leaderboard below: redrawn in place in a terminal, a plain line every second or so elsewhere.
 *
 * Invariants: a note is written once, above the board; nothing of the board is left where nothing can be redrawn.
 */
import { count } from '../progress.ts';

const BAR_CELLS = 28;
const PLAIN_INTERVAL_MS = 1_000;
const REDRAW_INTERVAL_MS = 100;
const NAME_WIDTH = 34;

export interface Stage {
  readonly name: string;
  readonly done: number;
}

export interface Leader {
  readonly name: string;
  readonly score: number;
}

export interface BoardState {
  readonly stages: readonly Stage[];
  /** Of each stage. */
  readonly total: number;
  readonly leaders: readonly Leader[];
}

export type BoardStream = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;

export class Board {
  readonly #stream: BoardStream;
  readonly #monotonicMs: () => number;
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #drawnLines = 0;
  #plain = '';

  constructor(stream: BoardStream, monotonicMs: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#monotonicMs = monotonicMs;
  }

  update(state: BoardState): void {
    const now = this.#monotonicMs();
    if (now - this.#drawnAtMs < (this.#stream.isTTY ? REDRAW_INTERVAL_MS : PLAIN_INTERVAL_MS)) return;
    this.#drawnAtMs = now;
    if (!this.#stream.isTTY) {
      const line = plainLine(state);
      if (line !== this.#plain) this.#stream.write(`${line}\n`);
      this.#plain = line;
      return;
    }
    const lines = boardLines(state);
    this.#stream.write(`${this.#cleared()}${lines.join('\n')}\n`);
    this.#drawnLines = lines.length;
  }

  note(text: string): void {
    this.#stream.write(`${this.#cleared()}${text}\n`);
    if (this.#stream.isTTY) this.#drawnAtMs = Number.NEGATIVE_INFINITY;
  }

  finish(): void {
    const cleared = this.#cleared();
    if (cleared !== '') this.#stream.write(cleared);
  }

  /** Takes the cursor to where the board began, and what was there away. */
  #cleared(): string {
    if (this.#drawnLines === 0) return '';
    const text = `\x1b[${String(this.#drawnLines)}A\r\x1b[0J`;
    this.#drawnLines = 0;
    return text;
  }
}

export function boardLines({ stages, total, leaders }: BoardState): string[] {
  const width = Math.max(...stages.map(({ name }) => name.length));
  const bars = stages.map(({ name, done }) => {
    const cells = Math.min(BAR_CELLS, Math.floor((done / total) * BAR_CELLS));
    return `${name.padEnd(width)} [${'#'.repeat(cells)}${' '.repeat(BAR_CELLS - cells)}] ${count(done)} of ${count(total)}`;
  });
  const best = leaders[0]?.score ?? 0;
  const ranks = leaders.map(({ name, score }, index) => {
    const cells = best === 0 ? 0 : Math.round((score / best) * BAR_CELLS);
    return `${String(index + 1).padStart(2)}. ${fitted(name)} ${count(score).padStart(7)} ${'='.repeat(cells)}`;
  });
  return ranks.length === 0 ? bars : [...bars, 'departures, live from Redis', ...ranks];
}

export function plainLine({ stages, total, leaders }: BoardState): string {
  const counts = stages.map(({ name, done }) => `${name} ${count(done)}`).join('  ');
  const first = leaders[0];
  const leader = first === undefined ? '' : `  leader ${first.name} ${count(first.score)}`;
  return `${counts}  of ${count(total)}${leader}`;
}

function fitted(name: string): string {
  return name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}…` : name.padEnd(NAME_WIDTH);
}
