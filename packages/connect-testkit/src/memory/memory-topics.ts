import { messageOf, MillraceError } from '@millrace/base';
import { assertValue, plainValue, type InRecord, type OutRecord, type TopicPartition } from '@millrace/connect-api';

export interface MemoryTopicsOptions {
  /** Of a topic that is not there yet. Default 1. */
  readonly partitions?: number;
  /** Refuses records whose key or value is none of its schema, as a converter would. Default true. */
  readonly checksSchemas?: boolean;
}

/** Topics in memory: what a source writes and a sink reads, without bytes between. */
export class MemoryTopics {
  readonly #partitionCount: number;
  readonly #checksSchemas: boolean;
  readonly #logs = new Map<string, InRecord[][]>();
  readonly #inOrder: InRecord[] = [];
  readonly #waiting = new Set<() => void>();

  constructor({ partitions = 1, checksSchemas = true }: MemoryTopicsOptions = {}) {
    this.#partitionCount = partitions;
    this.#checksSchemas = checksSchemas;
  }

  /** All or none; throws `MILLRACE_CONNECT_SCHEMA_MISMATCH` or `MILLRACE_TESTKIT_NO_PARTITION`. */
  append(records: readonly OutRecord[]): void {
    const placed = records.map((record) => {
      const value = plainValue(record.value ?? null);
      const key = plainValue(record.key ?? null);
      if (this.#checksSchemas) checkSchemas(record, key, value);
      return { record, key, value, log: this.#logOf(record, key) };
    });
    for (const { record, key, value, log } of placed) {
      const { topic, headers = [], timestampMs = Date.now(), keySchema, valueSchema } = record;
      const { partition } = log;
      const offset = log.records.length;
      const written: InRecord = Object.freeze({
        topic,
        partition,
        offset,
        key,
        value,
        ...(keySchema === undefined ? {} : { keySchema }),
        ...(valueSchema === undefined ? {} : { valueSchema }),
        headers,
        timestampMs,
        timestampType: 'create',
        origin: { topic, partition, offset },
      });
      log.records.push(written);
      this.#inOrder.push(written);
    }
    for (const wake of [...this.#waiting]) wake();
  }

  /** Makes a topic without records. */
  create(topic: string, partitions = this.#partitionCount): void {
    if (!this.#logs.has(topic))
      this.#logs.set(
        topic,
        Array.from({ length: partitions }, () => []),
      );
  }

  /** In the order in which they were written. */
  get records(): readonly InRecord[] {
    return this.#inOrder;
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#logs].flatMap(([topic, logs]) => logs.map((_log, partition) => ({ topic, partition })));
  }

  read({ topic, partition }: TopicPartition, offset: number, countMax: number): readonly InRecord[] {
    return this.#logs.get(topic)?.[partition]?.slice(offset, offset + countMax) ?? [];
  }

  endOffset({ topic, partition }: TopicPartition): number {
    return this.#logs.get(topic)?.[partition]?.length ?? 0;
  }

  /** Resolves when something is written, or the signal is aborted. */
  async written(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  #logOf({ topic, partition }: OutRecord, key: unknown): { readonly partition: number; readonly records: InRecord[] } {
    this.create(topic);
    const logs = this.#logs.get(topic) ?? [];
    const chosen = partition ?? (key === null ? this.#inOrder.length : hashOf(key)) % logs.length;
    const records = logs[chosen];
    if (records === undefined) {
      throw new MillraceError(
        'MILLRACE_TESTKIT_NO_PARTITION',
        `${topic} has ${logs.length} partitions, and a record is for partition ${chosen}: give the run more partitions`,
      );
    }
    return { partition: chosen, records };
  }
}

function checkSchemas({ topic, keySchema, valueSchema }: OutRecord, key: unknown, value: unknown): void {
  try {
    if (keySchema !== undefined) assertValue(keySchema, key, 'key');
    if (valueSchema !== undefined && value !== null) assertValue(valueSchema, value);
  } catch (error) {
    throw new MillraceError('MILLRACE_CONNECT_SCHEMA_MISMATCH', `a record for ${topic}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function hashOf(key: unknown): number {
  const text = JSON.stringify(key, (_name, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
  return [...text].reduce((hash, character) => (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0, 7);
}
