/**
 * Open transactions in logs that no coordinator has: leftovers of a power loss, since logs in `os` mode and the coordinator's
 * journalled log may then end at different moments. Nobody would end them, and readers of committed records would wait for ever.
 *
 * Invariants: what the coordinator has as ongoing, or is about to mark, is left alone. An orphan gets the outcome that is on
 *   record when it is certain that the record is about it, else it is aborted.
 */
import type { Logger } from '@millrace/base';
import type { EndMarker, OpenTransaction } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import type { TopicPartitionRef, TransactionParticipants } from '../transaction-coordinator.ts';
import { EPOCH_MAX, EPOCH_PER_TRANSACTION, includes, type TransactionImage } from './transaction-image.ts';
import type { TransactionMetrics } from './transaction-metrics.ts';
import type { TransactionShard } from './transaction-shard.ts';
import { isPrepared, outcomeOf } from './transaction-state.ts';

export type OpenPart = TopicPartitionRef & OpenTransaction;

/** What the coordinator knows of a producer id. */
export interface KnownProducer {
  readonly image: TransactionImage;
  readonly coordinatorEpoch: number;
}

export interface OrphanSearch {
  readonly participants: Pick<TransactionParticipants, 'openTransactions' | 'appendMarkers'>;
  readonly logger: Logger;
  readonly metrics: TransactionMetrics;
  /** All there are: a transaction that is found in none of them has no coordinator. */
  readonly shards: Iterable<TransactionShard>;
}

export interface OrphanResult {
  readonly endedCount: number;
  readonly failedCount: number;
}

/** Compares logs and coordinator, and appends the markers that nobody else will, in one turn. Resolves when these are durable, or failed. */
export async function endOrphanedTransactions(search: OrphanSearch): Promise<OrphanResult> {
  const { participants, logger, metrics, shards } = search;
  const open = [...participants.openTransactions()];
  if (open.length === 0) return { endedCount: 0, failedCount: 0 };
  const { known, newestEpoch } = findProducers(shards, new Set(open.map(({ producerId }) => producerId)));
  const ends: { readonly marker: EndMarker; readonly place: TopicPartitionRef }[] = [];
  for (const part of open) {
    const marker = markerForOrphan(part, known.get(part.producerId), newestEpoch);
    if (marker !== undefined) ends.push({ marker, place: { topic: part.topic, partition: part.partition } });
  }
  const results = await Promise.all(
    ends.map(({ marker, place }) => participants.appendMarkers(marker, [place]).durable),
  );
  let endedCount = 0;
  for (const [index, { marker, place }] of ends.entries()) {
    const errorCode = results[index]?.[0] ?? ErrorCode.NONE;
    if (errorCode === ErrorCode.NONE) endedCount++;
    const text = errorCode === ErrorCode.NONE ? 'was ended' : 'could not be ended; trying again';
    logger.warn(`an open transaction that no coordinator has ${text}`, { ...place, ...marker, errorCode });
  }
  metrics.orphansEnded.add(endedCount);
  return { endedCount, failedCount: ends.length - endedCount };
}

function findProducers(
  shards: Iterable<TransactionShard>,
  wanted: ReadonlySet<number>,
): { readonly known: Map<number, KnownProducer>; readonly newestEpoch: number } {
  const known = new Map<number, KnownProducer>();
  let newestEpoch = 0;
  for (const shard of shards) {
    const { coordinatorEpoch } = shard;
    newestEpoch = Math.max(newestEpoch, coordinatorEpoch);
    for (const { image } of shard.transactions()) {
      for (const producerId of [image.previousProducerId, image.producerId]) {
        if (wanted.has(producerId)) known.set(producerId, { image, coordinatorEpoch });
      }
    }
  }
  return { known, newestEpoch };
}

/** The marker that ends the orphan; undefined when it is none. */
export function markerForOrphan(
  open: OpenPart,
  known: KnownProducer | undefined,
  newestCoordinatorEpoch: number,
): EndMarker | undefined {
  const { producerId, producerEpoch } = open;
  // Under the epoch that it has, so that a producer which is alive can go on.
  const abort: EndMarker = {
    producerId,
    producerEpoch,
    coordinatorEpoch: known?.coordinatorEpoch ?? newestCoordinatorEpoch,
    outcome: 'abort',
    transactionVersion: 0,
  };
  if (known === undefined) return abort;
  const { image } = known;
  const isOwn = image.producerId === producerId;
  if (isOwn && isUnderWay(image, producerEpoch) && includes(image.partitions, open)) return undefined;
  return isOnRecord(open, image) ? { ...abort, ...endOnRecord(image, producerEpoch) } : abort;
}

/** The transaction under this epoch is open for the coordinator as well, or is about to get its markers. */
function isUnderWay(image: TransactionImage, producerEpoch: number): boolean {
  if (image.state === 'Ongoing') return image.producerEpoch === producerEpoch;
  if (!isPrepared(image.state)) return false;
  // Under the epoch that the decision gives, it is the next transaction: its producer had the answer, and the broker was killed
  // before completion and beginning were in the journal. The markers of the decision do not end it.
  return image.transactionVersion < EPOCH_PER_TRANSACTION || image.producerEpoch > producerEpoch;
}

/** The last completed transaction is this one. */
function isOnRecord({ producerId, producerEpoch, startedMs }: OpenTransaction, image: TransactionImage): boolean {
  if (image.state !== 'CompleteCommit' && image.state !== 'CompleteAbort') return false;
  if (image.transactionVersion >= EPOCH_PER_TRANSACTION) {
    if (image.producerId === producerId) return image.producerEpoch === producerEpoch + 1;
    return image.previousProducerId === producerId && producerEpoch === EPOCH_MAX - 1;
  }
  if (image.producerId !== producerId || image.producerEpoch !== producerEpoch) return false;
  // Many transactions may have had this epoch. Of an earlier one nothing is known any more, of a later one not yet.
  return startedMs >= image.startMs && startedMs < image.updateMs;
}

function endOnRecord(
  image: TransactionImage,
  openEpoch: number,
): Pick<EndMarker, 'outcome' | 'producerEpoch' | 'transactionVersion'> {
  const { transactionVersion } = image;
  return {
    outcome: outcomeOf(image.state) ?? 'abort',
    producerEpoch: transactionVersion >= EPOCH_PER_TRANSACTION ? openEpoch + 1 : openEpoch,
    transactionVersion,
  };
}
