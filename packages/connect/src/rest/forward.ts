/**
 * Passes a request on to the worker that has to serve it, at most two hops: to the leader as we know it, and from there to the leader as it
 * knows it (`forward` in the query says which hop it is, as between Kafka's workers).
 */
import type { Logger } from '@millrace/base';
import type { NotTheTargetError } from '../herder/herder-error.ts';
import { errorAnswer, type Answer } from './answer.ts';
import type { PeerClient } from './peer-client.ts';
import { peerFailure } from './peer-failure.ts';
import { header, type RestRequest } from './rest-request.ts';

/** Of the client: they say who asks. Signatures of workers are for the one who was asked. */
const PASSED_HEADERS = ['authorization', 'content-type', 'accept'] as const;

export interface ForwardOptions {
  readonly timeoutMs: number;
  readonly peers: PeerClient;
  readonly log: Logger;
}

export async function forward(
  request: RestRequest,
  error: NotTheTargetError,
  { timeoutMs, peers, log }: ForwardOptions,
): Promise<Answer> {
  if (error.forwardUrl === undefined) return errorAnswer(409, error.message);
  const hop = request.query.get('forward');
  if (hop === 'false') {
    return errorAnswer(
      409,
      'Cannot complete request because of a conflicting operation (e.g. worker rebalance): try again in some seconds',
    );
  }
  const url = new URL(request.url, error.forwardUrl);
  url.searchParams.set('forward', hop === null ? 'true' : 'false');
  const headers = Object.fromEntries(
    PASSED_HEADERS.flatMap((name) => {
      const value = header(request, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  try {
    const {
      status,
      text,
      headers: answered,
    } = await peers.ask(url, {
      method: request.method,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      body: request.body.length === 0 ? undefined : request.body,
    });
    const { location } = answered;
    return {
      status,
      ...(text === '' ? {} : { body: text }),
      headers: {
        'content-type': answered['content-type'] ?? 'application/json',
        ...(location === undefined ? {} : { location }),
      },
    };
  } catch (cause) {
    const reason = peerFailure(cause, error.forwardUrl);
    log.warn('a request could not be passed on', { method: request.method, worker: error.forwardUrl, reason });
    return errorAnswer(500, `the request could not be passed on to the worker at ${error.forwardUrl}: ${reason}`);
  }
}
