/**
 * One TCP connection to a broker: frames requests, matches responses by correlation id, negotiates versions once.
 *
 * Owns: the socket and the requests that wait for an answer.
 * Invariants: responses complete in request order; when the socket ends every waiting request fails with a retriable error.
 * Bounds: a response frame above `RESPONSE_BYTES_MAX` ends the connection; every request has a deadline.
 * Not here: which broker to talk to (see ./cluster.ts).
 */
import { connect, type Socket } from 'node:net';
import { messageOf } from '@millrace/base';
import {
  apiName,
  decodeMessage,
  decodeResponseHeader,
  encodeRequestFrame,
  ErrorCode,
  Reader,
  type MessageCodec,
} from '@millrace/protocol';
import {
  apiVersionsRequest,
  apiVersionsResponse,
  createApiVersionsRequest,
} from '@millrace/protocol/messages/18-api-versions';
import { brokerError, ClientError } from './client-error.ts';

const RESPONSE_BYTES_MAX = 256 * 1024 * 1024;
const CLIENT_SOFTWARE_NAME = 'millrace-sdk';
const CLIENT_SOFTWARE_VERSION = '0.1.0';

/** Request and response codec of one API. */
export interface Api<Request, Response> {
  readonly request: MessageCodec<Request>;
  readonly response: MessageCodec<Response>;
}

/** A request, or what makes one for the version that both sides know. */
export type RequestFor<Request extends object> = Request | ((version: number) => Request);

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

interface Waiting {
  readonly complete: (frame: Buffer) => void;
  readonly fail: (error: ClientError) => void;
  readonly timer: NodeJS.Timeout;
}

export class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ranges = new Map<number, { readonly min: number; readonly max: number }>();
  #correlationId = 0;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #ended: ClientError | undefined;

  private constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', (cause) => this.#end(cause));
    socket.on('close', () => this.#end());
  }

  /** Connects and learns which versions the broker serves. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const socket = await openSocket(options);
    const connection = new Connection(socket, options);
    try {
      await connection.#negotiate();
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  /** The newest version that both sides know, not above `versionMax`. Undefined when the broker does not serve the API. */
  versionOf<Request, Response>(api: Api<Request, Response>, versionMax = Number.MAX_SAFE_INTEGER): number | undefined {
    const range = this.#ranges.get(api.request.apiKey ?? -1);
    if (range === undefined) return undefined;
    const newest = api.request.latestVersionUnstable ? api.request.maxVersion - 1 : api.request.maxVersion;
    const version = Math.min(range.max, newest, versionMax);
    return version >= Math.max(range.min, api.request.minVersion) ? version : undefined;
  }

  /** Sends one request in the newest version that both sides know. */
  async send<Request extends object, Response>(
    api: Api<Request, Response>,
    request: RequestFor<Request>,
  ): Promise<Response> {
    const version = this.versionOf(api);
    if (version === undefined) {
      throw new ClientError(
        'MILLRACE_CLIENT_UNSUPPORTED_API',
        `${this.#where()} serves no version of ${api.request.name} that this client knows`,
      );
    }
    return this.#exchange(api, typeof request === 'function' ? request(version) : request, version);
  }

  close(): void {
    this.#socket.destroy();
    this.#end();
  }

  async #negotiate(): Promise<void> {
    const api = { request: apiVersionsRequest, response: apiVersionsResponse };
    const request = createApiVersionsRequest({
      clientSoftwareName: CLIENT_SOFTWARE_NAME,
      clientSoftwareVersion: CLIENT_SOFTWARE_VERSION,
    });
    const answer = await this.#exchange(api, request, 3, true);
    if (answer.errorCode !== ErrorCode.NONE) {
      throw brokerError(`asking ${this.#where()} which versions it serves`, answer.errorCode, undefined);
    }
    for (const { apiKey, minVersion, maxVersion } of answer.apiKeys) {
      this.#ranges.set(apiKey, { min: minVersion, max: maxVersion });
    }
  }

  #exchange<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    version: number,
    mayFallBackToZero = false,
  ): Promise<Response> {
    const apiKey = api.request.apiKey ?? -1;
    const correlationId = this.#correlationId;
    this.#correlationId = (correlationId + 1) & 0x7fffffff;
    const frame = encodeRequestFrame(api.request, version, correlationId, this.#options.clientId, request);

    return new Promise<Response>((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(correlationId);
        reject(
          new ClientError(
            'MILLRACE_CLIENT_TIMEOUT',
            `${apiName(apiKey)} to ${this.#where()} got no answer within ${String(this.#options.requestTimeoutMs)} ms`,
            { retriable: true },
          ),
        );
      }, this.#options.requestTimeoutMs);
      const complete = (answer: Buffer): void => {
        try {
          const reader = new Reader(answer);
          decodeResponseHeader(reader, apiKey, version);
          const body = answer.subarray(answer.length - reader.remaining);
          if (mayFallBackToZero && version > 0 && body.readInt16BE(0) === ErrorCode.UNSUPPORTED_VERSION) {
            resolve(this.#exchange(api, request, 0));
          } else {
            resolve(decodeMessage(api.response, body, version));
          }
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.set(correlationId, { complete, fail: reject, timer });
      this.#socket.cork();
      for (const part of frame) this.#socket.write(part);
      this.#socket.uncork();
    });
  }

  #onData(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    while (this.#receivedBytes >= 4) {
      const first = this.#received[0];
      if (first === undefined) return;
      const head = first.length >= 4 ? first : this.#join();
      const length = head.readInt32BE(0);
      if (length < 4 || length > RESPONSE_BYTES_MAX) {
        this.#socket.destroy(new Error(`response frame of ${String(length)} bytes`));
        return;
      }
      if (this.#receivedBytes < 4 + length) return;
      const all = this.#join();
      const frame = all.subarray(4, 4 + length);
      this.#received = all.length > 4 + length ? [all.subarray(4 + length)] : [];
      this.#receivedBytes = all.length - 4 - length;
      this.#complete(frame);
    }
  }

  #join(): Buffer {
    const joined = this.#received.length === 1 ? this.#received[0] : Buffer.concat(this.#received);
    this.#received = joined === undefined ? [] : [joined];
    return joined ?? Buffer.alloc(0);
  }

  #complete(frame: Buffer): void {
    const correlationId = frame.readInt32BE(0);
    const waiting = this.#waiting.get(correlationId);
    // A request that timed out is gone; its late answer is dropped.
    if (waiting === undefined) return;
    this.#waiting.delete(correlationId);
    clearTimeout(waiting.timer);
    waiting.complete(frame);
  }

  #end(cause?: Error): void {
    if (this.#ended !== undefined) return;
    const reason = cause === undefined ? 'the connection ended' : messageOf(cause);
    this.#ended = new ClientError(
      'MILLRACE_CLIENT_CONNECTION_LOST',
      `lost the connection to ${this.#where()}: ${reason}`,
      {
        retriable: true,
        cause,
      },
    );
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.fail(this.#ended);
    }
    this.#waiting.clear();
  }

  #where(): string {
    return `${this.#options.host}:${String(this.#options.port)}`;
  }
}

function openSocket({ host, port, connectTimeoutMs }: ConnectionOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const fail = (reason: string, cause?: Error): void => {
      socket.destroy();
      const message = `cannot connect to ${host}:${String(port)}: ${reason}; is a broker running there?`;
      reject(new ClientError('MILLRACE_CLIENT_CONNECT', message, { retriable: true, cause }));
    };
    const timer = setTimeout(() => fail(`no answer within ${String(connectTimeoutMs)} ms`), connectTimeoutMs);
    const onError = (cause: Error): void => {
      clearTimeout(timer);
      fail((cause as NodeJS.ErrnoException).code ?? messageOf(cause), cause);
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', onError);
      resolve(socket);
    });
  });
}
