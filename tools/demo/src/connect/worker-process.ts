/**
 * The Connect worker as its users start it: a process over a .properties file, spoken to over REST.
 *
 * Invariants: no worker outlives this process.
 * Bounds: ready within READY_MS_MAX, ended within END_MS_MAX or killed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Settings } from './connectors.ts';

const MAIN = fileURLToPath(new URL('../../../../apps/connect/src/main.ts', import.meta.url));
const READY_MS_MAX = 30_000;
const END_MS_MAX = 10_000;
const CONFLICT = 409;
const PAUSE_MS = 100;
const LINES_KEPT = 30;
const STATUS_MS_MAX = 2_000;

interface RunStatus {
  readonly state: string;
  readonly trace?: string;
}

type Statuses = Readonly<Record<string, { readonly status: ConnectorStatus }>>;

interface ConnectorStatus {
  readonly name: string;
  readonly connector: RunStatus;
  readonly tasks: readonly RunStatus[];
}

export class WorkerProcess {
  readonly #file: string;
  #child: ChildProcess | undefined;
  #url = '';
  #lines: string[] = [];
  readonly #killOnExit = (): void => void this.#child?.kill('SIGKILL');

  /** With the settings in this file. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Base URL of its REST. */
  get url(): string {
    return this.#url;
  }

  /** The last lines of its log. */
  get logTail(): string {
    return this.#lines.join('\n');
  }

  /** Resolves with the milliseconds until it was ready. */
  async start(): Promise<number> {
    const began = performance.now();
    const flags = ['--conditions=@millrace/source', '--no-warnings', MAIN];
    const child = spawn(process.execPath, [...flags, 'distributed', this.#file, '--log-level', 'warn'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    process.once('exit', this.#killOnExit);
    child.once('close', () => process.off('exit', this.#killOnExit));
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#lines = [...this.#lines.slice(1 - LINES_KEPT), line];
    });
    this.#url = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), READY_MS_MAX);
      createInterface({ input: child.stdout }).on('line', (line) => {
        const url = /^millrace-connect ready .*rest=(\S+)$/.exec(line)?.[1];
        if (url === undefined) return;
        clearTimeout(timer);
        resolve(url);
      });
      child.once('error', reject);
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        reject(new Error(`the Connect worker ended (${String(signal ?? code)}) before it was ready:\n${this.logTail}`));
      });
    });
    return performance.now() - began;
  }

  /** kill -9. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** Makes the connector; asked again while the worker takes its place in the group. */
  async create(name: string, settings: Settings): Promise<void> {
    for (;;) {
      const answer = await fetch(new URL(`connectors/${name}/config`, this.#url), {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(settings),
      });
      if (answer.ok) return;
      if (answer.status !== CONFLICT) throw new Error(`connector ${name} is refused: ${await answer.text()}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** What has failed, one text for each; nothing while the worker is away or busy. */
  async failures(): Promise<string[]> {
    const connectors = await this.#statuses().catch((): Statuses => ({}));
    return Object.values(connectors).flatMap(({ status }) =>
      [status.connector, ...status.tasks]
        .filter(({ state }) => state === 'FAILED')
        .map(({ trace = '' }) => `${status.name} has failed: ${trace.split('\n')[0] ?? ''}`),
    );
  }

  async #statuses(): Promise<Statuses> {
    const answer = await fetch(new URL('connectors?expand=status', this.#url), {
      signal: AbortSignal.timeout(STATUS_MS_MAX),
    });
    return answer.ok ? ((await answer.json()) as Statuses) : {};
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
    await ended;
    clearTimeout(timer);
  }
}
