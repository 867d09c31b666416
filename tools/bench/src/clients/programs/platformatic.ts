/** @platformatic/kafka: calls of 500 records, five at once (acks from all, without idempotence, with which it allows one); read as a stream. */
import { Consumer, MessagesStreamModes, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
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

const work = readWork();
const BASE = { clientId: 'bench-platformatic', bootstrapBrokers: [work.bootstrap] };

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
  const producer = new Producer({ ...BASE, serializers: stringSerializers });
  const values = valuesOf(work.sizeBytes);
  const sendMany = async (from: number, to: number): Promise<void> => {
    let next = from;
    const one = async (): Promise<void> => {
      while (next < to) {
        const messages: { topic: string; key: string; value: string }[] = [];
        for (; next < to && messages.length < CALL_RECORDS; next++) {
          messages.push({ topic: work.topic, key: keyAt(next), value: values[next % values.length] as string });
        }
        await producer.send({ messages, acks: -1, compression: work.compression });
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
  const producer = new Producer({ ...BASE, serializers: stringSerializers });
  const values = valuesOf(work.sizeBytes);
  const send = (index: number) =>
    producer.send({
      messages: [{ topic: work.topic, key: keyAt(index), value: values[index % values.length] as string }],
      acks: -1,
    });
  await paced(Math.floor(work.records * WARMUP), PACED_PER_SECOND, send);
  const stretch = new Stretch();
  const timesMs = await paced(work.records, PACED_PER_SECOND, send);
  return { ...stretch.end(work.records), p50Ms: percentile(timesMs, 0.5), p99Ms: percentile(timesMs, 0.99) };
}

async function consume(): Promise<WorkFigures> {
  const consumer = new Consumer({
    ...BASE,
    groupId: `bench-${process.pid}`,
    deserializers: stringDeserializers,
    highWaterMark: 16_384,
    maxBytes: 8 * 1024 * 1024,
  });
  const stream = await consumer.consume({ topics: [work.topic], mode: MessagesStreamModes.EARLIEST });
  const warm = Math.floor(work.records * WARMUP);
  const done = Promise.withResolvers<WorkFigures>();
  let stretch: Stretch | undefined;
  let seen = 0;
  let length = 0;
  stream.on('error', done.reject);
  stream.on('data', ({ value }) => {
    length += value?.length ?? 0;
    if (++seen === warm) stretch = new Stretch();
    if (seen === work.records && stretch !== undefined && length > 0) done.resolve(stretch.end(seen - warm));
  });
  return done.promise;
}
