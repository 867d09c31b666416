/**
 * A source in memory: its plan, its tasks, the topics that they fill and the offsets that are stored.
 */
import { assertDefined, messageOf, MillraceError, systemTimers } from '@millrace/base';
import type {
  ConfigProperties,
  InRecord,
  Position,
  SourceConnector,
  SourceOffset,
  TaskConfig,
} from '@millrace/connect-api';

import { MemoryOffsets } from '../memory/memory-offsets.ts';
import { MemoryTopics } from '../memory/memory-topics.ts';
import type { SourcePorts } from './ports.ts';
import { endOf, Progress } from './progress.ts';
import type { LoggedLine } from './run-log.ts';
import { runSourceTask, type SourceMoment } from './source-task-run.ts';
import { contextOf, isRetriable, pause, readConfig, type RunOptions } from './task-setting.ts';

const RETRY_DELAY_MS = 20;

export interface SourceRunOptions extends RunOptions {
  /** To write to; default: new ones. */
  readonly topics?: MemoryTopics;
  /** To go on from and to store in; default: new ones. */
  readonly offsets?: MemoryOffsets;
  /** Records and offsets become visible together (KIP-618). Default false. */
  readonly exactlyOnce?: boolean;
  /** Batches after which offsets are stored. Default 1. */
  readonly batchesPerCommit?: number;
  /** Ends the run as if by a kill: nothing is stored any more, `durable` is not called. */
  readonly crash?: { readonly at: SourceMoment; /** From 1. */ readonly batch: number };
  /** @internal Takes the place of topics and offsets. */
  readonly ports?: SourcePorts;
}

export interface DeadLetter {
  readonly raw: Uint8Array;
  readonly reason: string;
}

/** Thrown into a task where the test wants it to end. */
class Crash extends Error {
  override readonly name = 'Crash';
}

export class SourceRun implements AsyncDisposable {
  readonly topics: MemoryTopics;
  readonly offsets: MemoryOffsets;
  readonly deadLetters: DeadLetter[] = [];
  /** What `durable` was called with, in order. */
  readonly durable: SourceOffset[] = [];
  readonly logs: LoggedLine[] = [];
  /** Counters of the plugin's metrics by name and labels. */
  readonly counts = new Map<string, number>();
  /** Configurations of the tasks that run. */
  readonly tasks: TaskConfig[] = [];
  readonly #abort = new AbortController();
  readonly #progress = new Progress();
  readonly #endTimeoutMs: number | undefined;
  #done: Promise<void> = Promise.resolve();
  #isCrashed = false;
  #retries = 0;

  private constructor(options: SourceRunOptions) {
    this.#endTimeoutMs = options.endTimeoutMs;
    this.topics = options.topics ?? new MemoryTopics();
    this.offsets = options.offsets ?? new MemoryOffsets();
  }

  static start<C>(plugin: SourceConnector<C>, properties: ConfigProperties, options: SourceRunOptions = {}): SourceRun {
    const run = new SourceRun(options);
    const config = readConfig(plugin.config, properties);
    run.#done = run
      .#runPlan(plugin, config, options)
      .catch((error: unknown) => {
        if (!(error instanceof Crash)) run.#progress.fail(error);
      })
      .finally(() => {
        run.#abort.abort();
        run.#progress.end();
      });
    return run;
  }

  get records(): readonly InRecord[] {
    return this.topics.records;
  }

  /** Whether it ended where `crash` says. */
  get isCrashed(): boolean {
    return this.#isCrashed;
  }

  /** How often a task was started again after an error that said it is retriable. */
  get retries(): number {
    return this.#retries;
  }

  /** Until there are so many records, or a condition holds. Rejects when the run fails or ends before, or after `timeoutMs` (default 30,000). */
  async until(wanted: number | (() => boolean), timeoutMs?: number): Promise<void> {
    const isReached = typeof wanted === 'number' ? () => this.records.length >= wanted : wanted;
    await this.#progress.until(isReached, timeoutMs, () => `${this.records.length} records have come`);
  }

  /** Tells it to end, and waits. Resolves with how long it took in milliseconds; rejects with what made the run fail. */
  async stop(): Promise<number> {
    const started = performance.now();
    this.#abort.abort();
    await endOf(this.#done, this.#endTimeoutMs);
    this.#progress.throwIfFailed();
    return performance.now() - started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await endOf(this.#done, this.#endTimeoutMs);
  }

  /** Until it has ended by itself: crashed or failed. Rejects with what made it fail. */
  async ended(): Promise<void> {
    await this.#done;
    this.#progress.throwIfFailed();
  }

  async #runPlan<C>(plugin: SourceConnector<C>, config: C, options: SourceRunOptions): Promise<void> {
    const { connector = 'test', tasksMax = 1 } = options;
    const { log, clock } = contextOf(options, 0, this, this.#abort.signal);
    let running: { readonly abort: AbortController; readonly done: Promise<unknown> } | undefined;
    const plans = plugin.plan(config, { connector, log, clock, tasksMax }, this.#abort.signal);
    for await (const taskConfigs of untilAborted(plans, this.#abort.signal)) {
      if (taskConfigs.length > tasksMax) {
        throw new MillraceError(
          'MILLRACE_TESTKIT_TOO_MANY_TASKS',
          `${taskConfigs.length} tasks were planned, and ${tasksMax} are allowed`,
        );
      }
      running?.abort.abort();
      await running?.done;
      const abort = linkedAbort(this.#abort.signal);
      this.tasks.splice(0, this.tasks.length, ...taskConfigs);
      const done = Promise.all(
        taskConfigs.map((taskConfig, task) =>
          this.#runTask({ plugin, config, taskConfig, task, options, signal: abort.signal }),
        ),
      );
      // A failure ends the plan; whoever waits for it below sees it, too.
      done.catch(() => this.#abort.abort());
      running = { abort, done };
    }
    await running?.done;
  }

  async #runTask<C>(use: {
    readonly plugin: SourceConnector<C>;
    readonly config: C;
    readonly taskConfig: TaskConfig;
    readonly task: number;
    readonly options: SourceRunOptions;
    readonly signal: AbortSignal;
  }): Promise<void> {
    const { options, signal, plugin } = use;
    for (;;) {
      try {
        await runSourceTask({
          plugin: this.#watched(plugin),
          config: use.config,
          taskConfig: use.taskConfig,
          context: contextOf(options, use.task, this, signal),
          ports: options.ports ?? memorySourcePorts(this.topics, this.offsets, this.deadLetters),
          errorsTolerance: options.errorsTolerance ?? 'none',
          isExactlyOnce: options.exactlyOnce ?? false,
          batchesPerCommit: options.batchesPerCommit ?? 1,
          onMoment: (moment, batch) => this.#moment(moment, batch, options),
        });
        return;
      } catch (error) {
        if (error instanceof Crash || !isRetriable(error) || signal.aborted) throw error;
        if (this.#retries >= (options.retriesMax ?? 10)) throw error;
        this.#retries++;
        await pause(options.timers ?? systemTimers, RETRY_DELAY_MS, signal);
        if (signal.aborted) return;
      }
    }
  }

  #moment(moment: SourceMoment, batch: number, { crash }: SourceRunOptions): void {
    if (this.#isCrashed) throw new Crash();
    if (crash?.at === moment && crash.batch === batch) {
      this.#isCrashed = true;
      throw new Crash();
    }
    this.#progress.changed();
  }

  /** Notes what the plugin is told to be durable. */
  #watched<C>(plugin: SourceConnector<C>): SourceConnector<C> {
    return {
      ...plugin,
      task: async (taskConfig, config, context) => {
        const task = await plugin.task(taskConfig, config, context);
        return {
          read: (signal) => task.read(signal),
          durable: async (offsets) => {
            this.durable.push(...offsets);
            await task.durable?.(offsets);
          },
          [Symbol.asyncDispose]: () => task[Symbol.asyncDispose](),
        };
      },
    };
  }
}

export function memorySourcePorts(
  topics: MemoryTopics,
  offsets: MemoryOffsets,
  deadLetters: DeadLetter[],
): SourcePorts {
  return {
    readOffsets: async (partitions: readonly Position[]) => partitions.map((partition) => offsets.read(partition)),
    append: async (records) => topics.append(records),
    store: async (changes) => offsets.store(changes),
    commit: async (records, changes) => {
      topics.append(records);
      offsets.store(changes);
    },
    deadLetter: async (raw, reason) => void deadLetters.push({ raw, reason }),
  };
}

/** Runs a source until there are so many records, or a condition holds, and ends it. */
export async function runSource<C>(
  plugin: SourceConnector<C>,
  properties: ConfigProperties,
  options: SourceRunOptions & {
    readonly until?: number | ((run: SourceRun) => boolean);
    readonly timeoutMs?: number;
  },
): Promise<SourceRun> {
  const run = SourceRun.start(plugin, properties, options);
  try {
    const { until, crash } = options;
    if (crash === undefined) {
      const wanted = assertDefined(until, 'until when to run');
      await run.until(typeof wanted === 'number' ? wanted : () => wanted(run), options.timeoutMs);
      await run.stop();
    } else {
      await run.ended();
    }
  } finally {
    await run[Symbol.asyncDispose]();
  }
  return run;
}

export function linkedAbort(signal: AbortSignal): AbortController {
  const linked = new AbortController();
  const follow = (): void => linked.abort();
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow, { signal: linked.signal });
  return linked;
}

async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    if (!signal.aborted)
      throw new MillraceError('MILLRACE_TESTKIT_PLAN_FAILED', `the plan failed: ${messageOf(error)}`, { cause: error });
  }
}
