/** What sources gave, converted: the unit in which it is sent and its offsets are stored. */
import { positionKey, type Position, type SourceOffset } from '@millrace/connect-api';
import type { BytesRecord } from './record-conversion.ts';

/** Consecutive records of one topic. */
export interface TopicRun {
  readonly topic: string;
  readonly records: BytesRecord[];
}

/** One batch of the source, or several that came close to each other. */
export interface SourceUnit {
  /** One per topic; order is kept within a topic. */
  readonly runs: Map<string, TopicRun>;
  /** The last offset of each source partition, by its canonical text. */
  readonly offsets: OffsetMap;
  readonly transaction: 'end' | 'abort' | undefined;
  recordCount: number;
  sizeBytes: number;
}

/** Later offsets of a partition replace earlier ones. */
export class OffsetMap {
  readonly #offsets = new Map<string, SourceOffset>();
  /** Sources use the same object for a partition again and again. */
  static readonly #keys = new WeakMap<Position, string>();

  get size(): number {
    return this.#offsets.size;
  }

  set(partition: Position, offset: Position): void {
    let key = OffsetMap.#keys.get(partition);
    if (key === undefined) {
      key = positionKey(partition);
      OffsetMap.#keys.set(partition, key);
    }
    this.#offsets.set(key, { partition, offset });
  }

  add(later: OffsetMap): void {
    for (const [key, offset] of later.#offsets) this.#offsets.set(key, offset);
  }

  /** Puts those of a failed attempt back, unless there are later ones. */
  addBefore(earlier: OffsetMap): void {
    for (const [key, offset] of earlier.#offsets) if (!this.#offsets.has(key)) this.#offsets.set(key, offset);
  }

  list(): readonly SourceOffset[] {
    return [...this.#offsets.values()];
  }
}

export function emptyUnit(transaction?: SourceUnit['transaction']): SourceUnit {
  return { runs: new Map(), offsets: new OffsetMap(), transaction, recordCount: 0, sizeBytes: 0 };
}

export function addRecord(unit: SourceUnit, topic: string, record: BytesRecord): void {
  let run = unit.runs.get(topic);
  if (run === undefined) {
    run = { topic, records: [] };
    unit.runs.set(topic, run);
  }
  run.records.push(record);
  unit.recordCount++;
  unit.sizeBytes += sizeOf(record);
}

/** Makes `unit` what both are one after the other. */
export function mergeUnit(unit: SourceUnit, next: SourceUnit): void {
  for (const [topic, run] of next.runs) {
    const known = unit.runs.get(topic);
    if (known === undefined) unit.runs.set(topic, run);
    else for (const record of run.records) known.records.push(record);
  }
  unit.offsets.add(next.offsets);
  unit.recordCount += next.recordCount;
  unit.sizeBytes += next.sizeBytes;
}

/** Objects around the bytes. */
const RECORD_OVERHEAD_BYTES = 100;

function sizeOf({ key, value, headers }: BytesRecord): number {
  let size = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  if (headers !== undefined) for (const header of headers) size += header.key.length + (header.value?.length ?? 0);
  return size;
}
