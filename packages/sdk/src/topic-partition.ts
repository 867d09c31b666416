/** A partition by the name of its topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What a group shall remember of one partition. */
export interface OffsetToCommit extends TopicPartition {
  /** Offset of the next record to read: one more than the last that is done. */
  readonly offset: number | bigint;
  /** Leader epoch of the last record that was read, as its batch says; −1 or absent when unknown (KIP-320). */
  readonly leaderEpoch?: number;
  /** Text kept with the offset; a broker takes at most 4,096 bytes unless it is set otherwise. */
  readonly metadata?: string | null;
}

/** How a member of a group names itself in a transaction that commits the group's offsets (KIP-447). */
export interface GroupMetadata {
  readonly groupId: string;
  /** Generation of a classic group, member epoch of a KIP-848 group; −1 while there is no membership. */
  readonly generation: number;
  /** May be empty while there is no membership. */
  readonly memberId: string;
  readonly instanceId: string | null;
}

/** What a transaction has to know of a consumer to commit its progress; `Unit` is what the consumer hands out, such as a batch. */
export interface OffsetSource<Unit> {
  groupMetadata(): GroupMetadata;
  /**
   * The positions that are reached when this is done. Throws `MILLRACE_CLIENT_INVALID_STATE` with `needsAbort` when its partitions were
   * given away since it was handed out: the group's new generation must not vouch for it.
   */
  positionsAfter(unit: Unit): readonly OffsetToCommit[];
}
