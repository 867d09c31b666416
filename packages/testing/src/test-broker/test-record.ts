/** Records of a topic as a test looks at them, and what of a log consumers of committed records see. */
import { batchPositions, decodeBatch, decodeEndTxnMarker, type RecordBatchReader } from '@millrace/protocol';

export interface TestRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number;
  /** As UTF-8. */
  readonly key: string | null;
  /** As UTF-8. */
  readonly value: string | null;
  /** By name, as UTF-8; of a name that comes twice the last. */
  readonly headers: Readonly<Record<string, string | null>>;
  readonly keyBytes: Buffer | null;
  readonly valueBytes: Buffer | null;
}

/** A record to write. */
export interface RecordToWrite {
  readonly key?: string | Uint8Array | null;
  readonly value: string | Uint8Array | null;
  readonly headers?: Readonly<Record<string, string | Uint8Array | null>>;
  /** Default 0. */
  readonly partition?: number;
  /** Milliseconds since the Unix epoch; default: the broker's time. */
  readonly timestamp?: number;
}

/** An aborted transaction as a fetch tells of it. */
export interface Aborted {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** Reads the answers of one partition in offset order. */
export class PartitionReader {
  /** Where the next fetch goes on. */
  offset: number;
  readonly records: TestRecord[] = [];
  readonly #topic: string;
  readonly #partition: number;
  /** Producers whose transaction at this point was aborted. */
  readonly #aborted = new Set<number>();

  constructor(topic: string, partition: number, offset: number) {
    this.offset = offset;
    this.#topic = topic;
    this.#partition = partition;
  }

  /** @param aborted null = every record counts, whatever became of its transaction. */
  take(bytes: Buffer, aborted: readonly Aborted[] | null): void {
    const coming = [...(aborted ?? [])].sort((left, right) => left.firstOffset - right.firstOffset);
    for (const position of batchPositions(bytes)) {
      const batch = decodeBatch(bytes, position);
      while ((coming[0]?.firstOffset ?? Infinity) <= batch.lastOffset) {
        const next = coming.shift();
        if (next !== undefined) this.#aborted.add(next.producerId);
      }
      if (batch.lastOffset >= this.offset) this.#takeBatch(batch, aborted !== null);
      this.offset = Math.max(this.offset, batch.lastOffset + 1);
    }
  }

  #takeBatch(batch: RecordBatchReader, onlyCommitted: boolean): void {
    if (batch.isControl) {
      const marker = batch.count > 0 ? decodeEndTxnMarker(batch.keyAt(0), batch.valueAt(0)) : undefined;
      if (marker?.type === 'abort') this.#aborted.delete(Number(batch.producerId));
      return;
    }
    if (onlyCommitted && batch.isTransactional && this.#aborted.has(Number(batch.producerId))) return;
    for (const record of batch) {
      if (record.offset < this.offset) continue;
      const [keyBytes, valueBytes] = [copyOf(record.key), copyOf(record.value)];
      const headers = record.headers.map(({ key, value }) => [key, value?.toString() ?? null]);
      this.records.push({
        topic: this.#topic,
        partition: this.#partition,
        offset: record.offset,
        timestamp: record.timestamp,
        key: keyBytes?.toString() ?? null,
        value: valueBytes?.toString() ?? null,
        headers: Object.fromEntries(headers) as Record<string, string | null>,
        keyBytes,
        valueBytes,
      });
    }
  }
}

function copyOf(bytes: Buffer | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}
