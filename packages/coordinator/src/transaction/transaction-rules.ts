/**
 * What each request does to a transactional id: pure functions from the image before to the image after, or to an error code.
 *
 * Invariants: an epoch of a producer id never goes back; a decision (Prepare…) is never taken back; a producer id is left only
 *   when its epochs are used up.
 * Not here: markers, durability, time-outs (transaction-shard.ts); codes by version (../transaction-responses.ts).
 */
import { ErrorCode } from '@millrace/protocol';
import type { TopicPartitionRef } from '../transaction-coordinator.ts';
import {
  EPOCH_MAX,
  EPOCH_PER_TRANSACTION,
  includes,
  isExhausted,
  NO_EPOCH,
  NO_PARTITIONS,
  NO_PRODUCER_ID,
  NO_TIME,
  withPartitions,
  type TransactionImage,
} from './transaction-image.ts';
import { isPrepared, outcomeOf, type TransactionOutcome } from './transaction-state.ts';

export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** What is to be done; `needsProducerId`: ask again with an id that no producer ever had. */
export type Ruling =
  | { readonly kind: 'refused'; readonly errorCode: ErrorCode }
  /** Nothing changes; the answer is the identity that the image has. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed'; readonly image: TransactionImage }
  /** The image is a decision, whose markers have to follow. */
  | { readonly kind: 'decided'; readonly image: TransactionImage }
  | { readonly kind: 'needsProducerId' };

const UNCHANGED: Ruling = { kind: 'unchanged' };
const NEEDS_PRODUCER_ID: Ruling = { kind: 'needsProducerId' };

export interface InitAsked {
  readonly timeoutMs: number;
  /** Who the producer says it is (KIP-360); null for one that starts. */
  readonly expected: ProducerIdentity | null;
  readonly freshProducerId: number | null;
  readonly nowMs: number;
}

/** InitProducerId: a higher epoch, so that whoever had the id before is fenced; ends what it left open first. */
export function ruleInit(image: TransactionImage | undefined, asked: InitAsked): Ruling {
  const { expected, freshProducerId } = asked;
  if (image === undefined) {
    return freshProducerId === null ? NEEDS_PRODUCER_ID : changed(founded(freshProducerId, asked));
  }
  if (expected !== null && isComing(image, expected)) return refused(ErrorCode.CONCURRENT_TRANSACTIONS);
  if (expected !== null && !mayBe(image, expected)) return refused(ErrorCode.PRODUCER_FENCED);
  switch (image.state) {
    case 'PrepareCommit':
    case 'PrepareAbort':
      return refused(ErrorCode.CONCURRENT_TRANSACTIONS);
    case 'Ongoing':
      // Unlike Apache Kafka, which lets a producer of the past end the transaction of the present one.
      if (expected !== null && expected.producerEpoch !== image.producerEpoch)
        return refused(ErrorCode.PRODUCER_FENCED);
      return { kind: 'decided', image: fenced(image, asked.nowMs) };
    case 'Empty':
    case 'CompleteCommit':
    case 'CompleteAbort':
      return raised(image, asked);
  }
}

function mayBe(image: TransactionImage, { producerId, producerEpoch }: ProducerIdentity): boolean {
  if (producerId === image.producerId) return true;
  // The answer with the new producer id was lost.
  return producerId === image.previousProducerId && isExhausted(producerEpoch);
}

/** The producer as it will be when all markers are written; it may know that already. */
function isComing(image: TransactionImage, { producerId, producerEpoch }: ProducerIdentity): boolean {
  if (!isPrepared(image.state)) return false;
  if (image.nextProducerId !== NO_PRODUCER_ID) return producerId === image.nextProducerId && producerEpoch === 0;
  return producerId === image.producerId && producerEpoch === image.producerEpoch;
}

function founded(producerId: number, { timeoutMs, nowMs }: InitAsked): TransactionImage {
  return {
    producerId,
    previousProducerId: producerId,
    nextProducerId: NO_PRODUCER_ID,
    producerEpoch: 0,
    lastProducerEpoch: NO_EPOCH,
    timeoutMs,
    state: 'Empty',
    partitions: NO_PARTITIONS,
    startMs: NO_TIME,
    updateMs: nowMs,
    transactionVersion: 0,
  };
}

function raised(image: TransactionImage, { timeoutMs, expected, freshProducerId, nowMs }: InitAsked): Ruling {
  const empty: TransactionImage = {
    ...image,
    previousProducerId: image.producerId,
    nextProducerId: NO_PRODUCER_ID,
    timeoutMs,
    state: 'Empty',
    partitions: NO_PARTITIONS,
    startMs: NO_TIME,
    updateMs: nowMs,
  };
  const { producerId, producerEpoch } = image;
  const isCurrent = expected?.producerId === producerId && expected.producerEpoch === producerEpoch;
  if (expected !== null && !isCurrent) {
    // A retry gets what the first attempt got.
    if (expected.producerEpoch !== image.lastProducerEpoch) return refused(ErrorCode.PRODUCER_FENCED);
    return changed({ ...empty, previousProducerId: image.previousProducerId });
  }
  const lastProducerEpoch = expected === null ? NO_EPOCH : producerEpoch;
  if (!isExhausted(producerEpoch)) return changed({ ...empty, producerEpoch: producerEpoch + 1, lastProducerEpoch });
  if (freshProducerId === null) return NEEDS_PRODUCER_ID;
  return changed({ ...empty, producerId: freshProducerId, producerEpoch: 0, lastProducerEpoch });
}

/** Aborts the transaction under an epoch that its producer does not have. */
export function fenced(image: TransactionImage, nowMs: number): TransactionImage {
  const isRaised = image.producerEpoch < EPOCH_MAX;
  return {
    ...image,
    previousProducerId: image.producerId,
    producerEpoch: isRaised ? image.producerEpoch + 1 : EPOCH_MAX,
    lastProducerEpoch: image.producerEpoch,
    state: 'PrepareAbort',
    updateMs: nowMs,
    transactionVersion: isRaised ? EPOCH_PER_TRANSACTION : 0,
  };
}

/** 0 when the producer may write in the transaction that is open, or may begin one. */
export function producerProblem(image: TransactionImage | undefined, asked: ProducerIdentity): ErrorCode {
  if (image !== undefined && isComing(image, asked)) return ErrorCode.CONCURRENT_TRANSACTIONS;
  if (image === undefined || image.producerId !== asked.producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
  if (image.producerEpoch !== asked.producerEpoch) return ErrorCode.PRODUCER_FENCED;
  return isPrepared(image.state) ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.NONE;
}

export interface AddAsked extends ProducerIdentity {
  readonly partitions: readonly TopicPartitionRef[];
  readonly transactionVersion: number;
  readonly nowMs: number;
}

/** Partitions become part of the transaction; the first ones begin it. */
export function ruleAdd(image: TransactionImage | undefined, asked: AddAsked): Ruling {
  const problem = producerProblem(image, asked);
  if (image === undefined || problem !== ErrorCode.NONE) return refused(problem);
  const isOngoing = image.state === 'Ongoing';
  if (isOngoing && asked.partitions.every((partition) => includes(image.partitions, partition))) return UNCHANGED;
  return changed({
    ...image,
    previousProducerId: image.producerId,
    state: 'Ongoing',
    partitions: withPartitions(isOngoing ? image.partitions : NO_PARTITIONS, asked.partitions),
    startMs: isOngoing ? image.startMs : asked.nowMs,
    updateMs: asked.nowMs,
    transactionVersion: asked.transactionVersion,
  });
}

export interface EndAsked extends ProducerIdentity {
  readonly outcome: TransactionOutcome;
  readonly freshProducerId: number | null;
  readonly nowMs: number;
}

/** EndTxn up to version 4: the epoch stays, so whether a request is a retry cannot be told; the outcome decides. */
export function ruleEnd(image: TransactionImage | undefined, asked: EndAsked): Ruling {
  if (image === undefined || image.producerId !== asked.producerId) {
    return refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  }
  if (image.producerEpoch !== asked.producerEpoch) return refused(ErrorCode.PRODUCER_FENCED);
  switch (image.state) {
    case 'Ongoing':
      return decided(image, asked, {});
    case 'PrepareCommit':
    case 'PrepareAbort':
      // Whether the outcome is the right one is said when it is complete.
      return refused(ErrorCode.CONCURRENT_TRANSACTIONS);
    case 'CompleteCommit':
    case 'CompleteAbort':
      return outcomeOf(image.state) === asked.outcome ? UNCHANGED : WRONG_STATE;
    case 'Empty':
      return WRONG_STATE;
  }
}

/** EndTxn from version 5: each end raises the epoch, so a request with the epoch before is a retry, one with the present epoch is not. */
export function ruleEndRaising(image: TransactionImage | undefined, asked: EndAsked): Ruling {
  if (image === undefined) return refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  if (isComing(image, asked)) return refused(ErrorCode.CONCURRENT_TRANSACTIONS);
  const isRetryOverIds =
    image.previousProducerId === asked.producerId &&
    image.producerId !== asked.producerId &&
    asked.producerEpoch === EPOCH_MAX - 1 &&
    image.producerEpoch === 0;
  if (image.producerId !== asked.producerId && !isRetryOverIds) return refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  const isCurrent = image.producerId === asked.producerId && image.producerEpoch === asked.producerEpoch;
  const isRetry = isRetryOverIds || image.producerEpoch === asked.producerEpoch + 1;
  switch (image.state) {
    case 'Ongoing':
      return isCurrent ? decidedRaising(image, asked) : refused(ErrorCode.PRODUCER_FENCED);
    case 'PrepareCommit':
    case 'PrepareAbort':
      return refused(isRetry ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.PRODUCER_FENCED);
    case 'CompleteCommit':
    case 'CompleteAbort':
      if (isRetry) return outcomeOf(image.state) === asked.outcome ? UNCHANGED : WRONG_STATE;
      return isCurrent ? endedOfNothing(image, asked) : refused(ErrorCode.PRODUCER_FENCED);
    case 'Empty':
      return isCurrent ? endedOfNothing(image, asked) : refused(ErrorCode.PRODUCER_FENCED);
  }
}

/** A transaction in which nothing was written can be aborted, which raises the epoch too; there is nothing to commit. */
function endedOfNothing(image: TransactionImage, asked: EndAsked): Ruling {
  if (asked.outcome === 'commit') return WRONG_STATE;
  return decidedRaising({ ...image, startMs: asked.nowMs, partitions: NO_PARTITIONS }, asked);
}

function decidedRaising(image: TransactionImage, asked: EndAsked): Ruling {
  const { producerEpoch } = image;
  const mustChangeId = isExhausted(producerEpoch);
  if (mustChangeId && asked.freshProducerId === null) return NEEDS_PRODUCER_ID;
  const isRaised = producerEpoch < EPOCH_MAX;
  return decided(image, asked, {
    nextProducerId: mustChangeId ? (asked.freshProducerId ?? NO_PRODUCER_ID) : NO_PRODUCER_ID,
    producerEpoch: isRaised ? producerEpoch + 1 : EPOCH_MAX,
    lastProducerEpoch: producerEpoch,
    transactionVersion: EPOCH_PER_TRANSACTION,
  });
}

function decided(image: TransactionImage, { outcome, nowMs }: EndAsked, changes: Partial<TransactionImage>): Ruling {
  const next: TransactionImage = {
    ...image,
    previousProducerId: image.producerId,
    nextProducerId: NO_PRODUCER_ID,
    state: outcome === 'commit' ? 'PrepareCommit' : 'PrepareAbort',
    updateMs: nowMs,
    transactionVersion: 0,
    ...changes,
  };
  return { kind: 'decided', image: next };
}

/** All markers of a decision are written. */
export function completed(image: TransactionImage, nowMs: number): TransactionImage {
  const changesId = image.nextProducerId !== NO_PRODUCER_ID;
  return {
    ...image,
    producerId: changesId ? image.nextProducerId : image.producerId,
    previousProducerId: image.producerId,
    nextProducerId: NO_PRODUCER_ID,
    producerEpoch: changesId ? 0 : image.producerEpoch,
    state: outcomeOf(image.state) === 'commit' ? 'CompleteCommit' : 'CompleteAbort',
    partitions: NO_PARTITIONS,
    updateMs: nowMs,
  };
}

function changed(image: TransactionImage): Ruling {
  return { kind: 'changed', image };
}

function refused(errorCode: ErrorCode): Ruling {
  return { kind: 'refused', errorCode };
}

const WRONG_STATE: Ruling = { kind: 'refused', errorCode: ErrorCode.INVALID_TXN_STATE };
