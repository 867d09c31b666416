/**
 * The partitions that this broker owns, kept in step with the MetaStore: logs are opened, closed and deleted as it says.
 *
 * Owns: the answer to "who serves this partition", and one open log for each partition owned here.
 * Invariants: a partition is `owned` only while its log is open under the epoch that the MetaStore holds; work on one
 *   partition never overlaps; at start every ownership is taken anew, so that its epoch is above any used before.
 *   Internal partitions are handed to their coordinator when open and taken from it before they close; those of transactions
 *   last, since what is found of undecided transactions there is compared with, and written to, all the others.
 * Bounds: OPENING_MAX logs are opened at a time.
 * Not here: deciding owners (../topics/), records (@millrace/log).
 */
import { AssertionFailure, messageOf, MillraceError, type Clock, type Logger } from '@millrace/base';
import type { GroupCoordinator, TransactionCoordinator } from '@millrace/coordinator';
import type { LogConfig, LogEngine, PartitionId, PartitionLog } from '@millrace/log';
import type { ClusterSnapshot, MetaStore, TopicMetadata } from '@millrace/metadata';
import type { PartitionLocation, PartitionRegistry } from '../services.ts';
import { GROUP_TOPIC, TRANSACTION_TOPIC } from './topic-names.ts';

export interface OwnedPartitionsOptions {
  readonly nodeId: number;
  readonly metaStore: MetaStore;
  readonly engine: LogEngine;
  readonly groups: Pick<GroupCoordinator, 'load' | 'unload' | 'forgetTopic'>;
  readonly transactions: Pick<TransactionCoordinator, 'load' | 'unload'>;
  readonly logConfig: (topic: TopicMetadata) => LogConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onTopicGone: (topic: TopicMetadata) => void;
  readonly onBrokenInvariant: (error: Error) => void;
}

const OPENING_MAX = 64;
const UNKNOWN: PartitionLocation = { kind: 'unknown' };

/** What the MetaStore says should become of a partition here. */
type Wanted = { readonly kind: 'open'; readonly leaderEpoch: number } | { readonly kind: 'closed' | 'deleted' };

interface PartitionState {
  readonly id: PartitionId;
  readonly topicName: string;
  wanted: Wanted;
  log: PartitionLog | undefined;
  /** Handed to the coordinator. */
  isLoaded: boolean;
  working: Promise<void> | undefined;
}

interface TopicState {
  topic: TopicMetadata;
  readonly locations: PartitionLocation[];
  readonly partitions: (PartitionState | undefined)[];
}

export class OwnedPartitions implements PartitionRegistry {
  readonly #options: OwnedPartitionsOptions;
  #topicsByName = new Map<string, TopicState>();
  #topicsById = new Map<string, TopicState>();
  /** By topic id. */
  readonly #working = new Map<string, Set<Promise<void>>>();
  #appliedVersion = -1;
  #versionWaiters: { readonly version: number; readonly resolve: () => void }[] = [];
  /** At the start: resolves when every partition is open but those of transactions. */
  #othersOpen: Promise<void> = Promise.resolve();
  #isClosed = false;
  #openingCount = 0;
  readonly #openingQueue: (() => void)[] = [];
  /** What the coordinators have loaded so far. */
  readonly #loaded = { partitions: 0, records: 0 };

  constructor(options: OwnedPartitionsOptions) {
    this.#options = options;
  }

  /** Number of partitions that are open here. */
  get openCount(): number {
    let count = 0;
    for (const state of this.#topicsById.values()) {
      for (const location of state.locations) if (location.kind === 'owned') count++;
    }
    return count;
  }

  /** The partitions that are open here, a topic's together; may be taken piece by piece while topics come and go. */
  *open(): Iterable<{ readonly topic: TopicMetadata; readonly log: PartitionLog }> {
    for (const state of this.#topicsById.values()) {
      for (const location of state.locations) if (location.kind === 'owned') yield location;
    }
  }

  locateByName(topicName: string, partition: number): PartitionLocation {
    return this.#topicsByName.get(topicName)?.locations[partition] ?? UNKNOWN;
  }

  locateById(topicId: string, partition: number): PartitionLocation {
    return this.#topicsById.get(topicId)?.locations[partition] ?? UNKNOWN;
  }

  async settled(version: number, topicId?: string): Promise<void> {
    if (this.#appliedVersion < version) {
      await new Promise<void>((resolve) => this.#versionWaiters.push({ version, resolve }));
    }
    await Promise.all(topicId === undefined ? this.#allWork() : (this.#working.get(topicId) ?? []));
  }

  /** Takes every partition of this node anew, opens them, and deletes what belongs to topics that are gone. */
  async start(): Promise<void> {
    const { metaStore, clock, logger } = this.#options;
    const startedMs = clock.monotonicMs();
    const othersOpen = Promise.withResolvers<void>();
    this.#othersOpen = othersOpen.promise;
    try {
      await this.#acquireAll();
      await this.#settledWithoutTransactions();
    } finally {
      othersOpen.resolve();
    }
    await this.settled(metaStore.snapshot().version);
    if (this.#loaded.partitions === 0) return;
    const tookMs = Math.round(clock.monotonicMs() - startedMs);
    logger.info('coordinator partitions are loaded', { ...this.#loaded, tookMs });
  }

  async #acquireAll(): Promise<void> {
    const { metaStore, engine, nodeId, logger } = this.#options;
    const acquisitions: Promise<unknown>[] = [];
    for (const topic of metaStore.snapshot().topicsById.values()) {
      for (const { partition, owner, leaderEpoch } of topic.partitions) {
        if (owner !== nodeId) continue;
        const acquired = metaStore.acquirePartition(topic.topicId, partition, nodeId, leaderEpoch);
        acquisitions.push(acquired.catch((error: unknown) => this.#ignoreLostOwnership(error)));
      }
    }
    await Promise.all(acquisitions);
    const snapshot = metaStore.snapshot();
    const leftovers = [...engine.storedPartitions()].filter(({ topicId }) => !snapshot.topicsById.has(topicId));
    for (const id of leftovers) {
      logger.info('deleting a partition whose topic is gone', { topicId: id.topicId, partition: id.partition });
      await engine.deletePartition(id);
    }
    this.apply(snapshot);
  }

  async #settledWithoutTransactions(): Promise<void> {
    const topicId = this.#topicsByName.get(TRANSACTION_TOPIC)?.topic.topicId;
    await Promise.all([...this.#working].flatMap(([other, works]) => (other === topicId ? [] : [...works])));
  }

  /** Follows a change of the MetaStore. */
  apply(snapshot: ClusterSnapshot): void {
    if (this.#isClosed || snapshot.version <= this.#appliedVersion) return;
    const byName = new Map<string, TopicState>();
    const byId = new Map<string, TopicState>();
    for (const topic of snapshot.topicsById.values()) {
      let state = this.#topicsById.get(topic.topicId);
      if (state === undefined) state = { topic, locations: [], partitions: [] };
      if (state.topic !== topic || state.locations.length === 0) this.#applyTopic(state, topic);
      byName.set(topic.name, state);
      byId.set(topic.topicId, state);
    }
    const gone = [...this.#topicsById.values()].filter(({ topic }) => !byId.has(topic.topicId));
    this.#topicsByName = byName;
    this.#topicsById = byId;
    for (const state of gone) this.#dropTopic(state);
    this.#appliedVersion = snapshot.version;
    const waiters = this.#versionWaiters;
    this.#versionWaiters = waiters.filter(({ version }) => version > snapshot.version);
    for (const waiter of waiters) if (waiter.version <= snapshot.version) waiter.resolve();
  }

  /** Topic settings follow broker settings: give every log what is in force now. */
  refreshConfigs(): void {
    for (const { topic, partitions } of this.#topicsById.values()) this.#updateConfigs(topic, partitions);
  }

  /** Nothing is served any more; logs are left to the engine. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { resolve } of this.#versionWaiters.splice(0)) resolve();
    await Promise.all(this.#allWork());
    this.#topicsByName = new Map();
    this.#topicsById = new Map();
  }

  #applyTopic(state: TopicState, topic: TopicMetadata): void {
    const isSameConfig = state.topic.configs === topic.configs;
    state.topic = topic;
    for (const { partition, owner, leaderEpoch } of topic.partitions) {
      const isOwned = owner === this.#options.nodeId;
      let kept = state.partitions[partition];
      if (kept === undefined && isOwned) {
        kept = {
          id: { topicId: topic.topicId, partition },
          topicName: topic.name,
          wanted: { kind: 'closed' },
          log: undefined,
          isLoaded: false,
          working: undefined,
        };
        state.partitions[partition] = kept;
      }
      if (kept !== undefined) this.#want(kept, isOwned ? { kind: 'open', leaderEpoch } : { kind: 'closed' });
      const log = kept?.log;
      state.locations[partition] =
        isOwned && log !== undefined && log.leaderEpoch === leaderEpoch
          ? { kind: 'owned', topic, log }
          : { kind: 'elsewhere', topic, owner, leaderEpoch };
    }
    if (!isSameConfig) this.#updateConfigs(topic, state.partitions);
  }

  #dropTopic(state: TopicState): void {
    for (const partition of state.partitions) if (partition !== undefined) this.#want(partition, { kind: 'deleted' });
    this.#options.onTopicGone(state.topic);
    const { name, topicId, isInternal } = state.topic;
    if (!isInternal) this.#track(topicId, this.#options.groups.forgetTopic(name, topicId));
  }

  #updateConfigs(topic: TopicMetadata, partitions: readonly (PartitionState | undefined)[]): void {
    const config = this.#options.logConfig(topic);
    for (const partition of partitions) {
      if (partition?.log !== undefined && partition.log.config !== config) {
        this.#track(topic.topicId, partition.log.updateConfig(config));
      }
    }
  }

  #want(partition: PartitionState, wanted: Wanted): void {
    const before = partition.wanted;
    if (before.kind === 'open' && wanted.kind === 'open' && before.leaderEpoch === wanted.leaderEpoch) return;
    if (before.kind !== 'open' && before.kind === wanted.kind) return;
    partition.wanted = wanted;
    // Waiting group requests are told at once, also while the log is still being read.
    if (wanted.kind !== 'open') this.#unload(partition);
    if (partition.working !== undefined) return;
    partition.working = this.#work(partition).finally(() => (partition.working = undefined));
    this.#track(partition.id.topicId, partition.working);
  }

  #allWork(): Promise<void>[] {
    return [...this.#working.values()].flatMap((works) => [...works]);
  }

  #track(topicId: string, work: Promise<void>): void {
    const works = this.#working.get(topicId) ?? new Set();
    this.#working.set(topicId, works);
    const tracked: Promise<void> = work
      .catch((error: unknown) => {
        if (error instanceof AssertionFailure) this.#options.onBrokenInvariant(error);
        this.#options.logger.error('a partition could not follow the metadata', {
          error: error instanceof Error ? (error.stack ?? error.message) : messageOf(error),
        });
      })
      .finally(() => {
        works.delete(tracked);
        if (works.size === 0) this.#working.delete(topicId);
      });
    works.add(tracked);
  }

  /** Brings the partition to what is wanted, again and again until nothing else is wanted. */
  async #work(partition: PartitionState): Promise<void> {
    for (;;) {
      const { wanted } = partition;
      if (wanted.kind === 'open') await this.#open(partition, wanted.leaderEpoch);
      else await this.#shut(partition, wanted.kind);
      if (partition.wanted === wanted) return;
    }
  }

  async #open(partition: PartitionState, leaderEpoch: number): Promise<void> {
    const { engine, logConfig } = this.#options;
    // A topic that is new in this change is in the maps after this turn.
    await Promise.resolve();
    const topicState = this.#topicsById.get(partition.id.topicId);
    if (topicState === undefined || this.#isClosed) return;
    await this.#takeTurn();
    try {
      this.#unload(partition);
      const config = logConfig(topicState.topic);
      const log = await engine.openPartition(partition.id, { config, leaderEpoch });
      partition.log = log;
      // Settings may have changed while the log was being opened.
      const newestConfig = logConfig(topicState.topic);
      if (newestConfig !== config) await log.updateConfig(newestConfig);
    } finally {
      this.#passTurn();
    }
    this.#publish(partition, leaderEpoch);
    const coordinator = this.#coordinatorOf(partition);
    if (coordinator === undefined) return;
    if (partition.topicName === TRANSACTION_TOPIC) {
      const { wanted } = partition;
      await this.#othersOpen;
      if (partition.wanted !== wanted || this.#isClosed) return;
    }
    partition.isLoaded = true;
    const records = await coordinator.load(partition.id.partition, partition.log);
    this.#loaded.partitions++;
    this.#loaded.records += records;
  }

  #coordinatorOf({ topicName }: PartitionState): Pick<GroupCoordinator, 'load' | 'unload'> | undefined {
    switch (topicName) {
      case GROUP_TOPIC:
        return this.#options.groups;
      case TRANSACTION_TOPIC:
        return this.#options.transactions;
      default:
        return undefined;
    }
  }

  /** From now on the partition is served, unless something else is wanted meanwhile. */
  #publish(partition: PartitionState, leaderEpoch: number): void {
    const state = this.#topicsById.get(partition.id.topicId);
    const { log, wanted } = partition;
    if (state === undefined || log === undefined || wanted.kind !== 'open' || wanted.leaderEpoch !== leaderEpoch)
      return;
    state.locations[partition.id.partition] = { kind: 'owned', topic: state.topic, log };
  }

  async #shut(partition: PartitionState, kind: 'closed' | 'deleted'): Promise<void> {
    const { engine } = this.#options;
    this.#unload(partition);
    partition.log = undefined;
    if (kind === 'deleted') await engine.deletePartition(partition.id);
    else await engine.closePartition(partition.id);
  }

  #unload(partition: PartitionState): void {
    if (!partition.isLoaded) return;
    partition.isLoaded = false;
    this.#coordinatorOf(partition)?.unload(partition.id.partition);
  }

  async #takeTurn(): Promise<void> {
    if (this.#openingCount >= OPENING_MAX) await new Promise<void>((resolve) => this.#openingQueue.push(resolve));
    this.#openingCount++;
  }

  #passTurn(): void {
    this.#openingCount--;
    this.#openingQueue.shift()?.();
  }

  #ignoreLostOwnership(error: unknown): void {
    if (MillraceError.is(error) && error.code === 'MILLRACE_METADATA_FENCED') return;
    if (MillraceError.is(error) && error.code === 'MILLRACE_METADATA_UNKNOWN_TOPIC') return;
    throw error;
  }
}
