/**
 * One budget for the bytes that all connections together hold: frames that arrive and requests in work on one side, answers
 * not yet sent on the other. The two do not share, so that consumers which read slowly never hold up producers.
 *
 * Owns: both counts, and who stopped reading because of the first.
 * Invariants: nobody who waits is forgotten: readers go on as soon as bytes are released or at the next `sweep`;
 *   when frames under assembly alone fill the budget, one of them at a time may pass it, so that the others can go on after it.
 * Bounds: `limitBytes` for requests, overshot by at most a socket chunk and the little that each connection always may hold
 *   (READ_ANYWAY_BYTES), and by one frame of the largest size;
 *   `answerBytesMax` for answers that records are read for, beyond which they wait for room. Clients that have nothing unread are
 *   admitted before the others and up to twice of it, so that those who do not read do not starve them; else first come, first served.
 *   Other answers are small.
 * Not here: measuring (the connections report), and closing those who do not move (listener.ts).
 */

/** What the budget asks of a connection that stopped reading. */
export interface BudgetWaiter {
  /** Since when a frame is under assembly, in monotonic milliseconds; −1 when none is. */
  readonly partialSinceMs: number;
  resumeReading(): void;
}

/** What one resumed connection may bring in at once: the size of a socket chunk. */
const CHUNK_BYTES = 64 * 1024;
/** What an answer may take however short memory is: enough for clients to make progress. */
const ANSWER_BYTES_MIN = 64 * 1024;

interface AnswerWaiter {
  readonly bytes: number;
  /** Its client has nothing unread. */
  readonly isOnly: boolean;
  readonly resolve: () => void;
}

export class MemoryBudget {
  readonly limitBytes: number;
  readonly answerBytesMax: number;
  readonly #waiting = new Set<BudgetWaiter>();
  #usedBytes = 0;
  #partialBytes = 0;
  #answerBytes = 0;
  /** Room for answers that are being made. */
  #reservedBytes = 0;
  readonly #answersWaiting: AnswerWaiter[] = [];
  #favoured: BudgetWaiter | undefined;

  constructor(limitBytes: number, answerBytesMax: number) {
    this.limitBytes = limitBytes;
    this.answerBytesMax = answerBytesMax;
  }

  /** Bytes of requests, whole or under assembly. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  get answerBytes(): number {
    return this.#answerBytes;
  }

  /** What the next large answer may take: never all that is left, so that others get something too. */
  get nextAnswerBytesMax(): number {
    return Math.max(ANSWER_BYTES_MIN, Math.floor((this.answerBytesMax - this.#answerBytes - this.#reservedBytes) / 2));
  }

  get isExhaustedByAnswers(): boolean {
    return this.#answerBytes > this.answerBytesMax || this.#answersWaiting.length > 0;
  }

  get isExhausted(): boolean {
    return this.#usedBytes > this.limitBytes;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** The connection that may read past the budget, if any. */
  get favoured(): BudgetWaiter | undefined {
    return this.#favoured;
  }

  /** Counts bytes in (or, negative, out); `partialBytes` is the part that belongs to frames under assembly. */
  add(bytes: number, partialBytes: number): void {
    this.#usedBytes += bytes;
    this.#partialBytes += partialBytes;
    if (bytes < 0 && this.#waiting.size > 0) this.#resumeSome();
  }

  /** Counts answers in (or, negative, out). */
  addAnswers(bytes: number): void {
    this.#answerBytes += bytes;
    if (bytes < 0) this.#admitAnswers();
  }

  /**
   * Sets room aside for an answer that is about to be made; undefined when there is some, else resolves once there is.
   * `isOnly`: its client has no other that is being made or not yet read.
   */
  reserveAnswer(bytes: number, isOnly: boolean): Promise<void> | undefined {
    const isIn = this.#mayEnter(bytes, isOnly) && (isOnly || this.#answersWaiting.length === 0);
    if (isIn) {
      this.#reservedBytes += bytes;
      return undefined;
    }
    return new Promise((resolve) => {
      // Before all whose clients have something unread already: those would come again and again, and fill the room each time.
      const others = this.#answersWaiting.findIndex((waiter) => !waiter.isOnly);
      const at = isOnly && others >= 0 ? others : this.#answersWaiting.length;
      this.#answersWaiting.splice(at, 0, { bytes, isOnly, resolve });
    });
  }

  /** The answer was made and counted, or was not. */
  releaseAnswer(bytes: number): void {
    this.#reservedBytes -= bytes;
    this.#admitAnswers();
  }

  /** The caller has stopped reading and is told when to go on. Returns false when it may go on at once. */
  wait(waiter: BudgetWaiter): boolean {
    if (waiter === this.#favoured) return false;
    this.#waiting.add(waiter);
    return true;
  }

  /** The connection finished its frame, or ended. */
  forget(waiter: BudgetWaiter): void {
    this.#waiting.delete(waiter);
    if (waiter === this.#favoured) this.#favoured = undefined;
  }

  /** Lets go on whom nothing else would wake. Called regularly while anybody waits. */
  sweep(): void {
    this.#resumeSome();
    const isHeldByPartialFrames = this.#usedBytes - this.#partialBytes < this.limitBytes / 2;
    if (!this.isExhausted || this.#favoured !== undefined || !isHeldByPartialFrames) return;
    let oldest: BudgetWaiter | undefined;
    for (const waiter of this.#waiting) {
      if (waiter.partialSinceMs < 0) continue;
      if (oldest === undefined || waiter.partialSinceMs < oldest.partialSinceMs) oldest = waiter;
    }
    if (oldest === undefined) return;
    this.#favoured = oldest;
    this.#waiting.delete(oldest);
    oldest.resumeReading();
  }

  #mayEnter(bytes: number, isOnly: boolean): boolean {
    if (isOnly) return this.#answerBytes + this.#reservedBytes < 2 * this.answerBytesMax;
    return this.#hasAnswerRoom(bytes);
  }

  #hasAnswerRoom(bytes: number): boolean {
    const takenBytes = this.#answerBytes + this.#reservedBytes;
    return takenBytes === 0 || takenBytes + bytes <= this.answerBytesMax;
  }

  #admitAnswers(): void {
    for (;;) {
      const first = this.#answersWaiting[0];
      if (first === undefined || !this.#mayEnter(first.bytes, first.isOnly)) return;
      this.#answersWaiting.shift();
      this.#reservedBytes += first.bytes;
      first.resolve();
    }
  }

  #resumeSome(): void {
    let roomBytes = this.limitBytes - this.#usedBytes;
    for (const waiter of this.#waiting) {
      if (roomBytes < 0) return;
      roomBytes -= CHUNK_BYTES;
      this.#waiting.delete(waiter);
      waiter.resumeReading();
    }
  }
}
