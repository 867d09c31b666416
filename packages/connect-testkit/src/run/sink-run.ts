/**
 * A sink in memory: its tasks share the partitions of the topics it reads, and commit to a group.
 */
import { MillraceError } from '@millrace/base';
import type {
  ConfigProperties,
  InRecord,
  OutRecord,
  SinkConnector,
  TaskConfig,
  TopicPartitionOffset,
} from '@millrace/connect-api';

import { MemoryGroup } from '../memory/memory-group.ts';
import { MemoryTopics } from '../memory/memory-topics.ts';
import type { SinkPorts } from './ports.ts';
import { endOf, Progress } from './progress.ts';
import type { LoggedLine } from './run-log.ts';
import { runSinkTask, type SinkMoment } from './sink-task-run.ts';
import { contextOf, readConfig, type RunOptions } from './task-setting.ts';

export interface SinkRunOptions extends RunOptions {
  /** To read; default: new ones. */
  readonly topics?: MemoryTopics;
  /** To go on from and to commit to; default: a new one. */
  readonly group?: MemoryGroup;
  /** Records in a batch at most. Default 500. */
  readonly batchRecordsMax?: number;
  /** Batches after which the sink is flushed. Default 1. */
  readonly batchesPerFlush?: number;
  /** Flushes what is held when no record has come for so long. Default 50. */
  readonly idleFlushMs?: number;
  /** Ends the run as if by a kill: nothing is flushed or committed any more. */
  readonly crash?: { readonly at: SinkMoment; /** From 1. */ readonly batch: number };
  /** @internal Takes the place of topics and group. */
  readonly ports?: SinkPorts;
}

export interface DeadRecord {
  readonly record: InRecord;
  readonly reason: string;
}

class Crash extends Error {
  override readonly name = 'Crash';
}

export class SinkRun implements AsyncDisposable {
  readonly topics: MemoryTopics;
  readonly group: MemoryGroup;
  readonly deadLetters: DeadRecord[] = [];
  readonly logs: LoggedLine[] = [];
  /** Counters of the plugin's metrics by name and labels. */
  readonly counts = new Map<string, number>();
  readonly tasks: readonly TaskConfig[];
  readonly #abort = new AbortController();
  readonly #progress = new Progress();
  readonly #endTimeoutMs: number | undefined;
  #done: Promise<void> = Promise.resolve();
  #isCrashed = false;
  #retries = 0;
  #written = 0;

  private constructor(options: SinkRunOptions, tasks: readonly TaskConfig[]) {
    this.#endTimeoutMs = options.endTimeoutMs;
    this.topics = options.topics ?? new MemoryTopics();
    this.group = options.group ?? new MemoryGroup();
    this.tasks = tasks;
  }

  /** Reads the partitions that are there when it starts. */
  static start<C>(plugin: SinkConnector<C>, properties: ConfigProperties, options: SinkRunOptions = {}): SinkRun {
    const { tasksMax = 1 } = options;
    const config = readConfig(plugin.config, properties);
    const tasks = plugin.plan?.(config, tasksMax) ?? Array.from({ length: tasksMax }, () => ({}));
    if (tasks.length > tasksMax) {
      throw new MillraceError(
        'MILLRACE_TESTKIT_TOO_MANY_TASKS',
        `${tasks.length} tasks were planned, and ${tasksMax} are allowed`,
      );
    }
    const run = new SinkRun(options, tasks);
    const done = tasks.map((taskConfig, task) =>
      runSinkTask({
        plugin,
        config,
        taskConfig,
        context: contextOf(options, task, run, run.#abort.signal),
        ports: options.ports ?? memorySinkPorts(run.topics, run.group, run.deadLetters, { task, tasks: tasks.length }),
        errorsTolerance: options.errorsTolerance ?? 'none',
        retriesMax: options.retriesMax ?? 10,
        batchRecordsMax: options.batchRecordsMax ?? 500,
        batchesPerFlush: options.batchesPerFlush ?? 1,
        idleFlushMs: options.idleFlushMs ?? 50,
        onMoment: (moment, batch) => run.#moment(moment, batch, options),
        onRetry: () => run.#retries++,
        onWritten: (count) => (run.#written += count),
      }).catch((error: unknown) => {
        if (!(error instanceof Crash)) run.#progress.fail(error);
        run.#abort.abort();
      }),
    );
    run.#done = Promise.all(done).then(() => run.#progress.end());
    return run;
  }

  /** Whether it ended where `crash` says. */
  get isCrashed(): boolean {
    return this.#isCrashed;
  }

  /** How often a batch was handed over again after an error that said it is retriable. */
  get retries(): number {
    return this.#retries;
  }

  /** Records that the sink has taken, flushed or not. */
  get written(): number {
    return this.#written;
  }

  /** Records that are there and not committed. */
  get lag(): number {
    return this.topics.partitions.reduce(
      (lag, partition) => lag + this.topics.endOffset(partition) - this.group.offset(partition),
      0,
    );
  }

  /** Until everything is committed, or a condition holds. Rejects when the run fails or ends before, or after `timeoutMs` (default 30,000). */
  async until(isReached: () => boolean = () => this.lag === 0, timeoutMs?: number): Promise<void> {
    await this.#progress.until(isReached, timeoutMs, () => `${this.lag} records are not committed`);
  }

  /** Tells it to end, and waits. Resolves with how long it took in milliseconds; rejects with what made the run fail. */
  async stop(): Promise<number> {
    const started = performance.now();
    this.#abort.abort();
    await endOf(this.#done, this.#endTimeoutMs);
    this.#progress.throwIfFailed();
    return performance.now() - started;
  }

  /** Until it has ended by itself: crashed or failed. Rejects with what made it fail. */
  async ended(): Promise<void> {
    await this.#done;
    this.#progress.throwIfFailed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await endOf(this.#done, this.#endTimeoutMs);
  }

  #moment(moment: SinkMoment, batch: number, { crash }: SinkRunOptions): void {
    if (this.#isCrashed) throw new Crash();
    if (crash?.at === moment && crash.batch === batch) {
      this.#isCrashed = true;
      throw new Crash();
    }
    this.#progress.changed();
  }
}

/** Partitions are dealt to tasks in turn. */
export function memorySinkPorts(
  topics: MemoryTopics,
  group: MemoryGroup,
  deadLetters: DeadRecord[],
  { task, tasks }: { readonly task: number; readonly tasks: number },
): SinkPorts {
  return {
    assignment: async () =>
      topics.partitions
        .filter((_partition, index) => index % tasks === task)
        .map((partition) => ({ ...partition, offset: group.offset(partition) })),
    fetch: async (positions, countMax, signal) => {
      for (;;) {
        const records = readAll(topics, positions, countMax);
        if (records.length > 0 || signal.aborted) return signal.aborted ? [] : records;
        await topics.written(signal);
      }
    },
    commit: async (offsets) => group.commit(offsets),
    deadLetter: async (record, reason) => void deadLetters.push({ record, reason }),
  };
}

function readAll(
  topics: MemoryTopics,
  positions: readonly TopicPartitionOffset[],
  countMax: number,
): readonly InRecord[] {
  const records: InRecord[] = [];
  for (const position of positions) {
    records.push(...topics.read(position, position.offset, countMax - records.length));
  }
  return records;
}

/** Hands records to a sink until all are committed (or as `until` says), and ends it. */
export async function runSink<C>(
  plugin: SinkConnector<C>,
  properties: ConfigProperties,
  records: readonly OutRecord[],
  options: SinkRunOptions & { readonly until?: (run: SinkRun) => boolean; readonly timeoutMs?: number } = {},
): Promise<SinkRun> {
  const topics = options.topics ?? new MemoryTopics();
  topics.append(records);
  const run = SinkRun.start(plugin, properties, { ...options, topics });
  try {
    const { until } = options;
    if (options.crash === undefined) {
      await run.until(until === undefined ? undefined : () => until(run), options.timeoutMs);
      await run.stop();
    } else {
      await run.ended();
    }
  } finally {
    await run[Symbol.asyncDispose]();
  }
  return run;
}
