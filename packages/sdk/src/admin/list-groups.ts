/** Every group of the cluster: each broker is asked for those that it coordinates. */
import { ErrorCode } from '@millrace/protocol';
import {
  createListGroupsRequest,
  listGroupsRequest,
  listGroupsResponse,
  type ListGroupsRequest,
} from '@millrace/protocol/messages/16-list-groups';
import { brokerError, KafkaError } from '../error.ts';
import type { AdminCall, CallOptions } from './admin-call.ts';
import { brokerIds } from './node-refs.ts';
import { forEachItem, type Verdict } from './per-item.ts';

/** Kinds of groups: `consumer` is the one of KIP-848. */
export type GroupType = 'classic' | 'consumer' | 'share' | 'streams';

/** As brokers name them; a classic group rebalances in the second and third, one of KIP-848 in the fourth and fifth. */
export type GroupState =
  'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Assigning' | 'Reconciling' | 'NotReady' | 'Stable' | 'Dead';

export interface ListGroupsOptions extends CallOptions {
  /** Only groups in these states (KIP-518). Default: any. */
  readonly states?: readonly GroupState[];
  /** Only groups of these types (KIP-848). Default: any. */
  readonly types?: readonly GroupType[];
}

export interface GroupListing {
  readonly groupId: string;
  /** Kind of a classic group, `consumer` for consumers; empty for one that only keeps offsets. */
  readonly protocolType: string;
  /** Undefined where the broker does not tell (before Kafka 2.6). */
  readonly state: GroupState | undefined;
  /** Undefined where the broker does not tell (before Kafka 3.8). */
  readonly type: GroupType | undefined;
  readonly coordinatorId: number;
}

/** What one broker could not tell. */
export interface NodeFailure {
  readonly nodeId: number;
  readonly error: KafkaError;
}

export interface GroupListings {
  /** By group id. */
  readonly groups: readonly GroupListing[];
  /** Brokers that did not answer: their groups are missing above. */
  readonly failures: readonly NodeFailure[];
}

const STATES_VERSION = 4;
const TYPES_VERSION = 5;

export async function listGroups(call: AdminCall, options: ListGroupsOptions): Promise<GroupListings> {
  const nodes = await brokerIds(call);
  const verdicts = await forEachItem(call, nodes, {
    what: 'listing groups',
    locate: (nodeId) => nodeId,
    ask: async (target, asked) => {
      const api = { request: listGroupsRequest, response: listGroupsResponse };
      const response = await target.send(api, (version) => requestFor(version, options));
      return asked.map((nodeId): Verdict<readonly GroupListing[]> => {
        if (response.errorCode !== ErrorCode.NONE) {
          return { error: brokerError(`listing groups of broker ${String(nodeId)}`, response.errorCode) };
        }
        return {
          value: response.groups.map(({ groupId, protocolType, groupState, groupType }) => ({
            groupId,
            protocolType,
            state: groupState === '' ? undefined : (groupState as GroupState),
            type: groupType === '' ? undefined : (groupType.toLowerCase() as GroupType),
            coordinatorId: nodeId,
          })),
        };
      });
    },
  });
  const groups = verdicts.flatMap((verdict) => ('value' in verdict ? verdict.value : []));
  return { groups: groups.sort((a, b) => (a.groupId < b.groupId ? -1 : 1)), failures: failuresOf(nodes, verdicts) };
}

export function failuresOf(nodes: readonly number[], verdicts: readonly Verdict<unknown>[]): NodeFailure[] {
  return nodes.flatMap((nodeId, index) => {
    const verdict = verdicts[index];
    return verdict !== undefined && 'error' in verdict ? [{ nodeId, error: verdict.error }] : [];
  });
}

function requestFor(version: number, { states = [], types = [] }: ListGroupsOptions): ListGroupsRequest {
  if ((states.length > 0 && version < STATES_VERSION) || (types.length > 0 && version < TYPES_VERSION)) {
    const what = states.length > 0 && version < STATES_VERSION ? 'state' : 'type';
    throw new KafkaError(
      'MILLRACE_CLIENT_UNSUPPORTED_API',
      `listing groups: this broker is too old to filter them by ${what}`,
    );
  }
  return createListGroupsRequest({ statesFilter: [...states], typesFilter: [...types] });
}
