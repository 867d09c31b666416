/**
 * Operations on several items that different nodes answer for: finds each item's node, asks every node once for all of its
 * items, and goes on with those that failed in a way that passes.
 *
 * Invariants: every item gets exactly one verdict, in the order of the items; an item that succeeded is never asked for again;
 * one node that cannot be reached delays only its own items' verdicts.
 * Bounds: the call's deadline.
 */
import { KafkaError, TimeoutError, type KafkaErrorCode } from '../error.ts';
import type { AdminCall, NodeRef, Target } from './admin-call.ts';

export type Verdict<Value> = { readonly value: Value } | { readonly error: KafkaError };

export interface ItemSteps<Item, Value> {
  /** What is done, for errors: `deleting records`. */
  readonly what: string;
  /** The node that answers for the item; a thrown KafkaError is the item's. */
  readonly locate: (item: Item) => NodeRef | Promise<NodeRef>;
  /** Asks a node for items, with one verdict for each, in their order. */
  readonly ask: (target: Target, items: readonly Item[]) => Promise<readonly Verdict<Value>[]>;
  /** Forgets where an item was looked for, before it is looked for again. */
  readonly forget?: (item: Item, error: KafkaError) => void | Promise<unknown>;
  /** How often to ask again for a topic that a broker does not know; new topics reach all brokers after a moment. Default 0. */
  readonly unknownTopicRetries?: number;
}

const ENDS_CALL: ReadonlySet<KafkaErrorCode> = new Set([
  'MILLRACE_CLIENT_ABORTED',
  'MILLRACE_CLIENT_CLOSED',
  'MILLRACE_CLIENT_INVALID_OPTION',
]);
const UNKNOWN_TOPIC: readonly (string | undefined)[] = ['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID'];

export async function forEachItem<Item, Value>(
  call: AdminCall,
  items: readonly Item[],
  steps: ItemSteps<Item, Value>,
): Promise<readonly Verdict<Value>[]> {
  const round = new Round(call, items, steps);
  try {
    if (items.length > 0) await call.retry(steps.what, () => round.run());
  } catch (error) {
    // The call's own end, or the first of the passing errors when the caller wants no second attempt.
    if (!KafkaError.is(error) || ENDS_CALL.has(error.code)) throw error;
    round.giveUp(error);
  }
  return round.verdicts();
}

/** The items with their verdicts put together into what users get. */
export function outcomesOf<Item, Known extends object, Value extends object>(
  items: readonly Item[],
  verdicts: readonly Verdict<Value>[],
  known: (item: Item) => Known,
): ((Known & Value & { readonly ok: true }) | (Known & { readonly ok: false; readonly error: KafkaError }))[] {
  return items.map((item, index) => {
    const verdict = verdicts[index];
    if (verdict === undefined) throw new Error('an item has no verdict');
    return 'value' in verdict
      ? { ok: true, ...known(item), ...verdict.value }
      : { ok: false, ...known(item), error: verdict.error };
  });
}

class Round<Item, Value> {
  readonly #call: AdminCall;
  readonly #items: readonly Item[];
  readonly #steps: ItemSteps<Item, Value>;
  readonly #verdicts: (Verdict<Value> | undefined)[];
  /** Indexes of items that are to be asked for. */
  #pending: number[];
  readonly #lastErrors = new Map<number, KafkaError>();
  #attempt = 0;

  constructor(call: AdminCall, items: readonly Item[], steps: ItemSteps<Item, Value>) {
    this.#call = call;
    this.#items = items;
    this.#steps = steps;
    this.#verdicts = items.map(() => undefined);
    this.#pending = items.map((_, index) => index);
  }

  /** One attempt for all that is pending; throws one of the passing errors when something is left. */
  async run(): Promise<void> {
    this.#attempt++;
    const again = this.#pending;
    this.#pending = [];
    const byNode = await this.#locate(again);
    await Promise.all([...byNode].map(([node, indexes]) => this.#ask(node, indexes)));
    const [first] = this.#pending;
    if (first !== undefined) throw this.#lastErrors.get(first) ?? new Error('an item is pending without an error');
  }

  /** The time is over: items without a verdict get one. */
  giveUp(end: KafkaError): void {
    for (const [index, verdict] of this.#verdicts.entries()) {
      if (verdict !== undefined) continue;
      const last = this.#lastErrors.get(index);
      if (last === undefined || !(end instanceof TimeoutError)) this.#verdicts[index] = { error: last ?? end };
      else this.#verdicts[index] = { error: timedOut(this.#steps.what, last) };
    }
  }

  verdicts(): readonly Verdict<Value>[] {
    return this.#verdicts.map((verdict) => {
      if (verdict === undefined) throw new Error(`${this.#steps.what}: an item has no verdict`);
      return verdict;
    });
  }

  async #locate(indexes: readonly number[]): Promise<Map<NodeRef, number[]>> {
    const byNode = new Map<NodeRef, number[]>();
    await Promise.all(
      indexes.map(async (index) => {
        try {
          const node = await this.#steps.locate(this.#item(index));
          const others = byNode.get(node);
          if (others === undefined) byNode.set(node, [index]);
          else others.push(index);
        } catch (error) {
          await this.#judge(index, kafkaErrorOf(error));
        }
      }),
    );
    return byNode;
  }

  async #ask(node: NodeRef, indexes: readonly number[]): Promise<void> {
    let verdicts: readonly Verdict<Value>[];
    try {
      verdicts = await this.#steps.ask(
        this.#call.target(node),
        indexes.map((index) => this.#item(index)),
      );
    } catch (error) {
      const failure = kafkaErrorOf(error);
      await Promise.all(indexes.map((index) => this.#judge(index, failure)));
      return;
    }
    await Promise.all(
      indexes.map(async (index, position) => {
        const verdict = verdicts[position];
        if (verdict === undefined) throw new Error(`${this.#steps.what}: a node's answer lacks an item`);
        if ('error' in verdict) await this.#judge(index, verdict.error);
        else this.#verdicts[index] = verdict;
      }),
    );
  }

  async #judge(index: number, error: KafkaError): Promise<void> {
    this.#lastErrors.set(index, error);
    if (this.#mayPass(error)) {
      this.#pending.push(index);
      await this.#steps.forget?.(this.#item(index), error);
    } else {
      this.#verdicts[index] = { error };
    }
  }

  #mayPass(error: KafkaError): boolean {
    if (UNKNOWN_TOPIC.includes(error.kafkaCode)) return this.#attempt <= (this.#steps.unknownTopicRetries ?? 0);
    return error.retriable;
  }

  #item(index: number): Item {
    return this.#items[index] as Item;
  }
}

/** The end of an item that was tried until the time was over: what it failed with last decides what it is. */
function timedOut(what: string, last: KafkaError): KafkaError {
  if (last instanceof TimeoutError) return last;
  const { details, kafkaCode } = last;
  return new TimeoutError(`${what} did not succeed in time: ${last.message}`, { cause: last, details, kafkaCode });
}

/** Errors that are an item's; all others end the call. */
function kafkaErrorOf(error: unknown): KafkaError {
  if (KafkaError.is(error) && !ENDS_CALL.has(error.code)) return error;
  throw error;
}
