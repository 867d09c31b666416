/** Reads the topic from the beginning once more with kafkajs: what the SDK wrote is there for the clients of others, too. */
import { Kafka, logLevel } from 'kafkajs';
import { flightsTopic } from './flights.ts';

/** Hands out key and value of each record until `count` of them were read. */
export async function readWithKafkajs(
  broker: string,
  count: number,
  take: (key: string, value: string) => void,
): Promise<void> {
  const consumer = new Kafka({ clientId: 'reader', brokers: [broker], logLevel: logLevel.NOTHING }).consumer({
    groupId: 'readers-with-kafkajs',
    maxWaitTimeInMs: 100,
  });
  const done = Promise.withResolvers<void>();
  let read = 0;
  await consumer.connect();
  await consumer.subscribe({ topic: flightsTopic.name, fromBeginning: true });
  await consumer.run({
    eachBatch: ({ batch }) => {
      for (const { key, value } of batch.messages) take(String(key), String(value));
      read += batch.messages.length;
      if (read >= count) done.resolve();
      return Promise.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
}
