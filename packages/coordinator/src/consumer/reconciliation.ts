/**
 * The next step of one member towards its target (KIP-848): pure, from what it has, what it shall have and what it says it holds.
 *
 *            has to give up partitions                    has given them up
 *   stable ───────────────────────────> unrevoked ──────────────────────────┐
 *     ^  │                                                                   │
 *     │  └── some of its partitions are still with others ──> unreleased <───┤
 *     └────────── nothing left to wait for ───────────────────────┴──────────┘
 *
 * Invariants: a partition comes to a member only when nobody else has it, assigned or pending; it leaves only with the word of its
 *   owner (or the owner's removal). A member takes a new epoch only when it has given up all that its target lacks.
 */
import { MemberState, type CurrentAssignment } from './consumer-records.ts';
import {
  isAnyHeld,
  isSameHolding,
  type Assignment,
  type HeldPartitions,
  type TopicPartitionList,
} from './topic-partitions.ts';

export interface ReconciliationInput {
  readonly current: CurrentAssignment;
  readonly target: Assignment;
  readonly targetEpoch: number;
  /** What the member says it holds; null when it did not say. */
  readonly owned: readonly TopicPartitionList[] | null;
  /** Whether some other member has the partition. */
  readonly isTaken: (topicId: string, partition: number) => boolean;
}

/** Returns `current` itself when nothing changes. */
export function reconcile(input: ReconciliationInput): CurrentAssignment {
  const { current, targetEpoch } = input;
  switch (current.state) {
    case MemberState.stable:
      return current.epoch === targetEpoch ? current : advance(input, current.epoch);
    case MemberState.unrevoked:
      // While it does not say what it holds, it may hold everything.
      if (input.owned === null || isAnyHeld(input.owned, current.pendingRevocation)) return current;
      return advance(input, current.epoch);
    case MemberState.unreleased:
      return advance(input, current.epoch);
  }
}

function advance(input: ReconciliationInput, epoch: number): CurrentAssignment {
  const { current, target, targetEpoch, owned } = input;
  const { kept, surplus } = split(current.assigned, target);
  const mayHoldSurplus = surplus.size > 0 && (owned === null || isAnyHeld(owned, surplus));
  if (mayHoldSurplus) {
    return changed(current, {
      epoch,
      previousEpoch: epoch === current.epoch ? current.previousEpoch : current.epoch,
      state: MemberState.unrevoked,
      assigned: kept,
      pendingRevocation: surplus,
    });
  }
  const { assigned, isWaiting } = extended(kept, input);
  return changed(current, {
    epoch: targetEpoch,
    previousEpoch: targetEpoch === current.epoch ? current.previousEpoch : current.epoch,
    state: isWaiting ? MemberState.unreleased : MemberState.stable,
    assigned,
    pendingRevocation: NOTHING,
  });
}

/** What is in the target too, and what is not. */
function split(assigned: HeldPartitions, target: Assignment): { kept: HeldPartitions; surplus: HeldPartitions } {
  const kept = new Map<string, Map<number, number>>();
  const surplus = new Map<string, Map<number, number>>();
  for (const [topicId, partitions] of assigned) {
    const wanted = new Set(target.get(topicId));
    for (const [partition, epoch] of partitions) put(wanted.has(partition) ? kept : surplus, topicId, partition, epoch);
  }
  return { kept, surplus };
}

function extended(
  kept: HeldPartitions,
  { target, targetEpoch, isTaken }: ReconciliationInput,
): { assigned: HeldPartitions; isWaiting: boolean } {
  const assigned = new Map<string, Map<number, number>>();
  let isWaiting = false;
  for (const [topicId, partitions] of target) {
    const own = kept.get(topicId);
    for (const partition of partitions) {
      const since = own?.get(partition);
      if (since !== undefined) put(assigned, topicId, partition, since);
      else if (isTaken(topicId, partition)) isWaiting = true;
      else put(assigned, topicId, partition, targetEpoch);
    }
  }
  return { assigned, isWaiting };
}

function changed(current: CurrentAssignment, next: CurrentAssignment): CurrentAssignment {
  const isSame =
    next.epoch === current.epoch &&
    next.state === current.state &&
    isSameHolding(next.assigned, current.assigned) &&
    isSameHolding(next.pendingRevocation, current.pendingRevocation);
  return isSame ? current : next;
}

function put(held: Map<string, Map<number, number>>, topicId: string, partition: number, epoch: number): void {
  const partitions = held.get(topicId);
  if (partitions === undefined) held.set(topicId, new Map([[partition, epoch]]));
  else partitions.set(partition, epoch);
}

const NOTHING: HeldPartitions = new Map();
