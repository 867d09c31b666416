/** Changing topics: create, delete by name or id, add partitions, delete records. */
import { ZERO_UUID } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createCreateTopicsRequest,
  createTopicsRequest,
  createTopicsResponse,
  type CreateTopicsRequestCreatableTopic,
} from '@millrace/protocol/messages/19-create-topics';
import {
  createDeleteTopicsRequest,
  createDeleteTopicsRequestDeleteTopicState,
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '@millrace/protocol/messages/20-delete-topics';
import {
  createCreatePartitionsRequest,
  createPartitionsRequest,
  createPartitionsResponse,
} from '@millrace/protocol/messages/37-create-partitions';
import { brokerError, KafkaError } from '../error.ts';
import type { AdminCall, CallOptions } from './admin-call.ts';
import type { Outcome } from './outcome.ts';
import { forEachItem, outcomesOf, type Verdict } from './per-item.ts';

export interface NewTopic {
  readonly name: string;
  /** From 1; default: the cluster's `num.partitions`. Not together with `assignments`. */
  readonly partitions?: number;
  /** From 1 to 32,767; default: the cluster's `default.replication.factor`. Not together with `assignments`. */
  readonly replicationFactor?: number;
  /** Broker ids of the replicas, by partition; the first of each leads. */
  readonly assignments?: readonly (readonly number[])[];
  readonly configs?: Readonly<Record<string, string | null>>;
}

export interface ChangeOptions extends CallOptions {
  /** Only check whether it would be done. Default false. */
  readonly validateOnly?: boolean;
}

export interface CreatedTopic {
  /** The zero id where the cluster does not tell (before Kafka 2.8). */
  readonly topicId: string;
  /** −1 where the cluster does not tell (before Kafka 2.4). */
  readonly partitionCount: number;
  readonly replicationFactor: number;
  /** All settings with their values; undefined where the cluster or its rules of access do not tell. */
  readonly configs?: Readonly<Record<string, string | null>>;
}

/** A topic by name or by id. */
export type TopicRef =
  { readonly name: string; readonly topicId?: undefined } | { readonly topicId: string; readonly name?: undefined };

export interface PartitionsToCreate {
  readonly name: string;
  /** Number of partitions afterwards; it can only grow. */
  readonly totalCount: number;
  /** Broker ids of the replicas of each new partition. Default: the cluster chooses. */
  readonly assignments?: readonly (readonly number[])[];
}

/** From it on topics are deleted by state: name or id. */
const DELETE_BY_STATE_VERSION = 6;

export async function createTopics(
  call: AdminCall,
  topics: readonly NewTopic[],
  { validateOnly = false }: ChangeOptions,
): Promise<Outcome<{ readonly name: string }, CreatedTopic>[]> {
  const verdicts = await forEachItem(call, topics, {
    what: 'creating topics',
    locate: () => 'controller',
    ask: async (target, asked) => {
      const request = createCreateTopicsRequest({
        topics: asked.map(toCreatable),
        timeoutMs: call.brokerWaitMs,
        validateOnly,
      });
      const response = await target.send({ request: createTopicsRequest, response: createTopicsResponse }, request);
      const results = new Map(response.topics.map((result) => [result.name, result]));
      return asked.map(({ name }): Verdict<CreatedTopic> => {
        const result = results.get(name);
        const errorCode = result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
        if (result === undefined || errorCode !== ErrorCode.NONE) {
          return { error: brokerError(`creating topic "${name}"`, errorCode, result?.errorMessage) };
        }
        const { topicId, numPartitions: partitionCount, replicationFactor, configs } = result;
        const known = configs === null || configs.length === 0 ? undefined : configs;
        return {
          value: {
            topicId,
            partitionCount,
            replicationFactor,
            ...(known && { configs: Object.fromEntries(known.map((config) => [config.name, config.value])) }),
          },
        };
      });
    },
  });
  return outcomesOf(topics, verdicts, ({ name }) => ({ name }));
}

export async function deleteTopics(
  call: AdminCall,
  topics: readonly (string | TopicRef)[],
): Promise<Outcome<TopicRef, { readonly name: string }>[]> {
  const refs = topics.map((topic): TopicRef => (typeof topic === 'string' ? { name: topic } : topic));
  const verdicts = await forEachItem(call, refs, {
    what: 'deleting topics',
    locate: () => 'controller',
    ask: async (target, asked) => {
      const response = await target.send(
        { request: deleteTopicsRequest, response: deleteTopicsResponse },
        (version) => {
          const timeoutMs = call.brokerWaitMs;
          if (version >= DELETE_BY_STATE_VERSION) {
            return createDeleteTopicsRequest({
              topics: asked.map(({ name = null, topicId = ZERO_UUID }) =>
                createDeleteTopicsRequestDeleteTopicState({ name, topicId }),
              ),
              timeoutMs,
            });
          }
          return createDeleteTopicsRequest({ topicNames: asked.map(nameOnly), timeoutMs });
        },
      );
      const byName = new Map(response.responses.map((result) => [result.name, result]));
      const byId = new Map(response.responses.map((result) => [result.topicId, result]));
      return asked.map((ref): Verdict<{ readonly name: string }> => {
        const result = ref.name === undefined ? byId.get(ref.topicId) : byName.get(ref.name);
        if (result?.errorCode === ErrorCode.NONE) return { value: { name: result.name ?? ref.name ?? '' } };
        const errorCode = result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
        const label = ref.name ?? ref.topicId;
        return { error: brokerError(`deleting topic "${label}"`, errorCode, result?.errorMessage) };
      });
    },
  });
  return outcomesOf(refs, verdicts, (ref) => ref);
}

export async function createPartitions(
  call: AdminCall,
  topics: readonly PartitionsToCreate[],
  { validateOnly = false }: ChangeOptions,
): Promise<Outcome<{ readonly name: string }>[]> {
  const verdicts = await forEachItem(call, topics, {
    what: 'creating partitions',
    locate: () => 'controller',
    ask: async (target, asked) => {
      const request = createCreatePartitionsRequest({
        topics: asked.map(({ name, totalCount, assignments }) => ({
          name,
          count: totalCount,
          assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
        })),
        timeoutMs: call.brokerWaitMs,
        validateOnly,
      });
      const response = await target.send(
        { request: createPartitionsRequest, response: createPartitionsResponse },
        request,
      );
      const results = new Map(response.results.map((result) => [result.name, result]));
      return asked.map(({ name, totalCount }): Verdict<object> => {
        const result = results.get(name);
        if (result?.errorCode === ErrorCode.NONE) return { value: {} };
        const what = `setting topic "${name}" to ${String(totalCount)} partitions`;
        const errorCode = result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
        return { error: brokerError(what, errorCode, result?.errorMessage) };
      });
    },
  });
  return outcomesOf(topics, verdicts, ({ name }) => ({ name }));
}

function toCreatable(topic: NewTopic): CreateTopicsRequestCreatableTopic {
  const assignments = topic.assignments ?? [];
  return {
    name: topic.name,
    numPartitions: topic.partitions ?? -1,
    replicationFactor: topic.replicationFactor ?? -1,
    assignments: assignments.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
    configs: Object.entries(topic.configs ?? {}).map(([name, value]) => ({ name, value })),
  };
}

function nameOnly(ref: TopicRef): string {
  if (ref.name !== undefined) return ref.name;
  throw new KafkaError('MILLRACE_CLIENT_UNSUPPORTED_API', 'this cluster is too old to delete topics by id: give names');
}
