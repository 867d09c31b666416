/**
 * Dead letter topics: records that were skipped, with the reason in headers of Kafka Connect's names.
 *
 * Owns: which dead letters are on their way.
 * Invariants: an offset behind a skipped record may be stored only after `settled()`; a dead letter that cannot be written fails the task, or
 *   has the record read again where that may help. One that is too large only with its reason goes with a shortened one.
 */
import { messageOf } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import { KafkaError } from '@millrace/sdk';
import type { ErrorStage, FailedRecord, RawHeader } from './error-policy.ts';
import { isRetriable, TaskError, traceOf } from './task-error.ts';
import type { TaskMetrics } from './task-metrics.ts';

export interface DeadLetterSettings {
  readonly topic: string;
  readonly replicationFactor: number;
  readonly hasContextHeaders: boolean;
}

export const DEAD_LETTER_REPLICATION_FACTOR = 'errors.deadletterqueue.topic.replication.factor';

/** Undefined: there is no dead letter topic. Throws MILLRACE_CONNECT_INVALID_CONFIG. */
export function deadLetterSettings(config: ConfigProperties): DeadLetterSettings | undefined {
  const topic = config['errors.deadletterqueue.topic.name'] ?? '';
  if (topic === '') return undefined;
  const factor = config[DEAD_LETTER_REPLICATION_FACTOR] ?? '3';
  const replicationFactor = Number(factor);
  if (!Number.isInteger(replicationFactor) || (replicationFactor < 1 && replicationFactor !== -1)) {
    throw new TaskError(
      'MILLRACE_CONNECT_INVALID_CONFIG',
      `${DEAD_LETTER_REPLICATION_FACTOR} is "${factor}": use a number of brokers, or -1 for the cluster's default`,
    );
  }
  const hasContextHeaders = config['errors.deadletterqueue.context.headers.enable'] === 'true';
  return { topic, replicationFactor, hasContextHeaders };
}

export interface DeadLetterToSend {
  readonly stage: ErrorStage;
  /** Name of the class that failed. */
  readonly operator: string;
  readonly error: unknown;
  readonly record: FailedRecord;
}

/** What goes to the topic. */
export interface RawOutRecord {
  readonly key: Uint8Array | string | null;
  readonly value: Uint8Array | string | null;
  readonly headers: readonly RawHeader[];
  readonly timestamp?: number;
}

export interface DeadLettersOptions {
  readonly connector: string;
  readonly task: number;
  readonly settings: DeadLetterSettings;
  readonly metrics: TaskMetrics;
  /** Makes the topic when it is not there; undefined: `send` does. */
  readonly prepare: (() => Promise<void>) | undefined;
  /** Resolves when the record is acknowledged. */
  readonly send: (topic: string, record: RawOutRecord) => Promise<unknown>;
  /** The dead letter could not be written. */
  readonly onFailed: (error: TaskError) => void;
}

const PREFIX = '__connect.errors.';
/** Dead letters on their way at once. */
const PENDING_MAX = 1_000;
/** Of a message that has to be shortened. */
const SHORT_MESSAGE_CHARS = 1_000;

export class DeadLetters {
  readonly #options: DeadLettersOptions;
  readonly #pending = new Set<Promise<void>>();
  #prepared: Promise<void> | undefined;
  #failure: TaskError | undefined;

  constructor(options: DeadLettersOptions) {
    this.#options = options;
  }

  /** Resolves when it is on its way. Throws when one before could not be written. */
  async send(letter: DeadLetterToSend): Promise<void> {
    const { metrics } = this.#options;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#pending.size >= PENDING_MAX) await Promise.race(this.#pending);
    metrics.errors.deadLetterRequests++;
    const pending = this.#write(letter).then(
      () => void this.#pending.delete(pending),
      (cause: unknown) => {
        this.#pending.delete(pending);
        this.#failed(cause);
      },
    );
    this.#pending.add(pending);
  }

  async #write(letter: DeadLetterToSend): Promise<void> {
    const { settings, prepare, send } = this.#options;
    if (prepare !== undefined) await (this.#prepared ??= prepare());
    const { key, value, headers, timestampMs } = letter.record;
    const timestamp = timestampMs === undefined || timestampMs < 0 ? {} : { timestamp: timestampMs };
    if (!settings.hasContextHeaders) return void (await send(settings.topic, { key, value, headers, ...timestamp }));
    const context = this.#context(letter);
    try {
      await send(settings.topic, { key, value, headers: [...headers, ...context], ...timestamp });
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      await send(settings.topic, { key, value, headers: [...headers, ...shortened(context)], ...timestamp });
    }
  }

  /** Resolves when everything sent before is acknowledged. Throws when something could not be written. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #failed(cause: unknown): void {
    const { metrics, settings, onFailed } = this.#options;
    metrics.errors.deadLetterFailures++;
    this.#failure ??= new TaskError(
      'MILLRACE_CONNECT_TASK_TOPIC',
      `cannot write to the dead letter topic ${settings.topic}: ${messageOf(cause)}` +
        (isTooLarge(cause) ? `; raise max.message.bytes of ${settings.topic}, then restart the task` : ''),
      { cause, details: { topic: settings.topic }, retriable: isRetriable(cause) },
    );
    onFailed(this.#failure);
  }

  #context({ stage, operator, error, record }: DeadLetterToSend): RawHeader[] {
    const { connector, task } = this.#options;
    return Object.entries({
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      'connector.name': connector,
      'task.id': String(task),
      stage,
      'class.name': operator,
      'exception.class.name': error instanceof Error ? error.name : typeof error,
      'exception.message': messageOf(error),
      'exception.stacktrace': traceOf(error),
    }).map(([key, value]) => ({ key: `${PREFIX}${key}`, value }));
  }
}

function isTooLarge(error: unknown): boolean {
  return (
    KafkaError.is(error) && (error.kafkaCode === 'MESSAGE_TOO_LARGE' || error.kafkaCode === 'RECORD_LIST_TOO_LARGE')
  );
}

/** Without the stack trace, and no more than the beginning of the message. */
function shortened(context: readonly RawHeader[]): RawHeader[] {
  return context.flatMap(({ key, value }) => {
    if (key === `${PREFIX}exception.stacktrace`) return [];
    return [{ key, value: typeof value === 'string' ? value.slice(0, SHORT_MESSAGE_CHARS) : value }];
  });
}
