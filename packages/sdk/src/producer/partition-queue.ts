/**
 * Batches of one partition from the first record to the answer, and which of them may be sent now.
 *
 * Owns: the batch that is being filled, those that wait, those on the wire, and the partition's sequence numbers.
 * Invariants: batches are sent in the order in which they were filled. A batch that has to be sent again goes before all newer ones,
 *   and alone: not while an older one is on the wire. With idempotence up to five are on the wire, and the broker sorts out repetitions and
 *   gaps; without it, and until the partition has the producer's first batch, a batch waits until the one before is answered, so that a
 *   retry cannot reorder records.
 *   While numbers are missing (a batch was given up) no new number is given out until every numbered batch is decided; then a new epoch
 *   starts at 0, and those that were refused because of the gap are numbered anew. What may be in the log is never numbered anew.
 * Not here: brokers, requests and answers (./produce-sender.ts).
 */
import type { Timer } from '@millrace/base';
import { NEVER_SENT, type ProducerBatch } from './producer-batch.ts';
import { NO_IDENTITY, sequenceAfter, SequenceState, type Identity } from './sequence-state.ts';

/** What an idempotent producer may have on the wire to one partition: brokers remember as many batches of each producer. */
export const IDEMPOTENT_IN_FLIGHT_MAX = 5;

export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** −1 while there is no leader. */
  leaderId = -1;
  leaderEpoch = -1;
  /** Takes records; undefined when there is none. */
  open: ProducerBatch | undefined;
  /** Whether the open batch may be sent although it is not full. */
  isDue = false;
  /** Whether the sender has the queue in one of its lists. */
  isListed = false;
  /** Bytes of records that are not answered. */
  queuedBytes = 0;
  /** Size of the last batch, by which the next one's buffer is chosen. */
  lastBatchBytes = 0;
  /** In a transaction: whether the coordinator was told of the partition. */
  isInTransaction = false;
  /** Until the first waiting batch may be sent again. */
  retryTimer: Timer | undefined;
  readonly sequences = new SequenceState();
  readonly #inFlightMax: number;
  readonly #waiting: ProducerBatch[] = [];
  readonly #sent: ProducerBatch[] = [];
  #nextOrder = 0;
  /** A broker found a gap that nothing on its way can fill. */
  #needsNewEpoch = false;
  /** A numbered batch was given up: its numbers may be missing in the log. */
  #hasLoss = false;

  constructor(topic: string, partition: number, inFlightMax: number) {
    this.topic = topic;
    this.partition = partition;
    this.#inFlightMax = inFlightMax;
  }

  get isEmpty(): boolean {
    return this.open === undefined && this.#waiting.length === 0 && this.#sent.length === 0;
  }

  get sentCount(): number {
    return this.#sent.length;
  }

  /** The batch that is next to be sent, or undefined when none was closed. */
  get first(): ProducerBatch | undefined {
    return this.#waiting[0];
  }

  /** Whether records wait that could be sent as far as this queue's own rules go, at some time. */
  get hasWork(): boolean {
    return this.#waiting.length > 0 || (this.isDue && this.open !== undefined);
  }

  /** Ends the filling of the open batch; it waits behind the others. */
  close(): ProducerBatch | undefined {
    const batch = this.open;
    if (batch === undefined) return undefined;
    this.open = undefined;
    this.isDue = false;
    this.#waiting.push(batch);
    return batch;
  }

  /** Whether a batch that was never sent may be sent now. */
  mayStartBatch(): boolean {
    if (this.#needsNewEpoch || this.#hasLoss) return false;
    const oldest = this.#sent[0];
    if (oldest !== undefined && !this.sequences.isKnown) return false;
    // Counted from the oldest: brokers know the last five batches, and a repetition of an older one would look like a gap.
    return oldest === undefined || this.#nextOrder - oldest.order < this.#inFlightMax;
  }

  /** Whether the first waiting batch may be sent at this time. It has to be finished, too. */
  mayStart(nowMs: number): boolean {
    const first = this.#waiting[0];
    if (first === undefined || first.retryAtMs > nowMs || this.#needsNewEpoch) return false;
    if (first.order === NEVER_SENT) return this.mayStartBatch();
    const oldest = this.#sent[0];
    return oldest === undefined || oldest.order > first.order;
  }

  /** Moves the first waiting batch to those on the wire and gives it its place. */
  start(): ProducerBatch | undefined {
    const batch = this.#waiting.shift();
    if (batch === undefined) return undefined;
    if (batch.order === NEVER_SENT) batch.order = this.#nextOrder++;
    this.#sent.splice(placeOf(this.#sent, batch), 0, batch);
    return batch;
  }

  /** The batch is answered, or will never be: it is not on the wire any more. */
  finish(batch: ProducerBatch): void {
    const index = this.#sent.indexOf(batch);
    if (index >= 0) this.#sent.splice(index, 1);
  }

  /** Puts a batch back that has to be sent again, or the parts of one, before all that are newer. */
  requeue(...batches: ProducerBatch[]): void {
    const [first] = batches;
    if (first !== undefined) this.#waiting.splice(placeOf(this.#waiting, first), 0, ...batches);
  }

  /** Takes a batch out that waits and is given up. */
  drop(batch: ProducerBatch): void {
    if (this.open === batch) {
      this.open = undefined;
      this.isDue = false;
      return;
    }
    const index = this.#waiting.indexOf(batch);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  /** Whether a numbered batch before this one is still undecided, so that a gap in front of this one may be of its making. */
  hasOlder(batch: ProducerBatch): boolean {
    return [this.#sent[0], this.#waiting[0]].some(
      (other) => other !== undefined && other.order !== NEVER_SENT && other.order < batch.order,
    );
  }

  /** A broker refused because of a gap that is real: numbering starts anew as soon as nothing is on the wire. */
  requireNewEpoch(): void {
    this.#needsNewEpoch = true;
  }

  /** A numbered batch was given up, whether or not it is in the log: no new numbers until that is known. */
  noteLoss(): void {
    this.#hasLoss = true;
  }

  /** Whether numbering has to start anew, and can. */
  needsNewEpoch(): boolean {
    if (this.#sent.length > 0) return false;
    if (this.#needsNewEpoch) return true;
    if (!this.#hasLoss || (this.#waiting[0]?.order ?? NEVER_SENT) !== NEVER_SENT) return false;
    // A later batch was acknowledged, and so the lost one is in the log after all.
    this.#hasLoss = this.sequences.hasGap;
    return this.#hasLoss;
  }

  /** Starts numbering anew under this identity, for all that waits. */
  startEpoch(identity: Identity): void {
    this.#needsNewEpoch = false;
    this.#hasLoss = false;
    this.sequences.start(identity);
    for (const batch of this.#waiting) {
      if (batch.order !== NEVER_SENT) batch.setSequence(this.sequences.take(batch.recordCount));
    }
  }

  /** Forgets all numbering; the next batch starts under whatever identity the producer has then. Only with nothing numbered waiting. */
  resetNumbering(): void {
    this.#needsNewEpoch = false;
    this.#hasLoss = false;
    this.sequences.start(NO_IDENTITY);
  }

  /** Places and numbers of the parts that a batch was split into: they share out its own. */
  numberParts(whole: ProducerBatch, parts: readonly ProducerBatch[]): void {
    let sequence = whole.baseSequence;
    const span = whole.orderSpan / parts.length;
    for (const [index, part] of parts.entries()) {
      part.order = whole.order + index * span;
      part.orderSpan = span;
      if (sequence < 0) continue;
      part.setSequence(sequence);
      sequence = sequenceAfter(sequence, part.recordCount);
    }
  }

  isOnWire(batch: ProducerBatch): boolean {
    return this.#sent.includes(batch);
  }

  /** Everything that is not on the wire. */
  waitingBatches(): ProducerBatch[] {
    return this.open === undefined ? [...this.#waiting] : [...this.#waiting, this.open];
  }
}

/** Behind all that were sent before it, in front of all that were not. */
function placeOf(batches: readonly ProducerBatch[], batch: ProducerBatch): number {
  const index = batches.findIndex((other) => other.order === NEVER_SENT || other.order > batch.order);
  return index < 0 ? batches.length : index;
}
