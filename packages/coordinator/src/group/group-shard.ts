/**
 * The groups of one `__consumer_offsets` partition: a pure state machine over the partition's records.
 *
 * Owns: the map of groups. A group exists from the first record that names it to the tombstone of its own record; a request
 *   that brings a group into being writes an empty group first.
 * Invariants: `image`, `offsets` and `pendingOffsets` of a group change in the `replay…` methods alone, which requests and recovery
 *   share. So a shard that replays the log has exactly the offsets, and in Empty and Stable groups exactly the members, of the
 *   shard that wrote it.
 * Bounds: a turn of `upkeep` or `forgetTopic` handles one group.
 * Not here: rebalances (classic-protocol.ts), the shape of responses (group-coordinator-service.ts), I/O (../runtime).
 */
import { ZERO_UUID, type Clock, type Logger, type Random } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import type { JoinGroupRequest, JoinGroupResponse } from '@millrace/protocol/messages/11-join-group';
import type { HeartbeatRequest } from '@millrace/protocol/messages/12-heartbeat';
import type { LeaveGroupRequest, LeaveGroupResponseMemberResponse } from '@millrace/protocol/messages/13-leave-group';
import type { SyncGroupRequest, SyncGroupResponse } from '@millrace/protocol/messages/14-sync-group';
import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import type { GroupCoordinatorConfig } from '../config.ts';
import { ClassicMembers } from '../consumer/classic-members.ts';
import { ConsumerGroup } from '../consumer/consumer-group.ts';
import { ConsumerMembership, Refusal } from '../consumer/consumer-membership.ts';
import { ConsumerProtocol, JOIN_EPOCH, refused } from '../consumer/consumer-protocol.ts';
import type { ConsumerGroupRecord } from '../consumer/consumer-records.ts';
import { ConsumerTargets, type GroupWork } from '../consumer/consumer-targets.ts';
import { recordBytesAtMost } from '../consumer/record-size.ts';
import { classicImageOf, consumerRecordsOf, consumerTombstones } from '../consumer/group-migration.ts';
import type { GroupRequestContext } from '../group-coordinator.ts';
import { GroupSettings, type GroupOverrides } from '../group-settings.ts';
import { OrderedRecords, type TransactionalProducer, type TransactionalShard } from '../runtime/coordinator-shard.ts';
import { DeadlineQueue } from '../runtime/deadline-queue.ts';
import type { Waiter } from '../runtime/step.ts';
import type { TopicDirectory } from '../topic-directory.ts';
import { ClassicGroup } from './classic-group.ts';
import { ClassicProtocol, type GroupStep } from './classic-protocol.ts';
import type { GroupDeadline } from './group-deadline.ts';
import type { GroupMetrics } from './group-metrics.ts';
import {
  isSameCommit,
  isStorable,
  type CommittedOffset,
  type GroupImage,
  type GroupStateRecord,
  type OffsetRecord,
} from './group-records.ts';
import {
  isExpired,
  isSameTopic,
  tombstone,
  validateCommit,
  validateTransactionalCommit,
  type AnyGroup,
  type CommitVerdict,
  type OffsetCommit,
  type OffsetCommitEntry,
  type TransactionalOffsetCommit,
} from './offset-rules.ts';
import { PendingOffsets } from './pending-offsets.ts';

export interface GroupShardOptions {
  readonly config: GroupCoordinatorConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: GroupMetrics;
  readonly topics: TopicDirectory;
  /** Largest record that the log takes, in bytes of key and value. */
  readonly recordBytesMax: number;
  /** Settings of single groups; none when absent. */
  readonly overridesOf?: ((groupId: string) => GroupOverrides | undefined) | undefined;
}

/** Partitions of one topic in a request. */
export interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** An error for the whole group, or error codes in the order of what was asked. */
export type PartitionResults = { readonly groupError: number } | { readonly partitionErrors: readonly ErrorCode[] };

export class GroupShard implements TransactionalShard<GroupStateRecord> {
  readonly #groups = new Map<string, AnyGroup>();
  /** Ids of groups with pending offsets, by the producer that has them. */
  readonly #pendingGroups = new Map<number, Set<string>>();
  readonly #deadlines = new DeadlineQueue<GroupDeadline>();
  readonly #config: GroupCoordinatorConfig;
  readonly #clock: Clock;
  readonly #metrics: GroupMetrics;
  readonly #topics: TopicDirectory;
  readonly #logger: Logger;
  readonly #recordBytesMax: number;
  readonly #settings: GroupSettings;
  readonly #classic: ClassicProtocol;
  readonly #targets: ConsumerTargets;
  readonly #consumers: ConsumerProtocol;
  readonly #classicMembers: ClassicMembers;
  #isLoaded = false;

  constructor(options: GroupShardOptions) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
    this.#topics = options.topics;
    this.#logger = options.logger;
    this.#recordBytesMax = options.recordBytesMax;
    this.#settings = new GroupSettings(options.config, options.overridesOf);
    const shared = {
      ...options,
      settings: this.#settings,
      deadlines: this.#deadlines,
      write: (step: GroupStep, record: GroupStateRecord) => this.#write(step, record),
      fits: (record: ConsumerGroupRecord) => this.#fits(record),
    };
    this.#classic = new ClassicProtocol(shared);
    const targets = new ConsumerTargets({
      ...shared,
      isAlive: (group) => this.#groups.get(group.groupId) === group,
    });
    const downgrade = (group: ConsumerGroup, step: GroupStep): boolean => this.#downgrade(group, step);
    const membership = new ConsumerMembership({ ...shared, targets, downgrade });
    this.#targets = targets;
    this.#consumers = new ConsumerProtocol({ ...shared, targets, membership });
    this.#classicMembers = new ClassicMembers({ ...shared, targets, membership, downgradeIfClassic: downgrade });
  }

  group(groupId: string): AnyGroup | undefined {
    return this.#groups.get(groupId);
  }

  groups(): IterableIterator<AnyGroup> {
    return this.#groups.values();
  }

  replay(record: GroupStateRecord): void {
    if (record.kind === 'offset') {
      this.#replayOffset(record);
    } else if (record.kind !== 'group') {
      this.#replayConsumer(record);
    } else if (record.image !== null) {
      this.#ensureClassic(record.groupId).image = record.image;
    } else if (this.#groups.get(record.groupId)?.type === 'classic') {
      this.#dropGroup(record.groupId);
    }
  }

  replayPending(producer: TransactionalProducer, record: GroupStateRecord): void {
    // Nothing else is written under a transaction, here or by Apache Kafka.
    if (record.kind !== 'offset' || record.committed === null) return this.replay(record);
    const group = this.#ensureGroup(record.groupId);
    group.pendingOffsets ??= new PendingOffsets();
    group.pendingOffsets.add(producer, record.topic, record.partition, record.committed);
    let groups = this.#pendingGroups.get(producer.producerId);
    if (groups === undefined) this.#pendingGroups.set(producer.producerId, (groups = new Set<string>()));
    groups.add(record.groupId);
  }

  replayEndMarker(producerId: number, outcome: 'commit' | 'abort'): void {
    const groupIds = this.#pendingGroups.get(producerId) ?? [];
    this.#pendingGroups.delete(producerId);
    for (const groupId of groupIds) {
      const group = this.#groups.get(groupId);
      if (group === undefined) continue;
      for (const { topic, partition, committed, isOvertaken } of group.pendingOffsets?.end(producerId, outcome) ?? []) {
        if (outcome === 'commit' && !isOvertaken) group.offsets.set(topic, partition, committed);
        const counter = outcome === 'commit' ? this.#metrics.offsetsOfCommits : this.#metrics.offsetsOfAborts;
        if (this.#isLoaded) counter.add(1);
      }
      if (group.pendingOffsets?.count === 0) group.pendingOffsets = null;
    }
  }

  *onLoaded(step: GroupStep): Generator<void, void, undefined> {
    this.#isLoaded = true;
    for (const group of this.#groups.values()) {
      if (group.type === 'consumer') {
        this.#consumers.resume(group, step);
      } else {
        group.restore();
        this.#classic.resume(group, step);
      }
      yield;
    }
  }

  takeWork(): GroupWork | undefined {
    return this.#targets.takeWork();
  }

  nextDeadlineMs(): number {
    return this.#deadlines.nextMs();
  }

  onTime(step: GroupStep): void {
    const nowMs = this.#clock.monotonicMs();
    for (;;) {
      const due = this.#deadlines.takeDue(nowMs);
      if (due === undefined) return;
      switch (due.kind) {
        case 'consumerSession':
        case 'consumerStep':
        case 'assignment':
        case 'patterns':
          this.#consumers.onDeadline(due, step);
          break;
        default:
          this.#classic.onDeadline(due, step);
      }
    }
  }

  *liveRecords(): Generator<GroupStateRecord | OrderedRecords<GroupStateRecord>, void, undefined> {
    for (const group of this.#groups.values()) {
      const { groupId } = group;
      if (group.type === 'consumer') {
        for (const record of group.records()) {
          // Records of a group that is gone, or of the other kind by now, would bring it back.
          if (this.#groups.get(groupId) !== group) break;
          yield record;
        }
      } else if (group.image !== null) {
        yield { kind: 'group', groupId, image: group.image };
      }
      // First, since a transaction that commits meanwhile moves them to the others.
      if (group.pendingOffsets !== null) yield contestedOffsets(group, group.pendingOffsets.partitions());
      for (const [topic, partitions] of group.offsets.topics()) {
        for (const [partition, committed] of partitions) {
          if (group.pendingOffsets?.has(topic, partition) === true) yield contestedOffsets(group, [[topic, partition]]);
          else yield { kind: 'offset', groupId, topic, partition, committed };
        }
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
          // The tombstone would take along what waits for the end of a transaction.
          if (group.pendingOffsets?.has(topic, partition) === true) continue;
          this.#write(step, tombstone(group.groupId, topic, partition));
          this.#metrics.offsetsExpired.add(1);
        }
      }
      const hasOffsets = group.offsets.count > 0 || group.pendingOffsets !== null;
      const isAwaited = group.type === 'classic' && group.pendingMembers.size > 0;
      if (group.state === 'Empty' && !hasOffsets && !isAwaited) this.#bury(group, step);
      yield;
    }
  }

  close(errorCode: number): void {
    for (const group of this.#groups.values()) {
      if (group.type === 'classic') this.#classic.abandon(group, errorCode);
      else this.#consumers.abandon(group);
    }
  }

  consumerHeartbeat(
    context: GroupRequestContext,
    request: ConsumerGroupHeartbeatRequest,
    step: GroupStep,
  ): ConsumerGroupHeartbeatResponse {
    const { groupId, memberEpoch } = request;
    const isJoining = memberEpoch === JOIN_EPOCH;
    if (isJoining && this.#groups.get(groupId)?.type !== 'consumer') {
      // Whoever is refused must not make a group, or turn a classic one into the other kind.
      const refusal = this.#consumers.refusalOf(undefined, context, request);
      if (refusal !== undefined) return refused(refusal);
    }
    const group = this.#consumerGroup(request, step);
    if (group instanceof Refusal) return refused(group);
    return memberEpoch < JOIN_EPOCH
      ? this.#consumers.leave(group, request, step)
      : this.#consumers.heartbeat(group, context, request, step);
  }

  join(
    context: GroupRequestContext,
    request: JoinGroupRequest,
    waiter: Waiter<JoinGroupResponse>,
    step: GroupStep,
  ): void {
    let group = this.#groups.get(request.groupId);
    if (group?.type === 'consumer' && group.members.size > 0) {
      return step.answer(waiter, this.#classicMembers.join(group, context, request, step));
    }
    if (group === undefined || group.type === 'consumer') {
      // Only somebody new may found a group, and only with a request that can be granted.
      const isKnown = request.memberId !== '';
      if (isKnown) return step.refuse(waiter, ErrorCode.UNKNOWN_MEMBER_ID);
      if (request.protocolType === '' || request.protocols.length === 0) {
        return step.refuse(waiter, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
      }
      const before = group;
      group = this.#foundGroup(request.groupId, step);
      if (before !== undefined) this.#writeAll(step, consumerTombstones(before));
    }
    this.#classic.join(group, context, request, waiter, step);
  }

  sync(request: SyncGroupRequest, waiter: Waiter<SyncGroupResponse>, step: GroupStep): void {
    const group = this.#groups.get(request.groupId);
    if (group === undefined) step.refuse(waiter, ErrorCode.UNKNOWN_MEMBER_ID);
    else if (group.type === 'consumer') step.answer(waiter, this.#classicMembers.sync(group, request));
    else this.#classic.sync(group, request, waiter, step);
  }

  heartbeat(request: HeartbeatRequest): ErrorCode {
    const group = this.#groups.get(request.groupId);
    if (group === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    return group.type === 'consumer'
      ? this.#classicMembers.heartbeat(group, request)
      : this.#classic.heartbeat(group, request);
  }

  leave(request: LeaveGroupRequest, step: GroupStep): LeaveGroupResponseMemberResponse[] {
    const group = this.#groups.get(request.groupId);
    if (group?.type === 'consumer') return this.#classicMembers.leave(group, request.members, step);
    if (group !== undefined) return this.#classic.leave(group, request.members, step);
    return request.members.map(({ memberId, groupInstanceId }) => ({
      memberId,
      groupInstanceId,
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
    }));
  }

  commitOffsets(apiVersion: number, commit: OffsetCommit, step: GroupStep): PartitionResults {
    const group = this.#groups.get(commit.groupId);
    const verdict = validateCommit(group, commit, apiVersion);
    if (typeof verdict === 'number' && verdict !== ErrorCode.NONE) return { groupError: verdict };
    if (group?.type === 'classic') this.#renewSession(group, commit.memberId);
    const nowMs = this.#clock.nowMs();
    let accepted = 0;
    const partitionErrors = commit.entries.map((entry) => {
      const { topic, partition, topicId, offset, leaderEpoch, metadata } = entry;
      const refusal = this.#refusalOf(entry, verdict);
      if (refusal !== ErrorCode.NONE) return refusal;
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

  /** Records for offsets that wait for the end of the producer's transaction; they are not applied yet. */
  commitTransactionalOffsets(
    commit: TransactionalOffsetCommit,
    step: GroupStep,
  ): { readonly results: PartitionResults; readonly records: readonly OffsetRecord[] } {
    const { groupId } = commit;
    const group = this.#groups.get(groupId);
    const verdict = validateTransactionalCommit(group, commit);
    if (typeof verdict === 'number' && verdict !== ErrorCode.NONE) {
      return { results: { groupError: verdict }, records: [] };
    }
    const commitTimestampMs = this.#clock.nowMs();
    const records: OffsetRecord[] = [];
    const partitionErrors = commit.entries.map((entry) => {
      const { topic, partition, topicId, offset, leaderEpoch, metadata } = entry;
      const refusal = this.#refusalOf(entry, verdict);
      if (refusal !== ErrorCode.NONE) return refusal;
      const committed = { offset, leaderEpoch, metadata, commitTimestampMs, expireTimestampMs: -1, topicId };
      records.push({ kind: 'offset', groupId, topic, partition, committed });
      return ErrorCode.NONE;
    });
    if (group === undefined && records.length > 0) this.#foundGroup(groupId, step);
    this.#metrics.transactionalOffsetCommits.add(records.length);
    return { results: { partitionErrors }, records };
  }

  /** Takes back offsets of topics that the group does not read (any more). */
  deleteOffsets(groupId: string, topics: readonly TopicPartitions[], step: GroupStep): PartitionResults {
    const group = this.#groups.get(groupId);
    if (group === undefined) return { groupError: ErrorCode.GROUP_ID_NOT_FOUND };
    if (group.type === 'classic' && group.state !== 'Empty' && !group.usesConsumerProtocol)
      return { groupError: ErrorCode.NON_EMPTY_GROUP };
    const partitionErrors: ErrorCode[] = [];
    for (const { topic, partitions } of topics) {
      for (const partition of partitions) {
        const isSubscribed = group.isSubscribedTo(topic);
        partitionErrors.push(isSubscribed ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE);
        if (!isSubscribed) this.#deleteOffset(group, topic, partition, step);
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
    for (const [topic, partition] of group.pendingOffsets?.partitions() ?? []) {
      this.#deleteOffset(group, topic, partition, step);
    }
    this.#bury(group, step);
    return ErrorCode.NONE;
  }

  /** The topic is gone: so are offsets committed for it, unless they are for a later topic of the same name. */
  *forgetTopic(topic: string, topicId: string, step: GroupStep): Generator<void, void, undefined> {
    for (const group of this.#groups.values()) {
      const partitions = new Set(group.offsets.partitionsOf(topic).keys());
      for (const partition of group.pendingOffsets?.partitionsOf(topic) ?? []) partitions.add(partition);
      for (const partition of partitions) {
        // A tombstone takes all; what is left behind for the sake of a later topic is not shown, and goes with the next upkeep.
        if (offsetsOf(group, topic, partition).every((offset) => isSameTopic(offset.topicId, topicId))) {
          this.#deleteOffset(group, topic, partition, step);
        }
      }
      yield;
    }
  }

  /** The consumer group that a heartbeat means. One that joins makes it, be it of a classic group. */
  #consumerGroup(request: ConsumerGroupHeartbeatRequest, step: GroupStep): ConsumerGroup | Refusal {
    const { groupId, memberEpoch } = request;
    const group = this.#groups.get(groupId);
    if (group?.type === 'consumer') return group;
    if (memberEpoch !== JOIN_EPOCH) {
      const problem = group === undefined ? `there is no group ${groupId}` : `group ${groupId} is a classic group`;
      return new Refusal(ErrorCode.GROUP_ID_NOT_FOUND, problem);
    }
    let records: readonly ConsumerGroupRecord[] = [{ kind: 'epoch', groupId, value: FOUNDING }];
    if (group !== undefined && group.members.size > 0) {
      const converted = this.#upgradeOf(group, request);
      if (converted instanceof Refusal) return converted;
      records = converted;
      this.#metrics.upgrades.add(1);
      this.#logger.info('classic group becomes a consumer group', { group: groupId, members: group.members.size });
    }
    // Whoever waits in a rebalance joins the new group by itself.
    if (group !== undefined) this.#classic.abandon(group, ErrorCode.REBALANCE_IN_PROGRESS);
    this.#writeAll(step, records);
    if (group !== undefined) this.#write(step, { kind: 'group', groupId, image: null });
    const founded = this.#ensureConsumer(groupId);
    this.#consumers.resume(founded, step);
    return founded;
  }

  /** The group with room for who asks for it. */
  #upgradeOf(
    group: ClassicGroup,
    { memberId, instanceId }: ConsumerGroupHeartbeatRequest,
  ): readonly ConsumerGroupRecord[] | Refusal {
    const refuse = (reason: string): Refusal =>
      new Refusal(
        ErrorCode.GROUP_ID_NOT_FOUND,
        `classic group ${group.groupId} cannot go over to the consumer protocol: ${reason}`,
      );
    if (!this.#settings.canUpgrade())
      return refuse('group.consumer.migration.policy forbids it while the group has members');
    if (group.members.size > this.#settings.membersMax())
      return refuse('it has more members than group.consumer.max.size allows');
    const isMember =
      group.members.has(memberId) || (instanceId !== null && group.staticMemberId(instanceId) !== undefined);
    if (!isMember && group.members.size === this.#settings.membersMax()) {
      const message = `classic group ${group.groupId} has all the members that group.consumer.max.size allows`;
      return new Refusal(ErrorCode.GROUP_MAX_SIZE_REACHED, message);
    }
    const records = consumerRecordsOf(group, this.#topics);
    return 'problem' in records ? refuse(records.problem) : records;
  }

  /** When all members speak the classic protocol the group becomes a classic one. False when it stays what it is. */
  #downgrade(group: ConsumerGroup, step: GroupStep): boolean {
    const { groupId, members } = group;
    const isClassicOnly = members.size > 0 && group.classicCount === members.size;
    if (!isClassicOnly || !this.#settings.canDowngrade() || members.size > this.#config.groupMaxSize) return false;
    const image = classicImageOf(group, this.#topics, this.#clock.nowMs());
    const protocols = new Map([...members].map(([id, member]) => [id, member.subscription.classic?.protocols ?? []]));
    this.#metrics.downgrades.add(1);
    this.#logger.info('consumer group becomes a classic group', { group: groupId, members: members.size });
    this.#consumers.abandon(group);
    this.#write(step, { kind: 'group', groupId, image });
    this.#writeAll(step, consumerTombstones(group));
    const classic = this.#ensureClassic(groupId);
    classic.restore();
    this.#classic.adopt(classic, protocols, step);
    return true;
  }

  /** The log would refuse a record above its limit, and the shard be loaded again and again. */
  #fits(record: ConsumerGroupRecord): boolean {
    const sizeBytes = recordBytesAtMost(record);
    const limitBytes = this.#recordBytesMax;
    if (sizeBytes <= limitBytes) return true;
    this.#logger.error(
      'consumer group does not fit into records; use fewer topics or more members, or raise max.message.bytes of __consumer_offsets',
      { group: record.groupId, kind: record.kind, sizeBytes, limitBytes },
    );
    return false;
  }

  #renewSession(group: ClassicGroup, memberId: string): void {
    const member = group.members.get(memberId);
    const renewsSession = group.state === 'Stable' || group.state === 'PreparingRebalance';
    if (member !== undefined && renewsSession) this.#classic.renewSession(member);
  }

  #refusalOf(entry: OffsetCommitEntry, verdict: CommitVerdict): ErrorCode {
    if (!this.#hasRoomFor(entry.metadata)) return ErrorCode.OFFSET_METADATA_TOO_LARGE;
    return typeof verdict === 'number' ? verdict : verdict(entry);
  }

  /** All records of a group that has no members and no offsets (any more) are taken back. */
  #bury(group: AnyGroup, step: GroupStep): void {
    if (group.type === 'consumer') this.#writeAll(step, consumerTombstones(group));
    else this.#write(step, { kind: 'group', groupId: group.groupId, image: null });
  }

  #replayConsumer(record: ConsumerGroupRecord): void {
    const { groupId, kind, value } = record;
    if (value !== null) return this.#ensureConsumer(groupId).apply(record);
    const group = this.#groups.get(groupId);
    if (group?.type !== 'consumer') return;
    if (kind === 'epoch') this.#dropGroup(groupId);
    else group.apply(record);
  }

  #replayOffset({ groupId, topic, partition, committed }: OffsetRecord): void {
    if (committed === null) {
      const group = this.#groups.get(groupId);
      group?.offsets.delete(topic, partition);
      if (group?.pendingOffsets) this.#dropPending(group, group.pendingOffsets, topic, partition);
      return;
    }
    const group = this.#ensureGroup(groupId);
    if (group.pendingOffsets !== null) {
      // A copy from a snapshot is no later commit.
      const known = group.offsets.get(topic, partition);
      if (known === undefined || !isSameCommit(known, committed)) group.pendingOffsets.overtake(topic, partition);
    }
    group.offsets.set(topic, partition, committed);
  }

  #dropPending(group: AnyGroup, pending: PendingOffsets, topic: string, partition: number): void {
    const before = [...pending.producerIds()];
    pending.delete(topic, partition);
    const left = new Set(pending.producerIds());
    for (const producerId of before) if (!left.has(producerId)) this.#forgetPendingGroup(producerId, group.groupId);
    if (pending.count === 0) group.pendingOffsets = null;
  }

  #forgetPendingGroup(producerId: number, groupId: string): void {
    const groups = this.#pendingGroups.get(producerId);
    groups?.delete(groupId);
    if (groups?.size === 0) this.#pendingGroups.delete(producerId);
  }

  #hasRoomFor(metadata: string): boolean {
    return metadata.length <= this.#config.offsetMetadataMaxBytes && isStorable(metadata);
  }

  /** Takes back what is committed for the partition and what waits to be. */
  #deleteOffset(group: AnyGroup, topic: string, partition: number, step: GroupStep): void {
    if (offsetsOf(group, topic, partition).length === 0) return;
    this.#write(step, tombstone(group.groupId, topic, partition));
    this.#metrics.offsetsDeleted.add(1);
  }

  #write(step: GroupStep, record: GroupStateRecord): void {
    step.records.push(record);
    this.replay(record);
  }

  #writeAll(step: GroupStep, records: readonly GroupStateRecord[]): void {
    for (const record of records) this.#write(step, record);
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
    const group = this.#ensureClassic(groupId);
    group.restore();
    return group;
  }

  /** A group of whatever kind; a new one is classic. */
  #ensureGroup(groupId: string): AnyGroup {
    return this.#groups.get(groupId) ?? this.#ensureClassic(groupId);
  }

  #ensureClassic(groupId: string): ClassicGroup {
    const group = this.#groups.get(groupId);
    if (group?.type === 'classic') return group;
    const classic = new ClassicGroup(groupId, group?.offsets, group?.pendingOffsets);
    this.#groups.set(groupId, classic);
    return classic;
  }

  #ensureConsumer(groupId: string): ConsumerGroup {
    const group = this.#groups.get(groupId);
    if (group?.type === 'consumer') return group;
    const consumer = new ConsumerGroup(groupId, group?.offsets, group?.pendingOffsets);
    this.#groups.set(groupId, consumer);
    return consumer;
  }

  #dropGroup(groupId: string): void {
    const group = this.#groups.get(groupId);
    if (group === undefined) return;
    this.#groups.delete(groupId);
    group.offsets.clear();
    for (const producerId of group.pendingOffsets?.producerIds() ?? []) this.#forgetPendingGroup(producerId, groupId);
    group.pendingOffsets = null;
    if (group.type === 'classic') group.image = null;
    if (!this.#isLoaded) return;
    if (group.type === 'classic') this.#classic.abandon(group, ErrorCode.UNKNOWN_MEMBER_ID);
    else this.#consumers.abandon(group);
  }

  /** Committed for a topic that is gone: its deletion was not seen here, since this partition was not loaded then. */
  #isOrphaned(topicId: string, commitTimestampMs: number, nowMs: number): boolean {
    if (topicId === ZERO_UUID || this.#topics.byId(topicId) !== undefined) return false;
    return nowMs - commitTimestampMs > this.#config.offsetsRetentionCheckIntervalMs;
  }
}

/** Of a consumer group nobody has joined yet: not 0, since that is what members join with. */
const FOUNDING = { epoch: 1, hash: 0n };

/** What is committed for the partition and what is pending. */
function offsetsOf(group: AnyGroup, topic: string, partition: number): CommittedOffset[] {
  const committed = group.offsets.get(topic, partition);
  const pending = group.pendingOffsets?.of(topic, partition) ?? [];
  return [...(committed === undefined ? [] : [committed]), ...pending.map((offset) => offset.committed)];
}

/** Offsets of partitions with pending ones, in the order of the log: it decides which of them will count. */
function contestedOffsets(
  group: AnyGroup,
  partitions: Iterable<readonly [topic: string, partition: number]>,
): OrderedRecords<GroupStateRecord> {
  const { groupId, offsets, pendingOffsets } = group;
  const overtaken: OrderedRecords<GroupStateRecord>['parts'][number][] = [];
  const settled: typeof overtaken = [];
  const open: typeof overtaken = [];
  const producers = new Map<number, TransactionalProducer>();
  for (const [topic, partition] of partitions) {
    const committed = offsets.get(topic, partition);
    if (committed !== undefined) {
      settled.push({ producer: null, record: { kind: 'offset', groupId, topic, partition, committed } });
    }
    for (const pending of pendingOffsets?.of(topic, partition) ?? []) {
      const producer = producers.get(pending.producerId) ?? pendingOffsets?.producer(pending.producerId);
      if (producer === undefined) continue;
      producers.set(pending.producerId, producer);
      const record = { kind: 'offset', groupId, topic, partition, committed: pending.committed } as const;
      (pending.isOvertaken ? overtaken : open).push({ producer, record });
    }
  }
  return new OrderedRecords([...overtaken, ...settled, ...open]);
}
