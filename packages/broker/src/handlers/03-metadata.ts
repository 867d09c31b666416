/**
 * Metadata 0–13: brokers, topics, and who leads which partition.
 *
 * v0: an empty list means all topics; v1+: null does, and an empty list means none. v4+: the client says whether topics may be
 * created. v5+: offline replicas. v7+: leader epochs. v8+: authorized operations on request. v10+: topic ids in the answer.
 * v12+: topics by id. v13+: a top-level error, which Apache Kafka never sets either.
 * Auto-creation: the first answer is UNKNOWN_TOPIC_OR_PARTITION, a later one has the topic; internal topics are not made this way.
 * Pinned by test/03-metadata.itest.ts.
 */
import { ZERO_UUID } from '@millrace/base';
import type { ClusterSnapshot, TopicMetadata } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import {
  createMetadataResponse,
  metadataRequest,
  metadataResponse,
  type MetadataRequest,
  type MetadataResponse,
} from '@millrace/protocol/messages/03-metadata';
import { controllerId, endpointsOf } from '../partitions/endpoints.ts';
import {
  CLUSTER_OPERATIONS,
  OPERATIONS_OMITTED,
  TOPIC_OPERATIONS,
  viewPartition,
  type PartitionView,
} from '../partitions/partition-view.ts';
import { isInternalTopicName, topicNameProblem } from '../partitions/topic-names.ts';
import { defineHandler, type RequestContext } from './handler.ts';

/** First version in which null, not an empty list, means all topics. */
const NULL_MEANS_ALL_VERSION = 1;
const LISTENER_ERRORS_VERSION = 6;
const TOPIC_ID_VERSION = 12;

type Topic = MetadataResponse['topics'][number];
type AskedTopic = NonNullable<MetadataRequest['topics']>[number];

export const metadataHandler = defineHandler<MetadataRequest, MetadataResponse>({
  request: metadataRequest,
  response: metadataResponse,
  minVersion: 0,
  maxVersion: 13,
  handle(context, request) {
    const snapshot = context.services.metaStore.snapshot();
    const brokers = endpointsOf(snapshot, context.connection.listenerName);
    const listed = new Set(brokers.map(({ nodeId }) => nodeId));
    const view = new TopicViews(context, snapshot, listed, request.includeTopicAuthorizedOperations);
    const isForAll =
      request.topics === null || (context.apiVersion < NULL_MEANS_ALL_VERSION && request.topics.length === 0);
    const topics = isForAll
      ? Array.from(snapshot.topicsByName.values(), (topic) => view.of(topic))
      : askedTopics(context, request, snapshot, view);
    return createMetadataResponse({
      brokers,
      clusterId: snapshot.clusterId,
      controllerId: controllerId(snapshot),
      topics,
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? CLUSTER_OPERATIONS : OPERATIONS_OMITTED,
    });
  },
  failure: (request, errorCode, version) =>
    createMetadataResponse({
      topics: (request.topics ?? []).map((asked) => unknownTopic(asked, errorCode, version)),
    }),
});

function askedTopics(
  context: RequestContext,
  request: MetadataRequest,
  snapshot: ClusterSnapshot,
  views: TopicViews,
): Topic[] {
  const { apiVersion, services } = context;
  const answered = new Set<string>();
  const topics: Topic[] = [];
  for (const asked of request.topics ?? []) {
    const isById = asked.name === null || asked.topicId !== ZERO_UUID;
    const key = isById ? `id:${asked.topicId}` : `name:${asked.name}`;
    if (answered.has(key)) continue;
    answered.add(key);
    if (isById && apiVersion < TOPIC_ID_VERSION) {
      topics.push(unknownTopic(asked, ErrorCode.INVALID_REQUEST, apiVersion));
      continue;
    }
    const topic = isById ? snapshot.topicsById.get(asked.topicId) : snapshot.topicsByName.get(asked.name ?? '');
    if (topic !== undefined) topics.push(views.of(topic));
    else if (isById) topics.push(unknownTopic(asked, ErrorCode.UNKNOWN_TOPIC_ID, apiVersion));
    else topics.push(missingTopic(asked, asked.name ?? '', request, apiVersion, services));
  }
  return topics;
}

/** A name that nobody has yet: invalid, or about to be created, or unknown. */
function missingTopic(
  asked: AskedTopic,
  name: string,
  request: MetadataRequest,
  apiVersion: number,
  { config, topics }: RequestContext['services'],
): Topic {
  if (topicNameProblem(name) !== undefined) return unknownTopic(asked, ErrorCode.INVALID_TOPIC_EXCEPTION, apiVersion);
  if (request.allowAutoTopicCreation && config.autoCreateTopicsEnable && !isInternalTopicName(name)) {
    topics.autoCreate(name);
  }
  return unknownTopic(asked, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, apiVersion);
}

class TopicViews {
  readonly #snapshot: ClusterSnapshot;
  readonly #isListed: (nodeId: number) => boolean;
  readonly #hasListenerErrors: boolean;
  readonly #operations: number;

  constructor(
    { apiVersion }: RequestContext,
    snapshot: ClusterSnapshot,
    listed: ReadonlySet<number>,
    includeOperations: boolean,
  ) {
    this.#snapshot = snapshot;
    this.#isListed = (nodeId) => listed.has(nodeId);
    this.#hasListenerErrors = apiVersion >= LISTENER_ERRORS_VERSION;
    this.#operations = includeOperations ? TOPIC_OPERATIONS : OPERATIONS_OMITTED;
  }

  of(topic: TopicMetadata): Topic {
    return {
      errorCode: ErrorCode.NONE,
      name: topic.name,
      topicId: topic.topicId,
      isInternal: topic.isInternal,
      partitions: topic.partitions.map((ownership) =>
        this.#forVersion(viewPartition(this.#snapshot, topic, ownership, this.#isListed)),
      ),
      topicAuthorizedOperations: this.#operations,
    };
  }

  /** Old clients know no LISTENER_NOT_FOUND. */
  #forVersion(partition: PartitionView): PartitionView {
    if (partition.errorCode !== ErrorCode.LISTENER_NOT_FOUND || this.#hasListenerErrors) return partition;
    return { ...partition, errorCode: ErrorCode.LEADER_NOT_AVAILABLE };
  }
}

function unknownTopic(asked: AskedTopic, errorCode: number, version: number): Topic {
  return {
    errorCode,
    // Versions below 12 have no null for a name.
    name: asked.name ?? (version >= TOPIC_ID_VERSION ? null : ''),
    topicId: asked.topicId,
    isInternal: asked.name !== null && isInternalTopicName(asked.name),
    partitions: [],
    topicAuthorizedOperations: OPERATIONS_OMITTED,
  };
}
