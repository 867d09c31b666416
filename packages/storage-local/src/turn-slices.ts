/**
 * Long work in slices: other events are handled in between.
 *
 * Bounds: a slice ends after {@link SLICE_MS}, and after {@link SLICE_ITEMS} items where the clock does not move.
 */
import type { Clock } from '@millrace/base';

const SLICE_MS = 2;
const SLICE_ITEMS = 256;

export class TurnSlices {
  readonly #clock: Clock;
  readonly #nextTurn: (callback: () => void) => void;
  #startedMs: number;
  #items = 0;

  constructor(clock: Clock, nextTurn: (callback: () => void) => void) {
    this.#clock = clock;
    this.#nextTurn = nextTurn;
    this.#startedMs = clock.monotonicMs();
  }

  /** Counts an item that is about to be worked on; true when {@link next} should be waited for before it. */
  isOver(): boolean {
    if (this.#items++ < SLICE_ITEMS && this.#clock.monotonicMs() - this.#startedMs < SLICE_MS) return false;
    return true;
  }

  /** Resolves when other events had their turn. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => this.#nextTurn(resolve));
    this.#startedMs = this.#clock.monotonicMs();
    this.#items = 0;
  }
}
