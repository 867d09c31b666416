/**
 * How fast the sink's task alone is, with 750 bytes a record as JSON, and how fast the source reads it back:
 * node --conditions=@millrace/source test/throughput.ts [records] [setting=value ...]
 */
import { noMetrics, silentLogger, systemClock, systemTimers } from '@millrace/base';
import { S3Server } from '@millrace/connect-testkit';
import type { InRecord } from '@millrace/connect-api';
import { s3Sink, s3Source } from '../src/index.ts';

const [countText = '500000', ...given] = process.argv.slice(2);
const count = Number(countText);
const more = Object.fromEntries(given.map((text) => text.split('=', 2) as [string, string]));
const BATCH = 500;
const PARTITIONS = 4;

const server = await S3Server.start('bench');
const common = {
  connector: 's3',
  task: 0,
  log: silentLogger,
  metrics: noMetrics,
  clock: systemClock,
  timers: systemTimers,
  signal: new AbortController().signal,
};
let peakBytes = 0;
const watch = setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 50);

async function measured(what: string, records: number, work: () => Promise<void>): Promise<void> {
  peakBytes = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  console.log(
    `${what}: ${Math.round(records / seconds)} records/s, ${Math.round(records / cpuSeconds)} per CPU-second, peak RSS ${Math.round(peakBytes / 1e6)} MB`,
  );
}

await measured('sink', count, async () => {
  const { config, issues } = s3Sink.config.read({ ...server.settings('bench'), 'flush.size': '50000', ...more });
  if (config === undefined) throw new Error(JSON.stringify(issues));
  const task = await s3Sink.task({}, config, {
    ...common,
    report: async () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    commitSoon: () => undefined,
    seek: () => undefined,
  });
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: 't', partition }));
  await task.assigned?.(partitions);
  const text = 'lorem ipsum dolor sit amet '.repeat(24);
  const signal = new AbortController().signal;
  for (let n = 0; n < count; n += BATCH) {
    const partition = (n / BATCH) % PARTITIONS;
    const first = Math.floor(n / BATCH / PARTITIONS) * BATCH;
    const records = Array.from({ length: BATCH }, (_, index): InRecord => {
      const offset = first + index;
      const value = { id: n + index, amount: (n + index) / 4, name: `name ${index}`, text, at: 1_700_000_000_000 + n };
      const origin = { topic: 't', partition, offset };
      return { ...origin, key: null, value, headers: [], timestampMs: 1, timestampType: 'create', origin };
    });
    await task.write(records, signal);
    // As the consumer's turn between two batches.
    if ((n / BATCH) % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await task.flush?.('stop', signal);
  await task[Symbol.asyncDispose]();
});

if (more['format.class'] !== 'parquet') {
  const { config, issues } = s3Source.config.read({
    ...server.settings('bench'),
    'input.format': more['format.class'] ?? 'json',
  });
  if (config === undefined) throw new Error(JSON.stringify(issues));
  const task = await s3Source.task({}, config, {
    ...common,
    offset: async () => undefined,
    offsets: async (partitions) => partitions.map(() => undefined),
    deadLetter: async () => undefined,
  });
  const written = Math.floor(count / PARTITIONS / 50_000) * 50_000 * PARTITIONS;
  await measured('source', written, async () => {
    let read = 0;
    for await (const { records } of task.read(new AbortController().signal)) {
      read += records.length;
      if (read >= written) break;
    }
  });
  await task[Symbol.asyncDispose]();
}
clearInterval(watch);
await server.stop();
