/**
 * Runs one task of a source by the contract: sends what it yields, stores offsets behind the records, then tells it what is durable.
 *
 * Invariants: an offset is stored only after every record before it; `durable` is called only with offsets that are stored. Exactly once,
 * records and offsets become visible together.
 */
import { messageOf, MillraceError } from '@millrace/base';
import {
  positionKey,
  type OutRecord,
  type Position,
  type SourceBatch,
  type SourceConnector,
  type SourceContext,
  type SourceOffset,
  type SourceTask,
  type TaskConfig,
  type TaskContext,
} from '@millrace/connect-api';

import type { SourcePorts } from './ports.ts';

/** Between which acts a run can be stopped as if by a kill. */
export type SourceMoment = 'polled' | 'sent' | 'stored' | 'durable';

export interface SourceTaskOptions<C> {
  readonly plugin: SourceConnector<C>;
  readonly config: C;
  readonly taskConfig: TaskConfig;
  readonly context: TaskContext;
  readonly ports: SourcePorts;
  readonly errorsTolerance: 'none' | 'all';
  readonly isExactlyOnce: boolean;
  /** Batches after which offsets are stored. */
  readonly batchesPerCommit: number;
  /** Called at each moment with the number of the batch, from 1; what it throws ends the task at once. */
  readonly onMoment: (moment: SourceMoment, batch: number) => void | Promise<void>;
}

interface Pending {
  records: OutRecord[];
  readonly offsets: Map<string, SourceOffset>;
  batches: number;
}

/** Resolves when the task has ended after the abort; rejects with what it threw. */
export async function runSourceTask<C>(options: SourceTaskOptions<C>): Promise<void> {
  const { plugin, config, taskConfig, context } = options;
  const task = await plugin.task(taskConfig, config, sourceContext(options));
  try {
    await drive(task, options, plugin.delivery(config).ownTransactions);
  } finally {
    await task[Symbol.asyncDispose]();
  }
  if (!context.signal.aborted) {
    throw new MillraceError('MILLRACE_TESTKIT_ENDED_EARLY', 'the source stopped yielding before it was told to end');
  }
}

async function drive<C>(task: SourceTask, options: SourceTaskOptions<C>, hasTransactions: boolean): Promise<void> {
  const { context, ports, isExactlyOnce, batchesPerCommit, onMoment } = options;
  const inTransactions = isExactlyOnce && hasTransactions;
  const pending: Pending = { records: [], offsets: new Map(), batches: 0 };
  let batchNumber = 0;
  let isWaiting = false;

  const commit = async (): Promise<void> => {
    const offsets = [...pending.offsets.values()];
    if (isExactlyOnce) {
      await ports.commit(pending.records, offsets);
      await onMoment('sent', batchNumber);
    } else {
      await ports.store(offsets);
    }
    await onMoment('stored', batchNumber);
    pending.records = [];
    pending.offsets.clear();
    pending.batches = 0;
    isWaiting = false;
    await task.durable?.(offsets);
    await onMoment('durable', batchNumber);
  };

  for await (const batch of batchesOf(task, context.signal)) {
    batchNumber++;
    await onMoment('polled', batchNumber);
    if (inTransactions && batch.transaction === 'abort') {
      pending.records = [];
      pending.offsets.set(positionKey(batch.partition), { partition: batch.partition, offset: batch.offset });
      await commit();
      continue;
    }
    if (isExactlyOnce) {
      pending.records.push(...batch.records);
    } else if (batch.records.length > 0) {
      await ports.append(batch.records);
      await onMoment('sent', batchNumber);
    }
    pending.offsets.set(positionKey(batch.partition), { partition: batch.partition, offset: batch.offset });
    pending.batches++;
    isWaiting = inTransactions && batch.transaction !== 'end';
    if (!isWaiting && pending.batches >= batchesPerCommit) await commit();
  }
  // What is whole is stored at the end, too; an open transaction is not.
  if (pending.batches > 0 && !isWaiting) await commit();
}

/** Ends with the abort, however the source tells of it. */
async function* batchesOf(task: SourceTask, signal: AbortSignal): AsyncGenerator<SourceBatch> {
  try {
    yield* task.read(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function sourceContext<C>({ context, ports, errorsTolerance }: SourceTaskOptions<C>): SourceContext {
  const offsets = (partitions: readonly Position[]): Promise<readonly (Position | undefined)[]> =>
    ports.readOffsets(partitions);
  return {
    ...context,
    offset: async (partition) => (await offsets([partition]))[0],
    offsets,
    deadLetter: async (raw, error) => {
      if (errorsTolerance === 'none') throw error;
      await ports.deadLetter(raw, messageOf(error));
    },
  };
}
