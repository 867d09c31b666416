import { silentLogger, type Clock, type Timers } from '@millrace/base';
import { batchPositions, decodeBatch, RecordBatchWriter, type FinishBatchOptions } from '@millrace/protocol';
import type { LogConfig, PartitionLog, ReadOutcome } from '../src/log-engine.ts';

/** Time that moves only when a test says so. */
export class ManualTime implements Clock, Timers {
  #nowMs: number;
  #pending: { readonly dueMs: number; readonly callback: () => void }[] = [];

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): { cancel(): void } {
    const entry = { dueMs: this.#nowMs + delayMs, callback };
    this.#pending.push(entry);
    return { cancel: () => (this.#pending = this.#pending.filter((other) => other !== entry)) };
  }

  advance(byMs: number): void {
    this.#nowMs += byMs;
    const due = this.#pending.filter((entry) => entry.dueMs <= this.#nowMs);
    this.#pending = this.#pending.filter((entry) => entry.dueMs > this.#nowMs);
    for (const entry of due) entry.callback();
  }
}

export const LOG_CONFIG: LogConfig = {
  durability: 'fsync',
  segmentBytes: 1_073_741_824,
  segmentMs: 604_800_000,
  retentionBytes: -1,
  retentionMs: 604_800_000,
  cleanupDelete: true,
  cleanupCompact: false,
  maxMessageBytes: 1_048_588,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3_600_000,
  fileDeleteDelayMs: 0,
};

export interface BatchRecipe extends FinishBatchOptions {
  readonly values: readonly string[];
  readonly timestampsMs?: readonly number[];
  readonly key?: string | null;
}

export function buildBatch(time: Clock, recipe: BatchRecipe): Buffer {
  const writer = new RecordBatchWriter();
  recipe.values.forEach((value, index) => {
    writer.append(recipe.key === undefined ? 'key' : recipe.key, value, recipe.timestampsMs?.[index] ?? time.nowMs());
  });
  return writer.finish(recipe);
}

/** Values of the records in a read, oldest first. */
export function valuesOf(outcome: ReadOutcome): string[] {
  return outcome.slices.flatMap((slice) =>
    [...batchPositions(slice)].flatMap((position) =>
      [...decodeBatch(slice, position)].map((record) => String(record.value)),
    ),
  );
}

export async function readAll(log: PartitionLog, offset = 0, maxBytes = 1_000_000): Promise<ReadOutcome> {
  return log.read({ offset, maxBytes, atLeastOneBatch: true, isolation: 'read_uncommitted' });
}

export { silentLogger };
