/**
 * Writes a history: a line per event, in the file when `record` returns.
 *
 * Invariants: a process that is killed loses nothing it recorded (the line is with the operating system), and several
 * processes may append to one file: a line is one write, and begins anew behind what a killed one left unfinished.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { SaidEvent } from './history-event.ts';

export interface HistoryRecorderOptions {
  readonly path: string;
  /** Which process this is; part of every line. */
  readonly by: string;
  /** Milliseconds of the wall clock (default Date.now). */
  readonly now?: () => number;
}

const NEWLINE = 0x0a;

export class HistoryRecorder implements Disposable {
  readonly by: string;
  readonly #fd: number;
  readonly #now: () => number;

  constructor(options: HistoryRecorderOptions) {
    this.by = options.by;
    this.#now = options.now ?? Date.now;
    this.#fd = openSync(options.path, 'a+');
    if (endsInLine(this.#fd)) writeSync(this.#fd, '\n');
  }

  record(event: SaidEvent): void {
    writeSync(this.#fd, `${JSON.stringify({ at: this.#now(), by: this.by, ...event })}\n`);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

function endsInLine(fd: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last[0] !== NEWLINE;
}
