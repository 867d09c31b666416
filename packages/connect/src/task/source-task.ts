/**
 * A round of a source task: from the start of its plugin to its end.
 *
 * Invariants: the writer begins before the plugin reads its offsets.
 *   At the end: the plugin stops reading, what it gave is written, its offsets are stored, it is told so, then it is disposed of.
 */
import { messageOf } from '@millrace/base';
import type { Position, SourceConnector, SourceContext, SourceOffset, SourceTask } from '@millrace/connect-api';
import { kafka, type Admin, type Kafka, type Producer } from '@millrace/sdk';
import { AtLeastOnceWriter } from './at-least-once-writer.ts';
import { adminClient, clientProperties, producerClient } from './client-settings.ts';
import {
  DEAD_LETTER_REPLICATION_FACTOR,
  DeadLetters,
  deadLetterSettings,
  type DeadLettersOptions,
} from './dead-letters.ts';
import { ErrorPolicy, type ErrorSettings } from './error-policy.ts';
import { ExactlyOnceWriter, transactionBoundary } from './exactly-once-writer.ts';
import type { BytesRecord, RecordConversion } from './record-conversion.ts';
import { isRecordAtFault, RecordSender, type OnRefused } from './record-sender.ts';
import { readableText, SourcePump } from './source-pump.ts';
import type { SourceWriter, SourceWriterOptions } from './source-writer.ts';
import { sleep, type TaskEnvironment } from './task-environment.ts';
import { TaskError } from './task-error.ts';
import { runRounds, type Round, type RoundParts } from './task-rounds.ts';
import { ensureTopic, topicRules } from './topic-creation.ts';

/** A transaction may take as long as brokers allow when nothing else is set. */
const TRANSACTION_TIMEOUT_MAX_MS = 900_000;
const TRANSACTION_TIMEOUT_MS = 60_000;

/** Resolves when the task was told to end and has; rejects with what fails it. */
export function runSourceTask(environment: TaskEnvironment, plugin: SourceConnector): Promise<void> {
  return runRounds(environment, plugin, (parts) => new SourceRound(parts));
}

class SourceRound implements Round {
  hasProgressed = false;
  readonly #environment: TaskEnvironment;
  readonly #plugin: SourceConnector;
  readonly #config: unknown;
  readonly #settings: ErrorSettings;
  readonly #conversion: RecordConversion;
  readonly #ending: AbortController;
  readonly #clients: Kafka[];
  #admin: Admin | undefined;
  #pump: SourcePump | undefined;
  /** Letters from before the pump is there. */
  readonly #earlyLetters: { readonly topic: string; readonly record: BytesRecord }[] = [];

  constructor({ environment, plugin, config, settings, conversion, ending, clients }: RoundParts<SourceConnector>) {
    this.#environment = environment;
    this.#plugin = plugin;
    this.#config = config;
    this.#settings = settings;
    this.#conversion = conversion;
    this.#ending = ending;
    this.#clients = clients;
  }

  async run(): Promise<void> {
    const { gate, signal, link, metrics, spec } = this.#environment;
    await gate.whenOpen(signal);
    if (signal.aborted) return;
    const policy = this.#createPolicy();
    const current: { task?: SourceTask } = {};
    await using writer = this.#createWriter(async (offsets) => {
      this.hasProgressed = true;
      await current.task?.durable?.(offsets);
    });
    await writer.begin();
    const opened: SourceTask = await this.#plugin.task(spec.taskConfig, this.#config, this.#createContext(policy));
    current.task = opened;
    try {
      metrics.state.become(gate.isPaused ? 'paused' : 'running');
      link.onState(gate.isPaused ? 'PAUSED' : 'RUNNING');
      await this.#flow(opened, writer, policy);
    } finally {
      await this.#dispose(opened);
    }
  }

  async #flow(task: SourceTask, writer: SourceWriter, policy: ErrorPolicy): Promise<void> {
    const { spec } = this.#environment;
    const hasOwnTransactions =
      spec.exactlyOnce !== undefined &&
      (spec.connectorConfig['transaction.boundary'] ?? '').toLowerCase() === 'connector';
    const pump = new SourcePump({
      environment: this.#environment,
      conversion: this.#conversion,
      policy,
      task,
      signal: this.#ending.signal,
      hasOwnTransactions,
    });
    this.#pump = pump;
    for (const { topic, record } of this.#earlyLetters.splice(0)) pump.addLetter(topic, record);
    pump.start();
    try {
      await writer.run(pump);
      // A source that has nothing more to give is no reason to end: it is up to the worker.
      await this.#whenEnding();
    } catch (error) {
      await this.#ended(pump, error);
      throw error;
    }
    await this.#ended(pump);
  }

  /** Nothing limits how long a source takes to end, unless the whole task has to: whoever looks should see what stands still, and why. */
  async #ended(pump: SourcePump, failure?: unknown): Promise<void> {
    const { timers, spec, link } = this.#environment;
    this.#ending.abort();
    const timer =
      failure === undefined
        ? undefined
        : timers.schedule(spec.settings.shutdownTimeoutMs, () => {
            const error = messageOf(failure);
            link.log.warn('a task has failed, and stands still until its source has ended', { error });
          });
    await pump.ended();
    timer?.cancel();
  }

  async #whenEnding(): Promise<void> {
    const { signal } = this.#ending;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async #dispose(task: SourceTask): Promise<void> {
    try {
      await task[Symbol.asyncDispose]();
    } catch (error) {
      this.#environment.link.log.warn('a source could not be closed in good order', { error: messageOf(error) });
    }
  }

  #createContext(policy: ErrorPolicy): SourceContext {
    const { spec, link, clock, timers } = this.#environment;
    const offsets = async (partitions: readonly Position[]): Promise<readonly (Position | undefined)[]> =>
      partitions.length === 0 ? [] : link.offsets.read(partitions);
    return {
      connector: spec.connector,
      task: spec.task,
      log: link.log,
      metrics: link.pluginMetrics,
      clock,
      timers,
      signal: this.#ending.signal,
      offsets,
      offset: async (partition) => (await offsets([partition]))[0],
      deadLetter: (raw, error) =>
        policy.skip('TASK_POLL', this.#plugin.name, error, () => ({
          key: null,
          value: raw,
          headers: [],
          timestampMs: clock.nowMs(),
          topic: '',
          partition: '',
          offset: '',
        })),
    };
  }

  /** Dead letters go with the records around them, and are as certain as those. */
  #createPolicy(): ErrorPolicy {
    return this.#policyOf(
      this.#createLetters((topic, record) => {
        if (this.#pump === undefined) this.#earlyLetters.push({ topic, record });
        else this.#pump.addLetter(topic, record);
        return Promise.resolve();
      }),
    );
  }

  #createLetters(
    send: DeadLettersOptions['send'],
    prepare?: (topic: string) => Promise<void>,
  ): DeadLetters | undefined {
    const { spec, metrics } = this.#environment;
    const settings = deadLetterSettings(spec.connectorConfig);
    if (settings === undefined) return undefined;
    return new DeadLetters({
      connector: spec.connector,
      task: spec.task,
      settings,
      metrics,
      prepare: prepare === undefined ? undefined : () => prepare(settings.topic),
      send,
      onFailed: () => undefined,
    });
  }

  #policyOf(deadLetters: DeadLetters | undefined): ErrorPolicy {
    const { spec, clock, random, metrics, link, timers } = this.#environment;
    return new ErrorPolicy({
      connector: spec.connector,
      task: spec.task,
      settings: this.#settings,
      clock,
      random,
      log: link.log,
      metrics,
      deadLetters,
      pause: async (ms) => {
        await sleep(timers, ms, this.#ending.signal);
        if (this.#ending.signal.aborted) throw new StoppedError();
      },
    });
  }

  #createWriter(onDurable: (offsets: readonly SourceOffset[]) => Promise<void>): SourceWriter {
    const { spec, link } = this.#environment;
    const options: SourceWriterOptions = {
      environment: this.#environment,
      log: link.log,
      prepareTopic: this.#topicPreparation(),
      onDurable,
    };
    if (spec.exactlyOnce === undefined) {
      const producer = this.#producer(undefined);
      const onRefused = this.#settings.isTolerant ? this.#refusal(producer, options.prepareTopic) : undefined;
      return new AtLeastOnceWriter(options, producer, new RecordSender(onRefused));
    }
    const { transactionalId, offsetTopic } = spec.exactlyOnce;
    const boundary = transactionBoundary(spec.connectorConfig, spec.settings.offsetFlushIntervalMs);
    if (boundary.kind === 'connector' && !this.#plugin.delivery(this.#config).ownTransactions) {
      throw new TaskError(
        'MILLRACE_CONNECT_INVALID_CONFIG',
        `transaction.boundary is connector, and ${this.#plugin.name} does not say where transactions end: use poll or interval`,
      );
    }
    const timeoutMs = boundary.kind === 'interval' ? 2 * boundary.intervalMs : 0;
    const producer = this.#producer(transactionalId, Math.min(TRANSACTION_TIMEOUT_MAX_MS, timeoutMs));
    return new ExactlyOnceWriter(options, producer, new RecordSender(), boundary, offsetTopic);
  }

  /** Kafka refuses a record and the others go on (KIP-779). Its offset waits for the dead letter, which cannot be refused in peace. */
  #refusal(producer: Producer, prepareTopic: (topic: string) => Promise<void>): OnRefused {
    const letters = this.#createLetters((topic, record) => producer.sendRaw(topic, record), prepareTopic);
    const policy = this.#policyOf(letters);
    return async (topic, record, error) => {
      const isLetter = topic === deadLetterSettings(this.#environment.spec.connectorConfig)?.topic;
      if (isLetter || !isRecordAtFault(error)) throw error;
      await policy.skip('KAFKA_PRODUCE', 'Producer', error, () => ({
        ...record,
        headers: record.headers ?? [],
        timestampMs: record.timestamp,
        topic,
        partition: record.partition === undefined ? '' : readableText(record.partition),
        offset: '',
      }));
      await letters?.settled();
    };
  }

  #producer(transactionalId: string | undefined, transactionTimeoutMs = 0): Producer {
    const { spec, link } = this.#environment;
    const properties = clientProperties('producer', spec.workerConfig, spec.connectorConfig);
    const { kafka: kafkaOptions, options, ignored } = producerClient(properties);
    if (ignored.length > 0) link.log.warn('settings of the producer that mean nothing here', { ignored });
    const clientId = kafkaOptions.clientId ?? `connector-producer-${spec.connector}-${String(spec.task)}`;
    const client = kafka({ ...kafkaOptions, clientId });
    this.#clients.push(client);
    if (transactionalId === undefined) return client.producer(options);
    if (options.acks !== undefined && options.acks !== 'all') {
      throw new TaskError('MILLRACE_CONNECT_INVALID_CONFIG', 'producer.override.acks has to be all for exactly once');
    }
    return client.producer({
      ...options,
      transactionalId,
      transactionTimeoutMs: options.transactionTimeoutMs ?? Math.max(TRANSACTION_TIMEOUT_MS, transactionTimeoutMs),
    });
  }

  #topicPreparation(): (topic: string) => Promise<void> {
    const { spec, link } = this.#environment;
    const rules = spec.settings.isTopicCreationEnabled ? topicRules(spec.connectorConfig) : undefined;
    const letters = deadLetterSettings(spec.connectorConfig);
    return async (topic) => {
      if (topic === letters?.topic) {
        const { replicationFactor } = letters;
        const factor = replicationFactor === -1 ? {} : { replicationFactor };
        await ensureTopic(
          this.#adminClient(),
          { name: topic, partitions: 1, ...factor },
          DEAD_LETTER_REPLICATION_FACTOR,
        );
        return;
      }
      if (rules !== undefined)
        await ensureTopic(this.#adminClient(), rules.newTopic(topic), 'its topic.creation settings');
      link.onTopic(topic);
    };
  }

  #adminClient(): Admin {
    if (this.#admin !== undefined) return this.#admin;
    const { spec } = this.#environment;
    const { kafka: kafkaOptions, options } = adminClient(
      clientProperties('admin', spec.workerConfig, spec.connectorConfig),
    );
    const client = kafka({ ...kafkaOptions, clientId: kafkaOptions.clientId ?? `connector-admin-${spec.connector}` });
    this.#clients.push(client);
    this.#admin = client.admin(options);
    return this.#admin;
  }
}

/** The task ends while a record waits to be tried again: it comes again with the next one. */
class StoppedError extends TaskError {
  override readonly name = 'StoppedError';

  constructor() {
    super('MILLRACE_CONNECT_TASK_ENDED', 'the task ended while a record waited to be tried again', { retriable: true });
  }
}
