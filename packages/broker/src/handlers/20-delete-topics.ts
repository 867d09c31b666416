/**
 * DeleteTopics 1–6: takes topics away; the name is free when the answer comes.
 *
 * v3+: `delete.topic.enable=false` has a code of its own, older versions get INVALID_REQUEST. v6+: by name or by id.
 * Differs from Apache Kafka: topics of the broker itself cannot be deleted [42]. Pinned by test/admin.itest.ts.
 */
import { ZERO_UUID } from '@millrace/base';
import type { TopicMetadata } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import {
  createDeleteTopicsResponse,
  deleteTopicsRequest,
  deleteTopicsResponse,
  type DeleteTopicsRequest,
  type DeleteTopicsResponse,
} from '@millrace/protocol/messages/20-delete-topics';
import { defineHandler, type RequestContext } from './handler.ts';
import { splitRepeated } from './repeated-names.ts';

type Result = DeleteTopicsResponse['responses'][number];

interface Asked {
  readonly name: string | null;
  readonly topicId: string;
}

const TOPIC_STATES_VERSION = 6;
const DELETION_DISABLED_VERSION = 3;

export const deleteTopicsHandler = defineHandler<DeleteTopicsRequest, DeleteTopicsResponse>({
  request: deleteTopicsRequest,
  response: deleteTopicsResponse,
  minVersion: 1,
  maxVersion: 6,
  async handle(context, request) {
    const { single, repeated } = splitRepeated(askedTopics(request, context.apiVersion), keyOf);
    const refusals = repeated.map((key) =>
      failed(ofKey(key), ErrorCode.INVALID_REQUEST, 'the topic stands twice in the request'),
    );
    const results = await Promise.all(single.map((asked) => remove(context, request.timeoutMs, asked)));
    return createDeleteTopicsResponse({ responses: [...results, ...refusals] });
  },
  failure: (request, errorCode, version) =>
    createDeleteTopicsResponse({
      responses: askedTopics(request, version).map((asked) => failed(asked, errorCode, null)),
    }),
});

function askedTopics(request: DeleteTopicsRequest, version: number): readonly Asked[] {
  return version >= TOPIC_STATES_VERSION
    ? request.topics
    : request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
}

function keyOf({ name, topicId }: Asked): string {
  return name === null ? `id:${topicId}` : `name:${name}`;
}

function ofKey(key: string): Asked {
  return key.startsWith('id:') ? { name: null, topicId: key.slice(3) } : { name: key.slice(5), topicId: ZERO_UUID };
}

async function remove({ services, apiVersion }: RequestContext, timeoutMs: number, asked: Asked): Promise<Result> {
  const { name, topicId } = asked;
  if (name !== null && topicId !== ZERO_UUID) {
    return failed(asked, ErrorCode.INVALID_REQUEST, 'give the name or the id of a topic, not both');
  }
  if (name === null && topicId === ZERO_UUID) {
    return failed(asked, ErrorCode.INVALID_REQUEST, 'give the name or the id of a topic');
  }
  const snapshot = services.metaStore.snapshot();
  const topic: TopicMetadata | undefined =
    name === null ? snapshot.topicsById.get(topicId) : snapshot.topicsByName.get(name);
  if (topic === undefined) return unknown(asked);
  const result = await services.topics.deleteTopic(topic.topicId, { timeoutMs });
  if ('topic' in result) {
    return { name: topic.name, topicId: topic.topicId, errorCode: ErrorCode.NONE, errorMessage: null };
  }
  // Deleted by somebody else in between.
  if (result.errorCode === ErrorCode.UNKNOWN_TOPIC_ID) return unknown(asked);
  const isUnknownCode =
    result.errorCode === ErrorCode.TOPIC_DELETION_DISABLED && apiVersion < DELETION_DISABLED_VERSION;
  return failed(asked, isUnknownCode ? ErrorCode.INVALID_REQUEST : result.errorCode, result.errorMessage);
}

function unknown(asked: Asked): Result {
  return asked.name === null
    ? failed(asked, ErrorCode.UNKNOWN_TOPIC_ID, `there is no topic of id ${asked.topicId}`)
    : failed(asked, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `there is no topic "${asked.name}"`);
}

function failed({ name, topicId }: Asked, errorCode: number, errorMessage: string | null): Result {
  return { name, topicId, errorCode, errorMessage };
}
