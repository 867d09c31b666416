/** Reading topics: list, describe by name page by page (KIP-966), describe by id. */
import { ZERO_UUID } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createMetadataRequest,
  metadataRequest,
  metadataResponse,
  type MetadataResponse,
  type MetadataResponsePartition,
  type MetadataResponseTopic,
} from '@millrace/protocol/messages/03-metadata';
import {
  createDescribeTopicPartitionsRequest,
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
  type DescribeTopicPartitionsResponse,
  type DescribeTopicPartitionsResponsePartition,
  type DescribeTopicPartitionsResponseTopic,
} from '@millrace/protocol/messages/75-describe-topic-partitions';
import { brokerError, KafkaError } from '../error.ts';
import { operationsOf, type AclOperation } from './acl-operation.ts';
import type { AdminCall, CallOptions, Target } from './admin-call.ts';
import type { Outcome } from './outcome.ts';
import { forEachItem, outcomesOf, type Verdict } from './per-item.ts';

export interface ListTopicsOptions extends CallOptions {
  /** Also the cluster's own topics. Default false. */
  readonly internal?: boolean;
}

export interface TopicListing {
  readonly name: string;
  /** Kafka's text form; the zero id where the cluster has no ids (before Kafka 2.8). */
  readonly topicId: string;
  readonly isInternal: boolean;
  readonly partitionCount: number;
  /** Replicas of the first partition. */
  readonly replicationFactor: number;
}

export interface PartitionDescription {
  readonly partition: number;
  /** −1 while no broker leads it. */
  readonly leaderId: number;
  /** −1 when unknown. */
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
  readonly offlineReplicas: readonly number[];
  /** Replicas that may lead although out of sync (KIP-966); undefined where the cluster does not tell. */
  readonly eligibleLeaderReplicas?: readonly number[];
  readonly lastKnownEligibleLeaderReplicas?: readonly number[];
}

export interface TopicDescription extends TopicListing {
  readonly partitions: readonly PartitionDescription[];
  /** What this client may do with the topic; undefined unless asked for. */
  readonly authorizedOperations?: readonly AclOperation[];
}

export interface DescribeTopicsOptions extends CallOptions {
  /** Also tell what this client may do with each topic. Default false. */
  readonly authorizedOperations?: boolean;
  /** Partitions in one answer, for clusters that answer page by page. From 1; default 2,000, as brokers allow unless set otherwise. */
  readonly pagePartitions?: number;
}

const METADATA = { request: metadataRequest, response: metadataResponse };
const PAGES = { request: describeTopicPartitionsRequest, response: describeTopicPartitionsResponse };
const PAGE_PARTITIONS = 2_000;
/** Metadata by topic id (KIP-516). */
const METADATA_BY_ID_VERSION = 12;

export async function listTopics(call: AdminCall, { internal = false }: ListTopicsOptions): Promise<TopicListing[]> {
  const { topics } = await call.once('listing topics', 'any', (target) => fetchMetadata(target, null));
  return topics
    .filter((topic) => topic.name !== null && (internal || !topic.isInternal))
    .map((topic) => listingOf(topic.name ?? '', topic))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function describeTopics(
  call: AdminCall,
  names: readonly string[],
  options: DescribeTopicsOptions,
): Promise<Outcome<{ readonly name: string }, TopicDescription>[]> {
  const verdicts = await forEachItem(call, names, {
    what: 'describing topics',
    locate: () => 'any',
    ask: async (target, asked) => {
      const found = await describedByName(target, asked, options);
      return asked.map(
        (name) => found.get(name) ?? { error: describeError(name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) },
      );
    },
  });
  return outcomesOf(names, verdicts, (name) => ({ name }));
}

export async function describeTopicsById(
  call: AdminCall,
  topicIds: readonly string[],
  { authorizedOperations = false }: DescribeTopicsOptions,
): Promise<Outcome<{ readonly topicId: string }, TopicDescription>[]> {
  const verdicts = await forEachItem(call, topicIds, {
    what: 'describing topics',
    locate: () => 'any',
    ask: async (target, asked) => {
      const { topics } = await target.send(METADATA, (version) => {
        if (version < METADATA_BY_ID_VERSION) {
          throw new KafkaError('MILLRACE_CLIENT_UNSUPPORTED_API', 'this cluster is too old to describe topics by id');
        }
        return createMetadataRequest({
          topics: asked.map((topicId) => ({ topicId, name: null })),
          allowAutoTopicCreation: false,
          includeTopicAuthorizedOperations: authorizedOperations,
        });
      });
      const found = new Map(topics.map((topic) => [topic.topicId, topic]));
      return asked.map((topicId): Verdict<TopicDescription> => {
        const topic = found.get(topicId);
        const errorCode = topic?.errorCode ?? ErrorCode.UNKNOWN_TOPIC_ID;
        if (topic === undefined || errorCode !== ErrorCode.NONE) return { error: describeError(topicId, errorCode) };
        return { value: descriptionOf(topic.name ?? '', topic) };
      });
    },
  });
  return outcomesOf(topicIds, verdicts, (topicId) => ({ topicId }));
}

async function describedByName(
  target: Target,
  names: readonly string[],
  options: DescribeTopicsOptions,
): Promise<Map<string, Verdict<TopicDescription>>> {
  let topics: Map<string, MetadataResponseTopic | DescribeTopicPartitionsResponseTopic>;
  try {
    topics = await fetchPages(target, names, options.pagePartitions ?? PAGE_PARTITIONS);
  } catch (error) {
    if (!(error instanceof KafkaError && error.code === 'MILLRACE_CLIENT_UNSUPPORTED_API')) throw error;
    const metadata = await fetchMetadata(target, names, options.authorizedOperations);
    topics = new Map(metadata.topics.map((topic) => [topic.name ?? '', topic]));
  }
  const verdicts = new Map<string, Verdict<TopicDescription>>();
  for (const [name, topic] of topics) {
    const isThere = topic.errorCode === ErrorCode.NONE;
    const description = descriptionOf(name, topic);
    // Pages tell of operations whether asked or not.
    const { authorizedOperations: _, ...others } = description;
    const value = options.authorizedOperations === true ? description : others;
    verdicts.set(name, isThere ? { value } : { error: describeError(name, topic.errorCode) });
  }
  return verdicts;
}

async function fetchPages(
  target: Target,
  names: readonly string[],
  responsePartitionLimit: number,
): Promise<Map<string, DescribeTopicPartitionsResponseTopic>> {
  const topics = new Map<string, DescribeTopicPartitionsResponseTopic>();
  let left = [...new Set(names)].sort(byBytes);
  let cursor: { readonly topicName: string; readonly partitionIndex: number } | null = null;
  // An empty list would ask for every topic.
  while (left.length > 0) {
    const page: DescribeTopicPartitionsResponse = await target.send(
      PAGES,
      createDescribeTopicPartitionsRequest({ topics: left.map((name) => ({ name })), responsePartitionLimit, cursor }),
    );
    for (const topic of page.topics) {
      const known = topics.get(topic.name ?? '');
      // A topic that begins on one page goes on on the next.
      if (known === undefined) topics.set(topic.name ?? '', topic);
      else topics.set(known.name ?? '', { ...topic, partitions: [...known.partitions, ...topic.partitions] });
    }
    const next = page.nextCursor;
    if (next === null) break;
    if (cursor !== null && next.topicName === cursor.topicName && next.partitionIndex <= cursor.partitionIndex) {
      throw new KafkaError('MILLRACE_CLIENT_BROKER_ERROR', 'describing topics: the broker answers the same page again');
    }
    cursor = next;
    left = left.filter((name) => byBytes(name, next.topicName) >= 0);
  }
  return topics;
}

/** Brokers order topics so. */
function byBytes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function fetchMetadata(
  target: Target,
  names: readonly string[] | null,
  includeTopicAuthorizedOperations = false,
): Promise<MetadataResponse> {
  const topics = names?.map((name) => ({ topicId: ZERO_UUID, name })) ?? null;
  return target.send(
    METADATA,
    createMetadataRequest({ topics, allowAutoTopicCreation: false, includeTopicAuthorizedOperations }),
  );
}

function listingOf(name: string, topic: MetadataResponseTopic | DescribeTopicPartitionsResponseTopic): TopicListing {
  return {
    name,
    topicId: topic.topicId,
    isInternal: topic.isInternal,
    partitionCount: topic.partitions.length,
    replicationFactor: topic.partitions[0]?.replicaNodes.length ?? 0,
  };
}

function descriptionOf(
  name: string,
  topic: MetadataResponseTopic | DescribeTopicPartitionsResponseTopic,
): TopicDescription {
  const operations = operationsOf(topic.topicAuthorizedOperations);
  return {
    ...listingOf(name, topic),
    partitions: topic.partitions.map(partitionOf).sort((a, b) => a.partition - b.partition),
    ...(operations === undefined ? {} : { authorizedOperations: operations }),
  };
}

function partitionOf(
  partition: MetadataResponsePartition | DescribeTopicPartitionsResponsePartition,
): PartitionDescription {
  const eligible = 'eligibleLeaderReplicas' in partition ? partition.eligibleLeaderReplicas : null;
  const lastKnown = 'lastKnownElr' in partition ? partition.lastKnownElr : null;
  return {
    partition: partition.partitionIndex,
    leaderId: partition.leaderId,
    leaderEpoch: partition.leaderEpoch,
    replicas: partition.replicaNodes,
    inSyncReplicas: partition.isrNodes,
    offlineReplicas: partition.offlineReplicas,
    ...(eligible === null ? {} : { eligibleLeaderReplicas: eligible }),
    ...(lastKnown === null ? {} : { lastKnownEligibleLeaderReplicas: lastKnown }),
  };
}

function describeError(name: string, errorCode: number): KafkaError {
  // These answers carry no words.
  const isUnknown = errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || errorCode === ErrorCode.UNKNOWN_TOPIC_ID;
  const words = isUnknown ? `there is no topic "${name}"` : undefined;
  return brokerError(`describing topic "${name}"`, errorCode, words);
}
