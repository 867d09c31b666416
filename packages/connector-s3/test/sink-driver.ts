/**
 * Runs the sink's task as a worker does: partitions with records, a group's offsets, batches, seeks, commits. A crash leaves the task as it is
 * and begins another one at the committed offsets.
 */
import { noMetrics, silentLogger, systemClock, systemTimers, type MetricsRegistry } from '@millrace/base';
import type { ConfigProperties, InRecord, SinkTask, TopicPartition } from '@millrace/connect-api';
import { s3Sink } from '../src/index.ts';

const SETTLE_MS_MAX = 30_000;

export type Given = Partial<Omit<InRecord, 'origin'>>;

interface Partition extends TopicPartition {
  records: InRecord[];
  /** Offset of the next record that is produced. */
  end: number;
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
      found = { topic, partition, records: [], end: 0, committed: 0, next: 0, isRewound: false };
      this.partitions.set(key, found);
    }
    return found;
  }

  produce(topic: string, partition: number, ...values: readonly unknown[]): void {
    for (const value of values) this.produceRecord(topic, partition, { value });
  }

  produceRecord(topic: string, partition: number, given: Given): void {
    const log = this.partition(topic, partition);
    const offset = log.end++;
    log.records.push({
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

  /** As compaction does it: what is not kept leaves a gap. */
  compact(topic: string, partition: number, isKept: (offset: number) => boolean): void {
    const log = this.partition(topic, partition);
    log.records = log.records.filter(({ offset }) => isKept(offset));
  }

  /** Deleted and made anew while it is read: a consumer begins at the start of the new one. */
  recreate(topic: string, partition: number): void {
    Object.assign(this.partition(topic, partition), { records: [], end: 0, next: 0 });
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
    const taken = new Map([...this.partitions.values()].map((one) => [one, nextRecords(one, countMax)]));
    const batch = [...taken.values()].flat();
    for (const partition of this.partitions.values()) partition.isRewound = false;
    for (;;) {
      try {
        // What was read before a seek is not handed over again.
        const isCurrent = ({ origin }: InRecord): boolean => !this.partition(origin.topic, origin.partition).isRewound;
        await this.#given.write(batch.filter(isCurrent), signal);
        break;
      } catch (error) {
        this.errors.push(error);
        if ((error as { retriable?: boolean }).retriable !== true) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    for (const [partition, records] of taken) {
      const last = records.at(-1);
      if (!partition.isRewound && last !== undefined) partition.next = last.offset + 1;
    }
    return batch.length;
  }

  async writeAll(countMax = 500): Promise<void> {
    while ([...this.partitions.values()].some(({ end, next }) => next < end)) await this.write(countMax);
  }

  async commit(reason: 'interval' | 'revoke' | 'stop' = 'interval', signal = AbortSignal.timeout(60_000)) {
    this.#wantsCommit = false;
    for (const { topic, partition, offset } of (await this.#given.flush?.(reason, signal)) ?? []) {
      this.partition(topic, partition).committed = offset;
    }
  }

  /** Until everything is committed, rewinding where it is asked to. */
  async settle(): Promise<void> {
    const deadline = performance.now() + SETTLE_MS_MAX;
    for (;;) {
      await this.writeAll();
      await this.commit();
      if ([...this.partitions.values()].every(({ committed, end }) => committed === end)) return;
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

function nextRecords({ records, next }: Partition, countMax: number): readonly InRecord[] {
  const first = records.findIndex(({ offset }) => offset >= next);
  return first === -1 ? [] : records.slice(first, first + countMax);
}
