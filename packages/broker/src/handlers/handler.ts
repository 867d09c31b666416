import type { MessageCodec } from '@millrace/protocol';
import type { BrokerServices } from '../services.ts';

/** What a handler may know of the connection that a request came on. */
export interface ConnectionInfo {
  readonly id: number;
  readonly listenerName: string;
  readonly remoteAddress: string;
  /** Aborted when the connection ends: waiting requests give up. */
  readonly closed: AbortSignal;
  /** From ApiVersions 3+; null until then. */
  clientSoftwareName: string | null;
  clientSoftwareVersion: string | null;
}

export interface RequestContext {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly connection: ConnectionInfo;
  readonly services: BrokerServices;
  /**
   * For a request that waits for something to happen (a fetch for data): `callback` is called once when others queue behind it
   * on its connection, or the connection ends; it should then answer with what it has.
   */
  onGiveWay?(callback: () => void): void;
  /** Bytes of records that an answer may take now without straining the broker's memory; absent = no limit. */
  readonly responseBytesMax?: number;
  /** `callback` is called once the answer has gone to the network; never if its connection ends before. */
  onSent?(callback: () => void): void;
  /** Asks for room for an answer with so many bytes of records, once for a request; undefined = there is some, else resolves when. */
  reserveAnswer?(bytes: number): Promise<void> | undefined;
}

/** Returned by a handler instead of a response: nothing is sent (acks=0). */
export const noResponse = Symbol('no response');
/** Returned by a handler instead of a response: the connection ends without an answer. */
export const closeConnection = Symbol('close connection');

export type HandlerResult<Response> = Response | typeof noResponse | typeof closeConnection;

/**
 * One Kafka API. `minVersion`…`maxVersion` are what the broker advertises and accepts; the codec may know more.
 * Errors are codes inside the response; a throw is a bug, answered with UNKNOWN_SERVER_ERROR and logged.
 */
export interface ApiHandler<Request, Response> {
  readonly request: MessageCodec<Request>;
  readonly response: MessageCodec<Response>;
  readonly minVersion: number;
  readonly maxVersion: number;
  /**
   * How many requests of this API one connection may have in work at once, next to nothing else; 1 when absent, which is how
   * Kafka treats every API. Answers keep request order in any case.
   */
  readonly overlapMax?: number;
  /** Nothing keeps a slice of the request once `handle` has settled, so its memory is used again; for what is large and frequent. */
  readonly releasesFrame?: boolean;
  handle(context: RequestContext, request: Request): HandlerResult<Response> | Promise<HandlerResult<Response>>;
  /** The response that carries one error code for a request whose handling threw, shaped like the request. */
  failure(request: Request, errorCode: number, version: number): Response;
}

/** Keeps the message types while a handler is declared; the registry lists handlers without them. */
export function defineHandler<Request, Response>(
  handler: ApiHandler<Request, Response>,
): ApiHandler<Request, Response> {
  return handler;
}
