/**
 * A compacted topic that workers share as a table: everybody reads all of it and goes on reading, whoever may writes.
 *
 * Owns: the topic (made when it is not there), a consumer without a group, a producer.
 * Invariants: records are handed on in order of each partition, each once. `readToEnd` resolves when everything that was acknowledged (and,
 *   in transactions, committed) before the call was handed on.
 * Not here: what records mean (./config-records.ts, ./status-records.ts, ./offset-records.ts).
 */
import { messageOf, MillraceError, systemTimers, type Logger, type Timers } from '@millrace/base';
import {
  KafkaError,
  oneOrThrow,
  allOrThrow,
  type Admin,
  type Consumer,
  type Kafka,
  type Producer,
} from '@millrace/sdk';

const READ_RETRY_MS = 1_000;
/** How often a wait looks again, for ends of topics that no record tells of (markers of transactions). */
const LOOK_MS = 10;
/** Kafka Connect's limit for reading and writing these topics. */
const WRITE_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 2_000;

export interface CompactedTopicOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** What the topic is made with; `replicationFactor` −1: as the cluster has it. */
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Further settings of the topic. */
  readonly configs: Readonly<Record<string, string>>;
  /** Setting that names the topic, for messages. */
  readonly setting: string;
  /** The one that says with how many replicas it is made, for messages. */
  readonly replicationSetting: string;
  readonly log: Logger;
  readonly timers?: Timers;
  onRecord(record: TableRecord): void;
}

export interface TableRecord {
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

export interface RecordToStore {
  readonly key: string | Uint8Array;
  /** Null removes the key. */
  readonly value: string | Uint8Array | null;
}

export class CompactedTopic implements AsyncDisposable {
  readonly #options: CompactedTopicOptions;
  readonly #timers: Timers;
  readonly #admin: Admin;
  readonly #producer: Producer;
  readonly #closing = new AbortController();
  readonly #positions = new Map<number, number>();
  readonly #waiting = new Set<() => void>();
  #partitionCount = 0;
  #consumer: Consumer | undefined;
  #reading: Promise<void> | undefined;

  constructor(options: CompactedTopicOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#admin = options.kafka.admin();
    this.#producer = options.kafka.producer({
      deliveryTimeoutMs: WRITE_TIMEOUT_MS,
      requestTimeoutMs: WRITE_TIMEOUT_MS,
      allowAutoTopicCreation: false,
    });
  }

  get topic(): string {
    return this.#options.topic;
  }

  /** 0 before the start. */
  get partitionCount(): number {
    return this.#partitionCount;
  }

  /** Makes the topic if it is not there, and reads all that it holds. Throws MILLRACE_CONNECT_TOPIC for a topic that is not compacted. */
  async start(): Promise<void> {
    this.#partitionCount = await this.#ensureTopic();
    await this.#checkCleanup();
    this.#reading = this.#read();
    await this.readToEnd();
  }

  async readToEnd(signal?: AbortSignal): Promise<void> {
    const { topic } = this.#options;
    const partitions = Array.from({ length: this.#partitionCount }, (_, partition) => partition);
    const found = allOrThrow(
      await this.#admin.listOffsets(
        partitions.map((partition) => ({ topic, partition, at: 'latest' as const })),
        { isolation: 'committed', ...(signal === undefined ? {} : { signal }) },
      ),
    );
    const isReached = (): boolean =>
      found.every(({ partition, offset = 0 }) => offset === 0 || this.#position(partition) >= offset);
    while (!isReached()) {
      this.#closing.signal.throwIfAborted();
      signal?.throwIfAborted();
      await this.#moved();
    }
  }

  /**
   * Resolves when all of them are acknowledged by all replicas in sync, with their offsets. Those of one partition go together if they can.
   */
  async write(records: readonly RecordToStore[]): Promise<readonly number[]> {
    const { topic } = this.#options;
    const acks = await Promise.all(records.map(({ key, value }) => this.#producer.sendRaw(topic, { key, value })));
    return acks.map(({ offset }) => offset);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new MillraceError('MILLRACE_CONNECT_CLOSED', `the worker has stopped reading ${this.topic}`));
    await Promise.allSettled([
      this.#consumer?.close(),
      this.#producer.close({ timeoutMs: CLOSE_TIMEOUT_MS }),
      this.#admin.close(),
    ]);
    await this.#reading;
  }

  #position(partition: number): number {
    const { topic } = this.#options;
    return Math.max(this.#positions.get(partition) ?? 0, this.#consumer?.position({ topic, partition }) ?? 0);
  }

  #moved(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#timers.schedule(LOOK_MS, () => wake());
      const wake = (): void => {
        timer.cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
    });
  }

  async #read(): Promise<void> {
    const { topic, log } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#readOn();
      } catch (error) {
        if (signal.aborted) return;
        log.error('reading a topic of the workers failed, trying again', { topic, error: messageOf(error) });
      }
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const timer = this.#timers.schedule(READ_RETRY_MS, () => resolve());
        signal.addEventListener('abort', () => (timer.cancel(), resolve()), { once: true });
      });
    }
  }

  async #readOn(): Promise<void> {
    const { topic, kafka } = this.#options;
    const consumer = kafka.consumer({ isolation: 'committed', from: 'earliest' });
    this.#consumer = consumer;
    try {
      await consumer.assign(
        Array.from({ length: this.#partitionCount }, (_, partition) => {
          const at = this.#positions.get(partition);
          return { topic, partition, ...(at === undefined ? {} : { at }) };
        }),
      );
      for await (const { partition, offset, timestamp, key, value } of consumer) {
        this.#options.onRecord({
          partition,
          offset,
          timestampMs: timestamp,
          key: asBuffer(key),
          value: asBuffer(value),
        });
        this.#positions.set(partition, offset + 1);
        for (const wake of this.#waiting) wake();
      }
    } finally {
      this.#consumer = undefined;
      await consumer.close();
    }
  }

  async #ensureTopic(): Promise<number> {
    const { topic, partitions, replicationFactor, configs, setting, replicationSetting } = this.#options;
    const known = await this.#partitionsOf(topic);
    if (known !== undefined) return known;
    try {
      const created = oneOrThrow(
        await this.#admin.createTopics([
          {
            name: topic,
            partitions,
            ...(replicationFactor === -1 ? {} : { replicationFactor }),
            configs: { 'cleanup.policy': 'compact', ...configs },
          },
        ]),
      );
      if (created.partitionCount > 0) return created.partitionCount;
    } catch (error) {
      // Another worker was quicker.
      if (!KafkaError.is(error) || error.kafkaCode !== 'TOPIC_ALREADY_EXISTS') {
        throw new MillraceError(
          'MILLRACE_CONNECT_TOPIC',
          `making the topic "${topic}" (${setting}) with ${partitions} partitions and replication factor ${replicationFactor} ` +
            `failed: ${messageOf(error)}. Make it yourself, compacted, or set ${replicationSetting} to what the cluster allows`,
          { cause: error },
        );
      }
    }
    return (await this.#partitionsOf(topic)) ?? partitions;
  }

  async #partitionsOf(topic: string): Promise<number | undefined> {
    const [described] = await this.#admin.describeTopics([topic]);
    if (described === undefined) return undefined;
    if (described.ok) return described.partitions.length;
    if (described.error.kafkaCode === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
    throw described.error;
  }

  /** A topic that forgets by age would forget connectors and offsets. */
  async #checkCleanup(): Promise<void> {
    const { topic, setting, log } = this.#options;
    const [described] = await this.#admin.describeConfigs([{ type: 'topic', name: topic }]);
    if (described?.ok !== true) {
      log.warn('cannot see whether a topic of the workers is compacted', {
        topic,
        error: messageOf(described?.error ?? 'no answer'),
      });
      return;
    }
    const policy = described.configs.find(({ name }) => name === 'cleanup.policy')?.value ?? 'compact';
    if (policy === 'compact') return;
    throw new MillraceError(
      'MILLRACE_CONNECT_TOPIC',
      `the topic "${topic}" (${setting}) has cleanup.policy=${policy} and would forget what workers need: ` +
        'set its cleanup.policy to compact, or name another topic',
    );
  }
}

/** The bytes are only lent while the batch is in hand. */
function asBuffer(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}
