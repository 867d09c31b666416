/**
 * A task in a process of its own, which a test can kill with SIGKILL between any two acts of it, or in the midst of one.
 *
 * Owns: the process; it is gone after `kill`, `stop` and disposal, and when the test dies.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { messageOf, MillraceError } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';

import { Progress } from '../run/progress.ts';
import type { LoggedLine } from '../run/run-log.ts';
import type { SinkPorts, SourcePorts } from '../run/ports.ts';
import type { FromTask, ProcessRunOptions, ToTask } from './messages.ts';

/** Where the plugin is found by another process. */
export interface PluginModule {
  /** URL of the module that exports it, such as `new URL('../src/index.ts', import.meta.url)`. */
  readonly module: string | URL;
  /** Its name. */
  readonly plugin: string;
}

/** When to kill: as the call with this number (from 1, of those that change something) arrives, before or after it takes effect; or after a time. */
export type KillMoment = { readonly call: number; readonly isApplied: boolean } | { readonly afterMs: number };

export interface TaskProcessOptions extends PluginModule {
  readonly properties: ConfigProperties;
  readonly options?: ProcessRunOptions;
  readonly kill?: KillMoment;
}

/** Calls that leave a trace. */
const CHANGES: readonly string[] = ['append', 'store', 'commit', 'deadLetter'];

type Ports = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

export class TaskProcess implements AsyncDisposable {
  readonly logs: LoggedLine[] = [];
  readonly #process: ChildProcess;
  readonly #ports: Ports;
  readonly #progress = new Progress();
  readonly #fetches = new Map<number, AbortController>();
  readonly #exited: Promise<void>;
  readonly #kill: KillMoment | undefined;
  #changes = 0;
  #isKilled = false;
  #rssBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(ports: Ports, kill: KillMoment | undefined) {
    this.#ports = ports;
    this.#kill = kill;
    const main = new URL('./task-process-main.ts', import.meta.url);
    this.#process = fork(fileURLToPath(main), {
      serialization: 'advanced',
      execArgv: main.href.endsWith('.ts')
        ? ['--conditions=@millrace/source', '--disable-warning=ExperimentalWarning']
        : [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#exited = new Promise((resolve) => this.#process.once('exit', () => resolve()));
    this.#process.on('message', (message) => this.#hear(message as FromTask));
    void this.#exited.then(() => this.#afterExit());
  }

  static source(use: TaskProcessOptions, ports: SourcePorts): TaskProcess {
    return TaskProcess.#start('source', use, { ...ports });
  }

  static sink(use: TaskProcessOptions, ports: SinkPorts): TaskProcess {
    return TaskProcess.#start('sink', use, { ...ports });
  }

  static #start(kind: 'source' | 'sink', use: TaskProcessOptions, ports: Ports): TaskProcess {
    const task = new TaskProcess(ports, use.kill);
    const { plugin, properties, options = {} } = use;
    task.#say({ type: 'start', kind, module: String(use.module), plugin, properties, options });
    return task;
  }

  /** Resident memory as of its last report, at most a moment ago; 0 before the first. */
  get rssBytes(): number {
    return this.#rssBytes;
  }

  /** How many calls have changed something. */
  get changes(): number {
    return this.#changes;
  }

  get isKilled(): boolean {
    return this.#isKilled;
  }

  /** Rejects when the task fails or ends before, or after `timeoutMs` (default 30,000). */
  async until(isReached: () => boolean, timeoutMs?: number): Promise<void> {
    await this.#progress.until(isReached, timeoutMs, () => (this.#isKilled ? 'it was killed' : 'its process runs'));
  }

  /** Until it was killed as asked. Rejects when it fails before. */
  async killed(timeoutMs?: number): Promise<void> {
    await this.until(() => this.#isKilled, timeoutMs);
    await this.#exited;
  }

  /** Tells it to end, and waits for that. Rejects with what made it fail. */
  async stop(): Promise<void> {
    this.#say({ type: 'stop' });
    await this.#exited;
    this.#progress.throwIfFailed();
  }

  /** SIGKILL, now. */
  async kill(): Promise<void> {
    this.#killNow();
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #hear(message: FromTask): void {
    // What was on its way when the process was killed has not happened.
    if (this.#isKilled) return;
    if (message.type === 'log') this.logs.push(message.line);
    else if (message.type === 'memory') this.#rssBytes = message.rssBytes;
    else if (message.type === 'cancel') this.#fetches.get(message.id)?.abort();
    else if (message.type === 'call') void this.#answer(message.id, message.method, message.args);
    else if (message.error !== undefined)
      this.#progress.fail(new MillraceError('MILLRACE_TESTKIT_TASK_FAILED', message.error));
    this.#progress.changed();
  }

  async #answer(id: number, method: string, args: readonly unknown[]): Promise<void> {
    const isChange = CHANGES.includes(method);
    if (isChange) this.#changes++;
    const kill = this.#kill;
    const isMoment = kill !== undefined && 'call' in kill && isChange && kill.call === this.#changes;
    if (kill !== undefined && 'afterMs' in kill) {
      this.#timer ??= setTimeout(() => this.#killNow(), kill.afterMs);
    }
    if (isMoment && !kill.isApplied) {
      this.#killNow();
      return;
    }
    try {
      const value = await this.#apply(id, method, args);
      if (isMoment) this.#killNow();
      else this.#say({ type: 'answer', id, value });
    } catch (error) {
      this.#say({ type: 'answer', id, error: messageOf(error) });
    }
    this.#progress.changed();
  }

  async #apply(id: number, method: string, args: readonly unknown[]): Promise<unknown> {
    const port = this.#ports[method];
    if (port === undefined) throw new Error(`there is nothing to call ${method}`);
    if (method !== 'fetch') return port(...(args as never[]));
    const abort = new AbortController();
    this.#fetches.set(id, abort);
    try {
      return await port(...([...args, abort.signal] as never[]));
    } finally {
      this.#fetches.delete(id);
    }
  }

  #killNow(): void {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#isKilled = true;
    this.#process.kill('SIGKILL');
    this.#progress.changed();
  }

  #afterExit(): void {
    clearTimeout(this.#timer);
    for (const fetch of this.#fetches.values()) fetch.abort();
    if (!this.#isKilled && this.#process.exitCode !== 0) {
      this.#progress.fail(
        new MillraceError('MILLRACE_TESTKIT_TASK_FAILED', `its process ended with ${String(this.#process.exitCode)}`),
      );
    }
    this.#progress.end();
  }

  #say(message: ToTask): void {
    // The process may have gone between two messages.
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }
}
