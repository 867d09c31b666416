/** Distributed workers as processes, asked over REST. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@millrace/testing';

const START_MS_MAX = 60_000;
const WAIT_MS_MAX = 60_000;
const MAIN = fileURLToPath(new URL('worker-main.ts', `file://${__filename}`));

interface RunStatusJson {
  readonly state: string;
  readonly worker_id: string;
  readonly trace?: string;
}

export interface StatusJson {
  readonly connector: RunStatusJson;
  readonly tasks: readonly (RunStatusJson & { readonly id: number })[];
}

export class WorkerProcess implements AsyncDisposable {
  readonly #settings: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = '';
  #url: string | undefined;

  constructor(settings: Readonly<Record<string, string>>) {
    this.#settings = settings;
  }

  get output(): string {
    return this.#output;
  }

  get url(): string {
    if (this.#url === undefined) throw new Error('the worker is not ready');
    return this.#url;
  }

  get workerId(): string {
    return new URL(this.url).host;
  }

  async start(): Promise<void> {
    this.#url = undefined;
    const child = spawn(process.execPath, ['--conditions=@millrace/source', MAIN, JSON.stringify(this.#settings)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (text) => (this.#output += String(text)));
    child.stdout.on('data', (text) => {
      this.#url = /ready (\S+)/.exec(String(text))?.[1] ?? this.#url;
    });
    await waitUntil(
      () => `the worker is ready: ${this.#output.slice(-2_000)}`,
      () => {
        if (child.exitCode !== null) throw new Error(`the worker ended:\n${this.#output.slice(-4_000)}`);
        return this.#url !== undefined;
      },
      START_MS_MAX,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    // One that stands still hears nothing else.
    if (signal === 'SIGKILL') child.kill('SIGCONT');
    await ended;
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const answer = await fetch(new URL(path, this.url), {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new Error(`${method} ${path} was not answered:\n${this.#output.slice(-3_000)}`, { cause });
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }

  /** Makes the connector, or gives it these settings; asked again while the workers share out their work. */
  async put(connector: string, config: Readonly<Record<string, string>>): Promise<void> {
    await waitUntil(
      `connector ${connector} is made`,
      async () => {
        const { status, body } = await this.ask('PUT', `connectors/${connector}/config`, config);
        if (status === 409) return false;
        if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
        return true;
      },
      WAIT_MS_MAX,
    );
  }

  async status(connector: string): Promise<StatusJson | undefined> {
    const { status, body } = await this.ask('GET', `connectors/${connector}/status`);
    return status === 200 ? (body as StatusJson) : undefined;
  }

  /** Waits until they run, each with a task, on these workers. Resolves with the milliseconds that it took. */
  async settles(connectors: readonly string[], workers: readonly WorkerProcess[]): Promise<number> {
    const ids = new Set(workers.map(({ workerId }) => workerId));
    const began = performance.now();
    let last: unknown;
    const runs = ({ state, worker_id: id }: RunStatusJson): boolean => state === 'RUNNING' && ids.has(id);
    await waitUntil(
      () => `all run: ${JSON.stringify(last)}\n${this.#output.slice(-3_000)}`,
      async () => {
        const statuses = await Promise.all(connectors.map((connector) => this.status(connector)));
        last = statuses;
        return statuses.every(
          (status) => status?.tasks.length === 1 && [status.connector, ...status.tasks].every(runs),
        );
      },
      WAIT_MS_MAX,
    );
    return performance.now() - began;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}
