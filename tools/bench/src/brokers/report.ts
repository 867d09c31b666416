/**
 * The section of docs/performance.md about brokers, from figures alone. Pure.
 */
import { markdownTable } from '@millrace/testing';
import { CONTENDERS, TITLES, type Contender } from './contenders.ts';
import { medianOf, valuesOf, type MeasureFigures, type Metric } from './figures.ts';
import { GOALS, judge, LIMITS, type Bounds, type Judgement } from './goals.ts';

/** One measure as it was run; kept in docs/performance/brokers.json, so that one can be measured anew without the others. */
export interface MeasureRecord {
  readonly name: string;
  readonly title: string;
  readonly method: string;
  readonly date: string;
  readonly machine: string;
  readonly command: string;
  readonly isQuick: boolean;
  readonly figures: MeasureFigures;
}

interface Column {
  readonly metric: Metric;
  readonly head: string;
  readonly format: (value: number) => string;
}

const COLUMNS: readonly Column[] = [
  { metric: 'recordsPerSecond', head: 'records/s', format: (value) => `${(value / 1_000).toFixed(0)} k` },
  { metric: 'transactionsPerSecond', head: 'transactions/s', format: (value) => value.toFixed(0) },
  { metric: 'commitsPerSecond', head: 'commits/s', format: (value) => value.toFixed(0) },
  { metric: 'cpuSecondsPerMillion', head: 'CPU s/M', format: (value) => value.toFixed(2) },
  { metric: 'aloneP99Ms', head: 'p99 alone ms', format: latency },
  { metric: 'p50Ms', head: 'p50 ms', format: latency },
  { metric: 'p99Ms', head: 'p99 ms', format: latency },
  { metric: 'p999Ms', head: 'p99.9 ms', format: latency },
  { metric: 'p99Growth', head: 'growth', format: (value) => `${value.toFixed(2)}×` },
  { metric: 'toolP99Ms', head: "tool's p99 ms", format: (value) => value.toFixed(0) },
  { metric: 'megabytesPerSecond', head: 'readers MB/s', format: (value) => value.toFixed(0) },
  { metric: 'startMs', head: 'ms', format: (value) => value.toFixed(0) },
  { metric: 'startCpuSeconds', head: 'CPU s', format: (value) => value.toFixed(2) },
  { metric: 'restartMs', head: 'restart ms', format: (value) => value.toFixed(0) },
  { metric: 'restartAfterKillMs', head: 'after kill -9 ms', format: (value) => value.toFixed(0) },
  { metric: 'stallMs', head: 'stall max ms', format: (value) => value.toFixed(1) },
  { metric: 'stallCpuMs', head: 'stall CPU max ms', format: (value) => value.toFixed(1) },
  { metric: 'checkpoints', head: 'checkpoints', format: (value) => value.toFixed(0) },
  { metric: 'residentMb', head: 'RSS MB', format: (value) => value.toFixed(0) },
  { metric: 'residentMaxMb', head: 'RSS peak MB', format: (value) => value.toFixed(0) },
  { metric: 'connectionsResidentMb', head: 'RSS +2,000 connections MB', format: (value) => value.toFixed(0) },
];

export function reportBrokers(records: readonly MeasureRecord[]): string {
  return [
    '## Brokers beside Apache Kafka',
    'Everything runs on one machine, clients included, one broker at a time; contenders take turns, each with a fresh process and fresh ' +
      'topics that were warmed up first. Medians of the rounds; the lowest and highest round in brackets. CPU is user and system time ' +
      'of the broker process alone, in seconds per million records (or transactions, or commits). Apache Kafka has 1 GiB of heap, G1, and its defaults, so it never ' +
      'syncs. The figures of every round are in [performance/brokers.json](performance/brokers.json).',
    ...goalTable(records),
    ...limitTable(records),
    ...records.flatMap((record) => describeMeasure(record)),
  ].join('\n\n');
}

function goalTable(records: readonly MeasureRecord[]): string[] {
  const rows = GOALS.flatMap((goal) => {
    const figures = records.find(({ name }) => name === goal.measure)?.figures;
    if (figures === undefined) return [];
    const cells = (['os', 'fsync'] as const).flatMap((contender) =>
      judgementCells(judge(goal, contender, figures), goal[contender], goal.better),
    );
    return cells.every((cell) => cell === '') ? [] : [[goal.label, ...cells]];
  });
  if (rows.length === 0) return [];
  const head = ['ours : Apache Kafka', '`os`', 'floor, goal', '', '`fsync`', 'floor, goal', ''];
  return [markdownTable(head, rows)];
}

function judgementCells(judgement: Judgement | undefined, bounds: Bounds, better: 'higher' | 'lower'): string[] {
  if (judgement === undefined) return ['', '', ''];
  const sign = better === 'higher' ? '≥' : '≤';
  const wanted = [bounds.floor, bounds.goal].filter((bound) => bound !== undefined).map((bound) => `${sign} ${bound}`);
  const words = {
    goal: bounds.goal === undefined ? 'met' : 'goal met',
    floor: 'floor met',
    open: 'goal not met',
    missed: '**missed**',
  };
  const verdict = judgement.verdict === 'floor' && bounds.goal === undefined ? 'met' : words[judgement.verdict];
  return [`${judgement.ratio.toFixed(2)}×`, wanted.join(', '), verdict];
}

function limitTable(records: readonly MeasureRecord[]): string[] {
  const rows = LIMITS.flatMap(({ measure, metric, label, max, unit }) => {
    const figures = records.find(({ name }) => name === measure)?.figures;
    if (figures === undefined) return [];
    const cells = (['os', 'fsync'] as const).map((contender) => {
      const value = medianOf(figures, contender, metric);
      if (value === undefined) return '';
      return `${value.toFixed(unit === '×' ? 2 : 0)} ${unit} ${value < max ? 'met' : '**missed**'}`;
    });
    return cells.every((cell) => cell === '') ? [] : [[label, `< ${max} ${unit}`, ...cells]];
  });
  return rows.length === 0 ? [] : [markdownTable(['ours alone', 'limit', '`os`', '`fsync`'], rows)];
}

function describeMeasure(record: MeasureRecord): string[] {
  const { title, method, date, machine, command, figures, isQuick } = record;
  const rounds = Math.max(...Object.values(figures).map((each) => each.length));
  const quick = isQuick ? ' A quick run: rough figures.' : '';
  return [
    `### ${title}`,
    `${date}, ${machine}; ${rounds} ${rounds === 1 ? 'round' : 'rounds'}.${quick} Command: \`${command}\`.`,
    method,
    figureTable(figures),
  ];
}

/** A row for each contender, a column for each metric that any of them has. */
export function figureTable(figures: MeasureFigures): string {
  const contenders = CONTENDERS.filter((each) => figures[each] !== undefined);
  const columns = COLUMNS.filter(({ metric }) => contenders.some((each) => valuesOf(figures, each, metric).length > 0));
  const rows = contenders.map((contender) => [
    TITLES[contender],
    ...columns.map((column) => cellOf(figures, contender, column)),
  ]);
  return markdownTable(['', ...columns.map(({ head }) => head)], rows);
}

function cellOf(figures: MeasureFigures, contender: Contender, { metric, format }: Column): string {
  const values = valuesOf(figures, contender, metric);
  const middle = medianOf(figures, contender, metric);
  if (middle === undefined) return '–';
  if (values.length === 1) return format(middle);
  return `${format(middle)} (${format(Math.min(...values))}–${format(Math.max(...values))})`;
}

function latency(value: number): string {
  return value < 10 && !Number.isInteger(value) ? value.toFixed(2) : value.toFixed(0);
}
