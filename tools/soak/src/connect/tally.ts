/** Counts what arrived of numbered records: each has a key, and of each key they must come in the order of their numbers. */
export interface Verdict {
  readonly arrived: number;
  readonly missing: number;
  readonly doubled: number;
  readonly foreign: number;
  readonly misplaced: number;
}

export class Tally {
  readonly #seen = new Set<number>();
  readonly #last = new Map<number, number>();
  #doubled = 0;
  #misplaced = 0;

  /** How many different ones. */
  get arrived(): number {
    return this.#seen.size;
  }

  add(key: number, number: number): void {
    if (this.#seen.has(number)) {
      this.#doubled++;
      return;
    }
    this.#seen.add(number);
    const last = this.#last.get(key) ?? 0;
    if (number < last) this.#misplaced++;
    else this.#last.set(key, number);
  }

  /** When the numbers from 1 to this one were sent. */
  judge(sent: number): Verdict {
    let known = 0;
    for (const number of this.#seen) if (Number.isInteger(number) && number >= 1 && number <= sent) known++;
    return {
      arrived: this.#seen.size,
      missing: sent - known,
      doubled: this.#doubled,
      foreign: this.#seen.size - known,
      misplaced: this.#misplaced,
    };
  }
}
