import { silentLogger, systemClock } from '@millrace/base';
import { PostgresServer } from '@millrace/connect-testkit';
import { waitUntil } from '@millrace/testing';
import type { QueryConfig } from '../src/query/query-config.ts';
import { postgresQuerySource } from '../src/query/query-source.ts';
import { sourceDatabase, type SourceDatabase } from './source-database.ts';
import { Kept, SourceDriver } from './source-driver.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());

const propertiesOf = (db: SourceDatabase, settings: Readonly<Record<string, string>>): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(db.properties).filter(([name]) => name.startsWith('database.') || name === 'topic.prefix'),
  ),
  'table.include.list': 'public.t',
  'poll.interval.ms': '10ms',
  ...settings,
});

/** As the worker does it: the first task of the first plan. */
async function start(properties: Record<string, string>, kept = new Kept()): Promise<SourceDriver> {
  return SourceDriver.start(postgresQuerySource, properties, kept);
}

const idsOf = (kept: Kept): unknown[] => kept.records.map(({ value }) => (value as { id: number }).id);

describe('the Postgres query source', () => {
  it('reads rows with higher numbers, once each, and goes on after the last', async () => {
    await using db = await sourceDatabase(
      server,
      `CREATE TABLE t (id bigserial PRIMARY KEY, v text); INSERT INTO t (v) VALUES ('a'), ('b')`,
    );
    const properties = propertiesOf(db, { mode: 'incrementing', 'incrementing.column.name': 'id' });
    const kept = new Kept();
    {
      await using driver = await start(properties, kept);
      await driver.until(({ records }) => records.length === 2);
      await db.run(`INSERT INTO t (v) VALUES ('c')`);
      await driver.until(({ records }) => records.length === 3);
    }
    await db.run(`INSERT INTO t (v) VALUES ('d')`);
    await using again = await start(properties, kept);
    await again.until(({ records }) => records.length === 4);

    expect(kept.of('app.public.t').map(({ key, value }) => [key, value])).toEqual(
      ['a', 'b', 'c', 'd'].map((v, index) => [{ id: index + 1 }, { id: index + 1, v }]),
    );
  });

  it.each([
    ['incrementing', 'id bigserial PRIMARY KEY'],
    ['timestamp', 'id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now()'],
    ['timestamp+incrementing', 'id bigserial PRIMARY KEY, at timestamp NOT NULL DEFAULT now()'],
  ])('does not pass over a row that is committed late (%s)', async (mode, columns) => {
    await using db = await sourceDatabase(server, `CREATE TABLE t (${columns}, v text)`);
    const late = await server.connect(db.properties['database.dbname']);
    await using driver = await start(
      propertiesOf(db, { mode, 'incrementing.column.name': 'id', 'timestamp.column.name': 'at' }),
    );
    await late.query(`BEGIN; INSERT INTO t (v) VALUES ('late')`);
    await db.run(`INSERT INTO t (v) VALUES ('early')`);
    const asked = new Set<number>();
    await waitUntil('it has looked many times', async () => {
      const [connection] = await db.run(
        `SELECT query_start FROM pg_stat_activity WHERE application_name LIKE 'millrace-connect%' AND datname = current_database()`,
      );
      if (connection !== undefined) asked.add(Number(connection['query_start']));
      return asked.size >= 10;
    });
    expect(driver.kept.records).toEqual([]);
    await late.query('COMMIT');
    await late.end();
    await driver.until(({ records }) => records.length === 2);

    expect(idsOf(driver.kept)).toEqual([1, 2]);
  });

  it('reads changed rows again by their time', async () => {
    await using db = await sourceDatabase(
      server,
      'CREATE TABLE t (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp()); INSERT INTO t VALUES (1), (2), (3)',
    );
    const properties = propertiesOf(db, {
      mode: 'timestamp+incrementing',
      'incrementing.column.name': 'id',
      'timestamp.column.name': 'at',
      'batch.max.rows': '2',
    });
    await using driver = await start(properties);
    await driver.until(({ records }) => records.length === 3);
    await db.run('UPDATE t SET at = clock_timestamp() WHERE id = 2');
    await driver.until(({ records }) => records.length === 4);

    expect(idsOf(driver.kept)).toEqual([1, 2, 3, 2]);
  });

  it('reads a query, and all of a table each time', async () => {
    await using db = await sourceDatabase(
      server,
      `CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'x'), (2, 'y')`,
    );
    const { 'table.include.list': _table, ...properties } = propertiesOf(db, { 'topic.prefix': 'answers' });
    const query = `SELECT id, upper(v) AS name FROM public.t WHERE id > 1`;
    await using asked = await start({ ...properties, mode: 'incrementing', 'incrementing.column.name': 'id', query });
    await asked.until(({ records }) => records.length === 1);
    await using bulk = await start(propertiesOf(db, { mode: 'bulk' }));
    await bulk.until(({ records }) => records.length >= 4);

    expect(asked.kept.of('answers').map(({ value }) => value)).toEqual([{ id: 2, name: 'Y' }]);
    expect(idsOf(bulk.kept).slice(0, 4)).toEqual([1, 2, 1, 2]);
  });

  it('shares tables out to tasks, and again when there are others', async () => {
    await using db = await sourceDatabase(
      server,
      'CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE VIEW c AS SELECT * FROM a',
    );
    const { config } = postgresQuerySource.config.read(
      propertiesOf(db, { 'table.include.list': 'public\\..*', mode: 'bulk', 'table.poll.interval.ms': '100ms' }),
    );
    const abort = new AbortController();
    const context = { connector: 'q', tasksMax: 2, log: silentLogger, clock: systemClock };
    const plans: unknown[] = [];
    for await (const tasks of postgresQuerySource.plan(config as QueryConfig, context, abort.signal)) {
      plans.push(
        tasks.map(({ targets }) => (JSON.parse(targets ?? '') as { name: string }[]).map(({ name }) => name).join()),
      );
      if (plans.length === 2) abort.abort();
      else await db.run('CREATE TABLE d (id int)');
    }

    expect(plans).toEqual([
      ['a,c', 'b'],
      ['a,c', 'b,d'],
    ]);
  });
});
