/**
 * What a task measures, under the names of Kafka Connect's attributes.
 *
 * Bounds: rates and averages are over the last 30 s or so (two windows of 15 s).
 * Not here: Prometheus (../thread/task-metric-families.ts).
 */
import type { Clock } from '@millrace/base';
import type { TaskMetric } from './task-host.ts';

const WINDOW_MS = 15_000;

/** Count, sum and extremes over the window that runs and the one before it. */
class Window {
  readonly #clock: Clock;
  #startMs: number;
  #now = emptyWindow();
  #before = emptyWindow();
  #beforeMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
  }

  add(value: number): void {
    this.#turn();
    const now = this.#now;
    now.count++;
    now.sum += value;
    if (value > now.max) now.max = value;
    if (value < now.min) now.min = value;
  }

  get ratePerSecond(): number {
    this.#turn();
    const ms = this.#clock.monotonicMs() - this.#startMs + this.#beforeMs;
    return ms <= 0 ? 0 : ((this.#now.sum + this.#before.sum) * 1_000) / ms;
  }

  get average(): number {
    this.#turn();
    const count = this.#now.count + this.#before.count;
    return count === 0 ? 0 : (this.#now.sum + this.#before.sum) / count;
  }

  get max(): number {
    this.#turn();
    return Math.max(0, this.#now.max, this.#before.max);
  }

  get min(): number {
    this.#turn();
    const min = Math.min(this.#now.min, this.#before.min);
    return Number.isFinite(min) ? min : 0;
  }

  #turn(): void {
    const passedMs = this.#clock.monotonicMs() - this.#startMs;
    if (passedMs < WINDOW_MS) return;
    const isStale = passedMs >= 2 * WINDOW_MS;
    this.#before = isStale ? emptyWindow() : this.#now;
    this.#beforeMs = isStale ? 0 : WINDOW_MS;
    this.#now = emptyWindow();
    this.#startMs += isStale ? passedMs : WINDOW_MS;
  }
}

function emptyWindow(): { count: number; sum: number; max: number; min: number } {
  return { count: 0, sum: 0, max: -Infinity, min: Infinity };
}

/** Parts of the time spent running and paused. */
class StateTime {
  readonly #clock: Clock;
  #sinceMs: number;
  #state: 'running' | 'paused' | 'other' = 'other';
  readonly #spentMs = { running: 0, paused: 0, other: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  become(state: 'running' | 'paused' | 'other'): void {
    const nowMs = this.#clock.monotonicMs();
    this.#spentMs[this.#state] += nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    this.#state = state;
  }

  ratio(state: 'running' | 'paused'): number {
    this.become(this.#state);
    const { running, paused, other } = this.#spentMs;
    const all = running + paused + other;
    return all === 0 ? 0 : this.#spentMs[state] / all;
  }
}

export class TaskMetrics {
  readonly kind: 'source' | 'sink';
  readonly state: StateTime;
  readonly errors = {
    recordFailures: 0,
    recordErrors: 0,
    recordsSkipped: 0,
    retries: 0,
    errorsLogged: 0,
    deadLetterRequests: 0,
    deadLetterFailures: 0,
    lastErrorTimestampMs: 0,
  };
  /** Records read from the source or from Kafka. */
  recordsIn = 0;
  /** Records written to Kafka, or handed to the sink. */
  recordsOut = 0;
  recordsActive = 0;
  partitionCount = 0;
  lagMax = 0;
  commitSequence = 0;
  commitsCompleted = 0;
  commitsSkipped = 0;
  transactionsCommitted = 0;
  readonly #in: Window;
  readonly #out: Window;
  readonly #batchSize: Window;
  /** Milliseconds that `read` took to yield, or `write` to return. */
  readonly #batchTime: Window;
  readonly #active: Window;
  readonly #commitTime: Window;
  readonly #commitOutcome: Window;
  readonly #commitFailure: Window;
  readonly #transactionSize: Window;

  constructor(kind: 'source' | 'sink', clock: Clock) {
    this.kind = kind;
    this.state = new StateTime(clock);
    this.#in = new Window(clock);
    this.#out = new Window(clock);
    this.#batchSize = new Window(clock);
    this.#batchTime = new Window(clock);
    this.#active = new Window(clock);
    this.#commitTime = new Window(clock);
    this.#commitOutcome = new Window(clock);
    this.#commitFailure = new Window(clock);
    this.#transactionSize = new Window(clock);
  }

  readBatch(recordCount: number, tookMs?: number): void {
    this.recordsIn += recordCount;
    this.#in.add(recordCount);
    this.#batchSize.add(recordCount);
    if (tookMs !== undefined) this.#batchTime.add(tookMs);
  }

  wroteBatch(recordCount: number, tookMs?: number): void {
    this.recordsOut += recordCount;
    this.#out.add(recordCount);
    if (tookMs !== undefined) this.#batchTime.add(tookMs);
  }

  activeChanged(by: number): void {
    this.recordsActive += by;
    this.#active.add(this.recordsActive);
  }

  committedOffsets(isSuccess: boolean, tookMs: number): void {
    this.#commitOutcome.add(isSuccess ? 1 : 0);
    this.#commitFailure.add(isSuccess ? 0 : 1);
    if (isSuccess) this.#commitTime.add(tookMs);
  }

  committedTransaction(recordCount: number): void {
    this.transactionsCommitted++;
    this.#transactionSize.add(recordCount);
  }

  read(): TaskMetric[] {
    const group = (name: string, values: Readonly<Record<string, number>>): TaskMetric[] =>
      Object.entries(values).map(([key, value]) => ({ group: name, name: key, value }));
    return [
      ...group('connector-task-metrics', {
        'running-ratio': this.state.ratio('running'),
        'pause-ratio': this.state.ratio('paused'),
        'batch-size-avg': this.#batchSize.average,
        'batch-size-max': this.#batchSize.max,
        'offset-commit-avg-time-ms': this.#commitTime.average,
        'offset-commit-max-time-ms': this.#commitTime.max,
        'offset-commit-success-percentage': this.#commitOutcome.average,
        'offset-commit-failure-percentage': this.#commitFailure.average,
      }),
      ...(this.kind === 'source'
        ? group('source-task-metrics', this.#source())
        : group('sink-task-metrics', this.#sink())),
      ...group('task-error-metrics', {
        'total-record-failures': this.errors.recordFailures,
        'total-record-errors': this.errors.recordErrors,
        'total-records-skipped': this.errors.recordsSkipped,
        'total-retries': this.errors.retries,
        'total-errors-logged': this.errors.errorsLogged,
        'deadletterqueue-produce-requests': this.errors.deadLetterRequests,
        'deadletterqueue-produce-failures': this.errors.deadLetterFailures,
        'last-error-timestamp': this.errors.lastErrorTimestampMs,
      }),
    ];
  }

  #source(): Record<string, number> {
    return {
      'source-record-poll-total': this.recordsIn,
      'source-record-poll-rate': this.#in.ratePerSecond,
      'source-record-write-total': this.recordsOut,
      'source-record-write-rate': this.#out.ratePerSecond,
      'poll-batch-avg-time-ms': this.#batchTime.average,
      'poll-batch-max-time-ms': this.#batchTime.max,
      'source-record-active-count': this.recordsActive,
      'source-record-active-count-avg': this.#active.average,
      'source-record-active-count-max': this.#active.max,
      'transaction-size-avg': this.#transactionSize.average,
      'transaction-size-min': this.#transactionSize.min,
      'transaction-size-max': this.#transactionSize.max,
    };
  }

  #sink(): Record<string, number> {
    return {
      'sink-record-read-total': this.recordsIn,
      'sink-record-read-rate': this.#in.ratePerSecond,
      'sink-record-send-total': this.recordsOut,
      'sink-record-send-rate': this.#out.ratePerSecond,
      'sink-record-lag-max': this.lagMax,
      'partition-count': this.partitionCount,
      'offset-commit-seq-no': this.commitSequence,
      'offset-commit-completion-total': this.commitsCompleted,
      'offset-commit-skip-total': this.commitsSkipped,
      'put-batch-avg-time-ms': this.#batchTime.average,
      'put-batch-max-time-ms': this.#batchTime.max,
      'sink-record-active-count': this.recordsActive,
      'sink-record-active-count-avg': this.#active.average,
      'sink-record-active-count-max': this.#active.max,
    };
  }
}
