import type { ErrorCode } from '@millrace/protocol';
import type { KafkaError } from '../error.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { ProducerBatch } from './producer-batch.ts';

/** A broker's refusal of a batch that may have to do with its numbers. */
export interface Refusal {
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
  readonly errorCode: ErrorCode;
  /** −1 when the broker did not say. */
  readonly logStartOffset: number;
}

/** Who gives batches their identity and numbers, and knows what a refusal of them means: plain idempotence, or a transaction. */
export interface Numbering {
  readonly transactionalId: string | null;
  /** Produce may not be used in a newer version. */
  readonly produceVersionMax: number | undefined;
  /**
   * Makes the queue fit for sending: it has an identity, and numbering that no gap breaks. False: not yet; `resume` is called when it is
   * worth another try.
   */
  prepare(queue: PartitionQueue, resume: () => void): boolean;
  /** Whether to send the batch again, or to give it up; undefined: as the error code says by itself. */
  judge(refusal: Refusal): 'again' | 'give-up' | undefined;
  /** The batch was given up. */
  onGivenUp(batch: ProducerBatch, error: KafkaError): void;
}
