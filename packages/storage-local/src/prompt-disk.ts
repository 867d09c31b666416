/**
 * Reads at once what the page cache has, and through threads what the disk has to bring.
 *
 * Ten thousand directories looked through with a thread for every call cost several times what the calls do; a cold disk on the other
 * hand is quicker when it is asked for many things at a time, and must not hold the event loop.
 *
 * Bounds: a call that took {@link SLOW_MS} is a sign of a cold disk; the next {@link THREADED_CALLS} go through threads.
 * Not here: giving other events their turn between calls (`turn-slices.ts`).
 */
import type { Clock } from '@millrace/base';
import type { FileSystem, OpenFile } from './file-system.ts';

const SLOW_MS = 2;
const THREADED_CALLS = 256;

export class PromptDisk {
  readonly #disk: FileSystem;
  readonly #clock: Clock;
  #threadedCalls = 0;

  constructor(disk: FileSystem, clock: Clock) {
    this.#disk = disk;
    this.#clock = clock;
  }

  list(path: string): Promise<string[]> {
    return this.#run(
      () => this.#disk.listNow(path),
      () => this.#disk.list(path),
    );
  }

  /** For reading and writing; the file must exist. */
  open(path: string): Promise<OpenFile> {
    return this.#run(
      () => this.#disk.openNow(path, { mode: 'update' }),
      () => this.#disk.open(path, { mode: 'update' }),
    );
  }

  read(file: OpenFile, buffer: Buffer, position: number): Promise<number> {
    return this.#run(
      () => file.readNow(buffer, position),
      () => file.read(buffer, position),
    );
  }

  async #run<T>(now: () => T, threaded: () => Promise<T>): Promise<T> {
    if (this.#threadedCalls > 0) {
      this.#threadedCalls--;
      return threaded();
    }
    const startedMs = this.#clock.monotonicMs();
    try {
      return now();
    } finally {
      if (this.#clock.monotonicMs() - startedMs >= SLOW_MS) this.#threadedCalls = THREADED_CALLS;
    }
  }
}
