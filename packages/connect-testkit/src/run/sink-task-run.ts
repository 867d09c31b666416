/**
 * Runs one task of a sink by the contract: hands it records, flushes, and commits what it says is done.
 *
 * Invariants: records of a partition are handed over in order; a batch that failed retriably is handed over again, the same, less those of
 * partitions that were sought elsewhere meanwhile; a flush that failed retriably comes again, but for the last one; an offset is committed only
 * after the flush that covers it; before partitions go they are flushed, unless they are lost.
 */
import { messageOf, MillraceError } from '@millrace/base';
import type {
  FlushReason,
  InRecord,
  SinkConnector,
  SinkContext,
  SinkTask,
  TaskConfig,
  TaskContext,
  TopicPartition,
  TopicPartitionOffset,
} from '@millrace/connect-api';

import { partitionKey, type SinkPorts } from './ports.ts';
import { isRetriable, pause } from './task-setting.ts';

/** What a test does to a running task. */
export class SinkSteering {
  /** Set by the task that is steered. */
  onWish: (() => void) | undefined;
  #wish: { readonly isLost: boolean; readonly done: () => void } | undefined;

  /** Takes all partitions from the task and gives them back where the group is; resolves when it has them again. */
  rebalance(isLost: boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wish = { isLost, done: resolve };
    this.onWish?.();
    return promise;
  }

  take(): { readonly isLost: boolean; readonly done: () => void } | undefined {
    const wish = this.#wish;
    this.#wish = undefined;
    return wish;
  }
}

/** Between which acts a run can be stopped as if by a kill. */
export type SinkMoment = 'fetched' | 'written' | 'flushed' | 'committed';

const RETRY_DELAY_MS = 20;

export interface SinkTaskOptions<C> {
  readonly plugin: SinkConnector<C>;
  readonly config: C;
  readonly taskConfig: TaskConfig;
  readonly context: TaskContext;
  readonly ports: SinkPorts;
  readonly errorsTolerance: 'none' | 'all';
  readonly retriesMax: number;
  /** Records in a batch at most. */
  readonly batchRecordsMax: number;
  /** Batches after which the sink is flushed. */
  readonly batchesPerFlush: number;
  /** Flushes what is held when no record has come for so long. */
  readonly idleFlushMs: number;
  /** Called at each moment with the number of the batch, from 1; what it throws ends the task at once. */
  readonly onMoment: (moment: SinkMoment, batch: number) => void | Promise<void>;
  readonly onRetry?: () => void;
  readonly onWritten?: (count: number) => void;
  readonly steering?: SinkSteering;
}

/** Resolves when the task has ended after the abort: flushed and committed. Rejects with what it threw. */
export async function runSinkTask<C>(options: SinkTaskOptions<C>): Promise<void> {
  await new SinkTaskRun(options).run();
}

class SinkTaskRun<C> {
  readonly #options: SinkTaskOptions<C>;
  readonly #positions = new Map<string, TopicPartitionOffset>();
  readonly #paused = new Set<string>();
  /** Partitions that the sink has sought since the batch in hand was fetched. */
  readonly #sought = new Set<string>();
  /** Written and not yet flushed. */
  #batchesHeld = 0;
  #batch = 0;
  #isFlushAsked = false;
  /** Wakes a fetch when the sink asks for something. */
  #wake = new AbortController();

  constructor(options: SinkTaskOptions<C>) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { plugin, config, taskConfig, context } = this.#options;
    const task = await plugin.task(taskConfig, config, this.#sinkContext());
    const { steering } = this.#options;
    if (steering !== undefined) steering.onWish = () => this.#wake.abort();
    try {
      await this.#assign(task);
      while (!context.signal.aborted) await this.#round(task);
      await this.#flush(task, 'stop');
    } finally {
      await task[Symbol.asyncDispose]();
    }
  }

  async #assign(task: SinkTask): Promise<void> {
    const assignment = await this.#options.ports.assignment();
    for (const position of assignment) this.#positions.set(partitionKey(position), position);
    const own = await task.assigned?.(assignment.map(({ topic, partition }) => ({ topic, partition })));
    // A target may hold places of partitions that other tasks have.
    for (const position of (own ?? []).filter((position) => this.#positions.has(partitionKey(position)))) {
      this.#positions.set(partitionKey(position), position);
      // The group is told of it with the next commit, records or not.
      this.#batchesHeld = 1;
    }
  }

  async #rebalance(task: SinkTask, isLost: boolean): Promise<void> {
    if (!isLost) await this.#flush(task, 'revoke');
    this.#batchesHeld = 0;
    this.#isFlushAsked = false;
    const partitions = [...this.#positions.values()].map(topicPartition);
    this.#positions.clear();
    this.#paused.clear();
    await task.revoked?.(partitions, isLost);
    await this.#assign(task);
    // What a sink still holds, or says to be done, of partitions that were lost shows in a flush before anything is written.
    this.#isFlushAsked = true;
  }

  async #round(task: SinkTask): Promise<void> {
    const { batchesPerFlush, onMoment, onWritten, context } = this.#options;
    const wish = this.#options.steering?.take();
    if (wish !== undefined) {
      await this.#rebalance(task, wish.isLost);
      wish.done();
    }
    if (this.#isFlushAsked) await this.#flush(task, 'asked');
    const positions = [...this.#positions.values()].filter((position) => !this.#paused.has(partitionKey(position)));
    this.#sought.clear();
    const records = await this.#fetch(positions);
    if (records.length === 0) {
      if (this.#batchesHeld > 0 && !context.signal.aborted) await this.#flush(task, 'interval');
      return;
    }
    this.#batch++;
    await onMoment('fetched', this.#batch);
    // Moved before the write, so that a seek from inside it counts.
    for (const { origin } of records) {
      this.#positions.set(partitionKey(origin), { ...topicPartition(origin), offset: origin.offset + 1 });
    }
    if (!(await this.#write(task, records))) return;
    await onMoment('written', this.#batch);
    onWritten?.(records.length);
    this.#batchesHeld++;
    if (this.#batchesHeld >= batchesPerFlush) await this.#flush(task, 'interval');
  }

  /** None when it is time for something else. */
  async #fetch(positions: readonly TopicPartitionOffset[]): Promise<readonly InRecord[]> {
    const { ports, batchRecordsMax, context, idleFlushMs } = this.#options;
    const timer = this.#batchesHeld > 0 ? context.timers.schedule(idleFlushMs, () => this.#wake.abort()) : undefined;
    try {
      return await ports.fetch(positions, batchRecordsMax, AbortSignal.any([context.signal, this.#wake.signal]));
    } finally {
      timer?.cancel();
      this.#wake = new AbortController();
    }
  }

  /** False when it was told to end before the sink took the records. */
  async #write(task: SinkTask, records: readonly InRecord[]): Promise<boolean> {
    const { context, retriesMax, onRetry } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        const isCurrent = ({ origin }: InRecord): boolean => !this.#sought.has(partitionKey(origin));
        await task.write(this.#sought.size === 0 ? records : records.filter(isCurrent), context.signal);
        return true;
      } catch (error) {
        if (context.signal.aborted) {
          this.#takeBack(records);
          return false;
        }
        if (!isRetriable(error) || attempt >= retriesMax) throw error;
        onRetry?.();
        await pause(context.timers, RETRY_DELAY_MS, context.signal);
      }
    }
  }

  #takeBack(records: readonly InRecord[]): void {
    for (const { origin } of records.toReversed()) this.#positions.set(partitionKey(origin), { ...origin });
  }

  async #flush(task: SinkTask, reason: FlushReason): Promise<void> {
    const { context, ports, onMoment, onRetry, retriesMax } = this.#options;
    this.#isFlushAsked = false;
    this.#batchesHeld = 0;
    const everything = [...this.#positions.values()];
    // The end of a task has to bring its records home: that is not aborted.
    const signal = reason === 'stop' ? new AbortController().signal : context.signal;
    let done: readonly TopicPartitionOffset[] | undefined;
    for (let attempt = 0; done === undefined; attempt++) {
      try {
        done = (await task.flush?.(reason, signal)) ?? everything;
      } catch (error) {
        if (reason === 'stop') throw error;
        if (context.signal.aborted) return;
        if (!isRetriable(error) || attempt >= retriesMax) throw error;
        onRetry?.();
        await pause(context.timers, RETRY_DELAY_MS, context.signal);
      }
    }
    this.#refuseAhead(done);
    await onMoment('flushed', this.#batch);
    await ports.commit(done);
    await onMoment('committed', this.#batch);
  }

  #refuseAhead(done: readonly TopicPartitionOffset[]): void {
    const ahead = done.find((offset) => offset.offset > (this.#positions.get(partitionKey(offset))?.offset ?? -1));
    if (ahead === undefined) return;
    throw new MillraceError(
      'MILLRACE_TESTKIT_OFFSET_AHEAD',
      `flush says that ${partitionKey(ahead)} is done up to ${ahead.offset}, and the sink was given less`,
    );
  }

  #sinkContext(): SinkContext {
    const { context, ports, errorsTolerance } = this.#options;
    return {
      ...context,
      report: async (record, error) => {
        if (errorsTolerance === 'none') throw error;
        await ports.deadLetter(record, messageOf(error));
      },
      pause: (partitions) => {
        for (const partition of partitions) this.#paused.add(partitionKey(partition));
      },
      resume: (partitions) => {
        for (const partition of partitions) this.#paused.delete(partitionKey(partition));
        this.#wake.abort();
      },
      commitSoon: () => {
        this.#isFlushAsked = true;
        this.#wake.abort();
      },
      seek: (offsets) => {
        for (const offset of offsets) {
          this.#positions.set(partitionKey(offset), offset);
          this.#sought.add(partitionKey(offset));
        }
        this.#wake.abort();
      },
    };
  }
}

function topicPartition({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
