/**
 * Notices what does not come back: an event loop that runs late, records in hand that are not finished.
 *
 * Bounds: a look a second; each stall is reported when it is noticed and again each time it has lasted twice as long.
 */
import type { Timer } from '@millrace/base';
import type { ClientRuntime } from '../runtime.ts';
import type { StallReport } from './consumer-options.ts';
import type { ConsumedPartition } from './consumed-partition.ts';

const LOOK_MS = 1_000;
/** Heartbeats leave every few seconds: a loop that is later than this is worth a word. */
const LOOP_LATE_MS = 1_000;

export interface StallWatchOptions {
  readonly runtime: ClientRuntime;
  readonly stallAfterMs: number;
  readonly partitions: () => Iterable<ConsumedPartition>;
  readonly onStall: (report: StallReport) => void;
  readonly onLook: () => void;
}

export class StallWatch {
  readonly #options: StallWatchOptions;
  readonly #reported = new Map<ConsumedPartition, { offset: number; sinceMs: number; nextMs: number }>();
  #timer: Timer | undefined;
  #dueMs = 0;
  /** How late the loop was at worst, and when. For explain(). */
  lastLoopStall: { readonly atMs: number; readonly lateMs: number } | undefined;

  constructor(options: StallWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, timers } = this.#options.runtime;
    this.#dueMs = clock.monotonicMs() + LOOK_MS;
    this.#timer = timers.schedule(LOOK_MS, () => this.#look());
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    const nowMs = this.#options.runtime.clock.monotonicMs();
    const lateMs = nowMs - this.#dueMs;
    if (lateMs >= LOOP_LATE_MS) {
      this.lastLoopStall = { atMs: nowMs, lateMs };
      this.#options.onStall({ what: 'event loop', stalledMs: Math.round(lateMs) });
    }
    for (const partition of this.#options.partitions()) this.#lookAt(partition, nowMs);
    for (const partition of this.#reported.keys()) if (partition.isGone) this.#reported.delete(partition);
    this.#options.onLook();
    this.start();
  }

  #lookAt(partition: ConsumedPartition, nowMs: number): void {
    const { oldest } = partition.progress;
    if (oldest === undefined) {
      this.#reported.delete(partition);
      return;
    }
    const { offset } = partition.progress.watermark();
    let known = this.#reported.get(partition);
    if (known?.offset !== offset) {
      // It moves: the wait for this record begins now.
      known = { offset, sinceMs: nowMs, nextMs: nowMs + this.#options.stallAfterMs };
      this.#reported.set(partition, known);
      return;
    }
    if (nowMs < known.nextMs) return;
    const stalledMs = Math.round(nowMs - known.sinceMs);
    known.nextMs = nowMs + stalledMs;
    this.#options.onStall({
      what: 'handler',
      stalledMs,
      topic: partition.topic.name,
      partition: partition.partition,
      offset,
    });
  }
}
