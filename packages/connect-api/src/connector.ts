import type { Clock, Logger } from '@millrace/base';

/** What tells the tasks of a connector apart; stored with them, so no secrets beyond references to a config provider. */
export type TaskConfig = Readonly<Record<string, string>>;

export interface CheckContext {
  readonly connector: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** Aborted when the time for the check is over. */
  readonly signal: AbortSignal;
}

export interface PlanContext {
  readonly connector: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** `tasks.max`. */
  readonly tasksMax: number;
}
