/**
 * What opening compressed batches costs: `node --conditions=@millrace/source src/produce/batch-preparation.bench.ts`.
 *
 * First CPU microseconds a batch (`process.cpuUsage`, all threads; median of five rounds): judged unopened, opened at once, opened by the
 * thread pool. Then, for batches made to be slow, four of which come at once, the most CPU time of the main thread between two turns of
 * the event loop, which other work on the machine does not change, and by how much resident memory grew at most.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compress, type CompressionCodec } from '@millrace/compression';
import { systemClock } from '@millrace/base';
import type { PartitionLog } from '@millrace/log';
import { batchWithRecords, openBatch, RecordBatchWriter, validateBatch, type HeaderToWrite } from '@millrace/protocol';
import { loadBrokerConfig } from '../config/broker-config.ts';
import { resolveTopicConfig } from '../config/topic-config.ts';
import { BatchPreparation } from './batch-preparation.ts';

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const MIB = 1024 * 1024;
const ROUNDS = 5;
const OPENED_BYTES_PER_ROUND = 24 * MIB;

let state = 7;
function random(): number {
  return (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) / 0x7fffffff;
}

/** JSON of a hundred bytes whose words come from a vocabulary of four hundred. */
const words = Array.from({ length: 400 }, () => Math.floor(random() * 1e9).toString(36));
function jsonValue(): string {
  let text = `{"id":${Math.floor(random() * 1e9)}`;
  while (text.length < 95) text += `,"${words[Math.floor(random() * 400)]}":${Math.floor(random() * 1000)}`;
  return text.slice(0, 100);
}

function jsonBatch(codec: CompressionCodec, count: number): Buffer {
  const writer = new RecordBatchWriter();
  for (let index = 0; index < count; index++) writer.append(`key-${index}`, jsonValue(), 1_700_000_000_000 + index);
  return writer.finish({ codec });
}

async function cpuMicros(rounds: number, action: () => unknown): Promise<number> {
  const samples: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let index = 0; index < rounds; index++) await action();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) samples.push((user + system) / rounds);
  }
  return samples.sort((left, right) => left - right)[ROUNDS >> 1] ?? NaN;
}

async function costs(): Promise<void> {
  console.log('codec   packed B  opened B  unopened us  at once us  thread pool us  at once, us a MiB opened');
  for (const codec of CODECS) {
    for (const count of [8, 140, 600, 9000]) {
      const batch = jsonBatch(codec, count);
      const opened = validateBatch(batch).recordsSizeBytes;
      const rounds = Math.max(5, Math.min(500, Math.floor(OPENED_BYTES_PER_ROUND / opened)));
      const unopened = await cpuMicros(rounds, () => validateBatch(batch, { leavesPacked: true }));
      const atOnce = await cpuMicros(rounds, () => validateBatch(batch));
      const pool = await cpuMicros(rounds, () => openBatch(batch, {}, nextTurn));
      const columns = [batch.length, opened, unopened.toFixed(1), atOnce.toFixed(1), pool.toFixed(1)];
      const perMib = ((atOnce - unopened) / (opened / MIB)).toFixed(0);
      console.log([codec.padEnd(6), ...[...columns, perMib].map((column) => String(column).padStart(11))].join(' '));
    }
  }
}

function threadMicros(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

function oneRecord(value: Buffer, headers: readonly HeaderToWrite[] = []): Buffer {
  const writer = new RecordBatchWriter();
  writer.append(null, value, 1, headers);
  return writer.finish();
}

async function stalls(): Promise<void> {
  const many = new RecordBatchWriter();
  for (let index = 0; index < 1_000_000; index++) many.append(null, null, 1);
  const shapes: readonly [string, Buffer][] = [
    ['one record of 31 MiB', oneRecord(Buffer.alloc(31 * MIB))],
    ['a million empty records', many.finish()],
    [
      'a record with a million headers',
      oneRecord(Buffer.alloc(0), new Array(1_000_000).fill({ key: '', value: null })),
    ],
  ];
  const settings = resolveTopicConfig(loadBrokerConfig(new Map()), new Map([['max.message.bytes', String(8 * MIB)]]));
  console.log('\nfour at once                        packed B  longest turn ms  all done ms  memory MiB');
  for (const [name, plain] of shapes) {
    for (const codec of CODECS) {
      const batch = batchWithRecords(plain, codec, compress(codec, plain.subarray(61)));
      const preparation = new BatchPreparation(systemClock, 256 * MIB);
      let isDone = false;
      let longest = 0;
      let resident = 0;
      const before = process.memoryUsage.rss();
      const watch = async (): Promise<void> => {
        for (let last = threadMicros(); !isDone;) {
          await nextTurn();
          const now = threadMicros();
          longest = Math.max(longest, now - last);
          last = now;
          resident = Math.max(resident, process.memoryUsage.rss());
        }
      };
      const watching = watch();
      await nextTurn();
      const started = performance.now();
      const queue = () =>
        preparation.queue({} as PartitionLog, batch, settings, undefined, ({ verdict }) => verdict?.errorCode);
      const codes = await Promise.all([queue(), queue(), queue(), queue()]);
      const tookMs = performance.now() - started;
      isDone = true;
      await watching;
      const columns = [
        batch.length,
        (longest / 1000).toFixed(1),
        tookMs.toFixed(0),
        ((resident - before) / MIB).toFixed(0),
        codes.join(),
      ];
      console.log([`${name}, ${codec}`.padEnd(40), ...columns.map((column) => String(column).padStart(10))].join(' '));
    }
  }
}

await costs();
await stalls();
