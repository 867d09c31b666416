/**
 * What members have in common, whichever protocol they speak: the phase they are in, how they end, and what is told of them.
 *
 * Invariants: from `leaving` on there are only `left` and `failed`, and nothing comes after these.
 * Not here: requests (./classic-membership.ts, ./consumer-membership.ts), partitions (./holdings.ts).
 */
import { KafkaError } from '../error.ts';
import type { GroupCluster } from './group-cluster.ts';
import type { Holdings } from './holdings.ts';
import type { MembershipSettings } from './membership-options.ts';
import type { MembershipPhase } from './membership.ts';
import { within } from './within.ts';

const LEAVE_TIMEOUT_MS = 30_000;
/** A coordinator that does not answer shall not hold up the end of a program; it notices at the end of the session. */
export const LEAVE_REQUEST_MS_MAX = 5_000;

/** What happened in a rebalance, for those who listen to events. */
export interface Rebalance {
  readonly memberId: string;
  readonly generation: number;
  readonly reason: string;
  readonly revokedCount: number;
  readonly assignedCount: number;
  readonly startedMs: number;
}

export class MembershipLife {
  readonly #cluster: GroupCluster;
  readonly #settings: MembershipSettings;
  readonly #ending = new AbortController();
  #phase: MembershipPhase = 'idle';
  #phaseSinceMs: number;
  rebalanceCount = 0;
  /** What went wrong last with the coordinator and has not been followed by a success. */
  lastError: KafkaError | undefined;

  constructor(cluster: GroupCluster, settings: MembershipSettings) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#phaseSinceMs = this.nowMs();
  }

  get phase(): MembershipPhase {
    return this.#phase;
  }

  get phaseSinceMs(): number {
    return this.#phaseSinceMs;
  }

  /** It has left or failed. */
  get isOver(): boolean {
    return this.#phase === 'failed' || this.#phase === 'left';
  }

  /** Aborted when it begins to leave, or fails. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  nowMs(): number {
    return this.#cluster.runtime.clock.monotonicMs();
  }

  enter(phase: MembershipPhase): void {
    const isEnd = phase === 'left' || phase === 'failed';
    if (phase === this.#phase || this.isOver || (this.#phase === 'leaving' && !isEnd)) return;
    this.#phase = phase;
    this.#phaseSinceMs = this.nowMs();
    if (isEnd || phase === 'leaving') this.#ending.abort();
  }

  /** Lets what is under way end and gives up what is held, for so long at most. Returns how many milliseconds are left for a goodbye. */
  async handOver(
    holdings: Holdings,
    underWay: Promise<void> | undefined,
    timeoutMs = LEAVE_TIMEOUT_MS,
  ): Promise<number> {
    const { runtime } = this.#cluster;
    const deadlineMs = this.nowMs() + timeoutMs;
    await within(runtime, underWay ?? Promise.resolve(), deadlineMs - this.nowMs());
    await within(runtime, holdings.revoke(holdings.owned), deadlineMs - this.nowMs());
    return Math.max(1, Math.min(LEAVE_REQUEST_MS_MAX, deadlineMs - this.nowMs()));
  }

  /** Waits for the answer to a goodbye, whatever it is: the coordinator that cannot be told finds out by itself. */
  async answered(goodbye: Promise<unknown>, timeoutMs: number): Promise<void> {
    const whatever = (): void => undefined;
    await within(this.#cluster.runtime, goodbye.then(whatever, whatever), timeoutMs);
  }

  /** The session ended without an accepted heartbeat. Returns the error to tell. */
  sessionRanOut(): KafkaError {
    const { groupId, sessionTimeoutMs } = this.#settings;
    const message =
      `no heartbeat of group "${groupId}" was accepted for ${String(sessionTimeoutMs)} ms: ` +
      'the partitions count as lost, since others may have them by now';
    this.lastError = new KafkaError('MILLRACE_CLIENT_CONNECTION_LOST', message, {
      retriable: true,
      cause: this.lastError,
    });
    return this.lastError;
  }

  tell({ startedMs, ...rebalance }: Rebalance): void {
    const { runtime, clientId } = this.#cluster;
    if (!runtime.events.rebalance.hasSubscribers) return;
    const durationMs = this.nowMs() - startedMs;
    runtime.events.rebalance.publish({ clientId, groupId: this.#settings.groupId, ...rebalance, durationMs });
  }
}
