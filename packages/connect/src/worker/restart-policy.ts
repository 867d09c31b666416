/** When what failed is started again by itself (`errors.restart.*`), and how often. */
import type { Random } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import type { WorkerSettings } from './worker-settings.ts';
import { restartConfig } from './restart-config.ts';

export interface RestartSettings {
  readonly isAutomatic: boolean;
  readonly delayMs: number;
  readonly delayMaxMs: number;
  /** -1: without end. */
  readonly countMax: number;
  readonly resetMs: number;
}

/** The connector's settings, and the worker's where it has none. */
export function restartSettings(worker: WorkerSettings, connector: ConfigProperties): RestartSettings {
  const own = restartConfig.read(connector).config;
  return {
    isAutomatic: (own?.errorsRestartPolicy ?? worker.errorsRestartPolicy) === 'backoff',
    delayMs: own?.errorsRestartDelayMs ?? worker.errorsRestartDelayMs,
    delayMaxMs: own?.errorsRestartDelayMaxMs ?? worker.errorsRestartDelayMaxMs,
    countMax: own?.errorsRestartMax ?? worker.errorsRestartMax,
    resetMs: own?.errorsRestartResetMs ?? worker.errorsRestartResetMs,
  };
}

/** Counts the automatic restarts of one connector or task. */
export class RestartCount {
  #count = 0;
  readonly #settings: RestartSettings;
  readonly #random: Random;

  constructor(settings: RestartSettings, random: Random) {
    this.#settings = settings;
    this.#random = random;
  }

  /** Automatic restarts since it last ran well. */
  get count(): number {
    return this.#count;
  }

  /** It failed after having run for so long. The pause before the next start; undefined: none by itself. */
  afterFailure(ranMs: number): number | undefined {
    const { isAutomatic, delayMs, delayMaxMs, countMax, resetMs } = this.#settings;
    if (ranMs >= resetMs) this.#count = 0;
    if (!isAutomatic || (countMax >= 0 && this.#count >= countMax)) return undefined;
    const pause = Math.min(delayMaxMs, delayMs * 2 ** Math.min(this.#count, 30));
    this.#count++;
    // Tasks that failed together do not come back together.
    return Math.round(pause * (0.8 + 0.4 * this.#random.next()));
  }
}
