/** What runs of sources and of sinks have in common: how they are told to end, waited for, and crash. */
import { MillraceError } from '@millrace/base';
import type { TaskConfig } from '@millrace/connect-api';

import { MemoryTopics } from '../memory/memory-topics.ts';
import { endOf, Progress } from './progress.ts';
import type { LoggedLine } from './run-log.ts';
import type { RunOptions } from './task-setting.ts';

/** Thrown into a task where the test wants it to end. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export interface CrashPoint<Moment> {
  readonly at: Moment;
  /** From 1. */
  readonly batch: number;
}

export abstract class PluginRun<Moment extends string> implements AsyncDisposable {
  readonly topics: MemoryTopics;
  readonly logs: LoggedLine[] = [];
  /** Counters of the plugin's metrics by name and labels. */
  readonly counts = new Map<string, number>();
  protected readonly abort = new AbortController();
  protected readonly progress = new Progress();
  protected done: Promise<void> = Promise.resolve();
  protected retryCount = 0;
  readonly #endTimeoutMs: number | undefined;
  readonly #crash: CrashPoint<Moment> | undefined;
  #isCrashed = false;

  protected constructor({ endTimeoutMs }: RunOptions, topics = new MemoryTopics(), crash?: CrashPoint<Moment>) {
    this.#endTimeoutMs = endTimeoutMs;
    this.#crash = crash;
    this.topics = topics;
  }

  /** Whether it ended where `crash` says. */
  get isCrashed(): boolean {
    return this.#isCrashed;
  }

  /** How often something was tried again after an error that said it is retriable: a batch of a sink, a task of a source. */
  get retries(): number {
    return this.retryCount;
  }

  /** Tells it to end, and waits. Resolves with how long it took in milliseconds; rejects with what made the run fail. */
  async stop(): Promise<number> {
    const started = performance.now();
    await this[Symbol.asyncDispose]();
    this.progress.throwIfFailed();
    return performance.now() - started;
  }

  /** Until it has ended by itself: crashed or failed. Rejects with what made it fail. */
  async ended(): Promise<void> {
    await this.done;
    this.progress.throwIfFailed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort.abort();
    await endOf(this.done, this.#endTimeoutMs);
  }

  /** A crash is no failure. */
  protected fail(error: unknown): void {
    if (!(error instanceof Crash)) this.progress.fail(error);
  }

  protected reached(moment: Moment, batch: number): void {
    if (this.#isCrashed) throw new Crash();
    if (this.#crash?.at === moment && this.#crash.batch === batch) {
      this.#isCrashed = true;
      throw new Crash();
    }
    this.progress.changed();
  }
}

/** Throws `MILLRACE_TESTKIT_TOO_MANY_TASKS`. */
export function checkTaskCount(tasks: readonly TaskConfig[], tasksMax: number): void {
  if (tasks.length <= tasksMax) return;
  throw new MillraceError(
    'MILLRACE_TESTKIT_TOO_MANY_TASKS',
    `${tasks.length} tasks were planned, and ${tasksMax} are allowed`,
  );
}

/** Waits for what a test wants of a run, and ends it. */
export async function runToEnd(run: PluginRun<string>, isToCrash: boolean, until: () => Promise<void>): Promise<void> {
  try {
    if (isToCrash) {
      await run.ended();
    } else {
      await until();
      await run.stop();
    }
  } finally {
    await run[Symbol.asyncDispose]();
  }
}
