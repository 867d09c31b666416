/**
 * One call of the admin client: its deadline, its signal, and the way to the nodes that answer it.
 *
 * Owns: the time that is left.
 * Invariants: no request outlives the deadline; nothing is sent after the signal was aborted.
 * Not here: which node answers what (the files by area), what happens to items that fail (./per-item.ts).
 */
import type { Cluster } from '../cluster/cluster.ts';
import { retrying } from '../cluster/retry.ts';
import type { Api, RequestFor } from '../network/api.ts';

/** What every operation of the admin client takes. */
export interface CallOptions {
  /** Ends the call, which rejects with an AbortError. What brokers did until then stays done. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds for the whole call with its retries; what has no answer by then fails with MILLRACE_CLIENT_TIMEOUT. From 1; default: the
   * client's `timeoutMs`.
   */
  readonly timeoutMs?: number;
  /** False: errors that may pass are told at once instead of being tried again until the time is over. Default true. */
  readonly retry?: boolean;
}

/** A node by its id, or whoever can be reached, or who acts as controller. */
export type NodeRef = number | 'any' | 'controller';

/** A node as one call sees it. */
export interface Target {
  readonly node: NodeRef;
  /** Sends in the newest version that both sides know (not above `versionMax`): one attempt. */
  send<Request extends object, Response>(
    api: Api<Request, Response>,
    request: RequestFor<Request>,
    versionMax?: number,
  ): Promise<Response>;
}

/** Longest that a broker is asked to wait for what it does; what it has not done by then it says so. */
const BROKER_WAIT_MS_MAX = 30_000;
/** A broker has to give up before the client does, or its answer is lost. */
const BROKER_WAIT_SHARE = 0.8;

export class AdminCall {
  readonly cluster: Cluster;
  readonly signal: AbortSignal;
  readonly #deadlineMs: number;
  readonly #retries: boolean;

  constructor(cluster: Cluster, options: { signal: AbortSignal; timeoutMs: number; retry: boolean }) {
    const { signal, timeoutMs, retry } = options;
    this.cluster = cluster;
    this.signal = signal;
    this.#retries = retry;
    this.#deadlineMs = cluster.runtime.clock.monotonicMs() + timeoutMs;
  }

  /** At least 1. */
  get remainingMs(): number {
    return Math.max(1, Math.ceil(this.#deadlineMs - this.cluster.runtime.clock.monotonicMs()));
  }

  /** What to put into a request's own timeout. */
  get brokerWaitMs(): number {
    return Math.max(1, Math.floor(BROKER_WAIT_SHARE * Math.min(this.remainingMs, BROKER_WAIT_MS_MAX)));
  }

  target(node: NodeRef): Target {
    return {
      node,
      send: async (api, request, versionMax) => {
        const options = {
          lane: 'control' as const,
          signal: this.signal,
          timeoutMs: Math.min(this.remainingMs, this.cluster.requestTimeoutMs),
          ...(versionMax === undefined ? {} : { versionMax }),
        };
        if (node === 'any') return (await this.cluster.sendToAny(api, request, options)).response;
        if (node === 'controller') return (await this.cluster.sendToController(api, request, options)).response;
        return (await this.cluster.sendTo(node, api, request, options)).response;
      },
    };
  }

  /** An operation that has one answer: tries again until it has one or the time is over. */
  once<Value>(what: string, node: NodeRef, attempt: (target: Target) => Promise<Value>): Promise<Value> {
    const target = this.target(node);
    return this.retry(what, () => attempt(target));
  }

  retry<Value>(what: string, attempt: (count: number) => Promise<Value>): Promise<Value> {
    return retrying(this.cluster.runtime, what, attempt, {
      timeoutMs: this.remainingMs,
      signal: this.signal,
      ...(this.#retries ? {} : { isRetriable: () => false }),
    });
  }
}
