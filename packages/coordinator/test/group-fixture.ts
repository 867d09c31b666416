import { noMetrics, SeededRandom, silentLogger } from '@millrace/base';
import type { ErrorCode } from '@millrace/protocol';
import {
  createJoinGroupRequest,
  type JoinGroupRequest,
  type JoinGroupResponse,
} from '@millrace/protocol/messages/11-join-group';
import { createHeartbeatRequest } from '@millrace/protocol/messages/12-heartbeat';
import {
  createLeaveGroupRequest,
  type LeaveGroupResponseMemberResponse,
} from '@millrace/protocol/messages/13-leave-group';
import {
  createSyncGroupRequest,
  type SyncGroupRequest,
  type SyncGroupResponse,
} from '@millrace/protocol/messages/14-sync-group';
import {
  createConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
} from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import { DEFAULT_GROUP_COORDINATOR_CONFIG, type GroupCoordinatorConfig } from '../src/config.ts';
import type { GroupOverrides } from '../src/group-settings.ts';
import type { GroupRequestContext } from '../src/group-coordinator.ts';
import { joinGroupFailure, syncGroupFailure } from '../src/group-responses.ts';
import { createGroupMetrics } from '../src/group/group-metrics.ts';
import { ClassicGroup } from '../src/group/classic-group.ts';
import { groupRecordCodec, type GroupStateRecord } from '../src/group/group-records.ts';
import { GroupShard, type PartitionResults, type TopicPartitions } from '../src/group/group-shard.ts';
import type { OffsetCommit, OffsetCommitEntry, TransactionalOffsetCommit } from '../src/group/offset-rules.ts';
import { OrderedRecords, type TransactionalProducer } from '../src/runtime/coordinator-shard.ts';
import { Step, type Waiter } from '../src/runtime/step.ts';
import type { KnownTopic, TopicDirectory } from '../src/topic-directory.ts';
import { ManualTime } from './manual-time.ts';

/** A request that may still wait for its answer. */
export class Asked<Response> implements Waiter<Response> {
  readonly #failure: (errorCode: number) => Response;
  answers: Response[] = [];

  constructor(failure: (errorCode: number) => Response) {
    this.#failure = failure;
  }

  get isAnswered(): boolean {
    return this.answers.length > 0;
  }

  /** The one answer; throws while there is none. */
  get answer(): Response {
    const [answer] = this.answers;
    if (answer === undefined || this.answers.length > 1)
      throw new Error(`${this.answers.length} answers instead of one`);
    return answer;
  }

  succeed(response: Response): void {
    this.answers.push(response);
  }

  fail(errorCode: number): void {
    this.answers.push(this.#failure(errorCode));
  }
}

/** What a shard's log would hold, in order. */
export type LogEntry =
  | GroupStateRecord
  | { readonly kind: 'pending'; readonly producer: TransactionalProducer; readonly record: GroupStateRecord }
  | { readonly kind: 'marker'; readonly producerId: number; readonly outcome: 'commit' | 'abort' };

/** Topics that a test makes and drops. */
export class TestTopics implements TopicDirectory {
  readonly #topics = new Map<string, KnownTopic>();
  version = 0;

  add(name: string, topicId: string, partitionCount = 10, racks?: readonly (string | null)[]): void {
    this.#topics.set(name, { name, topicId, partitionCount, ...(racks && { racks }) });
    this.version++;
  }

  drop(name: string): void {
    this.#topics.delete(name);
    this.version++;
  }

  names(): Iterable<string> {
    return this.#topics.keys();
  }

  byName(name: string): KnownTopic | undefined {
    return this.#topics.get(name);
  }

  byId(topicId: string): KnownTopic | undefined {
    return [...this.#topics.values()].find((topic) => topic.topicId === topicId);
  }
}

export const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAdA';
export const OTHER_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAeA';
export const ORDERS = 'orders';

const ENTRY: OffsetCommitEntry = {
  topic: ORDERS,
  topicId: TOPIC_ID,
  partition: 0,
  offset: 42n,
  leaderEpoch: 7,
  metadata: 'text',
};

export interface JoinOptions extends Partial<JoinGroupRequest> {
  readonly version?: number;
  readonly clientId?: string;
}

/** Bytes of a consumer's subscription, as clients send them. */
export function subscription(topics: readonly string[], version = 0): Buffer {
  const parts = topics.map((topic) => Buffer.concat([int16(Buffer.byteLength(topic)), Buffer.from(topic)]));
  return Buffer.concat([int16(version), int32(topics.length), ...parts, int32(-1)]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** A shard without a log around it: records are collected, answers arrive at once, time is the test's. */
export class GroupFixture {
  readonly time: ManualTime;
  readonly topics = new TestTopics();
  readonly records: LogEntry[] = [];
  readonly asked: Asked<unknown>[] = [];
  readonly config: { -readonly [Key in keyof GroupCoordinatorConfig]: GroupCoordinatorConfig[Key] };
  shard: GroupShard;
  readonly #random = new SeededRandom(1);
  recordBytesMax = 1_000_000;
  /** Settings of single groups. */
  readonly overrides = new Map<string, GroupOverrides>();

  constructor(config: Partial<GroupCoordinatorConfig> = {}, time = new ManualTime()) {
    this.time = time;
    this.config = { ...DEFAULT_GROUP_COORDINATOR_CONFIG, groupInitialRebalanceDelayMs: 0, ...config };
    this.topics.add(ORDERS, TOPIC_ID);
    this.shard = this.newShard();
  }

  newShard(): GroupShard {
    const shard = new GroupShard({
      config: this.config,
      clock: this.time,
      random: this.#random,
      logger: silentLogger,
      metrics: createGroupMetrics(noMetrics),
      topics: this.topics,
      recordBytesMax: this.recordBytesMax,
      overridesOf: (groupId) => this.overrides.get(groupId),
    });
    if (this.records.length === 0) drain(shard.onLoaded(new Step()));
    return shard;
  }

  /** What a restart of the broker leaves: a new shard that has read the records, by way of their bytes. */
  restart(): void {
    this.shard.close(16);
    this.shard = this.rebuilt([...this.records]);
  }

  rebuilt(entries: Iterable<LogEntry | OrderedRecords<GroupStateRecord>>): GroupShard {
    const shard = this.newShard();
    for (const entry of entries) {
      if (entry instanceof OrderedRecords) {
        for (const { producer, record } of entry.parts) {
          if (producer === null) shard.replay(copyOf(record));
          else shard.replayPending(producer, copyOf(record));
        }
      } else if (entry.kind === 'pending') shard.replayPending(entry.producer, copyOf(entry.record));
      else if (entry.kind === 'marker') shard.replayEndMarker(entry.producerId, entry.outcome);
      else shard.replay(copyOf(entry));
    }
    this.run((step) => drain(shard.onLoaded(step)));
    return shard;
  }

  group(groupId = 'g'): ClassicGroup {
    const group = this.shard.group(groupId);
    if (!(group instanceof ClassicGroup)) throw new Error(`there is no classic group ${groupId}`);
    return group;
  }

  join(options: JoinOptions = {}): Asked<JoinGroupResponse> {
    const { version = 3, clientId = 'client', ...fields } = options;
    const request = createJoinGroupRequest({
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscription([ORDERS]) }],
      ...fields,
    });
    const asked = this.#ask((errorCode) => joinGroupFailure(request, errorCode, version));
    this.run((step) => this.shard.join(this.context(version, clientId), request, asked, step));
    return asked;
  }

  sync(
    member: Pick<JoinGroupResponse, 'memberId' | 'generationId'>,
    fields: Partial<SyncGroupRequest> = {},
  ): Asked<SyncGroupResponse> {
    const { memberId, generationId } = member;
    const asked = this.#ask(syncGroupFailure);
    const request = createSyncGroupRequest({ groupId: 'g', memberId, generationId, ...fields });
    this.run((step) => this.shard.sync(request, asked, step));
    return asked;
  }

  heartbeat(memberId: string, generationId: number, groupInstanceId: string | null = null, groupId = 'g'): ErrorCode {
    return this.shard.heartbeat(createHeartbeatRequest({ groupId, memberId, generationId, groupInstanceId }));
  }

  consumerHeartbeat(
    fields: Partial<ConsumerGroupHeartbeatRequest>,
    version = 1,
    clientId = 'client',
  ): ConsumerGroupHeartbeatResponse {
    const request = createConsumerGroupHeartbeatRequest({ groupId: 'g', ...fields });
    return this.run((step) => this.shard.consumerHeartbeat(this.context(version, clientId), request, step));
  }

  leave(...members: { memberId: string; groupInstanceId?: string | null }[]): LeaveGroupResponseMemberResponse[] {
    const identities = members.map(({ memberId, groupInstanceId = null }) => ({
      memberId,
      groupInstanceId,
      reason: null,
    }));
    return this.run((step) => this.shard.leave(createLeaveGroupRequest({ groupId: 'g', members: identities }), step));
  }

  commit(
    fields: Partial<OffsetCommit> & { readonly entry?: Partial<OffsetCommitEntry>; readonly version?: number } = {},
  ): PartitionResults {
    const { entry, version = 8, ...rest } = fields;
    const commit: OffsetCommit = {
      groupId: 'g',
      memberId: '',
      groupInstanceId: null,
      generation: -1,
      retentionMs: -1,
      entries: [{ ...ENTRY, ...entry }],
      ...rest,
    };
    return this.run((step) => this.shard.commitOffsets(version, commit, step));
  }

  /** A TxnOffsetCommit of one partition. */
  commitTransactional(
    producerId: number,
    fields: Partial<TransactionalOffsetCommit> & { readonly entry?: Partial<OffsetCommitEntry> } = {},
    producerEpoch = 0,
  ): PartitionResults {
    const { entry, ...rest } = fields;
    const commit: TransactionalOffsetCommit = {
      groupId: 'g',
      memberId: '',
      groupInstanceId: null,
      generation: -1,
      entries: [{ ...ENTRY, ...entry }],
      ...rest,
    };
    const producer = { producerId, producerEpoch };
    const { results, records } = this.run((step) => this.shard.commitTransactionalOffsets(commit, step));
    for (const record of records) {
      this.records.push({ kind: 'pending', producer, record });
      this.shard.replayPending(producer, record);
    }
    return results;
  }

  endTransaction(producerId: number, outcome: 'commit' | 'abort'): void {
    this.records.push({ kind: 'marker', producerId, outcome });
    this.shard.replayEndMarker(producerId, outcome);
  }

  deleteOffsets(topics: readonly TopicPartitions[], groupId = 'g'): PartitionResults {
    return this.run((step) => this.shard.deleteOffsets(groupId, topics, step));
  }

  deleteGroup(groupId = 'g'): ErrorCode {
    return this.run((step) => this.shard.deleteGroup(groupId, step));
  }

  forgetTopic(name: string, topicId: string): void {
    this.run((step) => drain(this.shard.forgetTopic(name, topicId, step)));
  }

  upkeep(): void {
    this.run((step) => drain(this.shard.upkeep(step)));
  }

  /** Lets time pass, doing what becomes due at its time. */
  advance(byMs: number): void {
    const endMs = this.time.monotonicMs() + byMs;
    for (;;) {
      const nextMs = this.shard.nextDeadlineMs();
      if (nextMs > endMs) break;
      this.time.jump(Math.max(0, nextMs - this.time.monotonicMs()));
      this.run((step) => this.shard.onTime(step));
    }
    this.time.jump(endMs - this.time.monotonicMs());
  }

  context(apiVersion: number, clientId = 'client'): GroupRequestContext {
    return { apiVersion, clientId, clientHost: '/127.0.0.1' };
  }

  #ask<Response>(failure: (errorCode: number) => Response): Asked<Response> {
    const asked = new Asked<Response>(failure);
    this.asked.push(asked);
    return asked;
  }

  run<Result>(operation: (step: Step<GroupStateRecord>) => Result): Result {
    const step = new Step<GroupStateRecord>();
    const result = operation(step);
    this.records.push(...step.records);
    for (const reply of step.replies) reply.deliver();
    for (let work = this.shard.takeWork(); work !== undefined; work = this.shard.takeWork()) {
      const later = new Step<GroupStateRecord>();
      drain(work(later));
      this.records.push(...later.records);
    }
    return result;
  }
}

/** Groups of the shard that speak the classic protocol. */
export function classicGroups(shard: GroupShard): ClassicGroup[] {
  return [...shard.groups()].filter((group) => group instanceof ClassicGroup);
}

/** The record as it comes back from its bytes. */
function copyOf(record: GroupStateRecord): GroupStateRecord {
  const copy = groupRecordCodec.decode(groupRecordCodec.encodeKey(record), groupRecordCodec.encodeValue(record));
  if (copy === undefined) throw new Error(`record of kind ${record.kind} does not survive its encoding`);
  return copy;
}

function drain(work: Iterable<void>): void {
  for (const _ of work);
}

/** Members that join together and go through the rebalance: the first one leads. Returns their JoinGroup answers. */
export function stableGroup(fixture: GroupFixture, count: number, options: JoinOptions = {}): JoinGroupResponse[] {
  const asked = Array.from({ length: count }, () => fixture.join(options));
  fixture.advance(fixture.config.groupInitialRebalanceDelayMs);
  const joined = asked.map(({ answer }) => answer);
  syncAll(fixture, joined);
  return joined;
}

/** All members ask for their assignment; the leader hands everybody its own member id as bytes. */
export function syncAll(fixture: GroupFixture, joined: readonly JoinGroupResponse[]): Asked<SyncGroupResponse>[] {
  const assignments = joined.map(({ memberId }) => ({ memberId, assignment: Buffer.from(`for ${memberId}`) }));
  return joined.map((member) =>
    fixture.sync(member, { assignments: member.leader === member.memberId ? assignments : [] }),
  );
}

/** The JoinGroup answer of the only member of a stable group. */
export function soleMember(fixture: GroupFixture, options: JoinOptions = {}): JoinGroupResponse {
  const [member] = stableGroup(fixture, 1, options);
  if (member === undefined) throw new Error('the group has no member');
  return member;
}
