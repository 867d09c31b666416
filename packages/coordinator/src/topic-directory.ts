/** A topic as far as group requests need to know it. */
export interface KnownTopic {
  readonly name: string;
  /** 22-character url-safe base64 UUID. */
  readonly topicId: string;
  readonly partitionCount: number;
}

/** The topics of the cluster at this moment; the broker answers from its snapshot of the MetaStore. */
export interface TopicDirectory {
  byName(name: string): KnownTopic | undefined;
  byId(topicId: string): KnownTopic | undefined;
}
