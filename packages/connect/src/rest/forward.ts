/**
 * Passes a request on to the worker that has to serve it, at most two hops: to the leader as we know it, and from there to the leader as it
 * knows it (`forward` in the query says which hop it is, as between Kafka's workers).
 */
import { messageOf } from '@millrace/base';
import type { NotTheTargetError } from '../herder/herder-error.ts';
import { errorAnswer, type Answer } from './answer.ts';
import { header, type RestRequest } from './rest-request.ts';

/** Of the client: they say who asks. Signatures of workers are for the one who was asked. */
const PASSED_HEADERS = ['authorization', 'content-type', 'accept'] as const;

export async function forward(request: RestRequest, error: NotTheTargetError, timeoutMs: number): Promise<Answer> {
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
    const response = await fetch(url, {
      method: request.method,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      ...(request.body.length === 0 ? {} : { body: new Uint8Array(request.body) }),
    });
    const text = await response.text();
    const location = response.headers.get('location');
    return {
      status: response.status,
      ...(text === '' ? {} : { body: text }),
      headers: {
        'content-type': response.headers.get('content-type') ?? 'application/json',
        ...(location === null ? {} : { location }),
      },
    };
  } catch (cause) {
    return errorAnswer(
      500,
      `the request could not be passed on to the worker at ${error.forwardUrl}: ${messageOf(cause)}. If that worker has just died, ` +
        'try again after session.timeout.ms; otherwise check that its rest.advertised.host.name and rest.advertised.port can be reached from this one',
    );
  }
}
