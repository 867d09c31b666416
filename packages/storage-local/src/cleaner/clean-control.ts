/**
 * What a pass in a thread is told while it is under way: that it is to end, and how fast it may be. Memory that both threads see.
 *
 * Invariants: whoever waits is woken by each change, also by one between its look and its wait.
 */
import { CleaningCancelled } from './clean-job.ts';

export interface CleanControl {
  /** How often something changed, and whether the pass is to end. */
  readonly flags: Int32Array;
  /** One number. It is written before the count of changes rises, so a reader comes back for it. */
  readonly bytesPerSecond: Float64Array;
}

const CHANGES = 0;
const IS_CANCELLED = 1;
/** Shorter waits are saved up. */
const DELAY_MS_MIN = 5;

export function createCleanControl(bytesPerSecond: number): CleanControl {
  const control = {
    flags: new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)),
    bytesPerSecond: new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT)),
  };
  control.bytesPerSecond[0] = bytesPerSecond;
  return control;
}

export function cancelPass(control: CleanControl): void {
  Atomics.store(control.flags, IS_CANCELLED, 1);
  wake(control);
}

export function setRate(control: CleanControl, bytesPerSecond: number): void {
  if (control.bytesPerSecond[0] === bytesPerSecond) return;
  control.bytesPerSecond[0] = bytesPerSecond;
  wake(control);
}

/** For the thread of the pass, which it holds up. The function that it gives throws a {@link CleaningCancelled} once the pass is to end. */
export function pauseOf({ flags, bytesPerSecond }: CleanControl): (bytes: number) => undefined {
  let owedBytes = 0;
  let lastMs = performance.now();
  return (bytes) => {
    owedBytes += bytes;
    for (;;) {
      const changes = Atomics.load(flags, CHANGES);
      if (Atomics.load(flags, IS_CANCELLED) !== 0) throw new CleaningCancelled();
      const rate = bytesPerSecond[0] ?? Infinity;
      const nowMs = performance.now();
      owedBytes = Number.isFinite(rate) ? Math.max(0, owedBytes - (rate * (nowMs - lastMs)) / 1000) : 0;
      lastMs = nowMs;
      const owedMs = (owedBytes / rate) * 1000;
      if (owedMs < DELAY_MS_MIN) return undefined;
      Atomics.wait(flags, CHANGES, changes, owedMs);
    }
  };
}

function wake({ flags }: CleanControl): void {
  Atomics.add(flags, CHANGES, 1);
  Atomics.notify(flags, CHANGES);
}
