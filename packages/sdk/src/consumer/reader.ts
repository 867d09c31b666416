import type { Clock } from '@millrace/base';
import type { ConsumedPartition } from './consumed-partition.ts';

/** One way of reading a consumer: a loop over messages, a loop over batches, or `run()`. One at a time. */
export interface Reader {
  /** For explain(), for example "a loop over messages". */
  readonly name: string;
  /** Whether the application works on records of this partition now. */
  isHolding(partition: ConsumedPartition): boolean;
  /** Whether the application works on anything now. */
  readonly isBusy: boolean;
  /** Hand out nothing more of what was taken without looking at the partition's state again. */
  interrupt(): void;
  /** What is held and not finished goes back: it is read again by whoever reads next. */
  handBack(): void;
}

/** Longest time in which nothing but the reader runs, before sockets and timers get their turn. */
const TURN_MS = 10;
/** Records between two looks at the clock while they are quick. */
const RECORDS_PER_LOOK = 64;

/**
 * Sees that a loop which always finds records gives sockets and timers their turn: promises alone never do, and heartbeats would be
 * late by as long as it takes to work through everything that was prefetched.
 */
export class TurnKeeper {
  readonly #clock: Clock;
  #turnMs: number;
  #lookMs: number;
  /** Records until the next look. */
  left = RECORDS_PER_LOOK;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#turnMs = this.#lookMs = clock.monotonicMs();
  }

  /** Whether it is time to wait for {@link giveTurn}. */
  isDue(): boolean {
    const nowMs = this.#clock.monotonicMs();
    // Slow records are looked at one by one.
    this.left = nowMs - this.#lookMs > 1 ? 1 : RECORDS_PER_LOOK;
    this.#lookMs = nowMs;
    return nowMs - this.#turnMs > TURN_MS;
  }

  async giveTurn(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#turnMs = this.#lookMs = this.#clock.monotonicMs();
  }
}
