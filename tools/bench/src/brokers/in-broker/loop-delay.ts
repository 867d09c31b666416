/**
 * Loaded into the measured broker by `--import`: writes how long its event loop stood still.
 *
 * A timer of 1 ms is asked for; what it comes late is the stall. CPU time of the main thread in the same gap says how much of it was
 * the broker's own work and how much a machine that had no core for it. Each line of the file that BENCH_LOOP_DELAY_FILE names is the
 * time in ms since the epoch, the longest stall, and the most CPU time in a gap, both in ms since the line before. The lines are written by
 * a thread: a write on the loop waits for the disk now and then, and would be a stall of our own making.
 */
import { createWriteStream } from 'node:fs';
import { LINE_MS } from '../loop-delay-file.ts';

const TICK_MS = 1;
const MICROS_PER_MS = 1_000;

const path = process.env['BENCH_LOOP_DELAY_FILE'];
if (path === undefined) throw new Error('BENCH_LOOP_DELAY_FILE names no file');
const file = createWriteStream(path, { flags: 'a' });

let tickedMs = performance.now();
let cpuMs = threadCpuMs();
let stallMax = 0;
let cpuMax = 0;
setInterval(() => {
  const [nowMs, nowCpuMs] = [performance.now(), threadCpuMs()];
  stallMax = Math.max(stallMax, nowMs - tickedMs - TICK_MS);
  cpuMax = Math.max(cpuMax, nowCpuMs - cpuMs);
  tickedMs = nowMs;
  cpuMs = nowCpuMs;
}, TICK_MS).unref();

setInterval(() => {
  file.write(`${Date.now()} ${stallMax.toFixed(3)} ${cpuMax.toFixed(3)}\n`);
  stallMax = 0;
  cpuMax = 0;
}, LINE_MS).unref();

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / MICROS_PER_MS;
}
