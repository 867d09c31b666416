/**
 * The writes of a MetaStore as decisions over a draft: each checks its condition first and changes the draft only when it holds,
 * so that a refused write leaves no trace and several writes can share one commit. Pure; every adapter uses these.
 */
import { assert } from '@millrace/base';
import { configKey, type ClusterDraft, type StoredChange } from './cluster-draft.ts';
import { metadataError } from './metadata-error.ts';
import {
  ConfigResourceType,
  type BrokerRegistration,
  type ConfigResource,
  type NewTopic,
  type PartitionOwnership,
  type ProducerIdBlock,
  type TopicMetadata,
} from './meta-store.ts';

export function createTopic(draft: ClusterDraft, topic: NewTopic): TopicMetadata {
  assert(topic.owners.length > 0, `topic ${topic.name} has no partition`);
  const existing = draft.topicsByName.get(topic.name);
  if (existing !== undefined) {
    throw metadataError('MILLRACE_METADATA_TOPIC_EXISTS', `topic "${topic.name}" exists already`, {
      details: { topic: topic.name, topicId: existing.topicId },
    });
  }
  if (draft.topicsById.has(topic.topicId)) {
    throw metadataError('MILLRACE_METADATA_CONFLICT', `topic id ${topic.topicId} is taken by another topic`, {
      details: { topicId: topic.topicId },
    });
  }
  const created: TopicMetadata = {
    name: topic.name,
    topicId: topic.topicId,
    isInternal: topic.isInternal,
    partitions: topic.owners.map((owner, partition) => ({ partition, owner, leaderEpoch: 0 })),
    replicationFactor: topic.replicationFactor,
    configs: new Map(topic.configs),
  };
  const { name, topicId, isInternal, replicationFactor } = created;
  draft.putTopic(created, [
    { kind: 'topic-put', name, topicId, isInternal, replicationFactor },
    ...created.partitions.map((ownership) => partitionPut(created.topicId, ownership)),
    ...[...created.configs].map(([key, value]): StoredChange => {
      return { kind: 'config-put', type: ConfigResourceType.topic, name: created.topicId, key, value };
    }),
  ]);
  return created;
}

export function deleteTopic(draft: ClusterDraft, topicId: string): void {
  draft.removeTopic(requireTopic(draft, topicId));
}

export function addPartitions(
  draft: ClusterDraft,
  topicId: string,
  expectedCount: number,
  owners: readonly number[],
): TopicMetadata {
  const topic = requireTopic(draft, topicId);
  if (topic.partitions.length !== expectedCount) {
    throw metadataError(
      'MILLRACE_METADATA_CONFLICT',
      `topic "${topic.name}" has ${topic.partitions.length} partitions, not ${expectedCount}: look again and retry`,
      { details: { topic: topic.name, expectedCount, actualCount: topic.partitions.length } },
    );
  }
  if (owners.length === 0) return topic;
  const added = owners.map((owner, index) => ({ partition: expectedCount + index, owner, leaderEpoch: 0 }));
  const grown: TopicMetadata = { ...topic, partitions: [...topic.partitions, ...added] };
  draft.putTopic(
    grown,
    added.map((ownership) => partitionPut(topicId, ownership)),
  );
  return grown;
}

export function alterConfigs(
  draft: ClusterDraft,
  resource: ConfigResource,
  changes: ReadonlyMap<string, string | null>,
): void {
  const topic = resource.type === ConfigResourceType.topic ? requireTopicNamed(draft, resource.name) : undefined;
  const current = topic?.configs ?? draft.configs.get(configKey(resource.type, resource.name)) ?? new Map();
  const next = new Map<string, string>(current);
  const stored: StoredChange[] = [];
  for (const [key, value] of changes) {
    if ((current.get(key) ?? null) === value) continue;
    if (value === null) next.delete(key);
    else next.set(key, value);
    stored.push({ kind: 'config-put', type: resource.type, name: topic?.topicId ?? resource.name, key, value });
  }
  if (stored.length === 0) return;
  if (topic === undefined) draft.putConfigs(resource.type, resource.name, next, stored);
  else draft.putTopic({ ...topic, configs: next }, stored);
}

export function registerBroker(draft: ClusterDraft, registration: BrokerRegistration): void {
  draft.putBroker({ ...registration, listeners: registration.listeners.map((listener) => ({ ...listener })) });
}

export function unregisterBroker(draft: ClusterDraft, nodeId: number, incarnation: string): void {
  if (draft.brokers.get(nodeId)?.incarnation === incarnation) draft.removeBroker(nodeId);
}

export function acquirePartition(
  draft: ClusterDraft,
  topicId: string,
  partition: number,
  owner: number,
  expectedEpoch: number,
): PartitionOwnership {
  const topic = requireTopic(draft, topicId);
  const current = topic.partitions[partition];
  if (current === undefined) {
    throw metadataError(
      'MILLRACE_METADATA_UNKNOWN_TOPIC',
      `topic "${topic.name}" has ${topic.partitions.length} partitions, no partition ${partition}`,
      { details: { topicId, partition } },
    );
  }
  if (current.leaderEpoch !== expectedEpoch) {
    throw metadataError(
      'MILLRACE_METADATA_FENCED',
      `${topic.name}-${partition} is at epoch ${current.leaderEpoch} of broker ${current.owner}, not ${expectedEpoch}`,
      { details: { topicId, partition, expectedEpoch, leaderEpoch: current.leaderEpoch, owner: current.owner } },
    );
  }
  const acquired: PartitionOwnership = { partition, owner, leaderEpoch: expectedEpoch + 1 };
  draft.putTopic({ ...topic, partitions: topic.partitions.with(partition, acquired) }, [
    partitionPut(topicId, acquired),
  ]);
  return acquired;
}

export function allocateProducerIds(draft: ClusterDraft, length: number): ProducerIdBlock {
  assert(Number.isSafeInteger(length) && length >= 1, `a block of ${length} producer ids makes no sense`);
  const firstProducerId = draft.nextProducerId;
  assert(Number.isSafeInteger(firstProducerId + length), 'producer ids are used up');
  draft.takeProducerIds(firstProducerId + length);
  return { firstProducerId, length };
}

function partitionPut(topicId: string, ownership: PartitionOwnership): StoredChange {
  return { kind: 'partition-put', topicId, ...ownership };
}

function requireTopic(draft: ClusterDraft, topicId: string): TopicMetadata {
  const topic = draft.topicsById.get(topicId);
  if (topic === undefined) {
    throw metadataError('MILLRACE_METADATA_UNKNOWN_TOPIC', `there is no topic of id ${topicId}`, {
      details: { topicId },
    });
  }
  return topic;
}

function requireTopicNamed(draft: ClusterDraft, name: string): TopicMetadata {
  const topic = draft.topicsByName.get(name);
  if (topic === undefined) {
    throw metadataError('MILLRACE_METADATA_UNKNOWN_TOPIC', `there is no topic "${name}"`, { details: { topic: name } });
  }
  return topic;
}
