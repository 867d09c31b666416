/**
 * The data set: 200,000 flights within the United States, from the npm package vega-datasets (`flights-200k.json`).
 *
 * A flight's key is its route, told apart by the distance flown: all flights of one route go to one partition, in order.
 */
import { createHash, type Hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { str, topic } from '@millrace/sdk';

export const flightsTopic = topic('flights', { key: str, value: str });

interface Flight {
  readonly delay: number;
  readonly distance: number;
  readonly time: number;
}

export interface FlightEvent {
  readonly key: string;
  readonly value: string;
}

export interface Replay {
  readonly events: readonly FlightEvent[];
  /** What must arrive, by key. */
  readonly expected: ReadonlyMap<string, ExpectedKey>;
}

export interface ExpectedKey {
  readonly count: number;
  /** SHA-256 over the values in order. */
  readonly digest: string;
}

/** Reads the first `count` flights and numbers them per key, so that order can be checked at the other end. */
export async function loadReplay(count: number): Promise<Replay> {
  // The package exports its code only; the data lies beside it.
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  const path = join(dirname(entry), '..', 'data', 'flights-200k.json');
  const flights = JSON.parse(await readFile(path, 'utf8')) as Flight[];
  return buildReplay(flights.slice(0, count));
}

export function buildReplay(flights: readonly Flight[]): Replay {
  const byKey = new Map<string, { count: number; hash: Hash }>();
  const events = flights.map((flight) => {
    const key = `route-${String(flight.distance)}`;
    let entry = byKey.get(key);
    if (entry === undefined) {
      entry = { count: 0, hash: createHash('sha256') };
      byKey.set(key, entry);
    }
    const value = JSON.stringify({ sequence: entry.count, ...flight });
    entry.count++;
    entry.hash.update(value);
    return { key, value };
  });
  const expected = new Map<string, ExpectedKey>();
  for (const [key, { count, hash }] of byKey) expected.set(key, { count, digest: hash.digest('hex') });
  return { events, expected };
}
