/**
 * `clients [--quick] [--built] [--write [--add]] [--rounds n] [--only load,…] [--clients name,…] [--broker os|fsync|kafka,…]`: our client beside others,
 * on one broker.
 *
 * Clients take turns within each round, each a process of its own that does one load and ends; the broker is the same for all of a load.
 * What counts is CPU for each record; wall time depends on who shares the cores with whom.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createBrokerUnderTest, type BrokerUnderTest } from './brokers/broker-under-test.ts';
import { buildBroker, removeFolder } from './brokers/build.ts';
import { runCommand } from './brokers/child-processes.ts';
import { CONTENDERS, TITLES, type Contender } from './brokers/contenders.ts';
import { findJava, type JavaToolchain } from './brokers/java.ts';
import { KafkaTools } from './brokers/kafka-tools.ts';
import { describeMachine, today } from './brokers/machine.ts';
import { WORK_DIR } from './brokers/paths.ts';
import { createTopics } from './brokers/wire.ts';
import { CLIENT_GOALS, judgeClient } from './clients/goals.ts';
import { FIRST_ACK, LOADS, PROGRAMS, type Load, type ProgramName, type Runner } from './clients/loads.ts';
import { loadTable, mergeRecords, reportClients, type LoadRecord } from './clients/report.ts';
import { recordsOf, type WorkFigures } from './clients/work.ts';
import { writeFigures, type FiguresSection } from './figures-section.ts';
import { say, sayFailure, sayTurn } from './progress-lines.ts';
import { inWorkFolder } from './work-folder.ts';

const TURN_MS_MAX = 300_000;
const ROUNDS = 5;
const QUICK_DIVISOR = 4;
const PAYLOADS = 1_000;

interface ClientsOptions {
  readonly isQuick: boolean;
  readonly isWriting: boolean;
  /** Rounds join those that were written before. */
  readonly isAdding: boolean;
  /** Whatever was built last is measured. */
  readonly isBuilt: boolean;
  readonly rounds: number;
  readonly loads: readonly Load[];
  readonly brokers: readonly Contender[];
  readonly command: string;
}

/** The options, or the line that says what is wrong. */
export function parseClientsArgs(args: readonly string[]): ClientsOptions | string {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      add: { type: 'boolean', default: false },
      built: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string' },
      clients: { type: 'string' },
      broker: { type: 'string', default: 'fsync,kafka' },
    },
  });
  const names = values.only?.split(',') ?? LOADS.map(({ name }) => name);
  const brokers = values.broker.split(',');
  const clients = values.clients?.split(',');
  const known = new Set<string>([...LOADS.map(({ name }) => name), ...CONTENDERS]);
  const unknown = [...names, ...brokers].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    return `there is no "${unknown.join('", "')}"; loads: ${LOADS.map(({ name }) => name).join(', ')}; brokers: ${CONTENDERS.join(', ')}`;
  }
  const rounds = Number(values.rounds ?? (values.quick ? 1 : ROUNDS));
  if (!Number.isInteger(rounds) || rounds < 1) return `--rounds takes a whole number from 1 on, not "${values.rounds}"`;
  const loads = LOADS.filter(({ name }) => names.includes(name)).map((load) => ({
    ...load,
    records: values.quick ? Math.ceil(load.records / QUICK_DIVISOR) : load.records,
    runners: load.runners.filter(({ name }) => clients?.includes(name) ?? true),
  }));
  return {
    isQuick: values.quick,
    isWriting: values.write,
    isAdding: values.add,
    isBuilt: values.built,
    rounds,
    loads,
    brokers: CONTENDERS.filter((one) => brokers.includes(one)),
    command: ['node --conditions=@millrace/source tools/bench/src/main.ts clients', ...args].join(' '),
  };
}

export async function clientsCommand(args: readonly string[]): Promise<number> {
  const options = parseClientsArgs(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n`);
    return 2;
  }
  return inWorkFolder('clients', async (workDir) => {
    const java = await findJava();
    if (!options.isBuilt) await buildBroker();
    const section: FiguresSection<LoadRecord> = {
      name: 'clients',
      merge: (stored, measured) => mergeRecords(stored, measured, options.isAdding),
      report: reportClients,
    };
    const records: LoadRecord[] = [];
    for (const broker of options.brokers) {
      for (const load of options.loads) {
        const machine = describeMachine(java);
        const dataDir = join(workDir, `${broker}-${load.name}`);
        const figures = Object.fromEntries(await measure({ load, contender: broker, options, dataDir, java }));
        const { isQuick, command } = options;
        records.push({ load: load.name, broker, date: today(), machine, command, isQuick, figures });
        process.stderr.write(`\n${load.title}, on ${TITLES[broker]}\n${loadTable(load, figures)}\n\n`);
        if (options.isWriting) await writeFigures(section, records.slice(-1));
      }
    }
    process.stdout.write(`${reportClients(records)}\n`);
    return allMet(records) ? 0 : 1;
  });
}

function allMet(records: readonly LoadRecord[]): boolean {
  return records.every(({ load, figures }) =>
    CLIENT_GOALS.every((goal) => goal.load !== load || judgeClient(goal, figures)?.isMet !== false),
  );
}

interface Measuring {
  readonly load: Load;
  readonly contender: Contender;
  readonly options: ClientsOptions;
  readonly dataDir: string;
  readonly java: JavaToolchain;
}

async function measure({ load, contender, options, dataDir, java }: Measuring): Promise<Map<string, WorkFigures[]>> {
  const figures = new Map<string, WorkFigures[]>(load.runners.map(({ name }) => [name, []]));
  const broker = await createBrokerUnderTest({ contender, dataDir, java });
  broker.spawn();
  say(`${load.name} on ${TITLES[contender]}: ${load.title}`);
  try {
    await broker.ready();
    const filled = `${load.name}-filled`;
    if (load.fill) {
      await createTopics(broker, [{ name: filled, partitions: load.partitions }]);
      await runProgram('sdk', 'fill', broker, filled, load);
    }
    for (let round = 0; round < options.rounds; round++) {
      for (const [index, runner] of load.runners.entries()) {
        const topic = load.fill ? filled : `${load.name}-${round}-${index}`;
        if (!load.fill) await createTopics(broker, [{ name: topic, partitions: load.partitions }]);
        const turn = { round, title: runner.title };
        const startMs = performance.now();
        try {
          const result = await runTurn(runner, broker, topic, load, java);
          figures.get(runner.name)?.push(result);
          sayTurn(turn, { ...result }, (performance.now() - startMs) / 1000);
        } catch (error) {
          sayFailure(turn, error);
        }
      }
    }
    return figures;
  } finally {
    await broker.stop();
    removeFolder(dataDir);
  }
}

function runTurn(
  { client, mode, records }: Runner,
  broker: BrokerUnderTest,
  topic: string,
  load: Load,
  java: JavaToolchain,
): Promise<WorkFigures> {
  if (client === 'java') return runJava(mode, broker, topic, load, java);
  if (mode === 'first-ack') return runNode([FIRST_ACK, client, broker.bootstrap, topic]);
  return runProgram(client, mode, broker, topic, { ...load, records: Math.min(records ?? Infinity, load.records) });
}

function runProgram(
  client: ProgramName,
  mode: string,
  broker: BrokerUnderTest,
  topic: string,
  { records, sizeBytes, compression }: Load,
): Promise<WorkFigures> {
  const args = [mode, broker.bootstrap, topic, String(records), String(sizeBytes), compression];
  return runNode([PROGRAMS[client], ...args]);
}

/** Without the condition for sources: what users install is what counts, for our client as for others. */
async function runNode(args: readonly string[]): Promise<WorkFigures> {
  const output = await runCommand(process.execPath, args, { timeoutMs: TURN_MS_MAX });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as WorkFigures;
}

/** Kafka's own load tools. Their CPU is not told apart from that of the JVM's start, so it is left out. */
async function runJava(
  mode: string,
  broker: BrokerUnderTest,
  topic: string,
  { records, sizeBytes, compression }: Load,
  java: JavaToolchain,
): Promise<WorkFigures> {
  const tools = new KafkaTools(java);
  if (mode === 'consume') {
    const group = `java-${topic}-${String(Date.now())}`;
    return { recordsPerSecond: await tools.consumeWarm(broker.bootstrap, topic, records, group) };
  }
  // As what the others send, since what is drawn at random cannot be compressed.
  const payloadFile = join(WORK_DIR, `payload-${process.pid}-${sizeBytes}.txt`);
  const recordAt = recordsOf(sizeBytes);
  writeFileSync(payloadFile, Array.from({ length: PAYLOADS }, (_, index) => recordAt(index).value).join('\n'));
  const { recordsPerSecond } = await tools
    .produce(broker.bootstrap, {
      topic,
      records: 2 * records,
      warmupRecords: records,
      payloadFile,
      properties: [`compression.type=${compression}`],
    })
    .finally(() => removeFolder(payloadFile));
  return { recordsPerSecond };
}
