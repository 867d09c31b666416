/**
 * Cost of the messages on the produce and fetch paths, ten partitions each:
 * `node --conditions=@millrace/source src/wire/hot-messages.bench.ts`. Prints the best of five runs.
 */
import {
  createProduceRequest,
  createProduceRequestPartitionProduceData,
  createProduceRequestTopicProduceData,
  createProduceResponse,
  createProduceResponsePartitionProduceResponse,
  createProduceResponseTopicProduceResponse,
  produceRequest,
  produceResponse,
} from '../generated/00-produce.ts';
import {
  createFetchRequest,
  createFetchRequestFetchPartition,
  createFetchRequestFetchTopic,
  createFetchResponse,
  createFetchResponseFetchableTopicResponse,
  createFetchResponsePartitionData,
  fetchRequest,
  fetchResponse,
} from '../generated/01-fetch.ts';
import { encodeMessage } from './codec.ts';
import { encodeResponseFrame } from './frame.ts';
import { Reader } from './reader.ts';

const PARTITIONS = Array.from({ length: 10 }, (_, index) => index);
const ROUNDS = 20_000;
const SMALL_BATCH = Buffer.alloc(200);
const LARGE_BATCH = Buffer.alloc(20_000);

function measure(name: string, action: () => unknown): void {
  let bestNanos = Infinity;
  for (let run = 0; run < 6; run++) {
    const started = process.hrtime.bigint();
    for (let round = 0; round < ROUNDS; round++) action();
    const nanos = Number(process.hrtime.bigint() - started) / ROUNDS;
    if (run > 0) bestNanos = Math.min(bestNanos, nanos);
  }
  console.log(`${name.padEnd(34)} ${bestNanos.toFixed(0).padStart(6)} ns`);
}

function topic(version: number): { name: string; topicId: string } {
  return version < 13
    ? { name: 'orders.created', topicId: 'A'.repeat(22) }
    : { name: '', topicId: `${'B'.repeat(21)}A` };
}

for (const version of [7, 9, 13]) {
  const partitionData = PARTITIONS.map((index) =>
    createProduceRequestPartitionProduceData({ index, records: SMALL_BATCH }),
  );
  const request = createProduceRequest({
    acks: -1,
    topicData: [createProduceRequestTopicProduceData({ ...topic(version), partitionData })],
  });
  const bytes = Buffer.concat(encodeMessage(produceRequest, request, version));
  const partitionResponses = PARTITIONS.map((index) =>
    createProduceResponsePartitionProduceResponse({ index, baseOffset: 123_456n, logStartOffset: 0n }),
  );
  const response = createProduceResponse({
    responses: [createProduceResponseTopicProduceResponse({ ...topic(version), partitionResponses })],
  });
  measure(`decode ProduceRequest v${version}`, () => produceRequest.decode(new Reader(bytes), version));
  measure(`encode ProduceResponse frame v${version}`, () => encodeResponseFrame(produceResponse, version, 7, response));
}

for (const version of [11, 12, 17]) {
  const { name, topicId } = topic(version);
  const asked = PARTITIONS.map((partition) =>
    createFetchRequestFetchPartition({ partition, fetchOffset: 5000n, partitionMaxBytes: 1 << 20 }),
  );
  const request = createFetchRequest({
    maxWaitMs: 500,
    topics: [createFetchRequestFetchTopic({ topic: name, topicId, partitions: asked })],
  });
  const requestBytes = Buffer.concat(encodeMessage(fetchRequest, request, version));
  const records = [LARGE_BATCH, SMALL_BATCH, SMALL_BATCH];
  const partitions = PARTITIONS.map((partitionIndex) =>
    createFetchResponsePartitionData({ partitionIndex, highWatermark: 5000n, lastStableOffset: 5000n, records }),
  );
  const response = createFetchResponse({
    responses: [createFetchResponseFetchableTopicResponse({ topic: name, topicId, partitions })],
  });
  const responseBytes = Buffer.concat(encodeMessage(fetchResponse, response, version));
  measure(`decode FetchRequest v${version}`, () => fetchRequest.decode(new Reader(requestBytes), version));
  measure(`encode FetchResponse frame v${version}`, () => encodeResponseFrame(fetchResponse, version, 7, response));
  measure(`decode FetchResponse v${version}`, () => fetchResponse.decode(new Reader(responseBytes), version));
}
