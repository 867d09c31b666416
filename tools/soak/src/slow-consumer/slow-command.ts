/**
 * `npm run soak -- slow-consumer`: a consumer that takes 1 ms for each record while there is always more than it may fetch ahead. Its memory
 * must stop growing and stay small.
 *
 * Garbage that nobody has collected yet comes and goes by tens of MiB, over minutes, as the collector sees fit: it counts for the size. Growth is
 * that of what is left after a collection.
 *
 * Owns: a broker in this process, the consumer's process.
 * Bounds: LEAD_RECORDS ahead of the consumer, of RECORD_BYTES each.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { startBroker } from '@millrace/testing';

const RECORD_BYTES = 1_024;
const BATCH_RECORDS = 1_000;
/** More than twice what a consumer prefetches. */
const LEAD_RECORDS = 80_000;
const PARTITIONS = 4;
const TOPIC = 'slow-consumer';
export const RSS_BYTES_MAX = 200 * 1024 * 1024;
export const GROWTH_MAX = 0.05;
const WARM_UP_S_MAX = 300;

export interface SlowConsumerOutcome {
  readonly seconds: number;
  readonly read: number;
  readonly rssBytesMax: number;
  /** Of what collections leave, from the end of the warm-up (5 minutes, or half of a shorter run) to the end, by the means of a tenth of the run each. */
  readonly growth: number;
}

interface Sample {
  readonly read: number;
  readonly rssBytes: number;
}

export async function runSlowConsumer(seconds: number): Promise<SlowConsumerOutcome> {
  const configs = { 'retention.bytes': String(64 * 1024 * 1024), 'segment.bytes': String(8 * 1024 * 1024) };
  await using broker = await startBroker({
    topics: { [TOPIC]: { partitions: PARTITIONS, configs } },
    config: { 'log.retention.check.interval.ms': '5000' },
  });
  const value = Buffer.alloc(RECORD_BYTES, 'x');
  let written = 0;
  const keepAhead = async (read: number): Promise<void> => {
    for (; written < read + LEAD_RECORDS; written += BATCH_RECORDS) {
      const partition = (written / BATCH_RECORDS) % PARTITIONS;
      const batch = Array.from({ length: BATCH_RECORDS / 2 }, () => ({ value, partition }));
      await broker.produce(TOPIC, batch);
      await broker.produce(TOPIC, batch);
    }
  };
  await keepAhead(0);
  const program = join(import.meta.dirname, 'reader.ts');
  const flags = ['--conditions=@millrace/source', '--expose-gc'];
  const reader = spawn(process.execPath, [...flags, program, broker.bootstrapServers, TOPIC], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { window, warm, last } = windowsOf(seconds);
  const exited = once(reader, 'exit');
  const samples: Sample[] = [];
  try {
    for await (const line of createInterface({ input: reader.stdout })) {
      const sample = JSON.parse(line) as Sample;
      samples.push(sample);
      if (samples.length >= seconds) break;
      if (samples.length === warm || samples.length === last) reader.stdin.write('collect\n');
      if (samples.length === warm + window && samples.length < last) reader.stdin.write('rest\n');
      await keepAhead(sample.read);
    }
  } finally {
    reader.kill('SIGKILL');
    await exited;
  }
  if (samples.length < seconds) throw new Error(`the consumer ended after ${samples.length} s`);
  return judge(samples);
}

function judge(samples: readonly Sample[]): SlowConsumerOutcome {
  const { window, warm, last } = windowsOf(samples.length);
  const before = meanRss(samples.slice(warm, warm + window));
  const after = meanRss(samples.slice(last));
  return {
    seconds: samples.length,
    read: samples.at(-1)?.read ?? 0,
    rssBytesMax: Math.max(...samples.map(({ rssBytes }) => rssBytes)),
    growth: after / before - 1,
  };
}

/** In seconds: how long it is looked at, from when on the first time, and the last time. */
function windowsOf(seconds: number): { readonly window: number; readonly warm: number; readonly last: number } {
  const window = Math.max(1, Math.floor(seconds / 10));
  return { window, warm: Math.min(WARM_UP_S_MAX, Math.floor(seconds / 2)), last: seconds - window };
}

function meanRss(samples: readonly Sample[]): number {
  return samples.reduce((sum, { rssBytes }) => sum + rssBytes, 0) / samples.length;
}

/** The command; returns the exit code. */
export async function slowConsumerCommand(argv: readonly string[]): Promise<number> {
  const options = { minutes: { type: 'string', default: '30' } } as const;
  const { values } = parseArgs({ args: [...argv], options });
  const { seconds, read, rssBytesMax, growth } = await runSlowConsumer(Math.round(Number(values.minutes) * 60));
  const isGood = rssBytesMax < RSS_BYTES_MAX && growth < GROWTH_MAX;
  const mib = (rssBytesMax / 1024 / 1024).toFixed(0);
  console.log(
    `slow consumer ${isGood ? 'pass' : 'FAIL'}: ${seconds} s, ${read} records, at most ${mib} MiB, growth ${(growth * 100).toFixed(1)} %`,
  );
  console.log(isGood ? '1 passed, 0 failed, 0 skipped' : '0 passed, 1 failed, 0 skipped');
  return isGood ? 0 : 1;
}
