/**
 * The producer id of an idempotent producer without transactions, and what it makes of refused sequence numbers (KIP-98, KIP-360).
 *
 * Invariants: one producer id, asked for once and again when a partition has used up its epochs. Each partition has an epoch of its own, since
 *   brokers compare epochs of a producer within a partition only: a gap in one does not disturb the others.
 * Not here: transactional identities, which their coordinator gives out (./transaction-coordinator.ts).
 */
import {
  createInitProducerIdRequest,
  initProducerIdRequest,
  initProducerIdResponse,
  type InitProducerIdRequest,
  type InitProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
import { ErrorCode } from '@millrace/protocol';
import { retrying } from '../cluster/retry.ts';
import { brokerError, KafkaError } from '../error.ts';
import type { Api } from '../network/api.ts';
import type { ProducerCluster } from './producer-cluster.ts';
import type { Numbering, Refusal } from './numbering.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { NO_IDENTITY, type Identity } from './sequence-state.ts';

export const INIT_PRODUCER_ID: Api<InitProducerIdRequest, InitProducerIdResponse> = {
  request: initProducerIdRequest,
  response: initProducerIdResponse,
};

export interface ProducerIdentityOptions {
  readonly cluster: ProducerCluster;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** No producer id can be had: nothing can be sent. */
  readonly onFailure: (error: KafkaError) => void;
}

export class ProducerIdentity implements Numbering {
  readonly transactionalId = null;
  readonly produceVersionMax = undefined;
  readonly #cluster: ProducerCluster;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal;
  readonly #onFailure: (error: KafkaError) => void;
  readonly #waiting = new Map<PartitionQueue, () => void>();
  #current: Identity | undefined;
  #isAsking = false;

  constructor(options: ProducerIdentityOptions) {
    this.#cluster = options.cluster;
    this.#timeoutMs = options.timeoutMs;
    this.#signal = options.signal;
    this.#onFailure = options.onFailure;
  }

  prepare(queue: PartitionQueue, resume: () => void): boolean {
    const isNew = queue.sequences.identity === NO_IDENTITY;
    if (!isNew && !queue.needsNewEpoch()) return true;
    const identity = isNew ? this.#current : queue.sequences.nextEpoch();
    if (identity === undefined) {
      this.#waiting.set(queue, resume);
      void this.#ask();
      return false;
    }
    queue.startEpoch(identity);
    return true;
  }

  judge({ queue, batch, errorCode }: Refusal): 'again' | undefined {
    switch (errorCode) {
      case ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
      case ErrorCode.UNKNOWN_PRODUCER_ID:
      case ErrorCode.INVALID_PRODUCER_EPOCH:
        // The oldest batch closes its own gap: the log ends before it, or the broker forgot this producer.
        if (!queue.hasOlder(batch)) queue.requireNewEpoch();
        return 'again';
      default:
        return undefined;
    }
  }

  onGivenUp(): void {
    // What is missing shows at the next batch (see PartitionQueue.noteLoss).
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      this.#current = await this.#fetch();
    } catch (error) {
      this.#isAsking = false;
      this.#waiting.clear();
      if (KafkaError.is(error)) this.#onFailure(error);
      else throw error;
      return;
    }
    this.#isAsking = false;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [queue, resume] of waiting) {
      queue.startEpoch(this.#current);
      resume();
    }
  }

  #fetch(): Promise<Identity> {
    const what = 'getting a producer id';
    return retrying(
      this.#cluster.runtime,
      what,
      async () => {
        const request = createInitProducerIdRequest({ transactionalId: null, transactionTimeoutMs: 0x7fff_ffff });
        const { response } = await this.#cluster.sendToAny(INIT_PRODUCER_ID, request, { signal: this.#signal });
        if (response.errorCode !== ErrorCode.NONE) throw brokerError(what, response.errorCode);
        return { producerId: response.producerId, producerEpoch: response.producerEpoch };
      },
      { timeoutMs: this.#timeoutMs, signal: this.#signal },
    );
  }
}
