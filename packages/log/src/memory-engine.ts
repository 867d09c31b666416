/**
 * The engine without a disk: what is appended lives as long as the engine object. It is the model that the others are compared with.
 *
 * Owns: partition logs over the shared state machine; a journal whose groups are durable at the end of the current turn.
 * Invariants: data survives `close` and `start` of the same object, as a restart of a process does with a disk.
 * Bounds: none on memory; retention and deletion free it.
 */
import type { Clock, Logger, Timer, Timers } from '@millrace/base';
import { CommitGroup } from './commit-group.ts';
import type { LogEngine, LogEngineStats, OpenPartitionOptions, PartitionId, PartitionLog } from './log-engine.ts';
import { OwnedLog } from './owned-log.ts';
import type { Journal, LogContext, PlacedBatch, SegmentStore } from './ports.ts';
import { SlabLane, TailSlabs } from './tail-slabs.ts';

export interface MemoryLogEngineOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** `log.retention.check.interval.ms`; default 5 minutes. */
  readonly retentionCheckIntervalMs?: number;
  /** `producer.id.expiration.ms`; default 1 day. */
  readonly producerIdExpirationMs?: number;
}

const RETENTION_CHECK_INTERVAL_MS = 300_000;
const PRODUCER_ID_EXPIRATION_MS = 86_400_000;

/** An engine that keeps everything in memory, for tests and for brokers without a data directory. */
export function createMemoryLogEngine(options: MemoryLogEngineOptions): LogEngine {
  return new MemoryLogEngine(options);
}

class MemoryJournal implements Journal {
  readonly #clock: Clock;
  readonly #lane: SlabLane;
  readonly #placed = {
    slab: undefined as unknown as PlacedBatch['slab'],
    position: 0,
    group: undefined as unknown as CommitGroup,
  };
  #open: CommitGroup | undefined;
  #nextLsn = 1;
  groups = 0;
  entries = 0;
  bytes = 0;

  constructor(clock: Clock, slabs: TailSlabs) {
    this.#clock = clock;
    this.#lane = new SlabLane(slabs);
  }

  admit(): number {
    return 0;
  }

  appendBatch(_log: OwnedLog, batch: Buffer): PlacedBatch {
    const placed = this.#placed;
    placed.position = this.#lane.reserve(batch.length);
    placed.slab = this.#lane.slab;
    placed.group = this.#group();
    batch.copy(placed.slab.buffer, placed.position);
    this.entries++;
    this.bytes += batch.length;
    return placed;
  }

  appendLogStart(): CommitGroup {
    this.entries++;
    return this.#group();
  }

  changeDurability(): Promise<void> {
    return Promise.resolve();
  }

  #group(): CommitGroup {
    if (this.#open !== undefined) return this.#open;
    const group = new CommitGroup(this.#nextLsn++, this.#clock.nowMs());
    this.#open = group;
    queueMicrotask(() => {
      this.#open = undefined;
      this.groups++;
      group.complete();
    });
    return group;
  }
}

const neverCold: SegmentStore = {
  read: () => Promise.reject(new Error('the memory engine has no cold data')),
  loadIndex: () => Promise.reject(new Error('the memory engine has no cold data')),
  loadAborted: () => Promise.reject(new Error('the memory engine has no cold data')),
  discard: () => undefined,
  // What is visible is as safe as it will ever be.
  noteCommitted: (log) => log.noteSecured(log.highWatermark),
  noteProduced: () => undefined,
};

class MemoryLogEngine implements LogEngine {
  readonly #options: MemoryLogEngineOptions;
  readonly #slabs = new TailSlabs();
  readonly #journal: MemoryJournal;
  readonly #context: LogContext;
  readonly #logs = new Map<string, OwnedLog>();
  #retentionTimer: Timer | undefined;

  constructor(options: MemoryLogEngineOptions) {
    this.#options = options;
    this.#journal = new MemoryJournal(options.clock, this.#slabs);
    this.#context = {
      clock: options.clock,
      logger: options.logger,
      slabs: this.#slabs,
      journal: this.#journal,
      segmentStore: neverCold,
      producerIdExpirationMs: options.producerIdExpirationMs ?? PRODUCER_ID_EXPIRATION_MS,
    };
  }

  start(): Promise<void> {
    this.#scheduleRetention();
    return Promise.resolve();
  }

  openPartition(id: PartitionId, options: OpenPartitionOptions): Promise<PartitionLog> {
    const key = keyOf(id);
    let log = this.#logs.get(key);
    if (log === undefined) {
      log = new OwnedLog({ topicId: id.topicId, partition: id.partition }, this.#context);
      this.#logs.set(key, log);
    }
    log.open(options.config, options.leaderEpoch);
    return Promise.resolve(log);
  }

  getPartition(id: PartitionId): PartitionLog | undefined {
    const log = this.#logs.get(keyOf(id));
    return log?.isOpen === true ? log : undefined;
  }

  async closePartition(id: PartitionId): Promise<void> {
    const log = this.#logs.get(keyOf(id));
    if (log === undefined) return;
    log.shut();
    await log.settled();
  }

  async deletePartition(id: PartitionId): Promise<void> {
    const log = this.#logs.get(keyOf(id));
    if (log === undefined) return;
    this.#logs.delete(keyOf(id));
    log.shut();
    await log.settled();
    log.discardAll();
  }

  *partitions(): Iterable<PartitionLog> {
    for (const log of this.#logs.values()) if (log.isOpen) yield log;
  }

  *storedPartitions(): Iterable<PartitionId> {
    for (const log of this.#logs.values()) yield log.id;
  }

  async enforceRetention(): Promise<void> {
    await Promise.all([...this.#logs.values()].map((log) => log.enforceRetention()));
  }

  /** Memory keeps compacted logs whole, as anybody may who compacts. */
  cleanLogs(): Promise<void> {
    return Promise.resolve();
  }

  waitForRoom(): undefined {
    return undefined;
  }

  stats(): LogEngineStats {
    return {
      journalSyncs: this.#journal.groups,
      journalBytes: this.#journal.bytes,
      journalEntries: this.#journal.entries,
      tailCacheBytes: this.#slabs.heldBytes,
      readAheadBytes: 0,
      segmentIndexBytes: 0,
    };
  }

  onFatal(): void {
    // Nothing can fail here.
  }

  async close(): Promise<void> {
    this.#retentionTimer?.cancel();
    for (const log of this.#logs.values()) {
      log.shut();
      await log.settled();
    }
  }

  #scheduleRetention(): void {
    const intervalMs = this.#options.retentionCheckIntervalMs ?? RETENTION_CHECK_INTERVAL_MS;
    this.#retentionTimer = this.#options.timers.schedule(intervalMs, () => {
      this.#scheduleRetention();
      void this.enforceRetention();
    });
  }
}

function keyOf(id: PartitionId): string {
  return `${id.topicId}-${id.partition}`;
}
