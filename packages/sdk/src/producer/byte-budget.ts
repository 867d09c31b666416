/**
 * The bytes that a producer may hold, and who waits for some.
 *
 * Invariants: who waits is served in the order of asking, and nobody passes while somebody waits. Somebody who asks for more than there
 *   ever is gets it when nothing else is held.
 * Not here: deadlines of those who wait; they take themselves out.
 */
import { Fifo } from './fifo.ts';

interface Waiter {
  readonly bytes: number;
  readonly resolve: (wasGranted: boolean) => void;
  isGone: boolean;
}

/** A place in the line. `granted` resolves with false after `leave`. */
export interface BudgetPlace {
  readonly granted: Promise<boolean>;
  leave(): void;
}

export class ByteBudget {
  readonly maxBytes: number;
  #usedBytes = 0;
  #waitingCount = 0;
  readonly #waiters = new Fifo<Waiter>();
  #onRoom: (() => void)[] = [];

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get isAwaited(): boolean {
    return this.#waitingCount > 0;
  }

  /** Whether so many bytes may be taken at once. */
  hasRoom(bytes: number): boolean {
    return this.#waitingCount === 0 && this.#fits(bytes);
  }

  take(bytes: number): void {
    this.#usedBytes += bytes;
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes;
    this.#serve();
  }

  /** Waits in line for so many bytes, which are taken when `granted` resolves with true. */
  wait(bytes: number): BudgetPlace {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter: Waiter = { bytes, resolve, isGone: false };
    this.#waiters.push(waiter);
    this.#waitingCount++;
    const leave = (): void => {
      if (waiter.isGone) return;
      waiter.isGone = true;
      this.#waitingCount--;
      resolve(false);
      this.#serve();
    };
    this.#serve();
    return { granted: promise, leave };
  }

  /** Calls back once, as soon as a record would not have to wait; at once when that is now. */
  whenRoom(callback: () => void): void {
    if (this.hasRoom(1)) callback();
    else this.#onRoom.push(callback);
  }

  #serve(): void {
    for (;;) {
      const first = this.#waiters.peek();
      if (first === undefined) break;
      if (!first.isGone) {
        if (!this.#fits(first.bytes)) return;
        first.isGone = true;
        this.#waitingCount--;
        this.#usedBytes += first.bytes;
        first.resolve(true);
      }
      this.#waiters.shift();
    }
    if (this.#onRoom.length === 0 || !this.#fits(1)) return;
    const callbacks = this.#onRoom;
    this.#onRoom = [];
    for (const callback of callbacks) callback();
  }

  #fits(bytes: number): boolean {
    return this.#usedBytes + bytes <= this.maxBytes || this.#usedBytes === 0;
  }
}
