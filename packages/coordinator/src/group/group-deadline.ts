import type { ClassicGroup } from './classic-group.ts';

/** What can become due in a shard of groups. */
export type GroupDeadline =
  /** A member was silent for its session timeout. */
  | { readonly kind: 'session'; readonly group: ClassicGroup; readonly memberId: string }
  /** A client that was given a member id did not come back with it. */
  | { readonly kind: 'pendingMember'; readonly group: ClassicGroup; readonly memberId: string }
  /** Members had their time to join. */
  | { readonly kind: 'join'; readonly group: ClassicGroup }
  /** Members had their time to ask for their assignment. */
  | { readonly kind: 'sync'; readonly group: ClassicGroup };
