/**
 * `millrace.durability=os`: batches go straight to their segment's file and are acknowledged once the kernel has them.
 *
 * Invariants: one write at a time per partition, in order; what arrives meanwhile goes out with the next one.
 * Bounds: little is written at once on the event loop (see {@link NOW_BYTES_MAX}), the rest by threads, {@link WRITES_MAX} partitions
 *   at a time; a partition takes part at most once per turn.
 * A write that finds the disk full is repeated until there is room, and nothing new is taken meanwhile.
 */
import type { Clock, Logger, Timers } from '@millrace/base';
import {
  CommitGroup,
  SlabLane,
  type FlushRun,
  type PlacedBatch,
  type Slab,
  type TailSlabs,
} from '@millrace/log/internal';
import { ErrorCode } from '@millrace/protocol';
import { isOutOfSpace } from './file-system.ts';
import { IoGate } from './io-gate.ts';
import { ScratchBuffers } from './scratch-buffers.ts';
import type { SegmentFiles } from './segment-files.ts';
import type { StoredPartition } from './stored-partition.ts';

const WRITES_MAX = 3;
const RUN_BYTES_MAX = 8 * 1024 * 1024;
const SCRATCH_BYTES = 256 * 1024;
const RETRY_DELAY_MS = 1000;
/** Up to this size a copy into the page cache costs less than handing it to a thread. */
const NOW_BYTES_MAX = 256 * 1024;
/** After a write that took so long (the kernel holds back whoever makes too many dirty pages), threads do the waiting for a while. */
const SLOW_WRITE_MS = 40;
const SLOW_FOR_MS = 1000;

export interface DirectWriterOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly nextTurn: (callback: () => void) => void;
  readonly slabs: TailSlabs;
  readonly files: SegmentFiles;
  readonly onFailure: (error: unknown) => void;
}

export class DirectWriter {
  readonly #options: DirectWriterOptions;
  readonly #lane: SlabLane;
  readonly #gate = new IoGate(WRITES_MAX);
  readonly #scratch = new ScratchBuffers(SCRATCH_BYTES);
  readonly #placed: { slab: Slab | undefined; position: number; group: CommitGroup | undefined } = {
    slab: undefined,
    position: 0,
    group: undefined,
  };
  readonly #touched: StoredPartition[] = [];
  /** Groups that are being written, or wait for a thread. */
  readonly #underway = new Map<StoredPartition, CommitGroup>();
  readonly #nowScratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  #slowUntilMs = -Infinity;
  #isScheduled = false;
  #stalled = 0;
  #isFailed = false;

  constructor(options: DirectWriterOptions) {
    this.#options = options;
    this.#lane = new SlabLane(options.slabs);
  }

  /** Whether appends must be refused now. */
  get isStalled(): boolean {
    return this.#stalled > 0 || this.#isFailed;
  }

  append(partition: StoredPartition, batch: Buffer, lsn: number): PlacedBatch {
    const placed = this.#placed;
    placed.position = this.#lane.reserve(batch.length);
    placed.slab = this.#lane.slab;
    batch.copy(placed.slab.buffer, placed.position);
    if (partition.openGroup === undefined) {
      partition.openGroup = new CommitGroup(lsn, this.#options.clock.nowMs());
      this.#touched.push(partition);
      this.#schedule();
    }
    placed.group = partition.openGroup;
    return placed as PlacedBatch;
  }

  /** Lets the lane's slab go, see `JournalWriter.retireLane`. */
  retireLane(): void {
    this.#lane.retire();
  }

  /** Ends everything: what was not written yet is answered with an error. */
  fail(): void {
    this.#isFailed = true;
    for (const partition of this.#touched.splice(0)) this.#failOpen(partition);
  }

  #failOpen(partition: StoredPartition): void {
    partition.openGroup?.fail(ErrorCode.KAFKA_STORAGE_ERROR);
    partition.openGroup = undefined;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#options.nextTurn(() => {
      this.#isScheduled = false;
      for (const partition of this.#touched.splice(0)) {
        if (!partition.isWriting && !this.#writeNow(partition)) void this.#writeAll(partition);
      }
    });
  }

  /** Whether all that waits is written, at once. */
  #writeNow(partition: StoredPartition): boolean {
    const { clock, files } = this.#options;
    const group = partition.openGroup;
    const startMs = clock.monotonicMs();
    if (group === undefined || this.#isFailed || this.#stalled > 0 || startMs < this.#slowUntilMs) return false;
    const { data } = partition.log;
    const { endOffset } = data;
    for (;;) {
      const run = partition.isDeleted ? undefined : data.nextFlush(endOffset, RUN_BYTES_MAX, this.#nowScratch);
      if (run === undefined) break;
      try {
        if (run.sizeBytes > NOW_BYTES_MAX || !files.writeRunNow(partition, run)) return false;
      } catch {
        // It is tried again, and judged, where a full disk can be waited for.
        return false;
      }
      data.markFlushed(run);
      this.#sealIndex(partition, run);
    }
    const endMs = clock.monotonicMs();
    if (endMs - startMs > SLOW_WRITE_MS) this.#slowUntilMs = endMs + SLOW_FOR_MS;
    partition.openGroup = undefined;
    group.complete();
    return true;
  }

  async #writeAll(partition: StoredPartition): Promise<void> {
    partition.isWriting = true;
    try {
      while (partition.openGroup !== undefined) {
        const group = partition.openGroup;
        const endOffset = partition.log.data.endOffset;
        partition.openGroup = undefined;
        this.#underway.set(partition, group);
        const isWritten = await this.#gate.run(() =>
          this.#scratch.use((scratch) => this.#write(partition, endOffset, scratch)),
        );
        this.#underway.delete(partition);
        if (!isWritten) {
          group.fail(ErrorCode.KAFKA_STORAGE_ERROR);
          this.#failOpen(partition);
          return;
        }
        group.complete();
      }
    } finally {
      partition.isWriting = false;
    }
  }

  /** Whether all batches below `endOffset` are in the kernel's hands. */
  async #write(partition: StoredPartition, endOffset: number, scratch: Buffer): Promise<boolean> {
    const { data } = partition.log;
    for (;;) {
      if (this.#isFailed) return false;
      const run = data.nextFlush(endOffset, RUN_BYTES_MAX, scratch);
      if (run === undefined || partition.isDeleted) return true;
      try {
        await this.#options.files.writeRun(partition, run);
      } catch (error) {
        if (partition.isDeleted) return true;
        if (!isOutOfSpace(error)) {
          this.#options.onFailure(error);
          return false;
        }
        await this.#stall(partition, error);
        continue;
      }
      data.markFlushed(run);
      this.#sealIndex(partition, run);
    }
  }

  async #stall(partition: StoredPartition, error: unknown): Promise<void> {
    this.#options.logger.error('the disk is full; appends wait for room', { partition: partition.log.name, error });
    this.#stalled++;
    for (const [waiting, group] of this.#underway) {
      group.stall(ErrorCode.KAFKA_STORAGE_ERROR);
      waiting.openGroup?.stall(ErrorCode.KAFKA_STORAGE_ERROR);
    }
    await new Promise<void>((resolve) => {
      this.#options.timers.schedule(RETRY_DELAY_MS, resolve);
    });
    this.#stalled--;
  }

  #sealIndex(partition: StoredPartition, run: FlushRun): void {
    const { data } = partition.log;
    if (run.segment === data.activeSegment || data.flushedSizeOf(run.segment) !== run.segment.sizeBytes) return;
    void this.#options.files.writeIndex(partition, run.segment);
  }
}
