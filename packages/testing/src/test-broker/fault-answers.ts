/**
 * Answers with an error code, shaped as a broker shapes them: for one topic of a request, while the others are served.
 *
 * Not here: which requests fail (faults.ts).
 */
import { ZERO_UUID } from '@millrace/base';
import type { ApiHandler, RequestContext } from '@millrace/broker';
import { API_KEYS, ErrorCode } from '@millrace/protocol';
import {
  createFetchResponse,
  createFetchResponseFetchableTopicResponse,
  createFetchResponsePartitionData,
  type FetchRequest,
} from '@millrace/protocol/messages/01-fetch';
import type { MetadataResponse } from '@millrace/protocol/messages/03-metadata';
import type { ProduceRequest } from '@millrace/protocol/messages/00-produce';
import { closeConnection } from '@millrace/broker';

/** A topic as requests name it. */
export interface TopicRef {
  readonly name: string;
  readonly topicId: string | undefined;
}

export interface RequestParts {
  /** The request for the topic alone; undefined when it does not name it. */
  readonly hit: unknown;
  /** The request for everything else; undefined when nothing else is left. */
  readonly rest: unknown;
}

type Message = Readonly<Record<string, unknown>>;

/** Where requests list topics. */
const TOPIC_LISTS = ['topicData', 'topics', 'topicNames', 'resources'] as const;
const NO_LEADER = -1n;

/** Takes a request apart by topic. One that lists topics in a deeper place (by group) counts as a whole. */
export function splitByTopic(apiKey: number, message: unknown, topic: TopicRef): RequestParts {
  const fields = message as Message;
  if (asksForAll(apiKey, fields)) {
    return { hit: { ...fields, topics: [{ name: topic.name, topicId: ZERO_UUID }] }, rest: message };
  }
  for (const list of TOPIC_LISTS) {
    const items = fields[list];
    if (!Array.isArray(items)) continue;
    const hit = items.filter((item) => isTopic(item, topic));
    if (hit.length === 0) return { hit: undefined, rest: message };
    const rest = items.filter((item) => !isTopic(item, topic));
    return {
      hit: { ...fields, [list]: hit },
      rest: rest.length === 0 ? undefined : { ...fields, [list]: rest },
    };
  }
  const groups = Array.isArray(fields['groups']) ? (fields['groups'] as readonly Message[]) : [];
  const isNamed = groups.some(({ topics }) => Array.isArray(topics) && topics.some((item) => isTopic(item, topic)));
  return isNamed ? { hit: message, rest: undefined } : { hit: undefined, rest: message };
}

/** Whether a fetch goes on with a session, so that it names only what changed. */
export function isSessionFetch(apiKey: number, message: unknown): boolean {
  return apiKey === API_KEYS.Fetch && (message as FetchRequest).sessionEpoch > 0;
}

/** Makes the client send its next fetch with every partition named. */
export function endFetchSession(): unknown {
  return createFetchResponse({ errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND });
}

/** The same fetch, of which no session comes: the next one names every partition again. */
export function withoutSession(message: unknown): unknown {
  return { ...(message as FetchRequest), sessionId: 0, sessionEpoch: -1 };
}

/** Serves the rest of the request and adds the error for its other part. */
export function answerError(
  handler: ApiHandler<unknown, unknown>,
  context: RequestContext,
  { hit, rest }: RequestParts,
  errorCode: number,
): unknown {
  const { apiKey, apiVersion } = context;
  if (apiKey === API_KEYS.Metadata)
    return failTopics(handler.handle(context, rest ?? hit), handler, context, hit, errorCode);
  const isSilent = apiKey === API_KEYS.Produce && (hit as ProduceRequest).acks === 0;
  const failure = isSilent
    ? closeConnection
    : apiKey === API_KEYS.Fetch
      ? fetchFailure(hit as FetchRequest, errorCode)
      : handler.failure(hit, errorCode, apiVersion);
  if (rest === undefined) return failure;
  const served = handler.handle(context, apiKey === API_KEYS.Fetch ? impatient(rest as FetchRequest) : rest);
  return served instanceof Promise ? served.then((result) => merge(result, failure)) : merge(served, failure);
}

/** Metadata of every topic. (An empty list means that only in version 0.) */
function asksForAll(apiKey: number, { topics }: Message): boolean {
  return apiKey === API_KEYS.Metadata && topics === null;
}

function isTopic(item: unknown, { name, topicId }: TopicRef): boolean {
  if (typeof item === 'string') return item === name;
  const fields = item as Message;
  const named = fields['name'] ?? fields['topic'] ?? fields['resourceName'];
  return named === name || (topicId !== undefined && fields['topicId'] === topicId);
}

/** Metadata names brokers as well, which a client needs to come back. */
function failTopics(
  served: unknown,
  handler: ApiHandler<unknown, unknown>,
  context: RequestContext,
  hit: unknown,
  errorCode: number,
): unknown {
  if (served instanceof Promise) return served.then((result) => failTopics(result, handler, context, hit, errorCode));
  if (typeof served === 'symbol') return served;
  const failure = handler.failure(hit, errorCode, context.apiVersion) as MetadataResponse;
  const failed = new Set(failure.topics.map(({ name, topicId }) => name ?? topicId));
  const answer = served as MetadataResponse;
  const others = answer.topics.filter(({ name, topicId }) => !failed.has(name ?? '') && !failed.has(topicId));
  return { ...answer, topics: [...others, ...failure.topics] } satisfies MetadataResponse;
}

function fetchFailure(request: FetchRequest, errorCode: number): unknown {
  return createFetchResponse({
    responses: request.topics.map(({ topic, topicId, partitions }) =>
      createFetchResponseFetchableTopicResponse({
        topic,
        topicId,
        partitions: partitions.map(({ partition }) =>
          createFetchResponsePartitionData({
            partitionIndex: partition,
            errorCode,
            highWatermark: NO_LEADER,
            lastStableOffset: NO_LEADER,
            logStartOffset: NO_LEADER,
            records: Buffer.alloc(0),
          }),
        ),
      }),
    ),
  });
}

/** An error is told at once. */
function impatient(request: FetchRequest): FetchRequest {
  return { ...request, maxWaitMs: 0 };
}

/** One answer from two of the same shape. */
function merge(served: unknown, failure: unknown): unknown {
  if (typeof served === 'symbol' || typeof failure === 'symbol') return failure;
  const merged: Record<string, unknown> = { ...(served as Message) };
  for (const [field, value] of Object.entries(failure as Message)) {
    const other = merged[field];
    if (Array.isArray(value) && Array.isArray(other))
      merged[field] = [...(other as unknown[]), ...(value as unknown[])];
  }
  return merged;
}
