/**
 * A task of this worker, over its restarts.
 *
 * Invariants: at most one run at a time; a run that ended by itself is told as FAILED with its trace, and started again as
 *   `errors.restart.*` says; after {@link stop} there is none.
 */
import type { Timer } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import { aliasesIn } from '../herder/config-validator.ts';
import type { ConnectorTaskId, RunState, RunStatus, TargetState } from '../herder/herder.ts';
import type { PluginKind } from '../plugins/plugin-registry.ts';
import { BUILT_IN } from '../plugins/plugin-registry.ts';
import type { PluginRef, RunningTask, TaskEnd, TaskEvents, TaskSpec } from '../task/task-host.ts';
import { failureTrace } from './failure-trace.ts';
import { RestartCount, restartSettings } from './restart-policy.ts';
import type { WorkerParts } from './worker.ts';
import type { StartTask } from './worker-types.ts';

export class LocalTask {
  readonly id: ConnectorTaskId;
  readonly #start: StartTask;
  readonly #parts: WorkerParts;
  readonly #restarts: RestartCount;
  #target: TargetState;
  #running: RunningTask | undefined;
  #restartTimer: Timer | undefined;
  #startedAtMs = 0;
  #status: RunStatus | undefined;
  #stopping: Promise<void> | undefined;
  /** Whether the run under way, or the last one, came as far as to run. */
  #hasRun = false;
  #version: string | undefined;

  constructor(start: StartTask, parts: WorkerParts) {
    this.id = start.id;
    this.#start = start;
    this.#parts = parts;
    this.#target = start.targetState;
    this.#restarts = new RestartCount(restartSettings(parts.settings, start.connectorConfig), parts.random);
  }

  /** As the listener was told last. */
  get status(): RunStatus | undefined {
    return this.#status;
  }

  async start(): Promise<void> {
    this.#startedAtMs = this.#parts.clock.monotonicMs();
    this.#hasRun = false;
    try {
      const spec = await this.#spec();
      if (this.#stopping !== undefined) return;
      const running = this.#parts.host.start({ ...spec, isPaused: this.#target === 'PAUSED' }, this.#events(spec));
      this.#running = running;
      void running.done.then((end) => this.#ended(running, end));
    } catch (error) {
      if (this.#stopping === undefined) this.#fail(failureTrace(error));
    }
  }

  /** Whoever asks again waits for the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#restartTimer?.cancel();
    const running = this.#running;
    this.#running = undefined;
    const end = await running?.stop();
    if (end?.kind === 'stopped' && end.isTerminated) {
      this.#parts.log.warn('a task did not end within task.shutdown.graceful.timeout.ms and was terminated', {
        ...this.id,
      });
    }
    this.#tell('UNASSIGNED');
  }

  /** Not STOPPED: that ends it. */
  setTargetState(state: TargetState): void {
    this.#target = state;
    if (state === 'PAUSED') this.#running?.pause();
    // One that has failed stays FAILED: nothing else would tell why, nor that it has to be restarted.
    else this.#running?.resume();
  }

  async #spec(): Promise<TaskSpec> {
    const parts = this.#parts;
    const { id, connectorConfig, taskConfig, exactlyOnce } = this.#start;
    const plugin = parts.pluginOf(connectorConfig);
    const { kind, version } = plugin.description;
    this.#version = version;
    const spec = await parts.connectorSpec(id.connector, connectorConfig);
    const { 'offsets.storage.topic': ownOffsetTopic } = spec.connectorConfig;
    return {
      ...spec,
      kind: kind === 'sink' ? 'sink' : 'source',
      task: id.task,
      taskConfig: await parts.resolve(taskConfig),
      plugins: this.#pluginsOf(connectorConfig),
      ...(exactlyOnce === undefined
        ? {}
        : { exactlyOnce: { ...exactlyOnce, offsetTopic: ownOffsetTopic ?? exactlyOnce.offsetTopic } }),
    };
  }

  /** Converters, transforms and predicates of packages; the task finds the worker's own by itself. */
  #pluginsOf(config: ConfigProperties): Record<string, PluginRef> {
    const { plugins, settings } = this.#parts;
    const refs: Record<string, PluginRef> = {};
    const add = (kinds: readonly PluginKind[], key: string, name: string | undefined, versionKey: string): void => {
      if (name === undefined || name === '') return;
      const { ref, location } = plugins.find(kinds, name, config[versionKey]);
      if (location !== BUILT_IN) refs[key] = ref;
    };
    for (const role of ['key', 'value', 'header'] as const) {
      const key = `${role}.converter`;
      const kinds: readonly PluginKind[] = role === 'header' ? ['header_converter', 'converter'] : ['converter'];
      add(kinds, key, config[key] ?? settings.properties[key], `${key}.plugin.version`);
    }
    for (const [list, kind] of [
      ['transforms', 'transformation'],
      ['predicates', 'predicate'],
    ] as const) {
      for (const alias of aliasesIn(config[list])) {
        const key = `${list}.${alias}.type`;
        add([kind], key, config[key], `${list}.${alias}.plugin.version`);
      }
    }
    return refs;
  }

  #events({ kind, connectorConfig }: TaskSpec): TaskEvents {
    const { settings } = this.#parts;
    const { connector } = this.id;
    const offsets = kind === 'source' ? this.#parts.offsets.of(connectorConfig) : undefined;
    const { confirmOwnership } = this.#start;
    return {
      onState: (state) => {
        if (this.#stopping !== undefined) return;
        if (!this.#hasRun) this.#parts.countStart('task', true);
        this.#hasRun = true;
        this.#tell(state);
      },
      ...(settings.topicTrackingEnable
        ? { onTopic: (topic: string) => this.#parts.listener().topicUsed(this.id, topic) }
        : {}),
      ...(offsets === undefined
        ? {}
        : {
            offsets: {
              read: async (partitions) => {
                await confirmOwnership?.();
                return offsets.read(connector, partitions);
              },
              write: (changes) => offsets.write(connector, changes),
            },
          }),
    };
  }

  #ended(running: RunningTask, end: TaskEnd): void {
    if (running !== this.#running || this.#stopping !== undefined) return;
    this.#running = undefined;
    this.#fail(end.kind === 'failed' ? end.failure.trace : 'the task has ended, and nobody had asked it to');
  }

  #fail(trace: string): void {
    const { clock, timers, log } = this.#parts;
    if (!this.#hasRun) this.#parts.countStart('task', false);
    const pauseMs = this.#restarts.afterFailure(clock.monotonicMs() - this.#startedAtMs);
    log.error('a task failed', { ...this.id, trace, restartInMs: pauseMs });
    this.#tell('FAILED', trace, pauseMs === undefined ? undefined : clock.nowMs() + pauseMs);
    if (pauseMs === undefined) return;
    this.#restartTimer = timers.schedule(pauseMs, () => {
      this.#restartTimer = undefined;
      void this.start();
    });
  }

  #tell(state: RunState, trace?: string, nextRestartAtMs?: number): void {
    const { count } = this.#restarts;
    this.#status = {
      state,
      workerId: this.#parts.workerId,
      ...(this.#version === undefined ? {} : { version: this.#version }),
      ...(trace === undefined ? {} : { trace }),
      ...(count === 0 ? {} : { restarts: count }),
      ...(nextRestartAtMs === undefined ? {} : { nextRestartAtMs }),
    };
    this.#parts.listener().taskStatus(this.id, this.#status);
  }
}
