/**
 * A sink in memory: its tasks share the partitions of the topics it reads, and commit to a group.
 */
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
import { checkTaskCount, PluginRun, runToEnd, type CrashPoint } from './plugin-run.ts';
import type { SinkPorts } from './ports.ts';
import { runSinkTask, SinkSteering, type SinkMoment } from './sink-task-run.ts';
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
  readonly crash?: CrashPoint<SinkMoment>;
  /** @internal Takes the place of topics and group. */
  readonly ports?: SinkPorts;
}

export interface DeadRecord {
  readonly record: InRecord;
  readonly reason: string;
}

export class SinkRun extends PluginRun<SinkMoment> {
  readonly group: MemoryGroup;
  readonly deadLetters: DeadRecord[] = [];
  readonly tasks: readonly TaskConfig[];
  readonly #steering: readonly SinkSteering[];
  #written = 0;

  private constructor(options: SinkRunOptions, tasks: readonly TaskConfig[]) {
    super(options, options.topics, options.crash);
    this.group = options.group ?? new MemoryGroup();
    this.tasks = tasks;
    this.#steering = tasks.map(() => new SinkSteering());
  }

  /** Reads the partitions that are there when it starts. */
  static start<C>(plugin: SinkConnector<C>, properties: ConfigProperties, options: SinkRunOptions = {}): SinkRun {
    const { tasksMax = 1 } = options;
    const config = readConfig(plugin.config, properties);
    const tasks = plugin.plan?.(config, tasksMax) ?? Array.from({ length: tasksMax }, () => ({}));
    checkTaskCount(tasks, tasksMax);
    const run = new SinkRun(options, tasks);
    const done = tasks.map((taskConfig, task) => {
      const steering = run.#steering[task];
      return runSinkTask({
        plugin,
        config,
        taskConfig,
        context: contextOf(options, task, run, run.abort.signal),
        ports: options.ports ?? memorySinkPorts(run.topics, run.group, run.deadLetters, { task, tasks: tasks.length }),
        errorsTolerance: options.errorsTolerance ?? 'none',
        retriesMax: options.retriesMax ?? 10,
        batchRecordsMax: options.batchRecordsMax ?? 500,
        batchesPerFlush: options.batchesPerFlush ?? 1,
        idleFlushMs: options.idleFlushMs ?? 50,
        onMoment: (moment, batch) => run.reached(moment, batch),
        onRetry: () => run.retryCount++,
        ...(steering === undefined ? {} : { steering }),
        onWritten: (count) => (run.#written += count),
      }).catch((error: unknown) => {
        run.fail(error);
        run.abort.abort();
      });
    });
    run.done = Promise.all(done).then(() => run.progress.end());
    return run;
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

  /**
   * Takes all partitions from every task and gives them back where the group is, as a rebalance does: flushed before, or, when `isLost`, without a
   * flush. Rejects when the run fails meanwhile.
   */
  async rebalance({ isLost = false }: { readonly isLost?: boolean } = {}): Promise<void> {
    let isDone = false;
    const done = Promise.all(this.#steering.map((steering) => steering.rebalance(isLost))).then(() => {
      isDone = true;
      this.progress.changed();
    });
    await this.until(() => isDone);
    await done;
  }

  /** Until everything is committed, or a condition holds. Rejects when the run fails or ends before, or after `timeoutMs` (default 30,000). */
  async until(isReached: () => boolean = () => this.lag === 0, timeoutMs?: number): Promise<void> {
    await this.progress.until(isReached, timeoutMs, () => `${this.lag} records are not committed`);
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
  const { until, crash, timeoutMs } = options;
  const isReached = until === undefined ? undefined : () => until(run);
  await runToEnd(run, crash !== undefined, () => run.until(isReached, timeoutMs));
  return run;
}
