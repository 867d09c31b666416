/**
 * Which fields a ConsumerGroupHeartbeat carries (KIP-848): all of them when a member joins or cannot know what the coordinator
 * has heard, otherwise what has changed since a heartbeat that was accepted.
 */
import {
  createConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatRequest,
} from '@millrace/protocol/messages/68-consumer-group-heartbeat';

/** Partition numbers by topic id, both in order. */
export type PartitionsById = readonly { readonly topicId: string; readonly partitions: readonly number[] }[];

/** What a member would say of itself now. */
export interface MemberView {
  readonly groupId: string;
  readonly memberId: string;
  /** 0 to join. */
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rack: string | undefined;
  readonly rebalanceTimeoutMs: number;
  readonly topics: readonly string[];
  /** Undefined: subscribed by name, or the pattern is resolved by the member. */
  readonly pattern: string | undefined;
  readonly serverAssignor: string | undefined;
  readonly owned: PartitionsById;
}

export const JOIN_EPOCH = 0;
export const LEAVE_EPOCH = -1;
/** Of a static member that means to come back within the session. */
export const LEAVE_FOR_A_WHILE_EPOCH = -2;
/** From it on, the coordinator resolves patterns. */
export const PATTERN_VERSION = 1;

export class HeartbeatFields {
  #accepted: MemberView | undefined;
  #sent: MemberView | undefined;

  /** The next heartbeat. Call `accept` when it was answered without error, `forget` when it may not have been heard. */
  next(view: MemberView): ConsumerGroupHeartbeatRequest {
    const before = view.memberEpoch === JOIN_EPOCH ? undefined : this.#accepted;
    this.#sent = view;
    const { groupId, memberId, memberEpoch, instanceId, pattern } = view;
    const isNew = (key: 'topics' | 'owned' | 'rebalanceTimeoutMs' | 'serverAssignor' | 'rack'): boolean =>
      before === undefined || JSON.stringify(before[key]) !== JSON.stringify(view[key]);
    // An empty pattern takes back one that was sent before.
    const patternField = pattern ?? (this.#accepted?.pattern === undefined ? null : '');
    return createConsumerGroupHeartbeatRequest({
      groupId,
      memberId,
      memberEpoch,
      instanceId,
      rackId: isNew('rack') ? (view.rack ?? null) : null,
      rebalanceTimeoutMs: isNew('rebalanceTimeoutMs') ? Math.round(view.rebalanceTimeoutMs) : -1,
      subscribedTopicNames: isNew('topics') ? view.topics : null,
      subscribedTopicRegex: before === undefined || before.pattern !== pattern ? patternField : null,
      serverAssignor: isNew('serverAssignor') ? (view.serverAssignor ?? null) : null,
      topicPartitions: isNew('owned') ? view.owned.map(({ topicId, partitions }) => ({ topicId, partitions })) : null,
    });
  }

  accept(): void {
    this.#accepted = this.#sent;
  }

  /** The next heartbeat carries everything. */
  forget(): void {
    this.#accepted = undefined;
  }

  /** Whether the coordinator has heard that exactly this is held. */
  knows(owned: PartitionsById): boolean {
    return this.#accepted !== undefined && JSON.stringify(this.#accepted.owned) === JSON.stringify(owned);
  }
}

export function leaveRequest(
  view: Pick<MemberView, 'groupId' | 'memberId' | 'instanceId'>,
  memberEpoch: typeof LEAVE_EPOCH | typeof LEAVE_FOR_A_WHILE_EPOCH,
): ConsumerGroupHeartbeatRequest {
  return createConsumerGroupHeartbeatRequest({ ...view, memberEpoch });
}

/** Topics that clients had better not read by accident; a broker's pattern does not leave them out. */
const INTERNAL_TOPICS = ['__consumer_offsets', '__transaction_state', '__share_group_state'];
/** What Kafka's brokers (RE2) lack or understand otherwise: look-around, back references, names, code points. */
const NOT_IN_RE2 = /\(\?<|\(\?=|\(\?!|\\[1-9]|\\k|\\[cux]|\[\^?\]|\\p\{[^}]*=/;

/**
 * The pattern in the broker's notation, which matches whole names where JavaScript searches; undefined when it cannot be said
 * there or would match internal topics, so that the member has to look for topics itself.
 */
export function serverPattern(pattern: RegExp): string | undefined {
  if (/[^dgiu]/.test(pattern.flags) || NOT_IN_RE2.test(pattern.source)) return undefined;
  if (INTERNAL_TOPICS.some((name) => name.search(pattern) >= 0)) return undefined;
  return `${pattern.ignoreCase ? '(?i)' : ''}.*(?:${pattern.source}).*`;
}
