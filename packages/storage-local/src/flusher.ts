/**
 * Fills segments from memory, lazily, and gives memory back.
 *
 * Owns: which partitions wait to be flushed, and the budget of tail memory.
 * Invariants: only what is durable is flushed; memory is given back oldest first and only where segments have it.
 * Bounds: a partition is flushed at {@link FlusherOptions.flushBytes} or {@link FlusherOptions.flushAfterMs}, sooner when memory runs out;
 *   {@link FLUSHES_MAX} at a time; {@link FlusherOptions.tailBytesMax} of memory is kept, more only while flushing cannot keep up,
 *   and then appends are asked to wait.
 */
import type { Clock, Logger, Timer, Timers } from '@millrace/base';
import type { Slab, TailHolder, TailSlabs } from '@millrace/log/internal';
import { isOutOfSpace } from './file-system.ts';
import { ScratchBuffers } from './scratch-buffers.ts';
import type { SegmentFiles } from './segment-files.ts';
import type { StoredPartition } from './stored-partition.ts';

const FLUSHES_MAX = 2;
const RUN_BYTES_MAX = 1024 * 1024;
const SCRATCH_BYTES = 256 * 1024;
const TICK_MS = 1000;
/** Old partitions flushed per tick, so that ten thousand quiet ones do not come at once. */
const AGED_PER_TICK_MAX = 256;
const RETRY_DELAY_MS = 1000;
/** Over the budget by half and this, appends wait. */
const WAIT_EXCESS_BYTES = 8 * 1024 * 1024;
/** Over twice the budget and this, appends are refused. */
const REFUSE_EXCESS_BYTES = 64 * 1024 * 1024;

export interface FlusherOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly slabs: TailSlabs;
  readonly files: SegmentFiles;
  readonly flushBytes: number;
  readonly flushAfterMs: number;
  readonly tailBytesMax: number;
  /** Called before anything is written to a partition's directory. */
  readonly tidy: (partition: StoredPartition) => Promise<void>;
  readonly partitionOfHolder: (holder: TailHolder) => StoredPartition | undefined;
  readonly onFailure: (error: unknown) => void;
}

export class Flusher {
  readonly #options: FlusherOptions;
  /** Partitions with unflushed batches, longest waiting first. */
  readonly #dirty = new Set<StoredPartition>();
  readonly #queue = new Set<StoredPartition>();
  readonly #scratch = new ScratchBuffers(SCRATCH_BYTES);
  #running = 0;
  #timer: Timer | undefined;
  #retry: Timer | undefined;
  #isStopped = false;
  /** The oldest slab that memory waits for: what holds it back is being flushed. */
  #blocking: Slab | undefined;
  #waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(options: FlusherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.timers.schedule(TICK_MS, () => {
      this.#queueAged();
      this.start();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#retry?.cancel();
    this.endWaiting();
  }

  /** The disk is full: whoever waits for memory goes on, and is refused. */
  endWaiting(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  /** Whether an append would go beyond what memory can take. */
  get isExhausted(): boolean {
    return this.#options.slabs.heldBytes > this.#options.tailBytesMax * 2 + REFUSE_EXCESS_BYTES;
  }

  /** Undefined while there is room for more appends, or a full disk would be waited for; else resolves when there is. */
  waitForRoom(): Promise<void> | undefined {
    if (!this.#isTight || this.#isStopped || this.#retry !== undefined) return undefined;
    if (this.#waiting === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting = { promise, resolve };
      this.#relieve();
    }
    return this.#waiting?.promise;
  }

  noteCommitted(partition: StoredPartition): void {
    if (partition.durability === 'fsync') {
      const { unflushedBytes } = partition.log;
      if (unflushedBytes > 0 && !this.#dirty.has(partition)) {
        partition.unflushedSinceMs = this.#options.clock.monotonicMs();
        this.#dirty.add(partition);
      }
      if (unflushedBytes >= this.#options.flushBytes) this.#enqueue(partition);
    }
    if (this.#options.slabs.heldBytes > this.#options.tailBytesMax && this.#blocking === undefined) this.#relieve();
  }

  forget(partition: StoredPartition): void {
    this.#dirty.delete(partition);
    this.#queue.delete(partition);
  }

  /** Writes everything durable of the partition to its segments. Throws what the disk answered. */
  flush(partition: StoredPartition): Promise<void> {
    return partition.work(() => this.#flush(partition));
  }

  /** Flushes, then syncs. Throws what the disk answered: after a failed sync nothing may be promised any more. */
  flushAndSync(partition: StoredPartition): Promise<void> {
    return partition.work(async () => {
      await this.#flush(partition);
      await this.#options.files.sync(partition);
    });
  }

  get #isTight(): boolean {
    return this.#options.slabs.heldBytes > this.#options.tailBytesMax * 1.5 + WAIT_EXCESS_BYTES;
  }

  #flush(partition: StoredPartition): Promise<void> {
    return this.#scratch.use((scratch) => this.#flushAll(partition, scratch));
  }

  async #flushAll(partition: StoredPartition, scratch: Buffer): Promise<void> {
    const { log } = partition;
    const { slabs } = this.#options;
    this.#dirty.delete(partition);
    if (partition.mayHaveStrays) await this.#options.tidy(partition);
    for (;;) {
      const run = log.data.nextFlush(log.highWatermark, RUN_BYTES_MAX, scratch);
      if (run === undefined || partition.isDeleted) return;
      try {
        await this.#options.files.writeRunInBackground(partition, run);
      } catch (error) {
        this.#dirty.add(partition);
        throw error;
      }
      log.data.markFlushed(run);
      // The journal that these lie in may be used again once they are synced.
      if (slabs.parkedThrough > 0) log.data.releaseTail(slabs.parkedThrough);
      const isSealed = run.segment !== log.data.activeSegment;
      if (isSealed && log.data.flushedSizeOf(run.segment) === run.segment.sizeBytes) {
        await this.#options.files.writeIndex(partition, run.segment);
      }
    }
  }

  #enqueue(partition: StoredPartition): void {
    if (this.#isStopped) return;
    this.#queue.add(partition);
    this.#pump();
  }

  #pump(): void {
    while (this.#running < FLUSHES_MAX && !this.#isStopped && this.#retry === undefined) {
      const [partition] = this.#queue;
      if (partition === undefined) return;
      this.#queue.delete(partition);
      this.#running++;
      void this.flush(partition)
        .catch((error: unknown) => this.#failed(partition, error))
        .finally(() => {
          this.#running--;
          this.#relieveAfter(partition);
          this.#pump();
        });
    }
  }

  #failed(partition: StoredPartition, error: unknown): void {
    if (partition.isDeleted) return;
    if (!isOutOfSpace(error)) {
      this.#options.onFailure(error);
      return;
    }
    // The batches stay in memory and in the journal.
    this.#options.logger.warn('the disk is full; segments are filled later', { partition: partition.log.name });
    this.#queue.add(partition);
    this.#retry ??= this.#options.timers.schedule(RETRY_DELAY_MS, () => {
      this.#retry = undefined;
      this.#pump();
    });
    this.endWaiting();
  }

  #queueAged(): void {
    const dueMs = this.#options.clock.monotonicMs() - this.#options.flushAfterMs;
    let count = 0;
    for (const partition of this.#dirty) {
      if ((partition.unflushedSinceMs ?? 0) > dueMs || count === AGED_PER_TICK_MAX) break;
      this.#enqueue(partition);
      count++;
    }
  }

  /** Ten thousand partitions may hold a slab: after each of their flushes only that one is looked at. */
  #relieveAfter(partition: StoredPartition): void {
    const blocking = this.#blocking;
    if (blocking !== undefined) {
      partition.log.data.releaseTail(blocking.number);
      const isWorking = this.#running > 0 || this.#queue.size > 0;
      if (blocking.holders.size > 0 && isWorking) return;
    }
    this.#relieve();
  }

  #relieve(): void {
    const { slabs, tailBytesMax } = this.#options;
    this.#blocking = undefined;
    for (const slab of slabs.held()) {
      if (slabs.heldBytes <= tailBytesMax || this.#blocking !== undefined) break;
      // A lane that is rarely used may sit in an old slab.
      if (!slab.isCurrent && slab.parked === undefined && !this.#release(slab)) this.#blocking = slab;
    }
    if (this.#waiting !== undefined && !this.#isTight) {
      this.#waiting.resolve();
      this.#waiting = undefined;
    }
  }

  /** Whether the slab could be let go; else what holds it back is being flushed. */
  #release(slab: Slab): boolean {
    let isFree = true;
    for (const holder of [...slab.holders]) {
      if (holder.releaseTail(slab.number)) continue;
      const partition = this.#options.partitionOfHolder(holder);
      if (partition?.durability === 'fsync' && partition.log.unflushedBytes > 0) {
        this.#enqueue(partition);
        isFree = false;
      }
    }
    return isFree;
  }
}
