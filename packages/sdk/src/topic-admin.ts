/**
 * Topic operations for command line and tests: one call per operation, errors as thrown KafkaErrors that carry Kafka's code.
 */
import { ErrorCode } from '@millrace/protocol';
import {
  createCreateTopicsRequest,
  createCreateTopicsRequestCreatableTopic,
  createTopicsRequest,
  createTopicsResponse,
} from '@millrace/protocol/messages/19-create-topics';
import {
  createDeleteTopicsRequest,
  createDeleteTopicsRequestDeleteTopicState,
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '@millrace/protocol/messages/20-delete-topics';
import {
  createDescribeConfigsRequest,
  describeConfigsRequest,
  describeConfigsResponse,
} from '@millrace/protocol/messages/32-describe-configs';
import {
  createCreatePartitionsRequest,
  createPartitionsRequest,
  createPartitionsResponse,
} from '@millrace/protocol/messages/37-create-partitions';
import {
  createIncrementalAlterConfigsRequest,
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '@millrace/protocol/messages/44-incremental-alter-configs';
import {
  createMetadataRequest,
  createMetadataRequestTopic,
  metadataRequest,
  metadataResponse,
  type MetadataResponse,
} from '@millrace/protocol/messages/03-metadata';
import { Cluster, type ClusterOptions } from './cluster/cluster.ts';
import { brokerError } from './error.ts';

const TOPIC_RESOURCE = 2;
const DYNAMIC_TOPIC_SOURCE = 1;
const OPERATION_SET = 0;
const OPERATION_DELETE = 1;
const TIMEOUT_MS = 15_000;
/** Before it, DeleteTopics took names alone. */
const DELETE_TOPICS_BY_STATE_VERSION = 6;

export interface TopicListing {
  readonly name: string;
  readonly topicId: string;
  readonly isInternal: boolean;
  readonly partitionCount: number;
  readonly replicationFactor: number;
}

export interface PartitionDescription {
  readonly partition: number;
  /** −1 while no broker serves it. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
}

export interface TopicDescription extends TopicListing {
  readonly partitions: readonly PartitionDescription[];
  /** Settings of the topic itself, without defaults. */
  readonly configs: ReadonlyMap<string, string>;
}

export interface CreateTopicOptions {
  /** Default: the broker's `num.partitions`. */
  readonly partitions?: number;
  /** Default: the broker's `default.replication.factor`. */
  readonly replicationFactor?: number;
  readonly configs?: ReadonlyMap<string, string>;
  /** Check only. */
  readonly validateOnly?: boolean;
}

export class TopicAdmin implements AsyncDisposable {
  readonly #cluster: Cluster;

  constructor(options: ClusterOptions) {
    this.#cluster = new Cluster(options);
  }

  /** Every topic, by name; internal ones only when asked for. */
  async listTopics(options: { readonly internal?: boolean } = {}): Promise<TopicListing[]> {
    const { topics } = await this.#fetchMetadata(null);
    return topics
      .filter((topic) => options.internal === true || !topic.isInternal)
      .map((topic) => ({
        name: topic.name ?? '',
        topicId: topic.topicId,
        isInternal: topic.isInternal,
        partitionCount: topic.partitions.length,
        replicationFactor: topic.partitions[0]?.replicaNodes.length ?? 0,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async describeTopic(name: string): Promise<TopicDescription> {
    const { topics } = await this.#fetchMetadata([name]);
    const topic = topics[0];
    if (topic === undefined || topic.errorCode !== ErrorCode.NONE) {
      const errorCode = topic?.errorCode ?? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      // Metadata answers carry no words.
      const words = errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION ? `there is no topic "${name}"` : undefined;
      throw brokerError(`describing topic "${name}"`, errorCode, words);
    }
    return {
      name,
      topicId: topic.topicId,
      isInternal: topic.isInternal,
      partitionCount: topic.partitions.length,
      replicationFactor: topic.partitions[0]?.replicaNodes.length ?? 0,
      partitions: topic.partitions
        .map((partition) => ({
          partition: partition.partitionIndex,
          leader: partition.leaderId,
          leaderEpoch: partition.leaderEpoch,
          replicas: partition.replicaNodes,
          inSyncReplicas: partition.isrNodes,
        }))
        .sort((a, b) => a.partition - b.partition),
      configs: await this.#ownConfigs(name),
    };
  }

  /** Returns the new topic's id. */
  async createTopic(name: string, options: CreateTopicOptions = {}): Promise<string> {
    const configs = [...(options.configs ?? [])].map(([key, value]) => ({ name: key, value }));
    const { response } = await this.#cluster.sendToController(
      { request: createTopicsRequest, response: createTopicsResponse },
      createCreateTopicsRequest({
        topics: [
          createCreateTopicsRequestCreatableTopic({
            name,
            numPartitions: options.partitions ?? -1,
            replicationFactor: options.replicationFactor ?? -1,
            configs,
          }),
        ],
        timeoutMs: TIMEOUT_MS,
        validateOnly: options.validateOnly ?? false,
      }),
    );
    const result = response.topics[0];
    const errorCode = result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
    if (result === undefined || errorCode !== ErrorCode.NONE) {
      throw brokerError(`creating topic "${name}"`, errorCode, result?.errorMessage);
    }
    return result.topicId;
  }

  async deleteTopic(name: string): Promise<void> {
    const { response } = await this.#cluster.sendToController(
      { request: deleteTopicsRequest, response: deleteTopicsResponse },
      (version) =>
        createDeleteTopicsRequest({
          ...(version >= DELETE_TOPICS_BY_STATE_VERSION
            ? { topics: [createDeleteTopicsRequestDeleteTopicState({ name })] }
            : { topicNames: [name] }),
          timeoutMs: TIMEOUT_MS,
        }),
    );
    const result = response.responses[0];
    if (result?.errorCode !== ErrorCode.NONE) {
      throw brokerError(
        `deleting topic "${name}"`,
        result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR,
        result?.errorMessage,
      );
    }
  }

  /** Raises the number of partitions to `totalCount`. */
  async setPartitionCount(name: string, totalCount: number): Promise<void> {
    const { response } = await this.#cluster.sendToController(
      { request: createPartitionsRequest, response: createPartitionsResponse },
      createCreatePartitionsRequest({
        topics: [{ name, count: totalCount, assignments: null }],
        timeoutMs: TIMEOUT_MS,
        validateOnly: false,
      }),
    );
    const result = response.results[0];
    if (result?.errorCode !== ErrorCode.NONE) {
      const what = `setting topic "${name}" to ${String(totalCount)} partitions`;
      throw brokerError(what, result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR, result?.errorMessage);
    }
  }

  /** Sets (text) or removes (null) settings of the topic, all or none. */
  async alterConfigs(name: string, changes: ReadonlyMap<string, string | null>): Promise<void> {
    const configs = [...changes].map(([key, value]) => ({
      name: key,
      configOperation: value === null ? OPERATION_DELETE : OPERATION_SET,
      value,
    }));
    const { response } = await this.#cluster.sendToController(
      { request: incrementalAlterConfigsRequest, response: incrementalAlterConfigsResponse },
      createIncrementalAlterConfigsRequest({
        resources: [{ resourceType: TOPIC_RESOURCE, resourceName: name, configs }],
        validateOnly: false,
      }),
    );
    const result = response.responses[0];
    if (result?.errorCode !== ErrorCode.NONE) {
      const what = `changing settings of topic "${name}"`;
      throw brokerError(what, result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR, result?.errorMessage);
    }
  }

  close(): void {
    void this.#cluster.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  async #fetchMetadata(topicNames: readonly string[] | null): Promise<MetadataResponse> {
    const topics = topicNames?.map((name) => createMetadataRequestTopic({ name })) ?? null;
    const { response } = await this.#cluster.sendToAny(
      { request: metadataRequest, response: metadataResponse },
      createMetadataRequest({ topics, allowAutoTopicCreation: false }),
    );
    return response;
  }

  async #ownConfigs(name: string): Promise<Map<string, string>> {
    const { response } = await this.#cluster.sendToAny(
      { request: describeConfigsRequest, response: describeConfigsResponse },
      createDescribeConfigsRequest({
        resources: [{ resourceType: TOPIC_RESOURCE, resourceName: name, configurationKeys: null }],
      }),
    );
    const result = response.results[0];
    if (result?.errorCode !== ErrorCode.NONE) {
      const what = `reading settings of topic "${name}"`;
      throw brokerError(what, result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR, result?.errorMessage);
    }
    const own = result.configs.filter((config) => config.configSource === DYNAMIC_TOPIC_SOURCE);
    return new Map(own.map((config) => [config.name, config.value ?? '']));
  }
}
