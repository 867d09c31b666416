import type { Random } from '@millrace/base';

/** The requests whose answers are lost on purpose: all that a transaction consists of. */
export const TRANSACTION_APIS = {
  Produce: 0,
  InitProducerId: 22,
  AddPartitionsToTxn: 24,
  AddOffsetsToTxn: 25,
  EndTxn: 26,
  TxnOffsetCommit: 28,
} as const;
export type TransactionApi = keyof typeof TRANSACTION_APIS;

export type Fault =
  | { readonly kind: 'kill broker' }
  /** `client` counts the source as 0 and the workers from 1. */
  | { readonly kind: 'kill client'; readonly client: number; readonly downMs: number }
  /** `isReplaced`: another process takes its place meanwhile, as a supervisor would do. */
  | { readonly kind: 'freeze client'; readonly client: number; readonly ms: number; readonly isReplaced: boolean }
  | { readonly kind: 'lose answer'; readonly api: TransactionApi; readonly when: 'answered' | 'forwarded' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'delay'; readonly delayMs: number; readonly ms: number }
  | { readonly kind: 'silence'; readonly ms: number };
export type FaultKind = Fault['kind'];

export interface PlannedFault {
  /** After the fault before it. */
  readonly afterMs: number;
  readonly fault: Fault;
}

/** How often each comes, beside the others. A lost commit is what most of this is about. */
const WEIGHTS: readonly (readonly [kind: FaultKind, weight: number])[] = [
  ['kill broker', 2],
  ['kill client', 4],
  ['freeze client', 3],
  ['lose answer', 7],
  ['cut', 2],
  ['delay', 1],
  ['silence', 1],
];
const APIS: readonly TransactionApi[] = [
  ...(Object.keys(TRANSACTION_APIS) as TransactionApi[]),
  'EndTxn',
  'EndTxn',
  'EndTxn',
  'TxnOffsetCommit',
];

const BETWEEN_MS_MAX = 800;
const DOWN_MS_MAX = 500;
const SILENCE_MS_MAX = 1_500;

export interface FaultPlanOptions {
  readonly random: Random;
  readonly workers: number;
  readonly transactionTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly mayKillBroker: boolean;
}

/** What happens to a round, one fault after the other, as its seed says. */
export class FaultPlan {
  readonly #options: FaultPlanOptions;

  constructor(options: FaultPlanOptions) {
    this.#options = options;
  }

  next(): PlannedFault {
    const { random } = this.#options;
    // Squared: what follows a fault closely meets its repair.
    const moment = random.next();
    return { afterMs: moment * moment * BETWEEN_MS_MAX, fault: this.#fault() };
  }

  #fault(): Fault {
    const { random, workers, transactionTimeoutMs, sessionTimeoutMs, mayKillBroker } = this.#options;
    const weights = WEIGHTS.filter(([kind]) => mayKillBroker || kind !== 'kill broker');
    let left = random.next() * weights.reduce((total, [, weight]) => total + weight, 0);
    const kind = weights.find(([, weight]) => (left -= weight) < 0)?.[0] ?? 'cut';
    switch (kind) {
      case 'kill broker':
      case 'cut':
        return { kind };
      case 'kill client':
        return { kind, client: random.nextInt(workers + 1), downMs: random.next() * DOWN_MS_MAX };
      case 'freeze client': {
        // Past both timeouts: the coordinator aborts what it left open, the group gives its partitions to others.
        const ms = Math.max(transactionTimeoutMs, sessionTimeoutMs) * (1.1 + random.next());
        return { kind, client: random.nextInt(workers + 1), ms, isReplaced: random.next() < 0.5 };
      }
      case 'lose answer':
        return {
          kind,
          api: APIS[random.nextInt(APIS.length)] ?? 'EndTxn',
          when: random.next() < 0.75 ? 'answered' : 'forwarded',
        };
      case 'delay':
        return { kind, delayMs: 10 + random.next() * 150, ms: 200 + random.next() * 600 };
      case 'silence':
        return { kind, ms: 100 + random.next() * SILENCE_MS_MAX };
    }
  }
}

export function describeFault(fault: Fault): string {
  const { kind, ...rest } = fault;
  const details = Object.entries(rest).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? Math.round(value) : String(value)}`,
  );
  return [kind, ...details].join(', ');
}
