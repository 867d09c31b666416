/** What arrived, compared with what Postgres holds: pure. */
import type { Flight } from './data-set.ts';

export interface RowComparison {
  readonly compared: number;
  readonly missing: number;
  readonly different: number;
  readonly doubled: number;
  /** Rows that Postgres does not have. */
  readonly foreign: number;
}

const FIELDS = ['departedMs', 'delay', 'distance', 'origin', 'destination'] as const;

export function compareRows(expected: ReadonlyMap<number, Flight>, arrived: readonly Flight[]): RowComparison {
  const seen = new Set<number>();
  let different = 0;
  let doubled = 0;
  let foreign = 0;
  for (const flight of arrived) {
    const row = expected.get(flight.id);
    if (row === undefined) foreign++;
    else if (seen.has(flight.id)) doubled++;
    else if (FIELDS.some((field) => row[field] !== flight[field])) different++;
    seen.add(flight.id);
  }
  const missing = [...expected.keys()].filter((id) => !seen.has(id)).length;
  return { compared: arrived.length, missing, different, doubled, foreign };
}

export function areRowsEqual(comparison: RowComparison, count: number): boolean {
  const { compared, missing, different, doubled, foreign } = comparison;
  return compared === count && missing + different + doubled + foreign === 0;
}

/** How many scores are not what they should be, on either side. */
export function differingScores(expected: ReadonlyMap<string, number>, scores: ReadonlyMap<string, number>): number {
  const names = new Set([...expected.keys(), ...scores.keys()]);
  return [...names].filter((name) => expected.get(name) !== scores.get(name)).length;
}

export function total(scores: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const score of scores.values()) sum += score;
  return sum;
}
