import type { CheckContext, TaskConfig } from './connector.ts';
import type { ConfigIssue, ConfigSpec } from './config/config-spec.ts';
import type { InRecord } from './record.ts';
import type { TaskContext } from './task-context.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The offset of the next record to read: everything before it is done. */
export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** Why a sink has to bring to its target what it holds. */
export type FlushReason = 'interval' | 'revoke' | 'stop' | 'asked';

export interface SinkContext extends TaskContext {
  /**
   * The record cannot be taken by the target: it goes to the dead letter topic with the reason, or fails the task, as `errors.tolerance`
   * says. Resolves when Kafka has it.
   */
  report(record: InRecord, error: unknown): Promise<void>;
  /** No records of these until {@link resume}. */
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** Flushes and commits soon, without waiting for the interval. */
  commitSoon(): void;
  /** Goes on reading there. Records that were read before come no more, but for those of the call that is under way. */
  seek(offsets: readonly TopicPartitionOffset[]): void;
}

export interface SinkTask extends AsyncDisposable {
  /** Partitions were given to the task. What it returns are places to go on from, kept in the target; other partitions go on where the group's offset is. */
  assigned?(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[] | void>;
  /**
   * Takes records, in order of each partition. It may hold them until {@link flush}. An error with `retriable: true` brings the same records
   * again after a backoff; any other fails the task.
   */
  write(records: readonly InRecord[], signal: AbortSignal): Promise<void>;
  /**
   * Brings to the target what is held, or a part of it; returns how far each partition is done. Without a result everything that was written
   * is done. A partition that is not named keeps the offset it had. An error with `retriable: true` brings another flush after a backoff; any
   * other fails the task.
   */
  flush?(reason: FlushReason, signal: AbortSignal): Promise<readonly TopicPartitionOffset[] | void>;
  /**
   * Partitions were taken; when `lost`, somebody else has them already, or they could not be flushed in time: nothing of them may be written any
   * more.
   */
  revoked?(partitions: readonly TopicPartition[], lost: boolean): Promise<void>;
}

export interface SinkConnector<C = unknown> {
  readonly kind: 'sink';
  readonly name: string;
  readonly version: string;
  readonly aliases?: readonly string[];
  readonly config: ConfigSpec<C>;
  check?(config: C, context: CheckContext): Promise<readonly ConfigIssue[]>;
  /** Configurations of the tasks. Default: `tasksMax` times an empty one; partitions are shared by the consumer group. */
  plan?(config: C, tasksMax: number): readonly TaskConfig[];
  task(task: TaskConfig, config: C, context: SinkContext): Promise<SinkTask>;
  /** Offsets of the group are about to change; for sinks that keep offsets in the target. Null: back to the beginning. */
  alterOffsets?(
    config: C,
    changes: readonly (TopicPartition & { readonly offset: number | null })[],
    context: CheckContext,
  ): Promise<'done' | 'framework-only'>;
}
