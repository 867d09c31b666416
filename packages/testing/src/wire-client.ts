/**
 * A Kafka client without opinions: sends any request in any version, or any bytes, and shows what comes back.
 *
 * Owns: one connection; answers are matched by order and checked by correlation id.
 * Bounds: waits ANSWER_MS_MAX for an answer, then fails with what was asked.
 */
import { connect, type Socket } from 'node:net';
import {
  decodeResponseHeader,
  encodeRequestFrame,
  Reader,
  requestHeaderVersion,
  type MessageCodec,
} from '@millrace/protocol';

const ANSWER_MS_MAX = 15_000;
const LENGTH_BYTES = 4;

export interface WireClientOptions {
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly clientId?: string | null;
}

/** An answer as it came, undecoded. */
interface Waiting {
  readonly what: string;
  readonly resolve: (frame: Buffer) => void;
  readonly reject: (error: Error) => void;
}

export class WireClient implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #clientId: string | null;
  readonly #waiting: Waiting[] = [];
  readonly #early: Buffer[] = [];
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #nextCorrelationId = 1;
  #isEnded = false;
  readonly #ended = Promise.withResolvers<void>();

  private constructor(socket: Socket, clientId: string | null) {
    this.#socket = socket;
    this.#clientId = clientId;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', () => this.#onEnd());
    socket.on('end', () => this.#onEnd());
    socket.on('close', () => this.#onEnd());
  }

  static connect(options: WireClientOptions): Promise<WireClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: options.port, host: options.host ?? '127.0.0.1' });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new WireClient(socket, options.clientId === undefined ? 'wire-client' : options.clientId));
      });
    });
  }

  /** Resolves when the broker has ended the connection. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** Sends a request and decodes its answer. Several may be under way. */
  async call<Request, Response>(
    request: MessageCodec<Request>,
    response: MessageCodec<Response>,
    version: number,
    message: Request,
  ): Promise<Response> {
    const correlationId = this.send(request, version, message);
    const frame = await this.receive(`${request.name} v${version}`);
    const reader = new Reader(frame);
    const header = decodeResponseHeader(reader, request.apiKey ?? -1, version);
    if (header.correlationId !== correlationId) {
      throw new Error(`answer ${header.correlationId} came where ${correlationId} was due`);
    }
    const decoded = response.decode(reader, version);
    if (reader.remaining !== 0) throw new Error(`${reader.remaining} bytes follow the ${response.name} v${version}`);
    return decoded;
  }

  /** Sends a request that nothing answers, or whose answer is taken by {@link receive}; returns its correlation id. */
  send<Request>(request: MessageCodec<Request>, version: number, message: Request): number {
    const correlationId = this.#nextCorrelationId++;
    this.sendBytes(Buffer.concat(encodeRequestFrame(request, version, correlationId, this.#clientId, message)));
    return correlationId;
  }

  /** Sends a frame of the API and version with this body, whatever it is. */
  sendBody(apiKey: number, apiVersion: number, body: Uint8Array): number {
    const correlationId = this.#nextCorrelationId++;
    const isFlexible = requestHeaderVersion(apiKey, apiVersion) === 2;
    const header = Buffer.alloc(isFlexible ? 15 : 14);
    header.writeInt32BE(header.length - LENGTH_BYTES + body.length, 0);
    header.writeInt16BE(apiKey, 4);
    header.writeInt16BE(apiVersion, 6);
    header.writeInt32BE(correlationId, 8);
    header.writeInt16BE(-1, 12);
    this.sendBytes(Buffer.concat([header, body]));
    return correlationId;
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next frame from the broker, without its length. */
  receive(what = 'a frame'): Promise<Buffer> {
    const early = this.#early.shift();
    if (early !== undefined) return Promise.resolve(early);
    if (this.#isEnded) return Promise.reject(new Error(`the broker ended the connection before it answered ${what}`));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no answer to ${what} within ${ANSWER_MS_MAX} ms`)),
        ANSWER_MS_MAX,
      );
      this.#waiting.push({
        what,
        resolve: (frame) => {
          clearTimeout(timer);
          resolve(frame);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #onData(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    for (;;) {
      if (this.#receivedBytes < LENGTH_BYTES) return;
      if ((this.#received[0] as Buffer).length < LENGTH_BYTES) this.#received = [Buffer.concat(this.#received)];
      const size = LENGTH_BYTES + (this.#received[0] as Buffer).readInt32BE(0);
      if (this.#receivedBytes < size) return;
      const all = this.#received.length === 1 ? (this.#received[0] as Buffer) : Buffer.concat(this.#received);
      this.#received = all.length === size ? [] : [all.subarray(size)];
      this.#receivedBytes = all.length - size;
      const frame = all.subarray(LENGTH_BYTES, size);
      const next = this.#waiting.shift();
      if (next === undefined) this.#early.push(frame);
      else next.resolve(frame);
    }
  }

  #onEnd(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#socket.destroy();
    for (const { what, reject } of this.#waiting.splice(0)) {
      reject(new Error(`the broker ended the connection before it answered ${what}`));
    }
    this.#ended.resolve();
  }
}
