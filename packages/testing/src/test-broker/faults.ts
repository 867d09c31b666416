/**
 * Switches that make a broker under test fail: answers that are errors, late, lost, or a connection that ends.
 *
 * Owns: the faults that are on, and the requests that they hold.
 * Invariants: a fault acts on the requests that its scope names and on no other, in the order in which faults were switched on; requests of a
 *   connection reach their handlers in order, however long one is held; the same requests and seeds meet the same faults.
 *   What the broker's own helpers ask is never touched.
 * Not here: the network between client and broker (FaultProxy), the shape of answers (fault-answers.ts).
 */
import { nearestName, type Timers } from '@millrace/base';
import {
  closeConnection,
  type ApiHandler,
  type ConnectionInfo,
  type RequestContext,
  type RequestInterceptor,
} from '@millrace/broker';
import { ErrorCode, type ApiName, type ErrorName } from '@millrace/protocol';
import { runFaulty } from './faulty-request.ts';
import { PROBE_CLIENT_ID } from './probe-client-id.ts';
import { SwitchedFault, type FaultAction } from './switched-fault.ts';

/** Which requests a fault acts on; every one when nothing is said. */
export interface FaultScope {
  /** Kafka's names of APIs: `Produce`, `Fetch`, `JoinGroup`, … */
  readonly api?: ApiName | readonly ApiName[];
  /** Requests that name this topic; an error is answered for it alone, the others of the request are served. */
  readonly topic?: string;
  readonly clientId?: string;
  /** Node id, where there are several brokers. */
  readonly broker?: number;
  /** How many requests it acts on before it ends by itself; default: until it is switched off. */
  readonly times?: number;
  /** Share of the requests in scope that it acts on, 0 … 1; default 1. */
  readonly probability?: number;
  /** For `probability`; default 1. */
  readonly seed?: number;
}

export interface FaultMoment {
  /** Whether the broker has done what it was asked for when the fault acts; default `before` for `delay`, `after` for the others. */
  readonly when?: 'before' | 'after';
}

/** A fault that is on. */
export interface Fault extends Disposable {
  /** Requests that it has acted on. */
  readonly hits: number;
  readonly isOn: boolean;
  /** Resolves when it has acted on `count` requests (default 1); rejects when that takes longer than `timeoutMs` (default 10 000). */
  hit(count?: number, timeoutMs?: number): Promise<void>;
  /** Switches it off. Connections on which it has swallowed an answer end. */
  off(): void;
}

/** The faults of a broker under test, or of several. */
export interface FaultSwitches {
  /** Answers with an error of this name, and does not do what was asked. */
  error(name: ErrorName, scope?: FaultScope): Fault;
  /** Ends the connection instead of answering. */
  disconnect(scope?: FaultScope & FaultMoment): Fault;
  /** Never answers; the connection stays open and silent, as over a network that is gone. */
  swallow(scope?: FaultScope & FaultMoment): Fault;
  /** Holds the request (or, `after`, its answer) for so many milliseconds of the broker's time. */
  delay(ms: number, scope?: FaultScope & FaultMoment): Fault;
  /** Switches all off. */
  clear(): void;
}

export class Faults implements FaultSwitches {
  readonly #timers: Timers;
  readonly #on = new Set<SwitchedFault>();
  /** By connection: resolves when the request that is held has gone on. */
  readonly #held = new WeakMap<ConnectionInfo, Promise<void>>();
  readonly #dead = new Set<number>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  error(name: ErrorName, scope: FaultScope = {}): Fault {
    const errorCode = ErrorCode[name] as number | undefined;
    if (errorCode === undefined || errorCode === ErrorCode.NONE) {
      const nearest = nearestName(name, Object.keys(ErrorCode));
      throw new TypeError(`there is no error "${name}"${nearest === undefined ? '' : `: did you mean "${nearest}"?`}`);
    }
    return this.#switchOn({ kind: 'error', errorCode }, scope);
  }

  disconnect({ when = 'after', ...scope }: FaultScope & FaultMoment = {}): Fault {
    return this.#switchOn({ kind: 'disconnect', when }, scope);
  }

  swallow({ when = 'after', ...scope }: FaultScope & FaultMoment = {}): Fault {
    return this.#switchOn({ kind: 'swallow', when }, scope);
  }

  delay(ms: number, { when = 'before', ...scope }: FaultScope & FaultMoment = {}): Fault {
    if (!(ms >= 0)) throw new RangeError(`a delay is 0 milliseconds or more, not ${ms}`);
    return this.#switchOn({ kind: 'delay', ms, when }, scope);
  }

  clear(): void {
    for (const fault of [...this.#on]) fault.off();
  }

  /** No answer leaves this broker any more: what it is asked ends the connection. */
  kill(nodeId: number): void {
    this.#dead.add(nodeId);
  }

  revive(nodeId: number): void {
    this.#dead.delete(nodeId);
  }

  interceptorOf(nodeId: number): RequestInterceptor {
    return { intercept: (handler, context, message) => this.#intercept(nodeId, handler, context, message) };
  }

  #switchOn(action: FaultAction, scope: FaultScope): SwitchedFault {
    const fault: SwitchedFault = new SwitchedFault(action, scope, () => this.#on.delete(fault));
    this.#on.add(fault);
    return fault;
  }

  #intercept(
    nodeId: number,
    handler: ApiHandler<unknown, unknown>,
    context: RequestContext,
    message: unknown,
  ): unknown {
    if (context.clientId === PROBE_CLIENT_ID) return handler.handle(context, message);
    if (this.#dead.has(nodeId)) return closeConnection;
    const result = this.#inTurn(nodeId, handler, context, message);
    if (!(result instanceof Promise)) return result;
    return result.then((settled: unknown) => (this.#dead.has(nodeId) ? closeConnection : settled));
  }

  #inTurn(nodeId: number, handler: ApiHandler<unknown, unknown>, context: RequestContext, message: unknown): unknown {
    const held = this.#held.get(context.connection);
    if (held !== undefined) return held.then(() => this.#inTurn(nodeId, handler, context, message));
    const faults = [...this.#on].filter((fault) => fault.concerns(context, nodeId));
    if (faults.length === 0) return handler.handle(context, message);
    return runFaulty({
      handler,
      context,
      message,
      faults,
      hold: (ms) => this.#hold(context, ms),
      pause: (ms) => this.#pause(ms),
    });
  }

  /** Holds the connection's requests from this one on. */
  #hold({ connection }: RequestContext, ms: number): Promise<void> {
    const hold = this.#pause(ms);
    // Its own waiter goes first, and the next ones after what it does in that turn.
    const gone = hold.then(() => {
      if (this.#held.get(connection) === gone) this.#held.delete(connection);
    });
    this.#held.set(connection, gone);
    return hold;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#timers.schedule(ms, resolve));
  }
}
