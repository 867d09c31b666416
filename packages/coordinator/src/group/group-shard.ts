/**
 * The groups of one `__consumer_offsets` partition: a pure state machine over the partition's records.
 *
 * Owns: the map of groups. A group exists from the first record that names it to the tombstone of its own record; a request
 *   that brings a group into being writes an empty group first.
 * Invariants: `image` and `offsets` of a group change in `replay` alone, which requests and recovery share. So a shard that
 *   replays the log has exactly the offsets, and in Empty and Stable groups exactly the members, of the shard that wrote it.
 * Bounds: a turn of `upkeep` or `forgetTopic` handles one group.
 * Not here: rebalances (classic-protocol.ts), the shape of responses (group-coordinator-service.ts), I/O (../runtime).
 */
import { ZERO_UUID, type Clock, type Logger, type Random } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import type { JoinGroupRequest, JoinGroupResponse } from '@millrace/protocol/messages/11-join-group';
import type { HeartbeatRequest } from '@millrace/protocol/messages/12-heartbeat';
import type { LeaveGroupRequest, LeaveGroupResponseMemberResponse } from '@millrace/protocol/messages/13-leave-group';
import type { SyncGroupRequest, SyncGroupResponse } from '@millrace/protocol/messages/14-sync-group';
import type { GroupCoordinatorConfig } from '../config.ts';
import type { GroupRequestContext } from '../group-coordinator.ts';
import type { CoordinatorShard } from '../runtime/coordinator-shard.ts';
import { DeadlineQueue } from '../runtime/deadline-queue.ts';
import type { Waiter } from '../runtime/step.ts';
import type { TopicDirectory } from '../topic-directory.ts';
import { ClassicGroup } from './classic-group.ts';
import { ClassicProtocol, type GroupStep } from './classic-protocol.ts';
import type { GroupDeadline } from './group-deadline.ts';
import type { GroupMetrics } from './group-metrics.ts';
import { isStorable, type GroupImage, type GroupStateRecord } from './group-records.ts';
import { isExpired, isSameTopic, tombstone, validateCommit, type OffsetCommit } from './offset-rules.ts';

export interface GroupShardOptions {
  readonly config: GroupCoordinatorConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: GroupMetrics;
  readonly topics: TopicDirectory;
  /** Largest record that the log takes, in bytes of key and value. */
  readonly recordBytesMax: number;
}

/** Partitions of one topic in a request. */
export interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** An error for the whole group, or error codes in the order of what was asked. */
export type PartitionResults = { readonly groupError: number } | { readonly partitionErrors: readonly ErrorCode[] };

export class GroupShard implements CoordinatorShard<GroupStateRecord> {
  readonly #groups = new Map<string, ClassicGroup>();
  readonly #deadlines = new DeadlineQueue<GroupDeadline>();
  readonly #config: GroupCoordinatorConfig;
  readonly #clock: Clock;
  readonly #metrics: GroupMetrics;
  readonly #topics: TopicDirectory;
  readonly #classic: ClassicProtocol;
  #isLoaded = false;

  constructor(options: GroupShardOptions) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
    this.#topics = options.topics;
    this.#classic = new ClassicProtocol({
      ...options,
      deadlines: this.#deadlines,
      write: (step, record) => this.#write(step, record),
    });
  }

  group(groupId: string): ClassicGroup | undefined {
    return this.#groups.get(groupId);
  }

  groups(): IterableIterator<ClassicGroup> {
    return this.#groups.values();
  }

  replay(record: GroupStateRecord): void {
    if (record.kind === 'offset') {
      const { groupId, topic, partition, committed } = record;
      if (committed === null) this.#groups.get(groupId)?.offsets.delete(topic, partition);
      else this.#ensureGroup(groupId).offsets.set(topic, partition, committed);
    } else if (record.image === null) {
      this.#dropGroup(record.groupId);
    } else {
      this.#ensureGroup(record.groupId).image = record.image;
    }
  }

  *onLoaded(step: GroupStep): Generator<void, void, undefined> {
    this.#isLoaded = true;
    for (const group of this.#groups.values()) {
      group.restore();
      this.#classic.resume(group, step);
      yield;
    }
  }

  nextDeadlineMs(): number {
    return this.#deadlines.nextMs();
  }

  onTime(step: GroupStep): void {
    const nowMs = this.#clock.monotonicMs();
    for (;;) {
      const due = this.#deadlines.takeDue(nowMs);
      if (due === undefined) return;
      this.#classic.onDeadline(due, step);
    }
  }

  *liveRecords(): Generator<GroupStateRecord, void, undefined> {
    for (const group of this.#groups.values()) {
      const { groupId } = group;
      if (group.image !== null) yield { kind: 'group', groupId, image: group.image };
      for (const [topic, partitions] of group.offsets.topics()) {
        for (const [partition, committed] of partitions) yield { kind: 'offset', groupId, topic, partition, committed };
      }
    }
  }

  /** Offsets past their retention go, and with the last one an empty group (semantics 53). */
  *upkeep(step: GroupStep): Generator<void, void, undefined> {
    const retentionMs = this.#config.offsetsRetentionMinutes * 60_000;
    for (const group of this.#groups.values()) {
      const nowMs = this.#clock.nowMs();
      for (const [topic, partitions] of group.offsets.topics()) {
        for (const [partition, committed] of partitions) {
          if (
            !isExpired(group, topic, committed, nowMs, retentionMs) &&
            !this.#isOrphaned(committed.topicId, committed.commitTimestampMs, nowMs)
          )
            continue;
          this.#write(step, tombstone(group.groupId, topic, partition));
          this.#metrics.offsetsExpired.add(1);
        }
      }
      if (group.state === 'Empty' && group.offsets.count === 0 && group.pendingMembers.size === 0) {
        this.#write(step, { kind: 'group', groupId: group.groupId, image: null });
      }
      yield;
    }
  }

  close(errorCode: number): void {
    for (const group of this.#groups.values()) this.#classic.abandon(group, errorCode);
  }

  join(
    context: GroupRequestContext,
    request: JoinGroupRequest,
    waiter: Waiter<JoinGroupResponse>,
    step: GroupStep,
  ): void {
    let group = this.#groups.get(request.groupId);
    if (group === undefined) {
      // Only somebody new may found a group, and only with a request that can be granted.
      const isKnown = request.memberId !== '';
      if (isKnown) return step.refuse(waiter, ErrorCode.UNKNOWN_MEMBER_ID);
      if (request.protocolType === '' || request.protocols.length === 0) {
        return step.refuse(waiter, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
      }
      group = this.#foundGroup(request.groupId, step);
    }
    this.#classic.join(group, context, request, waiter, step);
  }

  sync(request: SyncGroupRequest, waiter: Waiter<SyncGroupResponse>, step: GroupStep): void {
    const group = this.#groups.get(request.groupId);
    if (group === undefined) step.refuse(waiter, ErrorCode.UNKNOWN_MEMBER_ID);
    else this.#classic.sync(group, request, waiter, step);
  }

  heartbeat(request: HeartbeatRequest): ErrorCode {
    const group = this.#groups.get(request.groupId);
    return group === undefined ? ErrorCode.UNKNOWN_MEMBER_ID : this.#classic.heartbeat(group, request);
  }

  leave(request: LeaveGroupRequest, step: GroupStep): LeaveGroupResponseMemberResponse[] {
    const group = this.#groups.get(request.groupId);
    if (group !== undefined) return this.#classic.leave(group, request.members, step);
    return request.members.map(({ memberId, groupInstanceId }) => ({
      memberId,
      groupInstanceId,
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
    }));
  }

  commitOffsets(apiVersion: number, commit: OffsetCommit, step: GroupStep): PartitionResults {
    const group = this.#groups.get(commit.groupId);
    const refusal = validateCommit(group, commit, apiVersion);
    if (refusal !== ErrorCode.NONE) return { groupError: refusal };
    const member = group?.members.get(commit.memberId);
    const renewsSession = group?.state === 'Stable' || group?.state === 'PreparingRebalance';
    if (member !== undefined && renewsSession) this.#classic.renewSession(member);
    const nowMs = this.#clock.nowMs();
    let accepted = 0;
    const partitionErrors = commit.entries.map(({ topic, partition, topicId, offset, leaderEpoch, metadata }) => {
      if (metadata.length > this.#config.offsetMetadataMaxBytes || !isStorable(metadata)) {
        return ErrorCode.OFFSET_METADATA_TOO_LARGE;
      }
      if (group === undefined && accepted === 0) this.#foundGroup(commit.groupId, step);
      accepted++;
      const expireTimestampMs = commit.retentionMs < 0 ? -1 : nowMs + commit.retentionMs;
      const common = { offset, metadata, commitTimestampMs: nowMs, expireTimestampMs };
      // The one record version with an expiry has no room for what later versions of the request carry.
      const committed =
        commit.retentionMs < 0
          ? { ...common, leaderEpoch, topicId }
          : { ...common, leaderEpoch: -1, topicId: ZERO_UUID };
      this.#write(step, { kind: 'offset', groupId: commit.groupId, topic, partition, committed });
      return ErrorCode.NONE;
    });
    this.#metrics.offsetCommits.add(accepted);
    return { partitionErrors };
  }

  /** Takes back offsets of topics that the group does not read (any more). */
  deleteOffsets(groupId: string, topics: readonly TopicPartitions[], step: GroupStep): PartitionResults {
    const group = this.#groups.get(groupId);
    if (group === undefined) return { groupError: ErrorCode.GROUP_ID_NOT_FOUND };
    if (group.state !== 'Empty' && !group.usesConsumerProtocol) return { groupError: ErrorCode.NON_EMPTY_GROUP };
    const partitionErrors: ErrorCode[] = [];
    for (const { topic, partitions } of topics) {
      for (const partition of partitions) {
        const isSubscribed = group.isSubscribedTo(topic);
        partitionErrors.push(isSubscribed ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE);
        if (isSubscribed || group.offsets.get(topic, partition) === undefined) continue;
        this.#write(step, tombstone(groupId, topic, partition));
        this.#metrics.offsetsDeleted.add(1);
      }
    }
    return { partitionErrors };
  }

  deleteGroup(groupId: string, step: GroupStep): ErrorCode {
    const group = this.#groups.get(groupId);
    if (group === undefined) return ErrorCode.GROUP_ID_NOT_FOUND;
    if (group.state !== 'Empty') return ErrorCode.NON_EMPTY_GROUP;
    for (const [topic, partitions] of group.offsets.topics()) {
      for (const partition of partitions.keys()) this.#deleteOffset(group, topic, partition, step);
    }
    this.#write(step, { kind: 'group', groupId, image: null });
    return ErrorCode.NONE;
  }

  /** The topic is gone: so are offsets committed for it, unless they are for a later topic of the same name. */
  *forgetTopic(topic: string, topicId: string, step: GroupStep): Generator<void, void, undefined> {
    for (const group of this.#groups.values()) {
      for (const [partition, committed] of group.offsets.partitionsOf(topic)) {
        if (isSameTopic(committed.topicId, topicId)) this.#deleteOffset(group, topic, partition, step);
      }
      yield;
    }
  }

  #deleteOffset(group: ClassicGroup, topic: string, partition: number, step: GroupStep): void {
    this.#write(step, tombstone(group.groupId, topic, partition));
    this.#metrics.offsetsDeleted.add(1);
  }

  #write(step: GroupStep, record: GroupStateRecord): void {
    step.records.push(record);
    this.replay(record);
  }

  #foundGroup(groupId: string, step: GroupStep): ClassicGroup {
    const image: GroupImage = {
      protocolType: '',
      generation: 0,
      protocol: null,
      leader: null,
      stateTimestampMs: this.#clock.nowMs(),
      members: [],
    };
    this.#write(step, { kind: 'group', groupId, image });
    const group = this.#ensureGroup(groupId);
    group.restore();
    return group;
  }

  #ensureGroup(groupId: string): ClassicGroup {
    let group = this.#groups.get(groupId);
    if (group === undefined) this.#groups.set(groupId, (group = new ClassicGroup(groupId)));
    return group;
  }

  #dropGroup(groupId: string): void {
    const group = this.#groups.get(groupId);
    if (group === undefined) return;
    this.#groups.delete(groupId);
    group.image = null;
    group.offsets.clear();
    if (this.#isLoaded) this.#classic.abandon(group, ErrorCode.UNKNOWN_MEMBER_ID);
  }

  /** Committed for a topic that is gone: its deletion was not seen here, since this partition was not loaded then. */
  #isOrphaned(topicId: string, commitTimestampMs: number, nowMs: number): boolean {
    if (topicId === ZERO_UUID || this.#topics.byId(topicId) !== undefined) return false;
    return nowMs - commitTimestampMs > this.#config.offsetsRetentionCheckIntervalMs;
  }
}
