/**
 * What is known of topics: merges Metadata answers and leader hints, and says what changed.
 *
 * Invariants: within one topic id the leader epoch of a partition never goes back, whichever broker is asked; a topic id
 *   that is another one replaces all that was known under the name.
 * Bounds: a topic that came without having been asked for is forgotten at the next refresh; beyond `WANTED_TOPICS_MAX`
 *   also one that nobody looked at since the last.
 */
import { ZERO_UUID } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import type { MetadataResponseTopic } from '@millrace/protocol/messages/03-metadata';
import type { PartitionMetadata, TopicMetadata } from './topic-metadata.ts';

interface Entry {
  metadata: TopicMetadata;
  /** Somebody asked for it by name. */
  isWanted: boolean;
  /** Somebody looked at it since the last refresh. */
  isUsed: boolean;
  isStale: boolean;
}

const WANTED_TOPICS_MAX = 1_000;

export class MetadataView {
  readonly #byName = new Map<string, Entry>();
  readonly #byId = new Map<string, Entry>();

  topic(name: string): TopicMetadata | undefined {
    return use(this.#byName.get(name));
  }

  /** As `topic`, without taking an interest in it. */
  peek(name: string): TopicMetadata | undefined {
    return this.#byName.get(name)?.metadata;
  }

  topicById(id: string): TopicMetadata | undefined {
    return use(this.#byId.get(id));
  }

  /** As `topic`, unless it was said to be stale. */
  freshTopic(name: string): TopicMetadata | undefined {
    const entry = this.#byName.get(name);
    return entry?.isStale === true ? undefined : use(entry);
  }

  invalidate(name?: string): void {
    if (name === undefined) for (const entry of this.#byName.values()) entry.isStale = true;
    else {
      const entry = this.#byName.get(name);
      if (entry !== undefined) entry.isStale = true;
    }
  }

  /** Names that are worth a refresh; forgets the others. */
  takeUsedNames(): string[] {
    const names: string[] = [];
    const hasRoom = this.#byName.size <= WANTED_TOPICS_MAX;
    for (const [name, entry] of this.#byName) {
      if (entry.isUsed || (entry.isWanted && hasRoom)) names.push(name);
      else this.#drop(entry);
      entry.isUsed = false;
    }
    return names;
  }

  /** Forgets leader epochs, which mean nothing in another cluster. */
  clear(): void {
    this.#byName.clear();
    this.#byId.clear();
  }

  /** Takes what a broker answered. Returns what is another than before; a topic that is gone has no partitions. */
  apply(topics: readonly MetadataResponseTopic[]): TopicMetadata[] {
    const changed: TopicMetadata[] = [];
    for (const topic of topics) {
      if (topic.name === null) continue;
      const known = this.#byName.get(topic.name);
      if (topic.errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) {
        if (known !== undefined) {
          this.#drop(known);
          changed.push({ ...known.metadata, partitions: [] });
        }
        continue;
      }
      if (topic.errorCode !== ErrorCode.NONE) continue;
      const merged = merge(topic.name, topic, known?.metadata);
      if (known !== undefined && isSame(known.metadata, merged)) {
        known.isStale = false;
        continue;
      }
      this.#put(known, merged);
      changed.push(merged);
    }
    return changed;
  }

  /** Takes a newer leader that came with a refusal (KIP-951). Returns the topic when that is news. */
  applyLeader(name: string, partition: number, leaderId: number, leaderEpoch: number): TopicMetadata | undefined {
    const known = this.#byName.get(name);
    const current = known?.metadata.partitions[partition];
    if (known === undefined || current === undefined || leaderEpoch <= current.leaderEpoch) return undefined;
    const partitions = known.metadata.partitions.with(partition, {
      ...current,
      leaderId,
      leaderEpoch,
      errorCode: ErrorCode.NONE,
    });
    const metadata = { ...known.metadata, partitions };
    known.metadata = metadata;
    return metadata;
  }

  #put(known: Entry | undefined, metadata: TopicMetadata): void {
    if (known !== undefined) this.#byId.delete(known.metadata.topicId);
    const entry = known ?? { metadata, isWanted: false, isUsed: false, isStale: false };
    entry.metadata = metadata;
    entry.isStale = false;
    this.#byName.set(metadata.name, entry);
    if (metadata.topicId !== ZERO_UUID) this.#byId.set(metadata.topicId, entry);
  }

  #drop({ metadata }: Entry): void {
    this.#byName.delete(metadata.name);
    this.#byId.delete(metadata.topicId);
  }
}

function use(entry: Entry | undefined): TopicMetadata | undefined {
  if (entry === undefined) return undefined;
  entry.isWanted = true;
  entry.isUsed = true;
  return entry.metadata;
}

function merge(name: string, topic: MetadataResponseTopic, known: TopicMetadata | undefined): TopicMetadata {
  const before = known?.topicId === topic.topicId ? known.partitions : [];
  const count = topic.partitions.reduce((max, { partitionIndex }) => Math.max(max, partitionIndex + 1), 0);
  const partitions: PartitionMetadata[] = [];
  for (let partition = 0; partition < count; partition++)
    partitions.push(before[partition] ?? unknownPartition(partition));
  for (const each of topic.partitions) {
    const old = before[each.partitionIndex];
    if (old !== undefined && each.leaderEpoch >= 0 && each.leaderEpoch < old.leaderEpoch) continue;
    partitions[each.partitionIndex] = {
      partition: each.partitionIndex,
      leaderId: each.leaderId,
      leaderEpoch: each.leaderEpoch,
      replicas: each.replicaNodes,
      inSyncReplicas: each.isrNodes,
      errorCode: each.errorCode,
    };
  }
  return { name, topicId: topic.topicId, isInternal: topic.isInternal, partitions };
}

/** Of a partition that an answer left out. */
function unknownPartition(partition: number): PartitionMetadata {
  return {
    partition,
    leaderId: -1,
    leaderEpoch: -1,
    replicas: [],
    inSyncReplicas: [],
    errorCode: ErrorCode.LEADER_NOT_AVAILABLE,
  };
}

function isSame(a: TopicMetadata, b: TopicMetadata): boolean {
  return (
    a.topicId === b.topicId &&
    a.isInternal === b.isInternal &&
    a.partitions.length === b.partitions.length &&
    a.partitions.every((partition, index) => {
      const other = b.partitions[index];
      return (
        other !== undefined &&
        partition.leaderId === other.leaderId &&
        partition.leaderEpoch === other.leaderEpoch &&
        partition.errorCode === other.errorCode &&
        isSameList(partition.replicas, other.replicas) &&
        isSameList(partition.inSyncReplicas, other.inSyncReplicas)
      );
    })
  );
}

function isSameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}
