/**
 * The herder of a worker that shares connectors and tasks with others: any worker answers, the leader writes.
 *
 * Owns: the three topics of the group, the membership, and through {@link AssignedWork} what runs here.
 * Invariants: what is configured changes only through the config topic, which every worker follows; a request that changes something is the
 *   leader's, and others say where the leader is.
 * Not here: sharing out (../group), taking up what was given (./round-follower.ts), what the leader writes (./leader-duties.ts), what is told
 *   of it (./work-statuses.ts), running (../worker), HTTP (../rest).
 */
import { systemTimers, type Clock, type Logger, type MetricsRegistry, type Timers } from '@millrace/base';
import type { ConfigProperties, TaskConfig } from '@millrace/connect-api';
import { kafka, type Admin, type Kafka, type KafkaError, type KafkaOptions } from '@millrace/sdk';
import { Cluster, systemRuntime } from '@millrace/sdk/internal';
import { taskKey, type WorkLoad } from '../group/work-load.ts';
import { WorkerMembership } from '../group/worker-membership.ts';
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
  SignedRequest,
  TargetState,
  TaskInfo,
  TaskStatus,
} from '../herder/herder.ts';
import { restartPlan } from '../herder/restart-plan.ts';
import { PeerClient } from '../rest/peer-client.ts';
import type { ConfigRecord } from '../stores/config-records.ts';
import type { StoredConnector } from '../stores/config-state.ts';
import { ConfigStore } from '../stores/config-store.ts';
import { StatusStore } from '../stores/status-store.ts';
import type { ConnectWorker } from '../worker/worker-types.ts';
import { AssignedWork } from './assigned-work.ts';
import { leaderTransactionalId, topicConfigs, type DistributedSettings } from './distributed-settings.ts';
import { exactlyOnceStart } from './exactly-once-start.ts';
import { assertStopped, LeaderDuties, taskRecords } from './leader-duties.ts';
import { LeaderRequests } from './leader-requests.ts';
import { PlanPublisher } from './plan-publisher.ts';
import { measureRebalances } from './rebalance-metrics.ts';
import { RoundFollower } from './round-follower.ts';
import { WorkStatuses } from './work-statuses.ts';

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
  readonly #rounds: RoundFollower;
  readonly #statuses: WorkStatuses;
  readonly #plans: PlanPublisher;
  readonly #stopping = new AbortController();
  readonly #joined = Promise.withResolvers<void>();
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
        configuredAt: (offset) => this.#rounds.configuredAt(offset),
        onRevoked: (work) => this.#rounds.revoke(work),
        onRound: (round) => this.#rounds.follow(round),
        onLost: (work) => void this.#rounds.revoke(work),
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
      failure: () => this.#failure,
    });
    this.#leader = new LeaderRequests({
      leaderUrl: () => this.#membership.leaderUrl,
      sessionKey: () => this.#config.state.sessionKey,
      algorithm: settings.interWorkerSignatureAlgorithm,
      peers: new PeerClient(settings.properties),
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
      prepareTask: (connector, id) =>
        exactlyOnceStart(connector, id, {
          config: this.#config,
          settings,
          log,
          stopping: this.#stopping.signal,
          pause: (ms) => this.#pause(ms),
          fence: (name) => (this.#membership.isLeader ? this.#duties.fence(name) : this.#leader.fence(name)),
          owned: () => this.#membership.owned,
        }),
      onPlan: (connector, configs) => this.#plans.publish(connector, configs),
    });
    this.#statuses = new WorkStatuses({
      store: this.#status,
      state: this.#config.state,
      typeOf: (config) => options.connectors.typeOf(config),
      generation: () => this.#rounds.generation,
    });
    this.#rounds = new RoundFollower({
      config: this.#config,
      work: this.#work,
      membership: () => this.#membership,
      syncTimeoutMs: settings.workerSyncTimeoutMs,
      log,
      stopping: this.#stopping.signal,
      pause: (ms) => this.#pause(ms),
      onRound: async (round, before) => {
        if (before?.leaderUrl !== round.leaderUrl) this.#leader.leaderChanged();
        await this.#duties.lead(round.isLeader);
      },
      onTaken: ({ waiting, isSettled }) => {
        this.#joined.resolve();
        this.#statuses.tellWaiting(waiting);
        if (isSettled) this.#statuses.forgetAllGone();
      },
    });
    worker.listen({
      connectorStatus: (connector, status) => this.#statuses.tellConnector(connector, status),
      taskStatus: (id, status) => this.#statuses.tellTask(id, status),
      topicUsed: (id, topic) => this.#status.addTopic(id, topic),
    });
  }

  async start(): Promise<void> {
    await Promise.all([this.#config.start(), this.#status.start()]);
    this.#rounds.begin();
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
    return this.#statuses.ofConnector(this.#duties.connector(connector, notFound.connectorStatus));
  }

  async taskConfigs(connector: string): Promise<readonly TaskInfo[]> {
    return this.#duties.connector(connector).tasks.map((config, task) => ({ id: { connector, task }, config }));
  }

  async taskStatus(id: ConnectorTaskId): Promise<TaskStatus> {
    return this.#statuses.ofTask(id);
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
    const before = this.#statuses.ofConnector(this.#duties.connector(connector, notFound.connectorToRestart));
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
    this.#rounds.end();
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
      const running = this.#statuses.stillRunning(connector);
      if (running.length === 0) return;
      if (clock.monotonicMs() > deadlineMs) {
        const names = running.map(({ id, workerId }) => `${String(id.task)} on ${workerId}`).join(', ');
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

  #onError(error: KafkaError): void {
    this.#log.error('the membership in the group of workers has a problem', { error: error.message });
    if (!error.fatal) return;
    this.#failure = error;
    this.#joined.reject(error);
    this.#joined.promise.catch(() => undefined);
  }

  #onChange(record: ConfigRecord): void {
    if (record.kind === 'connector' || record.kind === 'commit') {
      this.#rounds.onConfigured();
      if (this.#membership.isLeader) this.#statuses.forgetGone(record.connector, false);
    }
    if (record.kind === 'restart') this.#onRestart(record.request);
    else if (record.kind === 'logger') this.#options.setLoggerLevel(record.logger, record.level);
    else this.#work.look();
  }

  #onRestart({ connector, includeTasks, onlyFailed }: RestartRequest): void {
    const { connectors, tasks } = this.#work.given;
    const meant = {
      connectors: connectors.filter((each) => each === connector),
      tasks: includeTasks ? tasks.filter((each) => each.connector === connector) : [],
    };
    this.#restart(onlyFailed ? this.#statuses.failedOf(meant) : meant);
  }

  #restart(work: WorkLoad): void {
    this.#statuses.tellRestart(work);
    this.#work.restart(work);
  }

  #infoOf({ name, config, tasks }: StoredConnector): ConnectorInfo {
    return {
      name,
      config,
      tasks: tasks.map((_, task) => ({ connector: name, task })),
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
