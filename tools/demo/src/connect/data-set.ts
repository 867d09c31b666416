/**
 * The data set: flights within the United States in January 2001, and the airports they use, from the npm package vega-datasets
 * (`flights-3m.parquet`, `airports.csv`).
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';

export interface Flight {
  readonly id: number;
  /** Milliseconds since 1970, local time of the airport taken for UTC. */
  readonly departedMs: number;
  /** Minutes; negative when early. */
  readonly delay: number;
  /** Miles. */
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

export interface Airport {
  readonly iata: string;
  readonly name: string;
  readonly city: string;
  readonly state: string;
}

export interface DataSet {
  readonly flights: readonly Flight[];
  /** Every airport of a flight is among them. */
  readonly airports: readonly Airport[];
}

/** The first `count` flights. */
export async function loadDataSet(count: number): Promise<DataSet> {
  // The package exports its code only; the data lies beside it.
  const data = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data');
  const rows = await parquetReadObjects({
    file: await asyncBufferFromFile(join(data, 'flights-3m.parquet')),
    rowEnd: count,
    compressors: { ZSTD: (page) => zstdDecompressSync(page) },
  });
  const flights = rows.map((row, index): Flight => {
    const { date, delay, distance, origin, destination } = row;
    if (!(date instanceof Date)) throw new Error(`flight ${String(index)} of the data set has no date`);
    return {
      id: index + 1,
      departedMs: date.getTime(),
      delay: Number(delay),
      distance: Number(distance),
      origin: String(origin),
      destination: String(destination),
    };
  });
  return { flights, airports: airportsOf(flights, parseAirports(await readFile(join(data, 'airports.csv'), 'utf8'))) };
}

/** Those that the flights use; one that is not known has its code for a name. */
export function airportsOf(flights: readonly Flight[], known: ReadonlyMap<string, Airport>): Airport[] {
  const codes = new Set(flights.flatMap(({ origin, destination }) => [origin, destination]));
  return [...codes].sort().map((iata) => known.get(iata) ?? { iata, name: iata, city: '', state: '' });
}

/** By code, from lines `iata,name,city,state,…` under a header; cells with commas stand in quotes. */
export function parseAirports(csv: string): Map<string, Airport> {
  const airports = new Map<string, Airport>();
  for (const line of csv.split(/\r?\n/).slice(1)) {
    const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
    );
    const [iata = '', name = '', city = '', state = ''] = cells;
    if (iata !== '') airports.set(iata, { iata, name, city, state });
  }
  return airports;
}
