import { Deadline } from '../runtime/deadline-queue.ts';
import type { TopicPartitionRef } from '../transaction-coordinator.ts';
import type { TransactionImage } from './transaction-image.ts';

/** A transactional id in memory: what the log says of it, and what is under way. */
export class Transaction {
  readonly transactionalId: string;
  /** Replaced by `replay` alone. */
  image: TransactionImage;
  /** When the open transaction has lasted too long. */
  readonly timeout = new Deadline<Transaction>(this);
  /** When markers are tried again. */
  readonly retry = new Deadline<Transaction>(this);
  /** Attempts to write the markers of the present decision. */
  attempts = 0;
  /** Partitions of the present decision whose marker is missing; null = all of them. */
  unmarked: readonly TopicPartitionRef[] | null = null;

  constructor(transactionalId: string, image: TransactionImage) {
    this.transactionalId = transactionalId;
    this.image = image;
  }
}
