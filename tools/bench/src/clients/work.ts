/**
 * What the client programs share: what they are asked for, the records, and how a stretch of work is measured.
 *
 * A program is a process of its own with one client in it: `PROGRAM MODE BOOTSTRAP TOPIC RECORDS SIZE COMPRESSION`. It prints its figures as
 * one line of JSON. CPU is that of the process, all its threads included, from behind the warm-up to the end.
 */
import { performance } from 'node:perf_hooks';

export interface Work {
  readonly mode: string;
  readonly bootstrap: string;
  readonly topic: string;
  readonly records: number;
  readonly sizeBytes: number;
  readonly compression: 'none' | 'lz4';
}

export interface WorkFigures {
  readonly recordsPerSecond: number;
  /** Microseconds of CPU for each record. */
  readonly cpuMicros?: number;
  readonly residentMaxMb?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

const KEYS = 100_000;
const KEY_BYTES = 16;
const VALUES = 1_000;

export function readWork(): Work {
  const [mode = '', bootstrap = '', topic = '', records = '', size = '', compression = 'none'] = process.argv.slice(2);
  if (compression !== 'none' && compression !== 'lz4') throw new Error(`no compression "${compression}" here`);
  return { mode, bootstrap, topic, records: Number(records), sizeBytes: Number(size), compression };
}

/** Keys of 16 bytes out of 100,000, as text. */
export const KEY_TEXTS: readonly string[] = Array.from({ length: KEYS }, (_, index) =>
  `key-${index}`.padEnd(KEY_BYTES, '.'),
);

export function keyAt(index: number): string {
  // A step that is prime to the number of keys visits all of them out of order.
  return KEY_TEXTS[(index * 7_919) % KEYS] as string;
}

/** Text like JSON of about `sizeBytes`, of which a thousand differ. */
export function valuesOf(sizeBytes: number): readonly string[] {
  return Array.from({ length: VALUES }, (_, index) => {
    const text = `{"id":${index * 104_729},"name":"customer ${index}","total":${(index * 37) % 1_000},"note":"`;
    let filler = '';
    for (let word = index; text.length + filler.length < sizeBytes - 2; word += 31) filler += `${word.toString(36)} `;
    return `${text}${filler}`.slice(0, sizeBytes - 2).concat('"}');
  });
}

export class Stretch {
  readonly #sinceMs = performance.now();
  readonly #cpu = process.cpuUsage();

  end(records: number): WorkFigures {
    const seconds = (performance.now() - this.#sinceMs) / 1_000;
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      recordsPerSecond: records / seconds,
      cpuMicros: (user + system) / records,
      residentMaxMb: process.resourceUsage().maxRSS / 1_024,
    };
  }
}

/** Sends `records` one by one on a clock of `perSecond`, whatever answers are missing, and times each. */
export async function paced(
  records: number,
  perSecond: number,
  send: (index: number) => Promise<unknown>,
): Promise<number[]> {
  const timesMs: number[] = [];
  const pending: Promise<void>[] = [];
  const startMs = performance.now();
  for (let index = 0; index < records; index++) {
    const dueMs = startMs + (index * 1_000) / perSecond;
    while (performance.now() < dueMs) await new Promise((resolve) => setTimeout(resolve, 1));
    const sentMs = performance.now();
    pending.push(send(index).then(() => void timesMs.push(performance.now() - sentMs)));
  }
  await Promise.all(pending);
  return timesMs;
}

export function percentile(timesMs: readonly number[], share: number): number {
  const sorted = [...timesMs].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export function print(figures: WorkFigures): never {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  process.exit(0);
}

export const PACED_PER_SECOND = 1_000;
/** Share of the records that come before the figures begin. */
export const WARMUP = 0.2;
/** Records that are sent and not acknowledged, at most. */
export const OUTSTANDING = 20_000;
/** Records in one call of clients that make no batches themselves, and how many such calls at once. */
export const CALL_RECORDS = 500;
export const CALLS = 5;
