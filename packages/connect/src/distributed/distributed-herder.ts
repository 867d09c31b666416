/**
 * The herder of a worker that shares connectors and tasks with others: any worker answers, the leader writes.
 *
 * Owns: the three topics of the group, the membership, and through {@link AssignedWork} what runs here.
 * Invariants: what is configured changes only through the config topic, which every worker follows; a request that changes something is the
 *   leader's, and others say where the leader is. Work is taken up only when the config topic is read as far as the leader had read it.
 * Not here: sharing out (../group), what the leader writes (./leader-duties.ts), running (../worker), HTTP (../rest).
 */
import { messageOf, systemTimers, type Clock, type Logger, type MetricsRegistry, type Timers } from '@millrace/base';
import type { ConfigProperties, TaskConfig } from '@millrace/connect-api';
import { kafka, type Admin, type Kafka, type KafkaError, type KafkaOptions } from '@millrace/sdk';
import { Cluster, systemRuntime } from '@millrace/sdk/internal';
import { taskKey, workKey, type WorkLoad } from '../group/work-load.ts';
import { WorkerMembership, type Round } from '../group/worker-membership.ts';
import { alreadyExists, HerderError, notFound, NotTheTargetError } from '../herder/herder-error.ts';
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
  SignedRequest,
  TargetState,
  TaskInfo,
  TaskStatus,
} from '../herder/herder.ts';
import { restartPlan } from '../herder/restart-plan.ts';
import type { ConfigRecord } from '../stores/config-records.ts';
import type { StoredConnector } from '../stores/config-state.ts';
import { ConfigStore } from '../stores/config-store.ts';
import type { StoredStatus } from '../stores/status-records.ts';
import { StatusStore } from '../stores/status-store.ts';
import type { ConnectWorker, StartTask } from '../worker/worker-types.ts';
import { AssignedWork } from './assigned-work.ts';
import {
  leaderTransactionalId,
  taskTransactionalId,
  topicConfigs,
  type DistributedSettings,
} from './distributed-settings.ts';
import { assertStopped, LeaderDuties, taskRecords } from './leader-duties.ts';
import { LeaderRequests } from './leader-requests.ts';
import { PlanPublisher } from './plan-publisher.ts';
import { measureRebalances } from './rebalance-metrics.ts';

const RETRY_MS = 500;
/** Statuses that cannot be written shall not hold up the end of a worker. */
const FLUSH_TIMEOUT_MS = 5_000;
/** Tasks get so long to end before their offsets are altered. */
const END_WAIT_MS = 10_000;
const END_LOOK_MS = 50;

export interface DistributedHerderOptions {
  readonly settings: DistributedSettings;
  /** Of the worker's own clients (`bootstrap.servers`, `security.protocol`, …). */
  readonly kafka: KafkaOptions;
  /** Base URL of this worker's REST, as the others reach it. */
  readonly url: string;
  readonly worker: ConnectWorker;
  readonly connectors: ConnectorKnowledge;
  /** `topic.tracking.enable` and `topic.tracking.allow.reset`. */
  readonly isTopicTrackingEnabled: boolean;
  readonly isTopicResetAllowed: boolean;
  /** Sets the level on this worker, as asked for on all (KIP-976). */
  setLoggerLevel(logger: string, level: string): void;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  readonly clock: Clock;
  readonly timers?: Timers;
}

/** What of plugins a herder has to know. */
export interface ConnectorKnowledge {
  /** Throws HerderError when something is wrong with the configuration. Resolves with the kind of the connector. */
  assertValid(config: ConfigProperties): Promise<ConnectorType>;
  /** Without running code of plugins. */
  typeOf(config: ConfigProperties): ConnectorType;
}

export class DistributedHerder implements Herder {
  readonly #options: DistributedHerderOptions;
  readonly #settings: DistributedSettings;
  readonly #timers: Timers;
  readonly #log: Logger;
  readonly #kafka: Kafka;
  readonly #cluster: Cluster;
  readonly #admin: Admin;
  readonly #config: ConfigStore;
  readonly #status: StatusStore;
  readonly #membership: WorkerMembership;
  readonly #duties: LeaderDuties;
  readonly #leader: LeaderRequests;
  readonly #work: AssignedWork;
  readonly #plans: PlanPublisher;
  readonly #stopping = new AbortController();
  readonly #restarting = new Set<string>();
  readonly #joined = Promise.withResolvers<void>();
  #round: Round | undefined;
  /** Changes when what is given must not be taken up any more, because some of it was taken away. */
  #epoch = 0;
  #workKeys = '';
  /** Offset behind the last record that changed what is to be shared out. */
  #workOffset = -1n;
  #isStarted = false;
  #failure: KafkaError | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: DistributedHerderOptions) {
    this.#options = options;
    const { settings, log, clock, worker, url } = options;
    this.#settings = settings;
    this.#log = log;
    this.#timers = options.timers ?? systemTimers;
    this.#kafka = kafka(options.kafka);
    this.#cluster = new Cluster(options.kafka, systemRuntime());
    this.#admin = this.#kafka.admin();
    const isTransactional = settings.exactlyOnceSourceSupport !== 'disabled';
    this.#config = new ConfigStore({
      kafka: this.#kafka,
      topic: settings.configStorageTopic,
      replicationFactor: settings.configStorageReplicationFactor,
      configs: topicConfigs(settings.properties, 'config'),
      transactionalId: isTransactional ? leaderTransactionalId(settings.groupId) : undefined,
      log,
      onChange: (record) => this.#onChange(record),
    });
    this.#status = new StatusStore({
      kafka: this.#kafka,
      topic: settings.statusStorageTopic,
      partitions: settings.statusStoragePartitions,
      replicationFactor: settings.statusStorageReplicationFactor,
      configs: topicConfigs(settings.properties, 'status'),
      log,
      clock,
    });
    this.#membership = new WorkerMembership(
      this.#cluster,
      {
        groupId: settings.groupId,
        url: url.endsWith('/') ? url : `${url}/`,
        sessionTimeoutMs: settings.sessionTimeoutMs,
        heartbeatIntervalMs: settings.heartbeatIntervalMs,
        rebalanceTimeoutMs: settings.rebalanceTimeoutMs,
        delayMaxMs: settings.scheduledRebalanceMaxDelayMs,
      },
      log,
      {
        configOffset: () => this.#config.state.offset,
        configuredAt: (offset) => this.#configuredAt(offset),
        onRevoked: (work) => this.#onRevoked(work),
        onRound: (round) => this.#onRound(round),
        onLost: (work) => void this.#onRevoked(work),
        onError: (error) => this.#onError(error),
      },
    );
    measureRebalances(this.#membership, clock, options.metrics);
    this.#duties = new LeaderDuties({
      config: this.#config,
      admin: this.#admin,
      settings,
      log,
      clock,
      timers: this.#timers,
      isLeader: () => this.#membership.isLeader,
      leaderUrl: () => this.#membership.leaderUrl,
    });
    this.#leader = new LeaderRequests({
      leaderUrl: () => this.#membership.leaderUrl,
      sessionKey: () => this.#config.state.sessionKey,
      algorithm: settings.interWorkerSignatureAlgorithm,
      signal: this.#stopping.signal,
    });
    this.#plans = new PlanPublisher({
      state: this.#config.state,
      log,
      timers: this.#timers,
      put: (connector, configs) =>
        this.#membership.isLeader
          ? this.#duties.putTaskConfigs(connector, configs)
          : this.#leader.putTaskConfigs(connector, configs),
      isOwned: (connector) => this.#work.given.connectors.includes(connector),
    });
    this.#work = new AssignedWork({
      worker,
      state: this.#config.state,
      log,
      isExactlyOnce: ({ config }) =>
        settings.exactlyOnceSourceSupport === 'enabled' && options.connectors.typeOf(config) === 'source',
      prepareTask: (connector, id) => this.#prepareTask(connector, id),
      onPlan: (connector, configs) => this.#plans.publish(connector, configs),
    });
    worker.listen({
      connectorStatus: (connector, status) => this.#onConnectorStatus(connector, status),
      taskStatus: (id, status) => this.#onTaskStatus(id, status),
      topicUsed: (id, topic) => this.#status.addTopic(id, topic),
    });
  }

  async start(): Promise<void> {
    await Promise.all([this.#config.start(), this.#status.start()]);
    this.#workKeys = keysOf(this.#config.state.work);
    this.#membership.start();
    await this.#joined.promise;
    this.#isStarted = true;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async health(): Promise<HerderHealth> {
    if (this.#failure !== undefined) {
      return { status: 'unhealthy', message: `Worker has left its group for good: ${this.#failure.message}` };
    }
    if (!this.#isStarted) return { status: 'starting', message: 'Worker is still starting up.' };
    return { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' };
  }

  async kafkaClusterId(): Promise<string> {
    const { clusterId } = await this.#admin.describeCluster();
    return clusterId ?? '';
  }

  async connectors(): Promise<readonly string[]> {
    return this.#config.state.connectors;
  }

  async connectorInfo(connector: string): Promise<ConnectorInfo> {
    return this.#infoOf(this.#duties.connector(connector));
  }

  async connectorConfig(connector: string): Promise<ConfigProperties> {
    return this.#duties.connector(connector).config;
  }

  async connectorStatus(connector: string): Promise<ConnectorStatus> {
    return this.#statusOf(this.#duties.connector(connector, notFound.connectorStatus));
  }

  async taskConfigs(connector: string): Promise<readonly TaskInfo[]> {
    return this.#duties.connector(connector).tasks.map((config, task) => ({ id: { connector, task }, config }));
  }

  async taskStatus(id: ConnectorTaskId): Promise<TaskStatus> {
    const status = this.#status.task(id);
    if (status === undefined) throw notFound.taskStatus(id.connector, id.task);
    return { id: id.task, ...runStatus(status) };
  }

  async putConnector(
    connector: string,
    config: ConfigProperties,
    { initialState, onlyIfNew = false }: PutConnectorOptions = {},
  ): Promise<PutConnectorResult> {
    this.#duties.assertLeader();
    const type = await this.#options.connectors.assertValid(config);
    if (type === 'sink') this.#checkGroup(connector, config);
    const created = await this.#duties.step(() => {
      const existing = this.#config.state.connector(connector);
      if (existing !== undefined && onlyIfNew) {
        throw alreadyExists(connector);
      }
      const records: ConfigRecord[] = [{ kind: 'connector', connector, config }];
      if (existing === undefined && initialState !== undefined) {
        records.unshift({ kind: 'target-state', connector, state: initialState });
      }
      return { records, result: existing === undefined };
    });
    return { created, info: this.#infoOf(this.#duties.connector(connector)) };
  }

  async patchConnector(connector: string, patch: Readonly<Record<string, string | null>>): Promise<PutConnectorResult> {
    this.#duties.assertLeader();
    const patched = { ...this.#duties.connector(connector).config, ...patch };
    const entries = Object.entries(patched).filter((entry): entry is [string, string] => entry[1] !== null);
    return this.putConnector(connector, Object.fromEntries(entries));
  }

  async deleteConnector(connector: string): Promise<void> {
    await this.#change(connector, () => [
      { kind: 'connector', connector, config: null },
      { kind: 'target-state', connector, state: null },
    ]);
  }

  async pauseConnector(connector: string): Promise<void> {
    await this.#setTargetState(connector, 'PAUSED');
  }

  async resumeConnector(connector: string): Promise<void> {
    await this.#setTargetState(connector, 'STARTED');
  }

  async stopConnector(connector: string): Promise<void> {
    await this.#change(
      connector,
      () => [...taskRecords(connector, []), { kind: 'target-state', connector, state: 'STOPPED' }],
      notFound.unknownConnector,
    );
  }

  async restartConnector(connector: string): Promise<void> {
    await this.#writeRestart({ connector, includeTasks: false, onlyFailed: false });
  }

  async restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStatus> {
    const { connector } = request;
    const before = this.#statusOf(this.#duties.connector(connector, notFound.connectorToRestart));
    await this.#writeRestart(request);
    return restartPlan(request, before).status;
  }

  async restartTask(id: ConnectorTaskId): Promise<void> {
    const { connector, task } = id;
    if (this.#config.state.connector(connector)?.tasks[task] === undefined)
      throw notFound.taskToRestart(connector, task);
    if (this.#work.given.tasks.some((given) => taskKey(given) === taskKey(id))) {
      this.#restart({ connectors: [], tasks: [id] });
      return;
    }
    const url = this.#membership.isLeader ? this.#membership.urlOfOwner(connector, task) : this.#membership.leaderUrl;
    throw new NotTheTargetError(`Task ${connector}-${String(task)} is not one of this worker: try again`, url);
  }

  async activeTopics(connector: string): Promise<readonly string[]> {
    this.#assertTracking();
    return this.#status.topics(connector);
  }

  async resetActiveTopics(connector: string): Promise<void> {
    this.#assertTracking();
    if (!this.#options.isTopicResetAllowed) {
      throw new HerderError(
        'MILLRACE_CONNECT_FORBIDDEN',
        'Topic tracking reset is disabled: set topic.tracking.allow.reset=true in the worker’s settings',
      );
    }
    this.#status.forgetTopics(connector);
    await this.#status.flush(FLUSH_TIMEOUT_MS);
  }

  async connectorOffsets(connector: string): Promise<readonly ConnectorOffset[]> {
    const { config } = this.#duties.connector(connector);
    return this.#options.worker.connectorOffsets(connector, config);
  }

  alterConnectorOffsets(connector: string, offsets: readonly ConnectorOffset[]): Promise<string> {
    return this.#alterOffsets(connector, offsets);
  }

  resetConnectorOffsets(connector: string): Promise<string> {
    return this.#alterOffsets(connector, undefined);
  }

  async setClusterLoggerLevel(logger: string, level: string): Promise<void> {
    await this.#duties.step(() => ({ records: [{ kind: 'logger', logger, level }], result: undefined }));
  }

  async putTaskConfigs(connector: string, configs: readonly TaskConfig[], request: SignedRequest): Promise<void> {
    this.#duties.assertSigned(request);
    this.#duties.assertLeader();
    await this.#duties.putTaskConfigs(connector, configs);
  }

  async fenceZombies(connector: string, request: SignedRequest): Promise<void> {
    this.#duties.assertSigned(request);
    this.#duties.assertLeader();
    await this.#duties.fence(connector);
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#plans.stop();
    this.#duties.stop();
    this.#epoch++;
    // Others take the work over when they hear that this worker goes: nothing of it may run then.
    await this.#work.release(this.#work.given);
    await Promise.all([this.#membership.leave(), this.#status.flush(FLUSH_TIMEOUT_MS)]);
    await Promise.allSettled([this.#config[Symbol.asyncDispose](), this.#status[Symbol.asyncDispose]()]);
    await Promise.allSettled([this.#cluster.close(), this.#kafka.close()]);
  }

  async #change(
    connector: string,
    records: () => readonly ConfigRecord[],
    orElse: (name: string) => HerderError = notFound.connector,
  ): Promise<void> {
    await this.#duties.step(() => {
      this.#duties.connector(connector, orElse);
      return { records: records(), result: undefined };
    });
  }

  async #setTargetState(connector: string, state: TargetState): Promise<void> {
    await this.#change(connector, () => [{ kind: 'target-state', connector, state }], notFound.unknownConnector);
  }

  async #writeRestart(request: RestartRequest): Promise<void> {
    await this.#change(request.connector, () => [{ kind: 'restart', request }], notFound.connectorToRestart);
  }

  async #alterOffsets(connector: string, offsets: readonly ConnectorOffset[] | undefined): Promise<string> {
    this.#duties.assertLeader();
    assertStopped(this.#duties.connector(connector));
    await this.#tasksEnded(connector);
    const stored = this.#duties.connector(connector);
    assertStopped(stored);
    const isSource = this.#options.connectors.typeOf(stored.config) === 'source';
    if (isSource && this.#settings.exactlyOnceSourceSupport === 'enabled') await this.#duties.fence(connector);
    return this.#options.worker.alterOffsets(connector, stored.config, offsets);
  }

  /** Tasks of a connector that was just stopped may still be about to end, here or elsewhere. */
  async #tasksEnded(connector: string): Promise<void> {
    const { clock } = this.#options;
    const deadlineMs = clock.monotonicMs() + END_WAIT_MS;
    for (;;) {
      const running = this.#status.tasks(connector).filter(({ status }) => status.state !== 'UNASSIGNED');
      if (running.length === 0) return;
      if (clock.monotonicMs() > deadlineMs) {
        const names = running.map(({ id, status }) => `${String(id.task)} on ${status.workerId}`).join(', ');
        throw new HerderError(
          'MILLRACE_CONNECT_CONFLICT',
          `tasks of ${connector} have not ended yet (${names}), and would store offsets of their own: try again`,
        );
      }
      await this.#pause(END_LOOK_MS);
    }
  }

  /** A consumer in the group of the workers would break it. */
  #checkGroup(connector: string, config: ConfigProperties): void {
    const group = config['consumer.override.group.id'] ?? `connect-${connector}`;
    if (group !== this.#settings.groupId) return;
    throw new HerderError(
      'MILLRACE_CONNECT_BAD_REQUEST',
      `Consumer group ${group} for sink connector named ${connector} conflicts with Connect worker group ${group}: name the connector otherwise`,
    );
  }

  async #configuredAt(offset: bigint): Promise<{ readonly offset: bigint; readonly work: WorkLoad } | undefined> {
    const { state } = this.#config;
    try {
      if (state.offset < offset) {
        await this.#config.readToEnd(AbortSignal.timeout(this.#settings.workerSyncTimeoutMs));
      }
    } catch (error) {
      this.#log.warn('the config topic could not be read within worker.sync.timeout.ms', { error: messageOf(error) });
    }
    return state.offset < offset ? undefined : { offset: state.offset, work: state.work };
  }

  #onRound(round: Round): void {
    if (this.#round?.leaderUrl !== round.leaderUrl) this.#leader.leaderChanged();
    this.#round = round;
    const { generation, isLeader, memberId, owned, leaderUrl } = round;
    const counts = { connectorCount: owned.connectors.length, taskCount: owned.tasks.length };
    this.#log.info('work was shared out', { generation, memberId, isLeader, leaderUrl, ...counts });
    void this.#adopt(round).catch((error: unknown) => {
      this.#log.error('taking up work failed', { error: messageOf(error) });
    });
  }

  async #adopt(round: Round): Promise<void> {
    const epoch = this.#epoch;
    const isCurrent = (): boolean => this.#round === round && this.#epoch === epoch && !this.#stopping.signal.aborted;
    await this.#duties.lead(round.isLeader);
    const { state } = this.#config;
    while (isCurrent() && state.offset < round.configOffset) {
      try {
        await this.#config.readToEnd(AbortSignal.timeout(this.#settings.workerSyncTimeoutMs));
      } catch (error) {
        this.#log.warn('the config topic could not be read as far as the leader had read it, trying again', {
          error: messageOf(error),
        });
        await this.#pause(RETRY_MS);
      }
    }
    if (!isCurrent()) return;
    if (round.hasMismatch) {
      await this.#pause(RETRY_MS);
      this.#membership.rejoin('the leader had read less of the config topic than a member');
      return;
    }
    this.#work.take(round.owned);
    this.#joined.resolve();
    this.#tellWaiting(round);
    // A worker that went away for good tells nothing of what it had.
    if (round.isSettled) for (const connector of this.#status.connectors()) this.#forgetStatuses(connector, true);
    if (this.#workOffset > round.configOffset) this.#membership.rejoin('what is configured has changed');
  }

  /** Nobody runs what waits for a worker that went away, and readers of the status should know. */
  #tellWaiting({ waiting, generation }: Round): void {
    const lost = (status: StoredStatus | undefined): StoredStatus | undefined =>
      status === undefined || status.state === 'UNASSIGNED'
        ? undefined
        : { state: 'UNASSIGNED', workerId: status.workerId, generation, trace: undefined, version: undefined };
    for (const connector of waiting.connectors) {
      const status = lost(this.#status.connector(connector));
      if (status !== undefined) this.#status.write(connector, status);
    }
    for (const id of waiting.tasks) {
      const status = lost(this.#status.task(id));
      if (status !== undefined) this.#status.write(id, status);
    }
  }

  async #onRevoked(work: WorkLoad): Promise<void> {
    this.#epoch++;
    await this.#work.release(work);
  }

  #onError(error: KafkaError): void {
    this.#log.error('the membership in the group of workers has a problem', { error: error.message });
    if (!error.fatal) return;
    this.#failure = error;
    this.#joined.reject(error);
    this.#joined.promise.catch(() => undefined);
  }

  #onChange(record: ConfigRecord): void {
    const { state } = this.#config;
    if (record.kind === 'connector' || record.kind === 'commit') {
      const keys = keysOf(state.work);
      if (keys !== this.#workKeys) {
        this.#workKeys = keys;
        this.#workOffset = state.offset;
        // While a round is under way, its end tells whether it has taken the change into account.
        const isKnown = this.#round !== undefined && state.offset <= this.#round.configOffset;
        if (!isKnown && !this.#membership.isRebalancing) this.#membership.rejoin('what is configured has changed');
      }
      if (this.#membership.isLeader) this.#forgetStatuses(record.connector, false);
    }
    if (record.kind === 'restart') this.#onRestart(record.request);
    else if (record.kind === 'logger') this.#options.setLoggerLevel(record.logger, record.level);
    else this.#work.look();
  }

  /** Of what is configured no more. Whoever still runs it tells when it has ended. */
  #forgetStatuses(connector: string, isEnded: boolean): void {
    const stored = this.#config.state.connector(connector);
    if (stored === undefined) return this.#status.forget(connector);
    for (const { id, status } of this.#status.tasks(connector)) {
      if (id.task < stored.tasks.length) continue;
      if (isEnded || status.state === 'UNASSIGNED') this.#status.forgetTask(id);
    }
  }

  #onRestart({ connector, includeTasks, onlyFailed }: RestartRequest): void {
    const { given } = this.#work;
    const fits = (status: StoredStatus | undefined): boolean => !onlyFailed || status?.state === 'FAILED';
    this.#restart({
      connectors: given.connectors.filter((each) => each === connector && fits(this.#status.connector(each))),
      tasks: includeTasks
        ? given.tasks.filter((each) => each.connector === connector && fits(this.#status.task(each)))
        : [],
    });
  }

  #restart(work: WorkLoad): void {
    for (const connector of work.connectors) this.#restarting.add(workKey(connector));
    for (const id of work.tasks) this.#restarting.add(taskKey(id));
    this.#work.restart(work);
  }

  /** Fences the tasks of before, and takes care that this one is not of before itself. */
  async #prepareTask(
    { name, tasksOffset }: StoredConnector,
    id: ConnectorTaskId,
  ): Promise<Pick<StartTask, 'exactlyOnce' | 'confirmOwnership'>> {
    const { groupId, offsetStorageTopic } = this.#settings;
    const { state } = this.#config;
    const isSame = (): boolean => state.connector(name)?.tasksOffset === tasksOffset;
    while (isSame() && state.connector(name)?.isFencingPending === true && !this.#stopping.signal.aborted) {
      try {
        if (this.#membership.isLeader) await this.#duties.fence(name);
        else await this.#leader.fence(name);
        await this.#config.readToEnd();
      } catch (error) {
        this.#log.warn('fencing the former tasks of a connector failed, trying again', {
          ...id,
          error: messageOf(error),
        });
        await this.#pause(RETRY_MS);
      }
    }
    return {
      exactlyOnce: { transactionalId: taskTransactionalId(groupId, name, id.task), offsetTopic: offsetStorageTopic },
      confirmOwnership: async () => {
        await this.#config.readToEnd();
        const isOwned = this.#membership.owned.tasks.some((task) => taskKey(task) === taskKey(id));
        if (isSame() && isOwned) return;
        throw new HerderError(
          'MILLRACE_CONNECT_CONFLICT',
          `task ${name}-${String(id.task)} is not this worker's any more: ${isSame() ? 'another worker has it' : 'newer tasks are configured'}`,
        );
      },
    };
  }

  #onConnectorStatus(connector: string, status: RunStatus): void {
    if (this.#config.state.connector(connector) === undefined) return this.#status.forget(connector);
    this.#status.write(connector, this.#toStore(workKey(connector), status));
  }

  #onTaskStatus(id: ConnectorTaskId, status: RunStatus): void {
    const stored = this.#config.state.connector(id.connector);
    if (stored === undefined) return this.#status.forget(id.connector);
    if (stored.tasks[id.task] === undefined) return this.#status.forgetTask(id);
    this.#status.write(id, this.#toStore(taskKey(id), status));
  }

  #toStore(key: string, { state, workerId, version, trace, restarts, nextRestartAtMs }: RunStatus): StoredStatus {
    const isRestarting = state === 'UNASSIGNED' && this.#restarting.has(key);
    if (state !== 'UNASSIGNED') this.#restarting.delete(key);
    return {
      state: isRestarting ? 'RESTARTING' : state,
      workerId,
      version,
      trace,
      generation: this.#round?.generation ?? 0,
      ...(restarts === undefined ? {} : { restarts }),
      ...(nextRestartAtMs === undefined ? {} : { nextRestartAtMs }),
    };
  }

  #infoOf({ name, config, tasks }: StoredConnector): ConnectorInfo {
    return {
      name,
      config,
      tasks: tasks.map((_, task) => ({ connector: name, task })),
      type: this.#options.connectors.typeOf(config),
    };
  }

  #statusOf({ name, config }: StoredConnector): ConnectorStatus {
    const status = this.#status.connector(name);
    return {
      name,
      // Between its configuration and its first start nobody has it.
      connector: status === undefined ? { state: 'UNASSIGNED', workerId: '' } : runStatus(status),
      tasks: this.#status.tasks(name).map(({ id, status: ofTask }) => ({ id: id.task, ...runStatus(ofTask) })),
      type: this.#options.connectors.typeOf(config),
    };
  }

  #assertTracking(): void {
    if (this.#options.isTopicTrackingEnabled) return;
    throw new HerderError(
      'MILLRACE_CONNECT_FORBIDDEN',
      'Topic tracking is disabled: set topic.tracking.enable=true in the worker’s settings',
    );
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#timers.schedule(delayMs, () => resolve()));
  }
}

function runStatus({ state, workerId, version, trace, restarts, nextRestartAtMs }: StoredStatus): RunStatus {
  return {
    state,
    workerId,
    ...(version === undefined ? {} : { version }),
    ...(trace === undefined ? {} : { trace }),
    ...(restarts === undefined ? {} : { restarts }),
    ...(nextRestartAtMs === undefined ? {} : { nextRestartAtMs }),
  };
}

function keysOf(work: WorkLoad): string {
  return [...work.connectors.map((connector) => workKey(connector)), ...work.tasks.map(taskKey)].join('\n');
}
