/**
 * The group coordinator as requests meet it: finds the partition of each group, names the topics, and gives responses the shape
 * of their version.
 *
 * Owns: the runtime with the shards. Answers that need no group (a bad id, a bad timeout) are given here.
 * Invariants: responses are valid for `context.apiVersion`; a request with several groups is answered in its own order.
 * Not here: what a request does to a group (group/), when its answer may leave (runtime/), authorization.
 */
import type { Clock, Logger, MetricsRegistry, Random, Timers } from '@millrace/base';
import { ZERO_UUID } from '@millrace/base';
import type { AppendOutcome, EndMarker, PartitionLog } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import {
  createOffsetCommitResponse,
  type OffsetCommitRequest,
  type OffsetCommitResponse,
} from '@millrace/protocol/messages/08-offset-commit';
import type {
  OffsetFetchRequest,
  OffsetFetchRequestGroup,
  OffsetFetchResponse,
  OffsetFetchResponseGroup,
} from '@millrace/protocol/messages/09-offset-fetch';
import type { JoinGroupRequest, JoinGroupResponse } from '@millrace/protocol/messages/11-join-group';
import {
  createHeartbeatResponse,
  type HeartbeatRequest,
  type HeartbeatResponse,
} from '@millrace/protocol/messages/12-heartbeat';
import {
  createLeaveGroupResponse,
  type LeaveGroupRequest,
  type LeaveGroupResponse,
} from '@millrace/protocol/messages/13-leave-group';
import type { SyncGroupRequest, SyncGroupResponse } from '@millrace/protocol/messages/14-sync-group';
import {
  createDescribeGroupsResponse,
  createDescribeGroupsResponseDescribedGroup,
  type DescribeGroupsRequest,
  type DescribeGroupsResponse,
  type DescribeGroupsResponseDescribedGroup,
} from '@millrace/protocol/messages/15-describe-groups';
import {
  createListGroupsResponse,
  type ListGroupsRequest,
  type ListGroupsResponse,
  type ListGroupsResponseListedGroup,
} from '@millrace/protocol/messages/16-list-groups';
import {
  createDeleteGroupsResponse,
  type DeleteGroupsRequest,
  type DeleteGroupsResponse,
} from '@millrace/protocol/messages/42-delete-groups';
import {
  createOffsetDeleteResponse,
  type OffsetDeleteRequest,
  type OffsetDeleteResponse,
} from '@millrace/protocol/messages/47-offset-delete';
import {
  createTxnOffsetCommitResponse,
  type TxnOffsetCommitRequest,
  type TxnOffsetCommitResponse,
} from '@millrace/protocol/messages/28-txn-offset-commit';
import {
  createConsumerGroupDescribeResponse,
  createConsumerGroupDescribeResponseDescribedGroup,
  type ConsumerGroupDescribeRequest,
  type ConsumerGroupDescribeResponse,
  type ConsumerGroupDescribeResponseDescribedGroup,
} from '@millrace/protocol/messages/69-consumer-group-describe';
import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import type { GroupCoordinatorConfig } from './config.ts';
import { CONSUMER_GROUP_STATES } from './consumer/consumer-group.ts';
import { refused } from './consumer/consumer-protocol.ts';
import { describeConsumerGroup } from './consumer/consumer-views.ts';
import { heartbeatProblem } from './consumer/heartbeat-request.ts';
import type { GroupCoordinator, GroupOffset, GroupRequestContext } from './group-coordinator.ts';
import {
  consumerGroupHeartbeatFailure,
  heartbeatFailure,
  joinGroupFailure,
  joinGroupShape,
  leaveGroupFailure,
  listGroupsFailure,
  offsetDeleteFailure,
  OFFSET_FETCH_WITH_GROUPS,
  offsetFetchShape,
  syncGroupFailure,
  txnOffsetCommitFailure,
} from './group-responses.ts';
import { CLASSIC_GROUP_STATES } from './group/classic-group-state.ts';
import { createGroupMetrics } from './group/group-metrics.ts';
import { groupRecordCodec, isStorable, type GroupStateRecord } from './group/group-records.ts';
import { GroupShard, type PartitionResults, type TopicPartitions } from './group/group-shard.ts';
import { describeGroup, fetchOffsets, listedGroup } from './group/group-views.ts';
import type { AnyGroup, OffsetCommitEntry } from './group/offset-rules.ts';
import type { GroupOverrides } from './group-settings.ts';
import { groupPartition } from './java-hash.ts';
import { CoordinatorRuntime } from './runtime/coordinator-runtime.ts';
import { recordBytesMaxFor } from './runtime/record-appender.ts';
import { createRuntimeMetrics } from './runtime/runtime-metrics.ts';
import type { KnownTopic, TopicDirectory } from './topic-directory.ts';

export interface GroupCoordinatorOptions {
  readonly config: GroupCoordinatorConfig;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
  readonly topics: TopicDirectory;
  /** Settings of single groups (config resource type 32); none when absent. */
  readonly overridesOf?: (groupId: string) => GroupOverrides | undefined;
  /** A log of `__consumer_offsets` is left alone up to this size; default 4 MiB. */
  readonly snapshotBytesMin?: number;
  /** It may grow to this multiple of what is alive in it; default 4. */
  readonly snapshotGrowthFactor?: number;
  /** Records that shortening it appends before others get a turn; default 200. */
  readonly snapshotSliceRecords?: number;
}

/** The internal topic that holds groups and their offsets. */
export const OFFSETS_TOPIC = '__consumer_offsets';

/** Versions from which a request means something else. */
const JOIN_GROUP_WITH_REBALANCE_TIMEOUT = 1;
const SYNC_GROUP_WITH_PROTOCOL = 5;
const LEAVE_GROUP_WITH_MEMBERS = 3;
const DESCRIBE_GROUPS_WITH_NOT_FOUND = 6;
const OFFSET_COMMIT_WITH_TOPIC_IDS = 10;

/** What requests that commit offsets have in common. */
type RequestedTopic = OffsetCommitRequest['topics'][number];
type CommittedTopic = OffsetCommitResponse['topics'][number];

/** Creates the group coordinator of a broker. It serves nothing until partitions are loaded. */
export function createGroupCoordinator(options: GroupCoordinatorOptions): GroupCoordinator {
  return new GroupCoordinatorService(options);
}

class GroupCoordinatorService implements GroupCoordinator {
  readonly #config: GroupCoordinatorConfig;
  readonly #topics: TopicDirectory;
  readonly #runtime: CoordinatorRuntime<GroupShard, GroupStateRecord>;

  constructor(options: GroupCoordinatorOptions) {
    const { config, topics, metrics: registry, snapshotBytesMin } = options;
    this.#config = config;
    this.#topics = topics;
    const metrics = createGroupMetrics(registry);
    this.#runtime = new CoordinatorRuntime<GroupShard, GroupStateRecord>({
      ...options,
      codec: groupRecordCodec,
      createShard: (log) => new GroupShard({ ...options, metrics, recordBytesMax: recordBytesMaxFor(log) }),
      metrics: createRuntimeMetrics(registry, 'group'),
      appendTimeoutMs: () => config.offsetsCommitTimeoutMs,
      upkeepIntervalMs: () => config.offsetsRetentionCheckIntervalMs,
      ...(snapshotBytesMin === undefined ? {} : { snapshotBytesMin }),
    });
    this.#registerGauges(registry);
  }

  partitionFor(groupId: string): number {
    const partitionCount = this.#topics.byName(OFFSETS_TOPIC)?.partitionCount ?? this.#config.offsetsTopicNumPartitions;
    return groupPartition(groupId, partitionCount);
  }

  load(partition: number, log: PartitionLog): Promise<number> {
    return this.#runtime.load(partition, log);
  }

  unload(partition: number): void {
    this.#runtime.unload(partition);
  }

  async joinGroup(context: GroupRequestContext, request: JoinGroupRequest): Promise<JoinGroupResponse> {
    const { apiVersion } = context;
    const failure = (errorCode: number): JoinGroupResponse => joinGroupFailure(request, errorCode, apiVersion);
    if (request.groupId === '' || !isStorable(request.groupId)) return failure(ErrorCode.INVALID_GROUP_ID);
    const names = [request.groupInstanceId ?? '', request.protocolType, ...request.protocols.map(({ name }) => name)];
    if (!names.every(isStorable)) return failure(ErrorCode.INVALID_REQUEST);
    const { groupMinSessionTimeoutMs, groupMaxSessionTimeoutMs } = this.#config;
    if (request.sessionTimeoutMs < groupMinSessionTimeoutMs || request.sessionTimeoutMs > groupMaxSessionTimeoutMs) {
      return failure(ErrorCode.INVALID_SESSION_TIMEOUT);
    }
    const normalized =
      apiVersion >= JOIN_GROUP_WITH_REBALANCE_TIMEOUT
        ? request
        : { ...request, rebalanceTimeoutMs: request.sessionTimeoutMs };
    const response = await this.#runtime.ask<JoinGroupResponse>(
      this.partitionFor(request.groupId),
      (shard, step, waiter) => shard.join(context, normalized, waiter, step),
      failure,
    );
    return joinGroupShape(response, apiVersion);
  }

  async syncGroup(context: GroupRequestContext, request: SyncGroupRequest): Promise<SyncGroupResponse> {
    const mustNameProtocol = context.apiVersion >= SYNC_GROUP_WITH_PROTOCOL;
    if (mustNameProtocol && (request.protocolType === null || request.protocolName === null)) {
      return syncGroupFailure(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }
    if (request.groupId === '') return syncGroupFailure(ErrorCode.INVALID_GROUP_ID);
    return this.#runtime.ask<SyncGroupResponse>(
      this.partitionFor(request.groupId),
      (shard, step, waiter) => shard.sync(request, waiter, step),
      syncGroupFailure,
    );
  }

  /** Answered at once, whatever the log is doing: a slow disk must not look like dead members. */
  async heartbeat(_context: GroupRequestContext, request: HeartbeatRequest): Promise<HeartbeatResponse> {
    if (request.groupId === '') return heartbeatFailure(ErrorCode.INVALID_GROUP_ID);
    const shard = this.#runtime.peek(this.partitionFor(request.groupId));
    if (shard instanceof GroupShard) return createHeartbeatResponse({ errorCode: shard.heartbeat(request) });
    // Sessions begin anew when loading ends, so a member that is heard before has lost nothing.
    return heartbeatFailure(shard === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : shard);
  }

  async leaveGroup(context: GroupRequestContext, request: LeaveGroupRequest): Promise<LeaveGroupResponse> {
    if (request.groupId === '') return leaveGroupFailure(ErrorCode.INVALID_GROUP_ID);
    const isList = context.apiVersion >= LEAVE_GROUP_WITH_MEMBERS;
    const members = isList ? request.members : [{ memberId: request.memberId, groupInstanceId: null, reason: null }];
    const response = await this.#runtime.ask<LeaveGroupResponse>(
      this.partitionFor(request.groupId),
      (shard, step, waiter) => {
        const results = shard.leave({ ...request, members }, step);
        step.answer(waiter, createLeaveGroupResponse({ members: results }));
      },
      leaveGroupFailure,
    );
    if (isList) return response;
    return leaveGroupFailure(response.errorCode === 0 ? (response.members[0]?.errorCode ?? 0) : response.errorCode);
  }

  async consumerGroupHeartbeat(
    context: GroupRequestContext,
    request: ConsumerGroupHeartbeatRequest,
  ): Promise<ConsumerGroupHeartbeatResponse> {
    const { groupCoordinatorRebalanceProtocols: served, groupConsumerAssignors: assignors } = this.#config;
    if (!served.includes('consumer')) return consumerGroupHeartbeatFailure(ErrorCode.UNSUPPORTED_VERSION);
    const problem = heartbeatProblem(request, context.apiVersion, assignors);
    if (problem !== undefined) return refused(problem);
    return this.#runtime.ask<ConsumerGroupHeartbeatResponse>(
      this.partitionFor(request.groupId),
      (shard, step, waiter) => step.answer(waiter, shard.consumerHeartbeat(context, request, step)),
      consumerGroupHeartbeatFailure,
    );
  }

  async describeConsumerGroups(
    _context: GroupRequestContext,
    request: ConsumerGroupDescribeRequest,
  ): Promise<ConsumerGroupDescribeResponse> {
    const groups = await Promise.all(
      request.groupIds.map((groupId) => {
        if (groupId === '') {
          const errorCode = ErrorCode.INVALID_GROUP_ID;
          return Promise.resolve(createConsumerGroupDescribeResponseDescribedGroup({ groupId, errorCode }));
        }
        return this.#runtime.ask<ConsumerGroupDescribeResponseDescribedGroup>(
          this.partitionFor(groupId),
          (shard, step, waiter) =>
            step.answer(waiter, describeConsumerGroup(groupId, shard.group(groupId), this.#topics, this.#config)),
          (errorCode) => createConsumerGroupDescribeResponseDescribedGroup({ groupId, errorCode }),
        );
      }),
    );
    return createConsumerGroupDescribeResponse({ groups });
  }

  async commitOffsets(context: GroupRequestContext, request: OffsetCommitRequest): Promise<OffsetCommitResponse> {
    const usesTopicIds = context.apiVersion >= OFFSET_COMMIT_WITH_TOPIC_IDS;
    const { entries, respond } = this.#offsetsToCommit(request.topics, usesTopicIds);
    return createOffsetCommitResponse({ topics: respond(await this.#commitEntries(context, request, entries)) });
  }

  /** What precedes the first await happens in the caller's turn. */
  async commitTransactionalOffsets(
    _context: GroupRequestContext,
    request: TxnOffsetCommitRequest,
  ): Promise<TxnOffsetCommitResponse> {
    if (request.groupId === '' || !isStorable(request.groupId)) {
      return txnOffsetCommitFailure(request, ErrorCode.INVALID_GROUP_ID);
    }
    if (request.producerId < 0n || request.producerId > Number.MAX_SAFE_INTEGER) {
      return txnOffsetCommitFailure(request, ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    }
    const { entries, respond } = this.#offsetsToCommit(request.topics, false);
    const results = await this.#commitPendingEntries(request, entries);
    return createTxnOffsetCommitResponse({ topics: respond(results) });
  }

  appendEndMarker(partition: number, marker: EndMarker): AppendOutcome {
    return this.#runtime.appendEndMarker(partition, marker);
  }

  async fetchOffsets(context: GroupRequestContext, request: OffsetFetchRequest): Promise<OffsetFetchResponse> {
    const { apiVersion } = context;
    const view = { directory: this.#topics, apiVersion, requireStable: request.requireStable };
    const wanted = apiVersion >= OFFSET_FETCH_WITH_GROUPS ? request.groups : [oldOffsetFetchGroup(request)];
    const groups = await Promise.all(
      wanted.map((group) =>
        this.#runtime.ask<OffsetFetchResponseGroup>(
          this.partitionFor(group.groupId),
          (shard, step, waiter) => {
            step.answer(waiter, fetchOffsets(shard.group(group.groupId), group, view));
          },
          (errorCode) => ({ groupId: group.groupId, topics: [], errorCode }),
        ),
      ),
    );
    return offsetFetchShape(request, groups, apiVersion);
  }

  async describeGroups(context: GroupRequestContext, request: DescribeGroupsRequest): Promise<DescribeGroupsResponse> {
    const hasNotFound = context.apiVersion >= DESCRIBE_GROUPS_WITH_NOT_FOUND;
    const groups = await Promise.all(
      request.groups.map((groupId) =>
        this.#runtime.ask<DescribeGroupsResponseDescribedGroup>(
          this.partitionFor(groupId),
          (shard, step, waiter) => step.answer(waiter, describeGroup(groupId, shard.group(groupId), hasNotFound)),
          (errorCode) => createDescribeGroupsResponseDescribedGroup({ groupId, errorCode }),
        ),
      ),
    );
    return createDescribeGroupsResponse({ groups });
  }

  async listGroups(_context: GroupRequestContext, request: ListGroupsRequest): Promise<ListGroupsResponse> {
    const states = new Set(request.statesFilter.map((state) => state.toLowerCase()));
    const types = new Set(request.typesFilter.map((type) => type.toLowerCase()));
    const answers = await Promise.all(
      this.#runtime.partitions().map((partition) =>
        this.#runtime.ask<readonly ListGroupsResponseListedGroup[] | number>(
          partition,
          (shard, step, waiter) => {
            const matching = [...shard.groups()].filter(
              ({ state, type }) =>
                (types.size === 0 || types.has(type)) && (states.size === 0 || states.has(state.toLowerCase())),
            );
            step.answer(waiter, matching.map(listedGroup));
          },
          (errorCode) => errorCode,
        ),
      ),
    );
    const groups: ListGroupsResponseListedGroup[] = [];
    for (const answer of answers) {
      if (typeof answer !== 'number') groups.push(...answer);
      else if (answer !== ErrorCode.NOT_COORDINATOR) return listGroupsFailure(answer);
    }
    return createListGroupsResponse({ groups });
  }

  async deleteGroups(_context: GroupRequestContext, request: DeleteGroupsRequest): Promise<DeleteGroupsResponse> {
    const results = await Promise.all(
      [...new Set(request.groupsNames)].map(async (groupId) => {
        const errorCode = await this.#runtime.ask<number>(
          this.partitionFor(groupId),
          (shard, step, waiter) => step.answer(waiter, shard.deleteGroup(groupId, step)),
          (code) => code,
        );
        return { groupId, errorCode, errorMessage: null };
      }),
    );
    return createDeleteGroupsResponse({ results });
  }

  async deleteOffsets(_context: GroupRequestContext, request: OffsetDeleteRequest): Promise<OffsetDeleteResponse> {
    if (request.groupId === '') return offsetDeleteFailure(ErrorCode.INVALID_GROUP_ID);
    const topics: TopicPartitions[] = request.topics.map(({ name, partitions }) => ({
      topic: name,
      partitions: partitions.map(({ partitionIndex }) => partitionIndex).filter((index) => this.#exists(name, index)),
    }));
    const results = await this.#runtime.ask<PartitionResults>(
      this.partitionFor(request.groupId),
      (shard, step, waiter) => step.answer(waiter, shard.deleteOffsets(request.groupId, topics, step)),
      (groupError) => ({ groupError }),
    );
    if ('groupError' in results) return offsetDeleteFailure(results.groupError);
    let index = 0;
    return createOffsetDeleteResponse({
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: this.#exists(name, partitionIndex)
            ? resultAt(results, index++)
            : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        })),
      })),
    });
  }

  forgetTopic(topicName: string, topicId: string): Promise<void> {
    return this.#runtime.runSlicedOnAll((shard, step) => shard.forgetTopic(topicName, topicId, step));
  }

  *committedOffsets(): Iterable<GroupOffset> {
    for (const shard of this.#runtime.shards()) {
      for (const { groupId, offsets } of shard.groups()) {
        for (const [topic, partitions] of offsets.topics()) {
          for (const [partition, { offset }] of partitions) yield { groupId, topic, partition, offset };
        }
      }
    }
  }

  close(): Promise<void> {
    return this.#runtime.close();
  }

  /** Offsets of partitions that exist, and the way from what the group says of them to the response's topics. */
  #offsetsToCommit(
    topics: readonly RequestedTopic[],
    usesTopicIds: boolean,
  ): { readonly entries: OffsetCommitEntry[]; readonly respond: (results: PartitionResults) => CommittedTopic[] } {
    const entries: OffsetCommitEntry[] = [];
    // For each partition its error code, or the way to find it once the group has answered.
    const asked = topics.map(({ name, topicId, partitions }) => {
      const known = usesTopicIds ? this.#topics.byId(topicId) : this.#topics.byName(name);
      const codes = partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => {
        const refusal = commitRefusal(known, partitionIndex, usesTopicIds);
        if (known === undefined || refusal !== ErrorCode.NONE) return { partitionIndex, errorCode: () => refusal };
        const index = entries.length;
        entries.push({
          topic: known.name,
          topicId: known.topicId,
          partition: partitionIndex,
          offset: committedOffset,
          leaderEpoch: committedLeaderEpoch,
          metadata: committedMetadata ?? '',
        });
        return { partitionIndex, errorCode: (results: PartitionResults) => resultAt(results, index) };
      });
      return { name, topicId, codes };
    });
    const respond = (results: PartitionResults): CommittedTopic[] =>
      asked.map(({ name, topicId, codes }) => ({
        name,
        topicId,
        partitions: codes.map(({ partitionIndex, errorCode }) => ({ partitionIndex, errorCode: errorCode(results) })),
      }));
    return { entries, respond };
  }

  #commitPendingEntries(
    request: TxnOffsetCommitRequest,
    entries: readonly OffsetCommitEntry[],
  ): PartitionResults | Promise<PartitionResults> {
    if (entries.length === 0) return { partitionErrors: [] };
    const commit = {
      groupId: request.groupId,
      memberId: request.memberId,
      groupInstanceId: request.groupInstanceId,
      generation: request.generationIdOrMemberEpoch,
      entries,
    };
    return this.#runtime.askTransactional<PartitionResults>(
      this.partitionFor(request.groupId),
      { producerId: Number(request.producerId), producerEpoch: request.producerEpoch },
      (shard, step, waiter) => {
        const { results, records } = shard.commitTransactionalOffsets(commit, step);
        step.answer(waiter, results);
        return records;
      },
      (groupError) => ({ groupError }),
    );
  }

  #commitEntries(
    { apiVersion }: GroupRequestContext,
    request: OffsetCommitRequest,
    entries: readonly OffsetCommitEntry[],
  ): PartitionResults | Promise<PartitionResults> {
    if (entries.length === 0) return { partitionErrors: [] };
    if (!isStorable(request.groupId)) return { groupError: ErrorCode.INVALID_GROUP_ID };
    const commit = {
      groupId: request.groupId,
      memberId: request.memberId,
      groupInstanceId: request.groupInstanceId,
      generation: request.generationIdOrMemberEpoch,
      retentionMs: Number(request.retentionTimeMs),
      entries,
    };
    return this.#runtime.ask<PartitionResults>(
      this.partitionFor(request.groupId),
      (shard, step, waiter) => step.answer(waiter, shard.commitOffsets(apiVersion, commit, step)),
      (groupError) => ({ groupError }),
    );
  }

  #exists(topicName: string, partition: number): boolean {
    const known = this.#topics.byName(topicName);
    return known !== undefined && partition >= 0 && partition < known.partitionCount;
  }

  #registerGauges(registry: MetricsRegistry): void {
    const prefix = 'millrace_group_coordinator';
    registry.gaugeFamily(`${prefix}_groups`, 'Groups by type and state.', ['type', 'state'], () => {
      const counts = {
        classic: new Map<string, number>(CLASSIC_GROUP_STATES.map((state) => [state, 0])),
        consumer: new Map<string, number>(CONSUMER_GROUP_STATES.map((state) => [state, 0])),
      };
      for (const shard of this.#runtime.shards()) {
        for (const { type, state } of shard.groups()) counts[type].set(state, (counts[type].get(state) ?? 0) + 1);
      }
      return Object.entries(counts).flatMap(([type, byState]) =>
        [...byState].map(([state, value]) => ({ labels: { type, state }, value })),
      );
    });
    registry.gauge(`${prefix}_members`, 'Members of all groups.', () => this.#sum((group) => group.members.size));
    registry.gauge(`${prefix}_offsets`, 'Committed offsets that are stored.', () =>
      this.#sum((group) => group.offsets.count),
    );
    registry.gauge(`${prefix}_pending_offsets`, 'Offsets that wait for the end of a transaction.', () =>
      this.#sum((group) => group.pendingOffsets?.count ?? 0),
    );
  }

  #sum(count: (group: AnyGroup) => number): number {
    let total = 0;
    for (const shard of this.#runtime.shards()) for (const group of shard.groups()) total += count(group);
    return total;
  }
}

function commitRefusal(known: KnownTopic | undefined, partition: number, usesTopicIds: boolean): ErrorCode {
  if (known === undefined && usesTopicIds) return ErrorCode.UNKNOWN_TOPIC_ID;
  const exists = known !== undefined && partition >= 0 && partition < known.partitionCount;
  return exists ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
}

function resultAt(results: PartitionResults, index: number): number {
  return 'groupError' in results ? results.groupError : (results.partitionErrors[index] ?? ErrorCode.NONE);
}

/** Up to version 7 the request itself is what became an entry of `groups`. */
function oldOffsetFetchGroup({ groupId, topics }: OffsetFetchRequest): OffsetFetchRequestGroup {
  return {
    groupId,
    memberId: null,
    memberEpoch: -1,
    topics: topics === null ? null : topics.map((topic) => ({ ...topic, topicId: ZERO_UUID })),
  };
}
