/**
 * `for await (const message of consumer)`: written by hand, since a generator costs twice as much per message.
 *
 * Invariants: a message counts as processed when the next one is asked for. Leaving the loop leaves the last one unprocessed, as nothing
 *   tells `break` from a throw; it comes again in the next loop, unless `markProcessed` was called.
 * Bounds: one batch in hand.
 */
import type { Clock } from '@millrace/base';
import type { RecordBatchReader } from '@millrace/protocol';
import type { AnyTopic, MessageOf } from '../topic/topic.ts';
import type { Batch } from './batch.ts';
import type { ConsumedPartition } from './consumed-partition.ts';
import type { Delivery } from './progress.ts';
import { TurnKeeper, type Reader } from './reader.ts';
import type { RecordFlow } from './record-flow.ts';
import type { TopicDecoder } from './topic-decoder.ts';

export interface MessageIteratorOptions {
  readonly flow: RecordFlow;
  readonly clock: Clock;
  /** The loop begins, before anything is read. Throws when something else reads. */
  readonly onBegin: (reader: Reader) => void;
  /** The reader holds something no more: who waits for that may look. */
  readonly onRelease: () => void;
  readonly onEnd: (reader: Reader) => void;
}

const LIMITS = { maxRecords: Infinity, maxBytes: 1024 * 1024 };
const DONE: IteratorReturnResult<undefined> = { value: undefined, done: true };

export class MessageIterator<T extends AnyTopic> implements AsyncIterableIterator<MessageOf<T>, undefined>, Reader {
  readonly name = 'a loop over messages';
  readonly #options: MessageIteratorOptions;
  readonly #turns: TurnKeeper;
  #isReading = false;
  #batch: Batch | undefined;
  #runNumber = 0;
  /** Of the current run; copies of what the batch has, for one look-up less per message. */
  #reader: RecordBatchReader | undefined;
  #decoder: TopicDecoder | undefined;
  #delivery: Delivery | undefined;
  #partition = 0;
  #leaderEpoch = -1;
  /** Index in the run of the next message; `#end` is that behind the last, or of none while interrupted. */
  #index = 0;
  #end = 0;
  /** What turns an index in the run to one in the batch. */
  #shift = 0;
  #isHolding = false;
  #pending: Promise<IteratorResult<MessageOf<T>, undefined>> | undefined;

  constructor(options: MessageIteratorOptions) {
    this.#options = options;
    this.#turns = new TurnKeeper(options.clock);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<MessageOf<T>, undefined>> {
    const index = this.#index;
    const delivery = this.#delivery;
    if (index < this.#end && delivery?.isCancelled === false && --this.#turns.left > 0 && this.#pending === undefined) {
      delivery.finishBefore(index + this.#shift);
      this.#index = index + 1;
      try {
        const message = (this.#decoder as TopicDecoder).decode(
          this.#partition,
          this.#leaderEpoch,
          this.#reader as RecordBatchReader,
          index,
        );
        if (!(message instanceof Promise)) {
          return Promise.resolve({ value: message as MessageOf<T>, done: false });
        }
      } catch {
        // The slow path meets the same and knows what to do.
      }
      this.#index = index;
    }
    const pending = this.#pending;
    const next =
      pending === undefined
        ? this.#advance()
        : pending.then(
            () => this.next(),
            () => this.next(),
          );
    if (pending === undefined) {
      this.#pending = next;
      const clear = (): void => void (this.#pending = undefined);
      next.then(clear, clear);
    }
    return next;
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    if (this.#isReading) {
      const low = this.#delivery?.lowIndex;
      // The message in hand comes again.
      if (this.#isHolding && low !== undefined && low < this.#index + this.#shift) this.#moveTo(low);
      this.#finish();
    }
    return Promise.resolve(DONE);
  }

  get isBusy(): boolean {
    return this.#isHolding;
  }

  isHolding(partition: ConsumedPartition): boolean {
    return this.#isHolding && this.#delivery?.owner === partition && !this.#delivery.isCancelled;
  }

  interrupt(): void {
    // The next call takes the slow path, which looks at everything again.
    this.#end = 0;
  }

  handBack(): void {
    const delivery = this.#delivery;
    this.#drop();
    if (delivery !== undefined && !delivery.isCancelled) giveBack(delivery);
  }

  /** The message in hand is processed although no other was asked for. False: it is not in hand. */
  markProcessed(topic: string, partition: number, offset: number): boolean {
    const batch = this.#batch;
    const next = this.#index + this.#shift;
    if (batch === undefined || next === 0 || batch.topic !== topic || batch.partition !== partition) return false;
    if (batch.offsetAt(next - 1) !== offset) return false;
    this.#delivery?.finishBefore(next);
    return true;
  }

  async #advance(): Promise<IteratorResult<MessageOf<T>, undefined>> {
    if (!this.#isReading) {
      this.#options.onBegin(this);
      this.#isReading = true;
    } else if (this.#isHolding) {
      this.#delivery?.finishBefore(this.#index + this.#shift);
    }
    this.#isHolding = false;
    this.#options.onRelease();
    if (this.#turns.left <= 0 && this.#turns.isDue()) await this.#turns.giveTurn();
    for (;;) {
      if (this.#hasNext() || (await this.#nextRun())) {
        const next = await this.#decodeNext();
        if (next !== undefined) return { value: next, done: false };
        continue;
      }
      this.#finish();
      return DONE;
    }
  }

  /** Whether the run has another message that may be handed out now. */
  #hasNext(): boolean {
    const delivery = this.#delivery;
    const reader = this.#reader;
    if (delivery === undefined || reader === undefined) return false;
    const { flow } = this.#options;
    const owner = delivery.owner;
    if (flow.isStopped) return false;
    if (delivery.isCancelled || owner === undefined || owner.isGone || !owner.isAdmitted) {
      this.#drop();
      return false;
    }
    if (owner.isPaused) {
      this.#drop();
      giveBack(delivery);
      return false;
    }
    this.#end = this.#runEnd();
    return this.#index < this.#end;
  }

  #runEnd(): number {
    const run = this.#batch?.runs[this.#runNumber];
    return run === undefined ? 0 : run.first + run.count;
  }

  /** The message at the index, past which it moves; undefined when that record is left out. */
  async #decodeNext(): Promise<MessageOf<T> | undefined> {
    const index = this.#index++;
    const batch = this.#batch as Batch;
    const delivery = this.#delivery as Delivery;
    try {
      const message = await (this.#decoder as TopicDecoder).decode(
        this.#partition,
        this.#leaderEpoch,
        this.#reader as RecordBatchReader,
        index,
      );
      if (delivery.isCancelled) return undefined;
      this.#isHolding = true;
      return message as MessageOf<T>;
    } catch (error) {
      try {
        await this.#options.flow.undecodable.treat(batch, index + this.#shift, error);
      } catch (stop) {
        this.handBack();
        this.#finish();
        throw stop;
      }
      delivery.finishBefore(index + this.#shift + 1);
      return undefined;
    }
  }

  /** Goes to the next run of the batch, or to the first of another. False: there is none, reading has ended. */
  async #nextRun(): Promise<boolean> {
    for (;;) {
      const { flow } = this.#options;
      if (this.#batch !== undefined && !flow.isStopped) {
        if (this.#runNumber + 1 < this.#batch.runs.length) {
          this.#enterRun(this.#runNumber + 1);
          if (this.#hasNext()) return true;
          continue;
        }
        this.#delivery?.finishAll();
        this.#drop();
      }
      let batch;
      try {
        batch = await flow.nextBatch(LIMITS);
      } catch (error) {
        this.#finish();
        throw error;
      }
      if (batch === undefined) return false;
      this.#batch = batch;
      this.#delivery = batch.delivery;
      this.#decoder = batch.delivery?.owner?.topic.decoder;
      this.#partition = batch.partition;
      this.#leaderEpoch = batch.leaderEpoch;
      this.#runNumber = -1;
      this.#shift = 0;
      this.#enterRun(0);
      if (this.#hasNext()) return true;
    }
  }

  #enterRun(runNumber: number): void {
    const batch = this.#batch as Batch;
    const run = batch.runs[runNumber];
    if (run === undefined) return;
    let start = 0;
    for (let each = 0; each < runNumber; each++) start += batch.runs[each]?.count ?? 0;
    this.#runNumber = runNumber;
    this.#reader = run.reader;
    this.#index = run.first;
    this.#end = run.first + run.count;
    this.#shift = start - run.first;
  }

  /** To a record of the batch in hand. */
  #moveTo(batchIndex: number): void {
    const batch = this.#batch as Batch;
    let runNumber = 0;
    let start = 0;
    for (; runNumber + 1 < batch.runs.length; runNumber++) {
      const count = batch.runs[runNumber]?.count ?? 0;
      if (batchIndex < start + count) break;
      start += count;
    }
    this.#enterRun(runNumber);
    this.#index = batchIndex - this.#shift;
  }

  #drop(): void {
    this.#batch = undefined;
    this.#delivery = undefined;
    this.#reader = undefined;
    this.#index = 0;
    this.#end = 0;
    this.#shift = 0;
    this.#isHolding = false;
  }

  #finish(): void {
    this.#isReading = false;
    this.#isHolding = false;
    // The first call of another loop takes the slow path.
    this.#end = 0;
    this.#options.onRelease();
    this.#options.onEnd(this);
  }
}

/** Lets the partition go on from its first record that is not finished. */
export function giveBack(delivery: Delivery): void {
  const { owner } = delivery;
  if (owner === undefined || owner.isGone || delivery.isCancelled) return;
  owner.goBack();
}
