/**
 * The brokers that are measured, each as a process of its own on loopback.
 *
 * Owns: one process at a time over one data directory; the port stays the same over restarts.
 * Bounds: ready within `READY_MS_MAX`, ended within `END_MS_MAX`, else killed.
 * Not here: building ours (build.ts), finding Java (java.ts).
 */
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Contender } from './contenders.ts';
import { endChild, endOf, runCommand, startChild } from './child-processes.ts';
import type { JavaToolchain } from './java.ts';
import { BROKER_MAIN, COMPILE_CACHE } from './paths.ts';

const READY_MS_MAX = 60_000;
const END_MS_MAX = 30_000;
const LOG_LINES_SHOWN = 15;
/** 16 bytes in base64; any will do. */
const CLUSTER_ID = Buffer.from('millrace-bench-1').toString('base64url');

export interface BrokerUnderTest {
  readonly contender: Contender;
  readonly pid: number;
  readonly port: number;
  readonly bootstrap: string;
  /** Starts the process and returns at once; clients find out when it answers. */
  spawn(): void;
  /** Resolves when it says or shows that it serves clients. */
  ready(): Promise<void>;
  /** Asks it to end, or ends it. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Why it is gone although nobody stopped it; undefined while it runs. */
  failure(): string | undefined;
}

export interface BrokerOptions {
  readonly contender: Contender;
  readonly dataDir: string;
  readonly java: JavaToolchain;
  /** Further flags for Node, when it is ours. */
  readonly nodeFlags?: readonly string[];
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

export async function createBrokerUnderTest(options: BrokerOptions): Promise<BrokerUnderTest> {
  mkdirSync(options.dataDir, { recursive: true });
  const port = await findFreePort();
  if (options.contender !== 'kafka') return new ProcessBroker(options, port, millraceCommand(options, port));
  const controllerPort = await findFreePort();
  const settings = join(options.dataDir, 'server.properties');
  writeFileSync(settings, kafkaProperties(options.dataDir, port, controllerPort));
  const { java, classpath } = options.java;
  const format = ['kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', CLUSTER_ID, '-c', settings];
  await runCommand(java, ['-cp', classpath, ...QUIET_LOG, ...format], { timeoutMs: READY_MS_MAX });
  return new ProcessBroker(options, port, kafkaCommand(options, settings));
}

interface BrokerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** A line on stdout that says it is ready; without one it is ready when its port accepts connections. */
  readonly readyLine?: RegExp;
}

function millraceCommand(options: BrokerOptions, port: number): BrokerCommand {
  const { contender, dataDir, nodeFlags = [], environment = {} } = options;
  return {
    command: process.execPath,
    args: [
      ...nodeFlags,
      BROKER_MAIN,
      ...['--port', String(port), '--ops-port', '0', '--data-dir', join(dataDir, 'data')],
      ...['--set', `millrace.durability=${contender}`, '--set', 'group.initial.rebalance.delay.ms=0'],
    ],
    // As `npm start` does.
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, ...environment },
    readyLine: /^millrace ready /,
  };
}

const QUIET_LOG = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true'];

/** Heap and collector as Kafka's start script sets them. */
const KAFKA_JVM = [
  ...['-Xms1g', '-Xmx1g', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent', '-Djava.awt.headless=true'],
];

function kafkaCommand({ java: { java, classpath } }: BrokerOptions, settings: string): BrokerCommand {
  return {
    command: java,
    args: [...KAFKA_JVM, ...QUIET_LOG, '-cp', classpath, 'kafka.Kafka', settings],
    env: process.env,
  };
}

/** One KRaft node. What is not named here is Kafka's default; the factors of 1 are what a single node needs to work. */
function kafkaProperties(dataDir: string, port: number, controllerPort: number): string {
  return `${[
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    'controller.listener.names=CONTROLLER',
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name=PLAINTEXT',
    `log.dirs=${join(dataDir, 'data')}`,
    'offsets.topic.replication.factor=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
  ].join('\n')}\n`;
}

class ProcessBroker implements BrokerUnderTest {
  readonly contender: Contender;
  readonly port: number;
  readonly #command: BrokerCommand;
  readonly #logFile: string;
  #child: ChildProcess | undefined;
  #ready: Promise<void> = Promise.resolve();

  constructor({ contender, dataDir }: BrokerOptions, port: number, command: BrokerCommand) {
    this.contender = contender;
    this.port = port;
    this.#command = command;
    this.#logFile = join(dataDir, 'broker.log');
  }

  get bootstrap(): string {
    return `127.0.0.1:${this.port}`;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('the broker is not running');
    return pid;
  }

  spawn(): void {
    const { command, args, env, readyLine } = this.#command;
    const log = openSync(this.#logFile, 'a');
    const child = startChild(command, args, { env, stdio: ['ignore', readyLine === undefined ? log : 'pipe', log] });
    closeSync(log);
    this.#child = child;
    this.#ready = readyLine === undefined ? Promise.resolve() : untilLine(child, readyLine);
    this.#ready.catch(() => undefined);
  }

  async ready(): Promise<void> {
    const child = this.#child;
    if (child === undefined) throw new Error('the broker was not started');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#error(`was not ready within ${READY_MS_MAX} ms`)), READY_MS_MAX);
    });
    const ended = endOf(child).then(() => Promise.reject(this.#error('ended while it started')));
    // It ends one day, as it should, and then nobody waits for this any more.
    ended.catch(() => undefined);
    await Promise.race([this.#ready, ended, late]).finally(() => clearTimeout(timer));
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child !== undefined) await endChild(child, signal, END_MS_MAX);
  }

  failure(): string | undefined {
    const child = this.#child;
    if (child === undefined || (child.exitCode === null && child.signalCode === null)) return undefined;
    return this.#error(`ended by itself with ${child.signalCode ?? `code ${child.exitCode}`}`).message;
  }

  #error(what: string): Error {
    const log = existsSync(this.#logFile) ? readFileSync(this.#logFile, 'utf8') : '';
    const tail = log.trim().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
    return new Error(`the broker (${this.contender}) ${what}:\n${tail}`);
  }
}

async function untilLine(child: ChildProcess, pattern: RegExp): Promise<void> {
  if (child.stdout === null) throw new Error('the broker has no stdout to read');
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (!pattern.test(line)) continue;
    child.stdout.resume();
    return;
  }
  // It has ended, and how it ended says more.
  await new Promise(() => undefined);
}

/** Free now, and below the range from which the kernel takes the ports of outgoing connections. */
async function findFreePort(): Promise<number> {
  const [first, last, attemptsMax] = [12_000, 32_000, 100];
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const port = first + Math.floor(Math.random() * (last - first));
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
  throw new Error(`no free port found between ${first} and ${last}`);
}
