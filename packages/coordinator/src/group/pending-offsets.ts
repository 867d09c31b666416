/**
 * Offsets that one group has in open transactions: they count when their producer's transaction commits.
 *
 * Owns: pending offsets by partition, in the order of the log, and by producer.
 * Invariants: a producer has one pending offset for a partition, the one it sent last. The commit that is later in the log wins
 *   (as in Apache Kafka): a pending offset that a later commit has overtaken vanishes even when its transaction commits. A copy of
 *   what is pending already changes nothing: snapshots write copies, and a crash may leave any part of a snapshot in the log.
 * Not here: committed offsets (committed-offsets.ts), which groups a producer has pending offsets in (group-shard.ts).
 */
import type { TransactionalProducer } from '../runtime/coordinator-shard.ts';
import { isSameCommit, type CommittedOffset } from './group-records.ts';

export interface PendingOffset {
  readonly producerId: number;
  readonly topic: string;
  readonly partition: number;
  readonly committed: CommittedOffset;
  /** Another commit of the partition came after this one and is not taken back. */
  readonly isOvertaken: boolean;
}

interface Entry extends PendingOffset {
  isOvertaken: boolean;
}

interface ProducerOffsets {
  /** The latest that the producer committed under. */
  epoch: number;
  readonly entries: Set<Entry>;
}

export class PendingOffsets {
  readonly #byTopic = new Map<string, Map<number, Entry[]>>();
  readonly #byProducer = new Map<number, ProducerOffsets>();
  #count = 0;

  /** Offsets, counted by partition and producer. */
  get count(): number {
    return this.#count;
  }

  has(topic: string, partition: number): boolean {
    return this.#byTopic.get(topic)?.has(partition) ?? false;
  }

  /** What is pending for the partition, in the order of the log. */
  of(topic: string, partition: number): readonly PendingOffset[] {
    return this.#byTopic.get(topic)?.get(partition) ?? NONE;
  }

  partitionsOf(topic: string): Iterable<number> {
    return this.#byTopic.get(topic)?.keys() ?? NO_PARTITIONS;
  }

  *partitions(): Generator<readonly [topic: string, partition: number], void, undefined> {
    for (const [topic, partitions] of this.#byTopic)
      for (const partition of partitions.keys()) yield [topic, partition];
  }

  producerIds(): Iterable<number> {
    return this.#byProducer.keys();
  }

  /** Under whose name the producer's pending offsets are in the log. */
  producer(producerId: number): TransactionalProducer | undefined {
    const known = this.#byProducer.get(producerId);
    return known && { producerId, producerEpoch: known.epoch };
  }

  add(
    { producerId, producerEpoch }: TransactionalProducer,
    topic: string,
    partition: number,
    committed: CommittedOffset,
  ): void {
    const earlier = this.#byTopic
      .get(topic)
      ?.get(partition)
      ?.find((entry) => entry.producerId === producerId);
    const isCopy = earlier !== undefined && isSameCommit(earlier.committed, committed);
    if (earlier !== undefined && !isCopy) this.#remove(earlier);
    const producer = this.#ensureProducer(producerId, producerEpoch);
    producer.epoch = Math.max(producer.epoch, producerEpoch);
    if (isCopy) return;
    const entry: Entry = { producerId, topic, partition, committed, isOvertaken: false };
    this.#ensureEntries(topic, partition).push(entry);
    producer.entries.add(entry);
    this.#count++;
  }

  /** The partition got an offset that counts already: what is pending for it now comes too late. */
  overtake(topic: string, partition: number): void {
    for (const entry of this.#byTopic.get(topic)?.get(partition) ?? []) entry.isOvertaken = true;
  }

  /** Drops what is pending for the partition, whoever has it. */
  delete(topic: string, partition: number): void {
    for (const entry of [...(this.#byTopic.get(topic)?.get(partition) ?? [])]) this.#remove(entry);
  }

  /** The producer's transaction has ended: takes out what it had and returns that; on commit, what it has not overtaken counts now. */
  end(producerId: number, outcome: 'commit' | 'abort'): readonly PendingOffset[] {
    const ended = [...(this.#byProducer.get(producerId)?.entries ?? [])];
    for (const entry of ended) {
      if (outcome === 'commit' && !entry.isOvertaken) this.#overtakeBefore(entry);
      this.#remove(entry);
    }
    return ended;
  }

  #ensureProducer(producerId: number, epoch: number): ProducerOffsets {
    let producer = this.#byProducer.get(producerId);
    if (producer === undefined) this.#byProducer.set(producerId, (producer = { epoch, entries: new Set() }));
    return producer;
  }

  #ensureEntries(topic: string, partition: number): Entry[] {
    let partitions = this.#byTopic.get(topic);
    if (partitions === undefined) this.#byTopic.set(topic, (partitions = new Map<number, Entry[]>()));
    let entries = partitions.get(partition);
    if (entries === undefined) partitions.set(partition, (entries = []));
    return entries;
  }

  #overtakeBefore(committed: Entry): void {
    for (const entry of this.#byTopic.get(committed.topic)?.get(committed.partition) ?? []) {
      if (entry === committed) return;
      entry.isOvertaken = true;
    }
  }

  #remove(entry: Entry): void {
    const { topic, partition, producerId } = entry;
    const partitions = this.#byTopic.get(topic);
    const entries = partitions?.get(partition);
    const producer = this.#byProducer.get(producerId);
    if (partitions === undefined || entries === undefined || producer?.entries.delete(entry) !== true) return;
    entries.splice(entries.indexOf(entry), 1);
    this.#count--;
    if (entries.length === 0) partitions.delete(partition);
    if (partitions.size === 0) this.#byTopic.delete(topic);
    if (producer.entries.size === 0) this.#byProducer.delete(producerId);
  }
}

const NONE: readonly PendingOffset[] = [];
const NO_PARTITIONS: readonly number[] = [];
