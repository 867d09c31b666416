import type { CommittedOffset } from './group-records.ts';

/** Committed offsets of one group, by topic and partition. */
export class CommittedOffsets {
  readonly #byTopic = new Map<string, Map<number, CommittedOffset>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#byTopic.get(topic)?.get(partition);
  }

  set(topic: string, partition: number, committed: CommittedOffset): void {
    let partitions = this.#byTopic.get(topic);
    if (partitions === undefined) this.#byTopic.set(topic, (partitions = new Map<number, CommittedOffset>()));
    if (!partitions.has(partition)) this.#count++;
    partitions.set(partition, committed);
  }

  /** Entries are taken out one by one, so that whoever iterates meanwhile meets none that is gone. */
  delete(topic: string, partition: number): void {
    const partitions = this.#byTopic.get(topic);
    if (partitions?.delete(partition) !== true) return;
    this.#count--;
    if (partitions.size === 0) this.#byTopic.delete(topic);
  }

  clear(): void {
    for (const [topic, partitions] of this.#byTopic) {
      for (const partition of partitions.keys()) this.delete(topic, partition);
    }
  }

  topics(): IterableIterator<[string, ReadonlyMap<number, CommittedOffset>]> {
    return this.#byTopic.entries();
  }

  partitionsOf(topic: string): ReadonlyMap<number, CommittedOffset> {
    return this.#byTopic.get(topic) ?? NO_PARTITIONS;
  }
}

const NO_PARTITIONS: ReadonlyMap<number, CommittedOffset> = new Map();
