/**
 * A producer that never gives up: idempotent, pipelined, over any number of connections that die under it.
 *
 * Owns: what was sent and what was acknowledged, by partition. It is the only writer of its partitions, so record n belongs at offset n.
 * Invariants: at most IN_FLIGHT_MAX batches of a partition are unacknowledged; a batch that is sent again keeps its sequence
 *   numbers and its record count, but its values name the attempt, so that a record which came back differently is noticed.
 * Not here: reading back (log-watcher.ts).
 */
import type { Random } from '@millrace/base';
import { RecordBatchWriter } from '@millrace/protocol';
import { APPEND, appendedAt, appendRequest, type WireClient } from '@millrace/testing';

const IN_FLIGHT_MAX = 5;
const RECORDS_MAX = 20;
const VALUE_BYTES_MAX = 2_000;
/** Every so many batches one that is large. */
const LARGE_EVERY = 25;
const LARGE_VALUE_BYTES = 40_000;

interface Batch {
  readonly firstRecord: number;
  readonly recordCount: number;
  readonly valueBytes: number;
  attempts: number;
}

/** One partition under load. */
export class LoadedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Sent at least once and not acknowledged, in order. */
  readonly unacknowledged: Batch[] = [];
  /** Records below this were sent at least once. */
  sentEnd = 0;
  /** Records below this were acknowledged. */
  acknowledgedEnd = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get name(): string {
    return `${this.topic}-${this.partition}`;
  }
}

/** The value of a record: its partition, number and attempt, and filling. */
export function valueOf(target: LoadedPartition, record: number, attempt: number, sizeBytes: number): string {
  return `${target.name}/${record}/${attempt}/`.padEnd(sizeBytes, '.');
}

export class IdempotentLoad {
  readonly partitions: readonly LoadedPartition[];
  readonly #producerId: number;
  readonly #random: Random;
  readonly #keyOf: (record: number) => string;
  readonly #writer = new RecordBatchWriter();
  #batchCount = 0;
  /** Acknowledged batches. */
  acknowledgedCount = 0;
  /** Called after each acknowledged batch. */
  onAcknowledged: () => void = () => undefined;

  constructor(
    producerId: number,
    partitions: readonly LoadedPartition[],
    random: Random,
    keyOf: (record: number) => string = (record) => `key-${record % 7}`,
  ) {
    this.#producerId = producerId;
    this.partitions = partitions;
    this.#random = random;
    this.#keyOf = keyOf;
  }

  /** Sends and sends again until the connection ends; rejects when an answer is wrong. */
  async runUntilCut(wire: WireClient): Promise<void> {
    await Promise.all(this.partitions.map((target) => this.#pump(wire, target, () => true)));
  }

  /** Gets everything that was sent acknowledged, and sends nothing new. */
  async drain(wire: WireClient): Promise<void> {
    await Promise.all(this.partitions.map((target) => this.#pump(wire, target, () => false)));
    for (const { name, unacknowledged } of this.partitions) {
      if (unacknowledged.length > 0) throw new Error(`the connection ended before ${name} was drained`);
    }
  }

  /** One lane for each place in the pipeline; batches leave in order because each lane takes the next one. */
  async #pump(wire: WireClient, target: LoadedPartition, wantsMore: () => boolean): Promise<void> {
    const again = [...target.unacknowledged];
    const next = (): Batch | undefined => again.shift() ?? (wantsMore() ? this.#newBatch(target) : undefined);
    const lane = async (): Promise<void> => {
      while (!wire.isEnded) {
        const batch = next();
        if (batch === undefined) return;
        const answer = this.#send(wire, target, batch);
        const response = await answer.catch((error: unknown) => {
          if (wire.isEnded) return undefined;
          throw error;
        });
        if (response === undefined) return;
        this.#acknowledge(target, batch, appendedAt(response, `appending to ${target.name}`));
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT_MAX }, lane));
  }

  #newBatch(target: LoadedPartition): Batch {
    this.#batchCount++;
    const isLarge = this.#batchCount % LARGE_EVERY === 0;
    const recordCount = 1 + this.#random.nextInt(RECORDS_MAX);
    const valueBytes = isLarge ? LARGE_VALUE_BYTES : this.#random.nextInt(VALUE_BYTES_MAX);
    const batch = { firstRecord: target.sentEnd, recordCount, valueBytes, attempts: 0 };
    target.sentEnd += recordCount;
    target.unacknowledged.push(batch);
    return batch;
  }

  #send(wire: WireClient, target: LoadedPartition, batch: Batch) {
    batch.attempts++;
    const { firstRecord, recordCount, attempts, valueBytes } = batch;
    for (let index = 0; index < recordCount; index++) {
      const record = firstRecord + index;
      this.#writer.append(this.#keyOf(record), valueOf(target, record, attempts, valueBytes), Date.now());
    }
    const bytes = this.#writer.finish({ producerId: this.#producerId, producerEpoch: 0, baseSequence: firstRecord });
    const { request, response, version } = APPEND;
    return wire.call(request, response, version, appendRequest(target.topic, target.partition, bytes));
  }

  #acknowledge(target: LoadedPartition, batch: Batch, baseOffset: number): void {
    if (baseOffset !== batch.firstRecord) {
      throw new Error(`${target.name}: record ${batch.firstRecord} was acknowledged at offset ${baseOffset}`);
    }
    if (target.unacknowledged[0] !== batch)
      throw new Error(`${target.name}: acknowledged out of order at ${baseOffset}`);
    target.unacknowledged.shift();
    target.acknowledgedEnd = batch.firstRecord + batch.recordCount;
    this.acknowledgedCount++;
    this.onAcknowledged();
  }
}
