/**
 * Brings records of all partitions that a consumer reads: decides which broker each is read from, and keeps the brokers at it.
 *
 * Owns: a `NodeFetcher` for each broker, the memory budget, who leads what as far as this consumer has heard.
 * Invariants: at most one fetch per broker is under way, and the next one leaves as soon as an answer is taken, while the application
 *   still works on what came before. Nothing is asked for that there is no room for.
 * Bounds: `prefetchBytes` in all and `prefetchPerPartition` each, exceeded by at most one batch per partition (KIP-74) since a batch comes whole.
 * Not here: requests and answers (./node-fetcher.ts), positions (./position-resolver.ts).
 */
import { ZERO_UUID } from '@millrace/base';
import type { Lane } from '../cluster/brokers.ts';
import { delay } from '../cluster/retry.ts';
import { backoffMs } from '../cluster/retry.ts';
import type { TopicMetadata } from '../cluster/topic-metadata.ts';
import { KafkaError } from '../error.ts';
import type { ConsumedPartition } from './consumed-partition.ts';
import type { ConsumedTopic } from './consumed-topic.ts';
import type { ConsumerCluster } from './consumer-cluster.ts';
import { compactPieces } from './fetched-records.ts';
import { MemoryBudget } from './memory-budget.ts';
import { NodeFetcher } from './node-fetcher.ts';
import {
  PositionResolver,
  resetByPolicy,
  type PositionResolverOptions,
  type ResetPolicy,
} from './position-resolver.ts';

export interface FetcherSettings {
  readonly groupId: string | undefined;
  readonly lane: Lane;
  readonly rack: string;
  readonly isCommittedOnly: boolean;
  readonly policy: ResetPolicy;
  readonly prefetchBytes: number;
  readonly prefetchPerPartition: number;
  readonly fetchBytes: number;
  readonly fetchBytesPerPartition: number;
  readonly minBytes: number;
  readonly maxWaitMs: number;
  readonly checkCrc: boolean;
}

export interface FetcherListener {
  /** There is something to hand out, or a failure to throw. */
  onReady(partition: ConsumedPartition): void;
  /** Records were finished, or dropped. */
  onGiven(): void;
  readonly onReset: PositionResolverOptions['onReset'];
}

/** Below this many bytes for each broker fetches would be all overhead. */
const SHARE_BYTES_MIN = 64 * 1024;
/** Held memory above this multiple of the limit means that small rests keep large responses alive. */
const COMPACT_FACTOR = 1.5;

export class Fetcher {
  readonly cluster: ConsumerCluster;
  readonly settings: FetcherSettings;
  readonly budget: MemoryBudget;
  readonly resolver: PositionResolver;
  readonly #listener: FetcherListener;
  readonly #topics = new Map<string, ConsumedTopic>();
  readonly #topicsById = new Map<string, ConsumedTopic>();
  readonly #partitions = new Set<ConsumedPartition>();
  readonly #nodes = new Map<number, NodeFetcher>();
  readonly #placed = new Map<ConsumedPartition, NodeFetcher>();
  readonly #seeking = new Set<ConsumedTopic>();
  readonly #closing = new AbortController();
  readonly #stopListening: () => void;
  #isSeeking = false;
  /** Response memory that came in since pieces were compacted last. */
  #arrivedBytes = 0;

  constructor(
    cluster: ConsumerCluster,
    settings: FetcherSettings,
    listener: FetcherListener,
    fetchCommitted: PositionResolverOptions['fetchCommitted'],
  ) {
    this.cluster = cluster;
    this.settings = settings;
    this.#listener = listener;
    this.budget = new MemoryBudget(settings.prefetchBytes, (partition) => this.#onGiven(partition));
    this.resolver = new PositionResolver({
      cluster,
      lane: settings.lane,
      policy: settings.policy,
      isCommittedOnly: settings.isCommittedOnly,
      fetchCommitted,
      partitions: () => this.#partitions,
      onReady: (partition) => this.place(partition),
      onReset: listener.onReset,
      onFailure: (partition) => listener.onReady(partition),
      findLeader: (partition) => this.findLeader(partition),
    });
    this.#stopListening = cluster.onMetadataChange((changed) => this.#onMetadata(changed));
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  get closeSignal(): AbortSignal {
    return this.#closing.signal;
  }

  get partitions(): ReadonlySet<ConsumedPartition> {
    return this.#partitions;
  }

  get nodes(): Iterable<NodeFetcher> {
    return this.#nodes.values();
  }

  topic(name: string): ConsumedTopic | undefined {
    return this.#topics.get(name);
  }

  topicById(id: string): ConsumedTopic | undefined {
    return this.#topicsById.get(id);
  }

  addTopic(topic: ConsumedTopic): void {
    this.#topics.set(topic.name, topic);
    const known = this.cluster.topic(topic.name);
    if (known !== undefined) this.#learnId(topic, known);
  }

  add(partition: ConsumedPartition): void {
    partition.topic.partitions[partition.partition] = partition;
    this.#partitions.add(partition);
    const known = this.cluster.topic(partition.topic.name)?.partitions[partition.partition];
    if (known !== undefined) {
      partition.leaderId = known.leaderId;
      partition.leaderEpoch = known.leaderEpoch;
    }
    if (partition.leaderId < 0) this.findLeader(partition);
  }

  remove(partition: ConsumedPartition): void {
    this.#unplace(partition);
    this.#partitions.delete(partition);
    partition.discard();
    const { topic } = partition;
    if (topic.partitions[partition.partition] === partition) topic.partitions[partition.partition] = undefined;
    if (!topic.isEmpty) return;
    this.#topics.delete(topic.name);
    if (this.#topicsById.get(topic.topicId) === topic) this.#topicsById.delete(topic.topicId);
  }

  /** Puts the partition to the broker it is to be read from, and has that broker asked. Also after anything about it changed. */
  place(partition: ConsumedPartition): void {
    if (partition.isGone || this.isClosed) return;
    if (partition.need !== 'ready') {
      this.#unplace(partition);
      this.resolver.request();
      return;
    }
    const nodeId = this.#nodeOf(partition);
    const current = this.#placed.get(partition);
    if (current?.nodeId === nodeId) {
      current.wake();
      return;
    }
    this.#unplace(partition);
    if (nodeId < 0) {
      this.findLeader(partition);
      return;
    }
    const node = this.#node(nodeId);
    node.partitions.add(partition);
    this.#placed.set(partition, node);
    node.wake();
  }

  /** Nothing more is fetched of it. */
  unplace(partition: ConsumedPartition): void {
    this.#unplace(partition);
  }

  /** The broker that was asked does not lead the partition, or cannot be reached. */
  findLeader(partition: ConsumedPartition): void {
    const { topic } = partition;
    if (this.cluster.topic(topic.name) !== undefined && partition.leaderId >= 0) {
      void this.cluster.invalidate(topic.name);
      return;
    }
    this.#seeking.add(topic);
    if (!this.#isSeeking) void this.#seekLeaders();
  }

  /** Reads from the leader again, not from a replica that was suggested. */
  leaveReplica(partition: ConsumedPartition): void {
    partition.replicaId = -1;
    this.place(partition);
  }

  onArrived(partition: ConsumedPartition): void {
    this.#listener.onReady(partition);
  }

  onFailure(partition: ConsumedPartition): void {
    this.#listener.onReady(partition);
  }

  onOutOfRange(partition: ConsumedPartition): void {
    resetByPolicy(partition, this.settings.policy, 'out-of-range', (failed) => this.#listener.onReady(failed));
    this.place(partition);
  }

  /** What each broker may be asked for at once, so that one with much does not keep the others waiting. */
  shareBytes(): number {
    const { prefetchBytes, fetchBytes } = this.settings;
    const share = Math.floor(prefetchBytes / Math.max(1, this.#nodes.size));
    return Math.max(Math.min(SHARE_BYTES_MIN, prefetchBytes), Math.min(fetchBytes, share));
  }

  /** Room that there must be for a fetch to be worth sending. */
  leastBytes(): number {
    return Math.min(this.shareBytes() / 2, this.settings.fetchBytesPerPartition);
  }

  /** Makes room by giving up what was fetched of paused partitions, so that they cannot stop the others. */
  evictPaused(): boolean {
    let hasEvicted = false;
    for (const partition of this.#partitions) {
      if (!partition.isPaused || !partition.hasPieces) continue;
      partition.evict();
      hasEvicted = true;
    }
    return hasEvicted;
  }

  /** Hears how much memory an answer brought, and sees that rests of old ones do not keep much more alive than is counted. */
  noteArrived(bytes: number): void {
    this.#arrivedBytes += bytes;
    const { prefetchBytes } = this.settings;
    if (this.#arrivedBytes < prefetchBytes * (COMPACT_FACTOR - 1)) return;
    this.#arrivedBytes = 0;
    const pieces = Array.from(this.#partitions, (partition) => partition.pieces).flat();
    compactPieces(pieces, prefetchBytes * COMPACT_FACTOR);
  }

  /** Tells the cluster that these topics are in use, so that their metadata is kept fresh. */
  touchTopics(): void {
    for (const name of this.#topics.keys()) this.cluster.topic(name);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.#closing.abort();
    this.#stopListening();
    this.resolver.close();
    await Promise.all([...this.#nodes.values()].map((node) => node.close()));
    for (const partition of [...this.#partitions]) this.remove(partition);
    this.cluster.closeLane(this.settings.lane);
  }

  #nodeOf(partition: ConsumedPartition): number {
    if (partition.replicaId < 0) return partition.leaderId;
    if (this.cluster.runtime.clock.monotonicMs() < partition.replicaUntilMs) return partition.replicaId;
    partition.replicaId = -1;
    return partition.leaderId;
  }

  #node(nodeId: number): NodeFetcher {
    let node = this.#nodes.get(nodeId);
    if (node === undefined) this.#nodes.set(nodeId, (node = new NodeFetcher(nodeId, this)));
    return node;
  }

  #unplace(partition: ConsumedPartition): void {
    const node = this.#placed.get(partition);
    if (node === undefined) return;
    this.#placed.delete(partition);
    node.partitions.delete(partition);
  }

  #onGiven(partition: ConsumedPartition): void {
    this.#listener.onGiven();
    if (this.isClosed) return;
    if (partition.isFull && partition.heldBytes * 2 <= this.settings.prefetchPerPartition) {
      partition.isFull = false;
      this.#placed.get(partition)?.wake();
    }
    if (this.budget.availableBytes < this.leastBytes()) return;
    for (const node of this.#nodes.values()) if (node.isOutOfBudget) node.wake();
  }

  #learnId(topic: ConsumedTopic, { topicId, partitions }: TopicMetadata): void {
    topic.exists = partitions.length > 0;
    if (topicId === topic.topicId || !topic.exists) return;
    const before = topic.topicId;
    if (before !== ZERO_UUID) this.#topicsById.delete(before);
    topic.topicId = topicId;
    if (topicId !== ZERO_UUID) this.#topicsById.set(topicId, topic);
    if (before === ZERO_UUID || topicId === ZERO_UUID) return;
    // Deleted and created again: offsets of the old one mean nothing in the new one.
    for (const partition of topic.partitions) {
      if (partition === undefined) continue;
      partition.leaderEpoch = -1;
      resetByPolicy(partition, this.settings.policy, 'topic-recreated', (failed) => this.#listener.onReady(failed));
    }
  }

  #onMetadata(changed: TopicMetadata): void {
    const topic = this.#topics.get(changed.name);
    if (topic === undefined) return;
    this.#learnId(topic, changed);
    for (const partition of topic.partitions) {
      if (partition === undefined) continue;
      const known = changed.partitions[partition.partition];
      this.#takeLeader(partition, known?.leaderId ?? -1, known?.leaderEpoch ?? -1);
      this.place(partition);
    }
  }

  #takeLeader(partition: ConsumedPartition, leaderId: number, leaderEpoch: number): void {
    partition.leaderId = leaderId;
    if (leaderId < 0) partition.replicaId = -1;
    if (leaderEpoch < 0 || leaderEpoch === partition.leaderEpoch) return;
    const isNewer = partition.leaderEpoch >= 0 && leaderEpoch > partition.leaderEpoch;
    partition.leaderEpoch = leaderEpoch;
    // What was refused was refused by another leader.
    partition.retryAtMs = 0;
    if (isNewer && partition.need === 'ready' && partition.fetchEpoch >= 0) partition.need = 'validate';
  }

  /** Asks again and again for the topics of partitions that nobody leads, or that the cluster does not know. */
  async #seekLeaders(): Promise<void> {
    this.#isSeeking = true;
    const { runtime } = this.cluster;
    for (let round = 1; this.#seeking.size > 0 && !this.isClosed; round++) {
      for (const topic of this.#seeking) await this.#lookForLeaders(topic);
      if (this.#seeking.size === 0 || this.isClosed) break;
      const waitMs = backoffMs(runtime.random, round);
      await delay(runtime, 'looking for leaders', waitMs, this.#closing.signal).catch(() => undefined);
    }
    this.#isSeeking = false;
  }

  async #lookForLeaders(topic: ConsumedTopic): Promise<void> {
    try {
      const found = await this.cluster.fetchTopic(topic.name, { refresh: true, signal: this.#closing.signal });
      if (this.#topics.get(topic.name) === topic) this.#onMetadata(found ?? goneTopic(topic));
    } catch (error) {
      if (this.isClosed) return;
      // Not allowed to see it: the application has to know. Everything else passes.
      if (KafkaError.is(error) && !error.retriable) this.#failTopic(topic, error);
    }
    if (topic.partitions.every((partition) => partition === undefined || partition.leaderId >= 0)) {
      this.#seeking.delete(topic);
    }
  }

  #failTopic(topic: ConsumedTopic, error: KafkaError): void {
    for (const partition of topic.partitions) {
      if (partition === undefined) continue;
      partition.failure = error;
      this.#listener.onReady(partition);
    }
    this.#seeking.delete(topic);
  }
}

function goneTopic(topic: ConsumedTopic): TopicMetadata {
  return { name: topic.name, topicId: ZERO_UUID, isInternal: false, partitions: [] };
}
