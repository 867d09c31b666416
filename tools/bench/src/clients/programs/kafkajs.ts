/** kafkajs: calls of 500 records, five at once (acks from all, without idempotence, with which it allows one); read by `eachBatch`. */
import kafkajs, { type Message } from 'kafkajs';
import { compressLz4, decompressLz4 } from './lz4.ts';
import {
  CALL_RECORDS,
  CALLS,
  keyAt,
  PACED_PER_SECOND,
  paced,
  percentile,
  print,
  readWork,
  Stretch,
  valuesOf,
  WARMUP,
  type WorkFigures,
} from '../work.ts';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
// It has none for lz4 itself.
(CompressionCodecs as Record<number, unknown>)[CompressionTypes.LZ4] = () => ({
  compress: (encoder: { buffer: Buffer }) => Promise.resolve(compressLz4(encoder.buffer)),
  decompress: (bytes: Buffer) => Promise.resolve(decompressLz4(bytes)),
});
const work = readWork();
const client = new Kafka({ brokers: [work.bootstrap], clientId: 'bench-kafkajs', logLevel: logLevel.ERROR });
const compression = work.compression === 'lz4' ? CompressionTypes.LZ4 : CompressionTypes.None;

print(await modes());

function modes(): Promise<WorkFigures> {
  switch (work.mode) {
    case 'produce':
      return produce();
    case 'latency':
      return latency();
    case 'consume':
      return consume();
    default:
      throw new Error(`this program knows no "${work.mode}"`);
  }
}

async function produce(): Promise<WorkFigures> {
  const producer = client.producer();
  await producer.connect();
  const values = valuesOf(work.sizeBytes);
  const sendMany = async (from: number, to: number): Promise<void> => {
    let next = from;
    const one = async (): Promise<void> => {
      while (next < to) {
        const messages: Message[] = [];
        for (; next < to && messages.length < CALL_RECORDS; next++) {
          messages.push({ key: keyAt(next), value: values[next % values.length] as string });
        }
        await producer.send({ topic: work.topic, acks: -1, compression, messages });
      }
    };
    await Promise.all(Array.from({ length: CALLS }, one));
  };
  const warm = Math.floor(work.records * WARMUP);
  await sendMany(0, warm);
  const stretch = new Stretch();
  await sendMany(warm, work.records);
  return stretch.end(work.records - warm);
}

async function latency(): Promise<WorkFigures> {
  const producer = client.producer();
  await producer.connect();
  const values = valuesOf(work.sizeBytes);
  const send = (index: number) =>
    producer.send({
      topic: work.topic,
      acks: -1,
      messages: [{ key: keyAt(index), value: values[index % values.length] as string }],
    });
  await paced(Math.floor(work.records * WARMUP), PACED_PER_SECOND, send);
  const stretch = new Stretch();
  const timesMs = await paced(work.records, PACED_PER_SECOND, send);
  return { ...stretch.end(work.records), p50Ms: percentile(timesMs, 0.5), p99Ms: percentile(timesMs, 0.99) };
}

async function consume(): Promise<WorkFigures> {
  const consumer = client.consumer({ groupId: `bench-${process.pid}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: work.topic, fromBeginning: true });
  const warm = Math.floor(work.records * WARMUP);
  const done = Promise.withResolvers<WorkFigures>();
  let stretch: Stretch | undefined;
  let before = 0;
  let seen = 0;
  let length = 0;
  await consumer.run({
    eachBatch: ({ batch }) => {
      for (const { value } of batch.messages) length += value?.toString().length ?? 0;
      seen += batch.messages.length;
      if (stretch === undefined && seen >= warm) {
        stretch = new Stretch();
        before = seen;
      }
      if (seen >= work.records && stretch !== undefined && length > 0) done.resolve(stretch.end(seen - before));
      return Promise.resolve();
    },
  });
  return done.promise;
}
