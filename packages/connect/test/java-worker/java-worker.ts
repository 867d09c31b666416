/** Apache Kafka's own Connect worker as a process, for vectors and for tests against it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findFreePorts } from '@millrace/testing';

const WAIT_MS_MAX = 100_000;
const POLL_MS = 200;
const VERSION = '4.3.1';

/** The jars of Kafka with its worker and file connectors; undefined where they were not fetched. */
export function javaWorkerLibs(): string | undefined {
  const cache = process.env['MILLRACE_CACHE'] ?? join(homedir(), '.cache', 'millrace-peers');
  const libs = join(cache, `kafka-${VERSION}`, 'libs');
  return existsSync(join(libs, `connect-runtime-${VERSION}.jar`)) ? libs : undefined;
}

export interface Exchange {
  readonly status: number;
  readonly body: unknown;
}

export class JavaWorker implements AsyncDisposable {
  readonly #libs: string;
  readonly #dir: string;
  readonly #settings: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = '';
  #port = 0;

  constructor(libs: string, dir: string, settings: Readonly<Record<string, string>>) {
    this.#libs = libs;
    this.#dir = dir;
    this.#settings = settings;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get output(): string {
    return this.#output;
  }

  async start(): Promise<void> {
    this.#port = await findFreePorts(1);
    const settings = {
      listeners: this.url,
      'plugin.discovery': 'service_load',
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
      ...this.#settings,
    };
    const file = join(this.#dir, `worker-${this.#port}.properties`);
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(file, lines.join(''));
    const classPath = join(this.#libs, '*');
    const main = 'org.apache.kafka.connect.cli.ConnectDistributed';
    const child = spawn('java', ['-Xmx512m', '-cp', classPath, main, file], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.#output += String(text)));
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`the worker ended:\n${this.#output.slice(-4_000)}`);
      const answer = await fetch(`${this.url}/connectors`).catch(() => undefined);
      return answer?.ok === true;
    });
  }

  /** Asks again while the worker rebalances. */
  async call(method: string, path: string, body?: unknown): Promise<Exchange> {
    let exchange: Exchange = { status: 0, body: undefined };
    await eventually(async () => {
      const answer = await fetch(`${this.url}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      exchange = { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
      return answer.status !== 409;
    });
    return exchange;
  }

  /** Waits until the connector and so many tasks are in that state. */
  async reaches(connector: string, state: string, taskCount: number): Promise<void> {
    let last: unknown;
    await eventually(
      async () => {
        const { status, body } = await this.call('GET', `/connectors/${connector}/status`);
        last = body;
        if (status !== 200) return false;
        const { connector: own, tasks } = body as { connector: { state: string }; tasks: { state: string }[] };
        return own.state === state && tasks.length === taskCount && tasks.every((task) => task.state === state);
      },
      () => `${connector} is ${state} with ${taskCount} tasks: ${JSON.stringify(last)}`,
    );
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
  }
}

/** A JVM on a busy machine: asks seldom and waits long. */
export async function eventually(
  condition: () => Promise<boolean>,
  what: () => string = () => String(condition),
): Promise<void> {
  const deadlineMs = performance.now() + WAIT_MS_MAX;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${WAIT_MS_MAX} ms: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
