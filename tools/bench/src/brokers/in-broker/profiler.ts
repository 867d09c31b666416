/**
 * Loaded into the measured broker by `--import`: profiles the time between two SIGUSR2.
 *
 * Writes cpu.cpuprofile (main thread) and heap.heapprofile (what was allocated, collected since or not) into the folder that
 * BENCH_PROFILE_DIR names, then a file `done`.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';

const CPU_SAMPLE_MICROS = 500;
const HEAP_SAMPLE_BYTES = 128 * 1024;

const folder = process.env['BENCH_PROFILE_DIR'];
if (folder === undefined) throw new Error('BENCH_PROFILE_DIR names no folder');

let session: Session | undefined;
process.on('SIGUSR2', () => {
  void (session === undefined ? begin() : end(session, folder));
});

async function begin(): Promise<void> {
  session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: CPU_SAMPLE_MICROS });
  await session.post('Profiler.start');
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: HEAP_SAMPLE_BYTES,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
}

async function end(running: Session, into: string): Promise<void> {
  const heap = await running.post('HeapProfiler.stopSampling');
  const cpu = await running.post('Profiler.stop');
  writeFileSync(join(into, 'heap.heapprofile'), JSON.stringify(heap.profile));
  writeFileSync(join(into, 'cpu.cpuprofile'), JSON.stringify(cpu.profile));
  writeFileSync(join(into, 'done'), '');
  session = undefined;
  running.disconnect();
}
