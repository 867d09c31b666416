/** A task in the thread that calls this; how it gets a thread of its own is up to ../thread. */
import type { ConfigIssue, Plugin, Position, TaskConfig } from '@millrace/connect-api';
import { systemClock, type Logger } from '@millrace/base';
import { loadPlugin, loadPluginOf } from './plugin-loading.ts';
import { readConfig } from './record-conversion.ts';
import { runSinkTask } from './sink-task.ts';
import { runSourceTask } from './source-task.ts';
import { createEnvironment, type EnvironmentParts, type TaskLink } from './task-environment.ts';
import { TaskError } from './task-error.ts';
import type { ConnectorSpec, TaskMetric, TaskSpec, ValidatedConfig } from './task-host.ts';

export interface TaskInThread {
  pause(): void;
  resume(): void;
  /** Tells it to end. */
  stop(): void;
  /** Resolves when it has ended as it was told; rejects with what failed it. */
  readonly ended: Promise<void>;
  metrics(): TaskMetric[];
}

export function runTask(
  spec: TaskSpec,
  link: TaskLink,
  builtIn: readonly Plugin[],
  parts: EnvironmentParts = {},
): TaskInThread {
  const stopping = new AbortController();
  const environment = createEnvironment(spec, link, builtIn, stopping.signal, parts);
  const { gate, metrics } = environment;
  let isUp = false;
  const ownLink: TaskLink = {
    ...link,
    onState: (state) => {
      isUp = true;
      link.onState(state);
    },
  };
  const run = async (): Promise<void> => {
    if (gate.isPaused) {
      metrics.state.become('paused');
      link.onState('PAUSED');
    }
    const plugin = await loadPluginOf(['source', 'sink'], 'connector.class', spec.plugin, builtIn);
    const own = { ...environment, link: ownLink };
    await (plugin.kind === 'source' ? runSourceTask(own, plugin) : runSinkTask(own, plugin));
  };
  return {
    ended: run(),
    pause: () => {
      gate.pause();
      metrics.state.become('paused');
      if (isUp) link.onState('PAUSED');
    },
    resume: () => {
      gate.resume();
      if (!isUp) return;
      metrics.state.become('running');
      link.onState('RUNNING');
    },
    stop: () => stopping.abort(),
    metrics: () => metrics.read(),
  };
}

export interface CallContext {
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly builtIn: readonly Plugin[];
}

/** Yields the tasks that the connector wants, each time anew. */
export async function* runPlan(
  spec: ConnectorSpec,
  tasksMax: number,
  { log, signal, builtIn }: CallContext,
): AsyncGenerator<readonly TaskConfig[], void> {
  const plugin = await loadPluginOf(['source', 'sink'], 'connector.class', spec.plugin, builtIn);
  const config: unknown = readConfig(spec.connector, plugin.config, spec.connectorConfig);
  if (plugin.kind === 'sink') {
    yield plugin.plan?.(config, tasksMax) ?? Array.from({ length: tasksMax }, () => ({}));
    return;
  }
  const context = { connector: spec.connector, log, clock: systemClock, tasksMax };
  for await (const tasks of plugin.plan(config, context, signal)) {
    if (tasks.length > tasksMax) {
      throw new TaskError(
        'MILLRACE_CONNECT_INVALID_CONFIG',
        `${plugin.name} wants ${String(tasks.length)} tasks and tasks.max is ${String(tasksMax)}: raise it`,
      );
    }
    yield tasks;
  }
}

/** Settings of any plugin, as its definition reads them, and what `check` says of those of a connector. */
export async function runValidation(
  spec: ConnectorSpec,
  isCheckSkipped: boolean,
  { log, signal, builtIn }: CallContext,
): Promise<ValidatedConfig> {
  const plugin = await loadPlugin(spec.plugin, builtIn);
  const { config, issues, values, warnings } = plugin.config.read(spec.connectorConfig);
  let all: readonly ConfigIssue[] = issues;
  const isConnector = plugin.kind === 'source' || plugin.kind === 'sink';
  if (isConnector && config !== undefined && !isCheckSkipped && plugin.check !== undefined) {
    const context = { connector: spec.connector, log, clock: systemClock, signal };
    all = [...issues, ...(await plugin.check(config, context))];
  }
  const delivery = plugin.kind === 'source' && config !== undefined ? plugin.delivery(config) : undefined;
  return {
    kind: plugin.kind,
    version: plugin.version,
    definitions: plugin.config.definitions,
    values,
    issues: all,
    warnings,
    secretKeys: [...plugin.config.secretKeys],
    ...(plugin.config.keys === undefined ? {} : { keys: [...plugin.config.keys] }),
    ...(delivery === undefined ? {} : { delivery }),
  };
}

export interface OffsetToAlter {
  readonly partition: Position;
  readonly offset: Position | null;
}

export async function runAlterOffsets(
  spec: ConnectorSpec,
  changes: readonly OffsetToAlter[],
  { log, signal, builtIn }: CallContext,
): Promise<'done' | 'framework-only'> {
  const plugin = await loadPluginOf(['source', 'sink'], 'connector.class', spec.plugin, builtIn);
  if (plugin.alterOffsets === undefined) return 'framework-only';
  const config: unknown = readConfig(spec.connector, plugin.config, spec.connectorConfig);
  const context = { connector: spec.connector, log, clock: systemClock, signal };
  if (plugin.kind === 'source') return plugin.alterOffsets(config, changes, context);
  return plugin.alterOffsets(
    config,
    changes.map(({ partition, offset }) => ({
      topic: String(partition['kafka_topic']),
      partition: Number(partition['kafka_partition']),
      offset: offset === null ? null : Number(offset['kafka_offset']),
    })),
    context,
  );
}
