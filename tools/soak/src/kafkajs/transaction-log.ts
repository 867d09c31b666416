/**
 * One transaction of a kafkajs producer, told to the history step by step.
 *
 * Invariants: what is asked of the broker is in the history before it is asked. An end that was asked for and not answered
 *   is unknown; the producer must not be used again, and the next one of its id settles the matter.
 */
import type { HistoryRecorder } from '@millrace/testing';
import type { Transaction } from 'kafkajs';
import { encodeValue } from '../settings.ts';

export interface NamedRecord {
  readonly partition: number;
  readonly stream: string;
  readonly sequence: number;
}

export class RecordedTransaction {
  readonly name: string;
  readonly #transaction: Transaction;
  readonly #history: HistoryRecorder;

  constructor(name: string, transaction: Transaction, history: HistoryRecorder) {
    this.name = name;
    this.#transaction = transaction;
    this.#history = history;
  }

  async send(topic: string, records: readonly NamedRecord[]): Promise<void> {
    const byPartition = Map.groupBy(records, (record) => record.partition);
    for (const [partition, own] of byPartition) {
      const names = own.map(({ stream, sequence }) => `${stream}:${sequence}`);
      this.#history.record({ type: 'send', transaction: this.name, topic, partition, records: names });
    }
    const messages = records.map(({ partition, stream, sequence }) => ({
      partition,
      key: stream,
      value: encodeValue(`${stream}:${sequence}`, this.name, sequence),
    }));
    await this.#transaction.send({ topic, acks: -1, messages });
  }

  async sendOffset(group: string, topic: string, partition: number, offset: number): Promise<void> {
    this.#history.record({ type: 'offset', transaction: this.name, group, topic, partition, offset });
    const committed = { partition, offset: String(offset), metadata: this.name };
    await this.#transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [committed] }] });
  }

  async end(outcome: 'commit' | 'abort'): Promise<void> {
    const { name: transaction } = this;
    this.#history.record({ type: 'end', transaction, outcome });
    try {
      await (outcome === 'commit' ? this.#transaction.commit() : this.#transaction.abort());
    } catch (error) {
      if (outcome === 'commit') this.#history.record({ type: 'ended', transaction, result: 'unknown' });
      throw error;
    }
    this.#history.record({ type: 'ended', transaction, result: outcome === 'commit' ? 'committed' : 'aborted' });
  }

  /** The transaction was begun to get a producer id, and nothing came of it. */
  async giveUp(): Promise<void> {
    await this.#transaction.abort();
  }
}
