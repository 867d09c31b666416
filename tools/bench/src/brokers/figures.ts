/**
 * What a run measured, as plain data, and what is computed from it: medians and ratios. Pure.
 */
import { median } from '../measure.ts';
import type { Contender } from './contenders.ts';

/** Names end in their unit. */
export type Metric =
  | 'recordsPerSecond'
  | 'transactionsPerSecond'
  | 'commitsPerSecond'
  | 'megabytesPerSecond'
  | 'cpuSecondsPerMillion'
  | 'p50Ms'
  | 'p99Ms'
  | 'p999Ms'
  /** As Kafka's tool prints it, in whole milliseconds. */
  | 'toolP99Ms'
  /** p99 of the same load without readers, in the same turn. */
  | 'aloneP99Ms'
  | 'p99Growth'
  | 'residentMb'
  | 'residentMaxMb'
  | 'startMs'
  | 'startCpuSeconds'
  | 'restartMs'
  | 'restartAfterKillMs'
  | 'stallMs'
  | 'stallCpuMs'
  | 'checkpoints'
  | 'connectionsResidentMb';

/** The figures of one turn. */
export type Figures = Partial<Readonly<Record<Metric, number>>>;

/** The figures of each contender's rounds. */
export type MeasureFigures = Partial<Record<Contender, readonly Figures[]>>;

const MEGABYTE = 1_000_000;

export function megabytes(bytes: number): number {
  return bytes / MEGABYTE;
}

/** The median over the rounds; undefined when the contender or the metric was not measured. */
export function medianOf(figures: MeasureFigures, contender: Contender, metric: Metric): number | undefined {
  const values = valuesOf(figures, contender, metric);
  return values.length === 0 ? undefined : median(values);
}

export function valuesOf(figures: MeasureFigures, contender: Contender, metric: Metric): number[] {
  return (figures[contender] ?? []).flatMap((round) => round[metric] ?? []);
}

/** Ours divided by Apache Kafka's, of medians; undefined when one side is missing. */
export function ratioToKafka(figures: MeasureFigures, contender: Contender, metric: Metric): number | undefined {
  const ours = medianOf(figures, contender, metric);
  const theirs = medianOf(figures, 'kafka', metric);
  if (ours === undefined || theirs === undefined || theirs === 0) return undefined;
  return ours / theirs;
}
