/** A task in the thread of its caller: for tests and debuggers. It cannot be ended by force. */
import type { Plugin } from '@millrace/connect-api';
import { runTask, type TaskInThread } from '../task/run-task.ts';
import type { EnvironmentParts } from '../task/task-environment.ts';
import { failureOf } from '../task/task-error.ts';
import type { RunningTask, TaskEnd, TaskMetric, TaskSpec } from '../task/task-host.ts';
import { PluginMetrics } from './plugin-metrics.ts';
import type { MeasuredTask } from './task-metric-families.ts';
import type { PluginMetric } from './thread-messages.ts';
import type { TaskParts } from './thread-task.ts';

export class InlineTask implements RunningTask, MeasuredTask {
  readonly spec: TaskSpec;
  readonly done: Promise<TaskEnd>;
  readonly #parts: TaskParts;
  readonly #task: TaskInThread;
  readonly #ownMetrics = new PluginMetrics();
  #pluginMetrics: readonly PluginMetric[] = [];
  #isLate = false;

  constructor(parts: TaskParts, builtIn: readonly Plugin[], environment: EnvironmentParts = {}) {
    const { spec, events, log, families } = parts;
    this.spec = spec;
    this.#parts = parts;
    const offsets = events.offsets ?? {
      read: (partitions) => Promise.resolve(partitions.map(() => undefined)),
      write: () => Promise.resolve(),
    };
    this.#task = runTask(
      spec,
      {
        log,
        pluginMetrics: this.#ownMetrics,
        offsets,
        onState: (state) => events.onState(state),
        onTopic: (topic) => events.onTopic?.(topic),
      },
      builtIn,
      environment,
    );
    families.add(this);
    this.done = this.#end();
  }

  get connector(): string {
    return this.spec.connector;
  }

  get task(): number {
    return this.spec.task;
  }

  pause(): void {
    this.#task.pause();
  }

  resume(): void {
    this.#task.resume();
  }

  async stop(): Promise<TaskEnd> {
    this.#task.stop();
    const late = Promise.withResolvers<TaskEnd>();
    const timer = setTimeout(() => {
      this.#isLate = true;
      late.resolve({ kind: 'stopped', isTerminated: true });
    }, this.spec.settings.shutdownTimeoutMs);
    const end = await Promise.race([this.done, late.promise]);
    clearTimeout(timer);
    return end;
  }

  metrics(): readonly TaskMetric[] {
    return this.#task.metrics();
  }

  pluginMetrics(): readonly PluginMetric[] {
    return this.#pluginMetrics;
  }

  /** Called once a second. */
  tick(): void {
    void this.#ownMetrics.report().then((report) => {
      this.#pluginMetrics = report;
      this.#parts.families.reported(this, report);
    });
  }

  async #end(): Promise<TaskEnd> {
    try {
      await this.#task.ended;
      return { kind: 'stopped', isTerminated: this.#isLate };
    } catch (error) {
      return { kind: 'failed', failure: failureOf(error) };
    } finally {
      this.#parts.families.remove(this);
    }
  }
}
