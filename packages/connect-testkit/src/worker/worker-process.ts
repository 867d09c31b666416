/**
 * A distributed Connect worker as its users start it: a process over a .properties file, spoken to over REST.
 *
 * Invariants: no worker outlives this process.
 * Bounds: ready within READY_MS_MAX, ended within END_MS_MAX, or killed; an answer within ANSWER_MS_MAX.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const READY_MS_MAX = 60_000;
const END_MS_MAX = 10_000;
const ANSWER_MS_MAX = 20_000;
const LINES_KEPT = 60;

export interface WorkerProcessOptions {
  /** Of the program; one in TypeScript runs from its sources. */
  readonly main: URL;
  /** With the settings of the worker. */
  readonly file: string;
}

export interface WorkerAnswer {
  readonly status: number;
  /** Undefined when there is none. */
  readonly body: unknown;
}

export class WorkerProcess {
  readonly #options: WorkerProcessOptions;
  #child: ChildProcess | undefined;
  #url: string | undefined;
  #lines: string[] = [];
  readonly #killOnExit = (): void => void this.#child?.kill('SIGKILL');

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
  }

  /** Base URL of its REST; undefined while it is away. */
  get url(): string | undefined {
    return this.#url;
  }

  /** `host:port` as the status of connectors says it; undefined while it is away. */
  get id(): string | undefined {
    return this.#url === undefined ? undefined : new URL(this.#url).host;
  }

  /** The last lines of its log. */
  get logTail(): string {
    return this.#lines.join('\n');
  }

  /** Resolves with the milliseconds until it was ready; may be called again after its end. */
  async start(): Promise<number> {
    const began = performance.now();
    const { main, file } = this.#options;
    const source = main.pathname.endsWith('.ts') ? ['--conditions=@millrace/source', '--no-warnings'] : [];
    const args = [...source, fileURLToPath(main), 'distributed', file, '--log-level', 'warn'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
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

  /** kill -9; throws when it had ended by itself. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && hasEnded(child)) {
      const how = String(child.signalCode ?? child.exitCode);
      throw new Error(`the Connect worker ended by itself (${how}):\n${this.logTail}`);
    }
    await this.#end('SIGKILL');
  }

  /** In good order. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async ask(method: string, path: string, body?: unknown, timeoutMs = ANSWER_MS_MAX): Promise<WorkerAnswer> {
    if (this.#url === undefined) throw new Error('the Connect worker is away');
    const answer = await fetch(new URL(path, this.#url), {
      method,
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#url = undefined;
    if (child === undefined || hasEnded(child)) return;
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
    await ended;
    clearTimeout(timer);
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
