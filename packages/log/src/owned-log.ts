/**
 * The log of one partition in its owner's memory: the state machine that every engine shares.
 *
 * Owns: offsets, high watermark, log start, leader epochs; its batches are in {@link LogData}, what it knows of producers and their
 *   transactions in {@link ProducerLedger}.
 * Invariants: log start ≤ last stable offset ≤ high watermark ≤ log end; the high watermark moves only when a group is durable; a refused append
 *   changes nothing; only batches below the high watermark are flushed, so segments never hold what a crash may take back.
 * Bounds: memory is the engine's to bound, see `tail-slabs.ts`.
 * Not here: disk and network (`ports.ts`).
 */
import { assert, MillraceError } from '@millrace/base';
import {
  batchAttributes,
  batchLastOffset,
  batchLastOffsetDelta,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  batchProducerId,
  batchSizeInBytes,
  encodeEndTxnMarkerBatch,
  ErrorCode,
  stampBatch,
  stampLogAppendTime,
  stampMaxTimestamp,
  validateBatch,
} from '@millrace/protocol';
import { withAborted } from './aborted-lookup.ts';
import { ABORTED_PER_SEGMENT_MAX } from './aborted-transactions.ts';
import { appendChecks, newAppendChecks } from './append-checks.ts';
import { readCold } from './cold-read.ts';
import type { CommitGroup, GroupParticipant } from './commit-group.ts';
import { EpochCache } from './epoch-cache.ts';
import { LogData, type NewBatch } from './log-data.ts';
import type {
  ActiveProducer,
  AppendAccepted,
  AppendOptions,
  AppendOutcome,
  AppendRefused,
  EndMarker,
  EpochEndOffset,
  IsolationLevel,
  LogConfig,
  OpenTransaction,
  PartitionId,
  PartitionLog,
  ReadOptions,
  ReadOutcome,
  RecordError,
  TimestampOffset,
} from './log-engine.ts';
import type { LogContext } from './ports.ts';
import { EMPTY_LOG, type LogSnapshot } from './log-snapshot.ts';
import { ProducerLedger } from './producer-ledger.ts';
import { lastOffsetOf, type ProducerBatch } from './producer-state.ts';
import { isRollDue, needsNewSegment, retentionLogStart, type Segment, type SegmentSnapshot } from './segment.ts';
import type { Slab } from './tail-slabs.ts';
import { searchMaxTimestamp, searchTimestamp } from './timestamp-search.ts';

const ALREADY_DURABLE = Promise.resolve(0);
const NO_SLICES: readonly Buffer[] = [];
const NO_ABORTED_TRANSACTIONS: readonly never[] = [];

class Accepted implements AppendAccepted {
  readonly errorCode = 0;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly logAppendTimeMs: number;
  readonly isDuplicate: boolean;
  /** Undefined when it is durable already. */
  readonly #group: CommitGroup | undefined;

  constructor(
    baseOffset: number,
    lastOffset: number,
    logAppendTimeMs: number,
    isDuplicate: boolean,
    group: CommitGroup | undefined,
  ) {
    this.baseOffset = baseOffset;
    this.lastOffset = lastOffset;
    this.logAppendTimeMs = logAppendTimeMs;
    this.isDuplicate = isDuplicate;
    this.#group = group;
  }

  get durable(): Promise<number> {
    return this.#group?.durable ?? ALREADY_DURABLE;
  }

  get answer(): Promise<number> {
    return this.#group?.answer ?? ALREADY_DURABLE;
  }
}

interface InFlight {
  readonly group: CommitGroup;
  endOffset: number;
  endPosition: number;
}

export class OwnedLog implements PartitionLog, GroupParticipant {
  readonly id: PartitionId;
  readonly data: LogData;
  readonly ledger: ProducerLedger;
  readonly #context: LogContext;
  #config: LogConfig | undefined;
  #leaderEpoch: number;
  #isPaused = false;

  #logStartOffset: number;
  /** Where the log starts once what is in flight is durable. */
  #nextLogStartOffset: number;
  #highWatermark: number;
  #highWatermarkPosition: number;
  /** The next batch begins a new segment whatever its size: the active one is too old or about to go. */
  #startsNewSegment: boolean;
  /** A cleaner has been through everything below. */
  #cleanedEndOffset: number;
  /** The state that this process began with knew the batches below this offset. */
  readonly #stateEndOffset: number;
  /** Replayed batches from here on are news to the ledger and the epochs. */
  #learnFrom: number;

  readonly #epochs: EpochCache;
  readonly #inFlight: InFlight[] = [];
  readonly #listeners = new Set<{ readonly call: () => void }>();
  /** Reused by every append. */
  readonly #checks = newAppendChecks();

  constructor(id: PartitionId, context: LogContext, snapshot: LogSnapshot = EMPTY_LOG) {
    this.id = id;
    this.#context = context;
    this.data = new LogData(context.slabs, snapshot.segments, snapshot.dataEndOffset);
    this.#logStartOffset = this.#nextLogStartOffset = snapshot.logStartOffset;
    this.#highWatermark = snapshot.dataEndOffset;
    this.#highWatermarkPosition = this.data.endPosition;
    // What a cleaner made is closed, also when nothing behind it was left.
    this.#startsNewSegment = snapshot.startsNewSegment || this.#endsCleaned;
    this.#cleanedEndOffset = snapshot.cleanedEndOffset ?? 0;
    this.#stateEndOffset = this.#learnFrom = snapshot.stateEndOffset;
    this.#epochs = new EpochCache(snapshot.epochs);
    this.ledger = new ProducerLedger(context.producerIdExpirationMs, snapshot);
    this.#leaderEpoch = this.#epochs.latestEpoch;
  }

  // What the rest of the broker sees.

  get logStartOffset(): number {
    return this.#logStartOffset;
  }

  get logEndOffset(): number {
    return this.data.endOffset;
  }

  get highWatermark(): number {
    return this.#highWatermark;
  }

  get lastStableOffset(): number {
    const { firstUnstableOffset } = this.ledger.transactions;
    if (firstUnstableOffset >= this.#highWatermark) return this.#highWatermark;
    return Math.max(firstUnstableOffset, this.#logStartOffset);
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch;
  }

  get config(): LogConfig {
    assert(this.#config !== undefined, `log ${this.name} is not open`);
    return this.#config;
  }

  get sizeBytes(): number {
    return this.data.sizeBytes;
  }

  append(batch: Buffer, options: AppendOptions): AppendOutcome {
    const config = this.#config;
    if (config === undefined) return refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER, 'the log is not open here');
    if (options.expectedLeaderEpoch !== undefined && options.expectedLeaderEpoch !== this.#leaderEpoch) {
      const message = `leader epoch ${options.expectedLeaderEpoch} is not the log's ${this.#leaderEpoch}`;
      return refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER, message);
    }
    if (batch.length > config.maxMessageBytes) {
      const message = `the record batch has ${batch.length} bytes; max.message.bytes is ${config.maxMessageBytes}`;
      return refuse(ErrorCode.MESSAGE_TOO_LARGE, message);
    }
    const nowMs = this.#context.clock.nowMs();
    const stampsTime = config.messageTimestampType === 'LogAppendTime';
    const verdict =
      options.verdict ??
      validateBatch(batch, appendChecks(config, nowMs, options.origin === 'coordinator', this.#checks));
    if (verdict.errorCode !== 0) return refuse(verdict.errorCode, verdict.message, verdict.recordErrors);
    if (this.data.endOffset + batchLastOffsetDelta(batch, 0) + 1 > Number.MAX_SAFE_INTEGER) {
      return refuse(ErrorCode.INVALID_RECORD, `the record batch would end beyond offset ${Number.MAX_SAFE_INTEGER}`);
    }

    const attributes = batchAttributes(batch, 0);
    const producerId = batchProducerId(batch, 0);
    if (producerId >= 0) {
      const judged = this.ledger.judge(batch, attributes, producerId, options, nowMs);
      if (judged.kind === 'duplicate') return this.#answerDuplicate(judged.batch);
      if (judged.kind === 'refused') return refuse(judged.errorCode, judged.message);
    }
    if (batch.length > config.segmentBytes) {
      const message = `the record batch has ${batch.length} bytes; segment.bytes is ${config.segmentBytes}`;
      return refuse(ErrorCode.RECORD_LIST_TOO_LARGE, message);
    }
    const obstacle = this.#obstacle(batch.length);
    if (obstacle !== undefined) return obstacle;

    const maxTimestampMs = stampsTime ? nowMs : verdict.maxTimestampMs;
    const correctsTimestamp = !stampsTime && batchMaxTimestamp(batch, 0) !== maxTimestampMs;
    if (options.origin === 'client') this.#context.segmentStore.noteProduced(batch.length);
    return this.#store(config, batch, maxTimestampMs, stampsTime, correctsTimestamp);
  }

  appendEndMarker(marker: EndMarker): AppendOutcome {
    const config = this.#config;
    if (config === undefined) return refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER, 'the log is not open here');
    const nowMs = Math.trunc(this.#context.clock.nowMs());
    const judged = this.ledger.judgeMarker(marker, nowMs);
    if (judged !== undefined) return refuse(judged.errorCode, judged.message);
    const { producerId, producerEpoch, coordinatorEpoch, outcome } = marker;
    const batch = encodeEndTxnMarkerBatch({
      type: outcome,
      producerId,
      producerEpoch,
      coordinatorEpoch,
      timestampMs: nowMs,
    });
    const obstacle = this.#obstacle(batch.length);
    if (obstacle !== undefined) return obstacle;
    return this.#store(config, batch, nowMs, config.messageTimestampType === 'LogAppendTime', false);
  }

  openTransaction(producerId: number): OpenTransaction | undefined {
    return this.ledger.transactions.get(producerId);
  }

  openTransactions(): readonly OpenTransaction[] {
    return this.ledger.transactions.list();
  }

  read(options: ReadOptions): ReadOutcome | Promise<ReadOutcome> {
    const { offset, isolation } = options;
    if (this.#config === undefined) return this.readFailed(ErrorCode.NOT_LEADER_OR_FOLLOWER, isolation);
    if (offset < this.#logStartOffset || offset > this.data.endOffset) {
      return this.readFailed(ErrorCode.OFFSET_OUT_OF_RANGE, isolation);
    }
    const endOffset = this.visibleEnd(isolation);
    if (offset >= endOffset) return this.readResult(NO_SLICES, 0, isolation);
    if (offset < this.data.tailStartOffset) return readCold(this, this.#context.segmentStore, options);
    const slices: Buffer[] = [];
    const loans: Slab[] = [];
    const { maxBytes, atLeastOneBatch } = options;
    let sizeBytes: number;
    try {
      sizeBytes = this.data.sliceTail(offset, endOffset, maxBytes, atLeastOneBatch, slices, loans);
    } catch (error) {
      // What was replayed at the start is still in the journal, and cannot be read there.
      this.#context.slabs.giveBack(loans);
      this.#context.logger.error('cannot read records that a start left in the journal', {
        partition: this.name,
        error,
      });
      return this.readFailed(ErrorCode.KAFKA_STORAGE_ERROR, isolation);
    }
    if (sizeBytes === 0) return this.readResult(NO_SLICES, 0, isolation);
    const outcome = this.readResult(slices, sizeBytes, isolation, () => this.#context.slabs.giveBack(loans.splice(0)));
    if (isolation === 'read_uncommitted') return outcome;
    return withAborted(this, this.#context.segmentStore, outcome, offset, () => this.read(options));
  }

  readableBytes(offset: number, isolation: IsolationLevel): number {
    const visibleEnd = this.visibleEnd(isolation);
    if (offset < this.#logStartOffset || offset >= visibleEnd) return 0;
    const endPosition =
      visibleEnd === this.#highWatermark ? this.#highWatermarkPosition : this.data.positionOf(visibleEnd);
    return Math.max(1, endPosition - this.data.positionOf(offset));
  }

  onAdvance(listener: () => void): () => void {
    // An object of its own, so that a function registered twice is called twice and removed one by one.
    const registered = { call: listener };
    this.#listeners.add(registered);
    return () => {
      this.#listeners.delete(registered);
    };
  }

  findOffsetByTimestamp(timestampMs: number, isolation: IsolationLevel): Promise<TimestampOffset | undefined> {
    return searchTimestamp(this, this.#context.segmentStore, timestampMs, isolation);
  }

  findMaxTimestamp(): Promise<TimestampOffset | undefined> {
    return searchMaxTimestamp(this, this.#context.segmentStore);
  }

  endOffsetForEpoch(leaderEpoch: number): EpochEndOffset {
    return this.#epochs.endOffsetFor(leaderEpoch, this.#highWatermark);
  }

  epochForOffset(offset: number): number {
    return this.#epochs.epochFor(offset);
  }

  async advanceLogStart(offset: number): Promise<number> {
    if (offset > this.#highWatermark) {
      throw new MillraceError(
        'MILLRACE_LOG_OFFSET_OUT_OF_RANGE',
        `cannot move the log start of ${this.name} to ${offset}: the high watermark is ${this.#highWatermark}`,
        { details: { offset, highWatermark: this.#highWatermark } },
      );
    }
    if (this.#config === undefined) throw this.#moveFailed(offset, ErrorCode.NOT_LEADER_OR_FOLLOWER);
    if (offset <= this.#logStartOffset) return this.#logStartOffset;
    // With nothing left the active segment goes as well; deciding that here makes replay decide the same.
    const emptiesLog = offset === this.data.endOffset;
    const group = this.#context.journal.appendLogStart(this, offset, emptiesLog);
    if (emptiesLog) this.#startsNewSegment = true;
    this.#nextLogStartOffset = Math.max(this.#nextLogStartOffset, offset);
    group.whenDurable(() => this.#applyLogStart(offset));
    const errorCode = await group.durable;
    if (errorCode !== 0) throw this.#moveFailed(offset, errorCode);
    this.announce();
    return this.#logStartOffset;
  }

  activeProducers(): readonly ActiveProducer[] {
    return this.ledger.active(this.#context.clock.nowMs());
  }

  async updateConfig(config: LogConfig): Promise<void> {
    const { durability } = this.config;
    if (config.durability === durability) {
      this.#config = config;
      return;
    }
    // The new durability counts only once it is in force: a change that failed is tried again with the next one.
    const pending = { ...config, durability };
    this.#config = pending;
    await this.#context.journal.changeDurability(this, config.durability);
    if (this.#config === pending) this.#config = config;
  }

  // Life cycle, for the engine.

  /** The partition as it is named in files and messages. */
  get name(): string {
    return `${this.id.topicId}-${this.id.partition}`;
  }

  get isOpen(): boolean {
    return this.#config !== undefined;
  }

  open(config: LogConfig, leaderEpoch: number): void {
    this.#config = config;
    this.raiseEpoch(leaderEpoch);
  }

  /** Batches from here on are written under `leaderEpoch`, unless a higher one is in force already. */
  raiseEpoch(leaderEpoch: number): void {
    if (leaderEpoch <= this.#leaderEpoch) return;
    this.#leaderEpoch = leaderEpoch;
    this.#epochs.assign(leaderEpoch, this.data.endOffset);
  }

  /** Refuses appends, retriably, until {@link resume}. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** Stops serving; listeners are told once and forgotten. */
  shut(): void {
    if (this.#config === undefined) return;
    this.#config = undefined;
    this.announce();
    this.#listeners.clear();
  }

  /** Resolves like the last append; undefined when nothing is in flight. */
  get inFlight(): Promise<number> | undefined {
    return this.#inFlight.at(-1)?.group.durable;
  }

  /** Resolves when nothing is in flight any more, with the error code of what was. */
  async settled(): Promise<number> {
    for (;;) {
      const last = this.#inFlight.at(-1);
      if (last === undefined) return 0;
      const errorCode = await last.group.durable;
      if (errorCode !== 0) return errorCode;
    }
  }

  /** Lets go of everything: the partition is deleted. */
  discardAll(): void {
    this.#context.segmentStore.discard(this, this.data.dropAll());
  }

  /** Retention, the age of the active segment and of producers: decides what is due and does it. */
  async enforceRetention(): Promise<void> {
    const config = this.#config;
    if (config === undefined) return;
    const nowMs = this.#context.clock.nowMs();
    this.ledger.expire(nowMs);
    const active = this.data.activeSegment;
    if (active !== undefined && isRollDue(active, config, nowMs)) this.#startsNewSegment = true;
    const start = retentionLogStart(this.data.segments, config, this.#logStartOffset, this.#highWatermark, nowMs);
    if (start > this.#logStartOffset) await this.advanceLogStart(start);
  }

  /** Below it a cleaner has been through everything. */
  get cleanedEndOffset(): number {
    return this.#cleanedEndOffset;
  }

  /**
   * Puts cleaned segments in the place of those with the same ranges and says how far cleaning came; returns what they replace. The
   * engine has stored their lists of aborted transactions. Also replays that.
   */
  replaceSegments(made: readonly SegmentSnapshot[], cleanedEndOffset: number): Segment[] {
    const replaced: Segment[] = [];
    for (const segment of made) {
      const gone = this.data.replaceSegments(segment);
      if (gone.length > 0) this.ledger.aborted.dropBetween(segment.baseOffset, segment.endOffset);
      replaced.push(...gone);
    }
    this.#cleanedEndOffset = Math.max(this.#cleanedEndOffset, cleanedEndOffset);
    if (this.#endsCleaned) this.#startsNewSegment = true;
    return replaced;
  }

  get #endsCleaned(): boolean {
    return (this.data.activeSegment?.generation ?? 0) > 0;
  }

  /** State once what is in flight is durable, with data only up to `dataEndOffset`, which lies at `dataEndPosition`. */
  snapshot(dataEndOffset: number, dataEndPosition: number): LogSnapshot {
    return {
      logStartOffset: Math.max(this.#logStartOffset, this.#nextLogStartOffset),
      dataEndOffset,
      stateEndOffset: this.data.endOffset,
      startsNewSegment: this.#startsNewSegment && dataEndOffset === this.data.endOffset,
      cleanedEndOffset: this.#cleanedEndOffset,
      segments: this.data.snapshotSegments(dataEndOffset, dataEndPosition),
      epochs: [...this.#epochs.entries()],
      ...this.ledger.snapshot(dataEndOffset),
    };
  }

  // Replay, for the engine's recovery. Everything replayed is durable.

  /** Takes a batch that the journal holds; it lies in `slab` for good. */
  replayJournalled(slab: Slab, position: number, startsSegment: boolean, lsn: number, timeMs: number): void {
    const batch = this.#replayed(slab.buffer, position, startsSegment, timeMs);
    this.#learn(slab.buffer, position, this.data.endOffset, batch.maxTimestampMs, timeMs);
    this.data.add(batch, slab, position, lsn);
    this.#becomeVisible();
  }

  /** Takes a batch that a segment holds already. */
  replayFlushed(buffer: Buffer, position: number, startsSegment: boolean, timeMs: number): void {
    const batch = this.#replayed(buffer, position, startsSegment, timeMs);
    this.#learn(buffer, position, this.data.endOffset, batch.maxTimestampMs, timeMs);
    this.data.addFlushed(batch);
    const segment = this.data.activeSegment;
    if (segment !== undefined) segment.visibleMaxTimestampMs = segment.maxTimestampMs;
    this.#becomeVisible();
  }

  replayLogStart(offset: number, emptiesLog: boolean): void {
    if (emptiesLog && this.data.endOffset <= offset) {
      this.#startsNewSegment = true;
      this.#dropDoneSegments(offset);
      if (this.data.endOffset < offset) this.replayFrom(offset);
    }
    this.#applyLogStart(offset);
  }

  /**
   * The batches before `offset`, all below the log start, are gone unread. What is known of producers and their transactions may be old
   * news then, and an unknown producer is welcome where one with an outdated sequence would be refused.
   */
  replayFrom(offset: number): void {
    this.#context.segmentStore.discard(this, this.data.dropAll());
    this.ledger.forgetAll();
    this.#learnFrom = Math.min(this.#learnFrom, offset);
    this.#restartAt(offset);
  }

  /**
   * After replay: makes log start, data and what is remembered of them agree when the end of an unsynced log was lost.
   * True when that is known to have happened.
   */
  finishReplay(): boolean {
    const wasCut = this.data.endOffset < Math.max(this.#logStartOffset, this.#stateEndOffset);
    if (this.data.endOffset < this.#logStartOffset) this.replayFrom(this.#logStartOffset);
    this.#dropDoneSegments(this.#logStartOffset);
    if (wasCut) {
      this.ledger.truncateEnd(this.data.endOffset);
      this.#epochs.truncateEnd(this.data.endOffset);
    }
    return wasCut;
  }

  // Groups.

  commit(group: CommitGroup): void {
    const head = this.#inFlight.shift();
    assert(head?.group === group, `groups of log ${this.name} complete out of order`);
    this.data.noteVisible(this.#highWatermark, head.endOffset);
    this.#highWatermark = head.endOffset;
    this.#highWatermarkPosition = head.endPosition;
    this.ledger.transactions.moveHighWatermark(head.endOffset);
    this.#context.segmentStore.noteCommitted(this);
  }

  announce(): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener.call();
      } catch (error) {
        this.#context.logger.error('a log listener failed', { partition: this.name, error });
      }
    }
  }

  // Reads, for `cold-read.ts`.

  visibleEnd(isolation: IsolationLevel): number {
    return isolation === 'read_committed' ? this.lastStableOffset : this.#highWatermark;
  }

  /** Batches below `endOffset` cannot get lost any more, not even with power. */
  noteSecured(endOffset: number): void {
    this.ledger.transactions.secure(endOffset);
  }

  /** Bytes below the high watermark that no segment has yet. */
  get unflushedBytes(): number {
    return this.#highWatermarkPosition - this.data.flushedEndPosition;
  }

  readResult(
    slices: readonly Buffer[],
    sizeBytes: number,
    isolation: IsolationLevel,
    release?: () => void,
  ): ReadOutcome {
    return this.#outcome(ErrorCode.NONE, slices, sizeBytes, isolation, release);
  }

  readFailed(errorCode: number, isolation: IsolationLevel): ReadOutcome {
    return this.#outcome(errorCode, NO_SLICES, 0, isolation, undefined);
  }

  reportReadFailure(segment: Segment, error: unknown): void {
    const fields = { partition: this.name, segmentBaseOffset: segment.baseOffset, error };
    this.#context.logger.error('cannot read from a segment', fields);
  }

  // Inside.

  /** Why nothing can be stored now, whatever it is. */
  #obstacle(sizeBytes: number): AppendRefused | undefined {
    if (this.#isPaused) return refuse(ErrorCode.KAFKA_STORAGE_ERROR, 'the log changes its durability; try again');
    const admission = this.#context.journal.admit(this, sizeBytes);
    if (admission === 0) return undefined;
    return refuse(admission, 'there is no room to store the record batch now; try again');
  }

  /** A repeat is as durable as its original: it waits for the original's group when that is still in flight. */
  #answerDuplicate(batch: ProducerBatch): AppendAccepted {
    const lastOffset = lastOffsetOf(batch);
    const pending = this.#inFlight.find((entry) => lastOffset < entry.endOffset)?.group;
    const original = lastOffset < this.#highWatermark ? undefined : pending;
    return new Accepted(batch.baseOffset, lastOffset, batch.timestampMs, true, original);
  }

  #store(
    config: LogConfig,
    batch: Buffer,
    maxTimestampMs: number,
    stampsTime: boolean,
    correctsTimestamp: boolean,
  ): AppendAccepted {
    const data = this.data;
    const baseOffset = data.endOffset;
    const endOffset = baseOffset + batchLastOffsetDelta(batch, 0) + 1;
    const active = data.activeSegment;
    const startsSegment =
      active === undefined ||
      this.#startsNewSegment ||
      needsNewSegment(active, config, batch.length, maxTimestampMs, endOffset) ||
      this.#isFullOfAborted(active);

    const { slab, position, group } = this.#context.journal.appendBatch(this, batch, baseOffset, startsSegment);
    stampBatch(slab.buffer, position, baseOffset, this.#leaderEpoch);
    if (stampsTime) stampLogAppendTime(slab.buffer, position, maxTimestampMs);
    else if (correctsTimestamp) stampMaxTimestamp(slab.buffer, position, maxTimestampMs);

    this.#startsNewSegment = false;
    this.ledger.learn(slab.buffer, position, baseOffset, maxTimestampMs, group.timeMs);
    const entry = { endOffset, sizeBytes: batch.length, maxTimestampMs, startsSegment, timeMs: group.timeMs };
    data.add(entry, slab, position, group.lsn);
    const last = this.#inFlight.at(-1);
    if (last?.group === group) {
      last.endOffset = endOffset;
      last.endPosition = data.endPosition;
    } else {
      this.#inFlight.push({ group, endOffset, endPosition: data.endPosition });
      group.join(this);
    }
    return new Accepted(baseOffset, endOffset - 1, stampsTime ? maxTimestampMs : -1, false, group);
  }

  #isFullOfAborted(active: Segment): boolean {
    const { aborted } = this.ledger;
    if (aborted.count < ABORTED_PER_SEGMENT_MAX) return false;
    return aborted.countFrom(active.baseOffset) >= ABORTED_PER_SEGMENT_MAX;
  }

  #replayed(buffer: Buffer, position: number, startsSegment: boolean, timeMs: number): NewBatch {
    const entry = {
      endOffset: batchLastOffset(buffer, position) + 1,
      sizeBytes: batchSizeInBytes(buffer, position),
      maxTimestampMs: batchMaxTimestamp(buffer, position),
      startsSegment: startsSegment || this.#startsNewSegment,
      timeMs,
    };
    this.#startsNewSegment = false;
    return entry;
  }

  #learn(buffer: Buffer, position: number, baseOffset: number, maxTimestampMs: number, timeMs: number): void {
    if (baseOffset < this.#learnFrom) return;
    const leaderEpoch = batchPartitionLeaderEpoch(buffer, position);
    this.#epochs.assign(leaderEpoch, baseOffset);
    this.#leaderEpoch = Math.max(this.#leaderEpoch, leaderEpoch);
    this.ledger.learn(buffer, position, baseOffset, maxTimestampMs, timeMs);
  }

  #becomeVisible(): void {
    this.data.noteVisible(this.#highWatermark, this.data.endOffset);
    this.#highWatermark = this.data.endOffset;
    this.#highWatermarkPosition = this.data.endPosition;
    this.ledger.transactions.moveHighWatermark(this.#highWatermark);
  }

  #restartAt(offset: number): void {
    this.data.restartAt(offset);
    this.#highWatermark = offset;
    this.#highWatermarkPosition = this.data.endPosition;
  }

  #applyLogStart(offset: number): void {
    if (offset <= this.#logStartOffset) return;
    this.#logStartOffset = offset;
    this.#epochs.trimStart(offset);
    this.#dropDoneSegments(offset);
  }

  /** Segments without a record at or above the log start go; the active one only when nothing more will join it. */
  #dropDoneSegments(logStartOffset: number): void {
    const active = this.data.activeSegment;
    if (active === undefined) return;
    const isActiveDone = this.#startsNewSegment && active.endOffset <= logStartOffset;
    let keptFrom = isActiveDone ? active.endOffset : active.baseOffset;
    if (!isActiveDone) {
      const holding = this.data.segmentHolding(logStartOffset);
      if (holding !== undefined) keptFrom = Math.min(keptFrom, holding.baseOffset);
      else return;
    }
    const dropped = this.data.dropSegmentsBefore(keptFrom);
    if (dropped.length === 0) return;
    this.ledger.aborted.dropBelow(keptFrom);
    this.#context.segmentStore.discard(this, dropped);
  }

  #outcome(
    errorCode: number,
    slices: readonly Buffer[],
    sizeBytes: number,
    isolation: IsolationLevel,
    release: (() => void) | undefined,
  ): ReadOutcome {
    return {
      errorCode,
      slices,
      sizeBytes,
      highWatermark: this.#highWatermark,
      lastStableOffset: this.lastStableOffset,
      logStartOffset: this.#logStartOffset,
      abortedTransactions: isolation === 'read_committed' ? NO_ABORTED_TRANSACTIONS : null,
      release,
    };
  }

  #moveFailed(offset: number, errorCode: number): MillraceError {
    const message = `cannot move the log start of ${this.name} to ${offset}: error ${errorCode}`;
    return new MillraceError('MILLRACE_LOG_STORAGE', message, { retriable: true, details: { offset, errorCode } });
  }
}

function refuse(
  errorCode: number,
  errorMessage: string | null,
  recordErrors: readonly RecordError[] = [],
): AppendRefused {
  return { errorCode, errorMessage, recordErrors };
}
