/**
 * The kafkajs reader of a chaos run, for machines without librdkafka. It prints each record it gets, and ends at the ends
 * of all partitions once its stdin has said `stop`.
 */
import { createInterface } from 'node:readline';
import type { Admin, Kafka } from 'kafkajs';
import { say } from './chaos.ts';

export async function readThroughChaos(kafka: Kafka): Promise<void> {
  const topics = (process.env['CHAOS_TOPICS'] ?? '').split(',');
  const consumer = kafka.consumer({ groupId: `chaos-${process.pid}`, maxWaitTimeInMs: 100, sessionTimeout: 60_000 });
  const next = new Map<string, number>();
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ topic, partition, message }) => {
      const place = `${topic}/${partition}`;
      const offset = Number(message.offset);
      // A member that joins again begins anew, since nothing is committed.
      if (offset < (next.get(place) ?? 0)) return Promise.resolve();
      next.set(place, offset + 1);
      const sequence = message.value?.toString('latin1').split(':', 1)[0] ?? '';
      say('record', topic, partition, offset, message.key?.toString('utf8') ?? '', sequence, message.timestamp);
      return Promise.resolve();
    },
  });
  await new Promise<void>((resolve) => {
    createInterface({ input: process.stdin }).on('line', (line) => {
      if (line === 'stop') resolve();
    });
  });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await endsOf(admin, topics);
  while (ends.some(([place, end]) => (next.get(place) ?? 0) < end)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await admin.disconnect();
  await consumer.disconnect();
  say('end');
}

async function endsOf(admin: Admin, topics: readonly string[]): Promise<[place: string, end: number][]> {
  const ends = await Promise.all(
    topics.map(async (topic) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      return offsets.map(({ partition, high }): [string, number] => [`${topic}/${partition}`, Number(high)]);
    }),
  );
  return ends.flat();
}
