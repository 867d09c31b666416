import type { Reader } from '@millrace/protocol';
import type { ApiHandler, ConnectionInfo, RequestContext } from '../handlers/handler.ts';
import type { BrokerServices } from '../services.ts';

/** The connection that a request came on, as far as its request needs it. */
export interface RequestOwner extends ConnectionInfo {
  /** Bytes that an answer may take now without straining memory. */
  readonly responseBytesMax: number;
  requestCompleted(request: PendingRequest): void;
  reserveAnswer(bytes: number): Promise<void> | undefined;
  releaseAnswer(bytes: number): void;
  /** The memory of a frame may be used again. */
  releaseFrame(frame: Buffer): void;
}

/**
 * How a request left its handler: with an answer, with none (acks=0), or by ending the connection.
 * `pending` until then.
 */
export type RequestOutcome = 'pending' | 'answer' | 'silence' | 'close';

/** One request from its frame to its answer; this is also the context that its handler sees. */
export class PendingRequest implements RequestContext {
  readonly services: BrokerServices;
  readonly connection: RequestOwner;
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  /** Undefined for a request that nobody serves: it ends the connection when its turn comes. */
  readonly handler: ApiHandler<unknown, unknown> | undefined;
  readonly frameBytes: number;
  readonly receivedAtMs: number;
  #frame: Buffer | undefined;
  /** Stands behind the header; dropped once the message is decoded. */
  reader: Reader | undefined;
  outcome: RequestOutcome = 'pending';
  output: readonly Buffer[] = [];
  outputBytes = 0;
  /** When its handler began, in monotonic milliseconds; that and what follows is for measurements. */
  startedAtMs = 0;
  /** When its handler returned, with an answer or the promise of one. */
  handledAtMs = 0;
  /** When its outcome was known. */
  doneAtMs = 0;
  /** Where its answer ends among the bytes that its connection sends. */
  endsAtByte = 0;
  #reservedBytes = 0;
  #giveWay: (() => void) | undefined;
  #hasGivenWay = false;
  #onSent: (() => void)[] | undefined;

  constructor(
    services: BrokerServices,
    connection: RequestOwner,
    header: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly correlationId: number;
      readonly clientId: string | null;
    },
    work: {
      readonly handler: ApiHandler<unknown, unknown> | undefined;
      readonly reader: Reader | undefined;
      readonly frame: Buffer;
      readonly receivedAtMs: number;
    },
  ) {
    this.services = services;
    this.connection = connection;
    this.apiKey = header.apiKey;
    this.apiVersion = header.apiVersion;
    this.correlationId = header.correlationId;
    this.clientId = header.clientId;
    this.handler = work.handler;
    this.reader = work.reader;
    this.#frame = work.handler?.releasesFrame === true ? work.frame : undefined;
    this.frameBytes = work.frame.length;
    this.receivedAtMs = work.receivedAtMs;
  }

  get isDone(): boolean {
    return this.outcome !== 'pending';
  }

  get responseBytesMax(): number {
    return this.connection.responseBytesMax;
  }

  reserveAnswer(bytes: number): Promise<void> | undefined {
    this.#reservedBytes = bytes;
    return this.connection.reserveAnswer(bytes);
  }

  onGiveWay(callback: () => void): void {
    if (this.#hasGivenWay) callback();
    else this.#giveWay = callback;
  }

  onSent(callback: () => void): void {
    this.#onSent ??= [];
    this.#onSent.push(callback);
  }

  /** The answer has gone to the network. */
  noteSent(): void {
    for (const callback of this.#onSent ?? []) callback();
    this.#onSent = undefined;
  }

  /** Asks a waiting request to answer with what it has; one that does not wait is left alone. */
  giveWay(): void {
    if (this.isDone || this.#hasGivenWay) return;
    this.#hasGivenWay = true;
    this.#giveWay?.();
    this.#giveWay = undefined;
  }

  /** The handler is done with the request's bytes. */
  releaseFrame(): void {
    const frame = this.#frame;
    this.#frame = undefined;
    if (frame !== undefined) this.connection.releaseFrame(frame);
  }

  answer(output: readonly Buffer[]): void {
    this.output = output;
    for (const buffer of output) this.outputBytes += buffer.length;
    this.#complete('answer');
  }

  answerNothing(): void {
    this.#complete('silence');
  }

  endConnection(): void {
    this.#complete('close');
  }

  #complete(outcome: RequestOutcome): void {
    if (this.isDone) return;
    this.outcome = outcome;
    this.#giveWay = undefined;
    this.connection.requestCompleted(this);
    if (this.#reservedBytes > 0) this.connection.releaseAnswer(this.#reservedBytes);
  }
}
