import type { Step } from './step.ts';

/** Under whose name records wait for the end of a transaction. */
export interface TransactionalProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** Live records that must stay in this order, with nothing in between. */
export class OrderedRecords<StateRecord> {
  /** Those with a producer wait for its end marker. */
  readonly parts: readonly { readonly producer: TransactionalProducer | null; readonly record: StateRecord }[];

  constructor(parts: OrderedRecords<StateRecord>['parts']) {
    this.parts = parts;
  }
}

/**
 * The state machine of one internal partition, as the runtime drives it. Pure: no I/O and no timers; requests are methods of
 * the concrete shard that take a {@link Step} to fill.
 *
 * Whatever has to survive changes only in `replay`, which serves live requests and recovery alike.
 */
export interface CoordinatorShard<StateRecord> {
  /** Applies one record of the log. */
  replay(record: StateRecord): void;
  /** Called once, when the whole log was replayed and before the first request, in slices: deadlines begin to run. */
  onLoaded(step: Step<StateRecord>): Iterable<void>;
  /** When {@link onTime} wants to be called next, on the monotonic clock; Infinity = not by itself. */
  nextDeadlineMs(): number;
  /** Does what is due. */
  onTime(step: Step<StateRecord>): void;
  /**
   * Everything that is alive, as records that rebuild it on an empty shard. Iterated in slices, between which the shard goes on:
   * a record must hold what is true when it is yielded, and nothing that was deleted before may come.
   */
  liveRecords(): Iterable<StateRecord | OrderedRecords<StateRecord>>;
  /** Periodic upkeep, in slices: each iteration fills the step with what it found to do. */
  upkeep(step: Step<StateRecord>): Iterable<void>;
  /**
   * Work that has come up and is too long for one turn; asked for after each operation. It runs in slices, between which the shard goes on;
   * when the shard goes, it is not finished.
   */
  takeWork?(): ((step: Step<StateRecord>) => Iterable<void>) | undefined;
  /** The shard will not be used again: requests that still wait are failed. */
  close(errorCode: number): void;
}

/** A state machine part of whose records count only when a producer's transaction commits. */
export interface TransactionalShard<StateRecord> extends CoordinatorShard<StateRecord> {
  /** Applies one record that waits for the producer's end marker. */
  replayPending(producer: TransactionalProducer, record: StateRecord): void;
  /** What waits for this producer becomes true, or never was. Nothing may wait. */
  replayEndMarker(producerId: number, outcome: 'commit' | 'abort'): void;
}

/** How a shard's records are written into the log. */
export interface RecordCodec<StateRecord> {
  encodeKey(record: StateRecord): Buffer;
  /** Null for a tombstone. */
  encodeValue(record: StateRecord): Buffer | null;
  /** Undefined for a record type of another (newer) kind, which is skipped. Throws a ProtocolError for bytes that make no sense. */
  decode(key: Buffer, value: Buffer | null): StateRecord | undefined;
}
