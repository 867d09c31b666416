/**
 * What a broker under test does for its test over the wire: topics, records, groups. No fault hits these requests.
 *
 * Bounds: connections live as long as one call; a call that meets leaders or coordinators on the move tries again for RETRY_MS_MAX.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { errorByCode, ErrorCode, RecordBatchWriter, recordsToBuffer } from '@millrace/protocol';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  createFetchRequestFetchTopic,
  fetchRequest,
  fetchResponse,
} from '@millrace/protocol/messages/01-fetch';
import { createMetadataRequest, metadataRequest, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import {
  createOffsetFetchRequest,
  offsetFetchRequest,
  offsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import {
  createFindCoordinatorRequest,
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import {
  createDescribeGroupsRequest,
  describeGroupsRequest,
  describeGroupsResponse,
} from '@millrace/protocol/messages/15-describe-groups';
import {
  consumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
  createConsumerGroupDescribeRequest,
} from '@millrace/protocol/messages/69-consumer-group-describe';
import {
  APPEND,
  appendedAt,
  appendRequest,
  EARLIEST,
  LogProbe,
  RefusedError,
  type ProbeTopicOptions,
} from '../log-probe.ts';
import { WireClient, type WireClientOptions } from '../wire-client.ts';
import { PROBE_CLIENT_ID } from './probe-client-id.ts';
import { PartitionReader, type RecordToWrite, type TestRecord } from './test-record.ts';

const METADATA_VERSION = 12;
const FETCH_VERSION = 12;
const FIND_COORDINATOR_VERSION = 3;
const DESCRIBE_GROUPS_VERSION = 5;
const OFFSET_FETCH_VERSION = 7;
const CONSUMER_GROUP_DESCRIBE_VERSION = 1;
const FETCH_BYTES = 4 * 1024 * 1024;
const RETRY_MS_MAX = 10_000;
const RETRY_PAUSE_MS = 5;
const READ_COMMITTED = 1;

/** A consumer group as its coordinator describes it. */
export interface TestGroup {
  /** `Stable`, `Empty`, `Dead`; of a classic group also `PreparingRebalance` and `CompletingRebalance`, of a consumer group `Assigning` and `Reconciling`. */
  readonly state: string;
  readonly members: readonly { readonly memberId: string; readonly clientId: string }[];
}

export interface CommittedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface PartitionLeader {
  readonly nodeId: number;
  readonly leaderEpoch: number;
}

interface ReadOptions {
  readonly partition?: number | undefined;
  readonly includeUncommitted?: boolean | undefined;
}

export class ClusterProbe {
  readonly #ports: () => ReadonlyMap<number, number>;

  /** @param ports of the brokers that run, by node id */
  constructor(ports: () => ReadonlyMap<number, number>) {
    this.#ports = ports;
  }

  async createTopic(name: string, options: ProbeTopicOptions): Promise<void> {
    await using probe = await LogProbe.connect({ port: this.#anyPort(), clientId: PROBE_CLIENT_ID });
    await probe.createTopic(name, options);
  }

  async deleteTopic(name: string): Promise<void> {
    await using probe = await LogProbe.connect({ port: this.#anyPort(), clientId: PROBE_CLIENT_ID });
    await probe.deleteTopic(name);
  }

  /** Leaders by partition; empty when there is no such topic. */
  async leaders(topic: string): Promise<PartitionLeader[]> {
    await using client = await this.#connect(this.#anyPort());
    const request = createMetadataRequest({ topics: [{ name: topic, topicId: NO_ID }], allowAutoTopicCreation: false });
    const { topics } = await client.call(metadataRequest, metadataResponse, METADATA_VERSION, request);
    return [...(topics[0]?.partitions ?? [])]
      .sort((left, right) => left.partitionIndex - right.partitionIndex)
      .map(({ leaderId, leaderEpoch }) => ({ nodeId: leaderId, leaderEpoch }));
  }

  /** By partition and offset; none when there is no such topic. */
  async records(topic: string, { partition, includeUncommitted = false }: ReadOptions = {}): Promise<TestRecord[]> {
    const count = (await this.leaders(topic)).length;
    const partitions = partition === undefined ? Array.from({ length: count }, (_, index) => index) : [partition];
    const readers = await Promise.all(
      partitions.map((index) => retrying(() => this.#readPartition(topic, index, includeUncommitted))),
    );
    return readers.flatMap(({ records }) => records);
  }

  /** Returns the offset of each record, in their order. */
  async produce(topic: string, records: readonly RecordToWrite[], nowMs: number): Promise<number[]> {
    const offsets: number[] = new Array<number>(records.length).fill(-1);
    const byPartition = Map.groupBy(records.entries(), ([, { partition = 0 }]) => partition);
    for (const [partition, entries] of byPartition) {
      const writer = new RecordBatchWriter();
      for (const [, { key = null, value, headers = {}, timestamp = nowMs }] of entries) {
        const pairs = Object.entries(headers).map(([name, content]) => ({ key: name, value: content }));
        writer.append(key, value, timestamp, pairs);
      }
      const batch = writer.finish();
      const baseOffset = await retrying(() => this.#append(topic, partition, batch));
      for (const [at, [index]] of entries.entries()) offsets[index] = baseOffset + at;
    }
    return offsets;
  }

  describeGroup(groupId: string): Promise<TestGroup> {
    return retrying(async () => {
      await using client = await this.#connectToCoordinator(groupId);
      const group = await describeConsumerGroup(client, groupId);
      if (group !== undefined) return group;
      const request = createDescribeGroupsRequest({ groups: [groupId] });
      const response = await client.call(
        describeGroupsRequest,
        describeGroupsResponse,
        DESCRIBE_GROUPS_VERSION,
        request,
      );
      const [classic] = response.groups;
      if (classic === undefined) throw new Error(`the broker says nothing of group ${groupId}`);
      refuse(`describing group ${groupId}`, classic.errorCode);
      return {
        state: classic.groupState,
        members: classic.members.map(({ memberId, clientId }) => ({ memberId, clientId })),
      };
    });
  }

  committedOffsets(groupId: string): Promise<CommittedOffset[]> {
    return retrying(async () => {
      await using client = await this.#connectToCoordinator(groupId);
      const request = createOffsetFetchRequest({ groupId, topics: null });
      const response = await client.call(offsetFetchRequest, offsetFetchResponse, OFFSET_FETCH_VERSION, request);
      refuse(`reading offsets of group ${groupId}`, response.errorCode);
      return response.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, committedOffset }) => ({
          topic: name,
          partition: partitionIndex,
          offset: Number(committedOffset),
        })),
      );
    });
  }

  async #append(topic: string, partition: number, batch: Buffer): Promise<number> {
    await using client = await WireClient.connect(await this.#leaderOf(topic, partition));
    const request = appendRequest(topic, partition, batch);
    const response = await client.call(APPEND.request, APPEND.response, APPEND.version, request);
    return appendedAt(response, `appending to ${topic}-${partition}`);
  }

  async #readPartition(topic: string, partition: number, includeUncommitted: boolean): Promise<PartitionReader> {
    await using probe = await LogProbe.connect(await this.#leaderOf(topic, partition));
    const reader = new PartitionReader(topic, partition, await probe.offsetAt(topic, partition, EARLIEST));
    for (;;) {
      const asked = createFetchRequestFetchPartition({
        partition,
        fetchOffset: BigInt(reader.offset),
        partitionMaxBytes: FETCH_BYTES,
      });
      const request = createFetchRequest({
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: FETCH_BYTES,
        isolationLevel: includeUncommitted ? 0 : READ_COMMITTED,
        topics: [createFetchRequestFetchTopic({ topic, partitions: [asked] })],
      });
      const response = await probe.wire.call(fetchRequest, fetchResponse, FETCH_VERSION, request);
      const what = `reading ${topic}-${partition}`;
      refuse(what, response.errorCode);
      const data = response.responses[0]?.partitions[0];
      if (data === undefined) return reader;
      refuse(what, data.errorCode);
      const aborted = (data.abortedTransactions ?? []).map(({ producerId, firstOffset }) => ({
        producerId: Number(producerId),
        firstOffset: Number(firstOffset),
      }));
      const before = reader.offset;
      const bytes = recordsToBuffer(data.records);
      if (bytes !== null) reader.take(bytes, includeUncommitted ? null : aborted);
      if (reader.offset === before) return reader;
    }
  }

  async #leaderOf(topic: string, partition: number): Promise<WireClientOptions> {
    const leader = (await this.leaders(topic))[partition];
    const what = `finding the leader of ${topic}-${partition}`;
    if (leader === undefined) throw new RefusedError(what, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    const port = this.#ports().get(leader.nodeId);
    if (port === undefined) throw new RefusedError(what, ErrorCode.LEADER_NOT_AVAILABLE);
    return { port, clientId: PROBE_CLIENT_ID };
  }

  async #connectToCoordinator(groupId: string): Promise<WireClient> {
    await using client = await this.#connect(this.#anyPort());
    const request = createFindCoordinatorRequest({ key: groupId, keyType: 0 });
    const found = await client.call(findCoordinatorRequest, findCoordinatorResponse, FIND_COORDINATOR_VERSION, request);
    refuse(`finding the coordinator of group ${groupId}`, found.errorCode, found.errorMessage);
    // Not where clients are told to go, which may be a proxy.
    return await this.#connect(this.#ports().get(found.nodeId) ?? found.port);
  }

  #connect(port: number): Promise<WireClient> {
    return WireClient.connect({ port, clientId: PROBE_CLIENT_ID });
  }

  #anyPort(): number {
    const [port] = this.#ports().values();
    if (port === undefined) throw new Error('no broker is running: start one first');
    return port;
  }
}

/** Undefined when the coordinator knows no group of KIP-848 by that name. */
async function describeConsumerGroup(client: WireClient, groupId: string): Promise<TestGroup | undefined> {
  const request = createConsumerGroupDescribeRequest({ groupIds: [groupId] });
  const version = CONSUMER_GROUP_DESCRIBE_VERSION;
  const response = await client.call(consumerGroupDescribeRequest, consumerGroupDescribeResponse, version, request);
  const [group] = response.groups;
  if (group === undefined || group.errorCode === ErrorCode.GROUP_ID_NOT_FOUND) return undefined;
  refuse(`describing group ${groupId}`, group.errorCode);
  return {
    state: group.groupState,
    members: group.members.map(({ memberId, clientId }) => ({ memberId, clientId })),
  };
}

const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Tries again while leaders and coordinators move. */
async function retrying<Value>(attempt: () => Promise<Value>): Promise<Value> {
  const deadlineMs = performance.now() + RETRY_MS_MAX;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error) || performance.now() > deadlineMs) throw error;
    }
    await sleep(RETRY_PAUSE_MS);
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof RefusedError)) return false;
  return error.errorName !== 'UNKNOWN_TOPIC_OR_PARTITION' && errorByCode(ErrorCode[error.errorName]).retriable;
}

function refuse(what: string, errorCode: number, words: string | null = null): void {
  if (errorCode !== ErrorCode.NONE) throw new RefusedError(what, errorCode, words);
}
