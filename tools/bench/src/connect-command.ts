/**
 * `connect [--quick] [--built] [--alone] [--write] [--rounds n] [--only measure,…] [--durability os|fsync]`: our Connect worker and
 * connectors beside Kafka Connect with Debezium, on one broker.
 */
import { parseArgs } from 'node:util';
import { buildConnect } from './brokers/build.ts';
import { findJava } from './brokers/java.ts';
import { describeMachine, today } from './brokers/machine.ts';
import { CONNECT_CONTENDERS, CONNECT_TITLES, type ConnectContender } from './connect/contenders.ts';
import { DEBEZIUM_VERSION, findDebezium } from './connect/debezium.ts';
import type { ConnectFigures } from './connect/figures.ts';
import { CONNECT_GOALS, judgeConnect } from './connect/goals.ts';
import { runConnectMeasure, type ConnectMeasure, type ConnectRun } from './connect/measure-run.ts';
import { CONNECT_MEASURES } from './connect/measures.ts';
import { connectTable, reportConnect, type ConnectRecord } from './connect/report.ts';
import { mergeByName, writeFigures } from './figures-section.ts';
import { say, sayFailure, sayTurn } from './progress-lines.ts';
import { inWorkFolder } from './work-folder.ts';

const SECTION = { name: 'connect', merge: mergeByName<ConnectRecord>(CONNECT_MEASURES), report: reportConnect };
const ROUNDS = 3;
const QUICK_DIVISOR = 4;

export interface ConnectOptions {
  readonly isQuick: boolean;
  readonly isWriting: boolean;
  /** Whatever was built last is measured. */
  readonly isBuilt: boolean;
  readonly contenders: readonly ConnectContender[];
  readonly durability: 'os' | 'fsync';
  readonly rounds: number;
  readonly measures: readonly ConnectMeasure[];
  /** As it can be typed again. */
  readonly command: string;
}

/** The options, or the line that says what is wrong. */
export function parseConnectArgs(args: readonly string[]): ConnectOptions | string {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      built: { type: 'boolean', default: false },
      alone: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      durability: { type: 'string', default: 'os' },
    },
  });
  const all = CONNECT_MEASURES.map(({ name }) => name);
  const names = values.only?.split(',') ?? all;
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) return `there is no measure "${unknown.join('", "')}"; there are: ${all.join(', ')}`;
  const { durability } = values;
  if (durability !== 'os' && durability !== 'fsync') return `--durability takes os or fsync, not "${durability}"`;
  const rounds = Number(values.rounds ?? (values.quick ? 1 : ROUNDS));
  if (!Number.isInteger(rounds) || rounds < 1) return `--rounds takes a whole number from 1 on, not "${values.rounds}"`;
  return {
    isQuick: values.quick,
    isWriting: values.write,
    isBuilt: values.built,
    contenders: values.alone ? ['millrace'] : CONNECT_CONTENDERS,
    durability,
    rounds,
    measures: CONNECT_MEASURES.filter(({ name }) => names.includes(name)),
    command: ['npm run bench --', 'connect', ...args].join(' '),
  };
}

/** The exit code says whether every turn was done and every goal that was measured is met. */
export async function connectCommand(args: readonly string[]): Promise<number> {
  const options = parseConnectArgs(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n`);
    return 2;
  }
  return inWorkFolder('connect', async (workDir) => {
    const { records, failures } = await runAll(options, workDir);
    process.stdout.write(`\n${reportConnect(records)}\n`);
    return failures === 0 && areGoalsMet(records) ? 0 : 1;
  });
}

interface Run {
  readonly records: readonly ConnectRecord[];
  /** Turns that failed. */
  readonly failures: number;
}

/** Writes after each measure, so that a run that is interrupted leaves what it had. */
async function runAll(options: ConnectOptions, workDir: string): Promise<Run> {
  const { contenders, durability, rounds, isQuick, command } = options;
  const java = await findJava();
  const peer = contenders.includes('kafka') ? { java, plugins: await findDebezium() } : undefined;
  if (!options.isBuilt) await buildConnect();
  let failures = 0;
  const onFailure = (contender: ConnectContender, round: number, error: unknown): void => {
    failures++;
    sayFailure({ round, title: CONNECT_TITLES[contender] }, error);
  };
  const onTurn = (contender: ConnectContender, round: number, figures: ConnectFigures, seconds: number): void =>
    sayTurn({ round, title: CONNECT_TITLES[contender] }, figures, seconds);
  const divisor = isQuick ? QUICK_DIVISOR : 1;
  const run: ConnectRun = { rounds, divisor, durability, contenders, java, peer, workDir, onTurn, onFailure };
  const records: ConnectRecord[] = [];
  for (const measure of options.measures) {
    say(`${measure.name}: ${measure.title}`);
    const machine = `${describeMachine(java)}, Debezium ${DEBEZIUM_VERSION}`;
    const figures = await runConnectMeasure(measure, run);
    if (Object.keys(figures).length === 0) continue;
    const { name, title, method } = measure;
    records.push({ name, title, method, date: today(), machine, command, isQuick, figures });
    process.stderr.write(`\n${connectTable(figures)}\n\n`);
    if (options.isWriting) await writeFigures(SECTION, records);
  }
  return { records, failures };
}

function areGoalsMet(records: readonly ConnectRecord[]): boolean {
  return CONNECT_GOALS.every((goal) => {
    const figures = records.find(({ name }) => name === goal.measure)?.figures;
    return figures === undefined || judgeConnect(goal, figures)?.isMet !== false;
  });
}
