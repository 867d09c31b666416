import type { ConsumerGroup } from '../consumer/consumer-group.ts';
import type { ClassicGroup } from './classic-group.ts';

/** What can become due in a shard of groups. */
export type GroupDeadline = ClassicGroupDeadline | ConsumerGroupDeadline;

export type ClassicGroupDeadline =
  /** A member was silent for its session timeout. */
  | { readonly kind: 'session'; readonly group: ClassicGroup; readonly memberId: string }
  /** A client that was given a member id did not come back with it. */
  | { readonly kind: 'pendingMember'; readonly group: ClassicGroup; readonly memberId: string }
  /** Members had their time to join. */
  | { readonly kind: 'join'; readonly group: ClassicGroup }
  /** Members had their time to ask for their assignment. */
  | { readonly kind: 'sync'; readonly group: ClassicGroup };

export type ConsumerGroupDeadline =
  /** A member was silent for its session timeout. */
  | { readonly kind: 'consumerSession'; readonly group: ConsumerGroup; readonly memberId: string }
  /** A member did not take its next step in time: to give up partitions, to join again, to ask for its assignment. */
  | { readonly kind: 'consumerStep'; readonly group: ConsumerGroup; readonly memberId: string }
  /** A new target may be computed. */
  | { readonly kind: 'assignment'; readonly group: ConsumerGroup }
  /** Patterns may be looked at again. */
  | { readonly kind: 'patterns'; readonly group: ConsumerGroup };
