/**
 * The config topic as workers use it: read by all, written by the leader.
 *
 * Owns: what the topic's records add up to, and the leader's way of writing.
 * Invariants: with `exactly.once.source.support` a leader writes in transactions under the group's transactional id, so that a worker that
 *   believes to lead and does not cannot write any more (KIP-618); without, records of one call go in one batch. A call resolves when this
 *   worker has read its own records.
 */
import { MillraceError } from '@millrace/base';
import { KafkaError, topic as declareTopic, type Producer } from '@millrace/sdk';
import { asFatal } from '@millrace/sdk/internal';
import { CompactedTopic, type CompactedTopicOptions, type TableRecord } from './compacted-topic.ts';
import { decodeConfigRecord, encodeConfigRecord, type ConfigRecord } from './config-records.ts';
import { ConfigState } from './config-state.ts';

const TRANSACTION_TIMEOUT_MS = 30_000;

export interface ConfigStoreOptions extends Omit<
  CompactedTopicOptions,
  'onRecord' | 'setting' | 'replicationSetting' | 'partitions'
> {
  /** Of the leader's producer; undefined: it writes without transactions. */
  readonly transactionalId: string | undefined;
  /** Called after the state has taken the record. Not called while the topic is read for the first time. */
  onChange(record: ConfigRecord): void;
}

export class ConfigStore implements AsyncDisposable {
  readonly state = new ConfigState();
  readonly #options: ConfigStoreOptions;
  readonly #topic: CompactedTopic;
  #isStarted = false;
  #producer: Producer | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: ConfigStoreOptions) {
    this.#options = options;
    this.#topic = new CompactedTopic({
      ...options,
      // Its records have an order only in one partition.
      partitions: 1,
      setting: 'config.storage.topic',
      replicationSetting: 'config.storage.replication.factor',
      onRecord: (record) => this.#take(record),
    });
  }

  /** Throws MILLRACE_CONNECT_TOPIC when the topic cannot serve. */
  async start(): Promise<void> {
    await this.#topic.start();
    if (this.#topic.partitionCount !== 1) {
      throw new MillraceError(
        'MILLRACE_CONNECT_TOPIC',
        `the topic "${this.#topic.topic}" (config.storage.topic) has ${this.#topic.partitionCount} partitions, ` +
          'but its records need an order: make one with a single partition, or name another topic',
      );
    }
    this.#isStarted = true;
  }

  readToEnd(signal?: AbortSignal): Promise<void> {
    return this.#topic.readToEnd(signal);
  }

  /** Another worker leads now, or this one anew: the next write takes the right to write over. */
  async forgetLeadership(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.close({ timeoutMs: 0 }).catch(() => undefined);
  }

  /** One call after the other. Throws an error that says `fatal` when another worker leads by now. */
  async write(records: readonly ConfigRecord[]): Promise<void> {
    const written = this.#writing.then(() => this.#write(records));
    this.#writing = written.catch(() => undefined);
    await written;
    await this.readToEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.forgetLeadership();
    await this.#topic[Symbol.asyncDispose]();
  }

  async #write(records: readonly ConfigRecord[]): Promise<void> {
    const encoded = records.map(encodeConfigRecord);
    const { transactionalId, kafka } = this.#options;
    if (transactionalId === undefined) {
      await this.#topic.write(encoded);
      return;
    }
    this.#producer ??= kafka.producer({ transactionalId, transactionTimeoutMs: TRANSACTION_TIMEOUT_MS });
    try {
      await using transaction = await this.#producer.begin();
      await transaction.sendAll(declareTopic(this.#topic.topic), encoded);
      await transaction.commit();
    } catch (error) {
      if (!KafkaError.is(error) || !hasOtherLeader(error)) throw error;
      await this.forgetLeadership();
      throw asFatal(error);
    }
  }

  #take({ key, value, offset }: TableRecord): void {
    const record = decodeConfigRecord(key, value);
    this.state.take(record, offset);
    if (record !== undefined && this.#isStarted) this.#options.onChange(record);
  }
}

/** Also the log may be who knows first, before the coordinator is asked. */
function hasOtherLeader({ fatal, kafkaCode }: KafkaError): boolean {
  return fatal || kafkaCode === 'INVALID_PRODUCER_EPOCH';
}
