import { MillraceError, systemClock, systemTimers, type Clock, type Timers } from '@millrace/base';
import type { ConfigProperties, ConfigSpec, TaskContext } from '@millrace/connect-api';

import { recordingLogger, recordingMetrics, type LoggedLine } from './run-log.ts';

/** What every run of the kit can be told. */
export interface RunOptions {
  /** Name of the connector. Default `test`. */
  readonly connector?: string;
  /** Default 1. */
  readonly tasksMax?: number;
  readonly clock?: Clock;
  readonly timers?: Timers;
  /** `all`: what the plugin reports goes to the dead letters; `none` (default): it fails the task. */
  readonly errorsTolerance?: 'none' | 'all';
  /** How often an error that says it is retriable is tried again before the run fails. Default 10. */
  readonly retriesMax?: number;
  /** How long it may take to end before that fails the test. Default 10,000. */
  readonly endTimeoutMs?: number;
}

/** What a run gathers beside records. */
export interface RunTrace {
  readonly logs: LoggedLine[];
  readonly counts: Map<string, number>;
}

export function contextOf(
  { connector = 'test', clock = systemClock, timers = systemTimers }: RunOptions,
  task: number,
  trace: RunTrace,
  signal: AbortSignal,
): TaskContext {
  return {
    connector,
    task,
    log: recordingLogger(trace.logs, { connector, task }),
    metrics: recordingMetrics(trace.counts),
    clock,
    timers,
    signal,
  };
}

/** The settings as the plugin wants them; throws `MILLRACE_CONNECT_INVALID_CONFIG` with everything that is wrong. */
export function readConfig<C>(spec: ConfigSpec<C>, properties: ConfigProperties): C {
  const { config, issues } = spec.read(properties);
  if (config === undefined) {
    throw new MillraceError('MILLRACE_CONNECT_INVALID_CONFIG', issues.map(({ message }) => message).join('; '));
  }
  return config;
}

export function isRetriable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { retriable?: unknown }).retriable === true;
}

/** Resolves after the delay, or earlier with the abort. */
export function pause(timers: Timers, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const finish = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = timers.schedule(delayMs, finish);
    signal.addEventListener('abort', finish);
  });
}
