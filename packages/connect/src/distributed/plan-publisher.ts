/**
 * Brings the plans of this worker's connectors to the config topic, through the leader.
 *
 * Invariants: of a connector only the newest plan counts; it is tried until it is stored, or a newer one comes, or the connector goes to
 *   another worker. A plan that is stored already is not stored again, so that its tasks are left alone.
 */
import { isDeepStrictEqual } from 'node:util';
import { messageOf, type Logger, type Timers } from '@millrace/base';
import type { TaskConfig } from '@millrace/connect-api';
import { HerderError } from '../herder/herder-error.ts';
import type { ConfigState } from '../stores/config-state.ts';

const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 5_000;

export interface PlanPublisherOptions {
  readonly state: ConfigState;
  readonly log: Logger;
  readonly timers: Timers;
  /** Stores it, here or at the leader. */
  put(connector: string, configs: readonly TaskConfig[]): Promise<void>;
  /** Whether the connector is this worker's now. */
  isOwned(connector: string): boolean;
}

export class PlanPublisher {
  readonly #options: PlanPublisherOptions;
  readonly #plans = new Map<string, readonly TaskConfig[]>();
  #isStopped = false;

  constructor(options: PlanPublisherOptions) {
    this.#options = options;
  }

  publish(connector: string, configs: readonly TaskConfig[]): void {
    this.#plans.set(connector, configs);
    void this.#publish(connector, configs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#plans.clear();
  }

  async #publish(connector: string, configs: readonly TaskConfig[]): Promise<void> {
    const { log } = this.#options;
    for (let failures = 0; this.#isCurrent(connector, configs); failures++) {
      if (this.#isStored(connector, configs)) break;
      try {
        await this.#options.put(connector, configs);
        break;
      } catch (error) {
        // Deleted or stopped meanwhile.
        if (HerderError.is(error) && error.code === 'MILLRACE_CONNECT_NOT_FOUND') break;
        log.warn('storing the tasks of a connector failed, trying again', { connector, error: messageOf(error) });
        await this.#pause(Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** Math.min(10, failures)));
      }
    }
    if (this.#plans.get(connector) === configs) this.#plans.delete(connector);
  }

  #isCurrent(connector: string, configs: readonly TaskConfig[]): boolean {
    if (this.#isStopped || this.#plans.get(connector) !== configs || !this.#options.isOwned(connector)) return false;
    const stored = this.#options.state.connector(connector);
    return stored !== undefined && stored.targetState !== 'STOPPED';
  }

  #isStored(connector: string, configs: readonly TaskConfig[]): boolean {
    const stored = this.#options.state.connector(connector);
    return stored !== undefined && !stored.isInconsistent && isDeepStrictEqual(stored.tasks, configs);
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#options.timers.schedule(delayMs, () => resolve()));
  }
}
