/**
 * Files of segments that cleaned ones replaced, kept until a checkpoint knows of that.
 *
 * Invariants: until then only the journal says so, and `--repair` may have to cut it before that place: then the log is what it was, and
 *   needs its old files.
 * Bounds: what is replaced between two checkpoints. A full disk ends the waiting.
 */
import type { Clock } from '@millrace/base';
import type { Segment } from '@millrace/log/internal';
import type { StoredPartition } from '../stored-partition.ts';

interface Kept {
  readonly partition: StoredPartition;
  readonly segments: readonly Segment[];
  /** Not to be removed before, by the monotonic clock. */
  readonly dueMs: number;
}

export interface ReplacedFilesOptions {
  readonly clock: Clock;
  readonly remove: (partition: StoredPartition, segments: readonly Segment[], delayMs: number) => void;
}

export class ReplacedFiles {
  readonly #options: ReplacedFilesOptions;
  #kept: Kept[] = [];

  constructor(options: ReplacedFilesOptions) {
    this.#options = options;
  }

  keep(partition: StoredPartition, segments: readonly Segment[], delayMs: number): void {
    for (const segment of segments) partition.replacedSegments.add(segment);
    this.#kept.push({ partition, segments, dueMs: this.#options.clock.monotonicMs() + delayMs });
  }

  /** A checkpoint begins; what it returns is to be called once that is durable. */
  checkpointBegins(): () => void {
    const covered = this.#kept.length;
    return () => this.#release(covered);
  }

  releaseAll(): void {
    this.#release(this.#kept.length);
  }

  /** The engine ends: what is left is found at the next start. */
  forget(): void {
    this.#kept = [];
  }

  #release(count: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const { partition, segments, dueMs } of this.#kept.splice(0, count)) {
      for (const segment of segments) partition.replacedSegments.delete(segment);
      this.#options.remove(partition, segments, Math.max(0, dueMs - nowMs));
    }
  }
}
