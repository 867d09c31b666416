/**
 * The cluster as one client sees it: which brokers there are, who leads what, and a way to ask each of them.
 *
 * Owns: metadata and its refreshes, the coordinator cache, and through `Brokers` all connections.
 * Invariants: sending is one attempt, never more; retries are the caller's (see ./retry.ts). Nothing is sent after `close`.
 * Not here: what to ask (producer, consumer, group, admin).
 */
import { ZERO_UUID } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import {
  createMetadataRequest,
  createMetadataRequestTopic,
  metadataRequest,
  metadataResponse,
  type MetadataRequest,
  type MetadataResponse,
} from '@millrace/protocol/messages/03-metadata';
import { authenticate } from '../auth/authenticate.ts';
import { checkAuth, mechanismOf, type Auth } from '../auth/auth-options.ts';
import { abortable, brokerError, ClosedError, KafkaError } from '../error.ts';
import { commonVersion, type Answer, type Api, type RequestFor } from '../network/api.ts';
import type { Connection, ExchangeOptions } from '../network/connection.ts';
import type { TlsOptions } from '../network/socket.ts';
import { measureClient } from '../telemetry/client-metrics.ts';
import type { TelemetryOptions } from '../telemetry/telemetry-api.ts';
import { Tracing } from '../telemetry/tracing.ts';
import { systemRuntime, type ClientRuntime } from '../runtime.ts';
import { Brokers, type BootstrapBrokers, type BrokersOptions, type Lane } from './brokers.ts';
import {
  CoordinatorCache,
  coordinatorOf,
  FIND_COORDINATOR,
  findCoordinatorRequestFor,
  type CoordinatorType,
} from './coordinators.ts';
import { MetadataRefresher } from './metadata-refresher.ts';
import { MetadataView } from './metadata-view.ts';
import { retrying } from './retry.ts';
import type { BrokerEndpoint, TopicMetadata } from './topic-metadata.ts';

export interface ClusterOptions {
  /** `host:port` of at least one broker, or a function that finds them, called again whenever no known broker answers. */
  readonly brokers: BootstrapBrokers;
  /** Name of this client in logs, quotas and metrics of the brokers. Default `millrace`. */
  readonly clientId?: string;
  /** True = TLS with the authorities that Node trusts. Default: no TLS. */
  readonly tls?: TlsOptions | boolean;
  /** Who this client is (SASL). Default: nobody in particular, or whom the certificate in `tls` names. */
  readonly auth?: Auth;
  /** Spans and metrics by OpenTelemetry. Default: none, at no cost. */
  readonly telemetry?: TelemetryOptions;
  /** Milliseconds for a connection to come about, with TLS. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds that a broker has to answer a request; what may be tried again then is. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds after which metadata is fetched again. Default 300,000. */
  readonly metadataMaxAgeMs?: number;
}

export interface SendOptions extends ExchangeOptions {
  /** Default `control`. */
  readonly lane?: Lane;
}

export interface FetchTopicOptions {
  readonly signal?: AbortSignal | undefined;
  /** Let the broker create the topic when it is set up for that. Default false. */
  readonly allowAutoCreation?: boolean;
  /** Ask even when it is known. Default false. */
  readonly refresh?: boolean;
  /** Default: the request timeout. */
  readonly timeoutMs?: number;
}

const METADATA: Api<MetadataRequest, MetadataResponse> = { request: metadataRequest, response: metadataResponse };
/** Names in one request while refreshing; a client that uses more asks several times. */
const REFRESH_TOPICS_MAX = 10_000;

export class Cluster implements AsyncDisposable {
  readonly runtime: ClientRuntime;
  readonly clientId: string;
  readonly requestTimeoutMs: number;
  readonly #brokers: Brokers;
  readonly #view = new MetadataView();
  readonly #refresher: MetadataRefresher;
  readonly #coordinators = new CoordinatorCache();
  readonly #listeners = new Set<(changed: TopicMetadata) => void>();
  readonly #fetching = new Map<string, Promise<TopicMetadata | undefined>>();
  readonly #finding = new Map<string, Promise<number>>();
  readonly #closing = new AbortController();
  readonly #endMetrics: () => void = () => undefined;
  #clusterId: string | undefined;
  #controllerId = -1;
  #hasMetadata = false;

  constructor(options: ClusterOptions, runtime: ClientRuntime = systemRuntime()) {
    this.clientId = options.clientId ?? 'millrace';
    const { telemetry } = options;
    const tracing =
      telemetry === undefined || telemetry.traces === false ? undefined : new Tracing(telemetry, this.clientId);
    this.runtime = tracing === undefined ? runtime : { ...runtime, tracing };
    if (telemetry !== undefined && telemetry.metrics !== false)
      this.#endMetrics = measureClient(runtime.events, telemetry);
    this.requestTimeoutMs = options.requestTimeoutMs ?? 30_000;
    const tls = options.tls === true ? {} : options.tls === false ? undefined : options.tls;
    if (options.auth !== undefined) checkAuth(options.auth);
    const mechanism = options.auth === undefined ? undefined : mechanismOf(options.auth, runtime.clock);
    const connect: BrokersOptions = {
      bootstrap: options.brokers,
      clientId: this.clientId,
      tls,
      connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
      requestTimeoutMs: this.requestTimeoutMs,
      authenticate: mechanism === undefined ? undefined : (connection) => authenticate(connection, mechanism),
    };
    this.#brokers = new Brokers(runtime, connect, (nodeId) => this.#onNodeLost(nodeId));
    this.#refresher = new MetadataRefresher(runtime, options.metadataMaxAgeMs ?? 300_000, () => this.#refreshUsed());
  }

  get isClosed(): boolean {
    return this.#brokers.isClosed;
  }

  /** Aborted when the cluster is closed. */
  get closeSignal(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * One attempt at that broker. Throws KafkaError, retriable when the broker cannot be reached, the connection is lost or
   * no answer comes in time; the request may have taken effect then.
   */
  async sendTo<Request extends object, Response>(
    nodeId: number,
    api: Api<Request, Response>,
    request: RequestFor<Request>,
    options: SendOptions = {},
  ): Promise<Answer<Response>> {
    const connection =
      this.#brokers.openConnection(nodeId, options.lane ?? 'control') ?? (await this.#connect(nodeId, options));
    return connection.send(api, request, options);
  }

  /** Sends what has no answer (Produce with acks=0); resolves when it was handed to the connection. */
  async sendWithoutAnswer<Request extends object, Response>(
    nodeId: number,
    api: Api<Request, Response>,
    request: RequestFor<Request>,
    options: SendOptions = {},
  ): Promise<void> {
    const connection =
      this.#brokers.openConnection(nodeId, options.lane ?? 'control') ?? (await this.#connect(nodeId, options));
    connection.sendWithoutAnswer(api, request, options);
  }

  /** One attempt at whichever broker can be reached. */
  async sendToAny<Request extends object, Response>(
    api: Api<Request, Response>,
    request: RequestFor<Request>,
    options: Omit<SendOptions, 'lane'> = {},
  ): Promise<Answer<Response>> {
    const connection = await this.#brokers.anyConnection(options.signal);
    return connection.send(api, request, options);
  }

  /** One attempt at the controller, as clients do for what changes the cluster; at any broker when it cannot be reached. */
  async sendToController<Request extends object, Response>(
    api: Api<Request, Response>,
    request: RequestFor<Request>,
    options: Omit<SendOptions, 'lane'> = {},
  ): Promise<Answer<Response>> {
    if (!this.#hasMetadata) await this.#fetchMetadata([], { signal: options.signal });
    const nodeId = this.#controllerId;
    if (!this.#brokers.has(nodeId)) return this.sendToAny(api, request, options);
    let connection: Connection;
    try {
      connection = await this.#brokers.connection(nodeId, 'control', options.signal);
    } catch (error) {
      if (!KafkaError.is(error) || !error.retriable) throw error;
      // Another one may be the controller by now, or hands the request on to it.
      connection = await this.#brokers.anyConnection(options.signal, nodeId);
    }
    return connection.send(api, request, options);
  }

  /** Newest version both sides know at that node (connects when needed); undefined = not served. */
  async versionOf<Request, Response>(
    nodeId: number,
    api: Api<Request, Response>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<number | undefined> {
    return commonVersion(await this.#brokers.served(nodeId, options.signal), api);
  }

  /** Level of a finalized feature such as `transaction.version` as that node tells it; undefined = not known there. */
  async featureLevel(nodeId: number, feature: string): Promise<number | undefined> {
    return (await this.#brokers.served(nodeId)).features.get(feature);
  }

  /** What is known of the topic; undefined when it was never fetched. */
  topic(name: string): TopicMetadata | undefined {
    return this.#view.topic(name);
  }

  topicById(id: string): TopicMetadata | undefined {
    return this.#view.topicById(id);
  }

  /** Fetches when unknown or stale. Undefined: there is no such topic. Throws when it may not be seen. */
  async fetchTopic(name: string, options: FetchTopicOptions = {}): Promise<TopicMetadata | undefined> {
    const known = options.refresh === true ? undefined : this.#view.freshTopic(name);
    if (known !== undefined) return known;
    const key = `${options.allowAutoCreation === true ? '+' : '-'}${name}`;
    let fetching = this.#fetching.get(key);
    if (fetching === undefined) {
      const { signal: _, ...shared } = options;
      fetching = this.fetchTopics([name], shared)
        .then(([topic]) => topic)
        .finally(() => this.#fetching.delete(key));
      this.#fetching.set(key, fetching);
    }
    return abortable(`fetching metadata of topic "${name}"`, fetching, options.signal);
  }

  /** All topics that exist of those named; null = all there are. Throws when one of those named may not be seen. */
  async fetchTopics(
    names: readonly string[] | null,
    options: Omit<FetchTopicOptions, 'refresh'> = {},
  ): Promise<readonly TopicMetadata[]> {
    const what = names === null ? 'fetching metadata of all topics' : `fetching metadata of ${describeNames(names)}`;
    const timeoutMs = options.timeoutMs ?? this.requestTimeoutMs;
    return retrying(
      this.runtime,
      what,
      async () => {
        const { topics } = await this.#fetchMetadata(names, options);
        const found: TopicMetadata[] = [];
        for (const { name, errorCode } of topics) {
          if (errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || name === null) continue;
          // Of all topics, those that are not ready are passed over.
          if (errorCode !== ErrorCode.NONE && names === null) continue;
          if (errorCode !== ErrorCode.NONE) throw brokerError('fetching metadata', errorCode, null, { topic: name });
          const topic = names === null ? this.#view.peek(name) : this.#view.topic(name);
          if (topic !== undefined) found.push(topic);
        }
        return found;
      },
      { timeoutMs, signal: this.#orClosed(options.signal) },
    );
  }

  /** Aborted by the caller, or when the cluster is closed: no pause before another try outlives it. */
  #orClosed(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }

  /**
   * Says that what is known of this topic, or of all, is stale. Resolves after the next refresh, whether it brought
   * something or not; never rejects. Refreshes are coalesced and spaced.
   */
  invalidate(topicName?: string): Promise<void> {
    this.#view.invalidate(topicName);
    return this.#refresher.request();
  }

  /** Takes who leads now from an answer that refused for that reason (KIP-951). */
  applyLeaderHint(
    topicName: string,
    partition: number,
    leaderId: number,
    leaderEpoch: number,
    endpoints: readonly {
      readonly nodeId: number;
      readonly host: string;
      readonly port: number;
      readonly rack: string | null;
    }[],
  ): void {
    if (leaderId < 0 || leaderEpoch < 0) return;
    for (const { nodeId, host, port, rack } of endpoints) this.#brokers.learn({ nodeId, host, port, rack });
    if (!this.#brokers.has(leaderId)) return;
    const changed = this.#view.applyLeader(topicName, partition, leaderId, leaderEpoch);
    if (changed !== undefined) this.#tell([changed]);
  }

  /** Calls back with each topic that is another than before; one that is gone has no partitions. Returns what ends it. */
  onMetadataChange(listener: (changed: TopicMetadata) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Node id of the coordinator, remembered until it is forgotten or its connection is lost. */
  async coordinator(
    type: CoordinatorType,
    key: string,
    options: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
  ): Promise<number> {
    if (this.isClosed) throw new ClosedError();
    const known = this.#coordinators.get(type, key);
    if (known !== undefined) return known;
    const what = `finding the coordinator of ${type} "${key}"`;
    const findKey = `${type} ${key}`;
    let finding = this.#finding.get(findKey);
    if (finding === undefined) {
      finding = retrying(this.runtime, what, () => this.#findCoordinator(type, key), {
        timeoutMs: options.timeoutMs ?? this.requestTimeoutMs,
        signal: this.#closing.signal,
      }).finally(() => this.#finding.delete(findKey));
      this.#finding.set(findKey, finding);
    }
    return abortable(what, finding, options.signal);
  }

  forgetCoordinator(type: CoordinatorType, key: string): void {
    this.#coordinators.forget(type, key);
  }

  /** Live brokers by node id, as of the newest metadata. */
  brokers(): readonly BrokerEndpoint[] {
    return this.#brokers.list();
  }

  /** Undefined until metadata was fetched, or when the cluster has none. */
  clusterId(): string | undefined {
    return this.#clusterId;
  }

  /** −1 until metadata was fetched, or when there is none. */
  controllerId(): number {
    return this.#controllerId;
  }

  /** Gives back the connections of a lane that one producer, consumer or membership had for itself. */
  closeLane(lane: Lane): void {
    this.#brokers.closeLane(lane);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.#refresher.close();
    this.#brokers.close();
    this.#endMetrics();
    this.#closing.abort(new ClosedError());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connect(nodeId: number, { lane = 'control', signal }: SendOptions): Promise<Connection> {
    try {
      return await this.#brokers.connection(nodeId, lane, signal);
    } catch (error) {
      if (KafkaError.is(error) && error.code === 'MILLRACE_CLIENT_CONNECT') this.#onNodeLost(nodeId);
      throw error;
    }
  }

  /** Its topics may be led, and its groups coordinated, by others now. */
  #onNodeLost(nodeId: number): void {
    if (this.isClosed) return;
    this.#coordinators.forgetNode(nodeId);
    if (this.#hasMetadata) void this.#refresher.request();
  }

  async #findCoordinator(type: CoordinatorType, key: string): Promise<number> {
    const answer = await this.sendToAny(FIND_COORDINATOR, findCoordinatorRequestFor(type, key));
    const { nodeId, host, port } = coordinatorOf(type, key, answer);
    this.#brokers.learn({ nodeId, host, port, rack: null });
    this.#coordinators.set(type, key, nodeId);
    return nodeId;
  }

  /** Refreshes brokers and the topics in use. Whether something had changed; failing is no change. */
  async #refreshUsed(): Promise<boolean> {
    const names = this.#view.takeUsedNames();
    let hasChanged = false;
    try {
      for (let at = 0; at === 0 || at < names.length; at += REFRESH_TOPICS_MAX) {
        const { changed } = await this.#fetchMetadata(names.slice(at, at + REFRESH_TOPICS_MAX), {});
        hasChanged ||= changed.length > 0;
      }
    } catch {
      // Whoever needs it asks again, and is told then.
      if (!this.isClosed) void this.#refresher.request();
    }
    return hasChanged;
  }

  async #fetchMetadata(
    names: readonly string[] | null,
    options: { readonly signal?: AbortSignal | undefined; readonly allowAutoCreation?: boolean },
  ): Promise<{ readonly topics: MetadataResponse['topics']; readonly changed: readonly TopicMetadata[] }> {
    const startedMs = this.runtime.clock.monotonicMs();
    const request = createMetadataRequest({
      topics: names?.map((name) => createMetadataRequestTopic({ name, topicId: ZERO_UUID })) ?? null,
      allowAutoTopicCreation: options.allowAutoCreation ?? false,
    });
    let { response } = await this.sendToAny(METADATA, request, { signal: options.signal });
    if (response.errorCode === ErrorCode.REBOOTSTRAP_REQUIRED) {
      // KIP-1102: what this client knows of the cluster is of no use any more.
      this.#brokers.forgetAll();
      ({ response } = await this.sendToAny(METADATA, request, { signal: options.signal }));
    }
    if (response.errorCode !== ErrorCode.NONE) throw brokerError('fetching metadata', response.errorCode);
    const changed = this.#take(response);
    const { metadata } = this.runtime.events;
    if (metadata.hasSubscribers) {
      metadata.publish({
        clientId: this.clientId,
        clusterId: this.#clusterId,
        brokerCount: response.brokers.length,
        topicCount: response.topics.length,
        changedTopicCount: changed.length,
        durationMs: this.runtime.clock.monotonicMs() - startedMs,
      });
    }
    return { topics: response.topics, changed };
  }

  #take(response: MetadataResponse): readonly TopicMetadata[] {
    const clusterId = response.clusterId ?? undefined;
    // What was known of another cluster says nothing about this one.
    if (this.#clusterId !== undefined && clusterId !== undefined && clusterId !== this.#clusterId) this.#view.clear();
    this.#clusterId = clusterId;
    this.#controllerId = response.controllerId;
    if (response.brokers.length > 0) this.#brokers.replace(response.brokers);
    const changed = this.#view.apply(response.topics);
    if (!this.#hasMetadata) this.#refresher.noteFetched();
    this.#hasMetadata = true;
    this.#tell(changed);
    return changed;
  }

  #tell(changed: readonly TopicMetadata[]): void {
    for (const topic of changed) for (const listener of this.#listeners) listener(topic);
  }
}

const NAMES_SHOWN_MAX = 3;

function describeNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN_MAX).map((name) => `"${name}"`);
  const more = names.length > NAMES_SHOWN_MAX ? ` and ${String(names.length - NAMES_SHOWN_MAX)} more` : '';
  return `topic${names.length === 1 ? '' : 's'} ${shown.join(', ')}${more}`;
}
