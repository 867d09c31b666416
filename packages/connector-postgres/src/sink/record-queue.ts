/**
 * Records that a task has taken and not yet committed to the database, in the order in which they came.
 *
 * Owns: how far each partition was taken, and how far it is done. Bounds: those of whoever adds (see {@link RecordQueue.isFull}).
 */
import type { InRecord, TopicPartition, TopicPartitionOffset } from '@millrace/connect-api';

interface Progress {
  readonly topic: string;
  readonly partition: number;
  /** Offset after the last record that was taken. */
  taken: number;
  /** Offset after the last record that is committed; −1: none. */
  done: number;
}

/** Characters and bytes; a task holds about twice as much, with what is being written. */
const HELD_SIZE_MAX = 16 * 1024 * 1024;

export class RecordQueue {
  #records: InRecord[] = [];
  #sizes: number[] = [];
  #size = 0;
  readonly #countMax: number;
  readonly #partitions = new Map<string, Progress>();
  /** Mostly the next record is of the same partition. */
  #last: Progress | undefined;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  get length(): number {
    return this.#records.length;
  }

  get isFull(): boolean {
    return this.#records.length >= this.#countMax || this.#size >= HELD_SIZE_MAX;
  }

  add(record: InRecord): void {
    const progress = this.#progressOf(record.origin);
    progress.taken = record.origin.offset + 1;
    const size = roughSize(record.value) + roughSize(record.key);
    this.#records.push(record);
    this.#sizes.push(size);
    this.#size += size;
  }

  /** Up to `countMax` records from `start`, fewer when they are large; one at least. */
  slice(start: number, countMax: number): readonly InRecord[] {
    let size = 0;
    let end = start;
    while (end < this.#records.length && end - start < countMax && size < HELD_SIZE_MAX)
      size += this.#sizes[end++] ?? 0;
    return this.#records.slice(start, end);
  }

  /** The first `count` are committed. */
  finish(count: number): void {
    for (let i = 0; i < count; i++) {
      const { origin } = this.#records[i] as InRecord;
      this.#progressOf(origin).done = origin.offset + 1;
      this.#size -= this.#sizes[i] ?? 0;
    }
    this.#records.splice(0, count);
    this.#sizes.splice(0, count);
  }

  /** Whether a record comes again that was taken already. */
  isRepeated({ topic, partition, offset }: InRecord['origin']): boolean {
    const last = this.#last;
    if (last?.partition === partition && last.topic === topic) return offset < last.taken;
    return offset < (this.#partitions.get(keyOf(topic, partition))?.taken ?? 0);
  }

  /** Where a partition is after what is committed; undefined: nothing of it is. */
  doneOf({ topic, partition }: TopicPartition): number | undefined {
    const done = this.#partitions.get(keyOf(topic, partition))?.done ?? -1;
    return done < 0 ? undefined : done;
  }

  /** Forgets records of the partition from the offset on: they come again. */
  rewind({ topic, partition }: TopicPartition, offset: number): void {
    this.#filter(({ origin }) => origin.topic !== topic || origin.partition !== partition || origin.offset < offset);
    const progress = this.#partitions.get(keyOf(topic, partition));
    if (progress !== undefined) progress.taken = Math.min(progress.taken, offset);
  }

  /** Of what the database says: records before are committed, whether or not their answer came. */
  confirm(offsets: readonly TopicPartitionOffset[]): void {
    const done = new Map(offsets.map(({ topic, partition, offset }) => [keyOf(topic, partition), offset]));
    this.#filter(({ origin }) => origin.offset >= (done.get(keyOf(origin.topic, origin.partition)) ?? 0));
    for (const offset of offsets) {
      const progress = this.#progressOf(offset);
      progress.done = Math.max(progress.done, offset.offset);
      progress.taken = Math.max(progress.taken, offset.offset);
    }
  }

  /** Forgets everything of these partitions. */
  drop(partitions: readonly TopicPartition[]): void {
    this.#last = undefined;
    const dropped = new Set(partitions.map(({ topic, partition }) => keyOf(topic, partition)));
    this.#filter(({ origin }) => !dropped.has(keyOf(origin.topic, origin.partition)));
    for (const key of dropped) this.#partitions.delete(key);
  }

  /** How far each partition is done. */
  get done(): readonly TopicPartitionOffset[] {
    return [...this.#partitions.values()]
      .filter(({ done }) => done >= 0)
      .map(({ topic, partition, done }) => ({ topic, partition, offset: done }));
  }

  #filter(keep: (record: InRecord) => boolean): void {
    const kept = this.#records.map(keep);
    if (kept.every(Boolean)) return;
    this.#records = this.#records.filter((_record, i) => kept[i]);
    this.#sizes = this.#sizes.filter((_size, i) => kept[i]);
    this.#size = this.#sizes.reduce((sum, size) => sum + size, 0);
  }

  #progressOf({ topic, partition }: TopicPartition): Progress {
    if (this.#last?.partition === partition && this.#last.topic === topic) return this.#last;
    const key = keyOf(topic, partition);
    let progress = this.#partitions.get(key);
    if (progress === undefined) {
      progress = { topic, partition, taken: 0, done: -1 };
      this.#partitions.set(key, progress);
    }
    this.#last = progress;
    return progress;
  }
}

function keyOf(topic: string, partition: number): string {
  return `${partition}:${topic}`;
}

const FIELD_SIZE = 8;
const DEPTH_MAX = 4;

/** About what a value takes when it is sent; looks only so deep. */
function roughSize(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return FIELD_SIZE;
  if (value instanceof Uint8Array) return value.length * 2;
  if (depth >= DEPTH_MAX) return FIELD_SIZE;
  let size = FIELD_SIZE;
  if (Array.isArray(value)) for (const item of value) size += roughSize(item, depth + 1);
  else for (const name in value) size += roughSize((value as Record<string, unknown>)[name], depth + 1);
  return size;
}
