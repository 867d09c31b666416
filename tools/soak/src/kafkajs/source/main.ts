/**
 * Writes the input topic: transactions over half of the partitions each, a fifth of them aborted and sent again, until its
 * stdin says `stop`.
 *
 * A stream is one producer's records for one partition. When a commit is not answered nobody here knows whether its
 * records are there, so the producer goes on with new streams.
 */
import { createInterface } from 'node:readline';
import { SeededRandom } from '@millrace/base';
import { HistoryRecorder } from '@millrace/testing';
import type { Kafka, Producer } from 'kafkajs';
import { readSettings, type SourceSettings } from '../../settings.ts';
import { endWithRunner, kafkajsClient, pause } from '../client.ts';
import { RecordedTransaction, type NamedRecord } from '../transaction-log.ts';

const PRODUCERS = 2;
const TRANSACTIONS_PER_S = 12;

class Lane {
  readonly #kafka: Kafka;
  readonly #settings: SourceSettings;
  readonly #history: HistoryRecorder;
  readonly #random: SeededRandom;
  readonly #number: number;
  readonly #sequences = new Map<number, number>();
  #producer: Producer | undefined;
  #generation = 0;
  #transactions = 0;
  isStopped = false;

  constructor(kafka: Kafka, settings: SourceSettings, history: HistoryRecorder, number: number) {
    this.#kafka = kafka;
    this.#settings = settings;
    this.#history = history;
    this.#number = number;
    this.#random = new SeededRandom(settings.seed * 31 + number);
  }

  async run(): Promise<void> {
    while (!this.isStopped) {
      const began = performance.now();
      try {
        await this.#once();
      } catch (error) {
        console.error(`${this.#settings.by} lane ${this.#number}:`, error instanceof Error ? error.message : error);
        await this.#forgetProducer();
        await pause(50);
      }
      await pause(Math.max(0, 1_000 / TRANSACTIONS_PER_S - (performance.now() - began)));
    }
    await this.#forgetProducer();
  }

  async #once(): Promise<void> {
    this.#producer ??= await this.#connect();
    const { by, topic, abortShare } = this.#settings;
    const open = await this.#producer.transaction();
    const name = `${by}-${this.#number}-${(this.#transactions += 1)}`;
    const transaction = new RecordedTransaction(name, open, this.#history);
    const records = this.#nextRecords();
    await transaction.send(topic, records);
    if (this.#random.next() < 0.2) await pause(this.#random.nextInt(100));
    if (this.#random.next() < abortShare) {
      await transaction.end('abort');
      return;
    }
    try {
      await transaction.end('commit');
    } catch (error) {
      this.#generation += 1;
      this.#sequences.clear();
      throw error;
    }
    for (const { partition, sequence } of records) this.#sequences.set(partition, sequence + 1);
  }

  #nextRecords(): NamedRecord[] {
    const { by, partitions, recordsPerS } = this.#settings;
    const perTransaction = recordsPerS / (PRODUCERS * TRANSACTIONS_PER_S);
    const own = Array.from({ length: partitions }, (_, partition) => partition).filter(
      (partition) => partition % PRODUCERS === this.#number,
    );
    return own.flatMap((partition) => {
      const count = this.#random.nextInt(1 + Math.round((2 * perTransaction) / own.length));
      const first = this.#sequences.get(partition) ?? 0;
      const stream = `${by}.${this.#generation}/${partition}`;
      return Array.from({ length: count }, (_, index) => ({ partition, stream, sequence: first + index }));
    });
  }

  async #connect(): Promise<Producer> {
    const { transactionalId, transactionTimeoutMs: transactionTimeout } = this.#settings;
    const producer = this.#kafka.producer({
      transactionalId: `${transactionalId}-${this.#number}`,
      transactionTimeout,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
    await producer.connect();
    return producer;
  }

  async #forgetProducer(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }
}

endWithRunner();
const settings = readSettings<SourceSettings>();
const history = new HistoryRecorder({ path: settings.history, by: settings.by });
const kafka = kafkajsClient(settings.bootstrap, settings.by);
const lanes = Array.from({ length: PRODUCERS }, (_, number) => new Lane(kafka, settings, history, number));
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'stop') for (const lane of lanes) lane.isStopped = true;
});
await Promise.all(lanes.map((lane) => lane.run()));
process.exit(0);
