/** Sends the events through kafkajs at a steady pace: acks=all, idempotent, one batch after the other. */
import { Kafka, logLevel } from 'kafkajs';
import type { FlightEvent } from './flights.ts';
import type { Latencies } from './latencies.ts';

const BATCH_EVENTS = 1_000;

export interface ReplayOptions {
  readonly broker: string;
  readonly topic: string;
  readonly partitionCount: number;
  /** Events a second. */
  readonly pace: number;
  readonly latencies: Latencies;
  /** Called after each acknowledged batch; a promise holds the replay up. */
  readonly onSent: (sent: number) => void | Promise<void>;
}

export async function createTopic(broker: string, topic: string, partitionCount: number): Promise<void> {
  const admin = client(broker).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitionCount }], waitForLeaders: true });
  await admin.disconnect();
}

/** Records in the topic, from the partitions' log ends. */
export async function countRecords(broker: string, topic: string): Promise<number> {
  const admin = client(broker).admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}

export async function replay(events: readonly FlightEvent[], options: ReplayOptions): Promise<void> {
  const producer = client(options.broker).producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const began = performance.now();
  for (let at = 0; at < events.length; at += BATCH_EVENTS) {
    const batch = events.slice(at, at + BATCH_EVENTS);
    const dueMs = began + (at / options.pace) * 1_000;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const sentAt = performance.now();
    await producer.send({ topic: options.topic, acks: -1, messages: [...batch] });
    options.latencies.add(performance.now() - sentAt);
    await options.onSent(at + batch.length);
  }
  await producer.disconnect();
}

function client(broker: string): Kafka {
  return new Kafka({
    clientId: 'flights',
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 60 },
  });
}
