/**
 * Sequence numbers of one partition, by which the broker recognises repetitions and gaps (KIP-98, KIP-360).
 *
 * Owns: the identity that the partition's batches carry, the next number, and up to where numbers are acknowledged.
 * Invariants: numbers count records and wrap from 2^31−1 to 0; a new epoch starts at 0.
 * Not here: which batch is sent when (./partition-queue.ts), where identities come from (./producer-identity.ts).
 */
const SEQUENCES = 2 ** 31;
const EPOCH_MAX = 0x7fff;

/** Who a producer is to the brokers. */
export interface Identity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export const NO_IDENTITY: Identity = { producerId: -1n, producerEpoch: -1 };

/** The number that follows `count` records on from `sequence`. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % SEQUENCES;
}

export class SequenceState {
  #identity = NO_IDENTITY;
  #next = 0;
  #ackedBefore = 0;
  /** Whose batches the partition is known to have. */
  #knownProducerId = NO_IDENTITY.producerId;

  get identity(): Identity {
    return this.#identity;
  }

  /** Whether numbers were given out that no broker acknowledged. */
  get hasGap(): boolean {
    return this.#next !== this.#ackedBefore;
  }

  /**
   * Whether the partition has a batch of this producer id. Until then brokers take any number for its first (Apache Kafka does), and would
   * take the second batch where the first one was refused.
   */
  get isKnown(): boolean {
    return this.#knownProducerId === this.#identity.producerId;
  }

  /** Starts at 0 under this identity. */
  start(identity: Identity): void {
    this.#identity = identity;
    this.#next = 0;
    this.#ackedBefore = 0;
  }

  /** The identity with the next epoch; undefined when its epochs are used up and a new producer id is due. */
  nextEpoch(): Identity | undefined {
    const { producerId, producerEpoch } = this.#identity;
    return producerEpoch >= EPOCH_MAX ? undefined : { producerId, producerEpoch: producerEpoch + 1 };
  }

  /** Numbers for so many records; returns the first. */
  take(count: number): number {
    const sequence = this.#next;
    this.#next = sequenceAfter(sequence, count);
    return sequence;
  }

  /** The batch with these numbers is in the log. */
  acknowledge(baseSequence: number, count: number): void {
    this.#ackedBefore = sequenceAfter(baseSequence, count);
    this.#knownProducerId = this.#identity.producerId;
  }
}
