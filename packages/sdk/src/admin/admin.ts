/**
 * The admin client: one method for each operation on a cluster.
 *
 * Owns: the default time of a call, and closing.
 * Invariants: operations on several items answer for each (see ./outcome.ts); passing errors are tried again until the
 *   call's time is over; wrong options throw before anything is sent.
 * Not here: what is asked and answered (the files by area), who is asked (./node-refs.ts), tries and verdicts (./per-item.ts).
 */
import type { Cluster } from '../cluster/cluster.ts';
import { ClosedError, throwIfAborted } from '../error.ts';
import { checkOptions, milliseconds, text, type OptionCheck } from '../options/check-options.ts';
import type { OffsetToCommit, TopicPartition } from '../topic-partition.ts';
import { AdminCall, type CallOptions } from './admin-call.ts';
import { CALL_OPTIONS, checkDistinct, checkItems, checkNames, ITEMS, METHOD_OPTIONS } from './admin-options.ts';
import * as changeGroups from './change-groups.ts';
import * as changeTopics from './change-topics.ts';
import type { ChangeOptions, CreatedTopic, NewTopic, PartitionsToCreate, TopicRef } from './change-topics.ts';
import * as clusterInfo from './cluster-info.ts';
import * as configs from './configs.ts';
import { deleteRecords, type DeletedRecords, type RecordsToDelete } from './delete-records.ts';
import * as describeGroups from './describe-groups.ts';
import { describeProducers, type PartitionProducers } from './describe-producers.ts';
import * as describeTopics from './describe-topics.ts';
import {
  alterPartitionReassignments,
  type AlterReassignmentsOptions,
  type ReassignmentToAlter,
} from './alter-reassignments.ts';
import { describeAcls, type AclRule, type DescribeAclsOptions } from './describe-acls.ts';
import { updateFeatures, type FeatureUpdate, type UpdateFeaturesOptions } from './update-features.ts';
import { electLeaders, type Election, type ElectLeadersOptions } from './elect-leaders.ts';
import * as groupLag from './group-lag.ts';
import * as groupOffsets from './group-offsets.ts';
import * as listGroups from './list-groups.ts';
import * as listOffsets from './list-offsets.ts';
import type { Outcome } from './outcome.ts';
import * as reset from './reset-group-offsets.ts';
import * as transactions from './transactions.ts';

export interface AdminOptions {
  /** Milliseconds for a call with its retries unless the call says otherwise. From 1; default 30,000. */
  readonly timeoutMs?: number;
}

interface ByName {
  readonly name: string;
}
interface ByGroup {
  readonly groupId: string;
}
interface ByTransactionalId {
  readonly transactionalId: string;
}

const TIMEOUT_MS = 30_000;

export class Admin implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #timeoutMs: number;
  readonly #closing = new AbortController();
  readonly #onClose: (() => void) | undefined;

  /** @internal Use `kafka().admin()`. */
  constructor(cluster: Cluster, options: AdminOptions = {}, onClose?: () => void) {
    checkOptions('admin()', options, { timeoutMs: milliseconds({ min: 1 }) });
    this.#cluster = cluster;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#onClose = onClose;
  }

  /** Every topic, by name; the cluster's own only when asked for. */
  async listTopics(options: describeTopics.ListTopicsOptions = {}): Promise<readonly describeTopics.TopicListing[]> {
    return this.#run('listTopics()', options, METHOD_OPTIONS.listTopics, (call) =>
      describeTopics.listTopics(call, options),
    );
  }

  /**
   * Topics with their partitions, page by page where the cluster does so (KIP-966), so that a topic of 100,000 partitions is no
   * single answer. Creates none. Fails with UNKNOWN_TOPIC_OR_PARTITION for a topic that is not there.
   */
  async describeTopics(
    names: readonly string[],
    options: describeTopics.DescribeTopicsOptions = {},
  ): Promise<readonly Outcome<ByName, describeTopics.TopicDescription>[]> {
    checkNames('describeTopics()', names);
    return this.#run('describeTopics()', options, METHOD_OPTIONS.describeTopics, (call) =>
      describeTopics.describeTopics(call, names, options),
    );
  }

  /** Topics by id (KIP-516). Fails with UNKNOWN_TOPIC_ID for a topic that is not there. */
  async describeTopicsById(
    topicIds: readonly string[],
    options: describeTopics.DescribeTopicsOptions = {},
  ): Promise<readonly Outcome<{ readonly topicId: string }, describeTopics.TopicDescription>[]> {
    checkNames('describeTopicsById()', topicIds, 'topic ids');
    return this.#run('describeTopicsById()', options, METHOD_OPTIONS.describeTopics, (call) =>
      describeTopics.describeTopicsById(call, topicIds, options),
    );
  }

  /**
   * Creates topics. Fails with TOPIC_ALREADY_EXISTS, INVALID_TOPIC_EXCEPTION, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR,
   * INVALID_CONFIG or POLICY_VIOLATION. On Apache Kafka it takes a moment until every broker knows a new topic. When a broker's answer is
   * lost the request is sent again, and TOPIC_ALREADY_EXISTS may mean that the first did it.
   */
  async createTopics(
    topics: readonly NewTopic[],
    options: ChangeOptions = {},
  ): Promise<readonly Outcome<ByName, CreatedTopic>[]> {
    checkItems('createTopics()', topics, ITEMS.newTopic);
    return this.#run('createTopics()', options, METHOD_OPTIONS.change, (call) =>
      changeTopics.createTopics(call, topics, options),
    );
  }

  /**
   * Deletes topics with their data, by name or by id (KIP-516): an id never hits a topic that was made anew under the name.
   * Fails with UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID or TOPIC_DELETION_DISABLED.
   */
  async deleteTopics(
    topics: readonly (string | TopicRef)[],
    options: CallOptions = {},
  ): Promise<readonly Outcome<TopicRef, ByName>[]> {
    const isWrong = (ref: string | TopicRef): boolean =>
      text(typeof ref === 'string' ? ref : (ref.name ?? ref.topicId)) !== undefined;
    checkNames(
      'deleteTopics()',
      topics.map((ref) => (isWrong(ref) ? '' : 'right')),
      'names or of { topicId }',
    );
    return this.#run('deleteTopics()', options, CALL_OPTIONS, (call) => changeTopics.deleteTopics(call, topics));
  }

  /** Adds partitions to topics; keys go to other partitions from then on. Fails with INVALID_PARTITIONS when it would take some away. */
  async createPartitions(
    topics: readonly PartitionsToCreate[],
    options: ChangeOptions = {},
  ): Promise<readonly Outcome<ByName>[]> {
    checkItems('createPartitions()', topics, ITEMS.partitionsToCreate);
    return this.#run('createPartitions()', options, METHOD_OPTIONS.change, (call) =>
      changeTopics.createPartitions(call, topics, options),
    );
  }

  /**
   * Deletes what lies before an offset, for good (KIP-107). Fails with OFFSET_OUT_OF_RANGE behind the high watermark, and with
   * POLICY_VIOLATION for topics that are compacted only.
   */
  async deleteRecords(
    records: readonly RecordsToDelete[],
    options: CallOptions = {},
  ): Promise<readonly Outcome<TopicPartition, DeletedRecords>[]> {
    checkItems('deleteRecords()', records, ITEMS.recordsToDelete);
    checkDistinct('deleteRecords()', records);
    return this.#run('deleteRecords()', options, CALL_OPTIONS, (call) => deleteRecords(call, records));
  }

  /** Settings of topics, brokers, groups, and of what else has some. */
  async describeConfigs(
    resources: readonly configs.ConfigResource[],
    options: configs.DescribeConfigsOptions = {},
  ): Promise<readonly Outcome<configs.ConfigResource, configs.ResourceConfigs>[]> {
    checkItems('describeConfigs()', resources, ITEMS.configResource);
    return this.#run('describeConfigs()', options, METHOD_OPTIONS.describeConfigs, (call) =>
      configs.describeConfigs(call, resources, options),
    );
  }

  /**
   * Changes single settings and leaves all others as they are (KIP-339). Fails with INVALID_CONFIG, and then changes none of that
   * resource.
   */
  async alterConfigs(
    changes: readonly configs.ConfigChange[],
    options: ChangeOptions = {},
  ): Promise<readonly Outcome<configs.ConfigResource>[]> {
    checkItems('alterConfigs()', changes, ITEMS.configChange);
    return this.#run('alterConfigs()', options, METHOD_OPTIONS.change, (call) =>
      configs.alterConfigs(call, changes, options),
    );
  }

  /**
   * What has settings, by type and name (KIP-1142): topics and brokers all of them, groups and client metrics those with some of their
   * own.
   */
  async listConfigResources(
    options: configs.ListConfigResourcesOptions = {},
  ): Promise<readonly configs.ConfigResource[]> {
    return this.#run('listConfigResources()', options, METHOD_OPTIONS.listConfigResources, (call) =>
      configs.listConfigResources(call, options),
    );
  }

  /** Offsets at a place or time. A partition may be asked for at several places in one call. */
  async listOffsets(
    queries: readonly listOffsets.OffsetQuery[],
    options: listOffsets.ListOffsetsOptions = {},
  ): Promise<readonly Outcome<TopicPartition, listOffsets.FoundOffset>[]> {
    checkItems('listOffsets()', queries, ITEMS.offsetQuery);
    return this.#run('listOffsets()', options, METHOD_OPTIONS.listOffsets, (call) =>
      listOffsets.listOffsets(call, queries, options),
    );
  }

  /** Every group, by id, and which brokers could not be asked. */
  async listGroups(options: listGroups.ListGroupsOptions = {}): Promise<listGroups.GroupListings> {
    return this.#run('listGroups()', options, METHOD_OPTIONS.listGroups, (call) =>
      listGroups.listGroups(call, options),
    );
  }

  /** State and members of groups, classic ones and those of KIP-848. Fails with GROUP_ID_NOT_FOUND. */
  async describeGroups(
    groupIds: readonly string[],
    options: describeGroups.DescribeGroupsOptions = {},
  ): Promise<readonly Outcome<ByGroup, describeGroups.GroupDescription>[]> {
    checkNames('describeGroups()', groupIds, 'group ids');
    return this.#run('describeGroups()', options, METHOD_OPTIONS.describeGroups, (call) =>
      describeGroups.describeGroups(call, groupIds, options),
    );
  }

  /** Deletes groups with their offsets. Fails with NON_EMPTY_GROUP while there are members, and with GROUP_ID_NOT_FOUND. */
  async deleteGroups(groupIds: readonly string[], options: CallOptions = {}): Promise<readonly Outcome<ByGroup>[]> {
    checkNames('deleteGroups()', groupIds, 'group ids');
    return this.#run('deleteGroups()', options, CALL_OPTIONS, (call) => changeGroups.deleteGroups(call, groupIds));
  }

  /** Takes members out of a group at once (KIP-345); those that still run join again. Fails with UNKNOWN_MEMBER_ID. */
  async removeGroupMembers(
    groupId: string,
    options: changeGroups.RemoveMembersOptions = {},
  ): Promise<readonly Outcome<changeGroups.MemberRef>[]> {
    checkNames('removeGroupMembers()', [groupId], 'group ids');
    return this.#run('removeGroupMembers()', options, METHOD_OPTIONS.removeGroupMembers, (call) =>
      changeGroups.removeGroupMembers(call, groupId, options),
    );
  }

  /** Offsets that groups keep. A group that does not exist keeps none, and that is no failure. */
  async fetchGroupOffsets(
    queries: readonly groupOffsets.GroupOffsetsQuery[],
    options: groupOffsets.FetchGroupOffsetsOptions = {},
  ): Promise<readonly Outcome<ByGroup, groupOffsets.GroupOffsets>[]> {
    checkItems('fetchGroupOffsets()', queries, ITEMS.groupQuery);
    return this.#run('fetchGroupOffsets()', options, METHOD_OPTIONS.fetchGroupOffsets, (call) =>
      groupOffsets.fetchGroupOffsets(call, queries, options),
    );
  }

  /** Sets offsets of a group without members, and makes the group when there is none. Fails with UNKNOWN_MEMBER_ID while it has members. */
  async alterGroupOffsets(
    groupId: string,
    offsets: readonly OffsetToCommit[],
    options: CallOptions = {},
  ): Promise<readonly Outcome<TopicPartition>[]> {
    checkNames('alterGroupOffsets()', [groupId], 'group ids');
    checkItems('alterGroupOffsets()', offsets, ITEMS.offsetToCommit);
    checkDistinct('alterGroupOffsets()', offsets);
    return this.#run('alterGroupOffsets()', options, CALL_OPTIONS, (call) =>
      groupOffsets.alterGroupOffsets(call, groupId, offsets),
    );
  }

  /** Forgets offsets of a group (KIP-496). Fails with GROUP_SUBSCRIBED_TO_TOPIC for topics that members read. */
  async deleteGroupOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    options: CallOptions = {},
  ): Promise<readonly Outcome<TopicPartition>[]> {
    checkNames('deleteGroupOffsets()', [groupId], 'group ids');
    checkItems('deleteGroupOffsets()', partitions, ITEMS.topicPartition);
    return this.#run('deleteGroupOffsets()', options, CALL_OPTIONS, (call) =>
      groupOffsets.deleteGroupOffsets(call, groupId, partitions),
    );
  }

  /**
   * Moves a group without members to another place, within what the partitions hold. With `dryRun` it tells what it would set.
   * Throws when topics or the group's offsets cannot be read; then nothing is set.
   */
  async resetGroupOffsets(
    groupId: string,
    options: reset.ResetOffsetsOptions,
  ): Promise<readonly Outcome<TopicPartition, reset.OffsetReset>[]> {
    checkNames('resetGroupOffsets()', [groupId], 'group ids');
    return this.#run('resetGroupOffsets()', options, METHOD_OPTIONS.resetGroupOffsets, (call) =>
      reset.resetGroupOffsets(call, groupId, options),
    );
  }

  /**
   * How far a group is behind, in records, for each partition that it has an offset for, and for `partitions`, such as those that its
   * members are assigned.
   */
  async fetchGroupLag(
    groupId: string,
    options: groupLag.GroupLagOptions = {},
  ): Promise<readonly Outcome<TopicPartition, groupLag.PartitionLag>[]> {
    checkNames('fetchGroupLag()', [groupId], 'group ids');
    return this.#run('fetchGroupLag()', options, METHOD_OPTIONS.fetchGroupLag, (call) =>
      groupLag.fetchGroupLag(call, groupId, options),
    );
  }

  /** What partitions remember of the producers that write to them (KIP-664). */
  async describeProducers(
    partitions: readonly TopicPartition[],
    options: CallOptions = {},
  ): Promise<readonly Outcome<TopicPartition, PartitionProducers>[]> {
    checkItems('describeProducers()', partitions, ITEMS.topicPartition);
    return this.#run('describeProducers()', options, CALL_OPTIONS, (call) => describeProducers(call, partitions));
  }

  /** Every transactional id that coordinators know of, and which brokers could not be asked (KIP-664). */
  async listTransactions(
    options: transactions.ListTransactionsOptions = {},
  ): Promise<transactions.TransactionListings> {
    return this.#run('listTransactions()', options, METHOD_OPTIONS.listTransactions, (call) =>
      transactions.listTransactions(call, options),
    );
  }

  /** State of transactions by transactional id (KIP-664). Fails with TRANSACTIONAL_ID_NOT_FOUND. */
  async describeTransactions(
    transactionalIds: readonly string[],
    options: CallOptions = {},
  ): Promise<readonly Outcome<ByTransactionalId, transactions.TransactionDescription>[]> {
    checkNames('describeTransactions()', transactionalIds, 'transactional ids');
    return this.#run('describeTransactions()', options, CALL_OPTIONS, (call) =>
      transactions.describeTransactions(call, transactionalIds),
    );
  }

  /**
   * Ends a hanging transaction on one partition, whatever its coordinator knows (KIP-664). Give what `describeProducers` tells of it.
   * Throws with INVALID_PRODUCER_EPOCH or TRANSACTION_COORDINATOR_FENCED when the partition knows of something newer.
   */
  async abortTransaction(transaction: transactions.TransactionToAbort, options: CallOptions = {}): Promise<void> {
    return this.#run('abortTransaction()', options, CALL_OPTIONS, (call) =>
      transactions.abortTransaction(call, transaction),
    );
  }

  /** Aborts what producers of these transactional ids have open, and refuses what they send from now on (KIP-618). */
  async fenceProducers(
    transactionalIds: readonly string[],
    options: CallOptions = {},
  ): Promise<readonly Outcome<ByTransactionalId, transactions.FencedProducer>[]> {
    checkNames('fenceProducers()', transactionalIds, 'transactional ids');
    return this.#run('fenceProducers()', options, CALL_OPTIONS, (call) =>
      transactions.fenceProducers(call, transactionalIds),
    );
  }

  /** Identity, controller and brokers (KIP-700). */
  async describeCluster(options: clusterInfo.DescribeClusterOptions = {}): Promise<clusterInfo.ClusterDescription> {
    return this.#run('describeCluster()', options, METHOD_OPTIONS.describeCluster, (call) =>
      clusterInfo.describeCluster(call, options),
    );
  }

  /** Features that the cluster runs and that the asked broker could run (KIP-584). */
  async describeFeatures(options: clusterInfo.NodeOptions = {}): Promise<readonly clusterInfo.FeatureDescription[]> {
    return this.#run('describeFeatures()', options, METHOD_OPTIONS.node, (call) =>
      clusterInfo.describeFeatures(call, options),
    );
  }

  /** APIs that the asked broker serves, with their versions. */
  async describeApiVersions(options: clusterInfo.NodeOptions = {}): Promise<readonly clusterInfo.ApiVersionRange[]> {
    return this.#run('describeApiVersions()', options, METHOD_OPTIONS.node, (call) =>
      clusterInfo.describeApiVersions(call, options),
    );
  }

  /** How many bytes each partition takes on each broker (KIP-113), and how large the volumes are (KIP-827). */
  async describeLogDirs(
    options: clusterInfo.LogDirOptions = {},
  ): Promise<readonly Outcome<{ readonly nodeId: number }, { readonly dirs: readonly clusterInfo.LogDir[] }>[]> {
    return this.#run('describeLogDirs()', options, METHOD_OPTIONS.describeLogDirs, (call) =>
      clusterInfo.describeLogDirs(call, options),
    );
  }

  /** Partitions whose replicas are being moved (KIP-455). */
  async listPartitionReassignments(
    options: clusterInfo.ReassignmentOptions = {},
  ): Promise<readonly clusterInfo.PartitionReassignment[]> {
    return this.#run('listPartitionReassignments()', options, METHOD_OPTIONS.listPartitionReassignments, (call) =>
      clusterInfo.listPartitionReassignments(call, options),
    );
  }

  /**
   * Gives partitions other replicas, or gives such a move up (KIP-455). Resolves when the move has begun; `listPartitionReassignments` tells how
   * far it is. Fails with INVALID_REPLICA_ASSIGNMENT, NO_REASSIGNMENT_IN_PROGRESS and UNKNOWN_TOPIC_OR_PARTITION.
   */
  async alterPartitionReassignments(
    reassignments: readonly ReassignmentToAlter[],
    options: AlterReassignmentsOptions = {},
  ): Promise<readonly Outcome<TopicPartition>[]> {
    const where = 'alterPartitionReassignments()';
    checkItems(where, reassignments, ITEMS.reassignment);
    checkDistinct(where, reassignments);
    return this.#run(where, options, METHOD_OPTIONS.alterPartitionReassignments, (call) =>
      alterPartitionReassignments(call, reassignments, options),
    );
  }

  /**
   * Moves features to other levels, all or none (KIP-584). Throws with INVALID_UPDATE_VERSION or FEATURE_UPDATE_FAILED when the cluster refuses
   * one of them.
   */
  async updateFeatures(updates: readonly FeatureUpdate[], options: UpdateFeaturesOptions = {}): Promise<void> {
    checkItems('updateFeatures()', updates, ITEMS.featureUpdate);
    return this.#run('updateFeatures()', options, METHOD_OPTIONS.change, (call) =>
      updateFeatures(call, updates, options),
    );
  }

  /** Rules of access that match (KIP-140). Throws with SECURITY_DISABLED where the cluster has no authorizer. */
  async describeAcls(options: DescribeAclsOptions = {}): Promise<readonly AclRule[]> {
    return this.#run('describeAcls()', options, METHOD_OPTIONS.describeAcls, (call) => describeAcls(call, options));
  }

  /**
   * Makes the preferred replica of partitions their leader (KIP-460). Fails with PREFERRED_LEADER_NOT_AVAILABLE or
   * ELIGIBLE_LEADERS_NOT_AVAILABLE, and with UNKNOWN_TOPIC_OR_PARTITION.
   */
  async electLeaders(
    partitions: readonly TopicPartition[],
    options: ElectLeadersOptions = {},
  ): Promise<readonly Outcome<TopicPartition, Election>[]> {
    checkItems('electLeaders()', partitions, ITEMS.topicPartition);
    return this.#run('electLeaders()', options, METHOD_OPTIONS.electLeaders, (call) =>
      electLeaders(call, partitions, options),
    );
  }

  /** Ends calls that wait and refuses later ones, with ClosedError. The connections are the cluster's. */
  close(): Promise<void> {
    this.#closing.abort(new ClosedError());
    this.#onClose?.();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run<Result>(
    method: string,
    options: CallOptions,
    spec: Readonly<Record<string, OptionCheck>>,
    use: (call: AdminCall) => Promise<Result>,
  ): Promise<Result> {
    checkOptions(method, options, spec);
    const { signal: closing } = this.#closing;
    if (closing.aborted) throw new ClosedError();
    throwIfAborted(method, options.signal);
    const call = new AdminCall(this.#cluster, {
      signal: options.signal === undefined ? closing : AbortSignal.any([closing, options.signal]),
      timeoutMs: options.timeoutMs ?? this.#timeoutMs,
      retry: options.retry ?? true,
    });
    try {
      return await use(call);
    } catch (error) {
      if (closing.aborted && options.signal?.aborted !== true) throw closing.reason;
      throw error;
    }
  }
}
