/**
 * Loaded into the measured broker by `--import`: writes how long its event loop stood still.
 *
 * A timer of 1 ms is asked for; what it comes late is the stall. Each line of the file that BENCH_LOOP_DELAY_FILE names is the time
 * in ms since the epoch and the longest stall in ms since the line before.
 */
import { openSync, writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
const LINE_MS = 200;
const NANOS_PER_MS = 1_000_000;

const path = process.env['BENCH_LOOP_DELAY_FILE'];
if (path === undefined) throw new Error('BENCH_LOOP_DELAY_FILE names no file');
const file = openSync(path, 'a');
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
setInterval(() => {
  const stallMs = Math.max(0, delay.max / NANOS_PER_MS - RESOLUTION_MS);
  delay.reset();
  writeSync(file, `${Date.now()} ${stallMs.toFixed(3)}\n`);
}, LINE_MS).unref();
