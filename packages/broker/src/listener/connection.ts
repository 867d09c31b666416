/**
 * One client connection: frames in, requests in order, answers out in the same order.
 *
 * Owns: the socket, the requests that came on it, the answers not yet sent.
 * Invariants: answers leave in request order. A request starts when all before it have answered, except that requests
 *   of an API with `overlapMax` may run beside their own kind (pipelined produces share a journal group). A waiting fetch
 *   gives way when something else queues behind it. A request that ends the connection does so after all earlier answers.
 * Bounds: QUEUED_MAX requests wait, `writeBacklogBytesMax` of answers wait before reading stops and no further request
 *   starts; everything held counts in the global MemoryBudget.
 * Not here: decoding requests (../dispatch/), deciding which connections are idle or too many (listener.ts).
 */
import type { Socket } from 'node:net';
import type { Clock } from '@millrace/base';
import type { PendingRequest, RequestOwner } from '../dispatch/pending-request.ts';
import { FrameAssembler } from './frame-assembler.ts';
import type { FrameMemory } from './frame-memory.ts';
import type { BudgetWaiter, MemoryBudget } from './memory-budget.ts';
import { receiveInto } from './receive-socket.ts';

/** Turns frames into requests and runs them. */
export interface RequestProcessor {
  /** Never throws: a frame that cannot be read becomes a request without handler. */
  accept(connection: RequestOwner, frame: Buffer): PendingRequest;
  /** Completes the request now or later. */
  start(request: PendingRequest): void;
  /** The socket has taken its answer whole. */
  sent?(request: PendingRequest, nowMs: number): void;
}

export interface ConnectionOptions {
  readonly id: number;
  readonly listenerName: string;
  readonly clock: Clock;
  readonly processor: RequestProcessor;
  readonly budget: MemoryBudget;
  readonly frameMemory: FrameMemory;
  /** Where sockets are read into, shared with other connections. */
  readonly receiveBuffer: Buffer;
  readonly frameBytesMax: number;
  /** Answers that wait for the client to read them, above which nothing further is read or started. */
  readonly writeBacklogBytesMax: number;
  readonly onBytes: (receivedBytes: number, sentBytes: number) => void;
  /** This connection waits for memory. */
  readonly onPressure: () => void;
  /** The stream broke the protocol; for a log line. */
  readonly onProtocolFault: (connection: Connection, fault: string) => void;
  readonly onClosed: (connection: Connection) => void;
}

/** Requests that wait for their turn before the socket is no longer read. */
const QUEUED_MAX = 64;
/** Handed to the socket at once; what comes meanwhile leaves together. */
const WRITE_BYTES = 1024 * 1024;
/** Several buffers up to this size together are copied into one, which costs less than a vectored write. */
const GATHER_BYTES_MAX = 16 * 1024;

/** A connection that holds no more than this is read on however short memory is, so that small requests pass while large frames wait. */
const READ_ANYWAY_BYTES = 16 * 1024;

const PAUSED_BY_QUEUE = 1;
const PAUSED_BY_BACKLOG = 2;
const PAUSED_BY_BUDGET = 4;

/** `draining`: no more input, what was received is still answered. `ending`: the last answers leave, then it closes. */
type ConnectionState = 'open' | 'draining' | 'ending' | 'closed';

export class Connection implements RequestOwner, BudgetWaiter {
  readonly id: number;
  readonly listenerName: string;
  readonly remoteAddress: string;
  clientSoftwareName: string | null = null;
  clientSoftwareVersion: string | null = null;

  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #assembler: FrameAssembler;
  /** Received, not started. */
  readonly #queued: PendingRequest[] = [];
  /** Started, oldest first; answered ones wait here for those before them. */
  readonly #running: PendingRequest[] = [];
  readonly #out: Buffer[] = [];
  /** Requests whose answers the socket has not taken whole, oldest first. */
  readonly #sending: PendingRequest[] = [];
  #emittedBytes = 0;
  #takenBytes = 0;
  #state: ConnectionState = 'open';
  #aborter: AbortController | undefined;
  #requestBytes = 0;
  #reservedAnswerCount = 0;
  /** Answers of requests that are done, sent or not, as long as the socket has not taken them. */
  #answerBytes = 0;
  #writingBytes = 0;
  #isFlushScheduled = false;
  #isAdvancing = false;
  #advanceAgain = false;
  #pausedBy = 0;
  #countedBytes = 0;
  #countedPartialBytes = 0;
  #countedAnswerBytes = 0;
  #partialSinceMs = -1;
  #lastProgressMs: number;
  #closingSinceMs = -1;

  constructor(accepted: Socket, options: ConnectionOptions) {
    this.#options = options;
    const socket = receiveInto(accepted, options.receiveBuffer, (chunk) => this.#onData(chunk));
    this.#socket = socket;
    this.id = options.id;
    this.listenerName = options.listenerName;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.#lastProgressMs = options.clock.monotonicMs();
    this.#assembler = new FrameAssembler(options.frameBytesMax, options.frameMemory, (frame) => this.#onFrame(frame));
    socket.on('end', () => this.#onInputEnd());
    socket.on('error', () => this.destroy());
    socket.on('close', () => this.destroy());
  }

  get closed(): AbortSignal {
    this.#aborter ??= new AbortController();
    if (this.#state === 'closed') this.#aborter.abort();
    return this.#aborter.signal;
  }

  get partialSinceMs(): number {
    return this.#partialSinceMs;
  }

  /** When bytes last came in or went out, in monotonic milliseconds. */
  get lastProgressMs(): number {
    return this.#lastProgressMs;
  }

  /** Requests are in work, so silence is the broker's doing. */
  get isWorking(): boolean {
    return this.#running.some((request) => !request.isDone);
  }

  /** The client does not read what it asked for. */
  get isWriteStalled(): boolean {
    return this.#writingBytes > 0;
  }

  get responseBytesMax(): number {
    return this.#options.budget.nextAnswerBytesMax;
  }

  /** Since when the connection is on its way out, in monotonic milliseconds; −1 while it is open. */
  get closingSinceMs(): number {
    return this.#closingSinceMs;
  }

  /** Takes no more input, answers what came, then closes. */
  drain(): void {
    if (this.#state !== 'open') return;
    this.#state = 'draining';
    this.#closingSinceMs = this.#options.clock.monotonicMs();
    this.#assembler.stop();
    this.#options.budget.forget(this);
    // Input is read on and dropped: closing a socket with unread input would reset it and take the last answers along.
    this.#pausedBy = 0;
    this.#socket.resume();
    for (const request of [...this.#running]) request.giveWay();
    this.#advance();
  }

  /** Ends the connection now; requests in work go on without it. */
  destroy(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#assembler.stop();
    this.#socket.destroy();
    this.#queued.length = 0;
    this.#out.length = 0;
    this.#sending.length = 0;
    this.#requestBytes = 0;
    this.#answerBytes = 0;
    this.#recount();
    this.#options.budget.forget(this);
    this.#aborter?.abort();
    for (const request of this.#running.splice(0)) request.giveWay();
    this.#options.onClosed(this);
  }

  resumeReading(): void {
    this.#unpause(PAUSED_BY_BUDGET);
  }

  reserveAnswer(bytes: number): Promise<void> | undefined {
    const isOnly = this.#answerBytes === 0 && this.#reservedAnswerCount === 0;
    this.#reservedAnswerCount++;
    return this.#options.budget.reserveAnswer(bytes, isOnly);
  }

  releaseAnswer(bytes: number): void {
    this.#reservedAnswerCount--;
    this.#options.budget.releaseAnswer(bytes);
  }

  releaseFrame(frame: Buffer): void {
    this.#options.frameMemory.give(frame);
  }

  requestCompleted(request: PendingRequest): void {
    if (this.#state === 'closed') return;
    this.#answerBytes += request.outputBytes;
    this.#advance();
  }

  #onData(chunk: Buffer): void {
    if (this.#state !== 'open') return;
    const now = this.#options.clock.monotonicMs();
    this.#lastProgressMs = now;
    this.#options.onBytes(chunk.length, 0);
    const fault = this.#assembler.push(chunk);
    if (this.#assembler.isAtBoundary) {
      if (this.#partialSinceMs >= 0) this.#options.budget.forget(this);
      this.#partialSinceMs = -1;
    } else if (this.#partialSinceMs < 0) {
      this.#partialSinceMs = now;
    }
    if (fault !== undefined) {
      this.#options.onProtocolFault(this, fault);
      this.drain();
      return;
    }
    this.#advance();
    const { budget } = this.#options;
    const isHeavy = this.#countedBytes > READ_ANYWAY_BYTES;
    if (budget.isExhausted && isHeavy && this.#state === 'open' && budget.wait(this)) {
      this.#pause(PAUSED_BY_BUDGET);
      this.#options.onPressure();
    }
  }

  /** The client sends no more: requests that wait for something give up, the others are still answered. */
  #onInputEnd(): void {
    this.#aborter ??= new AbortController();
    this.#aborter.abort();
    this.drain();
  }

  #onFrame(frame: Buffer): void {
    const request = this.#options.processor.accept(this, frame);
    this.#requestBytes += request.frameBytes;
    this.#queued.push(request);
    // Nothing behind a request that ends the connection is looked at.
    if (request.handler === undefined) this.#assembler.stop();
  }

  /** Moves everything on that can move. Handlers and `giveWay` may complete requests inside; those calls fold into the loop. */
  #advance(): void {
    if (this.#isAdvancing) {
      this.#advanceAgain = true;
      return;
    }
    this.#isAdvancing = true;
    do {
      this.#advanceAgain = false;
      this.#emitAnswers();
      this.#startQueued();
      this.#makeWay();
    } while (this.#advanceAgain && this.#isAlive());
    this.#isAdvancing = false;
    if (!this.#isAlive()) return;
    this.#recount();
    if (this.#state === 'draining' && this.#queued.length === 0 && this.#running.length === 0) this.#state = 'ending';
    if (this.#out.length > 0 || this.#state === 'ending') this.#scheduleFlush();
    this.#updateReading();
  }

  #isAlive(): boolean {
    return this.#state !== 'closed';
  }

  #emitAnswers(): void {
    for (;;) {
      const first = this.#running[0];
      if (first === undefined || !first.isDone) return;
      this.#running.shift();
      this.#requestBytes -= first.frameBytes;
      if (first.outcome === 'close') {
        this.drain();
        this.#dropQueued();
        this.#state = 'ending';
        return;
      }
      for (const buffer of first.output) this.#out.push(buffer);
      if (first.outputBytes > 0) {
        this.#emittedBytes += first.outputBytes;
        first.endsAtByte = this.#emittedBytes;
        this.#sending.push(first);
      }
    }
  }

  #dropQueued(): void {
    for (const request of this.#queued) this.#requestBytes -= request.frameBytes;
    this.#queued.length = 0;
  }

  #startQueued(): void {
    for (;;) {
      const next = this.#queued[0];
      if (next === undefined || !this.#mayStart(next)) return;
      this.#queued.shift();
      this.#running.push(next);
      this.#options.processor.start(next);
      if (next.isDone) this.#emitAnswers();
    }
  }

  #mayStart(request: PendingRequest): boolean {
    if (this.#state === 'ending' || this.#state === 'closed') return false;
    if (this.#answerBytes >= this.#options.writeBacklogBytesMax) return false;
    const first = this.#running[0];
    if (first === undefined) return true;
    return (
      request.handler !== undefined &&
      first.handler === request.handler &&
      this.#running.length < (request.handler.overlapMax ?? 1)
    );
  }

  /** Requests that merely wait must not hold up those behind them. */
  #makeWay(): void {
    const running = this.#running;
    if (running.length === 0) return;
    let count = this.#queued.length > 0 ? running.length : 0;
    for (let index = running.length - 1; index > count; index--) {
      if (running[index]?.isDone === true) count = index;
    }
    if (count === 0) return;
    for (const request of running.slice(0, count)) request.giveWay();
  }

  #scheduleFlush(): void {
    if (this.#isFlushScheduled || this.#writingBytes > 0) return;
    this.#isFlushScheduled = true;
    process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isFlushScheduled = false;
    if (!this.#isAlive() || this.#writingBytes > 0) return;
    const out = this.#out;
    if (out.length === 0) {
      if (this.#state === 'ending') this.#socket.end();
      return;
    }
    let count = 0;
    let bytes = 0;
    while (count < out.length && bytes < WRITE_BYTES) bytes += (out[count++] as Buffer).length;
    const buffers = out.splice(0, count);
    this.#writingBytes = bytes;
    this.#options.onBytes(0, bytes);
    if (count === 1) {
      this.#socket.write(buffers[0] as Buffer, this.#onWritten);
    } else if (bytes <= GATHER_BYTES_MAX) {
      this.#socket.write(Buffer.concat(buffers, bytes), this.#onWritten);
    } else {
      this.#socket.cork();
      for (let index = 0; index < count - 1; index++) this.#socket.write(buffers[index] as Buffer);
      this.#socket.write(buffers[count - 1] as Buffer, this.#onWritten);
      this.#socket.uncork();
    }
  };

  readonly #onWritten = (): void => {
    if (!this.#isAlive()) return;
    const now = this.#options.clock.monotonicMs();
    this.#lastProgressMs = now;
    this.#answerBytes -= this.#writingBytes;
    this.#takenBytes += this.#writingBytes;
    this.#writingBytes = 0;
    while ((this.#sending[0]?.endsAtByte ?? Infinity) <= this.#takenBytes) {
      const request = this.#sending.shift() as PendingRequest;
      request.noteSent();
      this.#options.processor.sent?.(request, now);
    }
    this.#advance();
  };

  #updateReading(): void {
    if (this.#state !== 'open') return;
    if (this.#queued.length >= QUEUED_MAX) this.#pause(PAUSED_BY_QUEUE);
    else this.#unpause(PAUSED_BY_QUEUE);
    if (this.#answerBytes >= this.#options.writeBacklogBytesMax) this.#pause(PAUSED_BY_BACKLOG);
    else this.#unpause(PAUSED_BY_BACKLOG);
  }

  #pause(reason: number): void {
    if (this.#pausedBy === 0) this.#socket.pause();
    this.#pausedBy |= reason;
  }

  #unpause(reason: number): void {
    if ((this.#pausedBy & reason) === 0) return;
    this.#pausedBy &= ~reason;
    if (this.#pausedBy === 0 && this.#state === 'open') this.#socket.resume();
  }

  /** Reports to the budget what this connection holds now. */
  #recount(): void {
    const { budget } = this.#options;
    const partialBytes = this.#assembler.heldBytes;
    const bytes = partialBytes + this.#requestBytes;
    const [grownBytes, grownPartialBytes] = [bytes - this.#countedBytes, partialBytes - this.#countedPartialBytes];
    const grownAnswerBytes = this.#answerBytes - this.#countedAnswerBytes;
    this.#countedBytes = bytes;
    this.#countedPartialBytes = partialBytes;
    this.#countedAnswerBytes = this.#answerBytes;
    if (grownAnswerBytes !== 0) budget.addAnswers(grownAnswerBytes);
    // Last, since it may wake other connections.
    if (grownBytes !== 0 || grownPartialBytes !== 0) budget.add(grownBytes, grownPartialBytes);
  }
}
