/** Latency samples of one kind, in milliseconds. */
export class Latencies {
  readonly #samples: number[] = [];

  add(latencyMs: number): void {
    this.#samples.push(latencyMs);
  }

  /** The given quantile (0…1) by nearest rank; 0 without samples. */
  quantile(fraction: number): number {
    const sorted = this.#samples.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? 0;
  }
}
