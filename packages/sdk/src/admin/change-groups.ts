/** Deleting groups and taking members out of them, by their coordinators. */
import { ErrorCode } from '@millrace/protocol';
import {
  createLeaveGroupRequest,
  leaveGroupRequest,
  leaveGroupResponse,
} from '@millrace/protocol/messages/13-leave-group';
import {
  createDeleteGroupsRequest,
  deleteGroupsRequest,
  deleteGroupsResponse,
} from '@millrace/protocol/messages/42-delete-groups';
import { brokerError, KafkaError } from '../error.ts';
import type { AdminCall, CallOptions } from './admin-call.ts';
import { describeGroups } from './describe-groups.ts';
import { coordinatorOf } from './node-refs.ts';
import { oneOrThrow, type Outcome } from './outcome.ts';
import { forEachItem, outcomesOf, type Verdict } from './per-item.ts';

/** A static member by its instance id (KIP-345), or any member of a classic group by its member id. */
export type MemberRef =
  | { readonly instanceId: string; readonly memberId?: undefined }
  | { readonly memberId: string; readonly instanceId?: undefined };

export interface RemoveMembersOptions extends CallOptions {
  /** Default: all that the group has when it is asked. */
  readonly members?: readonly MemberRef[];
  /** For the broker's log (KIP-800). */
  readonly reason?: string;
}

const MEMBERS_VERSION = 3;

export async function deleteGroups(
  call: AdminCall,
  groupIds: readonly string[],
): Promise<Outcome<{ readonly groupId: string }>[]> {
  const verdicts = await forEachItem(call, groupIds, {
    what: 'deleting groups',
    locate: (groupId) => coordinatorOf(call, 'group', groupId),
    forget: (groupId) => call.cluster.forgetCoordinator('group', groupId),
    ask: async (target, asked) => {
      const { results } = await target.send(
        { request: deleteGroupsRequest, response: deleteGroupsResponse },
        createDeleteGroupsRequest({ groupsNames: [...asked] }),
      );
      const byId = new Map(results.map((result) => [result.groupId, result]));
      return asked.map((groupId): Verdict<object> => {
        const result = byId.get(groupId);
        if (result?.errorCode === ErrorCode.NONE) return { value: {} };
        const errorCode = result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
        const words =
          result?.errorMessage ?? (errorCode === ErrorCode.NON_EMPTY_GROUP ? 'stop its members first' : null);
        return { error: brokerError(`deleting group "${groupId}"`, errorCode, words) };
      });
    },
  });
  return outcomesOf(groupIds, verdicts, (groupId) => ({ groupId }));
}

export async function removeGroupMembers(
  call: AdminCall,
  groupId: string,
  { members, reason }: RemoveMembersOptions,
): Promise<Outcome<MemberRef>[]> {
  const what = `removing members of group "${groupId}"`;
  const refs = members ?? (await membersOf(call, groupId));
  const verdicts = await forEachItem(call, refs, {
    what,
    locate: () => coordinatorOf(call, 'group', groupId),
    forget: () => call.cluster.forgetCoordinator('group', groupId),
    ask: async (target, asked) => {
      const api = { request: leaveGroupRequest, response: leaveGroupResponse };
      const response = await target.send(api, (version) => {
        if (version < MEMBERS_VERSION) {
          throw new KafkaError('MILLRACE_CLIENT_UNSUPPORTED_API', `${what}: this broker is too old for it`);
        }
        return createLeaveGroupRequest({
          groupId,
          members: asked.map(({ memberId, instanceId }) => ({
            memberId: memberId ?? '',
            groupInstanceId: instanceId ?? null,
            reason: reason ?? null,
          })),
        });
      });
      if (response.errorCode !== ErrorCode.NONE) throw brokerError(what, response.errorCode);
      return asked.map((ref): Verdict<object> => {
        const result = response.members.find((each) =>
          ref.instanceId === undefined ? each.memberId === ref.memberId : each.groupInstanceId === ref.instanceId,
        );
        if (result?.errorCode === ErrorCode.NONE) return { value: {} };
        const label = ref.instanceId ?? ref.memberId;
        const errorCode = result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
        return { error: brokerError(`removing "${label}" from group "${groupId}"`, errorCode) };
      });
    },
  });
  return outcomesOf(refs, verdicts, (ref) => ref);
}

async function membersOf(call: AdminCall, groupId: string): Promise<MemberRef[]> {
  const { members } = oneOrThrow(await describeGroups(call, [groupId], {}));
  return members.map(({ memberId, instanceId }) => (instanceId === null ? { memberId } : { instanceId }));
}
