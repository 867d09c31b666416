import type { TopicPartition } from '../topic-partition.ts';

/** A set of partitions. Iterates by topic name, then by partition. Meant for rebalances, not for what happens per record. */
export class PartitionSet implements Iterable<TopicPartition> {
  readonly #byTopic = new Map<string, Set<number>>();
  #size = 0;

  constructor(partitions: Iterable<TopicPartition> = []) {
    for (const { topic, partition } of partitions) this.add(topic, partition);
  }

  get size(): number {
    return this.#size;
  }

  has({ topic, partition }: TopicPartition): boolean {
    return this.#byTopic.get(topic)?.has(partition) ?? false;
  }

  /** Returns whether it was not in the set before. */
  add(topic: string, partition: number): boolean {
    let partitions = this.#byTopic.get(topic);
    if (partitions === undefined) {
      partitions = new Set();
      this.#byTopic.set(topic, partitions);
    }
    if (partitions.has(partition)) return false;
    partitions.add(partition);
    this.#size++;
    return true;
  }

  /** Returns whether it was in the set. */
  delete({ topic, partition }: TopicPartition): boolean {
    const partitions = this.#byTopic.get(topic);
    if (partitions?.delete(partition) !== true) return false;
    if (partitions.size === 0) this.#byTopic.delete(topic);
    this.#size--;
    return true;
  }

  /** What is in this set and not in the other. */
  minus(other: PartitionSet): PartitionSet {
    return new PartitionSet(this.toArray().filter((each) => !other.has(each)));
  }

  /** What is in both. */
  and(other: PartitionSet): PartitionSet {
    return new PartitionSet(this.toArray().filter((each) => other.has(each)));
  }

  equals(other: PartitionSet): boolean {
    return this.#size === other.size && this.toArray().every((each) => other.has(each));
  }

  toArray(): TopicPartition[] {
    return [...this];
  }

  *[Symbol.iterator](): Iterator<TopicPartition> {
    for (const { topic, partitions } of this.byTopic()) {
      for (const partition of partitions) yield { topic, partition };
    }
  }

  /** The partitions by topic, both in order. */
  byTopic(): { topic: string; partitions: number[] }[] {
    return [...this.#byTopic.keys()].sort().map((topic) => ({
      topic,
      partitions: [...(this.#byTopic.get(topic) ?? [])].sort((a, b) => a - b),
    }));
  }
}

/** Groups partitions by topic, both in the order in which they come. */
export function groupByTopic<Entry extends TopicPartition>(entries: Iterable<Entry>): Map<string, Entry[]> {
  const byTopic = new Map<string, Entry[]>();
  for (const entry of entries) {
    const known = byTopic.get(entry.topic);
    if (known === undefined) byTopic.set(entry.topic, [entry]);
    else known.push(entry);
  }
  return byTopic;
}
