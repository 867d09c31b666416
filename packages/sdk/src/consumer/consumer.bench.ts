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
const BATCHES_PER_FETCH = 4;
const PARTITIONS = 6;
const RECORDS = Number(process.env['RECORDS'] ?? 3_000_000);
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const FETCH_VERSION = 17;
const PREFETCH_BYTES = 32 * 1024 * 1024;
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

function earliest(): unknown {
  const partitions = TOPIC.partitions.map(({ partition }) => ({
    partitionIndex: partition,
    errorCode: 0,
    offset: 0n,
    leaderEpoch: 0,
  }));
  return { topics: [{ name: TOPIC.name, partitions }] };
}

/**
 * Whole response frames that are served one after the other; what is in them besides offsets and partition is always the same. There are
 * more of them than a consumer holds at once, so that none is changed while somebody reads it.
 */
interface Canned {
  readonly frames: readonly Buffer[];
  readonly recordsAt: number;
  readonly batchBytes: number;
  readonly partitionAt: number;
}

const MARK = 0x7a7a7a7a;

function canFrames(records: Buffer): Canned {
  const response = createFetchResponse({
    sessionId: 1,
    responses: [
      createFetchResponseFetchableTopicResponse({
        topicId: TOPIC.topicId,
        partitions: [
          createFetchResponsePartitionData({
            partitionIndex: MARK,
            highWatermark: 1n << 40n,
            lastStableOffset: 1n << 40n,
            abortedTransactions: [],
            records,
          }),
        ],
      }),
    ],
  });
  const frame = Buffer.concat(encodeMessage(fetchResponse, response, FETCH_VERSION));
  const mark = Buffer.alloc(4);
  mark.writeInt32BE(MARK);
  const count = Math.ceil(PREFETCH_BYTES / records.length) + 16;
  return {
    frames: Array.from({ length: count }, () => Buffer.from(frame)),
    recordsAt: frame.indexOf(records),
    batchBytes: records.length / BATCHES_PER_FETCH,
    partitionAt: frame.indexOf(mark),
  };
}

/** A cluster of one broker whose every answer is full. */
function cannedCluster(canned: Canned): ConstructorParameters<typeof Consumer>[0] {
  const runtime = systemRuntime();
  const positions: number[] = new Array<number>(PARTITIONS).fill(0);
  const wanted = new Set<number>();
  let turn = 0;
  const answer = (request: FetchRequest): unknown => {
    for (const { partitions } of request.forgottenTopicsData)
      for (const partition of partitions) wanted.delete(partition);
    for (const { partitions } of request.topics) for (const { partition } of partitions) wanted.add(partition);
    const [partition = 0] = wanted;
    // The one that was served goes to the end, as brokers do.
    wanted.delete(partition);
    wanted.add(partition);
    const base = positions[partition] ?? 0;
    positions[partition] = base + RECORDS_PER_BATCH * BATCHES_PER_FETCH;
    const frame = canned.frames[turn++ % canned.frames.length] ?? Buffer.alloc(0);
    for (let batch = 0; batch < BATCHES_PER_FETCH; batch++) {
      stampBatch(frame, canned.recordsAt + batch * canned.batchBytes, base + batch * RECORDS_PER_BATCH, 0);
    }
    frame.writeInt32BE(partition, canned.partitionAt);
    return { response: decodeMessage(fetchResponse, frame, FETCH_VERSION), version: FETCH_VERSION };
  };
  return {
    runtime,
    clientId: 'bench',
    requestTimeoutMs: 30_000,
    sendTo: (_node: number, api: { request: { apiKey: number } }, request: unknown) => {
      if (api.request.apiKey === 2) return Promise.resolve({ response: earliest(), version: 1 });
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

type Case = (canned: Canned) => Promise<number>;

async function forAwait(canned: Canned, declared: typeof strings | typeof raw): Promise<number> {
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

async function batches(canned: Canned, use: 'bytes' | 'strings' | 'count'): Promise<number> {
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

async function run(canned: Canned): Promise<number> {
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
    const canned = canFrames(cannedRecords(valueBytes));
    for (const [name, work] of Object.entries(CASES)) {
      if (only !== undefined && !`${name} ${String(valueBytes)}`.includes(only)) continue;
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
