import { Latencies } from './latencies.ts';

describe('Latencies', () => {
  it('tells percentiles to two per cent', () => {
    const latencies = new Latencies();
    for (let ms = 1; ms <= 1_000; ms++) latencies.add(ms);

    const summary = latencies.summary();

    expect(summary?.averageMs).toBe(500.5);
    expect(summary?.maxMs).toBe(1_000);
    for (const [told, exact] of [
      [summary?.p50Ms, 500],
      [summary?.p95Ms, 950],
      [summary?.p99Ms, 990],
      [summary?.p999Ms, 999],
    ] as const) {
      expect((told ?? 0) / exact).toBeGreaterThanOrEqual(1);
      expect((told ?? 0) / exact).toBeLessThanOrEqual(1.021);
    }
  });

  it('has nothing to tell without any', () => {
    expect(new Latencies().summary()).toBeUndefined();
  });

  it('keeps what is beyond its range', () => {
    const latencies = new Latencies();
    latencies.add(0);
    latencies.add(10 ** 9);

    expect(latencies.count).toBe(2);
    expect(latencies.summary()?.maxMs).toBe(10 ** 9);
  });
});
