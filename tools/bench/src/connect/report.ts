/** The section of docs/performance.md about Connect, from figures alone. Pure. */
import { markdownTable } from '@millrace/testing';
import { CONNECT_CONTENDERS, CONNECT_TITLES, type ConnectContender } from './contenders.ts';
import { medianOf, valuesOf, type ConnectMetric, type RoundFigures } from './figures.ts';
import { CONNECT_GOALS, judgeConnect, type ConnectGoal } from './goals.ts';

/** A measure as it was run; kept in docs/performance/connect.json. */
export interface ConnectRecord {
  readonly name: string;
  readonly title: string;
  readonly method: string;
  readonly date: string;
  readonly machine: string;
  readonly command: string;
  readonly isQuick: boolean;
  readonly figures: RoundFigures;
}

interface Column {
  readonly metric: ConnectMetric;
  readonly head: string;
  readonly format: (value: number) => string;
}

const thousands = (value: number): string => (value / 1_000).toFixed(1);
const whole = (value: number): string => value.toFixed(0);

const COLUMNS: readonly Column[] = [
  { metric: 'startMs', head: 'ms', format: whole },
  { metric: 'residentMb', head: 'RSS MB', format: whole },
  { metric: 'recordsPerSecond', head: 'thousand records/s', format: thousands },
  { metric: 'recordsPerCpuSecond', head: 'thousand per CPU second', format: thousands },
  { metric: 'residentMaxMb', head: 'peak RSS MB', format: whole },
  { metric: 'firstMs', head: 'first record after ms', format: whole },
  { metric: 'p50Ms', head: 'p50 ms', format: (value) => value.toFixed(1) },
  { metric: 'p99Ms', head: 'p99 ms', format: (value) => value.toFixed(1) },
];

export function reportConnect(records: readonly ConnectRecord[]): string {
  return [
    '## Connect beside Kafka Connect',
    'Everything runs on one machine: our broker (`os`) for both workers, the database, the worker. Contenders take turns, each with a fresh worker in distributed mode and with topics ' +
      'of its own, on Apache Kafka 4.3.1’s worker (768 MiB of heap, G1) with Debezium’s Postgres source and JDBC sink, as they come from Maven Central. There are no S3 and Redis connectors there, ' +
      'so ours stand alone. Settings are the same and stand in `tools/bench/src/connect/settings.ts`. A connector works 50,000 records for warmth, is stopped, a backlog is made, and it is resumed: ' +
      'records/s from the first record that is there to the last one, CPU (user and system, all threads of the worker) from the request to resume to the last record. Medians of the ' +
      'rounds; the lowest and highest round in brackets. The figures of every round are in [performance/connect.json](performance/connect.json).',
    ...goalTable(records),
    ...records.flatMap(describe),
  ].join('\n\n');
}

function goalTable(records: readonly ConnectRecord[]): string[] {
  const rows = CONNECT_GOALS.flatMap((goal) => {
    const figures = records.find(({ name }) => name === goal.measure)?.figures;
    const judgement = figures === undefined ? undefined : judgeConnect(goal, figures);
    if (figures === undefined || judgement === undefined) return [];
    const theirs = goal.isRatio === true ? undefined : medianOf(figures, 'kafka', goal.metric);
    const ours = goal.isRatio === true ? `${judgement.value.toFixed(1)}×` : shown(judgement.value);
    return [[goal.label, boundOf(goal), ours, judgement.isMet ? 'met' : '**missed**', shown(theirs)]];
  });
  return rows.length === 0 ? [] : [markdownTable(['measure', 'goal', 'ours', '', 'Kafka Connect'], rows)];
}

function boundOf({ atMost, atLeast, isRatio }: ConnectGoal): string {
  const unit = isRatio === true ? '×' : '';
  return atMost === undefined ? `≥ ${shown(atLeast)}${unit}` : `≤ ${shown(atMost)}${unit}`;
}

function shown(value: number | undefined): string {
  if (value === undefined) return '';
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });
}

function describe({ title, method, date, machine, command, isQuick, figures }: ConnectRecord): string[] {
  const rounds = Math.max(0, ...CONNECT_CONTENDERS.map((each) => figures[each]?.length ?? 0));
  return [
    `### ${title}`,
    method,
    `${date}, ${machine}; ${rounds} ${rounds === 1 ? 'round' : 'rounds'}.${isQuick ? ' A quick run: rough figures.' : ''} Command: \`${command}\`.`,
    connectTable(figures),
  ];
}

/** A row for each contender, a column for each metric that any of them has. */
export function connectTable(figures: RoundFigures): string {
  const contenders = CONNECT_CONTENDERS.filter((each) => (figures[each]?.length ?? 0) > 0);
  const columns = COLUMNS.filter(({ metric }) => contenders.some((each) => valuesOf(figures, each, metric).length > 0));
  const rows = contenders.map((each) => [
    CONNECT_TITLES[each],
    ...columns.map((column) => cellOf(figures, each, column)),
  ]);
  return markdownTable(['worker', ...columns.map(({ head }) => head)], rows);
}

function cellOf(figures: RoundFigures, contender: ConnectContender, { metric, format }: Column): string {
  const values = valuesOf(figures, contender, metric);
  const middle = medianOf(figures, contender, metric);
  if (middle === undefined) return '–';
  if (values.length === 1) return format(middle);
  return `${format(middle)} (${format(Math.min(...values))}–${format(Math.max(...values))})`;
}
