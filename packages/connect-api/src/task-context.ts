import type { Clock, Logger, MetricsRegistry, Timers } from '@millrace/base';

/** What every task gets from the runtime. */
export interface TaskContext {
  readonly connector: string;
  /** From 0. */
  readonly task: number;
  readonly log: Logger;
  /** Names must begin with `millrace_connect_`; connector and task come as labels. */
  readonly metrics: MetricsRegistry;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Aborted when the task has to end. Whoever does not end within `task.shutdown.graceful.timeout.ms` is terminated. */
  readonly signal: AbortSignal;
}
