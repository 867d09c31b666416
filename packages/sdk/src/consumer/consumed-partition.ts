/**
 * One partition that a consumer reads: where it stands, what was fetched ahead of the application, and what keeps it from going on.
 *
 * Owns: fetch position, fetched pieces not handed out yet, log marks, leader, progress of what was handed out.
 * Invariants: `generation` changes whenever the position jumps, so that answers to older fetches are recognised and dropped; pieces are
 *   in the order of their offsets.
 * Bounds: `heldBytes` (fetched or handed out and not finished) is what the prefetch limits count.
 */
import type { KafkaError } from '../error.ts';
import type { LogMarks } from './batch.ts';
import { FetchedRecords } from './fetched-records.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { PartitionProgress } from './progress.ts';
import type { ConsumedTopic } from './consumed-topic.ts';

/**
 * What a position still needs before records can be fetched from it:
 * - `committed`: the group's offset has to be asked for; `reset`: the offset of `resetTo` has to be looked up;
 * - `validate`: the leader has changed and has to confirm the position (KIP-320); `ready`: nothing.
 */
export type PositionNeed = 'committed' | 'reset' | 'validate' | 'ready';

/** Where to begin when there is no position: a point in the log or in time. */
export type ResetTarget = 'earliest' | 'latest' | Date;

export type ResetReason = 'no-offset' | 'out-of-range' | 'truncated' | 'topic-recreated' | 'seek';

export class ConsumedPartition implements LogMarks {
  readonly topic: ConsumedTopic;
  readonly partition: number;
  readonly progress: PartitionProgress;
  readonly #budget: MemoryBudget;
  readonly #pieces: FetchedRecords[] = [];
  need: PositionNeed = 'committed';
  resetTo: ResetTarget = 'earliest';
  resetReason: ResetReason = 'no-offset';
  /** Offset that the next fetch asks for; −1 while there is no position. */
  fetchOffset = -1;
  /** Epoch of the leader that appended the last record before the fetch position; −1 when unknown. */
  fetchEpoch = -1;
  generation = 0;
  /** Generation for which an answer about the position is awaited; −1 when none is. */
  resolvingGeneration = -1;
  /** −1 while no broker leads it. */
  leaderId = -1;
  leaderEpoch = -1;
  /** A nearer replica to read from (KIP-392) until `replicaUntilMs`; −1 for the leader. */
  replicaId = -1;
  replicaUntilMs = 0;
  highWatermark = -1;
  lastStableOffset = -1;
  logStartOffset = -1;
  isPaused = false;
  /** False until the application was told that it has this partition, and while it is being taken away. */
  isAdmitted = false;
  /** The application was told that it has this partition, and is told when it has it no more. */
  isTold = false;
  /** It belongs to this consumer no more. */
  isGone = false;
  /** Whoever works on its records has enough of them waiting. */
  isSaturated = false;
  /** Set while it waits in the queue of partitions that have something to hand out. */
  isQueued = false;
  /** Too much is held: nothing is fetched until half of it is gone. */
  isFull = false;
  /** The application sought it elsewhere: a fetch that waits at the broker for others must not hold it up. */
  isHurried = false;
  fullSinceMs = 0;
  /** Not asked for before this moment, monotonic, after an error of this partition. */
  retryAtMs = 0;
  retryCount = 0;
  /** What the broker answered last instead of records; cleared by the next success. For explain(). */
  lastError: KafkaError | undefined;
  /** Stops the application when it reads next; cleared by a seek. */
  failure: KafkaError | undefined;
  /** Last offset the group has of this partition as far as this consumer knows; −1 for none. */
  committedOffset = -1;
  /** Offset of a damaged batch that was fetched anew once already. */
  damagedOffset = -1;
  lastFetchMs = -1;
  /** Hears of a position that was moved back from within. */
  onMoved: ((partition: ConsumedPartition) => void) | undefined;
  #heldBytes = 0;

  constructor(topic: ConsumedTopic, partition: number, budget: MemoryBudget) {
    this.topic = topic;
    this.partition = partition;
    this.#budget = budget;
    this.progress = new PartitionProgress((bytes) => this.free(bytes));
  }

  /** For messages: `orders[3]`. */
  get name(): string {
    return `${this.topic.name}[${String(this.partition)}]`;
  }

  /** Bytes that were fetched and are not finished. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get hasPieces(): boolean {
    return this.#pieces.length > 0;
  }

  get pieces(): readonly FetchedRecords[] {
    return this.#pieces;
  }

  get firstPiece(): FetchedRecords | undefined {
    return this.#pieces[0];
  }

  /** Whether the application may work on its records at all. */
  get isHandedOut(): boolean {
    return !this.isGone && this.isAdmitted && !this.isPaused;
  }

  /** Whether the application may be handed what is there. */
  get isDeliverable(): boolean {
    return this.isHandedOut && !this.isSaturated && this.#pieces.length > 0;
  }

  /** Whether records may be asked for, apart from limits. */
  get isFetchable(): boolean {
    return this.need === 'ready' && this.isAdmitted && !this.isPaused && !this.isGone && this.failure === undefined;
  }

  /** Offset of the next record that the application gets; −1 while there is none. */
  get position(): number {
    return this.progress.position;
  }

  /** Jumps: what was fetched or handed out before is dropped and counts no more. */
  moveTo(offset: number, leaderEpoch: number): void {
    this.generation++;
    this.dropPieces();
    this.progress.reset(offset, leaderEpoch);
    this.fetchOffset = offset;
    this.fetchEpoch = leaderEpoch;
    this.need = 'ready';
    this.failure = undefined;
    this.damagedOffset = -1;
  }

  /** The position is lost and has to be looked up; what was fetched before is dropped. */
  reset(to: ResetTarget, reason: ResetReason): void {
    this.generation++;
    this.dropPieces();
    this.need = 'reset';
    this.resetTo = to;
    this.resetReason = reason;
    this.failure = undefined;
  }

  /** Takes what a fetch brought. */
  addPiece(piece: FetchedRecords, nextFetchOffset: number): void {
    const bytes = piece.remainingBytes;
    piece.countedBytes = bytes;
    this.#pieces.push(piece);
    this.#heldBytes += bytes;
    this.#budget.take(bytes);
    this.fetchOffset = nextFetchOffset;
  }

  /** Bytes that were read from the piece since the last call; they are counted until a delivery or `free` gives them back. */
  claim(piece: FetchedRecords): number {
    const bytes = piece.countedBytes - piece.remainingBytes;
    piece.countedBytes -= bytes;
    return bytes;
  }

  /** The first piece has nothing left. */
  shiftPiece(): void {
    const piece = this.#pieces.shift();
    if (piece !== undefined) this.free(piece.countedBytes);
  }

  /** Forgets what was fetched and not handed out, to be fetched again. */
  dropPieces(): void {
    let bytes = 0;
    for (const piece of this.#pieces.splice(0)) bytes += piece.countedBytes;
    this.free(bytes);
  }

  free(bytes: number): void {
    if (bytes === 0) return;
    this.#heldBytes -= bytes;
    this.#budget.give(bytes, this);
  }

  /** Gives back memory: pieces are dropped and will be fetched again from the application's position. */
  evict(): void {
    if (this.#pieces.length === 0) return;
    this.generation++;
    this.dropPieces();
    this.fetchOffset = this.progress.position;
    this.fetchEpoch = this.progress.positionEpoch;
  }

  /** Returns to the first record that is not finished; what was handed out behind it comes again. */
  goBack(): void {
    const { offset, leaderEpoch } = this.progress.watermark();
    const { need, failure } = this;
    this.moveTo(offset, leaderEpoch);
    this.need = need;
    this.failure = failure;
    this.onMoved?.(this);
  }

  /** Ends everything of this partition. */
  discard(): void {
    this.isGone = true;
    this.isAdmitted = false;
    this.generation++;
    this.dropPieces();
    this.progress.reset(this.progress.position, this.progress.positionEpoch);
  }
}
