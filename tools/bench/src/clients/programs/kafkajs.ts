/** kafkajs: calls of 500 records, five at once (acks from all, without idempotence, with which it allows one); read by `eachBatch`. */
import kafkajs from 'kafkajs';
import { consuming, inCalls, pacing, producing, readWork, recordsOf, runMode } from '../work.ts';
import { compressLz4, decompressLz4 } from './lz4.ts';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
// It has none for lz4 itself.
(CompressionCodecs as Record<number, unknown>)[CompressionTypes.LZ4] = () => ({
  compress: (encoder: { buffer: Buffer }) => Promise.resolve(compressLz4(encoder.buffer)),
  decompress: (bytes: Buffer) => Promise.resolve(decompressLz4(bytes)),
});
const COMMIT_MS = 5_000;
const work = readWork();
const client = new Kafka({ brokers: [work.bootstrap], clientId: 'bench-kafkajs', logLevel: logLevel.ERROR });
const compression = work.compression === 'lz4' ? CompressionTypes.LZ4 : CompressionTypes.None;
const recordAt = recordsOf(work.sizeBytes);
const producer = client.producer();

await runMode(work, {
  async produce() {
    await producer.connect();
    return producing(work, (from, to) =>
      inCalls(from, to, recordAt, (messages) => producer.send({ topic: work.topic, acks: -1, compression, messages })),
    );
  },
  async latency() {
    await producer.connect();
    return pacing(work, (index) => producer.send({ topic: work.topic, acks: -1, messages: [recordAt(index)] }));
  },
  consume: () => consuming(work, read),
});

async function read(groupId: string, onFirst: () => void, onLast: (seen: number) => void): Promise<void> {
  const consumer = client.consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: work.topic, fromBeginning: true });
  const done = Promise.withResolvers<void>();
  let seen = 0;
  let length = 0;
  await consumer.run({
    autoCommitInterval: COMMIT_MS,
    eachBatch: ({ batch }) => {
      if (seen === 0) onFirst();
      for (const { value } of batch.messages) length += value?.toString().length ?? 0;
      seen += batch.messages.length;
      if (seen >= work.records && length > 0) {
        onLast(seen);
        done.resolve();
      }
      return Promise.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
}
