/**
 * Runs the shards of one coordinator over the internal partitions that this broker owns.
 *
 * Owns: one {@link ShardHost} for each loaded partition.
 * Invariants: a request is answered exactly once. Requests for partitions that are not owned get NOT_COORDINATOR, for those
 *   that are being loaded COORDINATOR_LOAD_IN_PROGRESS, after `close` COORDINATOR_NOT_AVAILABLE.
 */
import type { AppendOutcome, EndMarker, PartitionLog } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import type { CoordinatorShard, TransactionalProducer } from './coordinator-shard.ts';
import { ShardHost, type ShardHostOptions, type SlicedWork } from './shard-host.ts';
import type { Step, Waiter } from './step.ts';

export type CoordinatorRuntimeOptions<Shard extends CoordinatorShard<StateRecord>, StateRecord> = Omit<
  ShardHostOptions<Shard, StateRecord>,
  'log' | 'snapshotBytesMin' | 'snapshotGrowthFactor' | 'snapshotSliceRecords'
> & {
  /** A log is left alone up to this size. */
  readonly snapshotBytesMin?: number;
  /** A log may grow to this multiple of what is alive in it. */
  readonly snapshotGrowthFactor?: number;
  /** Records of a snapshot that are appended before others get a turn. */
  readonly snapshotSliceRecords?: number;
};

const SNAPSHOT_BYTES_MIN = 4 * 1024 * 1024;
const SNAPSHOT_GROWTH_FACTOR = 4;
const SNAPSHOT_SLICE_RECORDS = 200;

export class CoordinatorRuntime<Shard extends CoordinatorShard<StateRecord>, StateRecord> {
  readonly #options: CoordinatorRuntimeOptions<Shard, StateRecord>;
  readonly #hosts = new Map<number, ShardHost<Shard, StateRecord>>();
  #isClosed = false;

  constructor(options: CoordinatorRuntimeOptions<Shard, StateRecord>) {
    this.#options = options;
  }

  /** Resolves with the number of records read. */
  async load(partition: number, log: PartitionLog): Promise<number> {
    if (this.#isClosed) return 0;
    this.#hosts.get(partition)?.close(ErrorCode.NOT_COORDINATOR);
    const host = new ShardHost<Shard, StateRecord>({
      snapshotBytesMin: SNAPSHOT_BYTES_MIN,
      snapshotGrowthFactor: SNAPSHOT_GROWTH_FACTOR,
      snapshotSliceRecords: SNAPSHOT_SLICE_RECORDS,
      ...this.#options,
      log,
    });
    this.#hosts.set(partition, host);
    return host.load();
  }

  unload(partition: number): void {
    this.#hosts.get(partition)?.close(ErrorCode.NOT_COORDINATOR);
    this.#hosts.delete(partition);
  }

  /**
   * Runs an operation that answers its waiter through the step, now or in a later one. Resolves with the response, or with what
   * `failure` makes of an error code.
   */
  ask<Response>(
    partition: number,
    operation: (shard: Shard, step: Step<StateRecord>, waiter: Waiter<Response>) => void,
    failure: (errorCode: number) => Response,
  ): Promise<Response> {
    return new Promise((resolve) => {
      const waiter: Waiter<Response> = {
        succeed: resolve,
        fail: (errorCode) => resolve(failure(errorCode)),
      };
      const host = this.#hosts.get(partition);
      if (host === undefined) waiter.fail(this.#absence());
      else host.run((shard, step) => operation(shard, step, waiter), waiter);
    });
  }

  /**
   * Like {@link ask}, for an operation that returns records which wait for the end of the producer's transaction, see
   * {@link ShardHost.runTransactional}.
   */
  askTransactional<Response>(
    partition: number,
    producer: TransactionalProducer,
    operation: (shard: Shard, step: Step<StateRecord>, waiter: Waiter<Response>) => readonly StateRecord[],
    failure: (errorCode: number) => Response,
  ): Promise<Response> {
    return new Promise((resolve) => {
      const waiter: Waiter<Response> = {
        succeed: resolve,
        fail: (errorCode) => resolve(failure(errorCode)),
      };
      const host = this.#hosts.get(partition);
      if (host === undefined) waiter.fail(this.#absence());
      else host.runTransactional(producer, (shard, step) => operation(shard, step, waiter), waiter);
    });
  }

  /** Appends the end of a transaction in this turn, behind all that the partition's shard has brought forth, and applies it. */
  appendEndMarker(partition: number, marker: EndMarker): AppendOutcome {
    const host = this.#hosts.get(partition);
    if (host !== undefined) return host.appendEndMarker(marker);
    const errorMessage = `partition ${partition} of the coordinator is not served here`;
    return { errorCode: this.#absence(), errorMessage, recordErrors: [] };
  }

  /** Appends what the partition's shard has brought forth so far, without waiting for the end of the turn. */
  flush(partition: number): void {
    this.#hosts.get(partition)?.flush();
  }

  /** Runs an operation in this turn, for owners that wait for no answer; the error code says why it did not. */
  run(partition: number, operation: (shard: Shard, step: Step<StateRecord>) => void): ErrorCode {
    const host = this.#hosts.get(partition);
    if (host === undefined) return this.#absence();
    let errorCode: number = ErrorCode.NONE;
    host.run(operation, { succeed: () => undefined, fail: (cause) => (errorCode = cause) });
    return errorCode as ErrorCode;
  }

  /** The shard as it is this moment, ahead of what is durable; or the error code that says why there is none. */
  peek(partition: number): Shard | ErrorCode {
    const host = this.#hosts.get(partition);
    return host === undefined ? this.#absence() : (host.shard ?? host.absence);
  }

  /** Partitions that were given to this runtime, loaded or still loading. */
  partitions(): number[] {
    return [...this.#hosts.keys()];
  }

  /** The shards that are served. */
  *shards(): Generator<Shard, void, undefined> {
    for (const { shard } of this.#hosts.values()) if (shard !== null) yield shard;
  }

  /** Work over all shards that are served, in slices. */
  async runSlicedOnAll(work: SlicedWork<Shard, StateRecord>): Promise<void> {
    for (const host of [...this.#hosts.values()]) await host.runSliced(work);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const hosts = [...this.#hosts.values()];
    this.#hosts.clear();
    const settled = hosts.map((host) => host.settle());
    for (const host of hosts) host.close(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    await Promise.all(settled);
  }

  #absence(): ErrorCode {
    return this.#isClosed ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.NOT_COORDINATOR;
  }
}
