/**
 * One connection to a broker: frames requests, matches answers in order, negotiates versions and identity once.
 *
 * Owns: the socket and the requests that wait for an answer.
 * Invariants: answers come in the order of requests; when the socket ends every waiting request fails with a retriable
 *   error. A request without an answer in time ends the connection: what is behind it would not come either. The process is kept
 *   alive by requests that wait, never by the connection itself.
 * Bounds: an answer above `FRAME_BYTES_MAX` ends the connection; every request has a deadline; one timer watches them all.
 * Not here: which broker to talk to (see ../cluster/cluster.ts), when to connect again (see ./connection-slot.ts).
 */
import type { Socket } from 'node:net';
import { messageOf, MillraceError, type Timer, type Timers } from '@millrace/base';
import {
  apiName,
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
  type ApiVersionsResponse,
} from '@millrace/protocol/messages/18-api-versions';
import type { AuthenticatingConnection } from '../auth/authenticate.ts';
import { AbortError, brokerError, ClosedError, KafkaError, TimeoutError } from '../error.ts';
import type { ClientRuntime } from '../runtime.ts';
import { formatAddress, type Address } from './address.ts';
import { commonVersion, type Answer, type Api, type RequestFor, type Served } from './api.ts';
import { FrameReceiver } from './frame-receiver.ts';
import { openSocket, type TlsOptions } from './socket.ts';

const FRAME_BYTES_MAX = 256 * 1024 * 1024;
/** Offered first; a broker that knows only older versions says so, and is asked again with version 0. */
const API_VERSIONS_VERSION = 3;
/** When to authenticate again, as a part of the session's lifetime; spread, so that connections do not do it at once. */
const REAUTHENTICATE_AFTER_MIN = 0.85;
const REAUTHENTICATE_SPREAD = 0.1;
const CLIENT_SOFTWARE_NAME = 'millrace-sdk';
const CLIENT_SOFTWARE_VERSION = '0.1.0';

export interface ConnectionOptions {
  readonly address: Address;
  /** −1 for a bootstrap address. */
  readonly nodeId: number;
  readonly clientId: string;
  readonly tls: TlsOptions | undefined;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /**
   * Makes the connection known to the broker as somebody, after versions are known. Returns the milliseconds after which
   * the broker wants it done again; 0 = never.
   */
  readonly authenticate?: ((connection: AuthenticatingConnection) => Promise<number>) | undefined;
}

export interface ExchangeOptions {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly versionMax?: number | undefined;
}

/** A request whose answer is still to come, in the order of sending. */
interface Waiting {
  readonly correlationId: number;
  readonly apiKey: number;
  readonly version: number;
  readonly deadlineMs: number;
  readonly timeoutMs: number;
  readonly sentMs: number;
  readonly requestBytes: number;
  /** Undefined when the caller gave up: the answer is dropped. */
  complete: ((frame: Buffer) => void) | undefined;
  fail: ((error: KafkaError) => void) | undefined;
}

export class Connection {
  readonly #runtime: ClientRuntime;
  readonly #options: ConnectionOptions;
  readonly #receiver: FrameReceiver;
  readonly #timers: Timers;
  #socket: Socket | undefined;
  /** Requests in order; those before `#firstWaiting` are done. */
  #waiting: Waiting[] = [];
  #firstWaiting = 0;
  #correlationId = 0;
  #served: Served = { ranges: new Map(), features: new Map() };
  /** Requests that wait while the connection authenticates again: the broker takes no others meanwhile (KIP-368). */
  #held: (() => void)[] | undefined;
  #sessionTimer: Timer | undefined;
  #isCorked = false;
  #deadlineTimer: Timer | undefined;
  #timerDueMs = Infinity;
  #answerCount = 0;
  /** Answers that came until versions were known. */
  #negotiationCount = Infinity;
  #ended: KafkaError | undefined;
  #onEnd: ((error: KafkaError) => void) | undefined;

  private constructor(runtime: ClientRuntime, options: ConnectionOptions) {
    this.#runtime = runtime;
    this.#options = options;
    this.#timers = runtime.background ?? runtime.timers;
    this.#receiver = new FrameReceiver({
      frameBytesMax: FRAME_BYTES_MAX,
      onFrame: (frame) => this.#complete(frame),
      onBadLength: (length, start) => this.#end(this.#notKafka(length, start)),
    });
  }

  /** Connects, learns which versions the broker serves, and authenticates when there is something to do it with. */
  static async open(runtime: ClientRuntime, options: ConnectionOptions, signal?: AbortSignal): Promise<Connection> {
    const connection = new Connection(runtime, options);
    const startedMs = runtime.clock.monotonicMs();
    let failure: unknown;
    // Also while it is asked what it serves, and by whom it is used: a broker may accept and never speak.
    const onAbort = (): void => {
      if (signal !== undefined) connection.close(new AbortError(`connecting to ${connection.where()}`, signal));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await connection.#connect(signal);
      return connection;
    } catch (error) {
      failure = error;
      connection.close(KafkaError.is(error) ? error : undefined);
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (runtime.events.connect.hasSubscribers) {
        const errorCode = failure === undefined ? {} : { errorCode: codeOf(failure) };
        const durationMs = runtime.clock.monotonicMs() - startedMs;
        runtime.events.connect.publish({ ...connection.#place(), durationMs, ...errorCode });
      }
    }
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  get served(): Served {
    return this.#served;
  }

  get address(): Address {
    return this.#options.address;
  }

  /** Requests whose answer is still to come. */
  get waitingCount(): number {
    return this.#waiting.length - this.#firstWaiting;
  }

  /** Called once, when the connection has ended for whatever reason. */
  onEnd(listener: (error: KafkaError) => void): void {
    if (this.#ended === undefined) this.#onEnd = listener;
    else listener(this.#ended);
  }

  /** Sends one request in the newest version that both sides know. */
  send<Request extends object, Response>(
    api: Api<Request, Response>,
    request: RequestFor<Request>,
    options: ExchangeOptions = {},
  ): Promise<Answer<Response>> {
    const version = commonVersion(this.#served, api, options.versionMax);
    if (version === undefined) return Promise.reject(this.#unsupported(api.request));
    return this.exchange(api, typeof request === 'function' ? request(version) : request, version, options);
  }

  /** Sends a request that has no answer (Produce with acks=0). Throws when the connection has ended. */
  sendWithoutAnswer<Request extends object, Response>(
    api: Api<Request, Response>,
    request: RequestFor<Request>,
    options: ExchangeOptions = {},
  ): void {
    const version = commonVersion(this.#served, api, options.versionMax);
    if (version === undefined) throw this.#unsupported(api.request);
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#held !== undefined) {
      this.#held.push(() => this.isOpen && this.sendWithoutAnswer(api, request, options));
      return;
    }
    const message = typeof request === 'function' ? request(version) : request;
    this.#write(encodeRequestFrame(api.request, version, this.#nextCorrelationId(), this.#options.clientId, message));
  }

  /** Sends one request in the version given. */
  exchange<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    version: number,
    options: ExchangeOptions = {},
  ): Promise<Answer<Response>> {
    const held = this.#held;
    if (held === undefined) return this.#exchangeNow(api, request, version, options);
    return new Promise((resolve) => held.push(() => resolve(this.#exchangeNow(api, request, version, options))));
  }

  #exchangeNow<Request, Response>(
    api: Api<Request, Response>,
    request: Request,
    version: number,
    options: ExchangeOptions,
  ): Promise<Answer<Response>> {
    const { signal } = options;
    return new Promise((resolve, reject) => {
      const apiKey = api.request.apiKey ?? -1;
      if (this.#ended !== undefined) throw this.#ended;
      if (signal?.aborted === true) throw new AbortError(`${apiName(apiKey)} to ${this.where()}`, signal);
      const correlationId = this.#nextCorrelationId();
      const frame = encodeRequestFrame(api.request, version, correlationId, this.#options.clientId, request);
      const timeoutMs = options.timeoutMs ?? this.#options.requestTimeoutMs;
      const sentMs = this.#runtime.clock.monotonicMs();
      const waiting: Waiting = {
        correlationId,
        apiKey,
        version,
        timeoutMs,
        sentMs,
        deadlineMs: sentMs + timeoutMs,
        requestBytes: this.#runtime.events.request.hasSubscribers ? sumOfLengths(frame) : 0,
        complete: (answer) => {
          try {
            resolve({ response: decodeAnswer(api.response, apiKey, version, answer), version });
          } catch (cause) {
            reject(this.#unreadable(apiKey, version, cause));
          }
        },
        fail: reject,
      };
      if (signal !== undefined) this.#abandonOnAbort(waiting, signal, reject);
      if (this.#waiting.length === 0) this.#socket?.ref();
      this.#waiting.push(waiting);
      if (waiting.deadlineMs < this.#timerDueMs) this.#armTimer(waiting.deadlineMs, sentMs);
      this.#write(frame);
    });
  }

  /** Ends the connection; what waits fails. */
  close(reason: KafkaError = new ClosedError(`the connection to ${this.where()} was closed`)): void {
    this.#end(reason);
  }

  where(): string {
    return formatAddress(this.#options.address);
  }

  async #connect(signal: AbortSignal | undefined): Promise<void> {
    const { address, tls, connectTimeoutMs, authenticate } = this.#options;
    const socket = await openSocket({
      address,
      tls,
      connectTimeoutMs,
      signal,
      timers: this.#runtime.timers,
      nextBuffer: () => this.#receiver.nextBuffer(),
      onBytes: (byteCount) => this.#receiver.received(byteCount),
    });
    this.#socket = socket;
    socket.on('error', (cause) => this.#end(this.#lost(`${reasonOf(cause)}${this.#hintOnLoss()}`, cause)));
    const onEnd = (): void => this.#end(this.#lost(`the broker ended the connection${this.#hintOnLoss()}`));
    socket.on('end', onEnd).on('close', onEnd);
    await this.#negotiate();
    if (authenticate !== undefined) await this.#authenticate(authenticate);
  }

  async #authenticate(authenticate: NonNullable<ConnectionOptions['authenticate']>): Promise<void> {
    const sessionMs = await authenticate({
      address: this.address,
      where: () => this.where(),
      send: (api, request) => this.#sendNow(api, request),
    });
    if (sessionMs <= 0 || this.#ended !== undefined) return;
    const part = REAUTHENTICATE_AFTER_MIN + REAUTHENTICATE_SPREAD * this.#runtime.random.next();
    this.#sessionTimer = this.#timers.schedule(sessionMs * part, () => void this.#reauthenticate(authenticate));
  }

  async #reauthenticate(authenticate: NonNullable<ConnectionOptions['authenticate']>): Promise<void> {
    if (this.#ended !== undefined) return;
    const held: (() => void)[] = [];
    this.#held = held;
    try {
      await this.#authenticate(authenticate);
    } catch (error) {
      this.#end(this.#lost(`it could not authenticate again: ${messageOf(error)}`, error));
    }
    this.#held = undefined;
    // Those whose connection has ended learn it now.
    for (const start of held) start();
  }

  #sendNow<Request extends object, Response>(
    api: Api<Request, Response>,
    request: RequestFor<Request>,
  ): Promise<Answer<Response>> {
    const version = commonVersion(this.#served, api);
    if (version === undefined) return Promise.reject(this.#unsupported(api.request));
    return this.#exchangeNow(api, typeof request === 'function' ? request(version) : request, version, {});
  }

  async #negotiate(): Promise<void> {
    const api = { request: apiVersionsRequest, response: withVersionZero };
    const request = createApiVersionsRequest({
      clientSoftwareName: CLIENT_SOFTWARE_NAME,
      clientSoftwareVersion: CLIENT_SOFTWARE_VERSION,
    });
    let { response } = await this.exchange(api, request, API_VERSIONS_VERSION);
    if (response.errorCode === ErrorCode.UNSUPPORTED_VERSION) {
      ({ response } = await this.exchange(api, createApiVersionsRequest(), 0));
    }
    if (response.errorCode !== ErrorCode.NONE) {
      throw brokerError(`asking ${this.where()} which versions it serves`, response.errorCode);
    }
    this.#negotiationCount = this.#answerCount;
    this.#served = {
      ranges: new Map(
        response.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]),
      ),
      features: new Map(response.finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel])),
    };
  }

  #abandonOnAbort(waiting: Waiting, signal: AbortSignal, reject: (error: KafkaError) => void): void {
    const { complete, fail } = waiting;
    const onAbort = (): void => {
      // The deadline stays, so that a connection that never answers is still found out.
      waiting.complete = undefined;
      waiting.fail = undefined;
      reject(new AbortError(`${apiName(waiting.apiKey)} to ${this.where()}`, signal));
    };
    waiting.complete = (frame) => {
      signal.removeEventListener('abort', onAbort);
      complete?.(frame);
    };
    waiting.fail = (error) => {
      signal.removeEventListener('abort', onAbort);
      fail?.(error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  }

  /** All requests of one turn of the event loop leave together. */
  #write(frame: readonly Buffer[]): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    if (!this.#isCorked) {
      this.#isCorked = true;
      socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        socket.uncork();
      });
    }
    for (const part of frame) socket.write(part);
  }

  #nextCorrelationId(): number {
    const id = this.#correlationId;
    this.#correlationId = (id + 1) & 0x7fffffff;
    return id;
  }

  #complete(frame: Buffer): void {
    if (this.#ended !== undefined) return;
    const waiting = this.#waiting[this.#firstWaiting];
    const correlationId = frame.readInt32BE(0);
    if (waiting?.correlationId !== correlationId) {
      const message = `${this.where()} answered a request that was not asked (correlation id ${String(correlationId)})`;
      this.#end(new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', message, { retriable: true }));
      return;
    }
    this.#answerCount += 1;
    this.#firstWaiting += 1;
    if (this.#firstWaiting === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#firstWaiting = 0;
      this.#socket?.unref();
    } else if (this.#firstWaiting >= WAITING_COMPACT_COUNT) {
      this.#waiting = this.#waiting.slice(this.#firstWaiting);
      this.#firstWaiting = 0;
    }
    if (this.#runtime.events.request.hasSubscribers) this.#publishRequest(waiting, frame.length, undefined);
    waiting.complete?.(frame);
  }

  #armTimer(dueMs: number, nowMs: number): void {
    this.#deadlineTimer?.cancel();
    this.#timerDueMs = dueMs;
    this.#deadlineTimer = this.#timers.schedule(Math.ceil(dueMs - nowMs), () => this.#checkDeadlines());
  }

  #checkDeadlines(): void {
    const nowMs = this.#runtime.clock.monotonicMs();
    this.#timerDueMs = Infinity;
    let earliestMs = Infinity;
    for (const waiting of this.#waiting.slice(this.#firstWaiting)) {
      if (waiting.deadlineMs <= nowMs) {
        this.#onOverdue(waiting);
        return;
      }
      earliestMs = Math.min(earliestMs, waiting.deadlineMs);
    }
    if (earliestMs < Infinity) this.#armTimer(earliestMs, nowMs);
  }

  #onOverdue(overdue: Waiting): void {
    const { fail, apiKey, timeoutMs } = overdue;
    overdue.fail = undefined;
    const error = new TimeoutError(
      `${apiName(apiKey)} to ${this.where()} got no answer within ${String(timeoutMs)} ms`,
    );
    fail?.(error);
    this.#end(this.#lost(`${apiName(apiKey)} got no answer within ${String(timeoutMs)} ms`, error));
  }

  #end(error: KafkaError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#deadlineTimer?.cancel();
    this.#sessionTimer?.cancel();
    this.#socket?.destroy();
    const waiting = this.#waiting.slice(this.#firstWaiting);
    this.#waiting = [];
    this.#firstWaiting = 0;
    const { events } = this.#runtime;
    if (events.disconnect.hasSubscribers && this.#socket !== undefined) {
      events.disconnect.publish({ ...this.#place(), reason: error.message, lostRequests: waiting.length });
    }
    for (const each of waiting) {
      if (events.request.hasSubscribers) this.#publishRequest(each, 0, error.code);
      each.fail?.(error);
    }
    this.#onEnd?.(error);
  }

  #publishRequest(waiting: Waiting, responseBytes: number, errorCode: string | undefined): void {
    this.#runtime.events.request.publish({
      ...this.#place(),
      api: apiName(waiting.apiKey),
      version: waiting.version,
      durationMs: this.#runtime.clock.monotonicMs() - waiting.sentMs,
      requestBytes: waiting.requestBytes,
      responseBytes,
      ...(errorCode === undefined ? {} : { errorCode }),
    });
  }

  #place(): { clientId: string; nodeId: number; host: string; port: number } {
    const { clientId, nodeId, address } = this.#options;
    return { clientId, nodeId, host: address.host, port: address.port };
  }

  #lost(reason: string, cause?: unknown): KafkaError {
    const message = `lost the connection to ${this.where()}: ${reason}`;
    return new KafkaError('MILLRACE_CLIENT_CONNECTION_LOST', message, { retriable: true, cause });
  }

  /** What may be wrong with the settings when a broker ends a connection this early. */
  #hintOnLoss(): string {
    const { tls, authenticate } = this.#options;
    if (this.#answerCount === 0) {
      return tls === undefined
        ? ' before it answered anything; does this port want TLS (`tls`) or is it no Kafka port?'
        : ' before it answered anything; is it a Kafka port, and does it want a client certificate (`tls.cert`)?';
    }
    const isAnonymous = this.#answerCount === this.#negotiationCount && authenticate === undefined;
    return isAnonymous ? ' at the first request; does this listener want SASL (`auth`)?' : '';
  }

  #unsupported(codec: Pick<MessageCodec<never>, 'name' | 'apiKey'>): KafkaError {
    return new KafkaError(
      'MILLRACE_CLIENT_UNSUPPORTED_API',
      `${this.where()} serves no version of ${codec.name} that this client knows`,
      { details: { api: apiName(codec.apiKey ?? -1) } },
    );
  }

  #unreadable(apiKey: number, version: number, cause: unknown): KafkaError {
    const message = `${this.where()} answered ${apiName(apiKey)} v${String(version)} with what cannot be read: ${messageOf(cause)}`;
    return new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', message, { cause });
  }

  #notKafka(length: number, start: Buffer): KafkaError {
    const who = start.subarray(0, 4).toString('latin1');
    const what =
      who === 'HTTP'
        ? 'it speaks HTTP: use the port of a Kafka listener'
        : start[0] === 0x15 && start[1] === 0x03
          ? 'it speaks TLS: set `tls`'
          : `a response frame of ${String(length)} bytes is none; is it a Kafka port?`;
    const message = `cannot talk to ${this.where()}: ${what}`;
    return new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', message, { retriable: this.#answerCount > 0 });
  }
}

const WAITING_COMPACT_COUNT = 1024;

/** Answers to ApiVersions may be of version 0 whatever was asked for: a broker that knows no newer one says so in it. */
const withVersionZero: MessageCodec<ApiVersionsResponse> = {
  ...apiVersionsResponse,
  decode(reader, version) {
    if (version > 0) {
      const errorCode = reader.int16();
      reader.rewind(2);
      if (errorCode === ErrorCode.UNSUPPORTED_VERSION) return apiVersionsResponse.decode(reader, 0);
    }
    return apiVersionsResponse.decode(reader, version);
  },
};

function decodeAnswer<Response>(
  codec: MessageCodec<Response>,
  apiKey: number,
  version: number,
  frame: Buffer,
): Response {
  const reader = new Reader(frame);
  decodeResponseHeader(reader, apiKey, version);
  const response = codec.decode(reader, version);
  if (reader.remaining !== 0) throw new Error(`${String(reader.remaining)} bytes follow the message`);
  return response;
}

function sumOfLengths(parts: readonly Buffer[]): number {
  let sum = 0;
  for (const part of parts) sum += part.length;
  return sum;
}

/** OpenSSL's own words take lines of numbers; its code says the same. */
function reasonOf(cause: Error): string {
  const { code } = cause as NodeJS.ErrnoException;
  return code?.startsWith('ERR_SSL_') === true ? code : messageOf(cause);
}

function codeOf(error: unknown): string {
  return MillraceError.is(error) ? error.code : 'unknown';
}
