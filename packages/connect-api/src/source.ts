import type { CheckContext, PlanContext, TaskConfig } from './connector.ts';
import type { ConfigIssue, ConfigSpec } from './config/config-spec.ts';
import type { Position, SourceOffset } from './position.ts';
import type { OutRecord } from './record.ts';
import type { TaskContext } from './task-context.ts';

/**
 * Records that belong together, and how far their source is after them. It is the unit in which offsets are stored: an offset is stored only
 * when every record before it is acknowledged.
 */
export interface SourceBatch<P extends Position = Position, O extends Position = Position> {
  /** May be empty: that moves the offset alone. */
  readonly records: readonly OutRecord[];
  readonly partition: P;
  readonly offset: O;
  /**
   * For connectors with transactions of their own (`transaction.boundary=connector`): `end` commits what was yielded so far, this batch
   * included; `abort` throws its records away, those of this batch included, and keeps its offsets, so that it does not come again (KIP-618).
   */
  readonly transaction?: 'end' | 'abort';
  /** Bytes the records take in memory, about; the runtime guesses when absent. */
  readonly sizeBytes?: number;
}

export interface SourceContext<P extends Position = Position, O extends Position = Position> extends TaskContext {
  /** The stored offset, as of the start of the task or later. Undefined: nothing is stored. */
  offset(partition: P): Promise<O | undefined>;
  /** Those of several partitions, in their order. */
  offsets(partitions: readonly P[]): Promise<readonly (O | undefined)[]>;
  /** What cannot become a record: goes to the dead letter topic with the reason, or fails the task, as `errors.tolerance` says. */
  deadLetter(raw: Uint8Array, error: unknown): Promise<void>;
}

export interface SourceTask<P extends Position = Position, O extends Position = Position> extends AsyncDisposable {
  /**
   * Yields batches until the signal is aborted. The runtime asks for the next one only when there is room for it, so a source that reads no
   * further than it is asked to is slowed down by Kafka. Ends within a second of the abort.
   *
   * An error with `retriable: true` is tried again after a backoff, with a new task from the stored offsets; any other fails the task.
   */
  read(signal: AbortSignal): AsyncIterable<SourceBatch<P, O>>;
  /** Kafka has the records and the offset store has these offsets: now a slot may be confirmed or a message acknowledged. */
  durable?(offsets: readonly SourceOffset<P, O>[]): void | Promise<void>;
}

export interface SourceDelivery {
  /** Whether resuming at a stored offset repeats and skips nothing, so that `exactly.once.support=required` can be promised. */
  readonly exactlyOnce: boolean;
  /** Whether batches say where transactions end. */
  readonly ownTransactions: boolean;
}

export interface SourceConnector<C = unknown, P extends Position = Position, O extends Position = Position> {
  readonly kind: 'source';
  /** Name of the class, for `connector.class`; unique, such as `PostgresSourceConnector`. */
  readonly name: string;
  readonly version: string;
  /** Other values of `connector.class` that mean this one, such as the class of a Java connector that it replaces. */
  readonly aliases?: readonly string[];
  readonly config: ConfigSpec<C>;
  /** Looks at the outside world (can it be reached, may we read): beside the checks of the definition. Has a time limit. */
  check?(config: C, context: CheckContext): Promise<readonly ConfigIssue[]>;
  delivery(config: C): SourceDelivery;
  /** Configurations of the tasks, at most `context.tasksMax`. Each yield replaces the tasks by new ones; ends when that cannot happen. */
  plan(config: C, context: PlanContext, signal: AbortSignal): AsyncIterable<readonly TaskConfig[]>;
  task(task: TaskConfig, config: C, context: SourceContext<P, O>): Promise<SourceTask<P, O>>;
  /** Whether these offsets make sense, before they are stored; throws when not. Null: the offset is removed. */
  alterOffsets?(
    config: C,
    changes: readonly { readonly partition: Position; readonly offset: Position | null }[],
    context: CheckContext,
  ): Promise<'done' | 'framework-only'>;
}
