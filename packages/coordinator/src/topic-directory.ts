/** A topic as far as group requests need to know it. */
export interface KnownTopic {
  readonly name: string;
  /** 22-character url-safe base64 UUID. */
  readonly topicId: string;
  readonly partitionCount: number;
  /** Rack of each partition's broker, null where it has none; absent when no broker has any. */
  readonly racks?: readonly (string | null)[];
}

/** The topics of the cluster at this moment; the broker answers from its snapshot of the MetaStore. */
export interface TopicDirectory {
  /** Another number after each change of topics. */
  readonly version: number;
  byName(name: string): KnownTopic | undefined;
  byId(topicId: string): KnownTopic | undefined;
  /** Names of the topics that a pattern may mean. */
  names(): Iterable<string>;
}
