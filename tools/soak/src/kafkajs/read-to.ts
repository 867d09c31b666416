/** Reads topics from the beginning with kafkajs and read_committed, in a group of its own. */
import type { HistoryRecorder, PolledRecord } from '@millrace/testing';
import { waitUntil } from '@millrace/testing';
import { decodeValue } from '../settings.ts';
import { patientClient, untilAnswered } from './client.ts';

const END_MS_MAX = 60_000;

export interface ReadTo {
  readonly bootstrap: string;
  readonly consumer: string;
  readonly group: string;
  readonly history: HistoryRecorder;
  /** The last record of each partition; −1: it has none. */
  readonly last: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[];
}

/** Resolves when each partition has been read up to its last record, and has said so in the history. */
export async function readWithKafkajs({ bootstrap, consumer: name, group, history, last }: ReadTo): Promise<void> {
  const consumer = patientClient(bootstrap, name).consumer({ groupId: group, maxWaitTimeInMs: 100 });
  const reached = new Map<string, number>();
  const topics = [...new Set(last.map((one) => one.topic))];
  await consumer.connect();
  await untilAnswered('the topics to read', () => consumer.subscribe({ topics, fromBeginning: true }));
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch: { topic, partition, messages } }) => {
      const before = reached.get(`${topic}/${partition}`) ?? -1;
      const records = messages
        .map((message): PolledRecord => {
          const { name: record, transaction } = decodeValue(message.value?.toString('latin1') ?? '');
          return [Number(message.offset), record, transaction];
        })
        // A member that joins again begins anew, since nothing is committed.
        .filter(([offset]) => offset > before);
      const end = records.at(-1);
      if (end === undefined) return Promise.resolve();
      reached.set(`${topic}/${partition}`, end[0]);
      history.record({ type: 'poll', consumer: name, isolation: 'read_committed', topic, partition, records });
      return Promise.resolve();
    },
  });
  try {
    const missing = (): typeof last =>
      last.filter(({ topic, partition, offset }) => (reached.get(`${topic}/${partition}`) ?? -1) < offset);
    await waitUntil('kafkajs to read everything', () => missing().length === 0, END_MS_MAX);
  } finally {
    await consumer.disconnect();
  }
  for (const { topic, partition, offset } of last) {
    history.record({ type: 'complete', consumer: name, topic, partition, endOffset: offset + 1 });
  }
}
