/**
 * Holds what a reopened log says of transactions against the batches that it has: which are open, up to where everything is stable, and
 * which aborted ones a reader is told of.
 *
 * Where the log start moves, recovery may have forgotten transactions that began before it; what a consumer gets is the same all the same.
 */
import type { AbortedTransaction, PartitionLog } from '@millrace/log';
import {
  batchAttributes,
  batchBaseOffset,
  batchLastOffset,
  batchPositions,
  batchProducerId,
  isControl,
} from '@millrace/protocol';
import type { SentBatch } from './crash-history.ts';

interface ModelTransaction {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Undefined while it is open. */
  readonly marker: { readonly offset: number; readonly outcome: 'commit' | 'abort' } | undefined;
}

/** Bytes of a read. Most checks read nothing, which takes most of the time; the next one of the same place may. */
const READ_SIZES = [0, 64 * 1024, 0, 0, 700, 0, 0, 1, 0];

export class TransactionCheck {
  readonly #transactions: readonly ModelTransaction[];
  readonly #losesOldest: boolean;
  readonly #violations: string[] = [];

  readonly #readBytes: number;

  constructor(stored: readonly SentBatch[], losesOldest: boolean, number: number) {
    this.#readBytes = READ_SIZES[number % READ_SIZES.length] ?? 0;
    this.#transactions = transactionsOf(stored);
    this.#losesOldest = losesOldest;
  }

  async run(log: PartitionLog): Promise<readonly string[]> {
    this.#checkOpen(log);
    if (this.#readBytes > 0) await this.#read(log, this.#readBytes);
    return this.#violations;
  }

  #checkOpen(log: PartitionLog): void {
    const { logStartOffset, highWatermark, lastStableOffset } = log;
    const open = this.#transactions.filter(({ marker }) => marker === undefined);
    const firstOf = (transactions: readonly ModelTransaction[], ofRest: boolean): number =>
      transactions.reduce(
        (least, { firstOffset, lastOffset }) =>
          Math.min(least, Math.max(logStartOffset, ofRest && firstOffset < logStartOffset ? lastOffset : firstOffset)),
        highWatermark,
      );
    const left = open.filter(({ lastOffset }) => lastOffset >= logStartOffset);
    const [least, most] = [firstOf(open, false), firstOf(left, true)];
    if (lastStableOffset < least || lastStableOffset > (this.#losesOldest ? most : least)) {
      this.#report(`the last stable offset is ${lastStableOffset}, not ${least}`);
    }
    const producers = log.activeProducers();
    for (const { producerId, producerEpoch, firstOffset, lastOffset } of open) {
      if (this.#losesOldest && firstOffset < logStartOffset) {
        if (lastOffset < logStartOffset || log.openTransaction(producerId) !== undefined) continue;
      }
      const found = log.openTransaction(producerId);
      if (found?.firstOffset !== firstOffset || found.producerEpoch !== producerEpoch) {
        const what =
          found === undefined ? 'is not open' : `is open from ${found.firstOffset}, epoch ${found.producerEpoch}`;
        this.#report(`the transaction of producer ${producerId} from ${firstOffset}, epoch ${producerEpoch}, ${what}`);
      }
      const known = producers.find((producer) => producer.producerId === producerId);
      if (known?.producerEpoch !== producerEpoch || known.currentTransactionStartOffset !== firstOffset) {
        this.#report(`producer ${producerId} is described as ${JSON.stringify(known)}`);
      }
    }
    for (const { producerId, firstOffset } of log.openTransactions()) {
      if (open.some((transaction) => transaction.producerId === producerId)) continue;
      this.#report(`producer ${producerId} has a transaction open from ${firstOffset}, which it has not`);
    }
  }

  /** Reads all that is stable, and what each answer says was aborted. */
  async #read(log: PartitionLog, maxBytes: number): Promise<void> {
    for (let offset = log.logStartOffset; offset < log.lastStableOffset;) {
      const outcome = await log.read({ offset, maxBytes, atLeastOneBatch: true, isolation: 'read_committed' });
      if (outcome.errorCode !== 0 || outcome.slices.length === 0) {
        this.#report(`a committed read at ${offset} gets error ${outcome.errorCode} and ${outcome.sizeBytes} bytes`);
        return;
      }
      const listed = outcome.abortedTransactions ?? [];
      const from = offset;
      const given = this.#consume(outcome.slices, listed);
      offset = given.endOffset;
      if (!this.#losesOldest) this.#checkList(listed, from, offset);
      for (const { producerId, at, isGiven } of given.batches) {
        const transaction = this.#transactions.find(
          (one) => one.producerId === producerId && one.firstOffset <= at && one.lastOffset >= at,
        );
        const isCommitted = transaction?.marker?.outcome === 'commit';
        if (isGiven !== isCommitted) {
          this.#report(`the batch at ${at} is ${isGiven ? 'given' : 'not given'} to a consumer (read at ${from})`);
        }
      }
    }
  }

  #checkList(listed: readonly AbortedTransaction[], from: number, to: number): void {
    const expected = this.#transactions
      .filter(({ marker, firstOffset }) => marker?.outcome === 'abort' && marker.offset >= from && firstOffset < to)
      .map(({ producerId, firstOffset }) => ({ producerId, firstOffset }))
      .sort((a, b) => a.firstOffset - b.firstOffset);
    const [right, found] = [JSON.stringify(expected), JSON.stringify(listed)];
    if (found !== right) this.#report(`of ${from} to ${to} ${found} was aborted, not ${right}`);
  }

  /** What a consumer does with an answer: data batches, and whether it gives them to its user. */
  #consume(slices: readonly Buffer[], listed: readonly AbortedTransaction[]) {
    const waiting = [...listed];
    const aborting = new Set<number>();
    const batches: { readonly producerId: number; readonly at: number; readonly isGiven: boolean }[] = [];
    let endOffset = 0;
    for (const slice of slices) {
      for (const position of batchPositions(slice)) {
        const producerId = batchProducerId(slice, position);
        const lastOffset = batchLastOffset(slice, position);
        while (waiting[0] !== undefined && waiting[0].firstOffset <= lastOffset) {
          aborting.add(waiting[0].producerId);
          waiting.shift();
        }
        if (isControl(batchAttributes(slice, position))) aborting.delete(producerId);
        else batches.push({ producerId, at: batchBaseOffset(slice, position), isGiven: !aborting.has(producerId) });
        endOffset = lastOffset + 1;
      }
    }
    return { batches, endOffset };
  }

  #report(what: string): void {
    this.#violations.push(what);
  }
}

function transactionsOf(stored: readonly SentBatch[]): ModelTransaction[] {
  const transactions: ModelTransaction[] = [];
  const open = new Map<number, ModelTransaction>();
  for (const { baseOffset, transaction } of stored) {
    if (transaction === undefined) continue;
    const { producerId, producerEpoch, outcome } = transaction;
    const begun = open.get(producerId);
    if (outcome === undefined) {
      const firstOffset = begun?.firstOffset ?? baseOffset;
      open.set(producerId, { producerId, producerEpoch, firstOffset, lastOffset: baseOffset, marker: undefined });
    } else if (begun !== undefined) {
      open.delete(producerId);
      transactions.push({ ...begun, marker: { offset: baseOffset, outcome } });
    }
  }
  return [...transactions, ...open.values()];
}
