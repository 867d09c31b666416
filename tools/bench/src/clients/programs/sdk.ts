/** @millrace/sdk: a promise for each record; read by message (`for await`) or by batch. */
import { setTimeout as sleep } from 'node:timers/promises';
import { kafka, nullable, str, topic } from '@millrace/sdk';
import { consuming, pacing, producing, readWork, recordsOf, runMode, Stretch, type WorkFigures } from '../work.ts';

const HANDLER_MS = 5;
/** Records that are sent and not acknowledged, at most. */
const OUTSTANDING = 5_000;
const work = readWork();
const client = kafka({ brokers: [work.bootstrap], clientId: 'bench-sdk' });
const target = topic(work.topic, { key: nullable(str), value: nullable(str) });
const recordAt = recordsOf(work.sizeBytes);
const producer = client.producer({ compression: work.compression });

await runMode(work, {
  produce: () => producing(work, sendMany),
  latency: () => pacing(work, (index) => producer.send(target, recordAt(index))),
  consume: () => consuming(work, readMessages),
  'consume-batches': () => consuming(work, readBatches),
  'handle-key': () => handle('key', 64),
  'handle-partition': () => handle('partition', 1),
  fill,
});

/** Every promise is looked at, the oldest first, while later ones are under way. */
async function sendMany(from: number, to: number): Promise<void> {
  const outstanding: Promise<unknown>[] = [];
  for (let index = from; index < to; index++) {
    const slot = index % OUTSTANDING;
    if (slot < outstanding.length) await outstanding[slot];
    outstanding[slot] = producer.send(target, recordAt(index));
  }
  await Promise.all(outstanding);
}

async function fill(): Promise<WorkFigures> {
  const stretch = new Stretch();
  await sendMany(0, work.records);
  return stretch.end(work.records);
}

async function readMessages(group: string, onFirst: () => void, onLast: (seen: number) => void): Promise<void> {
  await using consumer = client.consumer({ topics: [target], group });
  let seen = 0;
  let length = 0;
  for await (const message of consumer) {
    if (seen === 0) onFirst();
    length += message.value?.length ?? 0;
    if (++seen === work.records) break;
  }
  if (length > 0) onLast(seen);
}

async function readBatches(group: string, onFirst: () => void, onLast: (seen: number) => void): Promise<void> {
  await using consumer = client.consumer({ topics: [target], group });
  let seen = 0;
  let length = 0;
  for await (const batch of consumer.batches()) {
    if (seen === 0) onFirst();
    for (let index = 0; index < batch.size; index++) length += batch.valueBytes(index)?.length ?? 0;
    seen += batch.size;
    if (seen >= work.records) break;
  }
  if (length > 0) onLast(seen);
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
