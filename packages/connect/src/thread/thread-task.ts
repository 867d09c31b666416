/** A task in a thread or process of its own. */
import type { Logger } from '@millrace/base';
import { failureOf, TaskError } from '../task/task-error.ts';
import type { RunningTask, TaskEnd, TaskEvents, TaskMetric, TaskSpec } from '../task/task-host.ts';
import { PluginThread } from './plugin-thread.ts';
import type { MeasuredTask, TaskMetricFamilies } from './task-metric-families.ts';
import { logLine } from './thread-log.ts';
import type { FromThread, OffsetsAnswer, PluginMetric } from './thread-messages.ts';

export interface TaskParts {
  readonly spec: TaskSpec;
  readonly events: TaskEvents;
  readonly log: Logger;
  readonly families: TaskMetricFamilies;
}

const MS_PER_TICK = 1_000;

export class ThreadTask implements RunningTask, MeasuredTask {
  readonly spec: TaskSpec;
  readonly done: Promise<TaskEnd>;
  readonly #parts: TaskParts;
  readonly #thread: PluginThread;
  #metrics: readonly TaskMetric[] = [];
  #pluginMetrics: readonly PluginMetric[] = [];
  #stopping: Promise<TaskEnd> | undefined;
  #isTerminated = false;

  constructor(parts: TaskParts) {
    this.#parts = parts;
    // Functions cannot be passed; what is loaded already is of no use in another thread.
    const { loaded: _loaded, ...plugin } = parts.spec.plugin;
    this.spec = { ...parts.spec, plugin };
    this.#thread = new PluginThread({
      name: `${this.connector}-${String(this.task)}`,
      job: { kind: 'task', spec: this.spec },
      maxHeapMb: this.spec.settings.maxHeapMb,
      isProcess: this.spec.settings.isolation === 'process',
      onMessage: (message) => this.#onMessage(message),
    });
    parts.families.add(this);
    this.done = this.#thread.ended.then((failure) => {
      parts.families.remove(this);
      if (failure !== undefined) return { kind: 'failed', failure };
      return { kind: 'stopped', isTerminated: this.#isTerminated };
    });
  }

  get connector(): string {
    return this.spec.connector;
  }

  get task(): number {
    return this.spec.task;
  }

  pause(): void {
    this.#thread.post({ kind: 'pause' });
  }

  resume(): void {
    this.#thread.post({ kind: 'resume' });
  }

  stop(): Promise<TaskEnd> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  metrics(): readonly TaskMetric[] {
    return this.#metrics;
  }

  pluginMetrics(): readonly PluginMetric[] {
    return this.#pluginMetrics;
  }

  /** Called once a second. */
  tick(): void {
    const { stallTimeoutMs } = this.spec.settings;
    if (stallTimeoutMs === 0 || !this.#thread.tick(stallTimeoutMs / MS_PER_TICK)) return;
    const seconds = String(stallTimeoutMs / 1_000);
    this.#thread.fail(
      failureOf(
        new TaskError(
          'MILLRACE_CONNECT_TASK_STALLED',
          `${this.connector}-${String(this.task)} has done nothing else for ${seconds} s (task.stall.timeout.ms) and was ended: ` +
            'its plugin loops, or works too long without giving way',
        ),
      ),
    );
  }

  async #stop(): Promise<TaskEnd> {
    const { shutdownTimeoutMs } = this.spec.settings;
    await this.#thread.stop(shutdownTimeoutMs, () => {
      this.#isTerminated = true;
      this.#parts.log.warn('a task did not end in time and is terminated', { shutdownTimeoutMs });
    });
    return this.done;
  }

  #onMessage(message: FromThread): void {
    const { events, log, families } = this.#parts;
    switch (message.kind) {
      case 'state':
        events.onState(message.state);
        return;
      case 'topic':
        events.onTopic?.(message.topic);
        return;
      case 'log':
        logLine(log, message);
        return;
      case 'report':
        this.#metrics = message.metrics;
        this.#pluginMetrics = message.pluginMetrics;
        families.reported(this, message.pluginMetrics);
        return;
      case 'read-offsets':
        void this.#answer(message.id, async (offsets) => offsets.read(message.partitions));
        return;
      case 'write-offsets':
        void this.#answer(message.id, async (offsets) => {
          await offsets.write(message.offsets);
          return [];
        });
        return;
      default:
        return;
    }
  }

  async #answer(
    id: number,
    ask: (offsets: NonNullable<TaskEvents['offsets']>) => Promise<NonNullable<OffsetsAnswer['offsets']>>,
  ): Promise<void> {
    const { offsets } = this.#parts.events;
    try {
      if (offsets === undefined) throw new TypeError('this task was started without a place for its offsets');
      this.#thread.post({ kind: 'offsets', id, offsets: await ask(offsets) });
    } catch (error) {
      this.#thread.post({ kind: 'offsets', id, failure: failureOf(error) });
    }
  }
}
