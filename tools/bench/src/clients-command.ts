/**
 * `clients [--quick] [--write] [--rounds n] [--only load,…] [--broker os|fsync|kafka,…]`: our client beside others, on one broker.
 *
 * Clients take turns within each round, each a process of its own that does one load and ends; the broker is the same for all of a load.
 * What counts is CPU for each record; wall time depends on who shares the cores with whom.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '@millrace/base';
import { markdownTable, replaceSection } from '@millrace/testing';
import { createBrokerUnderTest, type BrokerUnderTest } from './brokers/broker-under-test.ts';
import { buildBroker, removeFolder } from './brokers/build.ts';
import { killAllOnSignals, runCommand } from './brokers/child-processes.ts';
import { CONTENDERS, TITLES, type Contender } from './brokers/contenders.ts';
import { findJava, type JavaToolchain } from './brokers/java.ts';
import { KafkaTools } from './brokers/kafka-tools.ts';
import { describeMachine, today } from './brokers/machine.ts';
import { DOCUMENT, WORK_DIR } from './brokers/paths.ts';
import { createTopics } from './brokers/wire.ts';
import type { WorkFigures } from './clients/work.ts';
import { median as medianOf } from './measure.ts';

const PROGRAMS = {
  sdk: join(import.meta.dirname, 'clients/programs/sdk.ts'),
  platformatic: join(import.meta.dirname, 'clients/programs/platformatic.ts'),
  kafkajs: join(import.meta.dirname, 'clients/programs/kafkajs.ts'),
} as const;
const TURN_MS_MAX = 300_000;
const ROUNDS = 5;
const PARTITIONS = 6;
const QUICK_DIVISOR = 10;

type ProgramName = keyof typeof PROGRAMS;

/** One client's way of doing a load. */
interface Runner {
  readonly client: ProgramName | 'java';
  readonly title: string;
  readonly mode: string;
}

interface Load {
  readonly name: string;
  readonly title: string;
  readonly records: number;
  readonly sizeBytes: number;
  readonly compression: 'none' | 'lz4';
  readonly partitions: number;
  /** Records that lie in the topic before; 0 = the client writes. */
  readonly fill: boolean;
  readonly runners: readonly Runner[];
}

const PRODUCERS: readonly Runner[] = [
  { client: 'sdk', title: '@millrace/sdk, a promise each', mode: 'produce' },
  { client: 'platformatic', title: '@platformatic/kafka, 500 a call', mode: 'produce' },
  { client: 'kafkajs', title: 'kafkajs, 500 a call', mode: 'produce' },
  { client: 'java', title: 'Java (kafka-clients)', mode: 'produce' },
];
const CONSUMERS: readonly Runner[] = [
  { client: 'sdk', title: '@millrace/sdk, for await', mode: 'consume' },
  { client: 'sdk', title: '@millrace/sdk, batches', mode: 'consume-batches' },
  { client: 'platformatic', title: '@platformatic/kafka, data events', mode: 'consume' },
  { client: 'kafkajs', title: 'kafkajs, eachBatch', mode: 'consume' },
  { client: 'java', title: 'Java (kafka-clients)', mode: 'consume' },
];
const PACED: readonly Runner[] = [
  { client: 'sdk', title: '@millrace/sdk', mode: 'latency' },
  { client: 'platformatic', title: '@platformatic/kafka', mode: 'latency' },
  { client: 'kafkajs', title: 'kafkajs', mode: 'latency' },
];
const HANDLERS: readonly Runner[] = [
  { client: 'sdk', title: 'run(), order key, 64 at once', mode: 'handle-key' },
  { client: 'sdk', title: 'run(), order partition', mode: 'handle-partition' },
];

const plain = { compression: 'none', partitions: PARTITIONS } as const;
const LOADS: readonly Load[] = [
  {
    ...plain,
    name: 'produce-100b',
    title: 'Produce 100 B',
    records: 1_000_000,
    sizeBytes: 100,
    fill: false,
    runners: PRODUCERS,
  },
  {
    ...plain,
    name: 'produce-1k',
    title: 'Produce 1 KiB',
    records: 300_000,
    sizeBytes: 1_024,
    fill: false,
    runners: PRODUCERS,
  },
  {
    ...plain,
    name: 'produce-1k-lz4',
    title: 'Produce 1 KiB, lz4',
    records: 300_000,
    sizeBytes: 1_024,
    compression: 'lz4',
    fill: false,
    runners: PRODUCERS,
  },
  {
    ...plain,
    name: 'consume-100b',
    title: 'Consume 100 B',
    records: 2_000_000,
    sizeBytes: 100,
    fill: true,
    runners: CONSUMERS,
  },
  {
    ...plain,
    name: 'consume-1k',
    title: 'Consume 1 KiB',
    records: 400_000,
    sizeBytes: 1_024,
    fill: true,
    runners: CONSUMERS,
  },
  {
    ...plain,
    name: 'consume-1k-lz4',
    title: 'Consume 1 KiB, lz4',
    records: 400_000,
    sizeBytes: 1_024,
    compression: 'lz4',
    fill: true,
    runners: CONSUMERS,
  },
  {
    ...plain,
    name: 'latency',
    title: 'Produce 1,000 records a second of 100 B',
    records: 8_000,
    sizeBytes: 100,
    fill: false,
    runners: PACED,
  },
  {
    ...plain,
    name: 'handlers',
    title: 'Handlers of 5 ms, one partition',
    records: 1_000,
    sizeBytes: 100,
    partitions: 1,
    fill: true,
    runners: HANDLERS,
  },
];

type Measured = ReadonlyMap<Runner, WorkFigures[]>;

export async function clientsCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string' },
      broker: { type: 'string', default: 'fsync,kafka' },
    },
  });
  const wanted = values.only?.split(',') ?? LOADS.map(({ name }) => name);
  const contenders = values.broker.split(',');
  const unknown = [
    ...wanted.filter((name) => !LOADS.some((load) => load.name === name)),
    ...contenders.filter((name) => !CONTENDERS.some((one) => one === name)),
  ];
  if (unknown.length > 0) {
    process.stderr.write(
      `there is no "${unknown.join('", "')}"; loads: ${LOADS.map(({ name }) => name).join(', ')}; brokers: ${CONTENDERS.join(', ')}\n`,
    );
    return 2;
  }
  const rounds = Number(values.rounds ?? (values.quick ? 1 : ROUNDS));
  mkdirSync(WORK_DIR, { recursive: true });
  const workDir = mkdtempSync(join(WORK_DIR, 'clients-'));
  killAllOnSignals(() => removeFolder(workDir));
  try {
    const java = await findJava();
    await buildBroker();
    const command = ['node --conditions=@millrace/source tools/bench/src/main.ts clients', ...args].join(' ');
    const parts: string[] = [];
    for (const contender of CONTENDERS.filter((one) => contenders.includes(one))) {
      for (const load of LOADS.filter(({ name }) => wanted.includes(name))) {
        const records = values.quick ? Math.ceil(load.records / QUICK_DIVISOR) : load.records;
        const measured = await measure(
          { ...load, records },
          contender,
          rounds,
          join(workDir, `${contender}-${load.name}`),
          java,
        );
        parts.push(`### ${load.title}, on ${TITLES[contender]}`, '', tableOf(load, measured), '');
        process.stderr.write(`\n${parts.slice(-4).join('\n')}\n`);
      }
    }
    const report = reportOf(parts, java, rounds, command);
    process.stdout.write(`${report}\n`);
    if (values.write) writeFileSync(DOCUMENT, replaceSection(readFileSync(DOCUMENT, 'utf8'), 'bench:clients', report));
    return 0;
  } finally {
    removeFolder(workDir);
  }
}

async function measure(
  load: Load,
  contender: Contender,
  rounds: number,
  dataDir: string,
  java: JavaToolchain,
): Promise<Measured> {
  const figures = new Map<Runner, WorkFigures[]>(load.runners.map((runner) => [runner, []]));
  const broker = await createBrokerUnderTest({ contender, dataDir, java });
  broker.spawn();
  try {
    await broker.ready();
    const filled = `${load.name}-filled`;
    if (load.fill) {
      await createTopics(broker, [{ name: filled, partitions: load.partitions }]);
      await runProgram('sdk', 'produce', broker, filled, load);
    }
    for (let round = 0; round < rounds; round++) {
      for (const [index, runner] of load.runners.entries()) {
        const topic = load.fill ? filled : `${load.name}-${round}-${index}`;
        if (!load.fill) await createTopics(broker, [{ name: topic, partitions: load.partitions }]);
        try {
          const result =
            runner.client === 'java'
              ? await runJava(runner.mode, broker, topic, load, java)
              : await runProgram(runner.client, runner.mode, broker, topic, load);
          figures.get(runner)?.push(result);
          process.stderr.write(
            `bench: ${load.name} on ${contender}, round ${round + 1}, ${runner.title}: ${JSON.stringify(result)}\n`,
          );
        } catch (error) {
          process.stderr.write(
            `bench: ${load.name} on ${contender}, round ${round + 1}, ${runner.title} failed: ${messageOf(error)}\n`,
          );
        }
      }
    }
    return figures;
  } finally {
    await broker.stop();
    removeFolder(dataDir);
  }
}

async function runProgram(
  client: ProgramName,
  mode: string,
  broker: BrokerUnderTest,
  topic: string,
  load: Load,
): Promise<WorkFigures> {
  const args = [mode, broker.bootstrap, topic, String(load.records), String(load.sizeBytes), load.compression];
  const output = await runCommand(process.execPath, ['--conditions=@millrace/source', PROGRAMS[client], ...args], {
    timeoutMs: TURN_MS_MAX,
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as WorkFigures;
}

/** Kafka's own load tools. Their CPU is not told apart from that of the JVM's start, so it is left out. */
async function runJava(
  mode: string,
  broker: BrokerUnderTest,
  topic: string,
  load: Load,
  java: JavaToolchain,
): Promise<WorkFigures> {
  const tools = new KafkaTools(java);
  if (mode === 'consume') {
    const { recordsPerSecond } = await tools.consume(
      broker.bootstrap,
      topic,
      load.records,
      `java-${topic}-${String(Date.now())}`,
    );
    return { recordsPerSecond };
  }
  const { recordsPerSecond } = await tools.produce(broker.bootstrap, {
    topic,
    records: load.records,
    warmupRecords: Math.floor(load.records * 0.2),
    recordSizeBytes: load.sizeBytes,
    properties: [`compression.type=${load.compression}`],
  });
  return { recordsPerSecond };
}

function tableOf(load: Load, measured: Measured): string {
  const median = (runner: Runner, pick: (one: WorkFigures) => number | undefined): number => {
    const values = (measured.get(runner) ?? []).flatMap((one) => pick(one) ?? []);
    return values.length === 0 ? NaN : medianOf(values);
  };
  const text = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '–');
  const isPaced = load.runners.every(({ mode }) => mode === 'latency');
  const rows = load.runners.map((runner) => [
    runner.title,
    text(
      median(runner, (one) => one.recordsPerSecond / 1_000),
      1,
    ),
    text(
      median(runner, (one) => one.cpuMicros),
      2,
    ),
    ...(isPaced
      ? [
          text(
            median(runner, (one) => one.p50Ms),
            2,
          ),
          text(
            median(runner, (one) => one.p99Ms),
            2,
          ),
        ]
      : []),
    text(
      median(runner, (one) => one.residentMaxMb),
      0,
    ),
  ]);
  const head = [
    'client',
    'thousand records/s',
    'µs of CPU a record',
    ...(isPaced ? ['p50 ms', 'p99 ms'] : []),
    'peak RSS MB',
  ];
  return markdownTable(head, rows);
}

function reportOf(parts: readonly string[], java: JavaToolchain, rounds: number, command: string): string {
  return [
    '## Clients on one broker',
    '',
    `${today()}, ${describeMachine(java)}; median of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}. Command: \`${command}\`.`,
    '',
    'Each client is a process of its own that does one load; broker and client share the cores. Keys of 16 B out of 100,000, values like JSON, 6 partitions, acks from all replicas. CPU is that',
    'of the client process from behind the warm-up (a fifth of the records) to the end. Ours is idempotent; the other two Node clients are not, because they allow one request in flight with it. What each is asked to do stands in',
    '`tools/bench/src/clients/programs`.',
    '',
    ...parts,
  ]
    .join('\n')
    .trimEnd();
}
