/**
 * The life of a source task: from one start of the plugin to the next.
 *
 * Invariants: an error that may pass (`retriable`) begins a new round after a backoff, with a new task of the plugin from the stored offsets;
 *   any other ends the task. In each round the writer begins before the plugin reads its offsets.
 *   At the end: the plugin stops reading, what it gave is written, its offsets are stored, it is told so, then it is disposed of.
 */
import { messageOf } from '@millrace/base';
import type { Position, SourceConnector, SourceContext, SourceOffset, SourceTask } from '@millrace/connect-api';
import { kafka, type Admin, type Kafka, type Producer } from '@millrace/sdk';
import { AtLeastOnceWriter } from './at-least-once-writer.ts';
import { adminClient, clientProperties, producerClient } from './client-settings.ts';
import { DEAD_LETTER_REPLICATION_FACTOR, DeadLetters, deadLetterSettings } from './dead-letters.ts';
import { backoffMs, ErrorPolicy, errorSettings, type ErrorSettings } from './error-policy.ts';
import { ExactlyOnceWriter, transactionBoundary } from './exactly-once-writer.ts';
import { createConversion, readConfig, type BytesRecord, type RecordConversion } from './record-conversion.ts';
import { RecordSender } from './record-sender.ts';
import { readableText, SourcePump } from './source-pump.ts';
import type { SourceWriter, SourceWriterOptions } from './source-writer.ts';
import { sleep, type TaskEnvironment } from './task-environment.ts';
import { isRetriable, TaskError } from './task-error.ts';
import { ensureTopic, topicRules } from './topic-creation.ts';

/** A transaction may take as long as brokers allow when nothing else is set. */
const TRANSACTION_TIMEOUT_MAX_MS = 900_000;
const TRANSACTION_TIMEOUT_MS = 60_000;

/** Resolves when the task was told to end and has; rejects with what fails it. */
export async function runSourceTask(environment: TaskEnvironment, plugin: SourceConnector): Promise<void> {
  const { spec, signal, random, timers, link } = environment;
  const config: unknown = readConfig(spec.connector, plugin.config, spec.connectorConfig);
  const settings = errorSettings(spec.connectorConfig);
  const conversion = await createConversion(spec, environment.builtIn);
  for (let failures = 0; !signal.aborted;) {
    const round = new SourceRound(environment, plugin, config, settings, conversion);
    try {
      await round.run();
      return;
    } catch (error) {
      if (signal.aborted && isRetriable(error)) {
        link.log.warn('a source ended with an error', { error: messageOf(error) });
        return;
      }
      if (!isRetriable(error)) throw error;
      failures = round.hasProgressed ? 1 : failures + 1;
      const delayMs = backoffMs(failures, settings.retryDelayMaxMs, random);
      link.log.warn('a source failed for now: it starts again from its stored offsets', {
        error: messageOf(error),
        delayMs: Math.round(delayMs),
      });
      environment.metrics.errors.retries++;
      await sleep(timers, delayMs, signal);
    }
  }
}

class SourceRound {
  hasProgressed = false;
  readonly #environment: TaskEnvironment;
  readonly #plugin: SourceConnector;
  readonly #config: unknown;
  readonly #settings: ErrorSettings;
  readonly #conversion: RecordConversion;
  /** Aborted when this round ends, for whatever reason. */
  readonly #ending = new AbortController();
  readonly #clients: Kafka[] = [];
  #admin: Admin | undefined;
  #pump: SourcePump | undefined;
  /** Letters from before the pump is there. */
  readonly #earlyLetters: { readonly topic: string; readonly record: BytesRecord }[] = [];

  constructor(
    environment: TaskEnvironment,
    plugin: SourceConnector,
    config: unknown,
    settings: ErrorSettings,
    conversion: RecordConversion,
  ) {
    this.#environment = environment;
    this.#plugin = plugin;
    this.#config = config;
    this.#settings = settings;
    this.#conversion = conversion;
  }

  async run(): Promise<void> {
    const { signal } = this.#environment;
    const end = (): void => this.#ending.abort(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    try {
      await this.#run();
    } finally {
      signal.removeEventListener('abort', end);
      this.#ending.abort();
      await Promise.allSettled(this.#clients.map((client) => client.close()));
    }
  }

  async #run(): Promise<void> {
    const { gate, signal, link, metrics, spec } = this.#environment;
    await gate.whenOpen(signal);
    if (signal.aborted) return;
    const policy = this.#createPolicy();
    const current: { task?: SourceTask } = {};
    await using writer = this.#createWriter(policy, async (offsets) => {
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
    } finally {
      this.#ending.abort();
      await pump.ended();
    }
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

  #createPolicy(): ErrorPolicy {
    const { spec, clock, random, metrics, link, timers } = this.#environment;
    const letters = deadLetterSettings(spec.connectorConfig);
    const deadLetters =
      letters === undefined
        ? undefined
        : new DeadLetters({
            connector: spec.connector,
            task: spec.task,
            settings: letters,
            metrics,
            prepare: () => Promise.resolve(),
            // They go with the records around them, and are as certain as those.
            send: (topic, record) => {
              if (this.#pump === undefined) this.#earlyLetters.push({ topic, record });
              else this.#pump.addLetter(topic, record);
              return Promise.resolve();
            },
            onFailed: () => undefined,
          });
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

  #createWriter(policy: ErrorPolicy, onDurable: (offsets: readonly SourceOffset[]) => Promise<void>): SourceWriter {
    const { spec, link } = this.#environment;
    const options: SourceWriterOptions = {
      environment: this.#environment,
      log: link.log,
      prepareTopic: this.#topicPreparation(),
      onDurable,
    };
    if (spec.exactlyOnce === undefined) {
      const sender = this.#settings.isTolerant
        ? new RecordSender((topic, record, error) => this.#refused(policy, topic, record, error))
        : new RecordSender();
      return new AtLeastOnceWriter(options, this.#producer(undefined), sender);
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

  /** Kafka refused a record and the others go on (KIP-779). A dead letter cannot be refused in peace. */
  async #refused(policy: ErrorPolicy, topic: string, record: BytesRecord, error: unknown): Promise<void> {
    if (topic === deadLetterSettings(this.#environment.spec.connectorConfig)?.topic || isRetriable(error)) throw error;
    await policy.skip('KAFKA_PRODUCE', 'Producer', error, () => ({
      ...record,
      headers: record.headers ?? [],
      timestampMs: record.timestamp,
      topic,
      partition: record.partition === undefined ? '' : readableText(record.partition),
      offset: '',
    }));
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
