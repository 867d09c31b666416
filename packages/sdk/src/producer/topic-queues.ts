/**
 * The partitions of one topic as the producer sees them, and the choice among them.
 *
 * Invariants: records with a key go where Java's default partitioner sends them. Records without one stay with a partition while its
 *   batch fills and go on to another with the next batch (KIP-480), the less burdened of two taken at random, so that a slow broker gets
 *   fewer (KIP-794's aim); partitions without a leader are passed over.
 * Bounds: no state per record.
 */
import { ZERO_UUID, type Random } from '@millrace/base';
import type { TopicMetadata } from '../cluster/topic-metadata.ts';
import { KafkaError } from '../error.ts';
import type { EncodedBytes } from '../topic/codec.ts';
import { partitionOfKey } from './murmur2.ts';
import { PartitionQueue } from './partition-queue.ts';
import type { Partitioner, PartitionerInput } from './partitioner.ts';

/** Stands for "the sticky partition of the moment". */
export const STICKY = -1;

export class TopicQueues {
  readonly name: string;
  topicId = ZERO_UUID;
  /** By partition; empty until metadata is known. */
  readonly queues: PartitionQueue[] = [];
  /** A batch is full at this size; lowered when a broker refuses batches as too large. */
  batchBytesMax: number;
  /** Whether the topic existed when last heard of. */
  isKnown = false;
  readonly #inFlightMax: number;
  readonly #random: Random;
  readonly #partitioner: Partitioner | undefined;
  #withLeader: PartitionQueue[] = [];
  #sticky: PartitionQueue | undefined;

  constructor(
    name: string,
    options: {
      readonly inFlightMax: number;
      readonly batchBytesMax: number;
      readonly random: Random;
      readonly partitioner: Partitioner | undefined;
    },
  ) {
    this.name = name;
    this.#inFlightMax = options.inFlightMax;
    this.batchBytesMax = options.batchBytesMax;
    this.#random = options.random;
    this.#partitioner = options.partitioner;
  }

  /** Takes what the cluster says of the topic now; returns the queues whose leader is another than before. */
  update(metadata: TopicMetadata): PartitionQueue[] {
    const moved: PartitionQueue[] = [];
    this.isKnown = metadata.partitions.length > 0;
    if (this.isKnown) this.topicId = metadata.topicId;
    for (const { partition, leaderId, leaderEpoch } of metadata.partitions) {
      const queue = (this.queues[partition] ??= new PartitionQueue(this.name, partition, this.#inFlightMax));
      if (queue.leaderId !== leaderId) moved.push(queue);
      queue.leaderId = leaderId;
      queue.leaderEpoch = leaderEpoch;
    }
    this.#withLeader = this.queues.filter((queue) => queue.leaderId >= 0);
    return moved;
  }

  /**
   * The partition for a record that names none, or {@link STICKY}. The topic has to be known. Throws what the user's partitioner throws,
   * and `MILLRACE_CLIENT_INVALID_OPTION` when it names a partition that there is not.
   */
  choose(input: Omit<PartitionerInput, 'topic' | 'partitionCount'>): number {
    const partitionCount = this.queues.length;
    if (this.#partitioner !== undefined) {
      const { key, value, headers } = input;
      const chosen = this.#partitioner({ topic: this.name, partitionCount, key, value, headers });
      if (chosen !== undefined) return this.checkPartition(chosen, 'the partitioner chose');
    }
    return this.chooseByKey(input.key);
  }

  /** Whether `choose` has to be asked with everything that there is. */
  get hasPartitioner(): boolean {
    return this.#partitioner !== undefined;
  }

  chooseByKey(key: EncodedBytes): number {
    return key === null ? STICKY : partitionOfKey(key, this.queues.length);
  }

  checkPartition(partition: number, who: string): number {
    if (Number.isInteger(partition) && partition >= 0 && partition < this.queues.length) return partition;
    throw new KafkaError(
      'MILLRACE_CLIENT_INVALID_OPTION',
      `${who} partition ${String(partition)} of topic "${this.name}", which has ${this.queues.length}: 0 to ${this.queues.length - 1}`,
      { details: { topic: this.name, partition, partitionCount: this.queues.length } },
    );
  }

  queueOf(partition: number): PartitionQueue {
    const queue = partition === STICKY ? this.#stickyQueue() : this.queues[partition];
    if (queue === undefined) throw new Error(`topic "${this.name}" has no partition ${partition}`);
    return queue;
  }

  #stickyQueue(): PartitionQueue | undefined {
    const current = this.#sticky;
    if (current?.open !== undefined && current.leaderId >= 0) return current;
    const choices = this.#withLeader.length > 0 ? this.#withLeader : this.queues;
    const one = choices[this.#random.nextInt(choices.length)];
    const other = choices[this.#random.nextInt(choices.length)];
    this.#sticky = one === undefined || other === undefined || other.queuedBytes >= one.queuedBytes ? one : other;
    return this.#sticky;
  }
}
