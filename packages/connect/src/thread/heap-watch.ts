/**
 * Ends a thread whose live heap outgrows its limit, before V8 does: at V8's own limit a thread ends alone when its JavaScript runs, and takes
 * the whole process along when a collection of V8 is at work.
 *
 * Bounds: one look each {@link LOOK_INTERVAL_MS}, and none while the thread computes without a pause; then V8's limit is left, with
 *   {@link HEAP_HEADROOM_MB} in between.
 */
import { getHeapStatistics } from 'node:v8';
import { collectGarbage } from './garbage.ts';

/** What V8 may give a thread beyond its limit, until that is seen. */
export const HEAP_HEADROOM_MB = 256;

const LOOK_INTERVAL_MS = 20;
/** Garbage counts as well until it is collected, and who makes much of it must not be collected all the time. */
const COLLECT_INTERVAL_MS = 500;
const MIB = 1024 * 1024;

/** Calls `onOutgrown` once, when more than the limit is alive. */
export function watchHeap(maxHeapMb: number, onOutgrown: () => void): void {
  const limitBytes = maxHeapMb * MIB;
  const urgentBytes = limitBytes + (HEAP_HEADROOM_MB / 2) * MIB;
  let nextMs = 0;
  const timer = setInterval(() => {
    const usedBytes = getHeapStatistics().used_heap_size;
    if (usedBytes <= limitBytes || (performance.now() < nextMs && usedBytes < urgentBytes)) return;
    collectGarbage();
    nextMs = performance.now() + COLLECT_INTERVAL_MS;
    if (getHeapStatistics().used_heap_size <= limitBytes) return;
    clearInterval(timer);
    onOutgrown();
  }, LOOK_INTERVAL_MS);
  timer.unref();
}
