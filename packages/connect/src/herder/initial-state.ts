import type { TargetState } from './herder.ts';

const STATES: Readonly<Record<string, TargetState>> = { RUNNING: 'STARTED', PAUSED: 'PAUSED', STOPPED: 'STOPPED' };

/** `initial_state` of a new connector (KIP-980); undefined or null: none was given. `refuse` makes the error for anything else. */
export function initialStateOf(given: unknown, refuse: (problem: string) => Error): TargetState | undefined {
  if (given === undefined || given === null) return undefined;
  const state = typeof given === 'string' ? STATES[given.toUpperCase()] : undefined;
  if (state !== undefined) return state;
  throw refuse(`initial_state is ${JSON.stringify(given)}: use one of ${Object.keys(STATES).join(', ')}`);
}
