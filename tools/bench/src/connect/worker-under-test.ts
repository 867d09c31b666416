/**
 * A Connect worker in distributed mode as a process of its own, ours or the peer's, with REST on a port of loopback.
 *
 * Owns: one process; its topics and group have names of their own, so that workers of one broker have nothing to do with each other.
 * Bounds: ready within `READY_MS_MAX`, ended within `END_MS_MAX`, else killed.
 */
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePorts } from '@millrace/testing';
import { endChild, startChild } from '../brokers/child-processes.ts';
import type { JavaToolchain } from '../brokers/java.ts';
import { COMPILE_CACHE, CONNECT_MAIN } from '../brokers/paths.ts';
import type { ConnectContender } from './contenders.ts';
import type { Settings } from './settings.ts';

const READY_MS_MAX = 120_000;
const END_MS_MAX = 20_000;
const POLL_MS = 5;
const LOG_LINES_SHOWN = 15;

export interface WorkerOptions {
  readonly contender: ConnectContender;
  /** Of the group and its topics. */
  readonly name: string;
  readonly bootstrap: string;
  readonly workDir: string;
  /** Undefined when only ours is measured. */
  readonly peer: PeerToolchain | undefined;
}

export interface PeerToolchain {
  readonly java: JavaToolchain;
  /** Folder with Debezium's connectors. */
  readonly plugins: string;
}

export class WorkerUnderTest implements AsyncDisposable {
  /** From the start of the process until `/health` says 200. */
  readonly startMs: number;
  readonly url: string;
  readonly contender: ConnectContender;
  readonly #child: ChildProcess;
  readonly #logFile: string;

  private constructor(child: ChildProcess, logFile: string, contender: ConnectContender, url: string, startMs: number) {
    this.#child = child;
    this.#logFile = logFile;
    this.contender = contender;
    this.url = url;
    this.startMs = startMs;
  }

  static async start(options: WorkerOptions): Promise<WorkerUnderTest> {
    const { name, workDir, contender, peer } = options;
    const directory = join(workDir, name);
    mkdirSync(directory, { recursive: true });
    const port = await findFreePorts(1);
    const file = join(directory, 'worker.properties');
    const lines = Object.entries(workerSettings(options, port)).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(file, lines.join(''));
    const logFile = join(directory, 'worker.log');
    const log = openSync(logFile, 'w');
    const { command, args, env } = contender === 'millrace' ? oursCommand(file) : peerCommand(file, peer);
    const began = performance.now();
    const child = startChild(command, args, { env, cwd: directory, stdio: ['ignore', log, log] });
    closeSync(log);
    const url = `http://127.0.0.1:${port}`;
    try {
      await untilHealthy(child, url, began + READY_MS_MAX);
    } catch (error) {
      await endChild(child, 'SIGKILL', END_MS_MAX);
      throw new Error(`the worker was not ready:\n${tailOf(logFile)}`, { cause: error });
    }
    return new WorkerUnderTest(child, logFile, contender, url, performance.now() - began);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the worker has no process');
    return this.#child.pid;
  }

  /** The last lines of its log. */
  get logTail(): string {
    return tailOf(this.#logFile);
  }

  stop(): Promise<void> {
    return endChild(this.#child, 'SIGTERM', END_MS_MAX);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** The same for both; what is not named has the default of either. */
function workerSettings({ contender, name, bootstrap, peer }: WorkerOptions, port: number): Settings {
  const text = 'org.apache.kafka.connect.json.JsonConverter';
  return {
    'bootstrap.servers': bootstrap,
    listeners: `http://127.0.0.1:${port}`,
    'group.id': name,
    'config.storage.topic': `${name}-configs`,
    'offset.storage.topic': `${name}-offsets`,
    'status.storage.topic': `${name}-status`,
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'key.converter': text,
    'key.converter.schemas.enable': 'false',
    'value.converter': text,
    'value.converter.schemas.enable': 'false',
    'exactly.once.source.support': 'enabled',
    ...(contender === 'kafka' && peer !== undefined ? { 'plugin.path': peer.plugins } : {}),
  };
}

interface WorkerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

function oursCommand(file: string): WorkerCommand {
  return {
    command: process.execPath,
    args: [CONNECT_MAIN, 'distributed', file, '--log-level', 'warn'],
    // As `npm run connect` does.
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  };
}

/** Collector as Kafka's start script sets it; a heap that holds what these loads need. */
const PEER_JVM = [
  ...['-Xms256m', '-Xmx768m', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent', '-Djava.awt.headless=true'],
  ...['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true'],
];

function peerCommand(file: string, peer: PeerToolchain | undefined): WorkerCommand {
  if (peer === undefined) throw new Error('the peer was not set up');
  const main = 'org.apache.kafka.connect.cli.ConnectDistributed';
  const { java, classpath } = peer.java;
  return { command: java, args: [...PEER_JVM, '-cp', classpath, main, file], env: process.env };
}

async function untilHealthy(child: ChildProcess, url: string, deadline: number): Promise<void> {
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`it ended with ${child.signalCode ?? child.exitCode}`);
    }
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    if (performance.now() > deadline) throw new Error(`/health did not say 200 within ${READY_MS_MAX} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function tailOf(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
}
