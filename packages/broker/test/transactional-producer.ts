/** A transactional producer as a client would be one: of Kafka 4 (partitions join by being written) or of before (they are added first). */
import { systemClock, type Clock } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createFindCoordinatorRequest,
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import {
  createInitProducerIdRequest,
  initProducerIdRequest,
  initProducerIdResponse,
  type InitProducerIdRequest,
  type InitProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
import {
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
  createAddPartitionsToTxnRequest,
} from '@millrace/protocol/messages/24-add-partitions-to-txn';
import {
  addOffsetsToTxnRequest,
  addOffsetsToTxnResponse,
  createAddOffsetsToTxnRequest,
} from '@millrace/protocol/messages/25-add-offsets-to-txn';
import {
  createEndTxnRequest,
  endTxnRequest,
  endTxnResponse,
  type EndTxnResponse,
} from '@millrace/protocol/messages/26-end-txn';
import {
  createTxnOffsetCommitRequest,
  txnOffsetCommitRequest,
  txnOffsetCommitResponse,
  type TxnOffsetCommitRequest,
} from '@millrace/protocol/messages/28-txn-offset-commit';
import { waitUntil, type WireClient } from '@millrace/testing';
import { batchOf, produce, type CreatedTopic, type ProducePartition } from './broker-fixture.ts';

export interface TransactionalProducerOptions {
  /** Default `new`: Produce 13 and EndTxn 5. `old`: Produce 11 and EndTxn 4, with AddPartitionsToTxn 3. */
  readonly flow?: 'new' | 'old';
  readonly timeoutMs?: number;
  /** For brokers that live in another time. */
  readonly clock?: Clock;
}

export interface ProduceInTransaction {
  readonly partition?: number;
  readonly version?: number;
  /** Instead of the next one. */
  readonly sequence?: number;
  readonly epoch?: number;
  readonly codec?: 'gzip' | 'zstd';
}

const VERSIONS = {
  new: { produce: 13, end: 5, commitOffsets: 5 },
  old: { produce: 11, end: 4, commitOffsets: 4 },
};

export class TransactionalProducer {
  /** May be another one after a restart of the broker. */
  client: WireClient;
  readonly transactionalId: string;
  readonly #versions: (typeof VERSIONS)['new'];
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #sequences = new Map<string, number>();
  producerId = -1n;
  epoch = -1;

  constructor(client: WireClient, transactionalId: string, options: TransactionalProducerOptions = {}) {
    this.client = client;
    this.transactionalId = transactionalId;
    this.#versions = VERSIONS[options.flow ?? 'new'];
    this.#timeoutMs = options.timeoutMs ?? 60_000;
    this.#clock = options.clock ?? systemClock;
  }

  /** A producer that may begin. */
  static async start(
    client: WireClient,
    transactionalId: string,
    options: TransactionalProducerOptions = {},
  ): Promise<TransactionalProducer> {
    const producer = new TransactionalProducer(client, transactionalId, options);
    const { errorCode } = await producer.init();
    if (errorCode !== 0) throw new Error(`InitProducerId of ${transactionalId}: error ${errorCode}`);
    return producer;
  }

  /** As clients do it: finds the coordinator, and asks again while an earlier transaction is being ended. */
  async init(): Promise<InitProducerIdResponse> {
    await findTransactionCoordinator(this.client, this.transactionalId);
    const response = await waitUntil(`the id of ${this.transactionalId}`, async () => {
      const answer = await this.initOnce();
      return answer.errorCode === ErrorCode.CONCURRENT_TRANSACTIONS ? undefined : answer;
    });
    return response as InitProducerIdResponse;
  }

  async initOnce(fields: Partial<InitProducerIdRequest> = {}, version = 5): Promise<InitProducerIdResponse> {
    const request = createInitProducerIdRequest({
      transactionalId: this.transactionalId,
      transactionTimeoutMs: this.#timeoutMs,
      ...fields,
    });
    const response = await this.client.call(initProducerIdRequest, initProducerIdResponse, version, request);
    if (response.errorCode === 0) this.#become(response.producerId, response.producerEpoch);
    return response;
  }

  async addPartitions(topic: CreatedTopic, partitions: readonly number[], version = 3): Promise<number[]> {
    const request = createAddPartitionsToTxnRequest({
      v3AndBelowTransactionalId: this.transactionalId,
      v3AndBelowProducerId: this.producerId,
      v3AndBelowProducerEpoch: this.epoch,
      v3AndBelowTopics: [{ name: topic.name, partitions }],
    });
    const response = await this.client.call(addPartitionsToTxnRequest, addPartitionsToTxnResponse, version, request);
    return response.resultsByTopicV3AndBelow.flatMap(({ resultsByPartition }) =>
      resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode),
    );
  }

  async addOffsets(groupId: string, version = 3): Promise<number> {
    const { transactionalId, producerId, epoch: producerEpoch } = this;
    const request = createAddOffsetsToTxnRequest({ transactionalId, producerId, producerEpoch, groupId });
    return (await this.client.call(addOffsetsToTxnRequest, addOffsetsToTxnResponse, version, request)).errorCode;
  }

  async produce(
    topic: CreatedTopic,
    values: readonly string[],
    options: ProduceInTransaction = {},
  ): Promise<ProducePartition> {
    const { partition = 0, version = this.#versions.produce, epoch = this.epoch } = options;
    const key = `${topic.topicId}-${partition}`;
    const sequence = options.sequence ?? this.#sequences.get(key) ?? 0;
    const batch = batchOf(values, {
      producerId: this.producerId,
      producerEpoch: epoch,
      baseSequence: sequence,
      isTransactional: true,
      timestampMs: this.#clock.nowMs(),
      ...(options.codec === undefined ? {} : { codec: options.codec }),
    });
    const { transactionalId } = this;
    const result = await produce(this.client, topic, batch, { version, partition, transactionalId });
    if (result.errorCode === 0) this.#sequences.set(key, sequence + values.length);
    return result;
  }

  async commitOffset(
    groupId: string,
    topic: CreatedTopic,
    offset: number,
    fields: Partial<TxnOffsetCommitRequest> = {},
    version = this.#versions.commitOffsets,
  ): Promise<number> {
    const { transactionalId, producerId, epoch: producerEpoch } = this;
    const partitions = [
      { partitionIndex: 0, committedOffset: BigInt(offset), committedLeaderEpoch: -1, committedMetadata: '' },
    ];
    const request = createTxnOffsetCommitRequest({
      transactionalId,
      producerId,
      producerEpoch,
      groupId,
      topics: [{ name: topic.name, topicId: topic.topicId, partitions }],
      ...fields,
    });
    const response = await this.client.call(txnOffsetCommitRequest, txnOffsetCommitResponse, version, request);
    const result = response.topics[0]?.partitions[0];
    if (result === undefined) throw new Error('the broker answered for no partition');
    return result.errorCode;
  }

  commit(): Promise<EndTxnResponse> {
    return this.end(true);
  }

  abort(): Promise<EndTxnResponse> {
    return this.end(false);
  }

  async end(committed: boolean, version = this.#versions.end): Promise<EndTxnResponse> {
    const { transactionalId, producerId, epoch: producerEpoch } = this;
    const request = createEndTxnRequest({ transactionalId, producerId, producerEpoch, committed });
    const response = await this.client.call(endTxnRequest, endTxnResponse, version, request);
    if (response.errorCode === 0 && version >= 5) this.#become(response.producerId, response.producerEpoch);
    return response;
  }

  #become(producerId: bigint, epoch: number): void {
    this.producerId = producerId;
    this.epoch = epoch;
    this.#sequences.clear();
  }
}

/** As every client does first; makes the internal topic. */
export function findTransactionCoordinator(client: WireClient, transactionalId: string): Promise<void> {
  return findCoordinator(client, 1, transactionalId);
}

/** The same for a group. */
export function findGroupCoordinator(client: WireClient, groupId: string): Promise<void> {
  return findCoordinator(client, 0, groupId);
}

async function findCoordinator(client: WireClient, keyType: number, key: string): Promise<void> {
  const request = createFindCoordinatorRequest({ keyType, coordinatorKeys: [key] });
  const { coordinators } = await client.call(findCoordinatorRequest, findCoordinatorResponse, 4, request);
  if (coordinators[0]?.errorCode !== 0) throw new Error(`no coordinator: ${JSON.stringify(coordinators)}`);
}

/** Repeats an end that was told to wait, as clients do. */
export async function waitForEnd<Answer extends { readonly errorCode: number }>(
  end: () => Promise<Answer>,
): Promise<Answer> {
  const answer = await waitUntil('the end of the transaction', async () => {
    const response = await end();
    return response.errorCode === ErrorCode.CONCURRENT_TRANSACTIONS ? undefined : response;
  });
  return answer as Answer;
}
