/**
 * What Linux says about a process: CPU time from /proc/<pid>/stat, resident memory from /proc/<pid>/status.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { median } from '../measure.ts';

/** Clock ticks of /proc per second: fixed at 100 in every build of Linux that Node runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 100;
const KIB = 1024;

/** User and system seconds, all threads; the command name in the second field may hold spaces and brackets. */
export function parseCpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // After the name come state (field 3) and so on; utime is field 14, stime field 15.
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isFinite(ticks)) throw new Error(`no CPU time in "${stat.slice(0, 80)}"`);
  return ticks / TICKS_PER_SECOND;
}

/** VmRSS of a status file, in bytes. */
export function parseResidentBytes(status: string): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (found === undefined) throw new Error('no VmRSS in the status of the process: it has ended');
  return Number(found) * KIB;
}

export function cpuSecondsOf(pid: number): number {
  return parseCpuSeconds(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

export function residentBytesOf(pid: number): number {
  return parseResidentBytes(readFileSync(`/proc/${pid}/status`, 'latin1'));
}

/** CPU seconds so far of each group of threads with the same name ("node", "libuv-worker", "V8Worker"). */
export function cpuSecondsByThreadName(pid: number): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const isMain = Number(thread) === pid;
    const label = isMain ? `${name} (main thread)` : name;
    seconds.set(label, (seconds.get(label) ?? 0) + parseCpuSeconds(stat));
  }
  return seconds;
}

export interface Load {
  readonly cpuSeconds: number;
  /** Median of the samples while the work ran. */
  readonly residentBytes: number;
  readonly residentBytesMax: number;
}

/**
 * Runs `work` and says what the process `pid` used meanwhile; with `untilQuiet` (default) also for what it still had to do
 * right after.
 */
export async function observe<Result>(
  pid: number,
  work: () => Promise<Result>,
  { untilQuiet = true }: { readonly untilQuiet?: boolean } = {},
): Promise<{ readonly result: Result; readonly load: Load }> {
  const samples: number[] = [residentBytesOf(pid)];
  const before = cpuSecondsOf(pid);
  const timer = setInterval(() => {
    try {
      samples.push(residentBytesOf(pid));
    } catch {
      // The process has ended; the work fails by itself then and says why.
    }
  }, SAMPLE_MS);
  try {
    const result = await work();
    const residentBytes = median(samples);
    if (untilQuiet) await waitUntilQuiet(pid);
    samples.push(residentBytesOf(pid));
    const cpuSeconds = cpuSecondsOf(pid) - before;
    return { result, load: { cpuSeconds, residentBytes, residentBytesMax: Math.max(...samples) } };
  } finally {
    clearInterval(timer);
  }
}

const QUIET_SHARE = 0.05;
const QUIET_WINDOW_MS = 400;
const QUIET_WINDOWS_MAX = 20;

/** Waits until the process uses less than 5 % of a core: work that it puts off belongs to the load that caused it. */
async function waitUntilQuiet(pid: number): Promise<void> {
  for (let window = 0; window < QUIET_WINDOWS_MAX; window++) {
    const before = cpuSecondsOf(pid);
    await new Promise((resolve) => setTimeout(resolve, QUIET_WINDOW_MS));
    if ((cpuSecondsOf(pid) - before) * 1_000 <= QUIET_SHARE * QUIET_WINDOW_MS) return;
  }
}
