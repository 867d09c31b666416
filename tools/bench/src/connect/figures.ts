/** What a run measured, as plain data, and what is computed from it. Pure. */
import { median } from '../measure.ts';
import type { ConnectContender } from './contenders.ts';

/** Names end in their unit. */
export type ConnectMetric =
  | 'startMs'
  | 'residentMb'
  | 'recordsPerSecond'
  | 'recordsPerCpuSecond'
  | 'residentMaxMb'
  | 'firstMs'
  | 'p50Ms'
  | 'p99Ms';

/** The figures of one turn. */
export type ConnectFigures = Partial<Readonly<Record<ConnectMetric, number>>>;

/** The figures of each contender's rounds. */
export type RoundFigures = Partial<Record<ConnectContender, readonly ConnectFigures[]>>;

export function valuesOf(figures: RoundFigures, contender: ConnectContender, metric: ConnectMetric): number[] {
  return (figures[contender] ?? []).flatMap((round) => round[metric] ?? []);
}

/** The median over the rounds; undefined when the contender or the metric was not measured. */
export function medianOf(
  figures: RoundFigures,
  contender: ConnectContender,
  metric: ConnectMetric,
): number | undefined {
  const values = valuesOf(figures, contender, metric);
  return values.length === 0 ? undefined : median(values);
}

/** Of a sorted or unsorted list, the value that this share is not above. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('no values to take a percentile of');
  return value;
}
