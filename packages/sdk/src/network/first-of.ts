/**
 * Tries several ways to the same end, one after the other and soon side by side: one that hangs costs a moment, not its whole timeout.
 *
 * Invariants: the next one begins when one has failed, or after STAGGER_MS without an outcome (as RFC 8305 has it for addresses). The
 *   first success counts; the others are aborted by their signal, and what still comes of them is discarded.
 */
import type { Timer } from '@millrace/base';
import type { ClientRuntime } from '../runtime.ts';

/** As long as a handshake over a slow but working link takes; then the next one is tried beside. */
const STAGGER_MS = 250;

export interface FirstOfOptions<Candidate, Result> {
  readonly candidates: readonly Candidate[];
  readonly attempt: (candidate: Candidate, signal: AbortSignal) => Promise<Result>;
  /** Gets a success that came too late. */
  readonly discard: (result: Result) => void;
  /** A failure that the others would only repeat: it ends the search. */
  readonly isFinal?: (error: unknown) => boolean;
  readonly signal?: AbortSignal | undefined;
}

export type FirstOf<Result> =
  | { readonly isFound: true; readonly result: Result }
  /** What became of each, in the order of the candidates that were tried. */
  | { readonly isFound: false; readonly failures: readonly unknown[] };

/** Rejects with a final failure only. */
export function firstOf<Candidate, Result>(
  runtime: Pick<ClientRuntime, 'timers'>,
  options: FirstOfOptions<Candidate, Result>,
): Promise<FirstOf<Result>> {
  const { candidates, attempt, discard, isFinal = () => false, signal } = options;
  const losing = new AbortController();
  const attemptSignal = signal === undefined ? losing.signal : AbortSignal.any([signal, losing.signal]);
  const failures: unknown[] = [];
  let begun = 0;
  let failed = 0;
  let isOver = false;
  let timer: Timer | undefined;
  return new Promise((resolve, reject) => {
    const end = (): void => {
      isOver = true;
      timer?.cancel();
      losing.abort();
    };
    const beginNext = (): void => {
      timer?.cancel();
      const index = begun++;
      const candidate = candidates[index] as Candidate;
      attempt(candidate, attemptSignal).then(
        (result) => {
          if (isOver) {
            discard(result);
            return;
          }
          end();
          resolve({ isFound: true, result });
        },
        (error: unknown) => {
          if (isOver) return;
          failures[index] = error;
          failed++;
          if (isFinal(error) || signal?.aborted === true) {
            end();
            reject(error);
          } else if (failed === candidates.length) {
            end();
            resolve({ isFound: false, failures });
          } else if (begun < candidates.length) {
            beginNext();
          }
        },
      );
      if (!isOver && begun < candidates.length) timer = runtime.timers.schedule(STAGGER_MS, beginNext);
    };
    if (candidates.length === 0) resolve({ isFound: false, failures });
    else beginNext();
  });
}
