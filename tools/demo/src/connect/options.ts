import { parseArgs } from 'node:util';

const FLIGHTS_MIN = 1_000;
const FLIGHTS_MAX = 200_000;
const DEFAULT_FLIGHTS = 100_000;
const PACE_MIN = 500;
const DEFAULT_PACE = 5_000;

export const USAGE = `usage: npm run demo:connect -- [options]
  --flights N   how many flights, ${String(FLIGHTS_MIN)} to ${String(FLIGHTS_MAX)} (${String(DEFAULT_FLIGHTS)})
  --pace N      rows a second that are inserted while all runs, at least ${String(PACE_MIN)} (${String(DEFAULT_PACE)})
  --no-kill     leaves the worker alone; otherwise it is killed (kill -9) on the way`;

export interface Options {
  readonly flightCount: number;
  readonly pace: number;
  readonly isWorkerKilled: boolean;
}

/** Undefined when only the usage was asked for; throws for wrong usage. */
export function parseOptions(argv: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      flights: { type: 'string' },
      pace: { type: 'string' },
      'no-kill': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  const flightCount = Number(values.flights ?? DEFAULT_FLIGHTS);
  const pace = Number(values.pace ?? DEFAULT_PACE);
  if (!(Number.isInteger(flightCount) && flightCount >= FLIGHTS_MIN && flightCount <= FLIGHTS_MAX))
    throw new Error(`--flights takes ${String(FLIGHTS_MIN)} to ${String(FLIGHTS_MAX)}`);
  if (!(pace >= PACE_MIN)) throw new Error(`--pace takes rows a second, at least ${String(PACE_MIN)}`);
  return { flightCount, pace, isWorkerKilled: values['no-kill'] !== true };
}
