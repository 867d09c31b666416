/**
 * What the project asks of its client beside others, and whether figures give it. Pure.
 */
import { median } from '../measure.ts';
import type { WorkFigures } from './work.ts';

/** The figures of a load's rounds on one broker, by the runner's name. */
export type LoadFigures = Readonly<Record<string, readonly WorkFigures[]>>;

export interface ClientGoal {
  readonly load: string;
  readonly label: string;
  readonly metric: keyof WorkFigures;
  /** Runner that is judged. */
  readonly ours: string;
  /** Runner that it is divided by; without one the figure itself is judged. */
  readonly theirs?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface ClientJudgement {
  readonly goal: ClientGoal;
  readonly value: number;
  readonly isMet: boolean;
}

const PRODUCE_LOADS = { 'produce-100b': '100 B', 'produce-1k': '1 KiB', 'produce-1k-lz4': '1 KiB lz4' } as const;
const CONSUME_LOADS = { 'consume-100b': '100 B', 'consume-1k': '1 KiB', 'consume-1k-lz4': '1 KiB lz4' } as const;
const PEERS = { platformatic: '@platformatic/kafka', kafkajs: 'kafkajs' } as const;
const WAYS = { sdk: 'for await', 'sdk-batches': 'batches' } as const;
const CONSUME_CPU_MAX = {
  sdk: { platformatic: 0.3, kafkajs: 0.5 },
  'sdk-batches': { platformatic: 0.1, kafkajs: 0.2 },
} as const;
const PRODUCE_CPU_MAX = { platformatic: 0.5, kafkajs: 0.15 } as const;
const JAVA_SHARE_MIN = 0.7;

export const CLIENT_GOALS: readonly ClientGoal[] = [
  ...entries(PRODUCE_LOADS).flatMap(([load, what]) => [
    ...entries(PEERS).map(([theirs, peer]): ClientGoal => {
      const label = `CPU, produce ${what} : ${peer}`;
      return { load, label, metric: 'cpuMicros', ours: 'sdk', theirs, atMost: PRODUCE_CPU_MAX[theirs] };
    }),
    ...throughput(load, 'sdk', `produce ${what}`),
  ]),
  ...entries(CONSUME_LOADS).flatMap(([load, what]) =>
    entries(WAYS).flatMap(([ours, way]) => [
      ...entries(PEERS).map(([theirs, peer]): ClientGoal => {
        const label = `CPU, consume ${what}, ${way} : ${peer}`;
        return { load, label, metric: 'cpuMicros', ours, theirs, atMost: CONSUME_CPU_MAX[ours][theirs] };
      }),
      ...throughput(load, ours, `consume ${what}, ${way}`),
    ]),
  ),
  {
    load: 'latency',
    label: 'p99 of produce at 1,000 records/s : kafkajs',
    metric: 'p99Ms',
    ours: 'sdk',
    theirs: 'kafkajs',
    atMost: 1,
  },
  {
    load: 'handlers',
    label: 'run(), 64 at once by key : partition order',
    metric: 'recordsPerSecond',
    ours: 'key',
    theirs: 'partition',
    atLeast: 40,
  },
  { load: 'first-ack', label: 'import to first acknowledgement, ms', metric: 'firstAckMs', ours: 'sdk', atMost: 150 },
];

function throughput(load: string, ours: string, what: string): ClientGoal[] {
  const peers = { ...PEERS, java: 'Java' } as const;
  return entries(peers).map(([theirs, peer]) => ({
    load,
    label: `records/s, ${what} : ${peer}`,
    metric: 'recordsPerSecond',
    ours,
    theirs,
    atLeast: theirs === 'java' ? JAVA_SHARE_MIN : 1,
  }));
}

/** Undefined when a side was not measured. A goal with a peer is judged by the medians of both. */
export function judgeClient(goal: ClientGoal, figures: LoadFigures): ClientJudgement | undefined {
  const ours = medianOf(figures[goal.ours], goal.metric);
  const theirs = goal.theirs === undefined ? 1 : medianOf(figures[goal.theirs], goal.metric);
  if (ours === undefined || theirs === undefined) return undefined;
  const value = ours / theirs;
  const isMet = (goal.atMost === undefined || value <= goal.atMost) && (goal.atLeast ?? -Infinity) <= value;
  return { goal, value, isMet };
}

export function medianOf(rounds: readonly WorkFigures[] | undefined, metric: keyof WorkFigures): number | undefined {
  const values = valuesOf(rounds, metric);
  return values.length === 0 ? undefined : median(values);
}

export function valuesOf(rounds: readonly WorkFigures[] | undefined, metric: keyof WorkFigures): number[] {
  return (rounds ?? []).flatMap((each) => each[metric] ?? []);
}

function entries<Key extends string, Value>(record: Readonly<Record<Key, Value>>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][];
}
