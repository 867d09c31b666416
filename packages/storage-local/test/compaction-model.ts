/**
 * A compacted log and what must become of it: random records, tombstones and transactions, and the rules that hold whenever it was cleaned.
 *
 * Answers with sentences, one for each violation.
 */
import type { AppendAccepted, PartitionLog } from '@millrace/log';
import type { Random } from '@millrace/base';
import { batchPositions, decodeBatch, ErrorCode, RecordBatchWriter, type RecordBatchReader } from '@millrace/protocol';

const CODECS = ['none', 'none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

export interface ModelRecord {
  readonly offset: number;
  readonly key: string;
  /** Null is a tombstone. */
  readonly value: string | null;
  readonly timestampMs: number;
}

interface Sent extends ModelRecord {
  readonly transaction: Transaction | undefined;
}

interface Transaction {
  readonly producerId: number;
  outcome: 'commit' | 'abort';
  /** Infinite while it is open. */
  markerOffset: number;
}

type Outcome = 'open' | 'commit' | 'abort';

/** What there is of a log, to be held against what was sent. */
export interface LogExtent {
  readonly logStartOffset: number;
  readonly endOffset: number;
  /** A pass went through everything below. */
  readonly cleanedEndOffset: number;
  /** A pass may have gone through what is below, or come half through. Default: the same. */
  readonly touchedEndOffset?: number;
}

interface Producer {
  readonly id: number;
  epoch: number;
  sequence: number;
  open: Transaction | undefined;
}

export interface SeenBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly count: number;
  readonly isControl: boolean;
}

export interface Seen {
  readonly records: readonly ModelRecord[];
  readonly batches: readonly SeenBatch[];
}

export interface CompactionModelOptions {
  readonly random: Random;
  readonly keys: number;
  readonly valueBytesMax: number;
  readonly isTransactional: boolean;
}

export class CompactionModel {
  readonly #options: CompactionModelOptions;
  /** By offset; undefined where a marker stands. */
  readonly #sent: (Sent | undefined)[] = [];
  readonly #transactional: Producer[] = [21, 22].map((id) => ({ id, epoch: 0, sequence: 0, open: undefined }));
  readonly #idempotent: Producer = { id: 31, epoch: 0, sequence: 0, open: undefined };
  #count = 0;

  constructor(options: CompactionModelOptions) {
    this.#options = options;
  }

  get endOffset(): number {
    return this.#sent.length;
  }

  /** The same as of now, whatever is sent later. It is for looking only. */
  copy(): CompactionModel {
    const copy = new CompactionModel(this.#options);
    const transactions = new Map<Transaction, Transaction>();
    for (const sent of this.#sent) {
      const { transaction } = sent ?? {};
      if (transaction !== undefined && !transactions.has(transaction))
        transactions.set(transaction, { ...transaction });
      const same = transaction === undefined ? undefined : transactions.get(transaction);
      copy.#sent.push(sent === undefined ? undefined : { ...sent, transaction: same });
    }
    return copy;
  }

  /** Appends something at random. Rejected with what the log answered. */
  append(log: PartitionLog, nowMs: number): AppendAccepted {
    const { random, isTransactional } = this.#options;
    if (!isTransactional || random.nextInt(3) === 0) {
      return this.#appendBatch(log, nowMs, random.nextInt(2) === 0 ? this.#idempotent : undefined, undefined);
    }
    const producer = this.#transactional[random.nextInt(this.#transactional.length)]!;
    if (producer.open !== undefined && random.nextInt(3) === 0) {
      return this.#end(log, producer, random.nextInt(2) === 0 ? 'commit' : 'abort');
    }
    producer.open ??= { producerId: producer.id, outcome: 'commit', markerOffset: Infinity };
    return this.#appendBatch(log, nowMs, producer, producer.open);
  }

  /** Ends what is open. */
  settle(log: PartitionLog): void {
    for (const producer of this.#transactional) if (producer.open !== undefined) this.#end(log, producer, 'commit');
  }

  /** Every rule that holds of a log that was cleaned so far, at any later time. */
  violations(seen: Seen, committed: Seen, extent: LogExtent): string[] {
    const { logStartOffset, endOffset, cleanedEndOffset } = extent;
    const touchedEndOffset = Math.min(endOffset, extent.touchedEndOffset ?? cleanedEndOffset);
    const found: string[] = [];
    for (const record of seen.records) {
      const sent = this.#sent[record.offset];
      if (sent === undefined || sent.key !== record.key || sent.value !== record.value) {
        found.push(`offset ${record.offset} holds ${show(record)} where ${show(sent)} was sent`);
      } else if (sent.timestampMs !== record.timestampMs) {
        found.push(`offset ${record.offset} has the time ${record.timestampMs} instead of ${sent.timestampMs}`);
      }
    }
    const offsets = new Set(seen.records.map(({ offset }) => offset));
    if (offsets.size !== seen.records.length) found.push('an offset comes twice');
    const visible = new Set(committed.records.map(({ offset }) => offset));
    const last = this.#lastCommitted(cleanedEndOffset, endOffset);
    const lastTouched = this.#lastCommitted(touchedEndOffset, endOffset);
    const firstOpen = this.#firstOpen(endOffset);
    for (let offset = logStartOffset; offset < endOffset; offset++) {
      const sent = this.#sent[offset];
      if (sent === undefined) continue;
      const outcome = outcomeOf(sent, endOffset);
      const isThere = offsets.has(offset);
      const isLast = lastTouched.get(sent.key) === offset && sent.value !== null;
      if (!isThere && (offset >= touchedEndOffset || isLast)) found.push(`offset ${offset} (${show(sent)}) is gone`);
      if (isThere && offset < cleanedEndOffset) {
        if ((last.get(sent.key) ?? -1) > offset) found.push(`offset ${offset} (${show(sent)}) is old and still there`);
        if (outcome === 'abort') found.push(`offset ${offset} was aborted and is still there`);
      }
      const isCommitted = outcome === 'commit' && offset < firstOpen;
      if (isThere && isCommitted !== visible.has(offset)) {
        found.push(`offset ${offset} (${outcome}) is ${isCommitted ? 'not ' : ''}read as committed`);
      }
    }
    const table = tableOf(committed.records);
    for (const [key, value] of this.table(Math.min(endOffset, firstOpen), logStartOffset)) {
      if (table.get(key) !== value) found.push(`${key} has ${table.get(key)} where ${value} was written last`);
      table.delete(key);
    }
    for (const key of table.keys()) found.push(`${key} is there, and was deleted or never written`);
    return found;
  }

  /** The value of each key that a reader of what is committed in [from, endOffset) ends with. */
  table(endOffset = this.#sent.length, from = 0): Map<string, string> {
    const committed = this.#sent.slice(from, endOffset).filter((sent) => sent !== undefined);
    return tableOf(committed.filter((sent) => outcomeOf(sent, this.#sent.length) === 'commit'));
  }

  /** The latest record of each key below `limit`, as committed readers know it, with tombstones. */
  #lastCommitted(limit: number, endOffset: number): Map<string, number> {
    const last = new Map<string, number>();
    for (let offset = 0; offset < Math.min(limit, this.#sent.length); offset++) {
      const sent = this.#sent[offset];
      if (sent !== undefined && outcomeOf(sent, endOffset) === 'commit') last.set(sent.key, offset);
    }
    return last;
  }

  #firstOpen(endOffset: number): number {
    const index = this.#sent
      .slice(0, endOffset)
      .findIndex((sent) => sent !== undefined && outcomeOf(sent, endOffset) === 'open');
    return index === -1 ? Infinity : index;
  }

  #appendBatch(
    log: PartitionLog,
    nowMs: number,
    producer: Producer | undefined,
    transaction: Transaction | undefined,
  ): AppendAccepted {
    const { random, keys, valueBytesMax } = this.#options;
    const writer = new RecordBatchWriter();
    const records: Sent[] = [];
    const count = 1 + random.nextInt(5);
    for (let index = 0; index < count; index++) {
      const key = `key-${random.nextInt(keys)}`;
      const value = random.nextInt(5) === 0 ? null : `${this.#count++}/${'x'.repeat(random.nextInt(valueBytesMax))}`;
      const timestampMs = nowMs - random.nextInt(1000);
      const headers = random.nextInt(4) === 0 ? [{ key: 'h', value: `${index}` }] : [];
      writer.append(key, value, timestampMs, headers);
      records.push({ offset: this.#sent.length + index, key, value, timestampMs, transaction });
    }
    const identity =
      producer === undefined
        ? {}
        : { producerId: producer.id, producerEpoch: producer.epoch, baseSequence: producer.sequence };
    const batch = writer.finish({
      codec: CODECS[random.nextInt(CODECS.length)]!,
      ...identity,
      isTransactional: transaction !== undefined,
    });
    const accepted = this.#accepted(log.append(batch, { origin: 'client', mayOpenTransaction: true }));
    if (producer !== undefined) producer.sequence += count;
    this.#sent.push(...records);
    return accepted;
  }

  #end(log: PartitionLog, producer: Producer, outcome: 'commit' | 'abort'): AppendAccepted {
    const accepted = this.#accepted(
      log.appendEndMarker({
        producerId: producer.id,
        producerEpoch: producer.epoch + 1,
        coordinatorEpoch: 0,
        outcome,
        transactionVersion: 2,
      }),
    );
    if (producer.open !== undefined) {
      producer.open.outcome = outcome;
      producer.open.markerOffset = this.#sent.length;
    }
    producer.open = undefined;
    producer.epoch++;
    producer.sequence = 0;
    this.#sent.push(undefined);
    return accepted;
  }

  #accepted(outcome: ReturnType<PartitionLog['append']>): AppendAccepted {
    if (outcome.errorCode !== ErrorCode.NONE) throw new Error(`refused: ${JSON.stringify(outcome)}`);
    const accepted = outcome as AppendAccepted;
    if (accepted.baseOffset !== this.#sent.length) {
      throw new Error(`got offset ${accepted.baseOffset} instead of ${this.#sent.length}`);
    }
    return accepted;
  }
}

/** Reads like a consumer: from `from` on, batch after batch, aborted records left out under read_committed. */
export async function readLog(
  log: PartitionLog,
  isolation: 'read_committed' | 'read_uncommitted',
  from = log.logStartOffset,
  maxBytes = 64 * 1024,
): Promise<Seen> {
  const records: ModelRecord[] = [];
  const batches: SeenBatch[] = [];
  let offset = from;
  for (;;) {
    const outcome = await log.read({ offset, maxBytes, atLeastOneBatch: true, isolation });
    if (outcome.errorCode !== ErrorCode.NONE) throw new Error(`reading offset ${offset}: error ${outcome.errorCode}`);
    if (outcome.slices.length === 0) return { records, batches };
    const pending = [...(outcome.abortedTransactions ?? [])];
    const aborted = new Set<number>();
    for (const slice of outcome.slices) {
      for (const position of batchPositions(slice)) {
        const batch = decodeBatch(slice, position);
        if (batch.lastOffset < offset) throw new Error(`a batch ends at ${batch.lastOffset}, ${offset} was asked for`);
        const firstOffset = batches.at(-1)?.lastOffset ?? -1;
        if (batch.baseOffset <= firstOffset && offset === from) throw new Error('batches overlap');
        offset = batch.lastOffset + 1;
        const { baseOffset, lastOffset, count, isControl } = batch;
        batches.push({ baseOffset, lastOffset, count, isControl });
        while (pending.length > 0 && pending[0]!.firstOffset <= lastOffset) aborted.add(pending.shift()!.producerId);
        if (isControl) {
          aborted.delete(batch.producerId);
          continue;
        }
        if (batch.isTransactional && aborted.has(batch.producerId)) continue;
        records.push(...recordsIn(batch, from));
      }
    }
  }
}

function recordsIn(batch: RecordBatchReader, from: number): ModelRecord[] {
  return [...batch]
    .filter(({ offset }) => offset >= from)
    .map(({ offset, key, value, timestamp }) => ({
      offset,
      key: String(key),
      value: value === null ? null : String(value),
      timestampMs: timestamp,
    }));
}

/** As of a log that ends at `endOffset`. */
function outcomeOf({ transaction }: Sent, endOffset: number): Outcome {
  if (transaction === undefined) return 'commit';
  return transaction.markerOffset < endOffset ? transaction.outcome : 'open';
}

/** What a reader of these records ends with. */
export function tableOf(records: Iterable<ModelRecord>): Map<string, string> {
  const table = new Map<string, string>();
  for (const { key, value } of records) {
    if (value === null) table.delete(key);
    else table.set(key, value);
  }
  return table;
}

function show(record: ModelRecord | undefined): string {
  if (record === undefined) return 'nothing';
  return `${record.key}=${record.value === null ? 'null' : record.value.slice(0, 12)}`;
}
