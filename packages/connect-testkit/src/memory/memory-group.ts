import type { TopicPartition, TopicPartitionOffset } from '@millrace/connect-api';

import { partitionKey } from '../run/ports.ts';

/** Committed offsets of a consumer group, in memory. */
export class MemoryGroup {
  readonly #committed = new Map<string, TopicPartitionOffset>();

  commit(offsets: readonly TopicPartitionOffset[]): void {
    for (const { topic, partition, offset } of offsets) {
      this.#committed.set(partitionKey({ topic, partition }), { topic, partition, offset });
    }
  }

  /** 0 when nothing is committed. */
  offset(partition: TopicPartition): number {
    return this.#committed.get(partitionKey(partition))?.offset ?? 0;
  }

  get all(): readonly TopicPartitionOffset[] {
    return [...this.#committed.values()];
  }
}
