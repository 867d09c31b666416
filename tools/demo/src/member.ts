/** One member of the consumer group, a process of its own: reports every batch before it commits it. */
import { Kafka, logLevel } from 'kafkajs';
import type { MemberMessage } from './member-messages.ts';

const [broker, topic, groupId, name] = process.argv.slice(2);
if (broker === undefined || topic === undefined || groupId === undefined || name === undefined) {
  throw new Error('usage: member BROKER TOPIC GROUP NAME');
}

const kafka = new Kafka({
  clientId: name,
  brokers: [broker],
  logLevel: logLevel.NOTHING,
  retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 40 },
});
const consumer = kafka.consumer({
  groupId,
  sessionTimeout: 6_000,
  heartbeatInterval: 500,
  maxWaitTimeInMs: 100,
  retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 40, restartOnFailure: () => Promise.resolve(true) },
});

consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
  send({ kind: 'assigned', partitions: payload.memberAssignment[topic] ?? [] });
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  eachBatchAutoResolve: true,
  eachBatch: async (delivery) => {
    const { batch } = delivery;
    const receivedAtMs = Date.now();
    await sendAndWait({
      kind: 'processed',
      keys: batch.messages.map((message) => String(message.key)),
      values: batch.messages.map((message) => String(message.value)),
      producedAtMs: batch.messages.map((message) => Number(message.timestamp)),
      receivedAtMs,
    });
    await delivery.heartbeat();
  },
});

process.on('disconnect', () => process.exit(0));

function send(message: MemberMessage): void {
  process.send?.(message);
}

/** Resolves once the message is on its way, so that a commit never runs ahead of the report. */
function sendAndWait(message: MemberMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, undefined, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
