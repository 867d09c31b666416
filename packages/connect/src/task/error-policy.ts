/**
 * `errors.*`: what becomes of a record that a converter, a transform or Kafka refuses (KIP-298).
 *
 * Invariants: an operation that failed with `retriable: true` is tried again until `errors.retry.timeout` is over; then, or at once for other
 *   errors, the record is skipped (`errors.tolerance=all`) after its dead letter is on its way, or the task fails.
 *   Dead letters are written for skipped records only: with `none` the same record comes again when the task does.
 * Bounds: backoff from 300 ms doubling up to `errors.retry.delay.max.ms`, with jitter.
 */
import { messageOf, type Clock, type Logger, type Random } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import type { DeadLetters } from './dead-letters.ts';
import { isRetriable, TaskError } from './task-error.ts';
import type { TaskMetrics } from './task-metrics.ts';

/** As Kafka Connect names them in context headers. */
export type ErrorStage =
  | 'TASK_POLL'
  | 'TASK_PUT'
  | 'TRANSFORMATION'
  | 'KEY_CONVERTER'
  | 'VALUE_CONVERTER'
  | 'HEADER_CONVERTER'
  | 'KAFKA_PRODUCE'
  | 'KAFKA_CONSUME';

export interface RawHeader {
  readonly key: string;
  readonly value: Uint8Array | string | null;
}

/** A record that failed: its bytes as far as there are any, and where it came from. */
export interface FailedRecord {
  readonly key: Uint8Array | string | null;
  readonly value: Uint8Array | string | null;
  readonly headers: readonly RawHeader[];
  readonly timestampMs: number | undefined;
  /** Of sinks where it was read; of sources where it was to go. */
  readonly topic: string;
  /** Of sources the source partition, as JSON. */
  readonly partition: string;
  /** Of sources the source offset, as JSON. */
  readonly offset: string;
}

export interface ErrorSettings {
  readonly isTolerant: boolean;
  /** -1: endless. */
  readonly retryTimeoutMs: number;
  readonly retryDelayMaxMs: number;
  readonly isLogged: boolean;
  /** Whether topic, partition, offset and time of the record are logged, too; never its contents. */
  readonly areMessagesLogged: boolean;
}

/** Throws MILLRACE_CONNECT_INVALID_CONFIG. */
export function errorSettings(config: ConfigProperties): ErrorSettings {
  const tolerance = config['errors.tolerance'] ?? 'none';
  if (tolerance !== 'none' && tolerance !== 'all') {
    throw new TaskError('MILLRACE_CONNECT_INVALID_CONFIG', `errors.tolerance is "${tolerance}": use none or all`);
  }
  return {
    isTolerant: tolerance === 'all',
    retryTimeoutMs: milliseconds(config, 'errors.retry.timeout', 0, -1),
    retryDelayMaxMs: milliseconds(config, 'errors.retry.delay.max.ms', 60_000, 0),
    isLogged: config['errors.log.enable'] === 'true',
    areMessagesLogged: config['errors.log.include.messages'] === 'true',
  };
}

export function milliseconds(config: ConfigProperties, key: string, fallback: number, min: number): number {
  const text = config[key];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isFinite(value) && value >= min) return value;
  throw new TaskError(
    'MILLRACE_CONNECT_INVALID_CONFIG',
    `${key} is "${text}": use milliseconds from ${String(min)} on`,
  );
}

const BACKOFF_MIN_MS = 300;

/** Milliseconds before the next attempt, when `attempts` have failed: doubling, with jitter. */
export function backoffMs(attempts: number, maxMs: number, random: Random): number {
  const full = Math.min(maxMs, BACKOFF_MIN_MS * 2 ** Math.min(attempts - 1, 20));
  return full / 2 + random.nextInt(Math.max(1, Math.ceil(full / 2)));
}

export interface ErrorPolicyOptions {
  readonly connector: string;
  readonly task: number;
  readonly settings: ErrorSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: TaskMetrics;
  /** Undefined: there is no dead letter topic. */
  readonly deadLetters: DeadLetters | undefined;
  /** Waits; rejects when the task ends. */
  readonly pause: (ms: number) => Promise<void>;
}

export type Recovered<Value> = { readonly isSkipped: false; readonly value: Value } | { readonly isSkipped: true };

const SKIPPED = { isSkipped: true } as const;

export class ErrorPolicy {
  readonly #options: ErrorPolicyOptions;

  constructor(options: ErrorPolicyOptions) {
    this.#options = options;
  }

  /**
   * Goes on after an operation has thrown: tries again as long as that is allowed, then skips the record or throws what fails the task.
   * `operator` is the class that threw.
   */
  async recover<Value>(
    stage: ErrorStage,
    operator: string,
    first: unknown,
    again: () => Value | Promise<Value>,
    record: () => FailedRecord,
  ): Promise<Recovered<Value>> {
    const { settings, clock, metrics, random, pause } = this.#options;
    const startMs = clock.monotonicMs();
    let error = first;
    for (let attempts = 1; ; attempts++) {
      metrics.errors.recordFailures++;
      metrics.errors.lastErrorTimestampMs = clock.nowMs();
      if (!isRetriable(error)) break;
      const delayMs = backoffMs(attempts, settings.retryDelayMaxMs, random);
      const spentMs = clock.monotonicMs() - startMs;
      if (settings.retryTimeoutMs >= 0 && spentMs + delayMs > settings.retryTimeoutMs) break;
      metrics.errors.retries++;
      await pause(delayMs);
      try {
        return { isSkipped: false, value: await again() };
      } catch (next) {
        error = next;
      }
    }
    await this.skip(stage, operator, error, record);
    return SKIPPED;
  }

  /** The record cannot be used. Resolves when it may be skipped, its dead letter being on its way; throws what fails the task. */
  async skip(stage: ErrorStage, operator: string, error: unknown, record: () => FailedRecord): Promise<void> {
    const { settings, metrics, log, deadLetters } = this.#options;
    const failed = record();
    metrics.errors.recordErrors++;
    if (settings.isLogged) {
      metrics.errors.errorsLogged++;
      const where = { topic: failed.topic, partition: failed.partition, offset: failed.offset };
      log.error('a record failed', {
        stage,
        operator,
        error: messageOf(error),
        ...(settings.areMessagesLogged ? { ...where, timestampMs: failed.timestampMs } : {}),
      });
    }
    if (!settings.isTolerant) throw this.#intolerant(stage, operator, error, failed);
    metrics.errors.recordsSkipped++;
    await deadLetters?.send({ stage, operator, error, record: failed });
  }

  #intolerant(
    stage: ErrorStage,
    operator: string,
    cause: unknown,
    { topic, partition, offset }: FailedRecord,
  ): TaskError {
    const { connector, task } = this.#options;
    const where = offset === '' ? `for ${topic}` : `at ${topic}[${partition}] offset ${offset}`;
    return new TaskError(
      'MILLRACE_CONNECT_TASK_RECORD',
      `${connector}-${String(task)} stopped at a record ${where}: ${stage} (${operator}) failed: ${messageOf(cause)}; ` +
        'correct the record or the settings, or skip such records by errors.tolerance=all with errors.deadletterqueue.topic.name',
      { cause, details: { stage, operator, topic, partition, offset } },
    );
  }
}
