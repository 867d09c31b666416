/**
 * States of a classic group.
 *
 *            first join                   all (re)joined, or time is up                leader sent the assignment
 *   Empty ───────────────> PreparingRebalance ────────────────────> CompletingRebalance ────────────────> Stable
 *     ^                      │    ^      ^                                 │                                │
 *     └── nobody is left ────┘    │      └── join, leave, lost member ─────┘                                │
 *                                 └───────── join, leave, lost member ──────────────────────────────────────┘
 *
 *   Any state ───> Dead, when the group is deleted or its partition moves to another broker.
 *
 * Only Empty and Stable are in the log. A group that was between them when the broker stopped comes back in the last one of
 * these that it had, and its members join again.
 */
export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

const NEXT_STATES: Readonly<Record<ClassicGroupState, readonly ClassicGroupState[]>> = {
  Empty: ['PreparingRebalance', 'Dead'],
  PreparingRebalance: ['CompletingRebalance', 'Empty', 'Dead'],
  CompletingRebalance: ['Stable', 'PreparingRebalance', 'Dead'],
  Stable: ['PreparingRebalance', 'Dead'],
  Dead: ['Dead'],
};

/** All states, in the order of a group's life. */
export const CLASSIC_GROUP_STATES: readonly ClassicGroupState[] = [
  'Empty',
  'PreparingRebalance',
  'CompletingRebalance',
  'Stable',
  'Dead',
];

export function canTransition(from: ClassicGroupState, to: ClassicGroupState): boolean {
  return NEXT_STATES[from].includes(to);
}
