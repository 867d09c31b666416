/**
 * States of a transactional id.
 *
 *                 partitions are added                  the producer, its timeout or its successor ends it
 *   Empty ──────────────────────────────> Ongoing ──────────────────────────┬───────────────────┐
 *     ^  │                                  ^                               │                   │
 *     │  │ abort of nothing (KIP-890)       │ next transaction              v                   v
 *     │  └──────────────────────────────────│──────────────────────────> PrepareAbort     PrepareCommit
 *     │                                     │                               │ every marker      │
 *     │  InitProducerId                     │                               v is written        v
 *     └─────────────────────────────────────┴─────────────────────────── CompleteAbort    CompleteCommit
 *                                                                        (aborts of nothing go through PrepareAbort as well)
 *
 * Dead and PrepareEpochFence have names and numbers in Kafka's formats but never reach our log: an id that expired is a
 * tombstone, and fencing a producer is one step from Ongoing to PrepareAbort with a higher epoch.
 */
export type TransactionState =
  'Empty' | 'Ongoing' | 'PrepareCommit' | 'PrepareAbort' | 'CompleteCommit' | 'CompleteAbort';

/** In the order of their numbers in the log. */
export const TRANSACTION_STATES: readonly TransactionState[] = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
];

/** All names that ListTransactions may ask for. */
export const TRANSACTION_STATE_NAMES: ReadonlySet<string> = new Set([
  ...TRANSACTION_STATES,
  'Dead',
  'PrepareEpochFence',
]);

export type TransactionOutcome = 'commit' | 'abort';

/** A decision is in the log and not all markers are. */
export function isPrepared(state: TransactionState): boolean {
  return state === 'PrepareCommit' || state === 'PrepareAbort';
}

/** How the transaction ended, or will; undefined while there is no decision. */
export function outcomeOf(state: TransactionState): TransactionOutcome | undefined {
  if (state === 'PrepareCommit' || state === 'CompleteCommit') return 'commit';
  return state === 'PrepareAbort' || state === 'CompleteAbort' ? 'abort' : undefined;
}
