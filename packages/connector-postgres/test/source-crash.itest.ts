/** The source is killed anywhere and started again, while transactions go on: what it delivered in the end is what was committed. */
import { createDeferred, SeededRandom, type Random } from '@millrace/base';
import { PostgresServer } from '@millrace/connect-testkit';
import { waitUntil } from '@millrace/testing';
import { postgresSource } from '../src/source/postgres-source.ts';
import { Link } from './link.ts';
import { sourceDatabase, type SourceDatabase } from './source-database.ts';
import { Kept, SourceDriver } from './source-driver.ts';

interface Envelope {
  readonly after: Record<string, unknown> | null;
  readonly op: string;
}

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start({ settings: { max_replication_slots: 60 } });
});
afterAll(() => server.stop());

/**
 * Runs the source again and again, each time until a batch that is lost with it, after a few that are kept; then once more until `isDone`.
 * What is kept of a batch, records and offset, is kept together, as exactly once does it.
 */
async function crashAndResume(
  db: SourceDatabase,
  settings: Readonly<Record<string, string>>,
  use: {
    readonly random: Random;
    readonly crashes: number;
    readonly batchesMax: number;
    isDone(kept: Kept): boolean;
    /** Between two runs. */
    between?(round: number): Promise<void>;
    /** Again and again while a run goes on. */
    during?(): Promise<void>;
    /** In the last run, when its snapshot is complete. */
    finally?(): Promise<unknown>;
  },
): Promise<Kept> {
  const kept = new Kept();
  const properties = { ...db.properties, ...settings };
  for (let round = 0; round < use.crashes; round += 1) {
    let batchesLeft = use.random.nextInt(use.batchesMax);
    const driver = await SourceDriver.start(postgresSource, properties, kept, () => {
      batchesLeft -= 1;
      return batchesLeft >= 0;
    });
    let isOver = false;
    const others = (async () => {
      while (!isOver && use.during !== undefined) await use.during();
    })();
    await Promise.race([driver.failure(), driver.until(use.isDone)]);
    isOver = true;
    await others;
    await driver.stop();
    expect(await driver.failure()).toBeUndefined();
    await use.between?.(round);
  }
  await using last = await SourceDriver.start(postgresSource, properties, kept);
  await last.until(
    ({ offsets }) => [...offsets.values()].every((offset) => offset['snapshot'] === undefined),
    'snapshot',
  );
  await use.finally?.();
  await last.until(use.isDone, 'everything');
  return kept;
}

/** The state that a consumer has who applies each record to its key. */
function applied(kept: Kept, topic: string): unknown[] {
  const state = new Map<string, unknown>();
  for (const { key, value } of kept.of(topic)) {
    const after = (value as Envelope | null)?.after ?? null;
    if (after === null) state.delete(JSON.stringify(key));
    else state.set(JSON.stringify(key), after);
  }
  return [...state.values()].sort(byText);
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

const numbersIn = (kept: Kept): number[] => kept.records.map(({ key }) => (key as { id: number }).id);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

async function startOnce(db: SourceDatabase, settings: Readonly<Record<string, string>>): Promise<void> {
  await using driver = await SourceDriver.start(postgresSource, { ...db.properties, ...settings });
  await driver.until(({ batches }) => batches > 0);
}

describe('a source that is killed', () => {
  it.each([1, 2, 3])('delivers each change of the stream exactly once, in order (seed %i)', async (seed) => {
    const random = new SeededRandom(seed);
    await using db = await sourceDatabase(
      server,
      'CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY)',
    );
    const settings = { 'snapshot.mode': 'no_data', 'max.batch.size': '3' };
    await startOnce(db, settings);
    let last = 0;
    const write = async (): Promise<void> => {
      const table = random.nextInt(2) === 0 ? 't' : 'u';
      const first = last + 1;
      last += 1 + random.nextInt(12);
      // Rows that are copied share a place in the log.
      const isCopied = random.nextInt(2) === 0;
      await db.run(
        isCopied
          ? `COPY ${table} FROM PROGRAM 'seq ${first} ${last}'`
          : `INSERT INTO ${table} SELECT generate_series(${first}, ${last}); TRUNCATE t, u`,
      );
    };
    for (let count = 0; count < 10; count += 1) await write();
    const kept = await crashAndResume(db, settings, {
      random,
      crashes: 25,
      batchesMax: 6,
      isDone: ({ records }) => records.length >= last,
      between: async (round) => (round < 15 ? write() : undefined),
    });

    expect(numbersIn(kept)).toEqual(upTo(last));
  });

  it('delivers rows of one place in the log exactly once', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY)');
    const settings = { 'snapshot.mode': 'no_data', 'max.batch.size': '2' };
    await startOnce(db, settings);
    await db.run(`COPY t FROM PROGRAM 'seq 1 40'`);
    const kept = await crashAndResume(db, settings, {
      random: new SeededRandom(7),
      crashes: 15,
      batchesMax: 3,
      isDone: ({ records }) => records.length >= 40,
    });

    expect(numbersIn(kept)).toEqual(upTo(40));
    const places = kept.records.map(({ value }) => (value as { source: { lsn: number } }).source.lsn);
    expect(new Set(places).size).toBeLessThan(10);
  });

  it.each([1, 2, 3, 4, 5])(
    'goes on with its snapshot, and ends with the state of the tables (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      await using db = await sourceDatabase(
        server,
        `CREATE TABLE numbers (id int PRIMARY KEY, v int);
       CREATE TABLE texts (a text, b int, v int, PRIMARY KEY (a, b));
       CREATE TABLE unkeyed (v int);
       CREATE TABLE marker (id int PRIMARY KEY);
       INSERT INTO numbers SELECT g, 0 FROM generate_series(1, 60) g;
       INSERT INTO texts SELECT md5(g::text), g, 0 FROM generate_series(1, 40) g;
       INSERT INTO unkeyed SELECT generate_series(1, 9)`,
      );
      let version = 0;
      const change = async (): Promise<void> => {
        version += 1;
        const id = 1 + random.nextInt(70);
        const statements = [
          `INSERT INTO numbers VALUES (${id}, ${version}) ON CONFLICT (id) DO UPDATE SET v = excluded.v`,
          `DELETE FROM numbers WHERE id = ${id}`,
          `UPDATE numbers SET id = id + 100 WHERE id = ${id}`,
          `UPDATE texts SET v = ${version} WHERE b = ${id}`,
          `DELETE FROM texts WHERE b = ${id}`,
          `INSERT INTO texts VALUES (md5('${id}'), ${id + 100}, ${version}) ON CONFLICT DO NOTHING`,
          `INSERT INTO unkeyed VALUES (${1000 + version})`,
        ];
        // A key may be there already.
        await db.run(statements[random.nextInt(statements.length)] ?? '').catch(() => undefined);
      };
      const settings = { 'snapshot.fetch.size': '7', 'max.batch.size': '3', 'status.update.interval.ms': '10ms' };
      const kept = await crashAndResume(db, settings, {
        random,
        crashes: 25,
        batchesMax: 7,
        during: change,
        isDone: (now) => now.of('app.public.marker').length > 0,
        finally: () => db.run('INSERT INTO marker VALUES (1)'),
      });

      for (const table of ['numbers', 'texts'])
        expect(applied(kept, `app.public.${table}`)).toEqual((await db.run(`SELECT * FROM ${table}`)).sort(byText));
      // Of a table that is read in parts, each row is read once; one that has no key is read anew.
      for (const table of ['numbers', 'texts']) {
        const read = kept.of(`app.public.${table}`).filter(({ value }) => (value as Envelope | null)?.op === 'r');
        expect(new Set(read.map(({ key }) => JSON.stringify(key))).size).toBe(read.length);
      }
      const unkeyed = new Set(kept.of('app.public.unkeyed').map(({ value }) => (value as Envelope).after?.['v']));
      expect([...unkeyed].sort(byText)).toEqual((await db.run('SELECT v FROM unkeyed')).map(({ v }) => v).sort(byText));
    },
  );

  it('is not told by the stream again what the snapshot has, where keys can be compared', async () => {
    await using db = await sourceDatabase(
      server,
      'CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT g, 0 FROM generate_series(1, 20) g',
    );
    const kept = new Kept();
    const properties = { ...db.properties, 'snapshot.fetch.size': '5', 'max.batch.size': '5' };
    let batches = 0;
    const first = await SourceDriver.start(postgresSource, properties, kept, () => (batches += 1) <= 2);
    await first.failure();
    await first.stop();
    await db.run('UPDATE t SET v = 1');
    await using second = await SourceDriver.start(postgresSource, properties, kept);
    await second.until(({ records }) => records.length >= 30);
    await db.run('INSERT INTO t VALUES (99, 99)');
    await second.until(({ records }) => numbersIn({ records } as Kept).includes(99));

    const seen = kept.records.map(({ key, value }) => [(key as { id: number }).id, (value as Envelope).op]);
    expect(seen.filter(([, op]) => op === 'u').map(([id]) => id)).toEqual(upTo(10));
    expect(seen).toHaveLength(20 + 10 + 1);
  });
});

describe('a source whose database goes away', () => {
  const settings = { 'snapshot.mode': 'no_data' };

  it.each(['fast', 'kill'] as const)('fails in a way that is tried again, and loses nothing (%s)', async (how) => {
    await using own = await PostgresServer.start();
    await using db = await sourceDatabase(own, 'CREATE TABLE t (id int PRIMARY KEY)');
    const kept = new Kept();
    const first = await SourceDriver.start(postgresSource, { ...db.properties, ...settings }, kept);
    await first.until(({ batches }) => batches > 0);
    await db.run('INSERT INTO t VALUES (1)');
    await own.restart(how);
    expect(await first.failure()).toMatchObject({ retriable: true });
    await first.stop();
    await own.query(`SELECT 1`);
    const client = await own.connect(db.properties['database.dbname']);
    await client.query('INSERT INTO t VALUES (2)');
    await client.end();
    await using second = await SourceDriver.start(postgresSource, { ...db.properties, ...settings }, kept);
    await second.until(({ records }) => records.length === 2);

    expect(numbersIn(kept)).toEqual([1, 2]);
  });

  it('does not keep the database from shutting down, though Kafka takes nothing', async () => {
    await using own = await PostgresServer.start();
    await using db = await sourceDatabase(own, 'CREATE TABLE t (id int PRIMARY KEY)');
    const kafka = createDeferred<boolean>();
    await using driver = await SourceDriver.start(
      postgresSource,
      { ...db.properties, ...settings },
      new Kept(),
      ({ records }) => (records.length === 0 ? true : kafka.promise),
    );
    await driver.until(({ batches }) => batches > 0);
    await db.run('INSERT INTO t VALUES (1)');
    const begun = performance.now();
    await own.suspend('fast');
    expect(performance.now() - begun).toBeLessThan(20_000);
    kafka.resolve(false);
  });

  it('notices a connection that has gone silent, and goes on when the old one still holds the slot', async () => {
    await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY)');
    await using link = await Link.to(server.port);
    const kept = new Kept();
    const properties = { ...db.properties, ...settings, 'database.port': String(link.port) };
    const first = await SourceDriver.start(postgresSource, properties, kept);
    await first.until(({ batches }) => batches > 0);
    await db.run('INSERT INTO t VALUES (1)');
    await first.until(({ records }) => records.length === 1);
    link.silence();
    await db.run('INSERT INTO t VALUES (2)');
    expect(await first.failure()).toMatchObject({ code: 'MILLRACE_CONNECT_POSTGRES_CONNECTION', retriable: true });
    await first.stop();
    await using second = await SourceDriver.start(postgresSource, { ...db.properties, ...settings }, kept);
    await waitUntil('the slot is refused', () =>
      server.log.some((line) => line.includes(`"${db.slot}" is active for PID`)),
    );
    link.cut();
    await second.until(({ records }) => records.length === 2);

    expect(numbersIn(kept)).toEqual([1, 2]);
  });
});
