import { medianOf, ratioToKafka, type MeasureFigures } from './figures.ts';
import { GOALS, judge, LIMITS, type Goal } from './goals.ts';

const THROUGHPUT: Goal = {
  measure: 'x',
  metric: 'recordsPerSecond',
  label: 'x',
  better: 'higher',
  os: { floor: 1, goal: 1.3 },
  fsync: { floor: 0.9, goal: 1 },
};
const LATENCY: Goal = { ...THROUGHPUT, metric: 'p99Ms', better: 'lower', os: { floor: 0.7, goal: 0.5 } };
const START: Goal = { ...THROUGHPUT, metric: 'startMs', better: 'lower', os: { floor: 0.1 }, absoluteMax: 400 };

function rates(os: readonly number[], kafka: readonly number[]): MeasureFigures {
  return {
    os: os.map((recordsPerSecond) => ({ recordsPerSecond })),
    kafka: kafka.map((recordsPerSecond) => ({ recordsPerSecond })),
  };
}

describe('ratioToKafka', () => {
  it('divides medians, not means and not round by round', () => {
    const figures = rates([10, 1_000, 30], [10, 10, 20]);

    expect(medianOf(figures, 'os', 'recordsPerSecond')).toBe(30);
    expect(ratioToKafka(figures, 'os', 'recordsPerSecond')).toBe(3);
  });

  it('knows nothing about a side that was not measured', () => {
    const figures = rates([10], [10]);

    expect(ratioToKafka(figures, 'fsync', 'recordsPerSecond')).toBeUndefined();
    expect(ratioToKafka(figures, 'os', 'p99Ms')).toBeUndefined();
  });
});

describe('judge', () => {
  it.each([
    [90, 'missed'],
    [100, 'floor'],
    [129, 'floor'],
    [130, 'goal'],
  ])('judges a rate of %d against 100 as %s', (rate, verdict) => {
    expect(judge(THROUGHPUT, 'os', rates([rate], [100]))?.verdict).toBe(verdict);
  });

  it.each([
    [0.71, 'missed'],
    [0.7, 'floor'],
    [0.5, 'goal'],
  ])('judges a latency of %d against 1 as %s', (p99Ms, verdict) => {
    expect(judge(LATENCY, 'os', { os: [{ p99Ms }], kafka: [{ p99Ms: 1 }] })?.verdict).toBe(verdict);
  });

  it('uses the bounds of the durability', () => {
    const figures: MeasureFigures = { fsync: [{ recordsPerSecond: 95 }], kafka: [{ recordsPerSecond: 100 }] };

    expect(judge(THROUGHPUT, 'fsync', figures)).toMatchObject({ verdict: 'floor', bounds: { floor: 0.9 } });
  });

  it('leaves a goal open where there is no floor', () => {
    const goal: Goal = { ...THROUGHPUT, os: { goal: 1 } };

    expect(judge(goal, 'os', rates([99], [100]))?.verdict).toBe('open');
    expect(judge(goal, 'os', rates([100], [100]))?.verdict).toBe('goal');
  });

  it('wants the absolute bound as well', () => {
    const figures = (startMs: number): MeasureFigures => ({ os: [{ startMs }], kafka: [{ startMs: 10_000 }] });

    expect(judge(START, 'os', figures(399))?.verdict).toBe('floor');
    expect(judge(START, 'os', figures(400))?.verdict).toBe('missed');
  });

  it('judges nothing without figures', () => {
    expect(judge(THROUGHPUT, 'os', {})).toBeUndefined();
  });
});

describe('GOALS and LIMITS', () => {
  it('has a goal that is at least as hard as its floor', () => {
    for (const { os, fsync, better } of GOALS) {
      for (const { floor, goal } of [os, fsync]) {
        if (goal !== undefined && floor !== undefined)
          expect(better === 'higher' ? goal >= floor : goal <= floor).toBe(true);
      }
    }
  });

  it('names each figure once', () => {
    const names = [...GOALS, ...LIMITS].map(({ measure, metric }) => `${measure} ${metric}`);

    expect(new Set(names).size).toBe(names.length);
  });
});
