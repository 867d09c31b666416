import type { JoinGroupResponse } from '@millrace/protocol/messages/11-join-group';
import type { SyncGroupResponse } from '@millrace/protocol/messages/14-sync-group';
import type { Deadline } from '../runtime/deadline-queue.ts';
import type { Waiter } from '../runtime/step.ts';
import type { GroupDeadline } from './group-deadline.ts';
import type { MemberImage } from './group-records.ts';

/** An assignor that a member offers, with what it wants to tell the leader under it; in order of preference. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** A member of a classic group, with the requests of it that wait. */
export class ClassicMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly session: Deadline<GroupDeadline>;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  protocols: readonly MemberProtocol[];
  assignment: Buffer = NOTHING;
  /** Came from the log, which keeps only the chosen protocol; true until it joins again. */
  isRestored = false;
  /** Has not got its first JoinGroup answer: it does not know its generation, so it cannot send heartbeats. */
  isNew = true;
  awaitingJoin: Waiter<JoinGroupResponse> | null = null;
  awaitingSync: Waiter<SyncGroupResponse> | null = null;

  constructor(
    identity: Pick<MemberImage, 'memberId' | 'groupInstanceId' | 'clientId' | 'clientHost'>,
    timeouts: { readonly rebalanceTimeoutMs: number; readonly sessionTimeoutMs: number },
    protocols: readonly MemberProtocol[],
    session: Deadline<GroupDeadline>,
  ) {
    this.memberId = identity.memberId;
    this.groupInstanceId = identity.groupInstanceId;
    this.clientId = identity.clientId;
    this.clientHost = identity.clientHost;
    this.rebalanceTimeoutMs = timeouts.rebalanceTimeoutMs;
    this.sessionTimeoutMs = timeouts.sessionTimeoutMs;
    this.protocols = protocols;
    this.session = session;
  }

  get isStatic(): boolean {
    return this.groupInstanceId !== null;
  }

  /** What it said under the protocol; empty for one that it does not offer. */
  metadataFor(protocolName: string | null): Buffer {
    return this.protocols.find(({ name }) => name === protocolName)?.metadata ?? NOTHING;
  }

  /** The first of its protocols that is among the candidates. */
  vote(candidates: ReadonlySet<string>): string | undefined {
    return this.protocols.find(({ name }) => candidates.has(name))?.name;
  }

  /** Whether these protocols are the ones it has, in the same order and with the same metadata. */
  matches(protocols: readonly MemberProtocol[], chosenName: string | null): boolean {
    if (this.isRestored) {
      // A rejoin after a restart must not look like a change because the log kept one protocol of several.
      const chosen = protocols.find(({ name }) => name === chosenName);
      return chosen !== undefined && chosen.metadata.equals(this.metadataFor(chosenName));
    }
    return (
      protocols.length === this.protocols.length &&
      this.protocols.every(
        (own, index) => own.name === protocols[index]?.name && own.metadata.equals(protocols[index].metadata),
      )
    );
  }

  image(protocolName: string | null, assignment: Buffer = this.assignment): MemberImage {
    return {
      memberId: this.memberId,
      groupInstanceId: this.groupInstanceId,
      clientId: this.clientId,
      clientHost: this.clientHost,
      rebalanceTimeoutMs: this.rebalanceTimeoutMs,
      sessionTimeoutMs: this.sessionTimeoutMs,
      subscription: this.metadataFor(protocolName),
      assignment,
    };
  }
}

export const NOTHING: Buffer = Buffer.alloc(0);
