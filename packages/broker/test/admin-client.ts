/** Admin requests over one connection, as short as tests want them. */
import { ZERO_UUID } from '@millrace/base';
import {
  createCreateTopicsRequest,
  createCreateTopicsRequestCreatableTopic,
  createTopicsRequest,
  createTopicsResponse,
  type CreateTopicsRequest,
  type CreateTopicsResponse,
} from '@millrace/protocol/messages/19-create-topics';
import {
  createDeleteTopicsRequest,
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '@millrace/protocol/messages/20-delete-topics';
import {
  createDeleteRecordsRequest,
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '@millrace/protocol/messages/21-delete-records';
import {
  createDescribeConfigsRequest,
  describeConfigsRequest,
  describeConfigsResponse,
  type DescribeConfigsResponse,
} from '@millrace/protocol/messages/32-describe-configs';
import {
  alterConfigsRequest,
  alterConfigsResponse,
  createAlterConfigsRequest,
} from '@millrace/protocol/messages/33-alter-configs';
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
import type { WireClient } from '@millrace/testing';

export const TOPIC = 2;
export const BROKER = 4;
export const SET = 0;
export const DELETE = 1;
export const APPEND = 2;
export const SUBTRACT = 3;

type AskedTopic = Partial<CreateTopicsRequest['topics'][number]>;
type CreatedTopicResult = CreateTopicsResponse['topics'][number];
type Operation = readonly [name: string, operation: number, value: string | null];
type Entry = DescribeConfigsResponse['results'][number]['configs'][number];

export class AdminClient {
  readonly #client: WireClient;

  constructor(client: WireClient) {
    this.#client = client;
  }

  async createTopics(
    topics: readonly AskedTopic[],
    options: { readonly version?: number; readonly validateOnly?: boolean } = {},
  ): Promise<readonly CreatedTopicResult[]> {
    const request = createCreateTopicsRequest({
      topics: topics.map((topic) =>
        createCreateTopicsRequestCreatableTopic({ numPartitions: -1, replicationFactor: -1, ...topic }),
      ),
      timeoutMs: 5_000,
      validateOnly: options.validateOnly ?? false,
    });
    const { version = 7 } = options;
    return (await this.#client.call(createTopicsRequest, createTopicsResponse, version, request)).topics;
  }

  async createTopic(topic: AskedTopic, options: Parameters<AdminClient['createTopics']>[1] = {}) {
    const [result] = await this.createTopics([topic], options);
    if (result === undefined) throw new Error('no answer for the topic');
    return result;
  }

  /** Error codes by topic, in the order of the answer. */
  async deleteTopics(names: readonly (string | { readonly id: string })[], version = 6): Promise<number[]> {
    const topics = names.map((name) =>
      typeof name === 'string' ? { name, topicId: ZERO_UUID } : { name: null, topicId: name.id },
    );
    const request =
      version >= 6
        ? createDeleteTopicsRequest({ topics, timeoutMs: 5_000 })
        : createDeleteTopicsRequest({ topicNames: names.map(String), timeoutMs: 5_000 });
    const { responses } = await this.#client.call(deleteTopicsRequest, deleteTopicsResponse, version, request);
    return responses.map(({ errorCode }) => errorCode);
  }

  /** Low watermark, or "error N". */
  async deleteRecords(name: string, partitionIndex: number, offset: number): Promise<number | string> {
    const topics = [{ name, partitions: [{ partitionIndex, offset: BigInt(offset) }] }];
    const request = createDeleteRecordsRequest({ topics, timeoutMs: 5_000 });
    const response = await this.#client.call(deleteRecordsRequest, deleteRecordsResponse, 2, request);
    const result = response.topics[0]?.partitions[0];
    if (result === undefined) throw new Error('no answer for the partition');
    return result.errorCode === 0 ? Number(result.lowWatermark) : `error ${result.errorCode}`;
  }

  async createPartitions(
    topics: readonly { readonly name: string; readonly count: number; readonly assignments?: readonly number[][] }[],
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<number[]> {
    const request = createCreatePartitionsRequest({
      topics: topics.map(({ name, count, assignments }) => ({
        name,
        count,
        assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
      })),
      timeoutMs: 5_000,
      validateOnly: options.validateOnly ?? false,
    });
    const { results } = await this.#client.call(createPartitionsRequest, createPartitionsResponse, 3, request);
    return results.map(({ errorCode }) => errorCode);
  }

  /** Entries by name, or "error N". */
  async describeConfigs(
    resourceType: number,
    resourceName: string,
    configurationKeys: readonly string[] | null = null,
  ): Promise<ReadonlyMap<string, Entry> | string> {
    const resources = [{ resourceType, resourceName, configurationKeys }];
    const request = createDescribeConfigsRequest({ resources, includeSynonyms: true, includeDocumentation: true });
    const { results } = await this.#client.call(describeConfigsRequest, describeConfigsResponse, 4, request);
    const [result] = results;
    if (result === undefined) throw new Error('no answer for the resource');
    if (result.errorCode !== 0) return `error ${result.errorCode}`;
    return new Map(result.configs.map((entry) => [entry.name, entry]));
  }

  async describeConfig(resourceType: number, resourceName: string, key: string): Promise<Entry> {
    const entries = await this.describeConfigs(resourceType, resourceName, [key]);
    const entry = typeof entries === 'string' ? undefined : entries.get(key);
    if (entry === undefined) throw new Error(`${resourceName} shows no ${key}: ${JSON.stringify(entries)}`);
    return entry;
  }

  async alterConfigs(
    resourceType: number,
    resourceName: string,
    configs: Readonly<Record<string, string>>,
  ): Promise<number> {
    const entries = Object.entries(configs).map(([name, value]) => ({ name, value }));
    const request = createAlterConfigsRequest({ resources: [{ resourceType, resourceName, configs: entries }] });
    const { responses } = await this.#client.call(alterConfigsRequest, alterConfigsResponse, 2, request);
    return responses[0]?.errorCode ?? Number.NaN;
  }

  /** Error codes by resource. */
  async incrementalAlterConfigs(
    resources: readonly { readonly type: number; readonly name: string; readonly operations: readonly Operation[] }[],
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<number[]> {
    const request = createIncrementalAlterConfigsRequest({
      resources: resources.map(({ type, name, operations }) => ({
        resourceType: type,
        resourceName: name,
        configs: operations.map(([key, configOperation, value]) => ({ name: key, configOperation, value })),
      })),
      validateOnly: options.validateOnly ?? false,
    });
    const { responses } = await this.#client.call(
      incrementalAlterConfigsRequest,
      incrementalAlterConfigsResponse,
      1,
      request,
    );
    return responses.map(({ errorCode }) => errorCode);
  }

  /** Alters one resource, and fails when that is refused. */
  async alter(type: number, name: string, ...operations: readonly Operation[]): Promise<void> {
    const [errorCode] = await this.incrementalAlterConfigs([{ type, name, operations }]);
    if (errorCode !== 0) throw new Error(`altering ${name} was refused with ${errorCode}`);
  }
}
