const GROWTH = 1.02;
const SMALLEST_MS = 0.001;
const BUCKETS = 1_300;

/** Times in buckets that grow by two per cent: percentiles are right to that, however many there are. */
export class Latencies {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  add(milliseconds: number): void {
    const ms = Math.max(milliseconds, SMALLEST_MS);
    const bucket = Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / SMALLEST_MS) / Math.log(GROWTH)));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
    this.#sumMs += milliseconds;
    this.#maxMs = Math.max(this.#maxMs, milliseconds);
  }

  get count(): number {
    return this.#count;
  }

  /** Undefined without any. */
  summary(): LatencySummary | undefined {
    if (this.#count === 0) return undefined;
    return {
      averageMs: rounded(this.#sumMs / this.#count),
      p50Ms: this.#percentile(0.5),
      p95Ms: this.#percentile(0.95),
      p99Ms: this.#percentile(0.99),
      p999Ms: this.#percentile(0.999),
      maxMs: rounded(this.#maxMs),
    };
  }

  #percentile(share: number): number {
    const rank = Math.ceil(share * this.#count);
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= rank) return rounded(Math.min(this.#maxMs, SMALLEST_MS * GROWTH ** bucket));
    }
    return rounded(this.#maxMs);
  }
}

export interface LatencySummary {
  readonly averageMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

export function describeLatencies(summary: LatencySummary): string {
  const { averageMs, p50Ms, p95Ms, p99Ms, p999Ms, maxMs } = summary;
  const shown = { average: averageMs, p50: p50Ms, p95: p95Ms, p99: p99Ms, 'p99.9': p999Ms, max: maxMs };
  return Object.entries(shown)
    .map(([name, ms]) => `${name} ${ms.toFixed(2)} ms`)
    .join(', ');
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}
