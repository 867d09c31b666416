/**
 * What the client programs share: what they are asked for, the records, and how a stretch of work is measured.
 *
 * A program is a process of its own with one client in it: `PROGRAM MODE BOOTSTRAP TOPIC RECORDS SIZE COMPRESSION`. It prints its figures as
 * one line of JSON. It does its load twice and the second time counts, so that code is compiled and buffers have grown for every client
 * alike. CPU is that of the process, all its threads included.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Work {
  readonly mode: string;
  readonly bootstrap: string;
  readonly topic: string;
  readonly records: number;
  readonly sizeBytes: number;
  readonly compression: 'none' | 'lz4';
}

export interface WorkFigures {
  readonly recordsPerSecond?: number;
  /** Microseconds of CPU for each record. */
  readonly cpuMicros?: number;
  readonly residentMaxMb?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** From before the import of the client to its first acknowledged record. */
  readonly firstAckMs?: number;
}

export type Modes = Readonly<Record<string, () => Promise<WorkFigures>>>;

const KEYS = 100_000;
const KEY_BYTES = 16;
const VALUES = 1_000;
const PACED_PER_SECOND = 1_000;
/** Records in one call of clients that make no batches themselves, and how many such calls at once. */
const CALL_RECORDS = 500;
const CALLS = 5;

export function readWork(): Work {
  const [mode = '', bootstrap = '', topic = '', records = '', size = '', compression = 'none'] = process.argv.slice(2);
  if (compression !== 'none' && compression !== 'lz4') throw new Error(`no compression "${compression}" here`);
  return { mode, bootstrap, topic, records: Number(records), sizeBytes: Number(size), compression };
}

/** Does what the process was asked for, prints its figures and ends it. */
export async function runMode({ mode }: Work, modes: Modes): Promise<never> {
  const run = modes[mode];
  if (run === undefined) throw new Error(`this program knows no "${mode}"`);
  const figures = await run();
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  process.exit(0);
}

export interface TextRecord {
  readonly key: string;
  readonly value: string;
}

/** The records of a load by their index, the same for every client: keys of 16 bytes out of 100,000, values like JSON of which a thousand differ. */
export function recordsOf(sizeBytes: number): (index: number) => TextRecord {
  // Made when the first is asked for: who only reads should not have them in its heap.
  let keys: readonly string[] | undefined;
  let values: readonly string[] = [];
  return (index) => {
    if (keys === undefined) {
      keys = Array.from({ length: KEYS }, (_, number) => plainText(`key-${number}`.padEnd(KEY_BYTES, '.')));
      values = Array.from({ length: VALUES }, (_, number) => plainText(valueOf(number, sizeBytes)));
    }
    // In the order in which they lie in memory: what is measured is the client, not how far away its input was put.
    return { key: keys[index % KEYS] as string, value: values[index % VALUES] as string };
  };
}

function valueOf(number: number, sizeBytes: number): string {
  const text = `{"id":${number * 104_729},"name":"customer ${number}","total":${(number * 37) % 1_000},"note":"`;
  let filler = '';
  for (let word = number; text.length + filler.length < sizeBytes - 2; word += 31) filler += `${word.toString(36)} `;
  return `${text}${filler}`.slice(0, sizeBytes - 2).concat('"}');
}

/** The text in one piece, as what is read from a file or a socket is; concatenations are joined by whoever reads them first. */
function plainText(text: string): string {
  return Buffer.from(text).toString();
}

/** For clients that make no batches themselves: calls of {@link CALL_RECORDS} records, {@link CALLS} at once. */
export async function inCalls<Record>(
  from: number,
  to: number,
  recordAt: (index: number) => Record,
  call: (records: Record[]) => Promise<unknown>,
): Promise<void> {
  let next = from;
  const one = async (): Promise<void> => {
    while (next < to) {
      const records: Record[] = [];
      for (; next < to && records.length < CALL_RECORDS; next++) records.push(recordAt(next));
      await call(records);
    }
  };
  await Promise.all(Array.from({ length: CALLS }, one));
}

/** @param send sends the records from one index to before another, and resolves when all are acknowledged */
export async function producing(
  { records }: Work,
  send: (from: number, to: number) => Promise<void>,
): Promise<WorkFigures> {
  await send(0, records);
  const stretch = new Stretch();
  await send(records, 2 * records);
  return stretch.end(records);
}

/**
 * @param read reads so many records from the beginning of the topic as a group of that name; calls `onFirst` when the first one is there,
 *   and resolves with how many it saw when it has left the group
 */
export async function consuming(
  { records }: Work,
  read: (group: string, onFirst: () => void, onLast: (seen: number) => void) => Promise<void>,
): Promise<WorkFigures> {
  const group = `bench-${process.pid}`;
  await read(
    `${group}-warm`,
    () => undefined,
    () => undefined,
  );
  // CPU counts from before the group is joined, the time from the first record on: brokers let new groups wait.
  const stretch = new Stretch();
  let figures: WorkFigures | undefined;
  await read(
    group,
    () => stretch.restartClock(),
    (seen) => (figures ??= stretch.end(seen)),
  );
  if (figures === undefined) throw new Error(`fewer than ${records} records were read`);
  return figures;
}

/** Sends records one by one on a clock, whatever answers are missing, and times each. */
export async function pacing({ records }: Work, send: (index: number) => Promise<unknown>): Promise<WorkFigures> {
  await paced(records / 4, send);
  const stretch = new Stretch();
  const timesMs = await paced(records, send);
  return { ...stretch.end(records), p50Ms: percentile(timesMs, 0.5), p99Ms: percentile(timesMs, 0.99) };
}

async function paced(records: number, send: (index: number) => Promise<unknown>): Promise<number[]> {
  const timesMs: number[] = [];
  const pending: Promise<void>[] = [];
  const startMs = performance.now();
  for (let index = 0; index < records; index++) {
    const dueMs = startMs + (index * 1_000) / PACED_PER_SECOND;
    while (performance.now() < dueMs) await sleep(1);
    const sentMs = performance.now();
    pending.push(send(index).then(() => void timesMs.push(performance.now() - sentMs)));
  }
  await Promise.all(pending);
  return timesMs;
}

function percentile(timesMs: readonly number[], share: number): number {
  const sorted = [...timesMs].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export class Stretch {
  #sinceMs = performance.now();
  readonly #cpu = process.cpuUsage();

  restartClock(): void {
    this.#sinceMs = performance.now();
  }

  end(records: number): WorkFigures {
    const { user, system } = process.cpuUsage(this.#cpu);
    const seconds = (performance.now() - this.#sinceMs) / 1_000;
    return {
      recordsPerSecond: records / seconds,
      cpuMicros: (user + system) / records,
      residentMaxMb: process.resourceUsage().maxRSS / 1_024,
    };
  }
}
