/**
 * Many members of one group in one process, with nothing between them and the protocol: each has a connection of its own and does what the
 * eager classic protocol asks of it. They read nothing.
 */
import { ErrorCode } from '@millrace/protocol';
import {
  createFindCoordinatorRequest,
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import {
  createJoinGroupRequest,
  joinGroupRequest,
  joinGroupResponse,
  type JoinGroupResponse,
} from '@millrace/protocol/messages/11-join-group';
import { createHeartbeatRequest, heartbeatRequest, heartbeatResponse } from '@millrace/protocol/messages/12-heartbeat';
import {
  createLeaveGroupRequest,
  createLeaveGroupRequestMemberIdentity,
  leaveGroupRequest,
  leaveGroupResponse,
} from '@millrace/protocol/messages/13-leave-group';
import { createSyncGroupRequest, syncGroupRequest, syncGroupResponse } from '@millrace/protocol/messages/14-sync-group';
import { WireClient } from '@millrace/testing';
import { end, Holding, readGroupSettings, sayVersion, toldToStop, type GroupSettings } from '../group-member.ts';

const FIND_VERSION = 2;
const JOIN_VERSION = 7;
const SYNC_VERSION = 5;
const HEARTBEAT_VERSION = 4;
const LEAVE_VERSION = 4;
const RETRY_MS = 100;
const NO_GENERATION = -1;
const PARTITIONS = Number(process.env['GROUPS_PARTITIONS']);

class WireMember {
  readonly #name: string;
  readonly #settings: GroupSettings;
  readonly #holding: Holding;
  readonly #stopping: AbortSignal;
  #wire: WireClient | undefined;
  #memberId = '';
  #generation = NO_GENERATION;

  constructor(name: string, settings: GroupSettings, stopping: AbortSignal) {
    this.#name = name;
    this.#settings = settings;
    this.#holding = new Holding(name);
    this.#stopping = stopping;
  }

  async run(): Promise<void> {
    while (!this.#stopping.aborted) {
      try {
        if (await this.#join()) await this.#stay();
      } catch (error) {
        this.#disconnect(error);
        await this.#rest(RETRY_MS);
      }
    }
    this.#holding.revoked();
    await this.#leave();
  }

  /** Whether it has its assignment. */
  async #join(): Promise<boolean> {
    if (this.#generation === NO_GENERATION) this.#holding.lost();
    else this.#holding.revoked();
    const wire = await this.#connected();
    const { group, sessionMs, rebalanceMs } = this.#settings;
    const joined = await wire.call(
      joinGroupRequest,
      joinGroupResponse,
      JOIN_VERSION,
      createJoinGroupRequest({
        groupId: group,
        memberId: this.#memberId,
        sessionTimeoutMs: sessionMs,
        rebalanceTimeoutMs: rebalanceMs,
        protocolType: 'wire',
        protocols: [{ name: 'in turn', metadata: Buffer.alloc(0) }],
      }),
    );
    if (joined.errorCode !== 0) return this.#refused(joined.errorCode, joined.memberId);
    this.#memberId = joined.memberId;
    this.#generation = joined.generationId;
    const synced = await wire.call(
      syncGroupRequest,
      syncGroupResponse,
      SYNC_VERSION,
      createSyncGroupRequest({
        groupId: group,
        memberId: joined.memberId,
        generationId: joined.generationId,
        protocolType: joined.protocolType,
        protocolName: joined.protocolName,
        assignments: joined.leader === joined.memberId ? shareOut(joined) : [],
      }),
    );
    if (synced.errorCode !== 0) return this.#refused(synced.errorCode);
    this.#holding.assigned(JSON.parse(synced.assignment.toString()) as number[]);
    return true;
  }

  async #stay(): Promise<void> {
    const { group, heartbeatMs } = this.#settings;
    for (;;) {
      await this.#rest(heartbeatMs);
      if (this.#stopping.aborted) return;
      const request = createHeartbeatRequest({
        groupId: group,
        memberId: this.#memberId,
        generationId: this.#generation,
      });
      const errorCode = await this.#heartbeat(request);
      if (errorCode === ErrorCode.NONE) continue;
      await this.#refused(errorCode);
      if (errorCode === ErrorCode.REBALANCE_IN_PROGRESS || this.#generation === NO_GENERATION) return;
    }
  }

  /** A lost connection is made anew, as often as it takes: only the coordinator ends a membership. */
  async #heartbeat(request: ReturnType<typeof createHeartbeatRequest>): Promise<number> {
    try {
      const wire = await this.#connected();
      return (await wire.call(heartbeatRequest, heartbeatResponse, HEARTBEAT_VERSION, request)).errorCode;
    } catch (error) {
      this.#disconnect(error);
      return ErrorCode.COORDINATOR_NOT_AVAILABLE;
    }
  }

  async #leave(): Promise<void> {
    const identity = createLeaveGroupRequestMemberIdentity({ memberId: this.#memberId });
    const request = createLeaveGroupRequest({ groupId: this.#settings.group, members: [identity] });
    await this.#wire?.call(leaveGroupRequest, leaveGroupResponse, LEAVE_VERSION, request).catch(() => undefined);
  }

  async #refused(errorCode: number, memberId = ''): Promise<false> {
    switch (errorCode) {
      case ErrorCode.MEMBER_ID_REQUIRED:
        this.#memberId = memberId;
        return false;
      case ErrorCode.UNKNOWN_MEMBER_ID:
        this.#memberId = '';
        this.#generation = NO_GENERATION;
        return false;
      case ErrorCode.ILLEGAL_GENERATION:
        this.#generation = NO_GENERATION;
        return false;
      case ErrorCode.REBALANCE_IN_PROGRESS:
        return false;
      default:
        console.error(`member ${this.#name} was refused: error code ${errorCode}`);
        await this.#rest(RETRY_MS);
        return false;
    }
  }

  async #connected(): Promise<WireClient> {
    if (this.#wire?.isEnded !== false) this.#wire = await connectToCoordinator(this.#settings);
    return this.#wire;
  }

  #disconnect(why: unknown): void {
    console.error(`member ${this.#name} lost its connection: ${String(why)}`);
    this.#wire?.socket.destroy();
    this.#wire = undefined;
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.#stopping.aborted ? 0 : ms));
  }
}

/** Asks for the coordinator first, as every client has to: there is none before somebody has. */
async function connectToCoordinator({ bootstrap, group }: GroupSettings): Promise<WireClient> {
  const [host = '', port] = bootstrap.split(':');
  const wire = await WireClient.connect({ host, port: Number(port), clientId: 'groups-wire' });
  try {
    const request = createFindCoordinatorRequest({ key: group, keyType: 0 });
    const found = await wire.call(findCoordinatorRequest, findCoordinatorResponse, FIND_VERSION, request);
    if (found.errorCode !== 0) throw new Error(`no coordinator: error code ${found.errorCode}`);
    if (`${found.host}:${found.port}` === bootstrap) return wire;
    wire.socket.destroy();
    return await WireClient.connect({ host: found.host, port: found.port, clientId: 'groups-wire' });
  } catch (error) {
    wire.socket.destroy();
    throw error;
  }
}

/** To all members in turn. */
function shareOut({ members }: JoinGroupResponse): { memberId: string; assignment: Buffer }[] {
  return members.map(({ memberId }, index) => {
    const own = Array.from({ length: PARTITIONS }, (_, partition) => partition).filter(
      (partition) => partition % members.length === index,
    );
    return { memberId, assignment: Buffer.from(JSON.stringify(own)) };
  });
}

const count = Number(process.env['GROUPS_MEMBERS']);
sayVersion(`${count} members`);
const stopping = new AbortController();
void toldToStop().then(() => stopping.abort());
const settings = readGroupSettings();
const members = Array.from({ length: count }, (_, index) => new WireMember(String(index), settings, stopping.signal));
await Promise.all(members.map((member) => member.run()));
end();
