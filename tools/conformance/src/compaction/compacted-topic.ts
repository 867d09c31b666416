/** A compacted topic on a broker, written and read over the wire, batch by batch. */
import { randomUUID } from 'node:crypto';
import { batchPositions, decodeBatch, RecordBatchWriter, recordsToBuffer } from '@millrace/protocol';
import { createProduceRequest, produceRequest, produceResponse } from '@millrace/protocol/messages/00-produce';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  fetchRequest,
  fetchResponse,
} from '@millrace/protocol/messages/01-fetch';
import {
  createListOffsetsRequest,
  createListOffsetsRequestListOffsetsPartition,
  listOffsetsRequest,
  listOffsetsResponse,
} from '@millrace/protocol/messages/02-list-offsets';
import {
  createFindCoordinatorRequest,
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import {
  createCreateTopicsRequest,
  createCreateTopicsRequestCreatableTopic,
  createTopicsRequest,
  createTopicsResponse,
} from '@millrace/protocol/messages/19-create-topics';
import {
  createInitProducerIdRequest,
  initProducerIdRequest,
  initProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
import {
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
  createAddPartitionsToTxnRequest,
} from '@millrace/protocol/messages/24-add-partitions-to-txn';
import { createEndTxnRequest, endTxnRequest, endTxnResponse } from '@millrace/protocol/messages/26-end-txn';
import {
  createIncrementalAlterConfigsRequest,
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '@millrace/protocol/messages/44-incremental-alter-configs';
import { WireClient } from '@millrace/testing';
import { SEGMENT_MS, type Step, type Writer } from './history.ts';

const TOPIC = 2;
const BROKER = 4;
const SET = 0;
/** Nothing is as dirty. */
const NEVER = '1.0';
const AT_ONCE = '0.0001';
const PATIENCE_MS = 30_000;
/** The broker is at it: loading, or ending the transaction before. */
const TRY_AGAIN = new Set([3, 5, 6, 14, 15, 16, 51]);

interface Identity {
  readonly transactionalId: string | null;
  readonly producerId: bigint;
  producerEpoch: number;
  sequence: number;
  isOpen: boolean;
}

export interface ReadRecord {
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs: number;
  readonly headers: string;
}

export interface ReadTopic {
  readonly records: readonly ReadRecord[];
  /** Offsets of markers of transactions. */
  readonly markers: readonly number[];
}

export class CompactedTopic {
  readonly #client: WireClient;
  readonly #name: string;
  readonly #identities = new Map<Writer, Identity>();

  private constructor(client: WireClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  static async create(bootstrap: string, deleteRetentionMs: number): Promise<CompactedTopic> {
    const [host, port] = bootstrap.split(':');
    const client = await WireClient.connect({ host: host ?? '', port: Number(port) });
    const made = new CompactedTopic(client, `compacted-${randomUUID()}`);
    const configs = {
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': NEVER,
      'segment.ms': String(SEGMENT_MS),
      'delete.retention.ms': String(deleteRetentionMs),
      'message.timestamp.after.max.ms': '9223372036854775807',
      'file.delete.delay.ms': '0',
    };
    const topic = createCreateTopicsRequestCreatableTopic({
      name: made.#name,
      numPartitions: 1,
      replicationFactor: 1,
      configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
    });
    const { topics } = await client.call(
      createTopicsRequest,
      createTopicsResponse,
      7,
      createCreateTopicsRequest({ topics: [topic], timeoutMs: 10_000 }),
    );
    expectNone(topics[0]?.errorCode, 'CreateTopics');
    await made.#alter(BROKER, '', 'log.cleaner.backoff.ms', '50');
    return made;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Whether the cleaner may work on the topic. */
  letClean(isAllowed: boolean): Promise<void> {
    return this.#alter(TOPIC, this.#name, 'min.cleanable.dirty.ratio', isAllowed ? AT_ONCE : NEVER);
  }

  async write(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step.kind === 'end') await this.#end(step.writer, step.outcome === 'commit');
      else await this.#send(step);
    }
  }

  /** What a consumer gets that begins at `from`. */
  async read(isolation: 'read_committed' | 'read_uncommitted', from = 0): Promise<ReadTopic> {
    const records: ReadRecord[] = [];
    const markers: number[] = [];
    for (let offset = from; ;) {
      const part = await this.#fetch(offset, isolation === 'read_committed' ? 1 : 0);
      const bytes = recordsToBuffer(part.records) ?? Buffer.alloc(0);
      if (bytes.length === 0) return { records, markers };
      const pending = (part.abortedTransactions ?? []).toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
      const aborted = new Set<number>();
      const begin = offset;
      for (const position of batchPositions(bytes)) {
        const batch = decodeBatch(bytes, position);
        offset = batch.lastOffset + 1;
        while (pending[0] !== undefined && Number(pending[0].firstOffset) <= batch.lastOffset) {
          aborted.add(Number(pending.shift()?.producerId));
        }
        if (batch.isControl) {
          if (batch.count > 0) {
            markers.push(batch.baseOffset);
            aborted.delete(batch.producerId);
          }
          continue;
        }
        if (batch.isTransactional && aborted.has(batch.producerId)) continue;
        for (const record of batch) {
          if (record.offset < begin) continue;
          const headers = record.headers.map(({ key, value }) => `${key}=${String(value)}`).join();
          const { key, value } = record;
          records.push({
            offset: record.offset,
            key: key === null ? null : String(key),
            value: value === null ? null : String(value),
            timestampMs: record.timestamp,
            headers,
          });
        }
      }
      // A batch cut short, as Apache Kafka sends at a byte limit, is asked for again.
      if (offset === begin) throw new Error(`nothing could be read at offset ${offset}`);
    }
  }

  /** Offset and time that ListOffsets answers with. */
  async offsetFor(timestampMs: number): Promise<string> {
    const partition = createListOffsetsRequestListOffsetsPartition({
      partitionIndex: 0,
      timestamp: BigInt(timestampMs),
    });
    const request = createListOffsetsRequest({
      replicaId: -1,
      topics: [{ name: this.#name, partitions: [partition] }],
    });
    const { topics } = await this.#client.call(listOffsetsRequest, listOffsetsResponse, 7, request);
    const answer = topics[0]?.partitions[0];
    expectNone(answer?.errorCode, 'ListOffsets');
    return `${answer?.offset} at ${answer?.timestamp}`;
  }

  async #fetch(offset: number, isolationLevel: number) {
    const partition = createFetchRequestFetchPartition({
      partition: 0,
      fetchOffset: BigInt(offset),
      partitionMaxBytes: 1_048_576,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
    });
    const request = createFetchRequest({
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 52_428_800,
      isolationLevel,
      sessionEpoch: -1,
      topics: [{ topic: this.#name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitions: [partition] }],
    });
    const { responses } = await this.#client.call(fetchRequest, fetchResponse, 12, request);
    const part = responses[0]?.partitions[0];
    expectNone(part?.errorCode, 'Fetch');
    if (part === undefined) throw new Error('the broker answered for no partition');
    return part;
  }

  async #send({ records, codec, writer }: Extract<Step, { kind: 'batch' }>): Promise<void> {
    const identity = writer === 'plain' ? undefined : await this.#identity(writer);
    if (identity !== undefined && identity.transactionalId !== null && !identity.isOpen) await this.#begin(identity);
    const batch = new RecordBatchWriter();
    for (const { key, value, timestampMs, headers } of records) batch.append(key, value, timestampMs, headers);
    const bytes = batch.finish({
      codec,
      ...(identity && {
        producerId: identity.producerId,
        producerEpoch: identity.producerEpoch,
        baseSequence: identity.sequence,
        isTransactional: identity.transactionalId !== null,
      }),
    });
    const request = createProduceRequest({
      acks: -1,
      timeoutMs: 10_000,
      transactionalId: identity?.transactionalId ?? null,
      topicData: [
        { name: this.#name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitionData: [{ index: 0, records: bytes }] },
      ],
    });
    await persist('Produce', async () => {
      const { responses } = await this.#client.call(produceRequest, produceResponse, 11, request);
      return responses[0]?.partitionResponses[0]?.errorCode;
    });
    if (identity !== undefined) identity.sequence += records.length;
  }

  async #identity(writer: Writer): Promise<Identity> {
    const known = this.#identities.get(writer);
    if (known !== undefined) return known;
    const transactionalId = writer === 'idempotent' ? null : `${this.#name}-${writer}`;
    if (transactionalId !== null) {
      await persist('FindCoordinator', async () => {
        const request = createFindCoordinatorRequest({ keyType: 1, coordinatorKeys: [transactionalId] });
        const { coordinators } = await this.#client.call(findCoordinatorRequest, findCoordinatorResponse, 4, request);
        return coordinators[0]?.errorCode;
      });
    }
    let made: Identity | undefined;
    await persist('InitProducerId', async () => {
      const request = createInitProducerIdRequest({
        transactionalId,
        transactionTimeoutMs: 600_000,
        producerId: -1n,
        producerEpoch: -1,
      });
      const { errorCode, producerId, producerEpoch } = await this.#client.call(
        initProducerIdRequest,
        initProducerIdResponse,
        4,
        request,
      );
      made = { transactionalId, producerId, producerEpoch, sequence: 0, isOpen: false };
      return errorCode;
    });
    if (made === undefined) throw new Error('there is no producer id');
    this.#identities.set(writer, made);
    return made;
  }

  async #begin(identity: Identity): Promise<void> {
    await persist('AddPartitionsToTxn', async () => {
      const request = createAddPartitionsToTxnRequest({
        v3AndBelowTransactionalId: identity.transactionalId ?? '',
        v3AndBelowProducerId: identity.producerId,
        v3AndBelowProducerEpoch: identity.producerEpoch,
        v3AndBelowTopics: [{ name: this.#name, partitions: [0] }],
      });
      const { resultsByTopicV3AndBelow } = await this.#client.call(
        addPartitionsToTxnRequest,
        addPartitionsToTxnResponse,
        3,
        request,
      );
      return resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode;
    });
    identity.isOpen = true;
  }

  async #end(writer: Writer, committed: boolean): Promise<void> {
    const identity = await this.#identity(writer);
    const { producerId, producerEpoch } = identity;
    await persist('EndTxn', async () => {
      const request = createEndTxnRequest({
        transactionalId: identity.transactionalId ?? '',
        producerId,
        producerEpoch,
        committed,
      });
      return (await this.#client.call(endTxnRequest, endTxnResponse, 3, request)).errorCode;
    });
    identity.isOpen = false;
    // The marker has its offset before anything else is written.
    const before = Date.now();
    while ((await this.#fetch(0, 1)).lastStableOffset < (await this.#fetch(0, 0)).highWatermark && !this.#hasOpen()) {
      if (Date.now() - before > PATIENCE_MS) throw new Error('the marker of a transaction does not come');
    }
    if (this.#hasOpen()) await persist('EndTxn again', async () => this.#isSettled(identity));
  }

  #hasOpen(): boolean {
    return [...this.#identities.values()].some(({ isOpen }) => isOpen);
  }

  /** The coordinator takes the producer's next transaction only once the markers of this one are written. */
  async #isSettled(identity: Identity): Promise<number | undefined> {
    const request = createAddPartitionsToTxnRequest({
      v3AndBelowTransactionalId: identity.transactionalId ?? '',
      v3AndBelowProducerId: identity.producerId,
      v3AndBelowProducerEpoch: identity.producerEpoch,
      v3AndBelowTopics: [{ name: this.#name, partitions: [0] }],
    });
    const { resultsByTopicV3AndBelow } = await this.#client.call(
      addPartitionsToTxnRequest,
      addPartitionsToTxnResponse,
      3,
      request,
    );
    const errorCode = resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode;
    identity.isOpen = errorCode === 0;
    return errorCode;
  }

  async #alter(resourceType: number, resourceName: string, name: string, value: string): Promise<void> {
    const configs = [{ name, configOperation: SET, value }];
    const request = createIncrementalAlterConfigsRequest({ resources: [{ resourceType, resourceName, configs }] });
    const { responses } = await this.#client.call(
      incrementalAlterConfigsRequest,
      incrementalAlterConfigsResponse,
      1,
      request,
    );
    expectNone(responses[0]?.errorCode, `IncrementalAlterConfigs ${name}`);
  }
}

async function persist(what: string, attempt: () => Promise<number | undefined>): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const errorCode = await attempt();
    if (errorCode === 0) return;
    if (errorCode === undefined || !TRY_AGAIN.has(errorCode) || Date.now() > until) {
      throw new Error(`${what} is answered with error ${errorCode}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function expectNone(errorCode: number | undefined, what: string): void {
  if (errorCode !== 0) throw new Error(`${what} is answered with error ${errorCode}`);
}
