/**
 * The kafkajs producers of a chaos run: idempotent, keyed sequence numbers, through every restart of the broker. What was
 * acknowledged is printed (see ../../src/chaos/client-process.ts). They end when stdin says `stop`.
 *
 * A kafkajs producer counts its sequence numbers back when a request fails, so a second send on its way could take the
 * numbers of the first for other records. Hence several producers, each with one send at a time and keys of its own.
 */
import { createInterface } from 'node:readline';
import kafkajs, { type Kafka as KafkaClient, type Producer } from 'kafkajs';

const PRODUCERS = 3;
const SENDS_PER_S = 10;

const { Kafka, logLevel } = kafkajs;

export function say(...fields: (string | number)[]): void {
  process.stdout.write(`@@ ${fields.map((field) => String(field).replaceAll(/\s+/g, ' ')).join('\t')}\n`);
}

interface Load {
  readonly topics: readonly string[];
  readonly partitions: number;
  /** Indexes of the keys that this producer writes. */
  readonly keys: readonly number[];
  /** Records of a key in one send. */
  readonly perKey: number;
  isStopped: boolean;
}

/** The sequence number and up to 600 bytes more, so that batches are of many sizes. */
function valueOf(sequence: number): string {
  return `${sequence}:${'abcdefgh'.repeat((sequence * 7_919) % 75)}`;
}

export function chaosClient(version: string): KafkaClient {
  say('version', version);
  return new Kafka({
    clientId: 'chaos-kafkajs',
    brokers: [process.env['CHAOS_BOOTSTRAP'] ?? ''],
    logLevel: logLevel.NOTHING,
    retry: { retries: 100_000, initialRetryTime: 20, maxRetryTime: 200 },
  });
}

export async function produceThroughChaos(kafka: KafkaClient): Promise<void> {
  const topics = (process.env['CHAOS_TOPICS'] ?? '').split(',');
  const keyCount = Number(process.env['CHAOS_KEYS']);
  const perKey = Number(process.env['CHAOS_RECORDS_PER_S']) / (keyCount * topics.length * SENDS_PER_S);
  const loads = Array.from({ length: PRODUCERS }, (_, producer): Load => {
    const keys = Array.from({ length: keyCount }, (__, key) => key).filter((key) => key % PRODUCERS === producer);
    const partitions = Number(process.env['CHAOS_PARTITIONS']);
    return { topics, partitions, keys, perKey: Math.max(1, Math.round(perKey)), isStopped: false };
  });
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line === 'stop') for (const load of loads) load.isStopped = true;
  });
  await Promise.all(
    loads.map(async (load) => {
      const producer = kafka.producer({
        idempotent: true,
        allowAutoTopicCreation: false,
        retry: { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 20, maxRetryTime: 200 },
      });
      await producer.connect();
      await runLoad(producer, load);
      await producer.disconnect();
    }),
  );
  say('end');
}

async function runLoad(producer: Producer, load: Load): Promise<void> {
  for (let sequence = 0; !load.isStopped; sequence += load.perKey) {
    const began = performance.now();
    try {
      await sendOnce(producer, load, sequence);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      say('fail', load.topics.join('+'), -1, `kafkajs-${load.keys.join('+')}`, sequence, reason);
      return;
    }
    const restMs = 1_000 / SENDS_PER_S - (performance.now() - began);
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  }
}

/** One request with the next sequence numbers of all keys, in all topics. */
async function sendOnce(producer: Producer, load: Load, sequence: number): Promise<void> {
  const numbers = Array.from({ length: load.perKey }, (_, index) => sequence + index);
  const messages = load.keys.flatMap((key) =>
    numbers.map((own) => ({
      key: `kafkajs-${key}`,
      partition: key % load.partitions,
      sequence: own,
      value: valueOf(own),
    })),
  );
  const topicMessages = load.topics.map((topic) => ({ topic, messages }));
  for (const { topicName, partition, baseOffset } of await producer.sendBatch({ acks: -1, topicMessages })) {
    const own = messages.filter((message) => message.partition === partition);
    for (const [index, message] of own.entries()) {
      say('ack', topicName, partition, Number(baseOffset) + index, message.key, message.sequence);
    }
  }
}
