/**
 * What the batches of a produce request with a transactional id need of the transaction coordinator before they may begin a transaction
 * on a partition. A partition where the producer has its transaction open is not asked for again.
 *
 * Invariants: the coordinator is asked in the turn of the append, so that a transaction that ends meanwhile cannot come between, and
 *   pipelined requests keep their order. A batch that the coordinator let in is not acknowledged before its consent is durable.
 * Not here: transactions (@millrace/coordinator), sequences and epochs (@millrace/log).
 */
import type { PartitionAdmission, TopicPartitionRef, TransactionCoordinator } from '@millrace/coordinator';
import type { OpenTransaction, PartitionLog } from '@millrace/log';
import {
  BATCH_HEADER_SIZE_BYTES,
  batchAttributes,
  batchProducerEpoch,
  batchProducerId,
  ErrorCode,
  isTransactional,
} from '@millrace/protocol';
import type { ProduceRequest } from '@millrace/protocol/messages/00-produce';
import { TRANSACTION_TOPIC } from '../partitions/topic-names.ts';
import type { BrokerServices } from '../services.ts';

/** From this version on writing to a partition makes it part of the transaction (KIP-890); before, it must be one already. */
export const IMPLICIT_ADD_VERSION = 12;
/** From this version on clients know TRANSACTION_ABORTABLE. */
const ABORTABLE_VERSION = 11;

/** A batch on its way to its log. */
export interface Candidate {
  readonly log: PartitionLog;
  readonly place: TopicPartitionRef;
  readonly batch: Buffer;
}

/** What the log may be told of a batch. */
export interface Admission {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly mayOpenTransaction: boolean;
  /** 2: a new transaction has a new epoch, and sequences that begin at 0. */
  readonly transactionVersion: number;
  /** Until this resolves with 0 the batch must not be acknowledged; undefined = there is nothing to wait for. */
  readonly recorded: Promise<number> | undefined;
}

const AS_IT_IS: Admission = {
  errorCode: 0,
  errorMessage: null,
  mayOpenTransaction: false,
  transactionVersion: 0,
  recorded: undefined,
};
const WITHOUT_ASKING: Admission = { ...AS_IT_IS, mayOpenTransaction: true };

type Services = Pick<BrokerServices, 'partitions' | 'config' | 'neighbours'> & {
  readonly transactions: Pick<TransactionCoordinator, 'admit' | 'partitionFor'>;
};

export class TransactionAdmission {
  readonly #services: Services;
  readonly #transactionalId: string;
  readonly #apiVersion: number;
  /** Of this turn. */
  readonly #admissions = new Map<Buffer, Admission>();

  constructor(services: Services, transactionalId: string, apiVersion: number) {
    this.#services = services;
    this.#transactionalId = transactionalId;
    this.#apiVersion = apiVersion;
  }

  /** Asks for several batches at once, which is one record of the coordinator; valid until {@link endTurn}. */
  ask(candidates: readonly Candidate[]): void {
    const asked = candidates.filter((candidate) => {
      const admission = this.#withoutAsking(candidate);
      if (admission !== undefined) this.#admissions.set(candidate.batch, admission);
      return admission === undefined;
    });
    const [first] = asked;
    if (first === undefined) return;
    const errorCodes = this.#admit({
      transactionalId: this.#transactionalId,
      producerId: batchProducerId(first.batch, 0),
      producerEpoch: batchProducerEpoch(first.batch, 0),
      partitions: asked.map(({ place }) => place),
      mode: this.#apiVersion >= IMPLICIT_ADD_VERSION ? 'add' : 'verify',
    });
    const recorded = this.#recorded();
    for (const [index, { batch, log }] of asked.entries()) {
      const errorCode = this.#answerFor(errorCodes[index] ?? ErrorCode.UNKNOWN_SERVER_ERROR);
      // In the journal the coordinator's record is ahead of the batch anyway.
      const isBehind = log.config.durability === 'fsync';
      this.#admissions.set(batch, {
        errorCode,
        errorMessage: errorCode === ErrorCode.NONE ? null : this.#refusalText(errorCodes[index] ?? errorCode),
        mayOpenTransaction: errorCode === ErrorCode.NONE,
        transactionVersion: this.#apiVersion >= IMPLICIT_ADD_VERSION ? 2 : 0,
        recorded: isBehind ? undefined : recorded,
      });
    }
  }

  #admit(admission: PartitionAdmission): readonly number[] {
    const { neighbours, transactions } = this.#services;
    return neighbours === undefined ? transactions.admit(admission) : neighbours.admit(this.#services, admission);
  }

  /** May be called in the turn of {@link ask}, or in any other, in which the coordinator is asked anew. */
  admissionOf(candidate: Candidate): Admission {
    const known = this.#admissions.get(candidate.batch);
    if (known !== undefined) return known;
    this.ask([candidate]);
    const admission = this.#admissions.get(candidate.batch) ?? AS_IT_IS;
    this.#admissions.clear();
    return admission;
  }

  endTurn(): void {
    this.#admissions.clear();
  }

  #withoutAsking({ log, batch }: Candidate): Admission | undefined {
    if (!isTransactionalBatch(batch)) return AS_IT_IS;
    const producerId = batchProducerId(batch, 0);
    // The log refuses it.
    if (producerId < 0) return AS_IT_IS;
    const open: OpenTransaction | undefined = log.openTransaction(producerId);
    if (open?.producerEpoch === batchProducerEpoch(batch, 0)) return AS_IT_IS;
    const mustVerify = this.#services.config.transactionPartitionVerificationEnable;
    return this.#apiVersion < IMPLICIT_ADD_VERSION && !mustVerify ? WITHOUT_ASKING : undefined;
  }

  /** Resolves when what the coordinator has written so far is durable; undefined when it is. */
  #recorded(): Promise<number> | undefined {
    if (this.#apiVersion < IMPLICIT_ADD_VERSION) return undefined;
    const { partitions, transactions } = this.#services;
    const partition = transactions.partitionFor(this.#transactionalId);
    const location = partitions.locateByName(TRANSACTION_TOPIC, partition);
    if (location.kind !== 'owned') return undefined;
    const { log } = location;
    const endOffset = log.logEndOffset;
    if (log.highWatermark >= endOffset) return undefined;
    return new Promise((resolve) => {
      const stop = log.onAdvance(() => {
        const isDurable = log.highWatermark >= endOffset;
        const now = partitions.locateByName(TRANSACTION_TOPIC, partition);
        const isServed = now.kind === 'owned' && now.log === log;
        if (!isDurable && isServed) return;
        stop();
        resolve(isDurable ? ErrorCode.NONE : ErrorCode.NOT_LEADER_OR_FOLLOWER);
      });
    });
  }

  /** The coordinator's word in codes that the client's version retries or gives up on as it should. */
  #answerFor(errorCode: number): number {
    switch (errorCode) {
      case ErrorCode.PRODUCER_FENCED:
        return ErrorCode.INVALID_PRODUCER_EPOCH;
      case ErrorCode.TRANSACTION_ABORTABLE:
        return this.#apiVersion >= ABORTABLE_VERSION ? errorCode : ErrorCode.INVALID_TXN_STATE;
      case ErrorCode.CONCURRENT_TRANSACTIONS:
        return this.#apiVersion >= IMPLICIT_ADD_VERSION ? errorCode : ErrorCode.NOT_ENOUGH_REPLICAS;
      case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      case ErrorCode.NOT_COORDINATOR:
        // Clients retry this one without asking for metadata.
        return ErrorCode.NOT_ENOUGH_REPLICAS;
      default:
        return errorCode;
    }
  }

  #refusalText(errorCode: number): string {
    switch (errorCode) {
      case ErrorCode.TRANSACTION_ABORTABLE:
        return `the partition is not part of the transaction of "${this.#transactionalId}": abort it and begin anew`;
      case ErrorCode.PRODUCER_FENCED:
      case ErrorCode.INVALID_PRODUCER_EPOCH:
        return `a newer producer with the transactional id "${this.#transactionalId}" has taken over, or its transaction timed out`;
      case ErrorCode.CONCURRENT_TRANSACTIONS:
        return `the previous transaction of "${this.#transactionalId}" is still being ended: try again`;
      case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      case ErrorCode.NOT_COORDINATOR:
        return `the coordinator of "${this.#transactionalId}" cannot be asked now: try again`;
      default:
        return `the coordinator of "${this.#transactionalId}" refused the partition`;
    }
  }
}

/** Why a request is refused as a whole: batches and transactional id must go together (0 = they do). */
export function transactionalRequestProblem(request: ProduceRequest): number {
  let producerId: number | undefined;
  let producerEpoch: number | undefined;
  for (const { partitionData } of request.topicData) {
    for (const { records } of partitionData) {
      if (!Buffer.isBuffer(records) || !isTransactionalBatch(records)) continue;
      if (request.transactionalId === null) return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
      producerId ??= batchProducerId(records, 0);
      producerEpoch ??= batchProducerEpoch(records, 0);
      if (producerId !== batchProducerId(records, 0) || producerEpoch !== batchProducerEpoch(records, 0)) {
        return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
      }
    }
  }
  return ErrorCode.NONE;
}

export function isTransactionalBatch(batch: Buffer): boolean {
  return batch.length >= BATCH_HEADER_SIZE_BYTES && isTransactional(batchAttributes(batch, 0));
}
