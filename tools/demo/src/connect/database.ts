/**
 * The two tables, and who fills them.
 *
 * Invariants: a trigger counts the departures of each airport in the transaction that inserts its flights, so `airports` is the leaderboard
 *   at any moment; flights get their ids in the order in which they are inserted.
 */
import type { PostgresServer } from '@millrace/connect-testkit';
import type { DataSet, Flight } from './data-set.ts';

const SCHEMA = `
CREATE TABLE airports (
  iata text PRIMARY KEY,
  name text NOT NULL,
  city text NOT NULL,
  state text NOT NULL,
  departures integer NOT NULL DEFAULT 0
);
CREATE TABLE flights (
  id integer PRIMARY KEY,
  departed timestamp NOT NULL,
  delay integer NOT NULL,
  distance integer NOT NULL,
  origin text NOT NULL REFERENCES airports,
  destination text NOT NULL REFERENCES airports
);
CREATE FUNCTION count_departures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE airports SET departures = departures + more.count
  FROM (SELECT origin, count(*) FROM added GROUP BY origin) more WHERE iata = more.origin;
  RETURN NULL;
END $$;
CREATE TRIGGER departures AFTER INSERT ON flights REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION count_departures();
`;

const ROWS_PER_TRANSACTION = 500;

export async function createTables(postgres: PostgresServer, { airports }: DataSet): Promise<void> {
  await postgres.query(SCHEMA);
  await postgres.query(
    `INSERT INTO airports (iata, name, city, state) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])`,
    [
      airports.map(({ iata }) => iata),
      airports.map(({ name }) => name),
      airports.map(({ city }) => city),
      airports.map(({ state }) => state),
    ],
  );
}

export interface InsertOptions {
  /** Rows a second; without it as fast as it goes. */
  readonly pace?: number;
  /** Called after each transaction with the rows so far; a promise holds the inserting up. */
  readonly onInserted: (count: number) => void | Promise<void>;
}

/** A transaction for every few hundred flights. */
export async function insertFlights(
  postgres: PostgresServer,
  flights: readonly Flight[],
  { pace = Infinity, onInserted }: InsertOptions,
): Promise<void> {
  const began = performance.now();
  for (let at = 0; at < flights.length; at += ROWS_PER_TRANSACTION) {
    const waitMs = began + (at / pace) * 1_000 - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const rows = flights.slice(at, at + ROWS_PER_TRANSACTION);
    await postgres.query(
      `INSERT INTO flights (id, departed, delay, distance, origin, destination)
       SELECT id, to_timestamp(ms / 1000.0) AT TIME ZONE 'UTC', delay, distance, origin, destination
       FROM unnest($1::int[], $2::bigint[], $3::int[], $4::int[], $5::text[], $6::text[])
         AS t(id, ms, delay, distance, origin, destination)`,
      [
        rows.map(({ id }) => id),
        rows.map(({ departedMs }) => departedMs),
        rows.map(({ delay }) => delay),
        rows.map(({ distance }) => distance),
        rows.map(({ origin }) => origin),
        rows.map(({ destination }) => destination),
      ],
    );
    await onInserted(at + rows.length);
  }
}

/** What Postgres holds in the end, by id. */
export async function readFlights(postgres: PostgresServer): Promise<Map<number, Flight>> {
  const rows = await postgres.query<Omit<Flight, 'departedMs'> & { departed_ms: string }>(
    `SELECT id, (extract(epoch FROM departed) * 1000)::bigint AS departed_ms, delay, distance, origin, destination FROM flights`,
  );
  return new Map(
    rows.map(({ departed_ms: departedMs, ...row }) => [row.id, { ...row, departedMs: Number(departedMs) }]),
  );
}

/** Departures by airport. */
export async function readDepartures(postgres: PostgresServer): Promise<Map<string, number>> {
  const rows = await postgres.query<{ iata: string; departures: number }>('SELECT iata, departures FROM airports');
  return new Map(rows.map(({ iata, departures }) => [iata, departures]));
}
