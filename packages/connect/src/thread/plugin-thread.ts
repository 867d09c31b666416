/**
 * One worker thread with plugin code in it, as the main thread holds it.
 *
 * Owns: the thread, how it ended, and the limits of its memory.
 * Invariants: `ended` settles once, after the thread is gone; what it sent before comes first.
 * Bounds: heap by the thread itself (heap-watch.ts); memory of buffers as much again, over `BUFFER_REPORTS_MAX` reports.
 */
import { Worker } from 'node:worker_threads';
import { failureOf, TaskError } from '../task/task-error.ts';
import type { TaskFailure } from '../task/task-host.ts';
import { HEAP_HEADROOM_MB } from './heap-watch.ts';
import { memoryError } from './memory-error.ts';
import type { FromThread, ThreadJob, ThreadReport, ToThread } from './thread-messages.ts';

/** The sources run without a build; then their packages are found as sources, as in this thread. */
const SOURCE_CONDITION = '--conditions=@millrace/source';
/** Buffers go with the garbage: what is above the limit for a moment may be gone with the next collection. */
const BUFFER_REPORTS_MAX = 10;
const MIB = 1024 * 1024;

export interface PluginThreadOptions {
  readonly name: string;
  readonly job: ThreadJob;
  readonly maxHeapMb: number;
  readonly onMessage: (message: FromThread) => void;
}

/** Undefined: it did what it was started for, or was terminated. */
export type ThreadFailure = TaskFailure | undefined;

export class PluginThread {
  readonly ended: Promise<ThreadFailure>;
  readonly #options: PluginThreadOptions;
  readonly #worker: Worker;
  readonly #end = Promise.withResolvers<ThreadFailure>();
  #outcome: { readonly failure: ThreadFailure } | undefined;
  #silentTicks = 0;
  #bufferReports = 0;

  constructor(options: PluginThreadOptions) {
    this.#options = options;
    this.ended = this.#end.promise;
    const url = new URL('./task-thread.ts', import.meta.url);
    const isSource = url.pathname.endsWith('.ts');
    this.#worker = new Worker(url, {
      name: options.name,
      workerData: options.job,
      // The thread watches its own limit; V8's is for who does not come to that.
      resourceLimits: { maxOldGenerationSizeMb: options.maxHeapMb + HEAP_HEADROOM_MB },
      ...(isSource ? { execArgv: [SOURCE_CONDITION, '--no-warnings'] } : {}),
    });
    this.#worker.on('message', (message: FromThread) => this.#onMessage(message));
    this.#worker.on('messageerror', (error) => this.fail(failureOf(error)));
    this.#worker.on('error', (error) => this.fail(this.#failureOf(error)));
    this.#worker.on('exit', () => this.#onExit());
  }

  post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  /** Ends it by force, as a failure when one is given. Resolves when it is gone. */
  async terminate(): Promise<void> {
    this.#outcome ??= { failure: undefined };
    await this.#worker.terminate();
  }

  fail(failure: TaskFailure): void {
    this.#outcome ??= { failure };
    void this.#worker.terminate();
  }

  /** Called once a second; true when nothing was heard for `ticksMax` of them. A process that is stopped does not tick either. */
  tick(ticksMax: number): boolean {
    this.#silentTicks++;
    return this.#silentTicks > ticksMax;
  }

  #onMessage(message: FromThread): void {
    if (this.#outcome !== undefined) return;
    this.#silentTicks = 0;
    if (message.kind === 'ended' || message.kind === 'failed') {
      this.#outcome = { failure: message.kind === 'failed' ? message.failure : undefined };
      void this.#worker.terminate();
      return;
    }
    if (message.kind === 'report') this.#checkMemory(message);
    this.#options.onMessage(message);
  }

  #checkMemory({ bufferBytes }: ThreadReport): void {
    const { maxHeapMb, name } = this.#options;
    this.#bufferReports = bufferBytes > maxHeapMb * MIB ? this.#bufferReports + 1 : 0;
    if (this.#bufferReports < BUFFER_REPORTS_MAX) return;
    const heldMb = Math.round(bufferBytes / MIB);
    this.fail(failureOf(memoryError(`${name} holds ${String(heldMb)} MB of buffers`, maxHeapMb)));
  }

  #failureOf(error: unknown): TaskFailure {
    const { code } = error as { readonly code?: unknown };
    if (code !== 'ERR_WORKER_OUT_OF_MEMORY') return failureOf(error);
    const { name, maxHeapMb } = this.#options;
    return failureOf(memoryError(`the heap of ${name} has outgrown its limit`, maxHeapMb));
  }

  #onExit(): void {
    this.#outcome ??= {
      failure: failureOf(
        new TaskError('MILLRACE_CONNECT_TASK_ENDED', `the thread of ${this.#options.name} ended by itself`),
      ),
    };
    this.#end.resolve(this.#outcome.failure);
  }
}
