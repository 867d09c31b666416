/**
 * The logs of several brokers in one process: one memory engine, of which each broker sees what it has opened. A partition that changes
 * hands keeps its records, its producers and its open transactions, as it does where brokers replicate or share their storage.
 *
 * Owns: the engine, which outlives the brokers, and who holds which partition.
 * Invariants: a partition is held by one broker at a time, and passed on when the one before has closed it; of two that want it the
 *   higher leader epoch wins.
 * Not here: deciding owners (the MetaStore does, and each broker follows it).
 */
import type { LogEngine, LogEngineStats, OpenPartitionOptions, PartitionId, PartitionLog } from '@millrace/log';

interface Hold {
  readonly holder: EngineView;
  leaderEpoch: number;
  readonly released: PromiseWithResolvers<void>;
}

export class ClusterLogs {
  #engine: LogEngine | undefined;
  #started: Promise<void> | undefined;
  readonly #holds = new Map<string, Hold>();

  /** The `engine` of a broker's options: the first broker's settings make the engine that all share. */
  viewFor(createDefault: () => LogEngine): LogEngine {
    this.#engine ??= createDefault();
    const engine = this.#engine;
    return new EngineView(engine, this.#holds, () => (this.#started ??= engine.start()));
  }

  /** Whether somebody has the partition open under this epoch or a later one. */
  isServed(id: PartitionId, leaderEpoch: number): boolean {
    const hold = this.#holds.get(keyOf(id));
    const log = this.#engine?.getPartition(id);
    return hold !== undefined && log !== undefined && log.leaderEpoch >= leaderEpoch;
  }

  async close(): Promise<void> {
    await this.#engine?.close();
  }
}

class EngineView implements LogEngine {
  readonly #engine: LogEngine;
  readonly #holds: Map<string, Hold>;
  readonly #startEngine: () => Promise<void>;
  #isClosed = false;

  constructor(engine: LogEngine, holds: Map<string, Hold>, startEngine: () => Promise<void>) {
    this.#engine = engine;
    this.#holds = holds;
    this.#startEngine = startEngine;
  }

  start(): Promise<void> {
    return this.#startEngine();
  }

  async openPartition(id: PartitionId, options: OpenPartitionOptions): Promise<PartitionLog> {
    const key = keyOf(id);
    for (;;) {
      const hold = this.#holds.get(key);
      if (hold === undefined || hold.holder === this) break;
      // Old news: a later owner has it already, and this broker is about to hear of it.
      const log = hold.leaderEpoch >= options.leaderEpoch ? this.#engine.getPartition(id) : undefined;
      if (log !== undefined) return log;
      await hold.released.promise;
    }
    if (this.#isClosed) throw new Error(`${key} cannot be opened: the broker is closed`);
    const held = this.#holds.get(key);
    if (held === undefined) {
      const { leaderEpoch } = options;
      this.#holds.set(key, { holder: this, leaderEpoch, released: Promise.withResolvers<void>() });
    } else {
      held.leaderEpoch = Math.max(held.leaderEpoch, options.leaderEpoch);
    }
    return this.#engine.openPartition(id, options);
  }

  getPartition(id: PartitionId): PartitionLog | undefined {
    return this.#isHeld(id) ? this.#engine.getPartition(id) : undefined;
  }

  async closePartition(id: PartitionId): Promise<void> {
    if (!this.#isHeld(id)) return;
    await this.#engine.closePartition(id);
    this.#release(keyOf(id));
  }

  async deletePartition(id: PartitionId): Promise<void> {
    await this.#engine.deletePartition(id);
    this.#release(keyOf(id));
  }

  *partitions(): Iterable<PartitionLog> {
    for (const log of this.#engine.partitions()) if (this.#isHeld(log.id)) yield log;
  }

  storedPartitions(): Iterable<PartitionId> {
    return this.#engine.storedPartitions();
  }

  enforceRetention(): Promise<void> {
    return this.#engine.enforceRetention();
  }

  cleanLogs(): Promise<void> {
    return this.#engine.cleanLogs();
  }

  waitForRoom(): Promise<void> | undefined {
    return this.#engine.waitForRoom();
  }

  stats(): LogEngineStats {
    return this.#engine.stats();
  }

  onFatal(listener: (error: Error) => void): void {
    this.#engine.onFatal(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#engine.partitions()].map(({ id }) => this.closePartition(id)));
  }

  #isHeld(id: PartitionId): boolean {
    return this.#holds.get(keyOf(id))?.holder === this;
  }

  #release(key: string): void {
    const hold = this.#holds.get(key);
    if (hold?.holder !== this) return;
    this.#holds.delete(key);
    hold.released.resolve();
  }
}

function keyOf({ topicId, partition }: PartitionId): string {
  return `${topicId}-${partition}`;
}
