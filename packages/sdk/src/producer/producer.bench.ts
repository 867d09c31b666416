/**
 * What a record costs a producer before the network: encoding, partitioning, accumulating, the batch's CRC, and a promise per record.
 *
 * Run: node --expose-gc --conditions=@millrace/source src/producer/producer.bench.ts
 */
import { createProduceResponse } from '@millrace/protocol/messages/00-produce';
import { createInitProducerIdResponse } from '@millrace/protocol/messages/22-init-producer-id';
import type { TopicMetadata } from '../cluster/topic-metadata.ts';
import { systemRuntime } from '../runtime.ts';
import { bytes, str } from '../topic/codecs.ts';
import { nullable } from '../topic/codecs.ts';
import { topic } from '../topic/topic.ts';
import type { ProducerOptions } from './options.ts';
import type { ProducerCluster } from './producer-cluster.ts';
import { Producer } from './producer.ts';

const RECORDS = 2_000_000;
const ROUND = 5_000;
const PARTITIONS = 6;

interface Sent {
  readonly topicData: readonly {
    readonly name: string;
    readonly topicId: string;
    readonly partitionData: readonly { readonly index: number; readonly records: unknown }[];
  }[];
}

/** A broker that acknowledges at once: what is left is the producer's own work. */
function acknowledgingCluster(): ProducerCluster {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({
    partition,
    leaderId: 1,
    leaderEpoch: 1,
    replicas: [1],
    inSyncReplicas: [1],
    errorCode: 0,
  }));
  const metadata: TopicMetadata = { name: 'bench', topicId: 'AAAAAAAAAAAAAAAAAAAAAg', isInternal: false, partitions };
  const offsets = Array.from({ length: PARTITIONS }, () => 0n);
  const cluster = {
    runtime: systemRuntime(),
    clientId: 'bench',
    topic: () => metadata,
    fetchTopic: () => Promise.resolve(metadata),
    invalidate: () => Promise.resolve(),
    applyLeaderHint: () => undefined,
    onMetadataChange: () => () => undefined,
    coordinator: () => Promise.resolve(1),
    forgetCoordinator: () => undefined,
    featureLevel: () => Promise.resolve(2),
    sendToAny: () =>
      Promise.resolve({ response: createInitProducerIdResponse({ producerId: 7n, producerEpoch: 0 }), version: 5 }),
    sendWithoutAnswer: () => Promise.resolve(),
    sendTo: (_nodeId: number, _api: unknown, request: Sent) => {
      const responses = request.topicData.map(({ name, topicId, partitionData }) => ({
        name,
        topicId,
        partitionResponses: partitionData.map(({ index }) => ({
          index,
          errorCode: 0,
          baseOffset: offsets[index] ?? 0n,
          logAppendTimeMs: -1n,
          logStartOffset: 0n,
          recordErrors: [],
          errorMessage: null,
          currentLeader: { leaderId: -1, leaderEpoch: -1 },
        })),
      }));
      return new Promise((resolve) => {
        setImmediate(() => resolve({ response: createProduceResponse({ responses }), version: 12 }));
      });
    },
  };
  return cluster as unknown as ProducerCluster;
}

const texts = topic('bench', { key: str, value: str });
const keyless = topic('bench', { value: str });
const binary = topic('bench', { key: nullable(bytes), value: bytes });
const keys = Array.from({ length: 100_000 }, (_, index) => `key-${String(index).padStart(12, '0')}`);
const values = Array.from({ length: 1_000 }, (_, index) => `value ${index} `.padEnd(100, 'abcdefgh'));
const buffers = values.map((value) => Buffer.from(value));
const keyBuffers = keys.map((key) => Buffer.from(key));

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function measure(
  name: string,
  options: ProducerOptions,
  round: (producer: Producer, from: number) => Promise<void>,
): Promise<void> {
  const producer = new Producer(acknowledgingCluster(), options);
  for (let at = 0; at < RECORDS / 4; at += ROUND) await round(producer, at);
  globalThis.gc?.();
  const began = cpuSeconds();
  for (let at = 0; at < RECORDS; at += ROUND) await round(producer, at);
  const perRecord = (cpuSeconds() - began) / RECORDS;
  process.stdout.write(
    `${name.padEnd(44)} ${(1 / perRecord / 1e6).toFixed(2)} M records per CPU-second, ${(perRecord * 1e9).toFixed(0)} ns\n`,
  );
  await producer.close();
}

async function sendRound(producer: Producer, from: number): Promise<void> {
  const acks: Promise<unknown>[] = [];
  for (let index = from; index < from + ROUND; index++) {
    acks.push(
      producer.send(texts, { key: keys[index % keys.length] ?? '', value: values[index % values.length] ?? '' }),
    );
  }
  await Promise.all(acks);
}

async function sendKeylessRound(producer: Producer, from: number): Promise<void> {
  const acks: Promise<unknown>[] = [];
  for (let index = from; index < from + ROUND; index++) {
    acks.push(producer.send(keyless, { value: values[index % values.length] ?? '' }));
  }
  await Promise.all(acks);
}

async function sendBuffersRound(producer: Producer, from: number): Promise<void> {
  const acks: Promise<unknown>[] = [];
  for (let index = from; index < from + ROUND; index++) {
    acks.push(
      producer.send(binary, {
        key: keyBuffers[index % keys.length] ?? null,
        value: buffers[index % values.length] ?? '',
      }),
    );
  }
  await Promise.all(acks);
}

async function offerRound(producer: Producer, from: number): Promise<void> {
  for (let index = from; index < from + ROUND; index++) {
    const record = { key: keys[index % keys.length] ?? '', value: values[index % values.length] ?? '' };
    while (!producer.offer(texts, record)) await producer.ready();
  }
  await producer.flush();
}

await measure('send, text key and value, promise per record', {}, sendRound);
await measure('send, text without key, promise per record', {}, sendKeylessRound);
await measure('send, bytes, promise per record', {}, sendBuffersRound);
await measure('send, text, lz4', { compression: 'lz4' }, sendRound);
await measure('offer, text key and value', {}, offerRound);
