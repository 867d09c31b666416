/**
 * The meeting point of fetching and reading: partitions with something to hand out queue up here, whoever reads takes batches from them.
 *
 * Owns: the queue (round robin, a batch at a time), failures that wait for whoever reads next, and the waits of the reader.
 * Invariants: batches of one partition come out in the order of their offsets, since one reader takes them one after the other. A damaged
 *   batch is fetched anew once before it fails its partition.
 * Bounds: the queue holds each partition once.
 */
import { createDeferred, type Clock, type Deferred } from '@millrace/base';
import { KafkaError } from '../error.ts';
import { Batch } from './batch.ts';
import type { ConsumedPartition } from './consumed-partition.ts';
import type { FetchedRecords, TakeLimits, TakenRecords } from './fetched-records.ts';
import type { UndecodableSink } from './undecodable.ts';

export interface RecordFlowOptions {
  readonly clock: Clock;
  readonly undecodable: UndecodableSink;
  /** A partition wants to be asked for again after something changed about it. */
  readonly onChanged: (partition: ConsumedPartition) => void;
  /** A batch was handed out. */
  readonly onDelivered: () => void;
}

export class RecordFlow {
  readonly undecodable: UndecodableSink;
  readonly #options: RecordFlowOptions;
  readonly #queue: ConsumedPartition[] = [];
  readonly #failed: ConsumedPartition[] = [];
  #failure: Error | undefined;
  #isStopped = false;
  #wait: Deferred<void> | undefined;
  /** Since when the reader waits for records, monotonic; undefined while it works. */
  waitingSinceMs: number | undefined;
  /** When the reader came for records last, monotonic; undefined before it did. */
  lastPullMs: number | undefined;

  constructor(options: RecordFlowOptions) {
    this.#options = options;
    this.undecodable = options.undecodable;
  }

  /** No more batches come out; who waits for one gets none. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  get hasRecords(): boolean {
    return this.#queue.some((partition) => partition.isDeliverable);
  }

  /** Something about the partition changed: records came, it was resumed, it failed. */
  offer(partition: ConsumedPartition): void {
    if (partition.failure !== undefined && !this.#failed.includes(partition)) this.#failed.push(partition);
    else if (partition.isDeliverable && !partition.isQueued) {
      partition.isQueued = true;
      this.#queue.push(partition);
    }
    this.#wake();
  }

  /** Everything that is read from now on fails with this. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  /** Lets batches out again after `stop`. */
  resume(): void {
    this.#isStopped = false;
  }

  /** Wakes the reader so that it looks around: its signal was aborted, or its work was taken away. */
  nudge(): void {
    this.#wake();
  }

  /** The next batch as soon as there is one; undefined when the flow is stopped or `isDone` says so. Throws what failed. */
  async nextBatch(limits: TakeLimits, isDone?: () => boolean): Promise<Batch | undefined> {
    this.lastPullMs = this.#options.clock.monotonicMs();
    for (;;) {
      if (this.#isStopped || isDone?.() === true) return undefined;
      const taken = this.take(limits);
      const batch = taken instanceof Promise ? await taken : taken;
      if (batch !== undefined) return batch;
      if (this.#hasFailure()) continue;
      this.waitingSinceMs ??= this.#options.clock.monotonicMs();
      this.#wait ??= createDeferred<void>();
      await this.#wait.promise;
      this.waitingSinceMs = undefined;
      this.lastPullMs = this.#options.clock.monotonicMs();
    }
  }

  /** A batch if one can be made of what is here. Throws what failed. */
  take(limits: TakeLimits): Batch | undefined | Promise<Batch | undefined> {
    this.#throwFailure();
    for (;;) {
      const partition = this.#queue.shift();
      if (partition === undefined) return undefined;
      partition.isQueued = false;
      const piece = partition.isDeliverable ? partition.firstPiece : undefined;
      if (piece === undefined) continue;
      let taken;
      try {
        taken = piece.take(limits);
      } catch (error) {
        this.#onDamaged(partition, piece, error);
        continue;
      }
      if (taken instanceof Promise) return this.#takeLater(partition, piece, taken, limits);
      const batch = this.#deliver(partition, piece, taken);
      if (batch !== undefined) return batch;
    }
  }

  async #takeLater(
    partition: ConsumedPartition,
    piece: FetchedRecords,
    taking: Promise<TakenRecords | undefined>,
    limits: TakeLimits,
  ): Promise<Batch | undefined> {
    const { generation } = partition;
    let taken: TakenRecords | undefined;
    try {
      taken = await taking;
    } catch (error) {
      if (partition.generation === generation) this.#onDamaged(partition, piece, error);
      return this.take(limits);
    }
    // Sought elsewhere or taken away while it was decompressed: the piece was dropped.
    const isCurrent = partition.generation === generation && !partition.isGone;
    const batch = isCurrent ? this.#deliver(partition, piece, taken) : undefined;
    return batch ?? this.take(limits);
  }

  #deliver(partition: ConsumedPartition, piece: FetchedRecords, taken: TakenRecords | undefined): Batch | undefined {
    const bytes = partition.claim(piece);
    if (taken === undefined) {
      partition.progress.skipTo(piece.nextOffset);
      partition.free(bytes);
      partition.shiftPiece();
      this.#requeue(partition);
      this.#options.onDelivered();
      return undefined;
    }
    const { highWatermark, lastStableOffset, logStartOffset } = partition;
    const batch = new Batch(
      {
        decoder: partition.topic.decoder,
        undecodable: this.undecodable,
        partition: partition.partition,
        marks: { highWatermark, lastStableOffset, logStartOffset },
      },
      taken,
    );
    batch.delivery = partition.progress.deliver(batch, bytes, this.#options.clock.monotonicMs());
    batch.delivery.owner = partition;
    if (piece.isExhausted) partition.shiftPiece();
    this.#requeue(partition);
    this.#options.onDelivered();
    return batch;
  }

  #requeue(partition: ConsumedPartition): void {
    if (!partition.isDeliverable || partition.isQueued) return;
    partition.isQueued = true;
    this.#queue.push(partition);
  }

  #onDamaged(partition: ConsumedPartition, piece: FetchedRecords, cause: unknown): void {
    const offset = piece.nextOffset;
    if (partition.damagedOffset !== offset) {
      // Bytes may have been damaged on their way: they are fetched once more.
      partition.damagedOffset = offset;
      partition.evict();
      this.#options.onChanged(partition);
      return;
    }
    partition.dropPieces();
    partition.failure = new KafkaError(
      'MILLRACE_CLIENT_CORRUPT_RECORDS',
      `the batch of ${partition.name} that begins at or behind offset ${String(offset)} is damaged, also when fetched anew: seek past it to go on without it`,
      { cause, details: { topic: partition.topic.name, partition: partition.partition, offset } },
    );
    this.offer(partition);
  }

  #hasFailure(): boolean {
    return this.#failure !== undefined || this.#failed.length > 0;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
    for (let partition = this.#failed[0]; partition !== undefined; partition = this.#failed[0]) {
      const { failure } = partition;
      if (failure === undefined || partition.isGone) {
        this.#failed.shift();
        continue;
      }
      if (needsSeek(failure)) throw failure;
      // A refusal may be lifted: whoever reads on after it was told tries again.
      this.#failed.shift();
      partition.failure = undefined;
      this.#options.onChanged(partition);
      throw failure;
    }
  }

  #wake(): void {
    const wait = this.#wait;
    this.#wait = undefined;
    wait?.resolve();
  }
}

/** Whether the partition stays where it is until the application seeks. */
function needsSeek({ code }: KafkaError): boolean {
  return code === 'MILLRACE_CLIENT_NO_POSITION' || code === 'MILLRACE_CLIENT_CORRUPT_RECORDS';
}
