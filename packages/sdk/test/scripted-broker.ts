/** A broker that does what a test says: answers as told, in the versions it is told to know, or behaves badly. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { decodeRequestHeader, encodeResponseFrame, Reader, type MessageCodec } from '@millrace/protocol';
import { apiVersionsResponse, createApiVersionsResponse } from '@millrace/protocol/messages/18-api-versions';
import { createMetadataResponse, metadataResponse } from '@millrace/protocol/messages/03-metadata';

export interface ScriptedRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  /** The request without its header. */
  readonly body: Buffer;
  readonly socket: Socket;
  answer<Response>(codec: MessageCodec<Response>, response: Response, version?: number): void;
}

export type Behaviour = (request: ScriptedRequest) => void;

const API_VERSIONS = 18;
const METADATA = 3;

export class ScriptedBroker implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** API keys with the versions that ApiVersions tells of. */
  readonly ranges = new Map<number, readonly [number, number]>([[METADATA, [9, 12]]]);
  /** By API key; ApiVersions and Metadata are answered properly unless a test says otherwise. */
  readonly behaviours = new Map<number, Behaviour>();
  readonly requests: ScriptedRequest[] = [];
  connectionCount = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#serve(socket));
    this.behaviours.set(API_VERSIONS, (request) => {
      const apiKeys = [...this.ranges].map(([apiKey, [minVersion, maxVersion]]) => ({
        apiKey,
        minVersion,
        maxVersion,
      }));
      request.answer(apiVersionsResponse, createApiVersionsResponse({ apiKeys }));
    });
    this.behaviours.set(METADATA, (request) => {
      const brokers = [{ nodeId: 1, host: '127.0.0.1', port: this.port, rack: null }];
      request.answer(metadataResponse, createMetadataResponse({ brokers, controllerId: 1 }));
    });
  }

  static async start(): Promise<ScriptedBroker> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedBroker(server);
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return address.port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Ends every connection from this side. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.connectionCount++;
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const end = 4 + received.readInt32BE(0);
        this.#take(socket, received.subarray(4, end));
        received = received.subarray(end);
      }
    });
  }

  #take(socket: Socket, frame: Buffer): void {
    const reader = new Reader(frame);
    const { requestApiKey: apiKey, requestApiVersion: apiVersion, correlationId } = decodeRequestHeader(reader);
    const request: ScriptedRequest = {
      apiKey,
      apiVersion,
      correlationId,
      body: frame.subarray(frame.length - reader.remaining),
      socket,
      answer: (codec, response, version = apiVersion) => {
        socket.write(Buffer.concat(encodeResponseFrame(codec, version, correlationId, response)));
      },
    };
    this.requests.push(request);
    this.behaviours.get(apiKey)?.(request);
  }
}
