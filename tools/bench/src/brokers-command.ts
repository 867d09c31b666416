/**
 * `brokers [--quick] [--write] [--only measure,…] [--rounds n]`: our broker beside Apache Kafka on this machine.
 */
import { messageOf } from '@millrace/base';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildBroker, removeFolder } from './brokers/build.ts';
import { killAllOnSignals } from './brokers/child-processes.ts';
import { TITLES, type Contender } from './brokers/contenders.ts';
import type { Figures } from './brokers/figures.ts';
import { GOALS, judge, LIMITS } from './brokers/goals.ts';
import { medianOf } from './brokers/figures.ts';
import { findJava, MissingToolchain } from './brokers/java.ts';
import { formatFiles } from './brokers/format-files.ts';
import { KafkaTools } from './brokers/kafka-tools.ts';
import { describeMachine, today } from './brokers/machine.ts';
import { runMeasure, type Measure } from './brokers/measure-run.ts';
import { MEASURES } from './brokers/measures.ts';
import { DOCUMENT, DOCUMENT_DIR, WORK_DIR } from './brokers/paths.ts';
import { figureTable, reportBrokers, type MeasureRecord } from './brokers/report.ts';
import { replaceSection } from '@millrace/testing';

const FIGURES_FILE = join(DOCUMENT_DIR, 'brokers.json');
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
  mkdirSync(WORK_DIR, { recursive: true });
  const workDir = mkdtempSync(join(WORK_DIR, 'run-'));
  killAllOnSignals(() => removeFolder(workDir));
  try {
    const { records, failures } = await runAll(options, workDir);
    process.stdout.write(`\n${reportBrokers(records)}\n`);
    return failures === 0 && allMet(records) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof MissingToolchain)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    return 1;
  } finally {
    removeFolder(workDir);
  }
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
    say(`  round ${round + 1}, ${TITLES[contender]} failed: ${messageOf(error)}`);
  };
  for (const measure of options.measures) {
    say(`${measure.name}: ${measure.title}`);
    const machine = describeMachine(java);
    const { rounds, isQuick } = options;
    const figures = await runMeasure(measure, { rounds, isQuick, java, tools, workDir, onTurn: sayTurn, onFailure });
    if (Object.keys(figures).length === 0) continue;
    const { name, title, method } = measure;
    records.push({ name, title, method, date: today(), machine, command: options.command, isQuick, figures });
    process.stderr.write(`\n${figureTable(figures)}\n\n`);
    if (options.isWriting) await writeDocument(records);
  }
  return { records, failures };
}

/** Measures that were not run now keep the figures of their last run. */
async function writeDocument(measured: readonly MeasureRecord[]): Promise<void> {
  const stored = existsSync(FIGURES_FILE) ? (JSON.parse(readFileSync(FIGURES_FILE, 'utf8')) as MeasureRecord[]) : [];
  const merged = MEASURES.flatMap(
    ({ name }) => measured.find((each) => each.name === name) ?? stored.find((each) => each.name === name) ?? [],
  );
  mkdirSync(DOCUMENT_DIR, { recursive: true });
  writeFileSync(FIGURES_FILE, `${JSON.stringify(merged, null, 2)}\n`);
  const document = readFileSync(DOCUMENT, 'utf8');
  writeFileSync(DOCUMENT, replaceSection(document, 'bench:brokers', reportBrokers(merged)));
  await formatFiles([FIGURES_FILE, DOCUMENT]);
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

function sayTurn(contender: Contender, round: number, figures: Figures, seconds: number): void {
  const shown = Object.entries(figures).map(([metric, value]) => `${metric} ${Number(value.toPrecision(4))}`);
  say(`  round ${round + 1}, ${TITLES[contender]} (${seconds.toFixed(0)} s): ${shown.join(', ')}`);
}

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
