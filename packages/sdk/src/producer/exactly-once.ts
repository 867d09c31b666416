/**
 * Reading, processing and writing as one: each batch of input is committed together with what was made of it (KIP-98, KIP-447).
 */
import { KafkaError, throwIfAborted } from '../error.ts';
import { checkOptions, instance, integer } from '../options/check-options.ts';
import type { OffsetSource, TopicPartition } from '../topic-partition.ts';
import type { Producer } from './producer.ts';
import type { Transaction } from './transaction.ts';

/** What `exactlyOnce` needs of a batch. */
export interface TransactedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: number;
}

/** What `exactlyOnce` needs of a consumer. */
export interface TransactedSource<B extends TransactedBatch> extends OffsetSource<B> {
  batches(options: { readonly signal?: AbortSignal }): AsyncIterable<B>;
  assignment(): readonly TopicPartition[];
  seek(partition: TopicPartition, to: number): Promise<void>;
}

export interface ExactlyOnceOptions {
  /** Ends the loop after the batch in hand. */
  readonly signal?: AbortSignal;
  /**
   * How often one batch is tried in all when its transaction has to be aborted; then the error is thrown. Default 5. What `process` throws
   * is thrown at once, unless it says `needsAbort`.
   */
  readonly attemptsMax?: number;
}

const ATTEMPTS_MAX = 5;
const OPTIONS = { signal: instance(AbortSignal), attemptsMax: integer({ min: 1 }) };

/**
 * Calls `process` with each batch and a transaction, then commits the batch's offsets and what was sent in it together. The consumer has
 * `commit: 'manual'`, the producer a `transactionalId`.
 *
 * A batch whose transaction could not be committed is read again, unless its partition has moved to another member, who reads it. Ends when
 * the consumer is closed or the signal aborted. Rejects with what `process` throws, after aborting; with FencedError when another producer
 * took the transactional id over; with MILLRACE_CLIENT_TIMEOUT when nobody knows whether a batch was committed: begin anew with a new
 * consumer and producer, and it is read again only if it was not. When aborting fails, too, as with a coordinator that does not answer, it
 * rejects with the first error all the same, whatever that says of trying again, and has the abort's in its property `suppressed`: the
 * coordinator aborts the transaction after `transactionTimeoutMs`, and going on takes a new producer.
 */
export async function exactlyOnce<B extends TransactedBatch>(
  consumer: TransactedSource<B>,
  producer: Pick<Producer, 'begin'>,
  process: (batch: B, transaction: Transaction) => void | Promise<void>,
  options: ExactlyOnceOptions = {},
): Promise<void> {
  checkOptions('exactlyOnce()', options, OPTIONS);
  const { signal, attemptsMax = ATTEMPTS_MAX } = options;
  let failures = 0;
  for await (const batch of consumer.batches(signal === undefined ? {} : { signal })) {
    let transaction: Transaction | undefined;
    try {
      transaction = await producer.begin();
      await process(batch, transaction);
      transaction.consume(consumer, batch);
      await transaction.commit();
      failures = 0;
    } catch (error) {
      failures++;
      const canGoOn = transaction === undefined || (await isLeft(transaction, error));
      if (!canGoOn || !isWorthAnother(error) || failures >= attemptsMax) throw error;
      throwIfAborted('exactlyOnce()', signal);
      await readAgain(consumer, batch);
    }
  }
}

/**
 * Leaves the transaction after that error. Returns whether the producer can begin another; what kept it from aborting becomes the error's
 * `suppressed`, since what came first says more, and its catcher may look for just that.
 */
async function isLeft(transaction: AsyncDisposable, error: unknown): Promise<boolean> {
  try {
    await transaction[Symbol.asyncDispose]();
    return true;
  } catch (abortError) {
    const property = { value: abortError, configurable: true, enumerable: true, writable: true };
    // What is frozen, or no object, goes without.
    if (typeof error === 'object' && error !== null) Reflect.defineProperty(error, 'suppressed', property);
    return false;
  }
}

function isWorthAnother(error: unknown): boolean {
  return KafkaError.is(error) && error.needsAbort && !error.fatal;
}

/**
 * Goes back to the batch's start. A partition that went to another member is read there, from what was committed, and so it is when it has
 * come back meanwhile.
 */
async function readAgain<B extends TransactedBatch>(consumer: TransactedSource<B>, batch: B): Promise<void> {
  const { topic, partition, baseOffset } = batch;
  const isOurs = consumer.assignment().some((each) => each.topic === topic && each.partition === partition);
  if (isOurs && isHeld(consumer, batch)) await consumer.seek({ topic, partition }, baseOffset);
}

function isHeld<B>(consumer: OffsetSource<B>, batch: B): boolean {
  try {
    consumer.positionsAfter(batch);
    return true;
  } catch {
    return false;
  }
}
