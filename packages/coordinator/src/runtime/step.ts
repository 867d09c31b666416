/** A request that will be answered once, now or later. */
export interface Waiter<Response> {
  succeed(response: Response): void;
  /** Answers with the error code in the shape of this request's response. */
  fail(errorCode: number): void;
}

/** An answer that is ready, as soon as what it rests on is durable. */
export interface Reply {
  deliver(): void;
  fail(errorCode: number): void;
}

/**
 * What one turn of a state machine brought forth: records to append, and answers that may leave when these records, and all
 * before them, are durable. The state machine has applied the records to itself already.
 */
export class Step<StateRecord> {
  readonly records: StateRecord[] = [];
  readonly replies: Reply[] = [];
  /** What must follow the records in the same turn of the event loop. */
  readonly sequels: Reply[] = [];

  /**
   * Has the records appended at once and then calls `deliver`, in this turn: whatever it appends elsewhere is behind them. When
   * they cannot be appended `fail` is called instead.
   */
  followWith(sequel: Reply): void {
    this.sequels.push(sequel);
  }

  answer<Response>(waiter: Waiter<Response>, response: Response): void {
    this.replies.push({
      deliver: () => waiter.succeed(response),
      fail: (errorCode) => waiter.fail(errorCode),
    });
  }

  /** Answers with an error code in the shape of the waiter's response. */
  refuse(waiter: Waiter<never>, errorCode: number): void {
    this.replies.push({ deliver: () => waiter.fail(errorCode), fail: (cause) => waiter.fail(cause) });
  }
}
