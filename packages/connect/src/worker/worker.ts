/**
 * The worker: runs connectors and tasks of this process, each in a thread of its own, and starts again by itself what failed.
 *
 * Owns: what runs here, its restarts, and what the listener is told.
 * Invariants: one instance at most of a connector or task; after `stop…` has resolved nothing of it runs and no restart is pending;
 *   references to config providers are resolved here, at each start, and go no further than into the task.
 * Bounds: ends within the graceful timeout of the task host.
 * Not here: what is to run (../herder, ../distributed), running it (../task).
 */
import { MillraceError, type Clock, type Logger, type Random, type Timers } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import type { ConnectorOffset, ConnectorTaskId, RunStatus, TargetState } from '../herder/herder.ts';
import type { PluginRegistry, RegisteredPlugin } from '../plugins/plugin-registry.ts';
import type { OffsetPlaces } from '../stores/offset-places.ts';
import type { ConnectorSpec, TaskHost } from '../task/task-host.ts';
import { LocalConnector } from './local-connector.ts';
import { LocalTask } from './local-task.ts';
import { alterOffsets, connectorOffsets } from './offset-changes.ts';
import { taskSettings, type WorkerSettings } from './worker-settings.ts';
import type { ConnectWorker, StartConnector, StartTask, WorkerListener } from './worker-types.ts';

export interface WorkerOptions {
  /** `host:port` of its REST. */
  readonly workerId: string;
  readonly settings: WorkerSettings;
  readonly plugins: PluginRegistry;
  readonly host: TaskHost;
  readonly offsets: OffsetPlaces;
  /** Replaces `${provider:path:key}`; throws when it cannot. */
  readonly resolve: (config: ConfigProperties) => Promise<ConfigProperties>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
}

/** What a connector or a task of this worker shares with the others. */
export interface WorkerParts extends WorkerOptions {
  listener(): WorkerListener;
  /** A connector or a task has come to run, or failed to. */
  countStart(what: 'connector' | 'task', isSuccess: boolean): void;
  /** Of a connector, with its settings resolved. */
  connectorSpec(
    connector: string,
    config: ConfigProperties,
  ): Promise<ConnectorSpec & { readonly plugin: RegisteredPlugin['ref'] }>;
  pluginOf(config: ConfigProperties): RegisteredPlugin;
}

export class Worker implements ConnectWorker {
  readonly workerId: string;
  readonly #parts: WorkerParts;
  readonly #connectors = new Map<string, LocalConnector>();
  readonly #tasks = new Map<string, LocalTask>();
  readonly #starts = { connector: { success: 0, failure: 0 }, task: { success: 0, failure: 0 } };
  #listener: WorkerListener | undefined;

  constructor(options: WorkerOptions) {
    this.workerId = options.workerId;
    this.#parts = {
      ...options,
      listener: () => {
        if (this.#listener === undefined) throw new Error('the worker has no listener yet');
        return this.#listener;
      },
      countStart: (what, isSuccess) => {
        this.#starts[what][isSuccess ? 'success' : 'failure']++;
      },
      pluginOf: (config) => connectorPlugin(options.plugins, config),
      connectorSpec: async (connector, config) => ({
        connector,
        plugin: connectorPlugin(options.plugins, config).ref,
        connectorConfig: await options.resolve(config),
        workerConfig: await options.resolve(options.settings.properties),
        settings: taskSettings(options.settings),
      }),
    };
  }

  listen(listener: WorkerListener): void {
    this.#listener = listener;
  }

  get connectors(): readonly string[] {
    return [...this.#connectors.keys()];
  }

  get tasks(): readonly ConnectorTaskId[] {
    return [...this.#tasks.values()].map(({ id }) => id);
  }

  /** How many starts came as far as to run, and how many did not. */
  get starts(): Readonly<Record<'connector' | 'task', { readonly success: number; readonly failure: number }>> {
    return this.#starts;
  }

  /** What the listener was told last. */
  connectorStatus(name: string): RunStatus | undefined {
    return this.#connectors.get(name)?.status;
  }

  taskStatus(id: ConnectorTaskId): RunStatus | undefined {
    return this.#tasks.get(taskKey(id))?.status;
  }

  async startConnector(start: StartConnector): Promise<void> {
    if (this.#connectors.has(start.name)) throw alreadyHere(`connector ${start.name}`);
    const connector = new LocalConnector(start, this.#parts);
    this.#connectors.set(start.name, connector);
    await connector.start();
  }

  async stopConnector(name: string): Promise<void> {
    const connector = this.#connectors.get(name);
    if (connector === undefined) return;
    await connector.stop();
    this.#connectors.delete(name);
  }

  async startTask(start: StartTask): Promise<void> {
    const key = taskKey(start.id);
    if (this.#tasks.has(key)) throw alreadyHere(`task ${key}`);
    const task = new LocalTask(start, this.#parts);
    this.#tasks.set(key, task);
    await task.start();
  }

  async stopTasks(ids: readonly ConnectorTaskId[]): Promise<void> {
    await Promise.all(
      ids.map(async (id) => {
        const task = this.#tasks.get(taskKey(id));
        if (task === undefined) return;
        await task.stop();
        this.#tasks.delete(taskKey(id));
      }),
    );
  }

  async setTargetState(connector: string, state: TargetState): Promise<void> {
    const tasks = [...this.#tasks.values()].filter(({ id }) => id.connector === connector);
    if (state === 'STOPPED') await this.stopTasks(tasks.map(({ id }) => id));
    else for (const task of tasks) task.setTargetState(state);
    await this.#connectors.get(connector)?.setTargetState(state);
  }

  connectorOffsets(connector: string, config: ConfigProperties): Promise<readonly ConnectorOffset[]> {
    return connectorOffsets(this.#parts, connector, config);
  }

  alterOffsets(
    connector: string,
    config: ConfigProperties,
    offsets: readonly ConnectorOffset[] | undefined,
  ): Promise<string> {
    return alterOffsets(this.#parts, connector, config, offsets);
  }

  /** Stops everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.connectors.map((name) => this.stopConnector(name)));
    await this.stopTasks(this.tasks);
  }
}

function connectorPlugin(plugins: PluginRegistry, config: ConfigProperties): RegisteredPlugin {
  return plugins.findConnector(config['connector.class'] ?? '', config['connector.plugin.version']);
}

const taskKey = ({ connector, task }: ConnectorTaskId): string => `${connector}-${task}`;

function alreadyHere(what: string): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_FAILED', `${what} runs on this worker already: stop it first`);
}
