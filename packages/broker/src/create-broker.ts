/**
 * A whole broker inside this process: storage, metadata, coordinators and listeners, put together and taken apart in order.
 *
 * Invariants: clients are let in when everything that this broker owns is open; once storage failed nothing is answered any more;
 *   what was opened is closed, also when a later step of the start fails.
 * Bounds: `close` lets answers in flight finish for CLOSE_GRACE_MS at most.
 * Not here: files, flags and signals (@millrace/server).
 */
import {
  messageOf,
  MillraceError,
  noMetrics,
  randomUuid,
  silentLogger,
  systemClock,
  systemRandom,
  systemTimers,
  type Clock,
  type Logger,
  type MetricsRegistry,
  type Random,
  type Timers,
} from '@millrace/base';
import {
  createGroupCoordinator,
  createTransactionCoordinator,
  DEFAULT_GROUP_COORDINATOR_CONFIG,
  DEFAULT_TRANSACTION_COORDINATOR_CONFIG,
  type GroupCoordinatorConfig,
  type TopicDirectory,
  type TransactionCoordinatorConfig,
} from '@millrace/coordinator';
import type { LogEngine } from '@millrace/log';
import {
  ConfigResourceType,
  type BrokerListener,
  type ClusterSnapshot,
  type MetaStore,
  type TopicMetadata,
} from '@millrace/metadata';
import { brokerConfigKeys, loadBrokerConfig, type BrokerConfig } from './config/broker-config.ts';
import { groupOverrides } from './config/group-keys.ts';
import { createDataPath } from './data-path.ts';
import { RequestDispatcher } from './dispatch/request-dispatcher.ts';
import type { RequestInterceptor } from './dispatch/request-interceptor.ts';
import { RequestMetrics } from './dispatch/request-metrics.ts';
import { FetchSessions } from './fetch-session/fetch-sessions.ts';
import { HANDLERS } from './handlers/registry.ts';
import { advertisedEndpoints, parseEndpoints } from './listener/listener-endpoints.ts';
import { Listener } from './listener/listener.ts';
import type { BrokerNeighbours } from './neighbours.ts';
import { openStorage, type Storage } from './open-storage.ts';
import { registerBrokerMetrics } from './metrics/broker-metrics.ts';
import { EventLoopDelay } from './metrics/event-loop.ts';
import { OwnedPartitions } from './partitions/owned-partitions.ts';
import { ProducerIds } from './producer-ids.ts';
import type { BrokerServices } from './services.ts';
import { createTopicAdmin } from './topics/metadata-topic-admin.ts';
import { createParticipants } from './transactions/create-participants.ts';

export interface BrokerOptions {
  /** Kafka's configuration keys and ours. */
  readonly config?: Readonly<Record<string, string>>;
  /** Where each entry of `config` came from ("--set", "file server.properties"), for what is said of wrong ones. */
  readonly configOrigins?: ReadonlyMap<string, string>;
  /** Where to listen unless `config` has `listeners`; default 127.0.0.1. */
  readonly host?: string;
  /** 0 or absent = a free one. Not together with `listeners` in `config`. */
  readonly port?: number;
  /** Absent = everything is kept in memory and gone at the end. */
  readonly dataDir?: string;
  /** Cut a corrupt journal where it breaks, after saying what is lost. */
  readonly repair?: boolean;
  /** Default: `node.id` of the config. */
  readonly nodeId?: number;
  /** Shared by several brokers of one process; stays theirs to close. Default: one of this broker's own. */
  readonly metaStore?: MetaStore;
  /**
   * Makes the log engine: of its own, or around the one that `createDefault` makes from the settings. The broker starts and closes what it
   * returns.
   */
  readonly engine?: (createDefault: () => LogEngine) => LogEngine;
  /** Where brokers of one process that share a MetaStore find each other, for transactions that span them. Memory only. */
  readonly neighbours?: BrokerNeighbours;
  /** Sees every request before its handler. */
  readonly interceptor?: RequestInterceptor;
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly random?: Random;
  readonly logger?: Logger;
  readonly metrics?: MetricsRegistry;
}

export interface Broker extends AsyncDisposable {
  /** Of the first listener, as bound. */
  readonly address: { readonly host: string; readonly port: number };
  readonly port: number;
  /** As told to clients. */
  readonly listeners: readonly BrokerListener[];
  readonly nodeId: number;
  readonly clusterId: string;
  /** Lets answers in flight finish, then lets go of everything. Repeated calls wait for the first. */
  close(): Promise<void>;
  /** Called once when the broker can promise nothing any more (a disk failed): close it and start anew. */
  onFatal(listener: (error: Error) => void): void;
}

/** Every key that {@link BrokerOptions.config} may hold. */
export const BROKER_CONFIG_KEYS: ReadonlySet<string> = brokerConfigKeys();

const CLOSE_GRACE_MS = 1000;

/**
 * Starts a broker and resolves when it serves.
 *
 * @throws {MillraceError} MILLRACE_BROKER_CONFIG, MILLRACE_BROKER_PORT_IN_USE, MILLRACE_BROKER_BAD_ADDRESS, and what storage says of
 * its directory
 */
export async function createBroker(options: BrokerOptions = {}): Promise<Broker> {
  const broker = new RunningBroker(options);
  try {
    await broker.start();
  } catch (error) {
    await broker.close();
    throw error;
  }
  return broker;
}

/**
 * What {@link createBroker} says of settings, for those who want to hear it before they do anything else.
 *
 * @throws {MillraceError} MILLRACE_BROKER_CONFIG
 */
export function checkBrokerConfig(options: BrokerOptions): void {
  configOf(options);
}

class RunningBroker implements Broker {
  readonly nodeId: number;
  readonly #options: BrokerOptions;
  readonly #config: BrokerConfig;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #logger: Logger;
  readonly #metrics: MetricsRegistry;
  readonly #incarnation: string;
  readonly #eventLoopDelay: EventLoopDelay;
  readonly #fatalListeners: ((error: Error) => void)[] = [];
  #fatal: Error | undefined;
  #storage: Storage | undefined;
  #listener: Listener | undefined;
  #partitions: OwnedPartitions | undefined;
  #services: BrokerServices | undefined;
  #listeners: readonly BrokerListener[] = [];
  #stopFollowing: (() => void) | undefined;
  #leaveNeighbours: (() => void) | undefined;
  #isRegistered = false;
  #closing: Promise<void> | undefined;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#config = configOf(options);
    this.nodeId = this.#config.nodeId;
    this.#clock = options.clock ?? systemClock;
    this.#timers = options.timers ?? systemTimers;
    this.#eventLoopDelay = new EventLoopDelay(this.#clock, this.#timers);
    this.#random = options.random ?? systemRandom;
    this.#logger = options.logger ?? silentLogger;
    this.#metrics = options.metrics ?? noMetrics;
    this.#incarnation = randomUuid(this.#random);
  }

  get clusterId(): string {
    return this.#started().services.clusterId;
  }

  get address(): { readonly host: string; readonly port: number } {
    const [first] = this.#started().listener.bound;
    if (first === undefined) throw new Error('a broker without listeners cannot be');
    return { host: first.host, port: first.port };
  }

  get port(): number {
    return this.address.port;
  }

  get listeners(): readonly BrokerListener[] {
    return this.#listeners;
  }

  onFatal(listener: (error: Error) => void): void {
    this.#fatalListeners.push(listener);
    if (this.#fatal !== undefined) listener(this.#fatal);
  }

  async start(): Promise<void> {
    for (const notice of this.#config.notices) this.#logger.warn(notice);
    const listener = this.#createListener();
    this.#listener = listener;
    // First, so that a port in use is told before a long recovery and not behind it.
    await listener.bind();
    const storage = await this.#openStorage();
    const { metaStore, engine } = storage;
    engine.onFatal((error) => this.#fail(error));

    this.#applyDynamicConfig(metaStore.snapshot());
    const services = this.#createServices(storage);
    this.#services = services;
    this.#leaveNeighbours = this.#options.neighbours?.join(this.nodeId, services);
    this.#stopFollowing = metaStore.onChange((snapshot) => this.#follow(snapshot));
    this.#listeners = advertisedEndpoints(listener.bound, this.#config.advertisedListeners).map((endpoint) => ({
      ...endpoint,
      securityProtocol: 'PLAINTEXT',
    }));
    this.#isRegistered = true;
    await settleAll(
      metaStore.registerBroker({
        nodeId: this.nodeId,
        incarnation: this.#incarnation,
        rack: this.#config.brokerRack,
        listeners: this.#listeners,
      }),
      this.#started().partitions.start(),
    );
    registerBrokerMetrics({
      metrics: this.#metrics,
      ...this.#started(),
      eventLoopDelay: this.#eventLoopDelay,
      dataDir: this.#options.dataDir,
    });
    listener.accept();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #createListener(): Listener {
    const config = this.#config;
    const requestMetrics = new RequestMetrics(this.#metrics, HANDLERS.keys());
    return new Listener({
      endpoints: parseEndpoints('listeners', config.listeners),
      processor: {
        accept: (connection, frame) => this.#dispatcher(requestMetrics).accept(connection, frame),
        start: (request) => this.#dispatcher(requestMetrics).start(request),
        sent: (request, nowMs) => requestMetrics.sent(request, nowMs),
      },
      clock: this.#clock,
      timers: this.#timers,
      logger: this.#logger.child({ part: 'listener' }),
      frameBytesMax: config.memoryShares.frameBytesMax,
      idleMsMax: config.connectionsMaxIdleMs,
      connectionLimits: () => ({ total: config.maxConnections, perAddress: config.maxConnectionsPerIp }),
      backlog: config.socketListenBacklogSize,
      inFlightBytesMax: config.memoryShares.requestBytes,
      answerBytesMax: config.memoryShares.answerBytes,
      onBytes: (receivedBytes, sentBytes) => requestMetrics.bytes(receivedBytes, sentBytes),
      onProtocolFault: () => requestMetrics.protocolFault(),
    });
  }

  #lateDispatcher: RequestDispatcher | undefined;

  /** Made with the first request, when everything else stands. */
  #dispatcher(metrics: RequestMetrics): RequestDispatcher {
    this.#lateDispatcher ??= new RequestDispatcher({
      handlers: HANDLERS,
      services: this.#started().services,
      metrics,
      clock: this.#clock,
      logger: this.#logger.child({ part: 'requests' }),
      onBrokenInvariant: (error) => this.#fail(error),
      interceptor: this.#options.interceptor,
    });
    return this.#lateDispatcher;
  }

  async #openStorage(): Promise<Storage> {
    this.#storage = await openStorage({
      dataDir: this.#options.dataDir,
      repair: this.#options.repair ?? false,
      metaStore: this.#options.metaStore,
      engine: this.#options.engine,
      config: this.#config,
      clock: this.#clock,
      timers: this.#timers,
      random: this.#random,
      logger: this.#logger,
      metrics: this.#metrics,
    });
    return this.#storage;
  }

  #createServices({ metaStore, engine }: Storage): BrokerServices {
    const config = this.#config;
    const dataPath = createDataPath(config, this.#clock, this.#timers, this.#metrics);
    const topics = topicDirectory(metaStore);
    const groups = createGroupCoordinator({
      config: groupConfig(config),
      clock: this.#clock,
      timers: this.#timers,
      random: this.#random,
      logger: this.#logger.child({ part: 'groups' }),
      metrics: this.#metrics,
      topics,
      overridesOf: (groupId) =>
        groupOverrides(metaStore.snapshot().configs.get(`${ConfigResourceType.group}:${groupId}`)),
    });
    const producerIds = new ProducerIds(metaStore);
    const transactions = createTransactionCoordinator({
      config: transactionConfig(config),
      clock: this.#clock,
      timers: this.#timers,
      logger: this.#logger.child({ part: 'transactions' }),
      metrics: this.#metrics,
      topics,
      // The partitions are handed to the coordinator, so they are made after it.
      participants: createParticipants({
        here: () => ({ partitions, groups, transactions }),
        neighbours: this.#options.neighbours,
        groups,
        producerIds,
      }),
    });
    const partitions: OwnedPartitions = new OwnedPartitions({
      nodeId: this.nodeId,
      metaStore,
      engine,
      groups,
      transactions,
      logConfig: (topic) => dataPath.topicSettings.of(topic),
      clock: this.#clock,
      logger: this.#logger.child({ part: 'partitions' }),
      onTopicGone: ({ name }) => dataPath.traffic.forget(name),
      onBrokenInvariant: (error) => this.#fail(error),
    });
    this.#partitions = partitions;
    return {
      nodeId: this.nodeId,
      clusterId: metaStore.snapshot().clusterId,
      config,
      clock: this.#clock,
      timers: this.#timers,
      random: this.#random,
      logger: this.#logger,
      metrics: this.#metrics,
      metaStore,
      engine,
      partitions,
      topics: createTopicAdmin({
        nodeId: this.nodeId,
        config,
        metaStore,
        partitions,
        timers: this.#timers,
        random: this.#random,
        logger: this.#logger.child({ part: 'topics' }),
      }),
      groups,
      transactions,
      producerIds,
      fetchSessions: new FetchSessions(config.maxIncrementalFetchSessionCacheSlots, this.#clock, this.#random),
      dataPath,
      neighbours: this.#options.neighbours,
    };
  }

  #follow(snapshot: ClusterSnapshot): void {
    try {
      const isChanged = this.#applyDynamicConfig(snapshot);
      this.#partitions?.apply(snapshot);
      if (isChanged) this.#partitions?.refreshConfigs();
    } catch (error) {
      // A broker that does not follow the metadata would serve what is not its own.
      this.#fail(error instanceof Error ? error : new Error(messageOf(error)));
    }
  }

  #applyDynamicConfig({ configs }: ClusterSnapshot): boolean {
    const stored = (name: string): ReadonlyMap<string, string> =>
      configs.get(`${ConfigResourceType.broker}:${name}`) ?? NO_CONFIGS;
    return this.#config.applyDynamic(stored(''), stored(String(this.nodeId)), {
      changed: (setting, value) => this.#logger.info('a broker setting has a new value', { setting, value }),
      leftOut: (problem) => this.#logger.warn('a stored broker setting is left out; alter or delete it', { problem }),
    });
  }

  #started(): { listener: Listener; services: BrokerServices; partitions: OwnedPartitions } {
    const [listener, services, partitions] = [this.#listener, this.#services, this.#partitions];
    if (listener === undefined || services === undefined || partitions === undefined) {
      throw new Error('the broker has not started');
    }
    return { listener, services, partitions };
  }

  /** Nothing can be promised any more: no further answer leaves. */
  #fail(error: Error): void {
    if (this.#fatal !== undefined) return;
    this.#fatal = error;
    this.#logger.error('the broker stops: nothing can be promised any more', { error: error.stack ?? error.message });
    this.#listener?.cut();
    for (const listener of this.#fatalListeners) listener(error);
  }

  async #close(): Promise<void> {
    const steps: (() => Promise<void> | undefined)[] = [
      async () => {
        // Requests that wait for a coordinator end with it, so that their answers leave before the connections do.
        const closed = this.#listener?.close(CLOSE_GRACE_MS);
        await this.#services?.transactions.close();
        await this.#services?.groups.close();
        await closed;
      },
      async () => {
        this.#leaveNeighbours?.();
        this.#stopFollowing?.();
        this.#eventLoopDelay.close();
        this.#services?.fetchSessions.close();
        this.#services?.dataPath.produceDeadlines.close();
        await this.#partitions?.close();
      },
      async () => {
        if (this.#isRegistered) await this.#storage?.metaStore.unregisterBroker(this.nodeId, this.#incarnation);
      },
      () => this.#storage?.close(),
    ];
    let failure: unknown;
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        failure ??= error;
        this.#logger.warn('a part of the broker did not close cleanly', { error: messageOf(error) });
      }
    }
    // After a storage failure closing cannot be clean, and was reported.
    if (failure !== undefined && this.#fatal === undefined) throw failure as Error;
  }
}

/** The topics of the MetaStore's newest snapshot, as the coordinator wants them. */
function topicDirectory(metaStore: MetaStore): TopicDirectory {
  const racks = (topic: TopicMetadata): readonly (string | null)[] | undefined => {
    const { brokers } = metaStore.snapshot();
    const found = topic.partitions.map(({ owner }) => brokers.get(owner)?.rack ?? null);
    return found.some((rack) => rack !== null) ? found : undefined;
  };
  const known = (topic: TopicMetadata | undefined): ReturnType<TopicDirectory['byName']> => {
    if (topic === undefined) return undefined;
    const { name, topicId, partitions } = topic;
    const rackOf = racks(topic);
    return { name, topicId, partitionCount: partitions.length, ...(rackOf && { racks: rackOf }) };
  };
  let version = 0;
  let topicsSeen: unknown;
  return {
    get version() {
      const { topicsByName } = metaStore.snapshot();
      if (topicsByName !== topicsSeen) version++;
      topicsSeen = topicsByName;
      return version;
    },
    *names() {
      for (const { name, isInternal } of metaStore.snapshot().topicsByName.values()) if (!isInternal) yield name;
    },
    byName: (name) => known(metaStore.snapshot().topicsByName.get(name)),
    byId: (topicId) => known(metaStore.snapshot().topicsById.get(topicId)),
  };
}

/** The live settings, plus one that no broker setting stands for. */
function groupConfig(config: BrokerConfig): GroupCoordinatorConfig {
  const { offsetsCommitTimeoutMs } = DEFAULT_GROUP_COORDINATOR_CONFIG;
  const live = Object.create(config) as BrokerConfig;
  return Object.assign(live, { offsetsCommitTimeoutMs });
}

/** As for groups: `request.timeout.ms` of Kafka is about requests between brokers, of which there are none. */
function transactionConfig(config: BrokerConfig): TransactionCoordinatorConfig {
  const { requestTimeoutMs } = DEFAULT_TRANSACTION_COORDINATOR_CONFIG;
  const live = Object.create(config) as BrokerConfig;
  return Object.assign(live, { requestTimeoutMs });
}

const NO_CONFIGS: ReadonlyMap<string, string> = new Map();
const DEFAULT_HOST = '127.0.0.1';

function configOf(options: BrokerOptions): BrokerConfig {
  return loadBrokerConfig(configEntries(options), { origins: options.configOrigins ?? NO_CONFIGS });
}

function configEntries(options: BrokerOptions): ReadonlyMap<string, string> {
  const entries = new Map(Object.entries(options.config ?? {}));
  if (options.nodeId !== undefined) entries.set('node.id', String(options.nodeId));
  if (options.dataDir !== undefined) {
    // What clients are told of the folder (DescribeConfigs, DescribeLogDirs) is where it is. Not log.dirs, which is split at commas.
    entries.delete('log.dirs');
    entries.set('log.dir', options.dataDir);
  }
  if (!entries.has('listeners')) {
    const { host = DEFAULT_HOST, port = 0 } = options;
    entries.set('listeners', `PLAINTEXT://${host.includes(':') ? `[${host}]` : host}:${port}`);
  } else if (options.host !== undefined || options.port !== undefined) {
    throw new MillraceError('MILLRACE_BROKER_CONFIG', 'host and port say the same as listeners: give one or the other');
  }
  return entries;
}

/** Waits for all even when one fails, so that nothing is left running behind the error. */
async function settleAll<First, Second>(first: Promise<First>, second: Promise<Second>): Promise<[First, Second]> {
  const [left, right] = await Promise.allSettled([first, second]);
  if (left.status === 'rejected') throw left.reason;
  if (right.status === 'rejected') throw right.reason;
  return [left.value, right.value];
}
