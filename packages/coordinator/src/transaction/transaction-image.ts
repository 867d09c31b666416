/** A transactional id as the log knows it. */
import type { TopicPartitionRef } from '../transaction-coordinator.ts';
import type { TransactionState } from './transaction-state.ts';

export const NO_PRODUCER_ID = -1;
export const NO_EPOCH = -1;
export const NO_TIME = -1;
/** The largest epoch. Only the coordinator uses it: producers get a new producer id before. */
export const EPOCH_MAX = 32_767;
/** The flow in which every end of a transaction raises the epoch (KIP-890). */
export const EPOCH_PER_TRANSACTION = 2;

/** Partitions by topic. */
export type TransactionPartitions = ReadonlyMap<string, ReadonlySet<number>>;

export const NO_PARTITIONS: TransactionPartitions = new Map();

/** Immutable. */
export interface TransactionImage {
  readonly producerId: number;
  /** Producer id before the last step; mostly the same. */
  readonly previousProducerId: number;
  /** Producer id to take when the transaction has ended, because the epochs of the present one are used up. */
  readonly nextProducerId: number;
  readonly producerEpoch: number;
  /** Epoch that the producer had before the last raise, as far as a retry may name it. Kafka's format has no field for it. */
  readonly lastProducerEpoch: number;
  readonly timeoutMs: number;
  readonly state: TransactionState;
  readonly partitions: TransactionPartitions;
  /** When the transaction began; stays when it ends. */
  readonly startMs: number;
  readonly updateMs: number;
  /** `transaction.version` of the flow that the client spoke last. */
  readonly transactionVersion: number;
}

/** No producer may be given a higher epoch than this one. */
export function isExhausted(epoch: number): boolean {
  return epoch >= EPOCH_MAX - 1;
}

export function includes(partitions: TransactionPartitions, { topic, partition }: TopicPartitionRef): boolean {
  return partitions.get(topic)?.has(partition) === true;
}

export function withPartitions(
  partitions: TransactionPartitions,
  added: readonly TopicPartitionRef[],
): TransactionPartitions {
  const topics = new Map(partitions);
  const own = new Map<string, Set<number>>();
  for (const { topic, partition } of added) {
    let numbers = own.get(topic);
    if (numbers === undefined) {
      numbers = new Set(topics.get(topic));
      own.set(topic, numbers);
      topics.set(topic, numbers);
    }
    numbers.add(partition);
  }
  return topics;
}

export function listPartitions(partitions: TransactionPartitions): TopicPartitionRef[] {
  const list: TopicPartitionRef[] = [];
  for (const [topic, numbers] of partitions) for (const partition of numbers) list.push({ topic, partition });
  return list;
}
