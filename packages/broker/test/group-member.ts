/** A member of a group as a client would be one: it joins, takes assignments and stays, over a connection of its own. */
import {
  createJoinGroupRequest,
  joinGroupRequest,
  joinGroupResponse,
  type JoinGroupRequest,
  type JoinGroupResponse,
} from '@millrace/protocol/messages/11-join-group';
import { createHeartbeatRequest, heartbeatRequest, heartbeatResponse } from '@millrace/protocol/messages/12-heartbeat';
import {
  createLeaveGroupRequest,
  leaveGroupRequest,
  leaveGroupResponse,
  type LeaveGroupResponse,
} from '@millrace/protocol/messages/13-leave-group';
import {
  createSyncGroupRequest,
  syncGroupRequest,
  syncGroupResponse,
  type SyncGroupResponse,
} from '@millrace/protocol/messages/14-sync-group';
import { ErrorCode } from '@millrace/protocol';
import type { WireClient } from '@millrace/testing';

export interface GroupMemberOptions {
  readonly groupId: string;
  /** Version of JoinGroup; the other APIs use one of about the same age. */
  readonly version?: number;
  readonly groupInstanceId?: string | null;
  readonly topics?: readonly string[];
  readonly sessionTimeoutMs?: number;
}

const NEWEST_JOIN = 9;

export class GroupMember {
  readonly client: WireClient;
  readonly #options: GroupMemberOptions;
  memberId = '';
  generationId = -1;
  leader = '';

  constructor(client: WireClient, options: GroupMemberOptions) {
    this.client = client;
    this.#options = options;
  }

  get isLeader(): boolean {
    return this.leader === this.memberId;
  }

  /** Sends JoinGroup, and once more when it is given a member id first. */
  async join(fields: Partial<JoinGroupRequest> = {}): Promise<JoinGroupResponse> {
    const {
      groupId,
      version = NEWEST_JOIN,
      groupInstanceId = null,
      topics = ['orders'],
      sessionTimeoutMs = 10_000,
    } = this.#options;
    const request = createJoinGroupRequest({
      groupId,
      groupInstanceId,
      sessionTimeoutMs,
      rebalanceTimeoutMs: 30_000,
      memberId: this.memberId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscription(topics) }],
      ...fields,
    });
    const response = await this.client.call(joinGroupRequest, joinGroupResponse, version, request);
    this.memberId = response.memberId;
    if (response.errorCode === ErrorCode.MEMBER_ID_REQUIRED) return this.join(fields);
    this.generationId = response.generationId;
    this.leader = response.leader;
    return response;
  }

  /** The leader gives every member of `members` its own member id as bytes. */
  async sync(members: readonly { readonly memberId: string }[] = []): Promise<SyncGroupResponse> {
    const { groupId, version = NEWEST_JOIN, groupInstanceId = null } = this.#options;
    const syncVersion = Math.min(version, 5);
    const assignments = members.map(({ memberId }) => ({ memberId, assignment: Buffer.from(`for ${memberId}`) }));
    const protocol = syncVersion >= 5 ? { protocolType: 'consumer', protocolName: 'range' } : {};
    const { memberId, generationId } = this;
    const request = createSyncGroupRequest({
      groupId,
      groupInstanceId,
      memberId,
      generationId,
      assignments,
      ...protocol,
    });
    return this.client.call(syncGroupRequest, syncGroupResponse, syncVersion, request);
  }

  async heartbeat(): Promise<number> {
    const { groupId, version = NEWEST_JOIN, groupInstanceId = null } = this.#options;
    const { memberId, generationId } = this;
    const request = createHeartbeatRequest({ groupId, groupInstanceId, memberId, generationId });
    return (await this.client.call(heartbeatRequest, heartbeatResponse, Math.min(version, 4), request)).errorCode;
  }

  leave(): Promise<LeaveGroupResponse> {
    const { groupId, version = NEWEST_JOIN, groupInstanceId = null } = this.#options;
    const leaveVersion = Math.min(version, 5);
    const { memberId } = this;
    const members = leaveVersion >= 3 ? [{ memberId, groupInstanceId, reason: null }] : [];
    const request = createLeaveGroupRequest({ groupId, ...(leaveVersion >= 3 ? { members } : { memberId }) });
    return this.client.call(leaveGroupRequest, leaveGroupResponse, leaveVersion, request);
  }
}

/** Joins them all and hands out assignments; returns when everybody has theirs, by member. */
export async function rebalance(members: readonly GroupMember[]): Promise<string[]> {
  for (;;) {
    await joinTogether(members);
    // Members that join while others are in a generation already make the next one.
    if (new Set(members.map(({ generationId }) => generationId)).size > 1) continue;
    const synced = await Promise.all(members.map((member) => member.sync(member.isLeader ? members : [])));
    if (synced.every(({ errorCode }) => errorCode === 0)) return synced.map(({ assignment }) => String(assignment));
  }
}

/** Whoever is in a generation before the others have come joins again when told, as clients do; else it would hold them up. */
async function joinTogether(members: readonly GroupMember[]): Promise<void> {
  const joined = new Set<GroupMember>();
  const join = async (member: GroupMember): Promise<void> => {
    while (!joined.has(member)) {
      await member.join();
      joined.add(member);
      while (joined.size < members.length) {
        if ((await member.heartbeat()) === 0) continue;
        joined.delete(member);
        break;
      }
    }
  };
  await Promise.all(members.map(join));
}

/** What a consumer says of the topics that it wants. */
export function subscription(topics: readonly string[]): Buffer {
  const names = topics.map((topic) => {
    const length = Buffer.alloc(2);
    length.writeInt16BE(topic.length);
    return Buffer.concat([length, Buffer.from(topic)]);
  });
  const head = Buffer.alloc(6);
  head.writeInt32BE(topics.length, 2);
  return Buffer.concat([head, ...names, Buffer.from([0xff, 0xff, 0xff, 0xff])]);
}
