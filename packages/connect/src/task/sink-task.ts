/**
 * A round of a sink task: reads its share of the topics, hands records to the plugin, commits what the plugin has brought to its target.
 *
 * Owns: the consumer, and whose turn it is: calls into the plugin never overlap.
 * Invariants: an offset is committed only after the plugin's flush said so (or, without one, after its write returned) and the dead letters
 *   before it are acknowledged. A write that failed with `retriable` comes again with the same records, less those of partitions that were taken
 *   meanwhile. Before partitions go, they are flushed, committed, and the plugin is told; of lost ones nothing is committed. What cannot be
 *   flushed while the group waits is given up as lost: whoever has the partition next reads it again.
 * Bounds: records of one take (`max.poll.records`) are in the plugin's hands at once, beside what it keeps until its flush; what is fetched
 *   ahead is bounded by `maxBufferBytes`.
 */
import { messageOf } from '@millrace/base';
import type {
  FlushReason,
  InRecord,
  SinkConnector,
  SinkContext,
  SinkTask,
  TopicPartition,
  TopicPartitionOffset,
} from '@millrace/connect-api';
import { kafka, KafkaError, type Consumer, type Kafka, type RawTopic } from '@millrace/sdk';
import { adminClient, clientProperties, consumerClient, producerClient } from './client-settings.ts';
import { DEAD_LETTER_REPLICATION_FACTOR, DeadLetters, deadLetterSettings } from './dead-letters.ts';
import { backoffMs, ErrorPolicy, type ErrorSettings } from './error-policy.ts';
import { consumedRecordOf, type RecordConversion } from './record-conversion.ts';
import { SinkOffsets } from './sink-offsets.ts';
import { failedInRecord, failedSinkRecord, SinkReader, type SinkChunk } from './sink-reader.ts';
import { sleep, type TaskEnvironment } from './task-environment.ts';
import { isRetriable, TaskError } from './task-error.ts';
import { runRounds, type Round, type RoundParts } from './task-rounds.ts';
import { ensureTopic } from './topic-creation.ts';

const POLL_RECORDS_MAX = 2_000;
/** As Kafka's consumers have it: a write may take that long before a rebalance puts the task out. */
const REBALANCE_TIMEOUT_MS = 300_000;
/** The group waits for the rebalance timeout from a moment that is not known here; the commit needs time, too. */
const REVOKE_SHARE = 0.5;

/** Resolves when the task was told to end and has; rejects with what fails it. */
export function runSinkTask(environment: TaskEnvironment, plugin: SinkConnector): Promise<void> {
  return runRounds(environment, plugin, (parts) => new SinkRound(parts));
}

/** What a callback of the consumer threw comes wrapped. */
function causeOf(error: unknown): unknown {
  return KafkaError.is(error) && error.code === 'MILLRACE_CLIENT_HANDLER' && error.cause !== undefined
    ? error.cause
    : error;
}

class SinkRound implements Round {
  hasProgressed = false;
  readonly #environment: TaskEnvironment;
  readonly #plugin: SinkConnector;
  readonly #config: unknown;
  readonly #settings: ErrorSettings;
  readonly #conversion: RecordConversion;
  readonly #ending: AbortController;
  readonly #clients: Kafka[];
  readonly #offsets = new SinkOffsets();
  readonly #paused = new Set<string>();
  readonly #topicsSeen = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();
  #flushWanted = Promise.withResolvers<void>();
  #deadLetters: DeadLetters | undefined;
  #task: SinkTask | undefined;
  #consumer: Consumer | undefined;
  #revokeTimeMs = REVOKE_SHARE * REBALANCE_TIMEOUT_MS;
  /** Ends the flush of partitions that are about to go. */
  #revoking: AbortController | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Nothing was written since, and nothing will be. */
  #isFlushedForGood = false;

  constructor({ environment, plugin, config, settings, conversion, ending, clients }: RoundParts<SinkConnector>) {
    this.#environment = environment;
    this.#plugin = plugin;
    this.#config = config;
    this.#settings = settings;
    this.#conversion = conversion;
    this.#ending = ending;
    this.#clients = clients;
  }

  async run(): Promise<void> {
    await this.#run();
    if (this.#failure !== undefined) throw causeOf(this.#failure.error);
  }

  async #run(): Promise<void> {
    const { gate, signal, link, metrics, spec } = this.#environment;
    await gate.whenOpen(signal);
    if (signal.aborted) return;
    const policy = this.#createPolicy();
    const { consumer, recordsMax } = this.#createConsumer();
    this.#consumer = consumer;
    const task = await this.#plugin.task(spec.taskConfig, this.#config, this.#createContext(policy));
    this.#task = task;
    try {
      metrics.state.become(gate.isPaused ? 'paused' : 'running');
      link.onState(gate.isPaused ? 'PAUSED' : 'RUNNING');
      const reader = new SinkReader({
        environment: this.#environment,
        consumer,
        conversion: this.#conversion,
        policy,
        offsets: this.#offsets,
        recordsMax,
        isPaused: (at) => this.#paused.has(keyOf(at)),
        signal: this.#ending.signal,
      });
      await this.#flow(reader, consumer);
    } finally {
      await this.#dispose(task);
    }
  }

  async #flow(reader: SinkReader, consumer: Consumer): Promise<void> {
    const flushing = this.#flushRegularly();
    try {
      for (let chunks = await reader.take(); chunks !== undefined; chunks = await reader.take()) {
        if (this.#failure !== undefined) break;
        if (chunks.length > 0) await this.#deliver(chunks);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#ending.abort();
      await flushing;
      await reader.close();
      await this.#inTurn(() => this.#flushAtEnd());
      await consumer.close({ timeoutMs: this.#environment.spec.settings.shutdownTimeoutMs });
      await this.#turn;
    }
  }

  /** Calls into the plugin one after the other. */
  #inTurn<Value>(call: () => Promise<Value>): Promise<Value> {
    const next = this.#turn.then(call);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#ending.abort();
  }

  /** Hands records to the plugin until it has taken them. */
  async #deliver(chunks: readonly SinkChunk[]): Promise<void> {
    const { metrics, random, timers, link, gate, signal } = this.#environment;
    const readCount = chunks.reduce((sum, chunk) => sum + chunk.readCount, 0);
    try {
      for (let attempts = 1; ; attempts++) {
        try {
          await this.#inTurn(() => this.#write(chunks));
          this.hasProgressed = true;
          return;
        } catch (error) {
          if (!isRetriable(error)) throw error;
          const delayMs = backoffMs(attempts, this.#settings.retryDelayMaxMs, random);
          metrics.errors.retries++;
          link.log.warn('a write failed for now: the same records come again', {
            error: messageOf(error),
            attempts,
            delayMs: Math.round(delayMs),
          });
          await sleep(timers, delayMs, this.#ending.signal);
          await gate.whenOpen(signal);
          if (this.#ending.signal.aborted) return;
        }
      }
    } finally {
      metrics.activeChanged(-readCount);
    }
  }

  async #write(chunks: readonly SinkChunk[]): Promise<void> {
    const { clock, metrics, checkpoint, link } = this.#environment;
    // Others have what was taken meanwhile, and read it from what was committed.
    const current = chunks.filter((chunk) => chunk.generation === this.#offsets.generationOf(chunk));
    const records: InRecord[] = [];
    for (const chunk of current) {
      for (const record of chunk.records) records.push(record);
      if (!this.#topicsSeen.has(chunk.topic)) {
        this.#topicsSeen.add(chunk.topic);
        link.onTopic(chunk.topic);
      }
    }
    if (records.length > 0) {
      const startMs = clock.monotonicMs();
      await this.#task?.write(records, this.#ending.signal);
      metrics.wroteBatch(records.length, clock.monotonicMs() - startMs);
    }
    for (const chunk of current) {
      // A partition that the write itself has sought elsewhere stays there.
      if (chunk.generation !== this.#offsets.generationOf(chunk)) continue;
      const { topic, partition, nextOffset, leaderEpoch, lag } = chunk;
      this.#offsets.wrote({ topic, partition, offset: nextOffset }, leaderEpoch, lag);
    }
    metrics.lagMax = this.#offsets.lagMax;
    checkpoint('sink:written');
  }

  async #flushRegularly(): Promise<void> {
    const { spec, random, link } = this.#environment;
    const { signal } = this.#ending;
    for (let failures = 0; !signal.aborted;) {
      const wanted = this.#flushWanted;
      const waitMs =
        failures === 0
          ? spec.settings.offsetFlushIntervalMs
          : backoffMs(failures, this.#settings.retryDelayMaxMs, random);
      const isAsked = await this.#wantedOr(wanted.promise, waitMs);
      if (signal.aborted) return;
      this.#flushWanted = Promise.withResolvers<void>();
      try {
        await this.#inTurn(() => this.#flush(isAsked ? 'asked' : 'interval', this.#ending.signal));
        failures = 0;
      } catch (error) {
        if (!isRetriable(error)) {
          this.#fail(error);
          return;
        }
        failures++;
        link.log.warn('a flush failed for now: it is tried again', { error: messageOf(error) });
      }
    }
  }

  /** Whether it came before the time was over. */
  async #wantedOr(wanted: Promise<void>, waitMs: number): Promise<boolean> {
    let isWanted = false;
    const over = new AbortController();
    await Promise.race([
      sleep(this.#environment.timers, waitMs, AbortSignal.any([this.#ending.signal, over.signal])),
      wanted.then(() => {
        isWanted = true;
      }),
    ]);
    over.abort();
    return isWanted;
  }

  /** A consumer that closes commits no more: what is flushed is committed before. */
  async #flushAtEnd(): Promise<void> {
    try {
      // Not ended by the end of the round.
      await this.#flush('stop', new AbortController().signal);
    } catch (error) {
      this.#fail(error);
    }
    this.#isFlushedForGood = true;
  }

  /** Throws what the plugin threw; a commit that was refused is told of, and comes with the next. */
  async #flush(reason: FlushReason, signal: AbortSignal): Promise<void> {
    const { clock, metrics, link, checkpoint } = this.#environment;
    const written = this.#offsets.written();
    await this.#deadLetters?.settled();
    const flushed = (await this.#task?.flush?.(reason, signal)) ?? written;
    await this.#deadLetters?.settled();
    checkpoint('sink:flushed');
    const { offsets, refused } = this.#offsets.choose(flushed);
    if (refused.length > 0)
      link.log.warn('the sink says of records that it was not given that they are done', { refused });
    if (offsets.length === 0) {
      metrics.commitsSkipped++;
      return;
    }
    metrics.commitSequence++;
    const startMs = clock.monotonicMs();
    try {
      await this.#consumer?.commit(offsets);
      this.#offsets.committed(offsets);
      metrics.commitsCompleted++;
      metrics.committedOffsets(true, clock.monotonicMs() - startMs);
      checkpoint('sink:committed');
    } catch (error) {
      metrics.committedOffsets(false, clock.monotonicMs() - startMs);
      if (KafkaError.is(error) && error.fatal) throw error;
      link.log.warn('offsets were not committed: they will be with the next flush', { error: messageOf(error) });
    }
  }

  #createConsumer(): { readonly consumer: Consumer; readonly recordsMax: number } {
    const { spec, link } = this.#environment;
    const { connector, task, connectorConfig, workerConfig, settings } = spec;
    const client = consumerClient(clientProperties('consumer', workerConfig, connectorConfig));
    const { ignored } = client;
    if (ignored.length > 0) link.log.warn('settings of the consumer that mean nothing here', { ignored });
    this.#revokeTimeMs = REVOKE_SHARE * (client.options.rebalanceTimeoutMs ?? REBALANCE_TIMEOUT_MS);
    const clientId = client.kafka.clientId ?? `connector-consumer-${connector}-${String(task)}`;
    const connection = kafka({ ...client.kafka, clientId });
    this.#clients.push(connection);
    const consumer = connection.consumer<RawTopic>({
      group: `connect-${connector}`,
      from: 'earliest',
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      prefetchBytes: settings.maxBufferBytes,
      ...client.options,
      topics: topicsOf(connectorConfig),
      commit: 'manual',
      onAssigned: (partitions) => this.#inTurn(() => this.#assigned(partitions)),
      onRevoked: (partitions) => this.#inTurn(() => this.#revoked(partitions)),
      onLost: (partitions) => this.#lost(partitions),
      onError: (error) => link.log.warn('the consumer has a problem that may pass', { error: error.message }),
    });
    return { consumer, recordsMax: client.maxPollRecords ?? POLL_RECORDS_MAX };
  }

  async #assigned(partitions: readonly TopicPartition[]): Promise<void> {
    this.#offsets.assign(partitions);
    this.#countPartitions();
    const places = await this.#task?.assigned?.(partitions);
    for (const place of places ?? []) await this.#seek(place);
  }

  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    try {
      const isFlushed = this.#isFlushedForGood || (await this.#flushBeforeRevoke());
      await this.#task?.revoked?.(partitions, !isFlushed);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#forget(partitions);
    }
  }

  /** Tries as long as the group waits. False: in vain. Throws what does not pass. */
  async #flushBeforeRevoke(): Promise<boolean> {
    const { timers, random, link, metrics } = this.#environment;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#ending.signal]);
    const timer = timers.schedule(this.#revokeTimeMs, () => over.abort());
    this.#revoking = over;
    try {
      for (let attempts = 1; ; attempts++) {
        try {
          await this.#flush('revoke', signal);
          return true;
        } catch (error) {
          if (!isRetriable(error) && !signal.aborted) throw error;
          const delayMs = backoffMs(attempts, this.#settings.retryDelayMaxMs, random);
          metrics.errors.retries++;
          link.log.warn('a flush before partitions go failed for now: it is tried again while the group waits', {
            error: messageOf(error),
            attempts,
          });
          await sleep(timers, delayMs, signal);
          if (!signal.aborted) continue;
          link.log.warn('partitions go before they could be flushed: what was not comes again', { attempts });
          return false;
        }
      }
    } finally {
      timer.cancel();
      this.#revoking = undefined;
    }
  }

  #lost(partitions: readonly TopicPartition[]): void {
    this.#revoking?.abort();
    this.#forget(partitions);
    this.#inTurn(async () => this.#task?.revoked?.(partitions, true)).catch((error: unknown) => this.#fail(error));
  }

  #forget(partitions: readonly TopicPartition[]): void {
    this.#offsets.remove(partitions);
    for (const at of partitions) this.#paused.delete(keyOf(at));
    this.#countPartitions();
  }

  #countPartitions(): void {
    this.#environment.metrics.partitionCount = this.#offsets.partitions.length;
  }

  async #seek({ topic, partition, offset }: TopicPartitionOffset): Promise<void> {
    if (this.#offsets.generationOf({ topic, partition }) === undefined) return;
    this.#offsets.seek({ topic, partition, offset });
    await this.#consumer?.seek({ topic, partition }, offset);
  }

  #createContext(policy: ErrorPolicy): SinkContext {
    const { spec, link, clock, timers } = this.#environment;
    const held = (partitions: readonly TopicPartition[]): TopicPartition[] =>
      partitions.filter((at) => this.#offsets.generationOf(at) !== undefined);
    return {
      connector: spec.connector,
      task: spec.task,
      log: link.log,
      metrics: link.pluginMetrics,
      clock,
      timers,
      signal: this.#ending.signal,
      report: async (record, error) => {
        await policy.skip('TASK_PUT', this.#plugin.name, error, () => {
          const consumed = consumedRecordOf(record);
          return consumed === undefined ? failedInRecord(record) : failedSinkRecord(consumed);
        });
        // A sink that keeps offsets in its target commits them next.
        await this.#deadLetters?.settled();
      },
      pause: (partitions) => {
        for (const at of held(partitions)) this.#paused.add(keyOf(at));
        this.#consumer?.pause(held(partitions));
      },
      resume: (partitions) => {
        for (const at of partitions) this.#paused.delete(keyOf(at));
        this.#consumer?.resume(held(partitions));
      },
      commitSoon: () => this.#flushWanted.resolve(),
      seek: (offsets) => {
        for (const to of offsets) this.#seek(to).catch((error: unknown) => this.#fail(error));
      },
    };
  }

  #createPolicy(): ErrorPolicy {
    const { spec, clock, random, metrics, link, timers } = this.#environment;
    this.#deadLetters = this.#createDeadLetters();
    return new ErrorPolicy({
      connector: spec.connector,
      task: spec.task,
      settings: this.#settings,
      clock,
      random,
      log: link.log,
      metrics,
      deadLetters: this.#deadLetters,
      pause: async (ms) => {
        await sleep(timers, ms, this.#ending.signal);
        if (!this.#ending.signal.aborted) return;
        throw new TaskError('MILLRACE_CONNECT_TASK_ENDED', 'the task ended while a record waited to be tried again', {
          retriable: true,
        });
      },
    });
  }

  #createDeadLetters(): DeadLetters | undefined {
    const { spec, metrics } = this.#environment;
    const { connectorConfig, workerConfig, connector, task } = spec;
    const settings = deadLetterSettings(connectorConfig);
    if (settings === undefined) return undefined;
    const topics = topicsOf(connectorConfig);
    if (!(topics instanceof RegExp) && topics.includes(settings.topic)) {
      throw new TaskError(
        'MILLRACE_CONNECT_INVALID_CONFIG',
        `errors.deadletterqueue.topic.name is ${settings.topic}, which the connector reads: choose another topic`,
      );
    }
    const properties = producerClient(clientProperties('producer', workerConfig, connectorConfig));
    const clientId = `connector-dlq-producer-${connector}-${String(task)}`;
    const connection = kafka({ ...properties.kafka, clientId: properties.kafka.clientId ?? clientId });
    this.#clients.push(connection);
    const producer = connection.producer(properties.options);
    return new DeadLetters({
      connector,
      task,
      settings,
      metrics,
      prepare: async () => {
        const { kafka: adminKafka, options } = adminClient(clientProperties('admin', workerConfig, connectorConfig));
        await using admin = kafka(adminKafka);
        const { topic, replicationFactor } = settings;
        const factor = replicationFactor === -1 ? {} : { replicationFactor };
        await ensureTopic(
          admin.admin(options),
          { name: topic, partitions: 1, ...factor },
          DEAD_LETTER_REPLICATION_FACTOR,
        );
      },
      send: (topic, record) => producer.sendRaw(topic, record),
      onFailed: (error) => this.#fail(error),
    });
  }

  async #dispose(task: SinkTask): Promise<void> {
    try {
      await task[Symbol.asyncDispose]();
    } catch (error) {
      this.#environment.link.log.warn('a sink could not be closed in good order', { error: messageOf(error) });
    }
  }
}

/** Throws MILLRACE_CONNECT_INVALID_CONFIG. */
function topicsOf(config: Readonly<Record<string, string>>): readonly string[] | RegExp {
  const names = (config['topics'] ?? '').split(',').flatMap((each) => each.trim() || []);
  const pattern = config['topics.regex'] ?? '';
  if (names.length > 0 === (pattern !== '')) {
    throw new TaskError('MILLRACE_CONNECT_INVALID_CONFIG', 'set one of topics and topics.regex, and not both');
  }
  if (names.length > 0) return names;
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch (cause) {
    throw new TaskError('MILLRACE_CONNECT_INVALID_CONFIG', `topics.regex is no pattern: ${messageOf(cause)}`);
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}:${String(partition)}`;
}
