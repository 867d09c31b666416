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
import { checkTaskCount, Crash, PluginRun, runToEnd, type CrashPoint } from './plugin-run.ts';
import type { SourcePorts } from './ports.ts';
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
  readonly crash?: CrashPoint<SourceMoment>;
  /** @internal Takes the place of topics and offsets. */
  readonly ports?: SourcePorts;
}

export interface DeadLetter {
  readonly raw: Uint8Array;
  readonly reason: string;
}

export class SourceRun extends PluginRun<SourceMoment> {
  readonly offsets: MemoryOffsets;
  readonly deadLetters: DeadLetter[] = [];
  /** What `durable` was called with, in order. */
  readonly durable: SourceOffset[] = [];
  /** Configurations of the tasks that run. */
  readonly tasks: TaskConfig[] = [];

  private constructor(options: SourceRunOptions) {
    super(options, options.topics, options.crash);
    this.offsets = options.offsets ?? new MemoryOffsets();
  }

  static start<C>(plugin: SourceConnector<C>, properties: ConfigProperties, options: SourceRunOptions = {}): SourceRun {
    const run = new SourceRun(options);
    const config = readConfig(plugin.config, properties);
    run.done = run
      .#runPlan(plugin, config, options)
      .catch((error: unknown) => run.fail(error))
      .finally(() => {
        run.abort.abort();
        run.progress.end();
      });
    return run;
  }

  get records(): readonly InRecord[] {
    return this.topics.records;
  }

  /** Until there are so many records, or a condition holds. Rejects when the run fails or ends before, or after `timeoutMs` (default 30,000). */
  async until(wanted: number | (() => boolean), timeoutMs?: number): Promise<void> {
    const isReached = typeof wanted === 'number' ? () => this.records.length >= wanted : wanted;
    await this.progress.until(isReached, timeoutMs, () => `${this.records.length} records have come`);
  }

  async #runPlan<C>(plugin: SourceConnector<C>, config: C, options: SourceRunOptions): Promise<void> {
    const { connector = 'test', tasksMax = 1 } = options;
    const { log, clock } = contextOf(options, 0, this, this.abort.signal);
    let running: { readonly abort: AbortController; readonly done: Promise<unknown> } | undefined;
    const plans = plugin.plan(config, { connector, log, clock, tasksMax }, this.abort.signal);
    for await (const taskConfigs of untilAborted(plans, this.abort.signal)) {
      checkTaskCount(taskConfigs, tasksMax);
      running?.abort.abort();
      await running?.done;
      const abort = linkedAbort(this.abort.signal);
      this.tasks.splice(0, this.tasks.length, ...taskConfigs);
      const done = Promise.all(
        taskConfigs.map((taskConfig, task) =>
          this.#runTask({ plugin, config, taskConfig, task, options, signal: abort.signal }),
        ),
      );
      // A failure ends the plan; whoever waits for it below sees it, too.
      done.catch(() => this.abort.abort());
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
          onMoment: (moment, batch) => this.reached(moment, batch),
        });
        return;
      } catch (error) {
        if (error instanceof Crash || !isRetriable(error) || signal.aborted) throw error;
        if (this.retryCount >= (options.retriesMax ?? 10)) throw error;
        this.retryCount++;
        await pause(options.timers ?? systemTimers, RETRY_DELAY_MS, signal);
        if (signal.aborted) return;
      }
    }
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
  const { until, crash, timeoutMs } = options;
  await runToEnd(run, crash !== undefined, async () => {
    const wanted = assertDefined(until, 'until when to run');
    await run.until(typeof wanted === 'number' ? wanted : () => wanted(run), timeoutMs);
  });
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
