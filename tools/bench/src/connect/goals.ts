/** What the project asks of its Connect worker, and whether figures give it. Pure. */
import { medianOf, type ConnectMetric, type RoundFigures } from './figures.ts';

export interface ConnectGoal {
  readonly measure: string;
  readonly label: string;
  readonly metric: ConnectMetric;
  /** Ours is divided by the peer's; else it is judged as it is. */
  readonly isRatio?: boolean;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface ConnectJudgement {
  readonly value: number;
  readonly isMet: boolean;
}

export const CONNECT_GOALS: readonly ConnectGoal[] = [
  { measure: 'ready', label: 'worker ready, ms', metric: 'startMs', atMost: 1_500 },
  { measure: 'idle', label: 'RSS, three idle connectors, MB', metric: 'residentMb', atMost: 150 },
  { measure: 'idle-mixed', label: 'the same, one of each kind, MB', metric: 'residentMb', atMost: 150 },
  { measure: 'cdc', label: 'CDC exactly once, rows/s', metric: 'recordsPerSecond', atLeast: 70_000 },
  {
    measure: 'cdc',
    label: 'CDC, rows per CPU second : Debezium',
    metric: 'recordsPerCpuSecond',
    isRatio: true,
    atLeast: 3,
  },
  { measure: 'latency', label: 'CDC, commit to consumer, p50 ms', metric: 'p50Ms', atMost: 15 },
  { measure: 'latency', label: 'CDC, commit to consumer, p99 ms', metric: 'p99Ms', atMost: 60 },
  { measure: 'snapshot', label: 'snapshot, rows/s', metric: 'recordsPerSecond', atLeast: 80_000 },
  { measure: 'upsert', label: 'Postgres upsert, rows/s', metric: 'recordsPerSecond', atLeast: 60_000 },
  { measure: 's3-json', label: 'S3 JSON lines, records/s', metric: 'recordsPerSecond', atLeast: 80_000 },
  { measure: 's3-json', label: 'S3 JSON lines, peak RSS, MB', metric: 'residentMaxMb', atMost: 250 },
  { measure: 'redis-set', label: 'Redis SET, records/s', metric: 'recordsPerSecond', atLeast: 60_000 },
];

/** Undefined when a side was not measured. */
export function judgeConnect(goal: ConnectGoal, figures: RoundFigures): ConnectJudgement | undefined {
  const ours = medianOf(figures, 'millrace', goal.metric);
  const theirs = goal.isRatio === true ? medianOf(figures, 'kafka', goal.metric) : 1;
  if (ours === undefined || theirs === undefined) return undefined;
  const value = ours / theirs;
  const isMet = value <= (goal.atMost ?? Infinity) && value >= (goal.atLeast ?? -Infinity);
  return { value, isMet };
}
