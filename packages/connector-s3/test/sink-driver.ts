/**
 * Runs the sink's task as a worker does: partitions with records, a group's offsets, batches, seeks, commits. A crash leaves the task as it is
 * and begins another one at the committed offsets.
 */
import { noMetrics, silentLogger, systemClock, systemTimers, type MetricsRegistry } from '@millrace/base';
import type { ConfigProperties, InRecord, SinkTask, TopicPartition } from '@millrace/connect-api';
import { s3Sink } from '../src/index.ts';

export type Given = Partial<Omit<InRecord, 'origin'>>;

interface Partition extends TopicPartition {
  readonly records: InRecord[];
  committed: number;
  next: number;
  isRewound: boolean;
}

export class SinkDriver {
  readonly partitions = new Map<string, Partition>();
  readonly reported: { readonly record: InRecord; readonly error: unknown }[] = [];
  readonly errors: unknown[] = [];
  seeks = 0;
  #wantsCommit = false;
  #task: SinkTask | undefined;
  readonly #stop = new AbortController();
  readonly metrics: MetricsRegistry;

  constructor(metrics: MetricsRegistry = noMetrics) {
    this.metrics = metrics;
  }

  get wantsCommit(): boolean {
    return this.#wantsCommit;
  }

  partition(topic: string, partition: number): Partition {
    const key = `${topic}[${partition}]`;
    let found = this.partitions.get(key);
    if (found === undefined) {
      this.partitions.set(key, (found = { topic, partition, records: [], committed: 0, next: 0, isRewound: false }));
    }
    return found;
  }

  produce(topic: string, partition: number, ...values: readonly unknown[]): void {
    for (const value of values) this.produceRecord(topic, partition, { value });
  }

  produceRecord(topic: string, partition: number, given: Given): void {
    const log = this.partition(topic, partition).records;
    const offset = log.length;
    log.push({
      key: null,
      value: null,
      headers: [],
      timestampMs: 1_700_000_000_000 + offset,
      timestampType: 'create',
      topic,
      partition,
      offset,
      ...given,
      origin: { topic, partition, offset },
    });
  }

  /** The task; begins one at the committed offsets when there is none. */
  async start(properties: ConfigProperties): Promise<SinkTask> {
    const { config, issues } = s3Sink.config.read(properties);
    if (config === undefined) throw new Error(JSON.stringify(issues));
    const task = await s3Sink.task({}, config, {
      connector: 's3',
      task: 0,
      log: silentLogger,
      metrics: this.metrics,
      clock: systemClock,
      timers: systemTimers,
      signal: this.#stop.signal,
      report: async (record, error) => {
        this.reported.push({ record, error });
      },
      pause: () => undefined,
      resume: () => undefined,
      commitSoon: () => {
        this.#wantsCommit = true;
      },
      seek: (offsets) => {
        for (const { topic, partition, offset } of offsets) {
          this.seeks += 1;
          this.partition(topic, partition).next = offset;
          this.partition(topic, partition).isRewound = true;
        }
      },
    });
    this.#task = task;
    for (const partition of this.partitions.values()) partition.next = partition.committed;
    await task.assigned?.([...this.partitions.values()]);
    return task;
  }

  /** Hands over the next records of all partitions, mixed; retriable errors bring the same ones again. */
  async write(countMax: number, signal = AbortSignal.timeout(60_000)): Promise<number> {
    const batch = [...this.partitions.values()].flatMap(({ records, next }) => records.slice(next, next + countMax));
    const before = new Map([...this.partitions.values()].map((partition) => [partition, partition.next]));
    for (const partition of this.partitions.values()) partition.isRewound = false;
    for (;;) {
      try {
        await this.#given.write(batch, signal);
        break;
      } catch (error) {
        this.errors.push(error);
        if ((error as { retriable?: boolean }).retriable !== true) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    for (const [partition, next] of before) {
      if (!partition.isRewound) partition.next = Math.min(partition.records.length, next + countMax);
    }
    return batch.length;
  }

  async writeAll(countMax = 500): Promise<void> {
    while ([...this.partitions.values()].some(({ records, next }) => next < records.length)) await this.write(countMax);
  }

  async commit(reason: 'interval' | 'revoke' | 'stop' = 'interval', signal = AbortSignal.timeout(60_000)) {
    this.#wantsCommit = false;
    for (const { topic, partition, offset } of (await this.#given.flush?.(reason, signal)) ?? []) {
      this.partition(topic, partition).committed = offset;
    }
  }

  /** Until everything is committed, rewinding where it is asked to. */
  async settle(timeoutMs = 30_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      await this.writeAll();
      await this.commit();
      if ([...this.partitions.values()].every(({ committed, records }) => committed === records.length)) return;
      if (performance.now() > deadline) throw new Error('not everything was committed in time');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(): Promise<void> {
    await this.commit('stop');
    await this.#given[Symbol.asyncDispose]();
    this.#task = undefined;
  }

  /** The task is gone, and nothing of it is committed. What it was uploading may arrive or not. */
  async crash(): Promise<void> {
    await this.#given[Symbol.asyncDispose]();
    this.#task = undefined;
  }

  get #given(): SinkTask {
    if (this.#task === undefined) throw new Error('no task was started');
    return this.#task;
  }
}
