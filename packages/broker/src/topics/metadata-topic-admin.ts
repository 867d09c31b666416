/**
 * Creates, deletes and grows topics: decides against the newest snapshot, writes the MetaStore, and answers when the partitions
 * that this broker owns are usable (or gone).
 *
 * Owns: the names under creation, so that two requests cannot make colliding topics at once.
 * Invariants: a refused request writes nothing; an answer without error means that the change is durable.
 * Bounds: AUTO_CREATIONS_MAX automatic creations at a time; `millrace.partitions.max` partitions in all.
 * Not here: opening and deleting logs (../partitions/), who may ask (handlers).
 */
import { messageOf, MillraceError, randomUuid, type Logger, type Random, type Timers } from '@millrace/base';
import type { ClusterSnapshot, MetaStore, TopicMetadata } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import type { BrokerConfig } from '../config/broker-config.ts';
import { topicConfigProblems } from '../config/topic-config.ts';
import { GROUP_TOPIC, isInternalTopicName, topicNameProblem, TRANSACTION_TOPIC } from '../partitions/topic-names.ts';
import type { PartitionRegistry } from '../services.ts';
import { collidingName } from './name-collision.ts';
import { settledWithin } from './settle.ts';
import type { CreateTopicSpec, TopicAdmin, TopicResult } from './topic-admin.ts';
import {
  layoutByAssignment,
  layoutByCount,
  layoutOfAdded,
  type LayoutRefused,
  type LayoutRules,
} from './topic-layout.ts';

export interface TopicAdminOptions {
  readonly nodeId: number;
  readonly config: BrokerConfig;
  readonly metaStore: MetaStore;
  readonly partitions: Pick<PartitionRegistry, 'settled'>;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

/** Apache Kafka's own log of metadata; nobody may have a topic of its name. */
const METADATA_TOPIC = '__cluster_metadata';
const AUTO_CREATIONS_MAX = 100;
const INTERNAL_TOPIC_TIMEOUT_MS = 30_000;
/** A shorter patience than this would report topics that are usable a moment later as failed. */
const TIMEOUT_MS_MIN = 1_000;

interface InternalTopicSpec {
  readonly partitionCount: number;
  readonly replicationFactor: number;
  readonly segmentBytes: number;
  readonly compressionType: string;
}

export function createTopicAdmin(options: TopicAdminOptions): TopicAdmin {
  return new MetadataTopicAdmin(options);
}

class MetadataTopicAdmin implements TopicAdmin {
  readonly #options: TopicAdminOptions;
  readonly #underCreation = new Set<string>();
  readonly #automatic = new Set<string>();
  readonly #internal = new Map<string, Promise<TopicResult>>();

  constructor(options: TopicAdminOptions) {
    this.#options = options;
  }

  async createTopic(
    spec: CreateTopicSpec,
    options: { readonly validateOnly: boolean; readonly timeoutMs: number },
  ): Promise<TopicResult> {
    const { name } = spec;
    const nameRefusal = this.#refuseNewName(name);
    if (nameRefusal !== undefined) return nameRefusal;
    const problems = topicConfigProblems(this.#options.config, spec.configs);
    if (problems.length > 0) return refused(ErrorCode.INVALID_CONFIG, problems.join('; '));
    const rules = this.#layoutRules();
    const layout =
      spec.assignments === null
        ? layoutByCount(spec.partitionCount, spec.replicationFactor, rules)
        : layoutByAssignment(spec.assignments, rules);
    if (!('owners' in layout)) return layout;
    const { owners, replicationFactor } = layout;
    const room = this.#refuseTotal(owners.length);
    if (room !== undefined) return room;
    const configs = new Map([...spec.configs].filter((entry): entry is [string, string] => entry[1] !== null));
    const topicId = randomUuid(this.#options.random);
    const topic = { name, topicId, isInternal: false, replicationFactor, owners, configs };
    if (options.validateOnly) {
      const partitions = owners.map((owner, partition) => ({ partition, owner, leaderEpoch: 0 }));
      return { errorCode: 0, topic: { ...topic, partitions } };
    }
    this.#underCreation.add(name);
    try {
      const created = await this.#options.metaStore.createTopic(topic);
      return await this.#settle(created, options.timeoutMs);
    } catch (error) {
      return writeFailure(error);
    } finally {
      this.#underCreation.delete(name);
    }
  }

  async deleteTopic(topicId: string, options: { readonly timeoutMs: number }): Promise<TopicResult> {
    const { config, metaStore } = this.#options;
    if (!config.deleteTopicEnable) {
      return refused(ErrorCode.TOPIC_DELETION_DISABLED, 'topics cannot be deleted here: delete.topic.enable is false');
    }
    const topic = metaStore.snapshot().topicsById.get(topicId);
    if (topic === undefined) return unknownId(topicId);
    if (topic.isInternal) return internalTopic(topic.name, 'deleted');
    try {
      await metaStore.deleteTopic(topicId);
    } catch (error) {
      return writeFailure(error);
    }
    return this.#settle(topic, options.timeoutMs);
  }

  async addPartitions(
    name: string,
    totalCount: number,
    assignments: readonly (readonly number[])[] | null,
    options: { readonly validateOnly: boolean; readonly timeoutMs: number },
  ): Promise<TopicResult> {
    const { metaStore } = this.#options;
    for (;;) {
      const topic = metaStore.snapshot().topicsByName.get(name);
      if (topic === undefined) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `there is no topic "${name}"`);
      if (topic.isInternal) return internalTopic(name, 'grown');
      const count = topic.partitions.length;
      if (totalCount <= count) {
        return refused(
          ErrorCode.INVALID_PARTITIONS,
          `topic "${name}" has ${count} partitions already; partitions can be added, not taken away`,
        );
      }
      const addedCount = totalCount - count;
      const layout = layoutOfAdded(addedCount, assignments, topic.replicationFactor, this.#layoutRules());
      if (!('owners' in layout)) return layout;
      const room = this.#refuseTotal(addedCount);
      if (room !== undefined) return room;
      if (options.validateOnly) return { errorCode: 0, topic };
      try {
        const grown = await metaStore.addPartitions(topic.topicId, count, layout.owners);
        return await this.#settle(grown, options.timeoutMs);
      } catch (error) {
        // Somebody else grew the topic in between: what was asked is judged against the new count.
        if (!isCode(error, 'MILLRACE_METADATA_CONFLICT')) return writeFailure(error);
      }
    }
  }

  ensureInternalTopic(name: string): Promise<TopicResult> {
    const existing = this.#options.metaStore.snapshot().topicsByName.get(name);
    if (existing !== undefined) return Promise.resolve({ errorCode: 0, topic: existing });
    let creation = this.#internal.get(name);
    if (creation === undefined) {
      creation = this.#createInternalTopic(name).finally(() => this.#internal.delete(name));
      this.#internal.set(name, creation);
    }
    return creation;
  }

  autoCreate(name: string): void {
    if (this.#automatic.has(name) || this.#automatic.size >= AUTO_CREATIONS_MAX) return;
    this.#automatic.add(name);
    const spec = { name, partitionCount: -1, replicationFactor: -1, assignments: null, configs: new Map() };
    void this.createTopic(spec, { validateOnly: false, timeoutMs: INTERNAL_TOPIC_TIMEOUT_MS })
      .then((result) => {
        if ('topic' in result || result.errorCode === ErrorCode.TOPIC_ALREADY_EXISTS) return;
        const reason = result.errorMessage;
        this.#options.logger.warn('a topic could not be created automatically', { topic: name, reason });
      })
      .finally(() => this.#automatic.delete(name));
  }

  async #createInternalTopic(name: string): Promise<TopicResult> {
    const spec = this.#internalTopicSpec(name);
    if (spec === undefined) {
      return refused(ErrorCode.INVALID_TOPIC_EXCEPTION, `this release keeps nothing in a topic "${name}"`);
    }
    const { metaStore, random } = this.#options;
    const layout = layoutByCount(spec.partitionCount, 1, this.#layoutRules());
    if (!('owners' in layout)) return layout;
    try {
      const topic = await metaStore.createTopic({
        name,
        topicId: randomUuid(random),
        isInternal: true,
        replicationFactor: spec.replicationFactor,
        owners: layout.owners,
        configs: new Map([
          ['cleanup.policy', 'compact'],
          ['compression.type', spec.compressionType],
          ['segment.bytes', String(spec.segmentBytes)],
        ]),
      });
      return await this.#settle(topic, INTERNAL_TOPIC_TIMEOUT_MS);
    } catch (error) {
      const existing = metaStore.snapshot().topicsByName.get(name);
      if (isCode(error, 'MILLRACE_METADATA_TOPIC_EXISTS') && existing !== undefined) {
        return this.#settle(existing, INTERNAL_TOPIC_TIMEOUT_MS);
      }
      return writeFailure(error);
    }
  }

  #internalTopicSpec(name: string): InternalTopicSpec | undefined {
    const { config } = this.#options;
    switch (name) {
      case GROUP_TOPIC:
        return {
          partitionCount: config.offsetsTopicNumPartitions,
          replicationFactor: config.offsetsTopicReplicationFactor,
          segmentBytes: config.offsetsTopicSegmentBytes,
          compressionType: 'producer',
        };
      case TRANSACTION_TOPIC:
        return {
          partitionCount: config.transactionStateLogNumPartitions,
          replicationFactor: config.transactionStateLogReplicationFactor,
          segmentBytes: config.transactionStateLogSegmentBytes,
          compressionType: 'uncompressed',
        };
      default:
        return undefined;
    }
  }

  #refuseNewName(name: string): LayoutRefused | undefined {
    const problem = topicNameProblem(name);
    if (problem !== undefined) return refused(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
    const { topicsByName } = this.#options.metaStore.snapshot();
    if (topicsByName.has(name)) return topicExists(name);
    if (isInternalTopicName(name) || name === METADATA_TOPIC) return internalTopic(name, 'created by clients');
    const twin = collidingName(name, topicsByName.keys()) ?? collidingName(name, this.#underCreation);
    return twin === undefined
      ? undefined
      : refused(
          ErrorCode.INVALID_TOPIC_EXCEPTION,
          `topic name "${name}" differs from "${twin}" only by "." and "_", which metric names cannot tell apart`,
        );
  }

  #refuseTotal(addedCount: number): LayoutRefused | undefined {
    const { config, metaStore } = this.#options;
    const total = partitionCount(metaStore.snapshot());
    if (total + addedCount <= config.partitionsMax) return undefined;
    return refused(
      ErrorCode.POLICY_VIOLATION,
      `${addedCount} more partitions would make ${total + addedCount}; millrace.partitions.max is ${config.partitionsMax}`,
    );
  }

  #layoutRules(): LayoutRules {
    const { config, metaStore, nodeId, random } = this.#options;
    const registered = [...metaStore.snapshot().brokers.keys()].sort((left, right) => left - right);
    return {
      nodeIds: registered.length === 0 ? [nodeId] : registered,
      defaultPartitionCount: config.numPartitions,
      defaultReplicationFactor: config.defaultReplicationFactor,
      allowsMoreReplicasThanBrokers: config.replicationFactorAboveBrokers,
      random,
    };
  }

  /** Waits until the partitions of the topic that are owned here follow the change, or reports that it takes longer than the client waits. */
  async #settle(topic: TopicMetadata, timeoutMs: number): Promise<TopicResult> {
    const patienceMs = Math.max(timeoutMs, TIMEOUT_MS_MIN);
    const { version } = this.#options.metaStore.snapshot();
    if (await settledWithin(this.#options, version, patienceMs, topic.topicId)) return { errorCode: 0, topic };
    return refused(
      ErrorCode.REQUEST_TIMED_OUT,
      `the change of topic "${topic.name}" is stored, but its partitions are not ready after ${patienceMs} ms`,
    );
  }
}

function partitionCount(snapshot: ClusterSnapshot): number {
  let count = 0;
  for (const topic of snapshot.topicsById.values()) count += topic.partitions.length;
  return count;
}

function refused(errorCode: number, errorMessage: string): LayoutRefused {
  return { errorCode, errorMessage };
}

function topicExists(name: string): LayoutRefused {
  return refused(ErrorCode.TOPIC_ALREADY_EXISTS, `topic "${name}" exists already`);
}

function unknownId(topicId: string): LayoutRefused {
  return refused(ErrorCode.UNKNOWN_TOPIC_ID, `there is no topic of id ${topicId}`);
}

function internalTopic(name: string, act: string): LayoutRefused {
  return refused(ErrorCode.INVALID_REQUEST, `"${name}" is a topic of the broker itself and cannot be ${act}`);
}

function isCode(error: unknown, code: string): boolean {
  return MillraceError.is(error) && error.code === code;
}

/** What a client is told when the MetaStore refused; a bug keeps going up. */
function writeFailure(error: unknown): LayoutRefused {
  if (!MillraceError.is(error)) throw error;
  const message = messageOf(error);
  if (error.code === 'MILLRACE_METADATA_TOPIC_EXISTS') return refused(ErrorCode.TOPIC_ALREADY_EXISTS, message);
  if (error.code === 'MILLRACE_METADATA_UNKNOWN_TOPIC') return refused(ErrorCode.UNKNOWN_TOPIC_ID, message);
  return refused(ErrorCode.KAFKA_STORAGE_ERROR, message);
}
