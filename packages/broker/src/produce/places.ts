/** Places for work that takes memory, in order of arrival: a few of them, or so many bytes. */
export class Places {
  readonly #placeCount: number;
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = [];
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

  /** Resolves when there are so many places, or none at all is taken; they are the caller's until it calls `leave`. */
  async take(count = 1): Promise<void> {
    if (this.#waiting.length === 0 && this.#fits(count)) this.#takenCount += count;
    else await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
  }

  leave(count = 1): void {
    this.#takenCount -= count;
    // Places go straight to the next, so that nobody who comes in between takes them.
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.count); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#takenCount += next.count;
      next.resolve();
    }
  }

  #fits(count: number): boolean {
    return this.#takenCount === 0 || this.#takenCount + count <= this.#placeCount;
  }
}
