/**
 * Open transactions in logs that no coordinator has: leftovers of a power loss, since logs in `os` mode and the coordinator's
 * journalled log may then end at different moments. Nobody would end them, and readers of committed records would wait for ever.
 *
 * Invariants: what the coordinator has as ongoing, or is about to mark, is left alone. An orphan gets the outcome that is on
 *   record when it is certain that the record is about it, else it is aborted.
 */
import type { EndMarker, OpenTransaction } from '@millrace/log';
import type { TopicPartitionRef } from '../transaction-coordinator.ts';
import { EPOCH_MAX, EPOCH_PER_TRANSACTION, includes, type TransactionImage } from './transaction-image.ts';
import { isPrepared, outcomeOf } from './transaction-state.ts';

export type OpenPart = TopicPartitionRef & OpenTransaction;

/** What the coordinator knows of a producer id. */
export interface KnownProducer {
  readonly image: TransactionImage;
  readonly coordinatorEpoch: number;
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
  const isUnderWay = image.state === 'Ongoing' ? image.producerEpoch === producerEpoch : isPrepared(image.state);
  if (isOwn && isUnderWay && includes(image.partitions, open)) return undefined;
  return isOnRecord(open, image) ? { ...abort, ...endOnRecord(image, producerEpoch) } : abort;
}

/** The last completed transaction is this one. */
function isOnRecord({ producerId, producerEpoch, startedMs }: OpenTransaction, image: TransactionImage): boolean {
  if (image.state !== 'CompleteCommit' && image.state !== 'CompleteAbort') return false;
  if (image.transactionVersion >= EPOCH_PER_TRANSACTION) {
    if (image.producerId === producerId) return image.producerEpoch === producerEpoch + 1;
    return image.previousProducerId === producerId && producerEpoch === EPOCH_MAX - 1;
  }
  // Many transactions may have had this epoch. Of an earlier one nothing is known any more.
  return image.producerId === producerId && image.producerEpoch === producerEpoch && startedMs >= image.startMs;
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
