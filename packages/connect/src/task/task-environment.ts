/** What a running task stands on, whether it has a thread of its own or not. */
import {
  systemClock,
  systemRandom,
  systemTimers,
  type Clock,
  type Logger,
  type MetricsRegistry,
  type Random,
  type Timers,
} from '@millrace/base';
import type { Plugin } from '@millrace/connect-api';
import type { TaskOffsets, TaskSpec } from './task-host.ts';
import { TaskMetrics } from './task-metrics.ts';

/** The way back to the worker. */
export interface TaskLink {
  readonly log: Logger;
  /** For the plugin's own measurements. */
  readonly pluginMetrics: MetricsRegistry;
  readonly offsets: TaskOffsets;
  onState(state: 'RUNNING' | 'PAUSED'): void;
  onTopic(topic: string): void;
}

/** Lets everybody through, or nobody while the task is paused. */
export class PauseGate {
  #open: PromiseWithResolvers<void> | undefined;

  get isPaused(): boolean {
    return this.#open !== undefined;
  }

  pause(): void {
    this.#open ??= Promise.withResolvers<void>();
  }

  resume(): void {
    this.#open?.resolve();
    this.#open = undefined;
  }

  /** Resolves when the task is not paused, or the signal is aborted. */
  async whenOpen(signal: AbortSignal): Promise<void> {
    while (this.#open !== undefined && !signal.aborted) await abortedOr(signal, this.#open.promise);
  }
}

/** Resolves when the promise does, or when the signal is aborted; rejects as the promise does. */
export async function abortedOr<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value | undefined> {
  if (signal.aborted) return undefined;
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = (): void => aborted.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

export interface TaskEnvironment {
  readonly spec: TaskSpec;
  readonly link: TaskLink;
  /** Plugins of the worker itself. */
  readonly builtIn: readonly Plugin[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly metrics: TaskMetrics;
  /** Aborted when the task has to end. */
  readonly signal: AbortSignal;
  readonly gate: PauseGate;
  /** For tests that kill a task: called at the points where what happened before and after differ for readers. */
  readonly checkpoint: (name: Checkpoint) => void;
}

export type Checkpoint =
  | 'source:read'
  | 'source:sent'
  | 'source:acknowledged'
  | 'source:before-commit'
  | 'source:committed'
  | 'source:offsets-stored'
  | 'source:durable'
  | 'sink:read'
  | 'sink:written'
  | 'sink:flushed'
  | 'sink:committed';

export interface EnvironmentParts {
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly random?: Random;
  readonly checkpoint?: (name: Checkpoint) => void;
}

export function createEnvironment(
  spec: TaskSpec,
  link: TaskLink,
  builtIn: readonly Plugin[],
  signal: AbortSignal,
  parts: EnvironmentParts = {},
): TaskEnvironment {
  const { clock = systemClock, timers = systemTimers, random = systemRandom } = parts;
  const gate = new PauseGate();
  if (spec.isPaused === true) gate.pause();
  return {
    spec,
    link,
    builtIn,
    clock,
    timers,
    random,
    metrics: new TaskMetrics(spec.kind, clock),
    signal,
    gate,
    checkpoint: parts.checkpoint ?? (() => undefined),
  };
}

/** Resolves after a while, or at once when the signal is aborted. */
export async function sleep(timers: Timers, ms: number, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = timers.schedule(ms, over.resolve);
  await abortedOr(signal, over.promise);
  timer.cancel();
}
