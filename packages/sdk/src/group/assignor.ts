/**
 * What an assignor of the classic protocol is: the leader of a group calls it to share out partitions, and every member of
 * the group lists its name. Built-in ones speak the bytes of Kafka's own, so that members of any client can be mixed.
 */
import type { TopicPartition } from '../topic-partition.ts';

/**
 * Names of the assignors that are built in, as Kafka's clients call them. `RoundRobinAssigner` is how kafkajs calls its only one:
 * with it in the list, a group can be moved from kafkajs member by member.
 */
export type BuiltInAssignor = 'range' | 'roundrobin' | 'sticky' | 'cooperative-sticky' | 'RoundRobinAssigner';

/** How members give up partitions: all of them before each rebalance, or only those that go elsewhere (KIP-429). */
export type RebalanceKind = 'eager' | 'cooperative';

/** An assignor of your own. All members of a group have to know one by the same name. */
export interface Assignor {
  /** Name under which the group agrees on it. */
  readonly name: string;
  /** Default `eager`. A cooperative assignor must never give a partition to a new owner before its old owner lists it no more. */
  readonly kind?: RebalanceKind;
  /** Bytes that a member sends to the leader with its subscription. */
  subscriptionData?(member: OwnMembership): Uint8Array | null;
  /**
   * Called at the leader. Returns what each member gets by member id; members left out get nothing. Every partition of
   * the subscribed topics should go to exactly one member that subscribes to its topic.
   */
  assign(group: GroupToAssign): GroupAssignment | PromiseLike<GroupAssignment>;
  /** Called at each member when it has got its assignment. */
  onAssignment?(assignment: MemberAssignment, generation: number): void;
}

/** What a member knows of itself when it joins. */
export interface OwnMembership {
  readonly topics: readonly string[];
  /** The assignment the member adopted last, also if it was given up for this rebalance; empty after it was lost. */
  readonly lastAssignment: readonly TopicPartition[];
  /** Generation of that assignment, −1 when there is none. */
  readonly lastGeneration: number;
  readonly rack: string | undefined;
}

export interface GroupToAssign {
  readonly members: readonly GroupMember[];
  /** Partition counts of the topics that any member subscribes to; topics that do not exist are absent. */
  readonly partitionCounts: ReadonlyMap<string, number>;
}

export interface GroupMember {
  readonly memberId: string;
  /** Null for a dynamic member. */
  readonly instanceId: string | null;
  readonly topics: readonly string[];
  /** What it says it holds; always empty for members that rebalance eagerly. */
  readonly owned: readonly TopicPartition[];
  /** Generation in which it got them, −1 when it does not say (KIP-792). */
  readonly generation: number;
  readonly rack: string | null;
  readonly userData: Uint8Array | null;
}

export interface MemberAssignment {
  readonly partitions: readonly TopicPartition[];
  /** Bytes of the assignor for this member. */
  readonly userData?: Uint8Array | null;
}

export type GroupAssignment = ReadonlyMap<string, MemberAssignment>;
