/**
 * Looks after the connectors of a worker that is alone. They are in memory: the files that the worker was started with bring them again,
 * and where they had got to is in the offset store.
 *
 * Owns: configurations, target states, and what became of each connector and task.
 * Invariants: changes of one connector happen one after the other, in the order of the requests; a task is restarted exactly when its
 *   configuration has changed; what is deleted runs no more when the answer is given.
 * Not here: running (../worker), checking configurations (config-validator.ts), REST (../rest).
 */
import type { Logger } from '@millrace/base';
import type { ConfigProperties, TaskConfig } from '@millrace/connect-api';
import type { ConnectWorker } from '../worker/worker-types.ts';
import type { ConfigValidator } from './config-validator.ts';
import type {
  ConnectorInfo,
  ConnectorOffset,
  ConnectorStatus,
  ConnectorTaskId,
  ConnectorType,
  Herder,
  HerderHealth,
  PutConnectorOptions,
  PutConnectorResult,
  RestartRequest,
  RunStatus,
  TargetState,
  TaskInfo,
  TaskStatus,
} from './herder.ts';
import { alreadyExists, HerderError, notFound, notStopped } from './herder-error.ts';
import { restartPlan } from './restart-plan.ts';

export interface StandaloneHerderOptions {
  readonly worker: ConnectWorker;
  readonly validator: ConfigValidator;
  /** Asks the Kafka cluster for its id. */
  readonly clusterId: () => Promise<string>;
  /** `topic.tracking.allow.reset` and `topic.tracking.enable`. */
  readonly isTopicTrackingEnabled: boolean;
  readonly isTopicResetAllowed: boolean;
  readonly log: Logger;
}

interface Entry {
  readonly name: string;
  readonly type: ConnectorType;
  config: ConfigProperties;
  target: TargetState;
  tasks: readonly TaskConfig[];
  status: RunStatus;
  taskStatuses: RunStatus[];
  readonly topics: Set<string>;
  /** The last change; the next begins when it is done. */
  queue: Promise<void>;
}

export class StandaloneHerder implements Herder {
  readonly #options: StandaloneHerderOptions;
  readonly #entries = new Map<string, Entry>();
  #isStarted = false;

  constructor(options: StandaloneHerderOptions) {
    this.#options = options;
    options.worker.listen({
      connectorStatus: (connector, status) => {
        const entry = this.#entries.get(connector);
        if (entry !== undefined) entry.status = status;
      },
      taskStatus: ({ connector, task }, status) => {
        const entry = this.#entries.get(connector);
        if (entry !== undefined && task < entry.tasks.length) entry.taskStatuses[task] = status;
      },
      topicUsed: ({ connector }, topic) => this.#entries.get(connector)?.topics.add(topic),
    });
  }

  async start(): Promise<void> {
    this.#isStarted = true;
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    await this.#options.worker[Symbol.asyncDispose]();
  }

  async health(): Promise<HerderHealth> {
    return this.#isStarted
      ? { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' }
      : { status: 'starting', message: 'Worker is still starting up.' };
  }

  kafkaClusterId(): Promise<string> {
    return this.#options.clusterId();
  }

  async connectors(): Promise<readonly string[]> {
    return [...this.#entries.keys()].sort();
  }

  async connectorInfo(connector: string): Promise<ConnectorInfo> {
    return infoOf(this.#entry(connector));
  }

  async connectorConfig(connector: string): Promise<ConfigProperties> {
    return this.#entry(connector).config;
  }

  async connectorStatus(connector: string): Promise<ConnectorStatus> {
    return statusOf(this.#entry(connector, notFound.connectorStatus));
  }

  async taskConfigs(connector: string): Promise<readonly TaskInfo[]> {
    return this.#entry(connector).tasks.map((config, task) => ({ id: { connector, task }, config }));
  }

  async taskStatus({ connector, task }: ConnectorTaskId): Promise<TaskStatus> {
    const status = this.#entries.get(connector)?.taskStatuses[task];
    if (status === undefined) throw notFound.taskStatus(connector, task);
    return { id: task, ...status };
  }

  async putConnector(
    connector: string,
    config: ConfigProperties,
    { initialState = 'STARTED', onlyIfNew = false }: PutConnectorOptions = {},
  ): Promise<PutConnectorResult> {
    const { description } = await this.#options.validator.assertValid(config);
    const known = this.#entries.get(connector);
    if (known !== undefined) {
      if (onlyIfNew) throw alreadyExists(connector);
      known.config = config;
      this.#later(known, () => this.#restart(known));
      return { created: false, info: infoOf(known) };
    }
    const { workerId } = this.#options.worker;
    const entry: Entry = {
      name: connector,
      type: description.kind === 'sink' ? 'sink' : 'source',
      config,
      target: initialState,
      tasks: [],
      status: { state: 'UNASSIGNED', workerId },
      taskStatuses: [],
      topics: new Set(),
      queue: Promise.resolve(),
    };
    this.#entries.set(connector, entry);
    const info = infoOf(entry);
    this.#later(entry, () => this.#run(entry));
    return { created: true, info };
  }

  async patchConnector(connector: string, patch: Readonly<Record<string, string | null>>): Promise<PutConnectorResult> {
    const config: Record<string, string> = { ...this.#entry(connector).config };
    for (const [key, value] of Object.entries(patch)) {
      if (value === null) delete config[key];
      else config[key] = value;
    }
    return this.putConnector(connector, config);
  }

  async deleteConnector(connector: string): Promise<void> {
    const entry = this.#entry(connector);
    await this.#inTurn(entry, async () => {
      await this.#halt(entry);
      this.#entries.delete(connector);
    });
  }

  pauseConnector(connector: string): Promise<void> {
    return this.#setTarget(connector, 'PAUSED');
  }

  resumeConnector(connector: string): Promise<void> {
    return this.#setTarget(connector, 'STARTED');
  }

  stopConnector(connector: string): Promise<void> {
    return this.#setTarget(connector, 'STOPPED');
  }

  async restartConnector(connector: string): Promise<void> {
    const entry = this.#entry(connector, notFound.connectorToRestart);
    await this.#inTurn(entry, () => this.#restart(entry));
    if (entry.status.state !== 'FAILED') return;
    const [reason = ''] = (entry.status.trace ?? '').split('\n');
    throw new HerderError('MILLRACE_CONNECT_FAILED', `Failed to start connector ${connector}: ${reason}`);
  }

  async restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStatus> {
    const entry = this.#entry(request.connector, notFound.connectorToRestart);
    const plan = restartPlan(request, statusOf(entry));
    entry.status = plan.status.connector;
    entry.taskStatuses = plan.status.tasks.map(({ id: _id, ...status }) => status);
    this.#later(entry, async () => {
      const ids = plan.tasks.map((task) => ({ connector: entry.name, task }));
      await this.#options.worker.stopTasks(ids);
      if (plan.isConnectorRestarted) await this.#restart(entry);
      await this.#startTasks(entry, plan.tasks);
    });
    return plan.status;
  }

  async restartTask(id: ConnectorTaskId): Promise<void> {
    const entry = this.#entry(id.connector, () => notFound.connectorToRestart(id.connector));
    if (entry.tasks[id.task] === undefined) throw notFound.taskToRestart(id.connector, id.task);
    await this.#inTurn(entry, async () => {
      await this.#options.worker.stopTasks([id]);
      await this.#startTasks(entry, [id.task]);
    });
  }

  async activeTopics(connector: string): Promise<readonly string[]> {
    this.#assertTracking();
    return [...(this.#entries.get(connector)?.topics ?? [])].sort();
  }

  async resetActiveTopics(connector: string): Promise<void> {
    this.#assertTracking();
    if (!this.#options.isTopicResetAllowed) {
      throw new HerderError(
        'MILLRACE_CONNECT_FORBIDDEN',
        'Topic tracking reset is disabled: set topic.tracking.allow.reset=true in the worker’s settings',
      );
    }
    this.#entries.get(connector)?.topics.clear();
  }

  async connectorOffsets(connector: string): Promise<readonly ConnectorOffset[]> {
    const { config } = this.#entry(connector);
    return this.#options.worker.connectorOffsets(connector, config);
  }

  alterConnectorOffsets(connector: string, offsets: readonly ConnectorOffset[]): Promise<string> {
    return this.#changeOffsets(connector, offsets);
  }

  resetConnectorOffsets(connector: string): Promise<string> {
    return this.#changeOffsets(connector, undefined);
  }

  async setClusterLoggerLevel(): Promise<void> {
    // REST has set it on this worker, which is the cluster.
  }

  async putTaskConfigs(): Promise<void> {
    throw alone('POST /connectors/{connector}/tasks');
  }

  async fenceZombies(): Promise<void> {
    throw alone('PUT /connectors/{connector}/fence');
  }

  #entry(connector: string, absent: (name: string) => HerderError = notFound.connector): Entry {
    const entry = this.#entries.get(connector);
    if (entry === undefined) throw absent(connector);
    return entry;
  }

  /** After the changes before it. */
  #inTurn(entry: Entry, change: () => Promise<void>): Promise<void> {
    const done = entry.queue.then(change);
    entry.queue = done.catch(() => undefined);
    return done;
  }

  /** Of changes that nobody waits for. */
  #later(entry: Entry, change: () => Promise<void>): void {
    this.#inTurn(entry, change).catch((error: unknown) => {
      this.#options.log.error('a change of a connector failed', { connector: entry.name, error });
    });
  }

  async #setTarget(connector: string, target: TargetState): Promise<void> {
    const entry = this.#entry(connector, notFound.unknownConnector);
    entry.target = target;
    this.#later(entry, async () => {
      // A later request may have said otherwise meanwhile; it is the one that counts.
      if (entry.target !== target) return;
      await this.#options.worker.setTargetState(entry.name, target);
      if (target === 'STOPPED') this.#setTasks(entry, []);
    });
  }

  async #run(entry: Entry): Promise<void> {
    const { name, config, target } = entry;
    await this.#options.worker.startConnector({
      name,
      config,
      targetState: target,
      onPlan: (tasks) => {
        // A plan of a configuration that has been replaced is void.
        if (entry.config === config) this.#later(entry, () => this.#replaceTasks(entry, config, tasks));
      },
    });
  }

  async #restart(entry: Entry): Promise<void> {
    await this.#options.worker.stopConnector(entry.name);
    await this.#run(entry);
  }

  async #replaceTasks(entry: Entry, config: ConfigProperties, tasks: readonly TaskConfig[]): Promise<void> {
    if (entry.config !== config || entry.target === 'STOPPED' || this.#entries.get(entry.name) !== entry) return;
    const before = entry.tasks;
    const isKept = (task: number): boolean => isSameConfig(before[task], tasks[task]);
    const gone = before.flatMap((_config, task) => (isKept(task) ? [] : [{ connector: entry.name, task }]));
    await this.#options.worker.stopTasks(gone);
    const kept = tasks.map((_config, task) => (isKept(task) ? entry.taskStatuses[task] : undefined));
    this.#setTasks(entry, tasks, kept);
    await this.#startTasks(
      entry,
      tasks.flatMap((_config, task) => (isKept(task) ? [] : [task])),
    );
  }

  #setTasks(entry: Entry, tasks: readonly TaskConfig[], kept: readonly (RunStatus | undefined)[] = []): void {
    const { workerId } = this.#options.worker;
    entry.tasks = tasks;
    entry.taskStatuses = tasks.map((_config, task) => kept[task] ?? { state: 'UNASSIGNED', workerId });
  }

  async #startTasks(entry: Entry, tasks: readonly number[]): Promise<void> {
    if (entry.target === 'STOPPED') return;
    await Promise.all(
      tasks.flatMap((task) => {
        const taskConfig = entry.tasks[task];
        if (taskConfig === undefined) return [];
        return this.#options.worker.startTask({
          id: { connector: entry.name, task },
          connectorConfig: entry.config,
          taskConfig,
          targetState: entry.target,
        });
      }),
    );
  }

  async #halt({ name, tasks }: Entry): Promise<void> {
    await this.#options.worker.stopConnector(name);
    await this.#options.worker.stopTasks(tasks.map((_config, task) => ({ connector: name, task })));
  }

  async #changeOffsets(connector: string, offsets: readonly ConnectorOffset[] | undefined): Promise<string> {
    const entry = this.#entry(connector);
    if (entry.target !== 'STOPPED') throw notStopped(connector);
    let message = '';
    await this.#inTurn(entry, async () => {
      if (entry.target !== 'STOPPED') throw notStopped(connector);
      message = await this.#options.worker.alterOffsets(connector, entry.config, offsets);
    });
    return message;
  }

  #assertTracking(): void {
    if (this.#options.isTopicTrackingEnabled) return;
    throw new HerderError(
      'MILLRACE_CONNECT_FORBIDDEN',
      'Topic tracking is disabled: set topic.tracking.enable=true in the worker’s settings',
    );
  }
}

function infoOf({ name, config, tasks, type }: Entry): ConnectorInfo {
  return { name, config, tasks: tasks.map((_config, task) => ({ connector: name, task })), type };
}

function statusOf({ name, status, taskStatuses, type }: Entry): ConnectorStatus {
  return { name, connector: status, tasks: taskStatuses.map((each, id) => ({ id, ...each })), type };
}

function isSameConfig(a: TaskConfig | undefined, b: TaskConfig | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function alone(path: string): HerderError {
  return new HerderError(
    'MILLRACE_CONNECT_UNSUPPORTED',
    `${path} is a request between workers, and a standalone worker has no others`,
  );
}
