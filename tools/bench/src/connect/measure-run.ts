/**
 * One measure of every contender, in turns. Each turn has a fresh worker; broker and databases serve all turns of a measure.
 *
 * What is measured of a connector is a backlog that came together while it was stopped: from the first record that is there to the last one,
 * and the CPU time of the whole process from the request to resume.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kafka, type Kafka } from '@millrace/sdk';
import { createBrokerUnderTest, type BrokerUnderTest } from '../brokers/broker-under-test.ts';
import { megabytes } from '../brokers/figures.ts';
import type { JavaToolchain } from '../brokers/java.ts';
import { observe } from '../brokers/proc.ts';
import { CONNECT_CONTENDERS, type ConnectContender } from './contenders.ts';
import { Connectors } from './connectors.ts';
import type { ConnectFigures, RoundFigures } from './figures.ts';
import { WorkerUnderTest, type PeerToolchain } from './worker-under-test.ts';

const POLL_MS = 25;
const LOAD_MS_MAX = 300_000;
const CHECK_EVERY = 40;

export interface ConnectMeasure {
  readonly name: string;
  readonly title: string;
  /** One paragraph for the document. */
  readonly method: string;
  readonly contenders: readonly ConnectContender[];
  /** Starts what all turns share, and returns how a turn is done. */
  prepare(stack: AsyncDisposableStack, world: World): Promise<(turn: Turn) => Promise<ConnectFigures>>;
}

/** What a measure finds when it begins. */
export interface World {
  readonly broker: BrokerUnderTest;
  readonly cluster: Kafka;
  /** Loads are divided by it. */
  readonly divisor: number;
}

export interface Turn {
  readonly contender: ConnectContender;
  /** Of this turn alone. */
  readonly name: string;
  readonly startWorker: () => Promise<WorkerUnderTest>;
}

export interface ConnectRun {
  readonly rounds: number;
  readonly divisor: number;
  readonly durability: 'os' | 'fsync';
  readonly contenders: readonly ConnectContender[];
  readonly java: JavaToolchain;
  readonly peer: PeerToolchain | undefined;
  readonly workDir: string;
  onTurn(contender: ConnectContender, round: number, figures: ConnectFigures, seconds: number): void;
  onFailure(contender: ConnectContender, round: number, error: unknown): void;
}

export async function runConnectMeasure(measure: ConnectMeasure, run: ConnectRun): Promise<RoundFigures> {
  await using stack = new AsyncDisposableStack();
  const workDir = join(run.workDir, measure.name);
  mkdirSync(workDir, { recursive: true });
  const { durability, java, divisor, peer } = run;
  const broker = await createBrokerUnderTest({ contender: durability, dataDir: join(workDir, 'broker'), java });
  broker.spawn();
  stack.defer(() => broker.stop('SIGKILL'));
  await broker.ready();
  const cluster = kafka({ brokers: [broker.bootstrap], clientId: 'bench' });
  stack.defer(() => cluster.close());
  const doTurn = await measure.prepare(stack, { broker, cluster, divisor });
  const figures: Partial<Record<ConnectContender, ConnectFigures[]>> = {};
  for (let round = 0; round < run.rounds; round++) {
    for (const contender of CONNECT_CONTENDERS) {
      if (!measure.contenders.includes(contender) || !run.contenders.includes(contender)) continue;
      const name = `${measure.name}-${contender}-${round}`;
      const began = performance.now();
      try {
        const { bootstrap } = broker;
        const startWorker = (): Promise<WorkerUnderTest> =>
          WorkerUnderTest.start({ contender, name, bootstrap, workDir, peer });
        const result = await doTurn({ contender, name, startWorker });
        (figures[contender] ??= []).push(result);
        run.onTurn(contender, round, result, (performance.now() - began) / 1_000);
      } catch (error) {
        run.onFailure(contender, round, error);
      }
    }
  }
  return figures;
}

export interface Backlog {
  readonly worker: WorkerUnderTest;
  readonly connector: string;
  /** Records that are there, of those that count. */
  readonly progress: () => Promise<number>;
  readonly count: number;
  /** Lets the connector go. */
  readonly begin: (connectors: Connectors) => Promise<void>;
}

/** Watches the connector work until everything is there. */
export async function measureBacklog({ worker, connector, progress, count, begin }: Backlog): Promise<ConnectFigures> {
  const connectors = new Connectors(worker);
  const { result, load } = await observe(
    worker.pid,
    async () => {
      const startMs = performance.now();
      const check = (): Promise<void> => connectors.check(connector);
      const watch = async (): Promise<{ first: Sight; last: Sight }> => {
        const first = await untilAtLeast(1, progress, check);
        return { first, last: await untilAtLeast(count, progress, check) };
      };
      const [sights] = await Promise.all([watch(), begin(connectors)]);
      return { ...sights, startMs };
    },
    { untilQuiet: false },
  );
  const { first, last, startMs } = result;
  return {
    recordsPerSecond: ((last.count - first.count) / (last.atMs - first.atMs)) * 1_000,
    recordsPerCpuSecond: count / load.cpuSeconds,
    residentMaxMb: megabytes(load.residentBytesMax),
    firstMs: first.atMs - startMs,
  };
}

interface Sight {
  readonly count: number;
  readonly atMs: number;
}

export async function untilAtLeast(
  count: number,
  progress: () => Promise<number>,
  check: () => Promise<void>,
): Promise<Sight> {
  const deadline = performance.now() + LOAD_MS_MAX;
  for (let look = 1; ; look++) {
    const now = await progress();
    const atMs = performance.now();
    if (now >= count) return { count: now, atMs };
    if (atMs > deadline) throw new Error(`${now} of ${count} records were there after ${LOAD_MS_MAX} ms`);
    if (look % CHECK_EVERY === 0) await check();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
