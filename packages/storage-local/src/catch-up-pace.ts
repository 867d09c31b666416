/**
 * How fast consumers that are behind may read from disk while producers append: as fast as it goes without holding up the event loop.
 *
 * Two things are paced, each in a queue of its own: what consumers get, and what the disk is asked for ahead of them.
 *
 * Invariants: without appends nobody waits. With them the rate falls by half when the loop came late, and grows in small steps while it
 *   comes in time, and pieces are small; it never falls below {@link RATE_MIN}, nor below
 *   twice what is appended for each reader that waits, so whoever is behind does catch up. Reads go on in the order in which they came.
 * Not here: the gate in front of the thread pool (`io-gate.ts`).
 */
import type { Clock, Timers } from '@millrace/base';

/** Bytes per second. */
const RATE_MIN = 24 * 1024 * 1024;
const RATE_MAX = 4 * 1024 * 1024 * 1024;
/** Bytes per second that are added when the loop came in time for a tick. Four times that found the limit only after producers had. */
const RATE_STEP = 13 * 1024;
/** A reader gets so many times what producers append, however busy the loop is: else it might stay behind for ever. */
const CATCH_UP_FACTOR = 2;
/** What a reader gets at once: the loop is through with it before a producer notices. */
const READ_BYTES_MAX = 64 * 1024;
/** What is asked of the disk at once: 2 MiB held a thread, the disk and a core of the kernel for four milliseconds. */
const DISK_READ_BYTES_MAX = 64 * 1024;
/** The disk may be ahead, lest readers wait for it once they have what is in memory. */
const DISK_SHARE = 2;
/** Reads of longer ticks come in clumps, behind which producers wait. */
const TICK_MS = 2;
/** Later than this, the loop had too much to do; on an idle machine one timer in a hundred is 0.4 ms late. */
const LATE_MS = 1;
/** What is left of an append's weight after a tick. */
const APPEND_DECAY = 0.992;
/** Weight of appends from which producers count as active: about twelve a second. */
const ACTIVE_WEIGHT = 3;
/** However many there were, half a second later they are forgotten. */
const WEIGHT_MAX = 24;
/** Ticks without a read after which the watch ends. */
const IDLE_TICKS = 500;
/** A reader that comes after a pause may take so many ticks' worth at once. */
const BURST_TICKS = 5;

export interface CatchUpPaceOptions {
  readonly clock: Clock;
  readonly timers: Timers;
}

export class CatchUpPace {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #reads = new PacedQueue();
  readonly #diskReads = new PacedQueue();
  #rate = RATE_MIN;
  #isWatching = false;
  #appends = 0;
  #appendWeight = 0;
  #appendedBytes = 0;
  /** Of the last second, about. */
  #appendedBytesPerTick = 0;
  #ticksSinceRead = 0;

  constructor(options: CatchUpPaceOptions) {
    this.#clock = options.clock;
    this.#timers = options.timers;
  }

  /** A producer appended so many bytes to one of the logs. */
  noteAppend(bytes: number): void {
    this.#appends++;
    this.#appendedBytes += bytes;
  }

  /** Undefined when a consumer may have so many bytes now, else resolves when it may. */
  admit(bytes: number): Promise<void> | undefined {
    return this.#admit(this.#reads, bytes);
  }

  /** Undefined when the disk may be asked for so many bytes now, else resolves when it may. */
  admitDiskRead(bytes: number): Promise<void> | undefined {
    return this.#admit(this.#diskReads, bytes);
  }

  /** How much one read may take now: little pieces beside producers, anything otherwise. */
  get readBytesMax(): number {
    return this.#isPaced ? READ_BYTES_MAX : Infinity;
  }

  /** How much the disk may be asked for at once now. */
  get diskReadBytesMax(): number {
    return this.#isPaced ? DISK_READ_BYTES_MAX : Infinity;
  }

  #admit(queue: PacedQueue, bytes: number): Promise<void> | undefined {
    this.#ticksSinceRead = 0;
    if (!this.#isWatching) this.#watch();
    return this.#isPaced ? queue.admit(bytes) : undefined;
  }

  get #isPaced(): boolean {
    return this.#appendWeight > ACTIVE_WEIGHT;
  }

  #watch(): void {
    this.#isWatching = true;
    this.#appends = this.#appendWeight = 0;
    this.#appendedBytes = this.#appendedBytesPerTick = 0;
    this.#scheduleTick();
  }

  #scheduleTick(): void {
    const dueMs = this.#clock.monotonicMs() + TICK_MS;
    this.#timers.schedule(TICK_MS, () => this.#tick(this.#clock.monotonicMs() - dueMs));
  }

  #tick(lateMs: number): void {
    const wasPaced = this.#isPaced;
    this.#appendWeight = Math.min(WEIGHT_MAX, this.#appendWeight * APPEND_DECAY + this.#appends);
    this.#appends = 0;
    this.#appendedBytesPerTick = this.#appendedBytesPerTick * APPEND_DECAY + this.#appendedBytes * (1 - APPEND_DECAY);
    this.#appendedBytes = 0;
    if (!wasPaced && this.#isPaced) {
      this.#rate = RATE_MIN;
      this.#reads.empty();
      this.#diskReads.empty();
    }
    if (lateMs > LATE_MS) this.#rate = Math.max(RATE_MIN, this.#rate / 2);
    else this.#rate = Math.min(RATE_MAX, this.#rate + RATE_STEP);
    // By ticks and not by time: where ticks are late, both are.
    const catchUpBytes = CATCH_UP_FACTOR * this.#appendedBytesPerTick * Math.max(1, this.#reads.waitingCount);
    const tickBytes = Math.max((this.#rate * TICK_MS) / 1000, catchUpBytes);
    this.#reads.refill(tickBytes);
    this.#diskReads.refill(DISK_SHARE * tickBytes);
    if (!this.#isPaced) {
      this.#reads.admitAll();
      this.#diskReads.admitAll();
    }
    this.#ticksSinceRead++;
    const isIdle = this.#ticksSinceRead > IDLE_TICKS && this.#reads.isEmpty && this.#diskReads.isEmpty;
    if (isIdle) this.#isWatching = false;
    else this.#scheduleTick();
  }
}

/** Those who wait for their turn, first come first served. */
class PacedQueue {
  readonly #waiting: { readonly bytes: number; readonly resolve: () => void }[] = [];
  /** Bytes that may be read now; below 0 after a read larger than that. */
  #room = 0;

  get waitingCount(): number {
    return this.#waiting.length;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  admit(bytes: number): Promise<void> | undefined {
    if (this.isEmpty && this.#room > 0) {
      this.#room -= bytes;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push({ bytes, resolve }));
  }

  /** A tick went by. */
  refill(tickBytes: number): void {
    this.#room = Math.min(this.#room + tickBytes, BURST_TICKS * tickBytes);
    while (this.#room > 0 && this.#admitNext());
  }

  admitAll(): void {
    while (this.#admitNext());
  }

  empty(): void {
    this.#room = 0;
  }

  #admitNext(): boolean {
    const next = this.#waiting.shift();
    if (next === undefined) return false;
    this.#room -= next.bytes;
    next.resolve();
    return true;
  }
}
