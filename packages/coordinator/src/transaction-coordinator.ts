import type { EndMarker, OpenTransaction, PartitionLog } from '@millrace/log';
import type { InitProducerIdRequest, InitProducerIdResponse } from '@millrace/protocol/messages/22-init-producer-id';
import type {
  AddPartitionsToTxnRequest,
  AddPartitionsToTxnResponse,
} from '@millrace/protocol/messages/24-add-partitions-to-txn';
import type {
  AddOffsetsToTxnRequest,
  AddOffsetsToTxnResponse,
} from '@millrace/protocol/messages/25-add-offsets-to-txn';
import type { EndTxnRequest, EndTxnResponse } from '@millrace/protocol/messages/26-end-txn';
import type {
  DescribeTransactionsRequest,
  DescribeTransactionsResponse,
} from '@millrace/protocol/messages/65-describe-transactions';
import type {
  ListTransactionsRequest,
  ListTransactionsResponse,
} from '@millrace/protocol/messages/66-list-transactions';
import type { GroupRequestContext } from './group-coordinator.ts';

export interface TopicPartitionRef {
  readonly topic: string;
  readonly partition: number;
}

/** Markers on their way into the logs. */
export interface AppendedMarkers {
  /** Every marker is in the journal already, behind all that was appended before in this turn. */
  readonly allJournalled: boolean;
  /** Error codes in the order of the partitions, when all of them are durable or have failed; 0 = done. Never rejects. */
  readonly durable: Promise<readonly number[]>;
}

/** What the coordinator needs of the broker. */
export interface TransactionParticipants {
  /**
   * Markers of all these partitions would go to the journal, so that they are lost when the records ahead of them are. A partition
   * that does not exist any more counts as such.
   */
  areJournalled(partitions: readonly TopicPartitionRef[]): boolean;
  /** Appends an end marker to each, in this turn. A partition that does not exist any more counts as done (0). */
  appendMarkers(marker: EndMarker, partitions: readonly TopicPartitionRef[]): AppendedMarkers;
  /** Transactions that the logs here have open, to compare with what coordinators know. */
  openTransactions(): Iterable<TopicPartitionRef & OpenTransaction>;
  /** 0 when the partition exists and a transaction may write to it, else the error code to answer. */
  check(partition: TopicPartitionRef): number;
  /** An id that no producer ever had. */
  nextProducerId(): Promise<number>;
  /** The partition of `__consumer_offsets` that a group's offsets are in. */
  groupPartition(groupId: string): TopicPartitionRef;
}

/** Partitions that a producer is about to write to in its transaction. */
export interface PartitionAdmission {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly partitions: readonly TopicPartitionRef[];
  /** `add`: make them part of the transaction, beginning one if need be (KIP-890). `verify`: only say whether they are. */
  readonly mode: 'add' | 'verify';
}

/**
 * The transaction coordinator of one broker over the `__transaction_state` partitions that it owns.
 * Transactional ids of other partitions are answered NOT_COORDINATOR; of partitions still replaying, COORDINATOR_LOAD_IN_PROGRESS.
 */
export interface TransactionCoordinator {
  /** Partition of `__transaction_state` that a transactional id lives in (Kafka's hash). */
  partitionFor(transactionalId: string): number;
  /** This broker became owner of an internal partition: replays its log, ends what was decided, then serves. Resolves with the number of records read. */
  load(partition: number, log: PartitionLog): Promise<number>;
  /** Ownership went: waiting requests get NOT_COORDINATOR and the memory is dropped. */
  unload(partition: number): void;

  initProducerId(context: GroupRequestContext, request: InitProducerIdRequest): Promise<InitProducerIdResponse>;
  addPartitions(context: GroupRequestContext, request: AddPartitionsToTxnRequest): Promise<AddPartitionsToTxnResponse>;
  addOffsets(context: GroupRequestContext, request: AddOffsetsToTxnRequest): Promise<AddOffsetsToTxnResponse>;
  endTransaction(context: GroupRequestContext, request: EndTxnRequest): Promise<EndTxnResponse>;
  describeTransactions(
    context: GroupRequestContext,
    request: DescribeTransactionsRequest,
  ): Promise<DescribeTransactionsResponse>;
  listTransactions(context: GroupRequestContext, request: ListTransactionsRequest): Promise<ListTransactionsResponse>;

  /**
   * For Produce and TxnOffsetCommit: synchronous, so that pipelined produces keep their order; the records it writes are ahead
   * of whatever the caller appends in this turn. Error code per partition (0 = go on); a fenced producer gets
   * INVALID_PRODUCER_EPOCH, a partition that is not in the transaction TRANSACTION_ABORTABLE.
   */
  admit(admission: PartitionAdmission): readonly number[];
  /**
   * Ends what the logs here have open and the coordinator does not have as ongoing: leftovers of a power loss with logs that are
   * not journalled. Asked for when every partition of `__transaction_state` that this broker owns is loaded. Resolves with how many it ended.
   */
  endOrphans(): Promise<number>;
  /** Ends waiting requests; state stays in the log. */
  close(): Promise<void>;
}
