import { createDeferred } from '@millrace/base';

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
  readonly #durable = createDeferred<number>();
  readonly #participants: GroupParticipant[] = [];
  #afterwards: (() => void)[] = [];

  constructor(lsn: number, timeMs: number) {
    this.lsn = lsn;
    this.timeMs = timeMs;
  }

  /** Resolves with 0 once durable, else with the error code to answer. Never rejects. */
  get durable(): Promise<number> {
    return this.#durable.promise;
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
    this.#durable.resolve(0);
    for (const participant of this.#participants) participant.announce();
  }

  /** The engine can promise nothing any more. */
  fail(errorCode: number): void {
    this.#durable.resolve(errorCode);
  }
}
