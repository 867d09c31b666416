import type { ApiHandler, RequestContext } from '../handlers/handler.ts';

/** Stands between requests and their handlers: for tests that want a broker to fail, and for embedders that want to watch. */
export interface RequestInterceptor {
  /**
   * Called in place of `handler.handle`, in the order in which a connection's requests may start. Answers itself or lets the handler do
   * so, now or later, and may change what goes in and what comes out. Requests of a kind that overlap (produces) start without waiting
   * for a promise that an earlier one returned. A throw counts as one of the handler.
   *
   * @returns a response, `noResponse` or `closeConnection`, or the promise of one, as handlers do
   */
  intercept(handler: ApiHandler<unknown, unknown>, context: RequestContext, message: unknown): unknown;
}
