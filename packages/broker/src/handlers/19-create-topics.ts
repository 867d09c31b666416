/**
 * CreateTopics 2–7: makes topics, each on its own: one that is refused leaves the others be.
 *
 * v4+: −1 partitions or replicas stand for the broker's defaults (older clients may send it too). v5+: the answer holds the settings in force.
 * v7+: and the topic id. A topic is usable when the answer comes, on this broker; a name that stands twice is refused [42].
 * Differs from Apache Kafka: two names that differ by "." and "_" only collide within a request too; names of internal topics are
 * refused [42] whether or not the broker keeps them. Pinned by test/admin.itest.ts.
 */
import { ZERO_UUID } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createCreateTopicsResponse,
  createTopicsRequest,
  createTopicsResponse,
  type CreateTopicsRequest,
  type CreateTopicsResponse,
} from '@millrace/protocol/messages/19-create-topics';
import { topicConfigEntries } from '../config/describe-configs.ts';
import type { TopicResult } from '../topics/topic-admin.ts';
import { REQUEST_PARTITIONS_MAX } from '../topics/topic-layout.ts';
import { defineHandler, type RequestContext } from './handler.ts';
import { splitRepeated } from './repeated-names.ts';

type Asked = CreateTopicsRequest['topics'][number];
type Result = CreateTopicsResponse['topics'][number];

export const createTopicsHandler = defineHandler<CreateTopicsRequest, CreateTopicsResponse>({
  request: createTopicsRequest,
  response: createTopicsResponse,
  minVersion: 2,
  maxVersion: 7,
  async handle(context, request) {
    const { single, repeated } = splitRepeated(request.topics, ({ name }) => name);
    const refusals = repeated.map((name) =>
      failed(name, ErrorCode.INVALID_REQUEST, 'the topic stands twice in the request'),
    );
    const isTooMuch = partitionsAsked(single) > REQUEST_PARTITIONS_MAX;
    const results = isTooMuch
      ? single.map(({ name }) => failed(name, ErrorCode.POLICY_VIOLATION, TOO_MANY))
      : await Promise.all(single.map((topic) => create(context, request, topic)));
    return createCreateTopicsResponse({ topics: [...results, ...refusals] });
  },
  failure: (request, errorCode) =>
    createCreateTopicsResponse({ topics: request.topics.map(({ name }) => failed(name, errorCode, null)) }),
});

const TOO_MANY = `one request may create at most ${REQUEST_PARTITIONS_MAX} partitions: spread them over several`;

function partitionsAsked(topics: readonly Asked[]): number {
  return topics.reduce(
    (sum, { numPartitions, assignments }) => sum + Math.max(numPartitions, assignments.length, 1),
    0,
  );
}

async function create({ services }: RequestContext, request: CreateTopicsRequest, asked: Asked): Promise<Result> {
  const { name, numPartitions, replicationFactor, configs } = asked;
  const assignments = new Map(asked.assignments.map(({ partitionIndex, brokerIds }) => [partitionIndex, brokerIds]));
  const problem = assignmentProblem(asked, assignments.size);
  if (problem !== undefined) return failed(name, problem.errorCode, problem.errorMessage);
  const result: TopicResult = await services.topics.createTopic(
    {
      name,
      partitionCount: numPartitions,
      replicationFactor,
      assignments: assignments.size === 0 ? null : assignments,
      configs: new Map(configs.map((config) => [config.name, config.value])),
    },
    { validateOnly: request.validateOnly, timeoutMs: request.timeoutMs },
  );
  if (!('topic' in result)) return failed(name, result.errorCode, result.errorMessage);
  const { topic } = result;
  return {
    name,
    topicId: topic.topicId,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    topicConfigErrorCode: ErrorCode.NONE,
    numPartitions: topic.partitions.length,
    replicationFactor: topic.replicationFactor,
    configs: topicConfigEntries(services.config, topic.configs),
  };
}

/** An assignment says all there is to say about partitions and replicas. */
function assignmentProblem(
  { assignments, numPartitions, replicationFactor }: Asked,
  distinctCount: number,
): { readonly errorCode: number; readonly errorMessage: string } | undefined {
  if (assignments.length === 0) return undefined;
  const what =
    numPartitions !== -1 ? 'number of partitions' : replicationFactor !== -1 ? 'replication factor' : undefined;
  if (what !== undefined) {
    return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage: `with an assignment the ${what} must be -1` };
  }
  return distinctCount === assignments.length
    ? undefined
    : { errorCode: ErrorCode.INVALID_REPLICA_ASSIGNMENT, errorMessage: 'a partition is assigned more than once' };
}

function failed(name: string, errorCode: number, errorMessage: string | null): Result {
  return {
    name,
    topicId: ZERO_UUID,
    errorCode,
    errorMessage,
    topicConfigErrorCode: ErrorCode.NONE,
    numPartitions: -1,
    replicationFactor: -1,
    configs: [],
  };
}
