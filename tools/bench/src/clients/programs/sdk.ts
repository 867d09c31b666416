/** @millrace/sdk: a promise for each record; read by message (`for await`) or by batch. */
import { setTimeout as sleep } from 'node:timers/promises';
import { kafka, nullable, str, topic } from '@millrace/sdk';
import {
  keyAt,
  OUTSTANDING,
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

const HANDLER_MS = 5;
const work = readWork();
const client = kafka({ brokers: [work.bootstrap], clientId: 'bench-sdk' });
const target = topic(work.topic, { key: nullable(str), value: nullable(str) });

print(await modes());

function modes(): Promise<WorkFigures> {
  switch (work.mode) {
    case 'produce':
      return produce();
    case 'latency':
      return latency();
    case 'consume':
      return consume();
    case 'consume-batches':
      return consumeBatches();
    case 'handle-key':
      return handle('key', 64);
    case 'handle-partition':
      return handle('partition', 1);
    default:
      throw new Error(`this program knows no "${work.mode}"`);
  }
}

async function produce(): Promise<WorkFigures> {
  const producer = client.producer({ compression: work.compression });
  const values = valuesOf(work.sizeBytes);
  const sendMany = async (from: number, to: number): Promise<void> => {
    const outstanding: Promise<unknown>[] = [];
    for (let index = from; index < to; index++) {
      outstanding.push(producer.send(target, { key: keyAt(index), value: values[index % values.length] as string }));
      if (outstanding.length < OUTSTANDING) continue;
      // The older half, so that the other goes on meanwhile.
      await Promise.all(outstanding.splice(0, OUTSTANDING / 2));
    }
    await Promise.all(outstanding);
  };
  const warm = Math.floor(work.records * WARMUP);
  await sendMany(0, warm);
  const stretch = new Stretch();
  await sendMany(warm, work.records);
  return stretch.end(work.records - warm);
}

async function latency(): Promise<WorkFigures> {
  const producer = client.producer();
  const values = valuesOf(work.sizeBytes);
  const send = (index: number) =>
    producer.send(target, { key: keyAt(index), value: values[index % values.length] as string });
  await paced(Math.floor(work.records * WARMUP), PACED_PER_SECOND, send);
  const stretch = new Stretch();
  const timesMs = await paced(work.records, PACED_PER_SECOND, send);
  return { ...stretch.end(work.records), p50Ms: percentile(timesMs, 0.5), p99Ms: percentile(timesMs, 0.99) };
}

async function consume(): Promise<WorkFigures> {
  const consumer = client.consumer({ topics: [target], group: `bench-${process.pid}` });
  const warm = Math.floor(work.records * WARMUP);
  let stretch: Stretch | undefined;
  let seen = 0;
  let length = 0;
  for await (const message of consumer) {
    length += message.value?.length ?? 0;
    if (++seen === warm) stretch = new Stretch();
    if (seen === work.records) break;
  }
  if (length === 0 || stretch === undefined) throw new Error('nothing was read');
  return stretch.end(work.records - warm);
}

async function consumeBatches(): Promise<WorkFigures> {
  const consumer = client.consumer({ topics: [target], group: `bench-${process.pid}` });
  const warm = Math.floor(work.records * WARMUP);
  let stretch: Stretch | undefined;
  let before = 0;
  let seen = 0;
  let length = 0;
  for await (const batch of consumer.batches()) {
    for (let index = 0; index < batch.size; index++) length += batch.valueBytes(index)?.length ?? 0;
    seen += batch.size;
    if (stretch === undefined && seen >= warm) {
      stretch = new Stretch();
      before = seen;
    }
    if (seen >= work.records) break;
  }
  if (length === 0 || stretch === undefined) throw new Error('nothing was read');
  return stretch.end(seen - before);
}

async function handle(order: 'key' | 'partition', concurrency: number): Promise<WorkFigures> {
  const consumer = client.consumer({ topics: [target], group: `bench-${process.pid}-${order}` });
  const done = new AbortController();
  let seen = 0;
  let stretch: Stretch | undefined;
  await consumer.run(
    async () => {
      stretch ??= new Stretch();
      await sleep(HANDLER_MS);
      if (++seen === work.records) done.abort();
    },
    { order, concurrency, signal: done.signal },
  );
  if (stretch === undefined) throw new Error('nothing was handled');
  return stretch.end(work.records);
}
