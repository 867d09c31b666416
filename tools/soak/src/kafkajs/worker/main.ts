/**
 * Reads the input topic in a group and writes a record for each record to the output topic, with the group's offset in the
 * same transaction; a fifth of the transactions abort and are done again.
 *
 * kafkajs commits offsets without the group's generation, so a zombie is not fenced by its group (KIP-447). Each input
 * partition has a transactional id instead: whoever is assigned the partition starts a producer with it, which ends what
 * the last owner left open, and only then asks where to go on.
 */
import { SeededRandom } from '@millrace/base';
import { HistoryRecorder } from '@millrace/testing';
import type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage, Producer } from 'kafkajs';
import { decodeValue, outputPartition, readSettings, type WorkerSettings } from '../../settings.ts';
import { endWithRunner, kafkajsClient, pause } from '../client.ts';
import { RecordedTransaction } from '../transaction-log.ts';

const MESSAGES_MAX = 40;
const PARTITIONS_AT_ONCE = 4;

/** An input partition while it is ours. */
interface Lane {
  readonly producer: Producer;
  /** The next offset to process, as committed. */
  next: number;
}

class Worker {
  readonly #settings: WorkerSettings;
  readonly #history: HistoryRecorder;
  readonly #random: SeededRandom;
  readonly #kafka: Kafka;
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  readonly #lanes = new Map<number, Lane>();
  #transactions = 0;

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
    this.#history = new HistoryRecorder({ path: settings.history, by: settings.by });
    this.#random = new SeededRandom(settings.seed);
    this.#kafka = kafkajsClient(settings.bootstrap, settings.by);
    this.#admin = this.#kafka.admin();
    this.#consumer = this.#kafka.consumer({
      groupId: settings.group,
      sessionTimeout: settings.sessionTimeoutMs,
      rebalanceTimeout: settings.sessionTimeoutMs,
      heartbeatInterval: settings.sessionTimeoutMs / 5,
      maxWaitTimeInMs: 100,
      maxBytesPerPartition: 8_192,
      allowAutoTopicCreation: false,
      metadataMaxAge: 30_000,
    });
  }

  /** Runs until the consumer gives up; whoever started this process starts another one then. */
  async run(): Promise<unknown> {
    const crashed = new Promise<unknown>((resolve) => {
      this.#consumer.on('consumer.crash', ({ payload }) => {
        if (!payload.restart) resolve(payload.error);
      });
    });
    await this.#admin.connect();
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic: this.#settings.input, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
    return crashed;
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    try {
      const lane = this.#lanes.get(batch.partition) ?? (await this.#openLane(batch.partition));
      await this.#process(lane, payload);
    } catch (error) {
      console.error(`${this.#settings.by}/${batch.partition}:`, error instanceof Error ? error.message : error);
      await this.#closeLane(batch.partition);
      await pause(30);
    }
    await payload.heartbeat();
  }

  async #process(lane: Lane, payload: EachBatchPayload): Promise<void> {
    const { input, output, group, by, partitions, abortShare } = this.#settings;
    const { batch } = payload;
    const { partition } = batch;
    // What a fetch brings may have been processed before: its position is where the group was when it joined.
    const messages = batch.messages.filter((message) => Number(message.offset) >= lane.next).slice(0, MESSAGES_MAX);
    const last = messages.at(-1);
    if (last === undefined) {
      payload.resolveOffset(batch.lastOffset());
      return;
    }
    this.#recordPoll(partition, messages);
    const name = `${by}-${(this.#transactions += 1)}`;
    const transaction = new RecordedTransaction(name, await lane.producer.transaction(), this.#history);
    const records = messages.map((message) => {
      const { name: input } = decodeValue(message.value?.toString('latin1') ?? '');
      const colon = input.lastIndexOf(':');
      const sequence = Number(input.slice(colon + 1));
      return {
        partition: outputPartition(partition, sequence, partitions),
        stream: input.slice(0, colon),
        sequence,
      };
    });
    await transaction.send(output, records);
    if (this.#random.next() < 0.2) await pause(this.#random.nextInt(150));
    await transaction.sendOffset(group, input, partition, Number(last.offset) + 1);
    if (this.#random.next() < 0.2) await pause(this.#random.nextInt(150));
    if (this.#random.next() < abortShare) {
      await transaction.end('abort');
      this.#setPosition(partition, lane.next);
      return;
    }
    await transaction.end('commit');
    lane.next = Number(last.offset) + 1;
    payload.resolveOffset(last.offset);
  }

  /** A producer of the partition's id, and then the group's offset, which nobody else can move any more. */
  async #openLane(partition: number): Promise<Lane> {
    const { group, input, by, transactionTimeoutMs: transactionTimeout } = this.#settings;
    const producer = this.#kafka.producer({
      transactionalId: `${group}-${partition}`,
      transactionTimeout,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
    try {
      await producer.connect();
      // The first transaction gets the producer id; this one stays empty.
      await new RecordedTransaction(`${by}-init`, await producer.transaction(), this.#history).giveUp();
      const [offsets] = await this.#admin.fetchOffsets({ groupId: group, topics: [input] });
      const committed = offsets?.partitions.find((one) => one.partition === partition)?.offset ?? '-1';
      const lane = { producer, next: Math.max(0, Number(committed)) };
      this.#lanes.set(partition, lane);
      this.#setPosition(partition, lane.next);
      return lane;
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async #closeLane(partition: number): Promise<void> {
    const lane = this.#lanes.get(partition);
    this.#lanes.delete(partition);
    await lane?.producer.disconnect().catch(() => undefined);
  }

  #setPosition(partition: number, offset: number): void {
    const { input: topic, by } = this.#settings;
    this.#history.record({ type: 'position', consumer: by, topic, partition });
    this.#consumer.seek({ topic, partition, offset: String(offset) });
  }

  #recordPoll(partition: number, messages: readonly KafkaMessage[]): void {
    const records = messages.map((message) => {
      const { name, transaction } = decodeValue(message.value?.toString('latin1') ?? '');
      return [Number(message.offset), name, transaction] as const;
    });
    const { input: topic, by: consumer } = this.#settings;
    this.#history.record({ type: 'poll', consumer, isolation: 'read_committed', topic, partition, records });
  }
}

endWithRunner();
const error = await new Worker(readSettings<WorkerSettings>()).run();
console.error('the consumer gave up:', error);
process.exit(1);
