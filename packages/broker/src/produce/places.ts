/** Places for work that takes memory: a few at a time, in order of arrival. */
export class Places {
  readonly #placeCount: number;
  readonly #waiting: (() => void)[] = [];
  #takenCount = 0;

  constructor(placeCount: number) {
    this.#placeCount = placeCount;
  }

  get takenCount(): number {
    return this.#takenCount;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Resolves when there is a place, which is the caller's until it calls `leave`. */
  async take(): Promise<void> {
    if (this.#takenCount < this.#placeCount) this.#takenCount++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting.shift();
    // The place goes straight to the next, so that nobody who comes in between takes it.
    if (next === undefined) this.#takenCount--;
    else next();
  }
}
