/** One request on its way through the faults that are on: which of them hit it, and what becomes of it. */
import { closeConnection, type ApiHandler, type RequestContext } from '@millrace/broker';
import { API_KEYS } from '@millrace/protocol';
import {
  answerError,
  endFetchSession,
  isSessionFetch,
  splitByTopic,
  withoutSession,
  type RequestParts,
} from './fault-answers.ts';
import type { SwitchedFault } from './switched-fault.ts';

export interface FaultyRequestOptions {
  readonly handler: ApiHandler<unknown, unknown>;
  readonly context: RequestContext;
  readonly message: unknown;
  /** Faults that are about requests like this one, in the order in which they were switched on. */
  readonly faults: readonly SwitchedFault[];
  /** Waits, and with it every later request of the connection. */
  readonly hold: (ms: number) => Promise<void>;
  /** Waits alone. */
  readonly pause: (ms: number) => Promise<void>;
}

/** What hit the request. */
interface Strikes {
  delayBeforeMs: number;
  delayAfterMs: number;
  /** The first that is no delay. */
  fatal: { readonly fault: SwitchedFault; readonly parts: RequestParts } | undefined;
}

/** Runs the request as far as the faults let it; synchronous unless one of them, or the handler, takes time. */
export function runFaulty(options: FaultyRequestOptions): unknown {
  const { context, faults, hold } = options;
  const { apiKey } = context;
  const namesPartitions = faults.some(({ action, topic }) => action.kind === 'error' || topic !== undefined);
  if (namesPartitions && isSessionFetch(apiKey, options.message)) return endFetchSession();
  const isSessionless = namesPartitions && apiKey === API_KEYS.Fetch;
  const message = isSessionless ? withoutSession(options.message) : options.message;
  const strikes = strike(faults, message, context);
  if (strikes.delayBeforeMs === 0) return proceed(options, message, strikes);
  return hold(strikes.delayBeforeMs).then(() =>
    context.connection.closed.aborted ? closeConnection : proceed(options, message, strikes),
  );
}

function strike(faults: readonly SwitchedFault[], message: unknown, context: RequestContext): Strikes {
  const strikes: Strikes = { delayBeforeMs: 0, delayAfterMs: 0, fatal: undefined };
  for (const fault of faults) {
    const { action, topic } = fault;
    if (action.kind !== 'delay' && strikes.fatal !== undefined) continue;
    const parts = topic === undefined ? { hit: message, rest: undefined } : partsOf(message, topic, context);
    if (parts.hit === undefined || !fault.strikes()) continue;
    if (action.kind !== 'delay') strikes.fatal = { fault, parts };
    else if (action.when === 'before') strikes.delayBeforeMs += action.ms;
    else strikes.delayAfterMs += action.ms;
  }
  return strikes;
}

function partsOf(message: unknown, name: string, { apiKey, services }: RequestContext): RequestParts {
  const topicId = services.metaStore.snapshot().topicsByName.get(name)?.topicId;
  return splitByTopic(apiKey, message, { name, topicId });
}

function proceed(options: FaultyRequestOptions, message: unknown, strikes: Strikes): unknown {
  const { handler, context, pause } = options;
  const { fatal, delayAfterMs } = strikes;
  if (fatal === undefined) {
    const served = handler.handle(context, message);
    if (delayAfterMs === 0) return served;
    return Promise.resolve(served).then((result) => pause(delayAfterMs).then(() => result));
  }
  const { fault, parts } = fatal;
  const { action } = fault;
  if (action.kind === 'error') return answerError(handler, context, parts, action.errorCode);
  const end = (): unknown => (action.kind === 'swallow' ? fault.swallow(context, closeConnection) : closeConnection);
  if (action.kind !== 'delay' && action.when === 'before') return end();
  const served = handler.handle(context, message);
  return served instanceof Promise ? served.then(end) : end();
}
