import type { TopicMetadata } from '@millrace/metadata';

export interface CreateTopicSpec {
  readonly name: string;
  /** −1 = `num.partitions`. Ignored when `assignments` is given. */
  readonly partitionCount: number;
  /** −1 = `default.replication.factor`. */
  readonly replicationFactor: number;
  /** Partition index → replica node ids, the first one the owner; null = the broker chooses. */
  readonly assignments: ReadonlyMap<number, readonly number[]> | null;
  readonly configs: ReadonlyMap<string, string | null>;
}

export type TopicResult =
  | { readonly errorCode: 0; readonly topic: TopicMetadata }
  | { readonly errorCode: number; readonly errorMessage: string };

/** Everything that changes topics: checks names, counts, factors and configs, writes the MetaStore, and waits until partitions are usable. */
export interface TopicAdmin {
  createTopic(
    spec: CreateTopicSpec,
    options: { readonly validateOnly: boolean; readonly timeoutMs: number },
  ): Promise<TopicResult>;
  deleteTopic(topicId: string, options: { readonly timeoutMs: number }): Promise<TopicResult>;
  addPartitions(
    name: string,
    totalCount: number,
    assignments: readonly (readonly number[])[] | null,
    options: { readonly validateOnly: boolean; readonly timeoutMs: number },
  ): Promise<TopicResult>;
  /** Creates `__consumer_offsets` (or another internal topic) with the broker's settings unless it is there. */
  ensureInternalTopic(name: string): Promise<TopicResult>;
  /** For Metadata with auto-creation: fire and forget; the next Metadata sees it. */
  autoCreate(name: string): void;
}
