import { parseArgs } from 'node:util';

const EVENTS_MIN = 3_000;
const EVENTS_MAX = 200_000;
const PACE_MIN = 1_000;
const DEFAULT_PACE = 20_000;

export const USAGE = `usage: npm run demo -- [options]
  --events N   how many flights, ${String(EVENTS_MIN)} to ${String(EVENTS_MAX)} (${String(EVENTS_MAX)})
  --pace N     events a second, at least ${String(PACE_MIN)} (${String(DEFAULT_PACE)})`;

export interface Options {
  readonly eventCount: number;
  readonly pace: number;
}

/** Undefined when only the usage was asked for; throws for wrong usage. */
export function parseOptions(argv: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: { events: { type: 'string' }, pace: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) return undefined;
  const eventCount = Number(values.events ?? EVENTS_MAX);
  const pace = Number(values.pace ?? DEFAULT_PACE);
  if (!(Number.isInteger(eventCount) && eventCount >= EVENTS_MIN && eventCount <= EVENTS_MAX))
    throw new Error(`--events takes ${String(EVENTS_MIN)} to ${String(EVENTS_MAX)}`);
  if (!(pace >= PACE_MIN)) throw new Error(`--pace takes events a second, at least ${String(PACE_MIN)}`);
  return { eventCount, pace };
}
