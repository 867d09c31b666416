/**
 * The floors and goals that the project has set itself against Apache Kafka, and whether figures meet them. Pure.
 */
import { medianOf, ratioToKafka, type MeasureFigures, type Metric } from './figures.ts';

/** A bound on ours divided by Kafka's. */
export interface Bounds {
  /** Without one there is only a goal to reach. */
  readonly floor?: number;
  readonly goal?: number;
}

export interface Goal {
  readonly measure: string;
  readonly metric: Metric;
  readonly label: string;
  /** Which side of the bound is good. */
  readonly better: 'higher' | 'lower';
  readonly os: Bounds;
  readonly fsync: Bounds;
  /** A bound on ours alone, besides the ratio. */
  readonly absoluteMax?: number;
}

/** A bound on a figure of ours that has no counterpart. */
export interface Limit {
  readonly measure: string;
  readonly metric: Metric;
  readonly label: string;
  readonly max: number;
  readonly unit: string;
}

/** `open`: there is no floor, and the goal is not met. */
export type Verdict = 'goal' | 'floor' | 'open' | 'missed';

export interface Judgement {
  readonly ratio: number;
  readonly bounds: Bounds;
  readonly verdict: Verdict;
}

const PRODUCE_NAMES = ['produce-100b-1p', 'produce-100b-64p', 'produce-1k-8p'] as const;
const PRODUCE_LABELS = {
  'produce-100b-1p': 'produce 100 B, 1 partition',
  'produce-100b-64p': 'produce 100 B, 64 partitions',
  'produce-1k-8p': 'produce 1 KiB, 8 partitions',
} as const;

export const GOALS: readonly Goal[] = [
  ...PRODUCE_NAMES.map((measure): Goal => ({
    measure,
    metric: 'recordsPerSecond',
    label: PRODUCE_LABELS[measure],
    better: 'higher',
    os: { floor: 1, goal: 1.3 },
    fsync: { floor: 0.9, goal: 1 },
  })),
  ...PRODUCE_NAMES.map((measure): Goal => ({
    measure,
    metric: 'cpuSecondsPerMillion',
    label: `broker CPU per million: ${PRODUCE_LABELS[measure]}`,
    better: 'lower',
    os: { floor: 0.6, goal: 0.5 },
    fsync: { floor: 0.7, goal: 0.5 },
  })),
  {
    measure: 'produce-latency',
    metric: 'p99Ms',
    label: 'produce p99 at 10,000 records/s',
    better: 'lower',
    os: { floor: 0.7, goal: 0.5 },
    fsync: { floor: 1.5, goal: 1 },
  },
  ...(['consume-tail', 'consume-cold'] as const).map((measure): Goal => ({
    measure,
    metric: 'recordsPerSecond',
    label: measure === 'consume-tail' ? 'consume from memory' : 'consume from cold disk',
    better: 'higher',
    os: { floor: 1, goal: 1.2 },
    fsync: { floor: 1, goal: 1.2 },
  })),
  {
    measure: 'end-to-end',
    metric: 'p99Ms',
    label: 'end-to-end p99',
    better: 'lower',
    os: { floor: 1, goal: 0.5 },
    fsync: { floor: 1.5, goal: 1 },
  },
  ...([1, 10, 100] as const).map((records): Goal => ({
    measure: `transactions-${records}`,
    metric: 'transactionsPerSecond',
    label: `transactions of ${records} ${records === 1 ? 'record' : 'records'}`,
    better: 'higher',
    os: { floor: 1 },
    fsync: { goal: 1 },
  })),
  ...(['p50Ms', 'p99Ms'] as const).map((metric): Goal => ({
    measure: 'read-process-write',
    metric,
    label: `read-process-write ${metric.slice(0, -2)}`,
    better: 'lower',
    os: { floor: 1 },
    fsync: { goal: 1 },
  })),
  {
    measure: 'group-commits',
    metric: 'commitsPerSecond',
    label: 'offset commits of 100 groups',
    better: 'higher',
    os: { floor: 1 },
    fsync: { goal: 1 },
  },
  ...PRODUCE_NAMES.map((measure): Goal => ({
    measure,
    metric: 'residentMaxMb',
    label: `peak RSS: ${PRODUCE_LABELS[measure]}`,
    better: 'lower',
    os: { floor: 0.25 },
    fsync: { floor: 0.25 },
  })),
  {
    measure: 'start',
    metric: 'startMs',
    label: 'start to first acknowledged record (and below 400 ms)',
    better: 'lower',
    os: { floor: 0.1 },
    fsync: { floor: 0.1 },
    absoluteMax: 400,
  },
];

export const LIMITS: readonly Limit[] = [
  { measure: 'catchup', metric: 'p99Growth', label: 'produce p99 with three catch-up readers', max: 2, unit: '×' },
  { measure: 'scale', metric: 'restartMs', label: 'restart with 10,000 partitions', max: 3_000, unit: 'ms' },
  {
    measure: 'scale',
    metric: 'restartAfterKillMs',
    label: 'restart with 10,000 partitions after kill -9',
    max: 3_000,
    unit: 'ms',
  },
  { measure: 'scale', metric: 'residentMb', label: 'steady RSS with 10,000 partitions', max: 300, unit: 'MB' },
  { measure: 'scale', metric: 'stallMs', label: 'longest event-loop stall, checkpoints included', max: 20, unit: 'ms' },
];

/** Undefined when there is nothing to judge, because a side was not measured. */
export function judge(goal: Goal, contender: 'os' | 'fsync', figures: MeasureFigures): Judgement | undefined {
  const ratio = ratioToKafka(figures, contender, goal.metric);
  const ours = medianOf(figures, contender, goal.metric);
  if (ratio === undefined || ours === undefined) return undefined;
  const bounds = goal[contender];
  const meets = (bound: number | undefined): boolean =>
    bound !== undefined && (goal.better === 'higher' ? ratio >= bound : ratio <= bound);
  const isBelowFloor = bounds.floor !== undefined && !meets(bounds.floor);
  if (isBelowFloor || (goal.absoluteMax !== undefined && ours >= goal.absoluteMax)) {
    return { ratio, bounds, verdict: 'missed' };
  }
  if (meets(bounds.goal)) return { ratio, bounds, verdict: 'goal' };
  return { ratio, bounds, verdict: bounds.floor === undefined ? 'open' : 'floor' };
}
