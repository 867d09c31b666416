import { createDeferred, type Deferred } from '@millrace/base';

/** What a group tells when its entries are durable. */
export interface GroupParticipant {
  /** Moves the high watermark over what the group covers. */
  commit(group: CommitGroup): void;
  /** Called after every participant has moved. */
  announce(): void;
}

/**
 * Appends that become durable by one write. Groups of one journal complete in the order in which they were opened.
 */
export class CommitGroup {
  /** Log sequence number: position among the groups of the journal. */
  readonly lsn: number;
  /** Broker time at which the group was opened; replay repeats it. */
  readonly timeMs: number;
  readonly #participants: GroupParticipant[] = [];
  #afterwards: (() => void)[] = [];
  /** What became of it, once that is known. */
  #outcome: number | undefined;
  /** Both are made for those who ask: of the two most groups need one. */
  #durable: Deferred<number> | undefined;
  #answer: Deferred<number> | undefined;

  constructor(lsn: number, timeMs: number) {
    this.lsn = lsn;
    this.timeMs = timeMs;
  }

  /** Resolves with 0 once durable, else with the error code to answer. Never rejects. */
  get durable(): Promise<number> {
    this.#durable ??= this.#newDeferred();
    return this.#durable.promise;
  }

  /** Like {@link durable}, but with the error code of {@link stall} as long as the group is held up. Never rejects. */
  get answer(): Promise<number> {
    this.#answer ??= this.#newDeferred();
    return this.#answer.promise;
  }

  /** Called once per participant. */
  join(participant: GroupParticipant): void {
    this.#participants.push(participant);
  }

  /** Runs `action` once the group is durable, before anybody is told; not at all when it fails. */
  whenDurable(action: () => void): void {
    this.#afterwards.push(action);
  }

  complete(): void {
    for (const participant of this.#participants) participant.commit(this);
    for (const action of this.#afterwards) action();
    this.#afterwards = [];
    this.#settle(0);
    for (const participant of this.#participants) participant.announce();
  }

  /** The engine can promise nothing any more. */
  fail(errorCode: number): void {
    this.#settle(errorCode);
  }

  /**
   * The disk has no room for it at the moment: who waits is told so and may come again, now or when there is room. Nothing is taken
   * back, so the group may become durable all the same, and whoever repeats himself meanwhile repeats what is on its way.
   */
  stall(errorCode: number): void {
    if (this.#outcome !== undefined) return;
    this.#answer ??= createDeferred();
    this.#answer.resolve(errorCode);
  }

  #newDeferred(): Deferred<number> {
    const deferred = createDeferred<number>();
    if (this.#outcome !== undefined) deferred.resolve(this.#outcome);
    return deferred;
  }

  #settle(outcome: number): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#durable?.resolve(outcome);
    this.#answer?.resolve(outcome);
    this.#answer = undefined;
  }
}
