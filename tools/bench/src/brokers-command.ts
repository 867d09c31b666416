/**
 * `brokers [--quick] [--write] [--only measure,…] [--rounds n]`: our broker beside Apache Kafka on this machine.
 */
import { parseArgs } from 'node:util';
import { buildBroker } from './brokers/build.ts';
import { TITLES, type Contender } from './brokers/contenders.ts';
import { medianOf, type Figures } from './brokers/figures.ts';
import { GOALS, judge, LIMITS } from './brokers/goals.ts';
import { findJava } from './brokers/java.ts';
import { KafkaTools } from './brokers/kafka-tools.ts';
import { describeMachine, today } from './brokers/machine.ts';
import { runMeasure, type Measure } from './brokers/measure-run.ts';
import { MEASURES } from './brokers/measures.ts';
import { figureTable, reportBrokers, type MeasureRecord } from './brokers/report.ts';
import { mergeByName, writeFigures } from './figures-section.ts';
import { say, sayFailure, sayTurn } from './progress-lines.ts';
import { inWorkFolder } from './work-folder.ts';

const SECTION = { name: 'brokers', merge: mergeByName<MeasureRecord>(MEASURES), report: reportBrokers };
const ROUNDS = 5;
const QUICK_ROUNDS = 1;

export interface BrokersOptions {
  readonly isQuick: boolean;
  readonly isWriting: boolean;
  readonly rounds: number;
  readonly measures: readonly Measure[];
  /** As it can be typed again. */
  readonly command: string;
}

/** The exit code says whether every floor and limit that was measured is met. */
export async function brokersCommand(args: readonly string[]): Promise<number> {
  const options = parseBrokersArgs(args, MEASURES);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n`);
    return 2;
  }
  return inWorkFolder('run', async (workDir) => {
    const { records, failures } = await runAll(options, workDir);
    process.stdout.write(`\n${reportBrokers(records)}\n`);
    return failures === 0 && allMet(records) ? 0 : 1;
  });
}

/** The options, or the line that says what is wrong. */
export function parseBrokersArgs(args: readonly string[], all: readonly Measure[]): BrokersOptions | string {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  const names = values.only?.split(',') ?? all.map(({ name }) => name);
  const unknown = names.filter((name) => !all.some((measure) => measure.name === name));
  if (unknown.length > 0) {
    return `there is no measure "${unknown.join('", "')}"; there are: ${all.map(({ name }) => name).join(', ')}`;
  }
  const rounds = Number(values.rounds ?? (values.quick ? QUICK_ROUNDS : ROUNDS));
  if (!Number.isInteger(rounds) || rounds < 1) return `--rounds takes a whole number from 1 on, not "${values.rounds}"`;
  return {
    isQuick: values.quick,
    isWriting: values.write,
    rounds,
    measures: all.filter(({ name }) => names.includes(name)),
    command: ['node --conditions=@millrace/source tools/bench/src/main.ts brokers', ...args].join(' '),
  };
}

interface Run {
  readonly records: readonly MeasureRecord[];
  /** Turns that failed. */
  readonly failures: number;
}

/** Writes after each measure, so that a run that is interrupted leaves what it had. */
async function runAll(options: BrokersOptions, workDir: string): Promise<Run> {
  const java = await findJava();
  say('building the broker');
  await buildBroker();
  const tools = new KafkaTools(java);
  const records: MeasureRecord[] = [];
  let failures = 0;
  const onFailure = (contender: Contender, round: number, error: unknown): void => {
    failures++;
    sayFailure({ round, title: TITLES[contender] }, error);
  };
  const onTurn = (contender: Contender, round: number, figures: Figures, seconds: number): void =>
    sayTurn({ round, title: TITLES[contender] }, figures, seconds);
  for (const measure of options.measures) {
    say(`${measure.name}: ${measure.title}`);
    const machine = describeMachine(java);
    const { rounds, isQuick } = options;
    const figures = await runMeasure(measure, { rounds, isQuick, java, tools, workDir, onTurn, onFailure });
    if (Object.keys(figures).length === 0) continue;
    const { name, title, method } = measure;
    records.push({ name, title, method, date: today(), machine, command: options.command, isQuick, figures });
    process.stderr.write(`\n${figureTable(figures)}\n\n`);
    if (options.isWriting) await writeFigures(SECTION, records);
  }
  return { records, failures };
}

function allMet(records: readonly MeasureRecord[]): boolean {
  const figuresOf = (measure: string) => records.find(({ name }) => name === measure)?.figures ?? {};
  const goals = GOALS.flatMap((goal) =>
    (['os', 'fsync'] as const).map((contender) => judge(goal, contender, figuresOf(goal.measure))?.verdict),
  );
  const limits = LIMITS.flatMap(({ measure, metric, max }) =>
    (['os', 'fsync'] as const).map((contender) => (medianOf(figuresOf(measure), contender, metric) ?? 0) < max),
  );
  return !goals.includes('missed') && !limits.includes(false);
}
