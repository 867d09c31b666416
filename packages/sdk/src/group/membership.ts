/**
 * Membership in a consumer group, whichever of the two protocols runs underneath: the classic one, in which a member
 * computes everybody's assignment, or the one of KIP-848, in which the broker does.
 */
import type { KafkaError } from '../error.ts';
import type { GroupMetadata, OffsetToCommit, TopicPartition } from '../topic-partition.ts';
import type { Assignor, BuiltInAssignor } from './assignor.ts';
import { AutoMembership } from './auto-membership.ts';
import { ClassicMembership } from './classic-membership.ts';
import { ConsumerMembership } from './consumer-membership.ts';
import type { GroupCluster } from './group-cluster.ts';
import { membershipSettings } from './membership-options.ts';

export interface Membership {
  /** Begins to join; does nothing the second time. Failures come through the listener. */
  start(): void;
  /**
   * Gives up what is held (`onRevoke`, awaited, unless it was lost) and leaves. Resolves in any case within `timeoutMs`
   * (default 30,000), also when the coordinator cannot be reached: the broker then notices at the end of the session.
   */
  leave(options?: LeaveOptions): Promise<void>;
  /** What is known about the membership at this moment. */
  readonly state: MembershipState;
  /** Takes part in a new rebalance, for instance because what the assignor's data depends on has changed. KIP-568. */
  rejoin(reason: string): void;
  /**
   * Commits under the current generation or member epoch. Resolves with a result for every entry, in their order; never
   * rejects for what a broker answers. Errors that pass (a moved coordinator, a lost connection) are retried until `timeoutMs`.
   */
  commitOffsets(offsets: readonly OffsetToCommit[], options?: OffsetRequestOptions): Promise<readonly CommitResult[]>;
  /**
   * What the group has committed, in the order asked for. Waits for transactions that hold an offset open (KIP-447).
   * Rejects with KafkaError when the whole request fails or `timeoutMs` is over.
   */
  fetchCommitted(
    partitions: readonly TopicPartition[],
    options?: OffsetRequestOptions,
  ): Promise<readonly CommittedOffset[]>;
  groupMetadata(): GroupMetadata;
  /** Replaces what the group member wants; the assignment follows by a rebalance. */
  setSubscription(topics: readonly string[] | RegExp): void;
}

/**
 * Hears of the assignment. `onRevoke` and `onAssign` are called one at a time and awaited, while heartbeats go on; what they
 * throw is reported as an error and otherwise ignored: the partitions count as given up or taken. A call comes at most once
 * per change and never with an empty list, except the first `onAssign` of a membership, which may be empty.
 *
 * `onLost` interrupts: it may come while `onRevoke` or `onAssign` is awaited, and then includes the partitions of that call,
 * since the broker may have given them to others already. It is not awaited and nothing can be committed from it.
 */
export interface MembershipListener {
  /** These partitions go to somebody else once the promise resolves. Offsets can still be committed. */
  onRevoke(partitions: readonly TopicPartition[]): Promise<void>;
  /** These partitions are this member's from now on. */
  onAssign(partitions: readonly TopicPartition[]): Promise<void>;
  /** These partitions are gone without notice: the member was fenced, expired or left behind. */
  onLost(partitions: readonly TopicPartition[]): void;
  /** Something the user should hear of. With `error.fatal` the membership has ended and will not try again. */
  onError(error: KafkaError): void;
}

export type GroupProtocol = 'classic' | 'consumer';

export interface MembershipOptions {
  readonly groupId: string;
  /** Names of topics, or a pattern that topic names are searched for; topics created later are followed. */
  readonly topics: readonly string[] | RegExp;
  /**
   * `consumer` is KIP-848, `classic` the protocol before it. `auto` (default) takes KIP-848 where the cluster offers it,
   * unless `assignors` names any, which only the classic protocol knows.
   */
  readonly protocol?: GroupProtocol | 'auto';
  /** Name of a static member (KIP-345): it comes back to its partitions without a rebalance. Unique in the group. */
  readonly instanceId?: string;
  /** Rack of this member: told to the assignor, and to brokers, who may name a nearer replica to read from (KIP-392). */
  readonly rack?: string;
  /**
   * Assignors of the classic protocol, best first; the group uses the first that all members know. A group rebalances
   * cooperatively (KIP-429) only if every assignor in the list can. Default `['cooperative-sticky']`.
   */
  readonly assignors?: readonly (BuiltInAssignor | Assignor)[];
  /** Assignor of a KIP-848 group, such as `uniform` or `range`; the broker chooses when absent. The classic protocol has no use for it. */
  readonly serverAssignor?: string;
  /**
   * Milliseconds without a heartbeat after which the broker gives the partitions to others, and this member takes them for
   * lost. Default 45,000. A KIP-848 broker has a setting of its own; there this counts for the member only.
   */
  readonly sessionTimeoutMs?: number;
  /**
   * Milliseconds between heartbeats of the classic protocol. Default 3,000, or a third of the session where that is less. Has to be less
   * than the session. A KIP-848 broker says itself how many there are; they are more when the session is shorter than three of them.
   */
  readonly heartbeatIntervalMs?: number;
  /** Milliseconds that members may take to give up partitions in a rebalance before they are put out. Default 60,000. */
  readonly rebalanceTimeoutMs?: number;
  /** Milliseconds after which topics are looked at again, for new ones and for new partitions. Default 300,000. */
  readonly metadataMaxAgeMs?: number;
  /** Whether a member that asks for its topics may create them, where the broker allows that. Default false. */
  readonly allowAutoCreation?: boolean;
}

export interface LeaveOptions {
  /** Milliseconds; default 30,000. Covers `onRevoke` too. */
  readonly timeoutMs?: number;
  /**
   * What the group is told (KIP-1092). `default`: a static member stays, so that it can come back within the session, any
   * other leaves. `leave` and `remain` say so regardless.
   */
  readonly operation?: 'default' | 'leave' | 'remain';
}

export interface OffsetRequestOptions {
  /** Milliseconds until errors that pass are no longer retried; then MILLRACE_CLIENT_TIMEOUT. Default 30,000. */
  readonly timeoutMs?: number;
  /** Ends the retries: MILLRACE_CLIENT_ABORTED. */
  readonly signal?: AbortSignal;
}

/** Result of committing one offset. */
export interface CommitResult extends TopicPartition {
  readonly offset: number | bigint;
  /** Undefined when the offset is stored. Retriable when the same commit may succeed after the rebalance that goes on. */
  readonly error: KafkaError | undefined;
}

/** What a group has committed of one partition. */
export interface CommittedOffset extends TopicPartition {
  /** Offset of the next record to read; −1 when the group has committed none. */
  readonly offset: number;
  /** −1 when unknown. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  /** Set when this partition's offset could not be told. */
  readonly error: KafkaError | undefined;
}

/**
 * Where a membership stands:
 * - `idle` before `start`;
 * - `joining`: asks to be taken in, or takes part in a rebalance; `syncing`: waits for its assignment;
 * - `reconciling`: `onRevoke` or `onAssign` is being awaited, or topics of the assignment are not known yet;
 * - `stable`: holds its whole assignment;
 * - `fenced`: lost its place and what it held, joins anew;
 * - `leaving`, `left`: at the end; `failed`: ended by an error that no retry helps against.
 */
export type MembershipPhase =
  'idle' | 'joining' | 'syncing' | 'reconciling' | 'stable' | 'fenced' | 'leaving' | 'left' | 'failed';

export interface MembershipState {
  readonly phase: MembershipPhase;
  /** Milliseconds (monotonic clock of the client's runtime) since when. */
  readonly phaseSinceMs: number;
  /** Undefined until `auto` has been decided. */
  readonly protocol: GroupProtocol | undefined;
  /** Node id of the coordinator; undefined while it is not known. */
  readonly coordinatorId: number | undefined;
  readonly memberId: string;
  /** Generation or member epoch; −1 without membership. */
  readonly generation: number;
  /** The assignor the group uses; undefined when unknown. */
  readonly assignor: string | undefined;
  /** Whether this member computes the assignments of a classic group. */
  readonly isLeader: boolean;
  /** What this member holds, sorted; while `onRevoke` is awaited still with what is being revoked. */
  readonly owned: readonly TopicPartition[];
  /** Topics the subscription means at present; of a pattern those known to match. */
  readonly topics: readonly string[];
  /** When the last heartbeat (or join) that the coordinator accepted was sent, monotonic; undefined before. */
  readonly lastHeartbeatMs: number | undefined;
  /** Why the member joined last or is about to. */
  readonly lastRejoinReason: string | undefined;
  /** Assignments adopted so far. */
  readonly rebalanceCount: number;
  /** What went wrong last with the coordinator and has not been followed by a success. */
  readonly lastError: KafkaError | undefined;
}

/** Throws KafkaError MILLRACE_CLIENT_INVALID_OPTION. Nothing is sent before `start`. */
export function createMembership(
  cluster: GroupCluster,
  options: MembershipOptions,
  listener: MembershipListener,
): Membership {
  const settings = membershipSettings(options);
  switch (settings.protocol) {
    case 'classic':
      return new ClassicMembership(cluster, settings, listener);
    case 'consumer':
      return new ConsumerMembership(cluster, settings, listener);
    case 'auto':
      return new AutoMembership(cluster, settings, listener);
  }
}
