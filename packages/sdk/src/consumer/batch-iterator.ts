/**
 * `for await (const batch of consumer.batches())`.
 *
 * Invariants: a batch counts as processed when the next one is asked for, unless `done` or `retain` took that over. A batch in hand when
 *   the loop is left comes again in the next loop, or the rest of it that is not done; a retained one is its keeper's.
 * Bounds: one batch in hand, and those that were retained.
 */
import type { Clock } from '@millrace/base';
import type { AnyTopic } from '../topic/topic.ts';
import type { Batch } from './batch.ts';
import type { ConsumedPartition } from './consumed-partition.ts';
import type { TakeLimits } from './fetched-records.ts';
import { giveBack } from './message-iterator.ts';
import type { Delivery } from './progress.ts';
import { TurnKeeper, type Reader } from './reader.ts';
import type { RecordFlow } from './record-flow.ts';

export interface BatchIteratorOptions {
  readonly flow: RecordFlow;
  readonly clock: Clock;
  readonly limits: TakeLimits;
  readonly signal: AbortSignal | undefined;
  /** The loop before this one, whose batch in hand comes again. */
  readonly previous: BatchIterator<AnyTopic> | undefined;
  readonly onBegin: (reader: Reader) => void;
  readonly onRelease: () => void;
  readonly onEnd: (reader: Reader) => void;
}

const DONE: IteratorReturnResult<undefined> = { value: undefined, done: true };

export class BatchIterator<T extends AnyTopic = AnyTopic>
  implements AsyncIterableIterator<Batch<T>, undefined>, Reader
{
  readonly name = 'a loop over batches';
  readonly #options: BatchIteratorOptions;
  readonly #turns: TurnKeeper;
  readonly #retained = new Set<Delivery>();
  #isReading = false;
  #inHand: Batch | undefined;
  /** The batch in hand comes again, as the loop was left with it. */
  #isRepeated = false;
  #pending: Promise<unknown> = Promise.resolve();

  constructor(options: BatchIteratorOptions) {
    this.#options = options;
    this.#turns = new TurnKeeper(options.clock);
    options.signal?.addEventListener('abort', () => options.flow.nudge(), { once: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Batch<T>, undefined>> {
    const next = this.#pending.then(() => this.#advance());
    this.#pending = next.catch(() => undefined);
    return next;
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    if (this.#isReading) this.#finish(true);
    return Promise.resolve(DONE);
  }

  get isBusy(): boolean {
    return this.#holds(() => true);
  }

  isHolding(partition: ConsumedPartition): boolean {
    return this.#holds(({ owner }) => owner === partition);
  }

  interrupt(): void {
    // Each call looks at everything anyway.
  }

  handBack(): void {
    const batch = this.#inHand;
    this.#inHand = undefined;
    if (batch?.delivery === undefined || batch.isRetained || batch.delivery.isFinished) return;
    giveBack(batch.delivery);
  }

  async #advance(): Promise<IteratorResult<Batch<T>, undefined>> {
    if (!this.#isReading) this.#begin();
    const { flow, limits, signal } = this.#options;
    if (this.#turns.isDue()) await this.#turns.giveTurn();
    const again = this.#takeRepeated();
    if (again !== undefined) return { value: again as Batch<T>, done: false };
    this.#letGo();
    let batch;
    try {
      batch = await flow.nextBatch(limits, () => signal?.aborted === true);
    } catch (error) {
      this.#finish(false);
      throw error;
    }
    if (batch === undefined) {
      this.#finish(false);
      return DONE;
    }
    this.#inHand = batch;
    return { value: batch as Batch<T>, done: false };
  }

  #begin(): void {
    const { previous, onBegin } = this.#options;
    if (previous !== undefined && !previous.#isReading) {
      this.#inHand = previous.#inHand;
      this.#isRepeated = previous.#isRepeated;
      previous.#inHand = undefined;
      for (const delivery of previous.#retained) this.#retained.add(delivery);
    }
    onBegin(this);
    this.#isReading = true;
  }

  #takeRepeated(): Batch | undefined {
    const batch = this.#inHand;
    const isRepeated = this.#isRepeated;
    this.#isRepeated = false;
    if (!isRepeated || batch?.delivery === undefined) return undefined;
    const { delivery } = batch;
    if (delivery.isCancelled || delivery.isFinished || delivery.owner?.isHandedOut !== true) return undefined;
    if (delivery.lowIndex === 0) return batch;
    // A part of it is done: its rest comes as a batch of its own.
    this.#inHand = undefined;
    giveBack(delivery);
    return undefined;
  }

  /** The batch in hand is processed, or is its reader's own to finish. */
  #letGo(): void {
    const batch = this.#inHand;
    this.#inHand = undefined;
    if (batch?.delivery === undefined) return;
    if (!batch.isHeld) batch.delivery.finishAll();
    else if (!batch.delivery.isFinished) this.#retained.add(batch.delivery);
    this.#options.onRelease();
  }

  #holds(matches: (delivery: Delivery) => boolean): boolean {
    const inHand = this.#isReading ? this.#inHand?.delivery : undefined;
    if (inHand !== undefined && isOpen(inHand) && matches(inHand)) return true;
    for (const delivery of this.#retained) {
      if (!isOpen(delivery)) this.#retained.delete(delivery);
      else if (matches(delivery)) return true;
    }
    return false;
  }

  #finish(isLeft: boolean): void {
    this.#isReading = false;
    const batch = this.#inHand;
    if (batch?.isRetained === true) this.#letGo();
    else this.#isRepeated = isLeft && batch !== undefined;
    this.#options.onRelease();
    this.#options.onEnd(this);
  }
}

function isOpen(delivery: Delivery): boolean {
  return !delivery.isCancelled && !delivery.isFinished;
}
