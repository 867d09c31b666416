/**
 * From frame to handler to answer: reads headers, finds the handler for API and version, encodes what it returns.
 *
 * Invariants: a frame that is no request of an advertised API and version ends its connection without an answer, in its
 *   turn; ApiVersions of an unknown version is answered in version 0 (semantics 1 and 3). A handler that throws is
 *   answered with UNKNOWN_SERVER_ERROR, counted and logged; a broken invariant is reported as fatal as well.
 * Not here: order and concurrency of a connection's requests (../listener/connection.ts).
 */
import { AssertionFailure, messageOf, type Clock, type Logger } from '@millrace/base';
import { API_KEYS, apiName, decodeRequestHeader, encodeResponseFrame, ErrorCode, Reader } from '@millrace/protocol';
import { apiVersionsResponse } from '@millrace/protocol/messages/18-api-versions';
import { unsupportedApiVersions } from '../handlers/18-api-versions.ts';
import { closeConnection, noResponse, type ApiHandler, type HandlerResult } from '../handlers/handler.ts';
import type { RequestProcessor } from '../listener/connection.ts';
import type { BrokerServices } from '../services.ts';
import { PendingRequest, type RequestOwner } from './pending-request.ts';
import type { RequestInterceptor } from './request-interceptor.ts';
import type { RequestMetrics } from './request-metrics.ts';

export interface RequestDispatcherOptions {
  /** Handlers by API key. */
  readonly handlers: ReadonlyMap<number, ApiHandler<unknown, unknown>>;
  readonly services: BrokerServices;
  readonly metrics: RequestMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onBrokenInvariant: (error: Error) => void;
  readonly interceptor?: RequestInterceptor | undefined;
}

const UNREADABLE = { apiKey: -1, apiVersion: -1, correlationId: -1, clientId: null };

export class RequestDispatcher implements RequestProcessor {
  readonly #options: RequestDispatcherOptions;
  readonly #handlers: (ApiHandler<unknown, unknown> | undefined)[] = [];

  constructor(options: RequestDispatcherOptions) {
    this.#options = options;
    for (const [apiKey, handler] of options.handlers) this.#handlers[apiKey] = handler;
  }

  accept(connection: RequestOwner, frame: Buffer): PendingRequest {
    const { services, clock } = this.#options;
    const receivedAtMs = clock.monotonicMs();
    const reader = new Reader(frame);
    let header: ReturnType<typeof decodeRequestHeader>;
    try {
      header = decodeRequestHeader(reader);
    } catch (error) {
      this.#logFault(connection, messageOf(error));
      return new PendingRequest(services, connection, UNREADABLE, {
        handler: undefined,
        reader: undefined,
        frame,
        receivedAtMs,
      });
    }
    const { requestApiKey: apiKey, requestApiVersion: apiVersion } = header;
    const handler = this.#handlerFor(apiKey, apiVersion);
    if (handler === undefined) this.#logFault(connection, `${apiName(apiKey)} v${apiVersion} is not served`);
    return new PendingRequest(
      services,
      connection,
      { apiKey, apiVersion, correlationId: header.correlationId, clientId: header.clientId },
      { handler, reader, frame, receivedAtMs },
    );
  }

  start(request: PendingRequest): void {
    const { handler, reader } = request;
    request.reader = undefined;
    request.startedAtMs = this.#options.clock.monotonicMs();
    if (handler === undefined || reader === undefined) {
      request.endConnection();
      return;
    }
    if (!isServed(handler, request.apiVersion)) {
      // Only ApiVersions gets here with a version that is not served.
      const body = unsupportedApiVersions(handler.minVersion, handler.maxVersion);
      request.answer(encodeResponseFrame(apiVersionsResponse, 0, request.correlationId, body));
      return;
    }
    let message: unknown;
    try {
      message = handler.request.decode(reader, request.apiVersion);
    } catch (error) {
      this.#logFault(request.connection, `${apiName(request.apiKey)} v${request.apiVersion}: ${messageOf(error)}`);
      request.endConnection();
      return;
    }
    const { interceptor } = this.#options;
    let result: unknown;
    try {
      result =
        interceptor === undefined ? handler.handle(request, message) : interceptor.intercept(handler, request, message);
    } catch (error) {
      this.#fail(request, handler, message, error);
      return;
    }
    request.handledAtMs = this.#options.clock.monotonicMs();
    if (result instanceof Promise) {
      result.then(
        (settled) => this.#finish(request, handler, message, settled),
        (error: unknown) => this.#fail(request, handler, message, error),
      );
    } else {
      this.#finish(request, handler, message, result);
    }
  }

  #handlerFor(apiKey: number, apiVersion: number): ApiHandler<unknown, unknown> | undefined {
    const handler = this.#handlers[apiKey];
    if (handler === undefined) return undefined;
    return isServed(handler, apiVersion) || apiKey === API_KEYS.ApiVersions ? handler : undefined;
  }

  #finish(
    request: PendingRequest,
    handler: ApiHandler<unknown, unknown>,
    message: unknown,
    result: HandlerResult<unknown>,
  ): void {
    if (handler.releasesFrame === true) request.releaseFrame();
    if (request.isDone) return;
    const { metrics, clock } = this.#options;
    request.doneAtMs = clock.monotonicMs();
    metrics.answered(request);
    if (result === closeConnection) {
      request.endConnection();
    } else if (result === noResponse) {
      request.answerNothing();
    } else {
      let output: Buffer[];
      try {
        output = encodeResponseFrame(handler.response, request.apiVersion, request.correlationId, result);
      } catch (error) {
        this.#fail(request, handler, message, error);
        return;
      }
      request.answer(output);
    }
  }

  /** The handler threw: that is a bug, but the client gets an answer. */
  #fail(request: PendingRequest, handler: ApiHandler<unknown, unknown>, message: unknown, error: unknown): void {
    const { metrics, logger, onBrokenInvariant } = this.#options;
    metrics.failed(request.apiKey);
    logger.error('a request could not be handled', {
      api: apiName(request.apiKey),
      version: request.apiVersion,
      correlationId: request.correlationId,
      clientId: request.clientId,
      remoteAddress: request.connection.remoteAddress,
      error: error instanceof Error ? (error.stack ?? error.message) : messageOf(error),
    });
    if (error instanceof AssertionFailure) onBrokenInvariant(error);
    try {
      const body = handler.failure(message, ErrorCode.UNKNOWN_SERVER_ERROR, request.apiVersion);
      request.answer(encodeResponseFrame(handler.response, request.apiVersion, request.correlationId, body));
    } catch (failure) {
      logger.error('a failed request could not even be answered; its connection ends', { error: messageOf(failure) });
      request.endConnection();
    }
  }

  #logFault(connection: RequestOwner, fault: string): void {
    this.#options.metrics.protocolFault();
    this.#options.logger.debug('connection ended: it sent what is no request that is served here', {
      remoteAddress: connection.remoteAddress,
      listener: connection.listenerName,
      fault,
    });
  }
}

/** A version may be advertised without a codec: Produce 0 to 2 close the connection, as in Kafka. */
function isServed(handler: ApiHandler<unknown, unknown>, version: number): boolean {
  return (
    version >= handler.minVersion &&
    version <= handler.maxVersion &&
    version >= handler.request.minVersion &&
    version <= handler.request.maxVersion
  );
}
