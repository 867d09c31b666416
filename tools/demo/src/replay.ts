/** Sends the events with the SDK at a steady pace: acknowledged by all replicas, idempotent, one batch after the other. */
import { allOrThrow, oneOrThrow, type Kafka } from '@millrace/sdk';
import { flightsTopic, type FlightEvent } from './flights.ts';
import type { Latencies } from './latencies.ts';

const BATCH_EVENTS = 1_000;

export interface ReplayOptions {
  readonly cluster: Kafka;
  /** Events a second. */
  readonly pace: number;
  readonly latencies: Latencies;
  /** Called after each acknowledged batch; a promise holds the replay up. */
  readonly onSent: (sent: number) => void | Promise<void>;
}

export async function createTopic(cluster: Kafka, partitions: number): Promise<void> {
  oneOrThrow(await cluster.admin().createTopics([{ name: flightsTopic.name, partitions }]));
}

/** Records in the topic, from the partitions' log ends. */
export async function countRecords(cluster: Kafka, partitionCount: number): Promise<number> {
  const of = (at: 'earliest' | 'latest') =>
    Array.from({ length: partitionCount }, (_, partition) => ({ topic: flightsTopic.name, partition, at }));
  const admin = cluster.admin();
  const sum = async (at: 'earliest' | 'latest'): Promise<number> =>
    allOrThrow(await admin.listOffsets(of(at))).reduce((total, { offset = 0 }) => total + offset, 0);
  return (await sum('latest')) - (await sum('earliest'));
}

export async function replay(events: readonly FlightEvent[], options: ReplayOptions): Promise<void> {
  await using producer = options.cluster.producer();
  const began = performance.now();
  for (let at = 0; at < events.length; at += BATCH_EVENTS) {
    const batch = events.slice(at, at + BATCH_EVENTS);
    const dueMs = began + (at / options.pace) * 1_000;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const sentAt = performance.now();
    await producer.sendAll(flightsTopic, batch);
    options.latencies.add(performance.now() - sentAt);
    await options.onSent(at + batch.length);
  }
}
