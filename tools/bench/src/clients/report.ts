/**
 * The section of docs/performance.md about clients, from figures alone. Pure.
 */
import { markdownTable } from '@millrace/testing';
import { CONTENDERS, TITLES, type Contender } from '../brokers/contenders.ts';
import { CLIENT_GOALS, judgeClient, medianOf, valuesOf, type ClientGoal, type LoadFigures } from './goals.ts';
import { LOADS, type Load } from './loads.ts';
import type { WorkFigures } from './work.ts';

/** A load on one broker as it was run; kept in docs/performance/clients.json. */
export interface LoadRecord {
  readonly load: string;
  readonly broker: Contender;
  readonly date: string;
  readonly machine: string;
  readonly command: string;
  readonly isQuick: boolean;
  readonly figures: LoadFigures;
}

interface Column {
  readonly metric: keyof WorkFigures;
  readonly head: string;
  readonly format: (value: number) => string;
}

const COLUMNS: readonly Column[] = [
  {
    metric: 'recordsPerSecond',
    head: 'thousand records/s',
    format: (value) => (value / 1_000).toFixed(value < 1e5 ? 1 : 0),
  },
  { metric: 'cpuMicros', head: 'µs of CPU a record', format: (value) => value.toFixed(value < 100 ? 2 : 0) },
  { metric: 'p50Ms', head: 'p50 ms', format: (value) => value.toFixed(2) },
  { metric: 'p99Ms', head: 'p99 ms', format: (value) => value.toFixed(2) },
  { metric: 'firstAckMs', head: 'ms', format: (value) => value.toFixed(0) },
  { metric: 'residentMaxMb', head: 'peak RSS MB', format: (value) => value.toFixed(0) },
];

/** Records of before with those of now in their place; with `isAdding`, rounds of now behind those of before. */
export function mergeRecords(
  stored: readonly LoadRecord[],
  measured: readonly LoadRecord[],
  isAdding: boolean,
): LoadRecord[] {
  return CONTENDERS.flatMap((broker) =>
    LOADS.flatMap(({ name }) => {
      const isSame = (each: LoadRecord): boolean => each.load === name && each.broker === broker;
      const before = stored.find(isSame);
      const now = measured.find(isSame);
      if (now === undefined || before === undefined || !isAdding) return now ?? before ?? [];
      return [{ ...now, isQuick: now.isQuick || before.isQuick, figures: joined(before.figures, now.figures) }];
    }),
  );
}

function joined(before: LoadFigures, now: LoadFigures): LoadFigures {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return Object.fromEntries([...names].map((name) => [name, [...(before[name] ?? []), ...(now[name] ?? [])]]));
}

export function reportClients(records: readonly LoadRecord[]): string {
  return [
    '## Clients on one broker',
    'Each client is a process of its own that does one load twice, the second time counts; clients take turns in every round, broker and client share the cores. ' +
      'Keys of 16 B out of 100,000, values like JSON, 6 partitions, acks from all replicas. CPU is user and system time of the client process, all its threads included. Ours is ' +
      'idempotent; the other two Node clients are not, because they allow one request in flight with it. Java is its own load tools: keyless records, and of what ' +
      'ConsumerPerformance reads the second half counts. What each is asked to do stands in `tools/bench/src/clients/programs`. Medians of the rounds; the lowest and ' +
      'highest round in brackets. The figures of every round are in [performance/clients.json](performance/clients.json).',
    ...goalTable(records),
    ...records.flatMap(describeRecord),
  ].join('\n\n');
}

function goalTable(records: readonly LoadRecord[]): string[] {
  const brokers = CONTENDERS.filter((broker) => records.some((each) => each.broker === broker));
  const rows = CLIENT_GOALS.flatMap((goal) => {
    const cells = brokers.flatMap((broker) => judgementCells(goal, records, broker));
    return cells.every((cell) => cell === '') ? [] : [[goal.label, boundOf(goal), ...cells]];
  });
  if (rows.length === 0) return [];
  return [markdownTable(['ours : theirs', 'goal', ...brokers.flatMap((broker) => [TITLES[broker], ''])], rows)];
}

function judgementCells(goal: ClientGoal, records: readonly LoadRecord[], broker: Contender): string[] {
  const record = records.find((each) => each.load === goal.load && each.broker === broker);
  const judgement = record === undefined ? undefined : judgeClient(goal, record.figures);
  if (judgement === undefined) return ['', ''];
  return [judgement.value.toFixed(judgement.value < 10 ? 2 : 0), judgement.isMet ? 'met' : '**missed**'];
}

function boundOf({ atMost, atLeast }: ClientGoal): string {
  return atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
}

function describeRecord({ load: name, broker, date, machine, command, isQuick, figures }: LoadRecord): string[] {
  const load = LOADS.find((each) => each.name === name);
  if (load === undefined) return [];
  const rounds = Math.max(0, ...Object.values(figures).map((each) => each.length));
  return [
    `### ${load.title}, on ${TITLES[broker]}`,
    `${date}, ${machine}; ${rounds} ${rounds === 1 ? 'round' : 'rounds'}.${isQuick ? ' A quick run: rough figures.' : ''} Command: \`${command}\`.`,
    loadTable(load, figures),
  ];
}

/** A row for each runner, a column for each metric that any of them has. */
export function loadTable({ runners }: Load, figures: LoadFigures): string {
  const columns = COLUMNS.filter(({ metric }) =>
    runners.some(({ name }) => valuesOf(figures[name], metric).length > 0),
  );
  const rows = runners.map(({ name, title }) => [title, ...columns.map((column) => cellOf(figures[name], column))]);
  return markdownTable(['client', ...columns.map(({ head }) => head)], rows);
}

function cellOf(rounds: readonly WorkFigures[] | undefined, { metric, format }: Column): string {
  const values = valuesOf(rounds, metric);
  const middle = medianOf(rounds, metric);
  if (middle === undefined) return '–';
  if (values.length === 1) return format(middle);
  return `${format(middle)} (${format(Math.min(...values))}–${format(Math.max(...values))})`;
}
