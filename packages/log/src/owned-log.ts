/**
 * The log of one partition in its owner's memory: the state machine that every engine shares.
 *
 * Owns: offsets, the batches in tail memory, segments as ranges, producer states, leader epochs, high watermark, log start.
 * Invariants: log start ≤ high watermark ≤ log end; the high watermark moves only when a group is durable; a refused append
 *   changes nothing; what is not in tail memory was flushed (`flushedEndOffset` ≥ first offset of the tail); only batches
 *   below the high watermark are flushed, so segments never hold what a crash may take back.
 * Positions are bytes of batches counted from the first segment that the process opened with; they never start over.
 * Bounds: memory is the engine's to bound: it calls {@link OwnedLog.releaseTail} for slabs it wants back.
 * Not here: disk and network (`ports.ts`), and transactions: transactional and control batches are refused, and the last stable
 *   offset is the high watermark.
 */
import { assert, MillraceError } from '@millrace/base';
import {
  batchAttributes,
  batchBaseSequence,
  batchLastOffset,
  batchLastOffsetDelta,
  batchLastSequence,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  batchPositions,
  batchProducerEpoch,
  batchProducerId,
  decodeBatchAsync,
  ErrorCode,
  isControl,
  isTransactional,
  stampBatch,
  stampLogAppendTime,
  stampMaxTimestamp,
  validateBatch,
} from '@millrace/protocol';
import { readCold } from './cold-read.ts';
import type { CommitGroup, GroupParticipant } from './commit-group.ts';
import { EpochCache, type EpochStart } from './epoch-cache.ts';
import type {
  ActiveProducer,
  AppendAccepted,
  AppendOptions,
  AppendOutcome,
  AppendRefused,
  EpochEndOffset,
  IsolationLevel,
  LogConfig,
  PartitionId,
  PartitionLog,
  ReadOptions,
  ReadOutcome,
  RecordError,
  TimestampOffset,
} from './log-engine.ts';
import type { LogContext } from './ports.ts';
import { lastOffsetOf, ProducerStates, type ProducerBatch, type ProducerSnapshot } from './producer-state.ts';
import { isRollDue, needsNewSegment, retentionLogStart, Segment, type SegmentSnapshot } from './segment.ts';
import { SparseIndex } from './sparse-index.ts';
import { TailIndex } from './tail-index.ts';
import type { Slab } from './tail-slabs.ts';

const ALREADY_DURABLE = Promise.resolve(0);
const NO_ABORTED_TRANSACTIONS: readonly never[] = [];
/** Bytes read at a time when looking for a timestamp in cold data. */
const SEARCH_READ_BYTES = 256 * 1024;

/** What a checkpoint keeps of a log: data up to `dataEndOffset`, everything else up to `stateEndOffset`. */
export interface LogSnapshot {
  readonly logStartOffset: number;
  /** The segments hold exactly the batches below this offset; the journal has those from here on. */
  readonly dataEndOffset: number;
  /** Producers and epochs know the batches below this offset. */
  readonly stateEndOffset: number;
  readonly startsNewSegment: boolean;
  readonly segments: readonly SegmentSnapshot[];
  readonly epochs: readonly EpochStart[];
  readonly producers: readonly ProducerSnapshot[];
}

export const EMPTY_LOG: LogSnapshot = {
  logStartOffset: 0,
  dataEndOffset: 0,
  stateEndOffset: 0,
  startsNewSegment: false,
  segments: [],
  epochs: [],
  producers: [],
};

/** Batches that wait to be written to a segment. */
export interface FlushableRun {
  readonly segment: Segment;
  /** Byte position in the segment. */
  readonly position: number;
  readonly slices: readonly Buffer[];
  readonly sizeBytes: number;
  readonly endOffset: number;
}

interface InFlight {
  readonly group: CommitGroup;
  endOffset: number;
  endPosition: number;
}

export class OwnedLog implements PartitionLog, GroupParticipant {
  readonly id: PartitionId;
  readonly #context: LogContext;
  #config: LogConfig | undefined;
  #leaderEpoch: number;
  #isPaused = false;

  #logStartOffset: number;
  #highWatermark: number;
  #logEndOffset: number;
  #highWatermarkPosition = 0;
  #logEndPosition = 0;
  /** Producers and epochs already know replayed batches below this offset. */
  readonly #stateEndOffset: number;

  readonly #segments: Segment[] = [];
  #startsNewSegment: boolean;
  readonly #tail = new TailIndex();
  #newestTailSlab = -1;
  #flushedEndOffset: number;
  #flushedEndPosition = 0;

  readonly #epochs: EpochCache;
  readonly #producers: ProducerStates;
  readonly #inFlight: InFlight[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #validation = {
    allowControl: false,
    requireKeys: false,
    timestampMinMs: -Infinity,
    timestampMaxMs: Infinity,
  };

  constructor(id: PartitionId, context: LogContext, snapshot: LogSnapshot = EMPTY_LOG) {
    this.id = id;
    this.#context = context;
    this.#logStartOffset = snapshot.logStartOffset;
    this.#stateEndOffset = snapshot.stateEndOffset;
    this.#startsNewSegment = snapshot.startsNewSegment;
    this.#epochs = new EpochCache(snapshot.epochs);
    this.#producers = new ProducerStates(context.producerIdExpirationMs, snapshot.producers);
    this.#leaderEpoch = this.#epochs.latestEpoch;
    let position = 0;
    for (const kept of snapshot.segments) {
      const segment = new Segment(kept.baseOffset, position, kept.firstTimestampMs, kept.createdMs);
      segment.endOffset = kept.endOffset;
      segment.sizeBytes = kept.sizeBytes;
      segment.maxTimestampMs = kept.maxTimestampMs;
      segment.visibleMaxTimestampMs = kept.maxTimestampMs;
      this.#segments.push(segment);
      position += kept.sizeBytes;
    }
    this.#logEndOffset = this.#highWatermark = this.#flushedEndOffset = snapshot.dataEndOffset;
    this.#logEndPosition = this.#highWatermarkPosition = this.#flushedEndPosition = position;
  }

  // --- What the rest of the broker sees -------------------------------------------------------------------------------

  get logStartOffset(): number {
    return this.#logStartOffset;
  }

  get logEndOffset(): number {
    return this.#logEndOffset;
  }

  get highWatermark(): number {
    return this.#highWatermark;
  }

  get lastStableOffset(): number {
    return this.#highWatermark;
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch;
  }

  get config(): LogConfig {
    assert(this.#config !== undefined, `log ${this.name} is not open`);
    return this.#config;
  }

  get sizeBytes(): number {
    return this.#logEndPosition - (this.#segments[0]?.startPosition ?? this.#logEndPosition);
  }

  append(batch: Buffer, options: AppendOptions): AppendOutcome {
    const config = this.#config;
    if (config === undefined) return refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER, 'the log is not open here');
    if (options.expectedLeaderEpoch !== undefined && options.expectedLeaderEpoch !== this.#leaderEpoch) {
      return refuse(
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        `leader epoch ${options.expectedLeaderEpoch} is not the log's ${this.#leaderEpoch}`,
      );
    }
    if (batch.length > config.maxMessageBytes) {
      return refuse(
        ErrorCode.MESSAGE_TOO_LARGE,
        `the record batch has ${batch.length} bytes; max.message.bytes is ${config.maxMessageBytes}`,
      );
    }
    const nowMs = this.#context.clock.nowMs();
    const stampsTime = config.messageTimestampType === 'LogAppendTime';
    const validation = this.#validation;
    validation.allowControl = options.origin === 'coordinator';
    validation.requireKeys = config.cleanupCompact;
    validation.timestampMinMs = stampsTime ? -Infinity : nowMs - config.messageTimestampBeforeMaxMs;
    validation.timestampMaxMs = stampsTime ? Infinity : nowMs + config.messageTimestampAfterMaxMs;
    const verdict = validateBatch(batch, validation);
    if (verdict.errorCode !== 0) return refuse(verdict.errorCode, verdict.message, verdict.recordErrors);

    const attributes = batchAttributes(batch, 0);
    if (isTransactional(attributes) || isControl(attributes)) {
      return refuse(ErrorCode.INVALID_TXN_STATE, 'transactions are not supported by this broker yet');
    }
    const producerId = batchProducerId(batch, 0);
    if (producerId >= 0) {
      const answer = this.#checkSequence(batch, producerId, nowMs);
      if (answer !== undefined) return answer;
    }
    if (batch.length > config.segmentBytes) {
      return refuse(
        ErrorCode.RECORD_LIST_TOO_LARGE,
        `the record batch has ${batch.length} bytes; segment.bytes is ${config.segmentBytes}`,
      );
    }
    if (this.#isPaused) return refuse(ErrorCode.KAFKA_STORAGE_ERROR, 'the log changes its durability; try again');
    const admission = this.#context.journal.admit(this, batch.length);
    if (admission !== 0) return refuse(admission, 'there is no room to store the record batch now; try again');

    const maxTimestampMs = stampsTime ? nowMs : verdict.maxTimestampMs;
    return this.#store(batch, maxTimestampMs, stampsTime, batchMaxTimestamp(batch, 0) !== verdict.maxTimestampMs);
  }

  read(options: ReadOptions): ReadOutcome | Promise<ReadOutcome> {
    if (this.#config === undefined) return this.readFailed(ErrorCode.NOT_LEADER_OR_FOLLOWER, options.isolation);
    const { offset } = options;
    if (offset < this.#logStartOffset || offset > this.#logEndOffset) {
      return this.readFailed(ErrorCode.OFFSET_OUT_OF_RANGE, options.isolation);
    }
    if (offset >= this.#visibleEnd(options.isolation)) return this.readResult([], 0, options.isolation);
    if (offset >= this.tailStartOffset) return this.#readTail(options);
    return readCold(this, this.#context.segmentStore, options);
  }

  readableBytes(offset: number, isolation: IsolationLevel): number {
    if (offset < this.#logStartOffset || offset >= this.#visibleEnd(isolation)) return 0;
    const first = this.#tail.find(offset);
    if (offset >= this.tailStartOffset) return this.#highWatermarkPosition - this.#tail.logPosition(first);
    const segment = this.segmentHolding(offset);
    if (segment === undefined) return 0;
    const position = segment.index?.positionFor(offset) ?? estimatePosition(segment, offset);
    return Math.max(1, this.#highWatermarkPosition - segment.startPosition - position);
  }

  onAdvance(listener: () => void): () => void {
    // A wrapper of its own, so that the same function registered twice is called twice and removed once.
    const registered = (): void => listener();
    this.#listeners.add(registered);
    return () => this.#listeners.delete(registered);
  }

  async findOffsetByTimestamp(timestampMs: number, isolation: IsolationLevel): Promise<TimestampOffset | undefined> {
    for (const segment of [...this.#segments]) {
      if (segment.maxTimestampMs < timestampMs) continue;
      let offset = Math.max(segment.baseOffset, this.#logStartOffset);
      if (offset < this.tailStartOffset) {
        const index = segment.index ?? (await this.#context.segmentStore.loadIndex(this, segment));
        offset = Math.max(offset, index.offsetForTimestamp(timestampMs) ?? 0);
      }
      const found = await this.#findTimestampFrom(offset, segment.endOffset, timestampMs, isolation);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async findMaxTimestamp(): Promise<TimestampOffset | undefined> {
    let maxTimestampMs = -1;
    for (const segment of this.#segments) maxTimestampMs = Math.max(maxTimestampMs, segment.visibleMaxTimestampMs);
    if (maxTimestampMs < 0) return undefined;
    return this.findOffsetByTimestamp(maxTimestampMs, 'read_uncommitted');
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
    if (offset <= this.#logStartOffset) return this.#logStartOffset;
    // With nothing left the active segment goes as well; deciding that now makes replay decide the same.
    if (offset === this.#logEndOffset) this.#startsNewSegment = true;
    const group = this.#context.journal.appendLogStart(this, offset, this.#startsNewSegment);
    group.whenDurable(() => this.applyLogStart(offset));
    const errorCode = await group.durable;
    if (errorCode !== 0) {
      throw new MillraceError('MILLRACE_LOG_STORAGE', `cannot move the log start of ${this.name}: the journal failed`, {
        details: { offset, errorCode },
      });
    }
    this.announce();
    return this.#logStartOffset;
  }

  activeProducers(): readonly ActiveProducer[] {
    return this.#producers.active(this.#context.clock.nowMs());
  }

  updateConfig(config: LogConfig): Promise<void> {
    this.#config = config;
    return Promise.resolve();
  }

  // --- Life cycle, for the engine -------------------------------------------------------------------------------------

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

  raiseEpoch(leaderEpoch: number): void {
    if (leaderEpoch <= this.#leaderEpoch) return;
    this.#leaderEpoch = leaderEpoch;
    this.#epochs.assign(leaderEpoch, this.#logEndOffset);
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
    this.#config = undefined;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }

  /** Resolves when nothing is in flight any more. */
  async settled(): Promise<void> {
    for (;;) {
      const last = this.#inFlight.at(-1);
      if (last === undefined || (await last.group.durable) !== 0) return;
    }
  }

  /** Lets go of all tail memory: the partition is deleted. */
  discardAll(): void {
    this.#dropTail(this.#tail.count);
    this.#context.segmentStore.discard(this, this.#segments.splice(0));
  }

  // --- Groups ---------------------------------------------------------------------------------------------------------

  commit(group: CommitGroup): void {
    const head = this.#inFlight[0];
    assert(head?.group === group, `groups of log ${this.name} complete out of order`);
    this.#inFlight.shift();
    const first = this.#tail.find(this.#highWatermark);
    this.#highWatermark = head.endOffset;
    this.#highWatermarkPosition = head.endPosition;
    for (let index = first; index < this.#tail.count && this.#tail.endOffset(index) <= head.endOffset; index++) {
      const segment = this.#segmentOfBatch(this.#tail.baseOffset(index));
      const timestampMs = this.#tail.maxTimestampMs(index);
      if (segment !== undefined && timestampMs > segment.visibleMaxTimestampMs) {
        segment.visibleMaxTimestampMs = timestampMs;
      }
    }
  }

  announce(): void {
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#context.logger.error('a log listener failed', { partition: this.name, error });
      }
    }
  }

  // --- Segments and tail memory, for the engine -----------------------------------------------------------------------

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** First offset that memory holds; the log end when it holds nothing. */
  get tailStartOffset(): number {
    return this.#tail.count === 0 ? this.#logEndOffset : this.#tail.baseOffset(0);
  }

  /** Everything below is in segments. */
  get flushedEndOffset(): number {
    return this.#flushedEndOffset;
  }

  /** Bytes below the high watermark that no segment has yet. */
  get unflushedBytes(): number {
    return this.#highWatermarkPosition - this.#flushedEndPosition;
  }

  /** Bytes at the start of the segment that are in its store. */
  flushedSizeOf(segment: Segment): number {
    return Math.max(0, Math.min(segment.sizeBytes, this.#flushedEndPosition - segment.startPosition));
  }

  reportReadFailure(segment: Segment, error: unknown): void {
    const fields = { partition: this.name, segmentBaseOffset: segment.baseOffset, error };
    this.#context.logger.error('cannot read from a segment', fields);
  }

  segmentHolding(offset: number): Segment | undefined {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#segments[middle]!.baseOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return this.#segments[low - 1];
  }

  /** Whether retention or the age of the active segment asks for something; starts what it asks for. */
  async enforceRetention(): Promise<void> {
    const config = this.#config;
    if (config === undefined) return;
    const nowMs = this.#context.clock.nowMs();
    this.#producers.expire(nowMs);
    const active = this.#segments.at(-1);
    if (active !== undefined && isRollDue(active, config, nowMs)) this.#startsNewSegment = true;
    const start = retentionLogStart(this.#segments, config, this.#logStartOffset, this.#highWatermark, nowMs);
    if (start > this.#logStartOffset) await this.advanceLogStart(start);
  }

  /** The durable part of {@link advanceLogStart}; replay calls it too. */
  applyLogStart(offset: number): void {
    if (offset <= this.#logStartOffset) return;
    this.#logStartOffset = offset;
    this.#epochs.trimStart(offset);
    let dropped = 0;
    while (dropped < this.#segments.length && this.#isSegmentDone(dropped, offset)) dropped++;
    if (dropped === 0) return;
    const segments = this.#segments.splice(0, dropped);
    const keptFrom = this.#segments[0]?.baseOffset ?? this.#logEndOffset;
    const keptFromPosition = this.#segments[0]?.startPosition ?? this.#logEndPosition;
    let batches = 0;
    while (batches < this.#tail.count && this.#tail.endOffset(batches) <= keptFrom) batches++;
    this.#dropTail(batches);
    if (this.#flushedEndOffset < keptFrom) {
      this.#flushedEndOffset = keptFrom;
      this.#flushedEndPosition = keptFromPosition;
    }
    this.#context.segmentStore.discard(this, segments);
  }

  readResult(slices: readonly Buffer[], sizeBytes: number, isolation: IsolationLevel): ReadOutcome {
    return this.#outcome(0, slices, sizeBytes, isolation);
  }

  readFailed(errorCode: number, isolation: IsolationLevel): ReadOutcome {
    return this.#outcome(errorCode, [], 0, isolation);
  }

  // --- Inside ---------------------------------------------------------------------------------------------------------

  #checkSequence(batch: Buffer, producerId: number, nowMs: number): AppendOutcome | undefined {
    const verdict = this.#producers.check(
      producerId,
      batchProducerEpoch(batch, 0),
      batchBaseSequence(batch, 0),
      batchLastSequence(batch, 0),
      nowMs,
    );
    switch (verdict.kind) {
      case 'next':
        return undefined;
      case 'duplicate':
        return this.#answerDuplicate(verdict.batch);
      case 'out-of-order':
        return refuse(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, verdict.message);
      case 'fenced':
        return refuse(ErrorCode.INVALID_PRODUCER_EPOCH, verdict.message);
    }
  }

  /** A repeat is as durable as its original: it waits for the original's group when that is still in flight. */
  #answerDuplicate(batch: ProducerBatch): AppendAccepted {
    const lastOffset = lastOffsetOf(batch);
    const pending = this.#inFlight.find((entry) => lastOffset < entry.endOffset);
    return {
      errorCode: 0,
      baseOffset: batch.baseOffset,
      lastOffset,
      logAppendTimeMs: batch.timestampMs,
      isDuplicate: true,
      durable: lastOffset < this.#highWatermark || pending === undefined ? ALREADY_DURABLE : pending.group.durable,
    };
  }

  #store(batch: Buffer, maxTimestampMs: number, stampsTime: boolean, correctsTimestamp: boolean): AppendAccepted {
    const baseOffset = this.#logEndOffset;
    const endOffset = baseOffset + batchLastOffsetDelta(batch, 0) + 1;
    const active = this.#segments.at(-1);
    const startsSegment =
      active === undefined ||
      this.#startsNewSegment ||
      needsNewSegment(active, this.config, batch.length, maxTimestampMs, endOffset);

    const { slab, position, group } = this.#context.journal.appendBatch(this, batch, baseOffset, startsSegment);
    stampBatch(slab.buffer, position, baseOffset, this.#leaderEpoch);
    if (stampsTime) stampLogAppendTime(slab.buffer, position, maxTimestampMs);
    else if (correctsTimestamp) stampMaxTimestamp(slab.buffer, position, maxTimestampMs);

    this.#take(slab, position, batch.length, maxTimestampMs, startsSegment, group.lsn, group.timeMs);
    const last = this.#inFlight.at(-1);
    if (last?.group === group) {
      last.endOffset = endOffset;
      last.endPosition = this.#logEndPosition;
    } else {
      this.#inFlight.push({ group, endOffset, endPosition: this.#logEndPosition });
      group.join(this);
    }
    return {
      errorCode: 0,
      baseOffset,
      lastOffset: endOffset - 1,
      logAppendTimeMs: stampsTime ? maxTimestampMs : -1,
      isDuplicate: false,
      durable: group.durable,
    };
  }

  /** Puts a stamped batch that lies in a slab at the end of the log. */
  #take(
    slab: Slab,
    slabPosition: number,
    sizeBytes: number,
    maxTimestampMs: number,
    startsSegment: boolean,
    lsn: number,
    timeMs: number,
  ): void {
    const buffer = slab.buffer;
    const baseOffset = this.#logEndOffset;
    const endOffset = batchLastOffset(buffer, slabPosition) + 1;
    let segment = this.#segments.at(-1);
    if (segment === undefined || startsSegment) {
      segment = new Segment(baseOffset, this.#logEndPosition, maxTimestampMs, timeMs);
      segment.index = new SparseIndex();
      this.#segments.push(segment);
      this.#startsNewSegment = false;
    }
    segment.index?.add(baseOffset, segment.sizeBytes, maxTimestampMs);
    segment.sizeBytes += sizeBytes;
    segment.endOffset = endOffset;
    if (maxTimestampMs > segment.maxTimestampMs) segment.maxTimestampMs = maxTimestampMs;

    if (slab.number !== this.#newestTailSlab) {
      slab.logCount++;
      this.#newestTailSlab = slab.number;
    }
    this.#tail.push(
      baseOffset,
      endOffset,
      maxTimestampMs,
      slab.number,
      slabPosition,
      sizeBytes,
      this.#logEndPosition,
      lsn,
    );
    this.#logEndOffset = endOffset;
    this.#logEndPosition += sizeBytes;

    const producerId = batchProducerId(buffer, slabPosition);
    if (producerId >= 0) {
      this.#producers.record(
        producerId,
        batchProducerEpoch(buffer, slabPosition),
        batchBaseSequence(buffer, slabPosition),
        batchLastSequence(buffer, slabPosition),
        baseOffset,
        maxTimestampMs,
        timeMs,
      );
    }
  }

  #visibleEnd(isolation: IsolationLevel): number {
    return isolation === 'read_committed' ? this.lastStableOffset : this.#highWatermark;
  }

  #readTail(options: ReadOptions): ReadOutcome {
    const { maxBytes, atLeastOneBatch, isolation } = options;
    const tail = this.#tail;
    const end = this.#visibleEnd(isolation);
    const slices: Buffer[] = [];
    let total = 0;
    let slabNumber = -1;
    let start = 0;
    let stop = 0;
    for (let index = tail.find(options.offset); index < tail.count && tail.endOffset(index) <= end; index++) {
      const sizeBytes = tail.sizeBytes(index);
      if (total + sizeBytes > maxBytes && (total > 0 || !atLeastOneBatch)) break;
      total += sizeBytes;
      // Neighbours in memory make one slice.
      if (tail.slab(index) !== slabNumber || tail.slabPosition(index) !== stop) {
        if (slabNumber !== -1) slices.push(this.#slice(slabNumber, start, stop));
        slabNumber = tail.slab(index);
        start = tail.slabPosition(index);
      }
      stop = tail.slabPosition(index) + sizeBytes;
    }
    if (slabNumber !== -1) slices.push(this.#slice(slabNumber, start, stop));
    return this.readResult(slices, total, isolation);
  }

  #slice(slabNumber: number, start: number, stop: number): Buffer {
    return this.#context.slabs.get(slabNumber).buffer.subarray(start, stop);
  }

  #outcome(errorCode: number, slices: readonly Buffer[], sizeBytes: number, isolation: IsolationLevel): ReadOutcome {
    return {
      errorCode,
      slices,
      sizeBytes,
      highWatermark: this.#highWatermark,
      lastStableOffset: this.lastStableOffset,
      logStartOffset: this.#logStartOffset,
      abortedTransactions: isolation === 'read_committed' ? NO_ABORTED_TRANSACTIONS : null,
    };
  }

  /** Looks through batches from `offset` on for the first record at or after the timestamp. */
  async #findTimestampFrom(
    offset: number,
    endOffset: number,
    timestampMs: number,
    isolation: IsolationLevel,
  ): Promise<TimestampOffset | undefined> {
    let at = offset;
    while (at < Math.min(endOffset, this.#visibleEnd(isolation))) {
      at = this.#skipOlderInTail(at, timestampMs);
      const outcome = await this.read({ offset: at, maxBytes: SEARCH_READ_BYTES, atLeastOneBatch: true, isolation });
      if (outcome.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE && at < this.#logStartOffset) {
        at = this.#logStartOffset;
        continue;
      }
      if (outcome.errorCode !== 0) throw searchFailed(this.name, outcome.errorCode);
      if (outcome.slices.length === 0) return undefined;
      for (const slice of outcome.slices) {
        for (const position of batchPositions(slice)) {
          at = batchLastOffset(slice, position) + 1;
          if (batchMaxTimestamp(slice, position) < timestampMs) continue;
          const found = await this.#findTimestampIn(slice, position, timestampMs);
          if (found !== undefined) return found;
        }
      }
    }
    return undefined;
  }

  /** The index of the tail knows each batch's largest timestamp, so older ones need no look. */
  #skipOlderInTail(offset: number, timestampMs: number): number {
    if (offset < this.tailStartOffset) return offset;
    let index = this.#tail.find(offset);
    if (index === this.#tail.count || this.#tail.maxTimestampMs(index) >= timestampMs) return offset;
    while (index < this.#tail.count && this.#tail.maxTimestampMs(index) < timestampMs) index++;
    return index === this.#tail.count ? this.#logEndOffset : this.#tail.baseOffset(index);
  }

  async #findTimestampIn(buffer: Buffer, position: number, timestampMs: number): Promise<TimestampOffset | undefined> {
    const batch = await decodeBatchAsync(buffer, position);
    for (let index = 0; index < batch.count; index++) {
      const timestamp = batch.timestampAt(index);
      if (timestamp < timestampMs || batch.offsetAt(index) < this.#logStartOffset) continue;
      return {
        offset: batch.offsetAt(index),
        timestampMs: timestamp,
        leaderEpoch: batchPartitionLeaderEpoch(buffer, position),
      };
    }
    return undefined;
  }

  #segmentOfBatch(baseOffset: number): Segment | undefined {
    const active = this.#segments.at(-1);
    return active !== undefined && baseOffset >= active.baseOffset ? active : this.segmentHolding(baseOffset);
  }

  /** Whether nothing of the segment lies at or above `logStartOffset` and nothing will. */
  #isSegmentDone(index: number, logStartOffset: number): boolean {
    const segment = this.#segments[index]!;
    const isActive = index === this.#segments.length - 1;
    return segment.endOffset <= logStartOffset && (!isActive || this.#startsNewSegment);
  }

  /** Forgets the oldest `count` batches of the tail. */
  #dropTail(count: number): void {
    const tail = this.#tail;
    for (let index = 0; index < count; index++) {
      const slabNumber = tail.slab(index);
      if (index + 1 < tail.count && tail.slab(index + 1) === slabNumber) continue;
      const slab = this.#context.slabs.get(slabNumber);
      slab.logCount--;
      this.#context.slabs.releaseIfUnused(slab);
    }
    tail.drop(count);
    if (tail.count === 0) this.#newestTailSlab = -1;
  }
}

function refuse(
  errorCode: number,
  errorMessage: string | null,
  recordErrors: readonly RecordError[] = [],
): AppendRefused {
  return { errorCode, errorMessage, recordErrors };
}

function estimatePosition(segment: Segment, offset: number): number {
  const offsets = segment.endOffset - segment.baseOffset;
  return Math.floor((segment.sizeBytes * (offset - segment.baseOffset)) / Math.max(1, offsets));
}

function searchFailed(name: string, errorCode: number): MillraceError {
  return new MillraceError('MILLRACE_LOG_STORAGE', `cannot search log ${name} for a timestamp: error ${errorCode}`, {
    retriable: true,
    details: { errorCode },
  });
}
