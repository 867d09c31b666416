/**
 * Source offsets in a topic that all workers share, in Kafka Connect's format.
 *
 * Owns: what the topic holds, by connector and source partition.
 * Invariants: reading sees every write that was acknowledged before, by any worker, and no transaction that was not committed. A source
 *   partition keeps the key that it was found under, byte for byte, so that compaction forgets what a Java worker wrote before.
 */
import { positionKey, type Position, type SourceOffset } from '@millrace/connect-api';
import type { Logger } from '@millrace/base';
import { kafka, type Kafka, type KafkaOptions } from '@millrace/sdk';
import { CompactedTopic, type CompactedTopicOptions, type TableRecord } from './compacted-topic.ts';
import { decodeOffset, decodeOffsetKey, encodeOffset, encodeOffsetKey } from './offset-records.ts';
import type { OffsetChange, OffsetStore } from './offset-store.ts';

interface Entry extends SourceOffset {
  readonly key: string;
  readonly timestampMs: number;
}

export interface TopicOffsetStoreOptions extends Omit<
  CompactedTopicOptions,
  'onRecord' | 'replicationSetting' | 'kafka'
> {
  readonly kafka: KafkaOptions;
}

export class TopicOffsetStore implements OffsetStore {
  readonly #kafka: Kafka;
  readonly #topic: CompactedTopic;
  readonly #log: Logger;
  readonly #connectors = new Map<string, Map<string, Entry>>();

  constructor(options: TopicOffsetStoreOptions) {
    this.#log = options.log;
    this.#kafka = kafka(options.kafka);
    this.#topic = new CompactedTopic({
      ...options,
      kafka: this.#kafka,
      replicationSetting: 'offset.storage.replication.factor',
      onRecord: (record) => this.#take(record),
    });
  }

  start(): Promise<void> {
    return this.#topic.start();
  }

  async read(connector: string, partitions: readonly Position[]): Promise<readonly (Position | undefined)[]> {
    await this.#topic.readToEnd();
    const entries = this.#connectors.get(connector);
    return partitions.map((partition) => entries?.get(positionKey(partition))?.offset);
  }

  async write(connector: string, offsets: readonly OffsetChange[]): Promise<void> {
    const latest = new Map(offsets.map((change) => [positionKey(change.partition), change]));
    const entries = this.#connectors.get(connector);
    await this.#topic.write(
      [...latest].map(([key, { partition, offset }]) => ({
        key: entries?.get(key)?.key ?? encodeOffsetKey({ connector, partition }),
        value: encodeOffset(offset),
      })),
    );
  }

  async all(connector: string): Promise<readonly SourceOffset[]> {
    await this.#topic.readToEnd();
    const entries = [...(this.#connectors.get(connector)?.values() ?? [])];
    return entries.map(({ partition, offset }) => ({ partition, offset }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#topic[Symbol.asyncDispose]();
    await this.#kafka.close();
  }

  #take({ key, value, timestampMs, partition: topicPartition, offset: at }: TableRecord): void {
    const decoded = decodeOffsetKey(key);
    const offset = decodeOffset(value);
    if (decoded === undefined || offset === undefined || key === null) {
      const where = { topic: this.#topic.topic, partition: topicPartition, offset: at };
      this.#log.warn('a record of the offset topic is none of a worker and is left alone', where);
      return;
    }
    const { connector, partition } = decoded;
    const entries = this.#connectors.get(connector) ?? new Map<string, Entry>();
    this.#connectors.set(connector, entries);
    const entryKey = positionKey(partition);
    const known = entries.get(entryKey);
    const text = key.toString();
    // The same source partition under two keys, which may lie in two partitions of the topic: the later one counts.
    if (known !== undefined && known.key !== text && known.timestampMs > timestampMs) return;
    if (offset === null) {
      if (known === undefined || known.key === text) entries.delete(entryKey);
    } else {
      entries.set(entryKey, { partition, offset, key: text, timestampMs });
    }
    if (entries.size === 0) this.#connectors.delete(connector);
  }
}
