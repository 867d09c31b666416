/**
 * Does what the rounds of the group say: reads the config topic as far as the leader had read it, then takes up what this worker was given;
 * asks for another round when what is configured has changed.
 *
 * Owns: the last round.
 * Invariants: work is taken up only when the config topic is read far enough, and not when another round, or a loss, has come meanwhile. What
 *   is revoked has ended when the promise resolves.
 * Not here: rounds themselves (../group/worker-membership.ts), what runs (./assigned-work.ts).
 */
import { messageOf, type Logger } from '@millrace/base';
import { taskKey, workKey, type WorkLoad } from '../group/work-load.ts';
import type { ConfiguredWork, Round, WorkerMembership } from '../group/worker-membership.ts';
import type { ConfigStore } from '../stores/config-store.ts';
import type { AssignedWork } from './assigned-work.ts';

const RETRY_MS = 500;

export interface RoundFollowerOptions {
  readonly config: ConfigStore;
  readonly work: AssignedWork;
  readonly membership: () => Pick<WorkerMembership, 'rejoin' | 'isRebalancing'>;
  readonly syncTimeoutMs: number;
  readonly log: Logger;
  readonly stopping: AbortSignal;
  readonly pause: (ms: number) => Promise<void>;
  /** A round has ended, and this worker leads or does not. Nothing is taken up before the promise resolves. */
  readonly onRound: (round: Round, before: Round | undefined) => Promise<void>;
  /** What the round gives is taken up. */
  readonly onTaken: (round: Round) => void;
}

export class RoundFollower {
  readonly #options: RoundFollowerOptions;
  #round: Round | undefined;
  /** Changes when what is given must not be taken up any more, because some of it was taken away. */
  #epoch = 0;
  #workKeys = '';
  /** Offset behind the last record that changed what is to be shared out. */
  #workOffset = -1n;

  constructor(options: RoundFollowerOptions) {
    this.#options = options;
  }

  /** Of the last round; 0: there was none. */
  get generation(): number {
    return this.#round?.generation ?? 0;
  }

  /** The config topic was read for the first time. */
  begin(): void {
    this.#workKeys = keysOf(this.#options.config.state.work);
  }

  /** Nothing is taken up any more. */
  end(): void {
    this.#epoch++;
  }

  /** For the leader: what is configured, at that offset at least; undefined when it cannot be read that far in time. */
  async configuredAt(offset: bigint): Promise<ConfiguredWork | undefined> {
    const { config, syncTimeoutMs, log } = this.#options;
    const { state } = config;
    try {
      if (state.offset < offset) await config.readToEnd(AbortSignal.timeout(syncTimeoutMs));
    } catch (error) {
      log.warn('the config topic could not be read within worker.sync.timeout.ms', { error: messageOf(error) });
    }
    return state.offset < offset ? undefined : { offset: state.offset, work: state.work };
  }

  follow(round: Round): void {
    const { log } = this.#options;
    const before = this.#round;
    this.#round = round;
    const { generation, isLeader, memberId, owned, leaderUrl } = round;
    const counts = { connectorCount: owned.connectors.length, taskCount: owned.tasks.length };
    log.info('work was shared out', { generation, memberId, isLeader, leaderUrl, ...counts });
    void this.#adopt(round, before).catch((error: unknown) => {
      log.error('taking up work failed', { error: messageOf(error) });
    });
  }

  async revoke(work: WorkLoad): Promise<void> {
    this.#epoch++;
    await this.#options.work.release(work);
  }

  /** A connector or its tasks were written to the config topic. */
  onConfigured(): void {
    const { config, membership } = this.#options;
    const { state } = config;
    const keys = keysOf(state.work);
    if (keys === this.#workKeys) return;
    this.#workKeys = keys;
    this.#workOffset = state.offset;
    // While a round is under way, its end tells whether it has taken the change into account.
    const isKnown = this.#round !== undefined && state.offset <= this.#round.configOffset;
    if (!isKnown && !membership().isRebalancing) membership().rejoin('what is configured has changed');
  }

  async #adopt(round: Round, before: Round | undefined): Promise<void> {
    const { config, work, membership, syncTimeoutMs, log, stopping, pause, onRound, onTaken } = this.#options;
    const epoch = this.#epoch;
    const isCurrent = (): boolean => this.#round === round && this.#epoch === epoch && !stopping.aborted;
    await onRound(round, before);
    while (isCurrent() && config.state.offset < round.configOffset) {
      try {
        await config.readToEnd(AbortSignal.timeout(syncTimeoutMs));
      } catch (error) {
        log.warn('the config topic could not be read as far as the leader had read it, trying again', {
          error: messageOf(error),
        });
        await pause(RETRY_MS);
      }
    }
    if (!isCurrent()) return;
    if (round.hasMismatch) {
      await pause(RETRY_MS);
      if (isCurrent()) membership().rejoin('the leader had read less of the config topic than a member');
      return;
    }
    work.take(round.owned);
    onTaken(round);
    if (this.#workOffset > round.configOffset) membership().rejoin('what is configured has changed');
  }
}

function keysOf(work: WorkLoad): string {
  return [...work.connectors.map((connector) => workKey(connector)), ...work.tasks.map(taskKey)].join('\n');
}
