import { systemClock, systemRandom, systemTimers, type Clock, type Random, type Timers } from '@millrace/base';
import type { Tracing } from './telemetry/tracing.ts';
import { createClientEvents, type ClientEvents } from './telemetry/client-events.ts';

/** What every part of one client shares: time, chance, and where it tells of what it does. */
export interface ClientRuntime {
  readonly clock: Clock;
  /** For what somebody waits for: they keep the process alive. */
  readonly timers: Timers;
  /** For what goes on beside, and is no reason to keep the process alive. Default: `timers`. */
  readonly background?: Timers | undefined;
  readonly random: Random;
  readonly events: ClientEvents;
  /** Undefined while telemetry is off. */
  readonly tracing?: Tracing | undefined;
}

/** What tests of the client put in place of the system's. */
export type RuntimeParts = Partial<Pick<ClientRuntime, 'clock' | 'timers' | 'background' | 'random'>>;

/** Somebody waits for what these start, so that they keep the process alive; closing the client cancels them. */
const waitedForTimers: Timers = {
  schedule(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(Math.max(0, delayMs), 2_147_483_647));
    return { cancel: () => clearTimeout(handle) };
  },
};

export function systemRuntime(): ClientRuntime {
  return {
    clock: systemClock,
    timers: waitedForTimers,
    background: systemTimers,
    random: systemRandom,
    events: createClientEvents(),
  };
}
