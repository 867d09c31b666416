import type { AnyTopic, MessageOf } from '../topic/topic.ts';
import type { DeadLetter } from './dead-letter.ts';

/** How often a handler that failed is called again for the same record, and how long is waited before. */
export interface RetryOptions {
  /** Calls after the first. Default 5. */
  readonly retries?: number;
  /** Milliseconds before the first of them; doubled each time. Default 100. */
  readonly backoffMs?: number;
  /** Longest wait in milliseconds. Default 10,000. */
  readonly backoffMaxMs?: number;
  /** Whether another try makes sense. Default: always. */
  readonly isRetriable?: (error: unknown) => boolean;
}

/** What a handler gets beside the message. */
export interface HandlerContext {
  /** 1 for the first call for this record. */
  readonly attempt: number;
  /**
   * Aborted when the time of this call is over (`timeoutMs`), when the partition is taken away, or when closing waits no longer: whatever
   * is done with the message then should stop.
   */
  readonly signal: AbortSignal;
}

export type Handler<T extends AnyTopic> = (message: MessageOf<T>, context: HandlerContext) => unknown;

export interface RunOptions {
  /**
   * What stays in order: all records of a `partition` (default), those of a partition with the same `key` (records without a key are in
   * no order), or `none`.
   */
  readonly order?: 'partition' | 'key' | 'none';
  /** Handlers at work at the same time. Default 16 for `key` and `none`; with `partition` as many as there are partitions. */
  readonly concurrency?: number;
  /** Default: none, a handler that fails ends `run`. */
  readonly retry?: RetryOptions;
  /** Where a record goes whose handler failed for good. Default: nowhere, `run` ends and the record is not committed. */
  readonly deadLetter?: DeadLetter;
  /** Milliseconds that one call of the handler may take; then its signal is aborted and the call counts as failed. Default: any. */
  readonly timeoutMs?: number;
  /** Ends `run`: no more records are begun, those at work are finished. */
  readonly signal?: AbortSignal;
  /** Records that wait for a handler at most, over all partitions. Default 1,000 or 32 for each of `concurrency`, whichever is more. */
  readonly maxQueued?: number;
}
