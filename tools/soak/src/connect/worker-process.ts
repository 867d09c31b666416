/**
 * A worker of the group as its users start it: a process over a .properties file, spoken to over REST.
 *
 * Invariants: no worker outlives this process.
 * Bounds: ready within READY_MS_MAX, or killed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../../apps/connect/src/main.ts', import.meta.url));
const READY_MS_MAX = 60_000;
const ANSWER_MS_MAX = 20_000;
const LINES_KEPT = 60;

export class WorkerProcess {
  readonly #file: string;
  #child: ChildProcess | undefined;
  #url: string | undefined;
  #lines: string[] = [];
  readonly #killOnExit = (): void => void this.#child?.kill('SIGKILL');

  /** With the settings in this file. */
  constructor(file: string) {
    this.#file = file;
  }

  /** `host:port` as the status of connectors says it; undefined while it is away. */
  get id(): string | undefined {
    return this.#url === undefined ? undefined : new URL(this.#url).host;
  }

  get logTail(): string {
    return this.#lines.join('\n');
  }

  async start(): Promise<void> {
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
        reject(new Error(`a worker ended (${String(signal ?? code)}) before it was ready:\n${this.logTail}`));
      });
    });
  }

  /** kill -9; throws when it had ended by itself. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#url = undefined;
    if (child === undefined) return;
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`a worker ended by itself (${String(child.signalCode ?? child.exitCode)}):\n${this.logTail}`);
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.kill('SIGKILL');
    await ended;
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    if (this.#url === undefined) throw new Error('the worker is away');
    const answer = await fetch(new URL(path, this.#url), {
      method,
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }
}
