import type { KafkaError } from '../error.ts';

/**
 * What became of one item of an operation: the item with what the cluster said of it, or with why not.
 * Operations on several items answer for each of them, in the order in which they were given; they throw only
 * for wrong options, for a signal that was aborted, and for a client that was closed.
 */
export type Outcome<Item extends object, Value extends object = object> =
  (Item & Value & { readonly ok: true }) | (Item & { readonly ok: false; readonly error: KafkaError });

type Succeeded<Each extends { readonly ok: boolean }> = Extract<Each, { readonly ok: true }>;

/**
 * The outcomes when all are well; otherwise throws: the one error, or an `AggregateError` of several.
 * For callers to whom half of an operation is as good as none.
 */
export function allOrThrow<Each extends { readonly ok: boolean }>(outcomes: readonly Each[]): Succeeded<Each>[] {
  const errors = outcomes.flatMap((outcome) => {
    const { ok, error } = outcome as { readonly ok: boolean; readonly error?: unknown };
    return ok ? [] : [error];
  });
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) {
    throw new AggregateError(errors, `${String(errors.length)} of ${String(outcomes.length)} items failed`);
  }
  return outcomes as Succeeded<Each>[];
}

/** The only outcome of an operation on one item; throws its error. */
export function oneOrThrow<Each extends { readonly ok: boolean }>(outcomes: readonly Each[]): Succeeded<Each> {
  const [only] = allOrThrow(outcomes);
  if (only === undefined) throw new Error('an operation on one item answered for none');
  return only;
}
