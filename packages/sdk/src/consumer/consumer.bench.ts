/**
 * The consumer's own work on canned Fetch answers: from the bytes of a response to what the application gets, without sockets.
 * Prints records per second of CPU time (user and system of the whole process), best and median of the rounds.
 *
 * Run: node --conditions=@millrace/source src/consumer/consumer.bench.ts [case]
 */
import { randomUuid, systemRandom } from '@millrace/base';
import { decodeMessage, encodeMessage, RecordBatchWriter, stampBatch } from '@millrace/protocol';
import {
  createFetchResponse,
  createFetchResponseFetchableTopicResponse,
  createFetchResponsePartitionData,
  fetchResponse,
  type FetchRequest,
} from '@millrace/protocol/messages/01-fetch';
import type { TopicMetadata } from '../cluster/topic-metadata.ts';
import { systemRuntime } from '../runtime.ts';
import { bytes, str } from '../topic/codecs.ts';
import { topic } from '../topic/topic.ts';
import { Consumer } from './consumer.ts';

const RECORDS_PER_BATCH = 1_000;
const BATCHES_PER_FETCH = 8;
const PARTITIONS = 6;
const RECORDS = Number(process.env['RECORDS'] ?? 3_000_000);
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const FETCH_VERSION = 17;
const TOPIC: TopicMetadata = {
  name: 'orders',
  topicId: randomUuid(systemRandom),
  isInternal: false,
  partitions: Array.from({ length: PARTITIONS }, (_, partition) => ({
    partition,
    leaderId: 1,
    leaderEpoch: 0,
    replicas: [1],
    inSyncReplicas: [1],
    errorCode: 0,
  })),
};

/** One partition's share of a fetch: keys of 16 bytes, values of so many. */
function cannedRecords(valueBytes: number): Buffer {
  const writer = new RecordBatchWriter();
  const batches = Array.from({ length: BATCHES_PER_FETCH }, (_, batch) => {
    for (let index = 0; index < RECORDS_PER_BATCH; index++) {
      const number = batch * RECORDS_PER_BATCH + index;
      writer.append(
        `key-${String(number % 100_000).padStart(12, '0')}`,
        `{"n":${String(number)},"x":"`.padEnd(valueBytes - 2, 'v') + '"}',
        1_700_000_000_000 + number,
      );
    }
    return Buffer.from(writer.finish());
  });
  return Buffer.concat(batches);
}

/** A cluster of one broker whose every answer is full. */
function cannedCluster(canned: Buffer): ConstructorParameters<typeof Consumer>[0] {
  const runtime = systemRuntime();
  const positions: number[] = new Array<number>(PARTITIONS).fill(0);
  const batchBytes = canned.length / BATCHES_PER_FETCH;
  let turn = 0;
  const answer = (request: FetchRequest): unknown => {
    const partition = turn++ % PARTITIONS;
    const base = positions[partition] ?? 0;
    positions[partition] = base + RECORDS_PER_BATCH * BATCHES_PER_FETCH;
    for (let batch = 0; batch < BATCHES_PER_FETCH; batch++) {
      stampBatch(canned, batch * batchBytes, base + batch * RECORDS_PER_BATCH, 0);
    }
    const response = createFetchResponse({
      sessionId: request.sessionId === 0 ? 1 : request.sessionId,
      responses: [
        createFetchResponseFetchableTopicResponse({
          topicId: TOPIC.topicId,
          partitions: [
            createFetchResponsePartitionData({
              partitionIndex: partition,
              highWatermark: 1n << 40n,
              lastStableOffset: 1n << 40n,
              abortedTransactions: [],
              records: canned,
            }),
          ],
        }),
      ],
    });
    // Copies the records as receiving them would.
    const frame = Buffer.concat(encodeMessage(fetchResponse, response, FETCH_VERSION));
    return { response: decodeMessage(fetchResponse, frame, FETCH_VERSION), version: FETCH_VERSION };
  };
  return {
    runtime,
    clientId: 'bench',
    requestTimeoutMs: 30_000,
    sendTo: (_node: number, _api: unknown, request: unknown) => {
      const message =
        typeof request === 'function'
          ? (request as (version: number) => FetchRequest)(FETCH_VERSION)
          : (request as FetchRequest);
      return new Promise((resolve) => setImmediate(() => resolve(answer(message))));
    },
    versionOf: () => Promise.resolve(undefined),
    topic: () => TOPIC,
    topicById: () => TOPIC,
    fetchTopic: () => Promise.resolve(TOPIC),
    fetchTopics: () => Promise.resolve([TOPIC]),
    invalidate: () => Promise.resolve(),
    applyLeaderHint: () => undefined,
    onMetadataChange: () => () => undefined,
    coordinator: () => Promise.resolve(1),
    forgetCoordinator: () => undefined,
    closeLane: () => undefined,
    isClosed: false,
  } as unknown as ConstructorParameters<typeof Consumer>[0];
}

const strings = topic('orders', { key: str, value: str });
const raw = topic('orders', { key: bytes, value: bytes });

type Case = (canned: Buffer) => Promise<number>;

async function forAwait(canned: Buffer, declared: typeof strings | typeof raw): Promise<number> {
  const consumer = new Consumer(cannedCluster(canned), { topics: [declared] });
  let count = 0;
  let length = 0;
  for await (const message of consumer) {
    length += message.value.length;
    if (++count === RECORDS) break;
  }
  await consumer.close();
  return length;
}

async function batches(canned: Buffer, use: 'bytes' | 'strings' | 'count'): Promise<number> {
  const consumer = new Consumer(cannedCluster(canned), { topics: [strings] });
  let count = 0;
  let length = 0;
  for await (const batch of consumer.batches()) {
    if (use === 'bytes')
      for (let index = 0; index < batch.size; index++) length += batch.valueBytes(index)?.length ?? 0;
    else if (use === 'strings') for (const message of batch) length += message.value.length;
    if ((count += batch.size) >= RECORDS) break;
  }
  await consumer.close();
  return length;
}

async function run(canned: Buffer): Promise<number> {
  const consumer = new Consumer(cannedCluster(canned), { topics: [strings] });
  let count = 0;
  let length = 0;
  const stop = new AbortController();
  await consumer.run(
    ({ value }) => {
      length += value.length;
      if (++count === RECORDS) stop.abort();
    },
    { signal: stop.signal },
  );
  await consumer.close();
  return length;
}

const CASES: Readonly<Record<string, Case>> = {
  'for await, strings': (canned) => forAwait(canned, strings),
  'for await, bytes': (canned) => forAwait(canned, raw),
  'batches, value bytes': (canned) => batches(canned, 'bytes'),
  'batches, messages of strings': (canned) => batches(canned, 'strings'),
  'batches, nothing read': (canned) => batches(canned, 'count'),
  'run() by partition, strings': run,
};

async function main(): Promise<void> {
  const only = process.argv[2];
  for (const valueBytes of [100, 1_024]) {
    const canned = cannedRecords(valueBytes);
    for (const [name, work] of Object.entries(CASES)) {
      if (only !== undefined && !name.includes(only)) continue;
      const rates: number[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const before = process.cpuUsage();
        await work(canned);
        const { user, system } = process.cpuUsage(before);
        // The first round warms up.
        if (round > 0) rates.push(RECORDS / (user + system));
      }
      rates.sort((a, b) => b - a);
      const median = rates[Math.floor(rates.length / 2)] ?? 0;
      console.log(
        `${name.padEnd(30)} ${String(valueBytes).padStart(5)} B  best ${(rates[0] ?? 0).toFixed(2)} M/s  median ${median.toFixed(2)} M/s`,
      );
    }
  }
}

void main();
