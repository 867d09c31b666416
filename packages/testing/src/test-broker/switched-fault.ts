/** A fault that is switched on: which requests it acts on, and how often it has. */
import { nearestName, SeededRandom, type Random } from '@millrace/base';
import type { RequestContext } from '@millrace/broker';
import { API_KEYS, type ApiName } from '@millrace/protocol';
import type { Fault, FaultScope } from './faults.ts';

export type FaultAction =
  | { readonly kind: 'error'; readonly errorCode: number }
  | { readonly kind: 'disconnect' | 'swallow'; readonly when: 'before' | 'after' }
  | { readonly kind: 'delay'; readonly when: 'before' | 'after'; readonly ms: number };

interface HitWaiter {
  readonly count: number;
  readonly resolve: () => void;
}

const HIT_MS_MAX = 10_000;

export class SwitchedFault implements Fault {
  readonly action: FaultAction;
  /** Requests must name it. */
  readonly topic: string | undefined;
  readonly #scope: FaultScope;
  readonly #apiKeys: ReadonlySet<number> | undefined;
  readonly #random: Random;
  readonly #onOff: () => void;
  #hits = 0;
  #isOn = true;
  #waiters: HitWaiter[] = [];
  /** Ends requests whose answers were swallowed. */
  readonly #swallowed = new Set<() => void>();

  constructor(action: FaultAction, scope: FaultScope, onOff: () => void) {
    const { api, probability = 1, times, seed = 1 } = scope;
    if (!(probability >= 0 && probability <= 1)) {
      throw new RangeError(`a probability is between 0 and 1, not ${probability}`);
    }
    if (times !== undefined && !(Number.isSafeInteger(times) && times > 0)) {
      throw new RangeError(`a fault acts 1 time or more, not ${times}`);
    }
    this.action = action;
    this.topic = scope.topic;
    this.#scope = scope;
    this.#apiKeys = api === undefined ? undefined : new Set([api].flat().map((name) => keyOf(name)));
    this.#random = new SeededRandom(seed);
    this.#onOff = onOff;
  }

  get hits(): number {
    return this.#hits;
  }

  get isOn(): boolean {
    return this.#isOn && this.#hits < (this.#scope.times ?? Infinity);
  }

  /** Whether the request is of the kind that this fault is about; its topics are not looked at. */
  concerns({ apiKey, clientId }: Pick<RequestContext, 'apiKey' | 'clientId'>, nodeId: number): boolean {
    if (!this.isOn) return false;
    if (this.#apiKeys !== undefined && !this.#apiKeys.has(apiKey)) return false;
    if (this.#scope.clientId !== undefined && this.#scope.clientId !== clientId) return false;
    return this.#scope.broker === undefined || this.#scope.broker === nodeId;
  }

  /** Decides whether a request that it is about is hit, and counts it. */
  strikes(): boolean {
    const { probability = 1 } = this.#scope;
    if (!this.isOn) return false;
    if (probability < 1 && this.#random.next() >= probability) return false;
    this.#hits++;
    const due = this.#waiters.filter(({ count }) => count <= this.#hits);
    this.#waiters = this.#waiters.filter(({ count }) => count > this.#hits);
    for (const { resolve } of due) resolve();
    return true;
  }

  /** Resolves, with `result`, when the fault is switched off or the connection has ended. */
  swallow({ connection }: RequestContext, result: unknown): Promise<unknown> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#swallowed.delete(end);
        resolve(result);
      };
      this.#swallowed.add(end);
      connection.closed.addEventListener('abort', end, { once: true });
      // It may have been switched off while the broker was at work.
      if (connection.closed.aborted || !this.#isOn) end();
    });
  }

  hit(count = 1, timeoutMs = HIT_MS_MAX): Promise<void> {
    if (this.#hits >= count) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter: HitWaiter = {
        count,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(new Error(`the fault hit ${this.#hits} of ${count} requests within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiters.push(waiter);
    });
  }

  off(): void {
    this.#isOn = false;
    this.#onOff();
    for (const end of [...this.#swallowed]) end();
  }

  [Symbol.dispose](): void {
    this.off();
  }
}

function keyOf(name: ApiName): number {
  const key = API_KEYS[name] as number | undefined;
  if (key !== undefined) return key;
  const nearest = nearestName(name, Object.keys(API_KEYS));
  throw new TypeError(`there is no API "${name}"${nearest === undefined ? '' : `: did you mean "${nearest}"?`}`);
}
