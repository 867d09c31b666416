/** Offsets of partitions by place or time, from their leaders (ListOffsets). */
import { ErrorCode } from '@millrace/protocol';
import {
  createListOffsetsRequest,
  listOffsetsRequest,
  listOffsetsResponse,
} from '@millrace/protocol/messages/02-list-offsets';
import { brokerError, KafkaError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { AdminCall, CallOptions } from './admin-call.ts';
import { byTopic, forgetLeader, leaderOf, PartitionAnswers, UNKNOWN_TOPIC_RETRIES } from './node-refs.ts';
import type { Outcome } from './outcome.ts';
import { forEachItem, outcomesOf, type Verdict } from './per-item.ts';

/**
 * A place in a partition: its first offset, the offset behind its last record, the record with the greatest timestamp
 * (KIP-734), the first offset on the leader's own disk (KIP-405), the last one in tiered storage (KIP-1005), the first one that is not
 * tiered yet (KIP-1023), or the first record at or behind a time.
 */
export type OffsetPlace =
  | 'earliest'
  | 'latest'
  | 'max-timestamp'
  | 'earliest-local'
  | 'latest-tiered'
  | 'earliest-pending-upload'
  | Date
  | { readonly timestampMs: number };

export interface OffsetQuery extends TopicPartition {
  readonly at: OffsetPlace;
}

export interface ListOffsetsOptions extends CallOptions {
  /** `committed`: nothing at or behind the first record of an open transaction counts. Default `uncommitted`. */
  readonly isolation?: 'uncommitted' | 'committed';
}

export interface FoundOffset {
  /** Undefined when there is no such record, for example none at or behind the time. */
  readonly offset: number | undefined;
  /** Of the record found, milliseconds since 1970; undefined for places that are no record. */
  readonly timestamp: number | undefined;
  /** −1 when unknown. */
  readonly leaderEpoch: number;
}

const API = { request: listOffsetsRequest, response: listOffsetsResponse };
const PLACES = {
  latest: { timestamp: -1n, sinceVersion: 1 },
  earliest: { timestamp: -2n, sinceVersion: 1 },
  'max-timestamp': { timestamp: -3n, sinceVersion: 7 },
  'earliest-local': { timestamp: -4n, sinceVersion: 8 },
  'latest-tiered': { timestamp: -5n, sinceVersion: 9 },
  'earliest-pending-upload': { timestamp: -6n, sinceVersion: 11 },
} as const;
const ISOLATION_VERSION = 2;
const CONSUMER = -1;

export async function listOffsets(
  call: AdminCall,
  queries: readonly OffsetQuery[],
  { isolation = 'uncommitted' }: ListOffsetsOptions,
): Promise<Outcome<TopicPartition, FoundOffset>[]> {
  const verdicts = await forEachItem(call, queries, {
    what: 'listing offsets',
    locate: (query) => leaderOf(call, query),
    forget: (query) => forgetLeader(call, query),
    unknownTopicRetries: UNKNOWN_TOPIC_RETRIES,
    ask: async (target, asked) => {
      // A partition may stand once in a request, and may be asked for at several places.
      const verdicts = new Map<OffsetQuery, Verdict<FoundOffset>>();
      for (let left = asked; left.length > 0;) {
        const { now, later } = withoutRepeats(left);
        const response = await target.send(API, (version) => {
          checkPlaces(now, isolation, version);
          return createListOffsetsRequest({
            replicaId: CONSUMER,
            isolationLevel: isolation === 'committed' ? 1 : 0,
            topics: [...byTopic(now)].map(([name, partitions]) => ({
              name,
              partitions: partitions.map(({ partition: partitionIndex, at }) => ({
                partitionIndex,
                currentLeaderEpoch: -1,
                timestamp: timestampOf(at),
              })),
            })),
            timeoutMs: call.brokerWaitMs,
          });
        });
        const answers = new PartitionAnswers<(typeof response.topics)[number]['partitions'][number]>();
        for (const { name, partitions } of response.topics) {
          for (const answer of partitions) answers.set(name, answer.partitionIndex, answer);
        }
        for (const query of now) {
          const answer = answers.get(query);
          verdicts.set(query, answer === undefined ? missing(query) : verdictOf(query, answer));
        }
        left = later;
      }
      return asked.map((query) => verdicts.get(query) ?? missing(query));
    },
  });
  return outcomesOf(queries, verdicts, ({ topic, partition }) => ({ topic, partition }));
}

function withoutRepeats(queries: readonly OffsetQuery[]): { now: OffsetQuery[]; later: OffsetQuery[] } {
  const seen = new PartitionAnswers<true>();
  const [now, later]: [OffsetQuery[], OffsetQuery[]] = [[], []];
  for (const query of queries) {
    if (seen.get(query) === undefined) now.push(query);
    else later.push(query);
    seen.set(query.topic, query.partition, true);
  }
  return { now, later };
}

function verdictOf(
  { topic, partition }: OffsetQuery,
  answer: { errorCode: number; offset: bigint; timestamp: bigint; leaderEpoch: number },
): Verdict<FoundOffset> {
  if (answer.errorCode !== ErrorCode.NONE) {
    return { error: brokerError('listing offsets', answer.errorCode, null, { topic, partition }) };
  }
  return {
    value: {
      offset: answer.offset < 0n ? undefined : Number(answer.offset),
      timestamp: answer.timestamp < 0n ? undefined : Number(answer.timestamp),
      leaderEpoch: answer.leaderEpoch,
    },
  };
}

function missing({ topic, partition }: TopicPartition): Verdict<never> {
  const words = "the broker's answer lacks the partition";
  return { error: brokerError('listing offsets', ErrorCode.UNKNOWN_SERVER_ERROR, words, { topic, partition }) };
}

function checkPlaces(queries: readonly OffsetQuery[], isolation: 'uncommitted' | 'committed', version: number): void {
  const places = queries.flatMap(({ at }) => (typeof at === 'string' ? [at] : []));
  const tooNew = places.find((place) => PLACES[place].sinceVersion > version);
  const what =
    tooNew === undefined
      ? isolation === 'committed' && version < ISOLATION_VERSION
        ? 'the isolation "committed"'
        : undefined
      : `the place "${tooNew}"`;
  if (what !== undefined) {
    throw new KafkaError(
      'MILLRACE_CLIENT_UNSUPPORTED_API',
      `listing offsets: this broker is too old for ${what} (it serves ListOffsets up to version ${String(version)})`,
    );
  }
}

function timestampOf(at: OffsetPlace): bigint {
  if (typeof at === 'string') return PLACES[at].timestamp;
  return BigInt(at instanceof Date ? at.getTime() : at.timestampMs);
}
