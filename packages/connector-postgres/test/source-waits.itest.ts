/** What the sources do while the server says nothing: it waits for others, or is gone. */
import { PostgresServer } from '@millrace/connect-testkit';
import { waitUntil } from '@millrace/testing';
import { postgresQuerySource } from '../src/query/query-source.ts';
import { postgresSource } from '../src/source/postgres-source.ts';
import { Link } from './link.ts';
import { sourceDatabase } from './source-database.ts';
import { Kept, SourceDriver } from './source-driver.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server.stop());

const idsOf = ({ records }: Kept): unknown[] => records.map(({ key }) => (key as { id: number }).id);

it('tells which transaction a new slot waits for, and goes on when that has ended', async () => {
  await using db = await sourceDatabase(server, 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
  const other = await server.connect(db.properties['database.dbname']);
  await other.query('BEGIN; INSERT INTO t VALUES (2)');
  const { rows } = await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await using driver = await SourceDriver.start(postgresSource, db.properties);
  const line = await waitUntil('it tells what it waits for', () =>
    driver.logged.find(({ message }) => message.includes('waits for transactions')),
  );
  expect(line?.fields).toMatchObject({
    slot: db.slot,
    waitsFor: [expect.stringMatching(`^pid ${rows[0]?.pid} \\(database ${db.properties['database.dbname']}, `)],
  });
  expect(driver.kept.batches).toBe(0);
  await other.query('COMMIT');
  await other.end();
  await driver.until(({ records }) => records.length === 2);

  expect(idsOf(driver.kept)).toEqual([1, 2]);
});

describe('a server that has gone silent', () => {
  const ROWS = 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 4)';
  const GIVEN_UP = {
    code: 'MILLRACE_CONNECT_POSTGRES_CONNECTION',
    retriable: true,
    message: expect.stringContaining('has said nothing for 1000 ms'),
  };

  it('does not hold up a snapshot, which goes on where it was', async () => {
    await using db = await sourceDatabase(server, ROWS);
    await using link = await Link.to(server.port);
    const kept = new Kept();
    const settings = { 'database.query.timeout.ms': '1s', 'snapshot.fetch.size': '2', 'max.batch.size': '2' };
    const properties = { ...db.properties, ...settings, 'database.port': String(link.port) };
    // After the first rows the server is asked for the next ones.
    const first = await SourceDriver.start(postgresSource, properties, kept, ({ records }) => {
      if (records.length > 0) link.silence();
      return true;
    });
    expect(await first.failure()).toMatchObject(GIVEN_UP);
    await first.stop();
    await using second = await SourceDriver.start(postgresSource, { ...db.properties, ...settings }, kept);
    await db.run('INSERT INTO t VALUES (5)');
    await second.until(({ records }) => records.length === 5);

    expect(idsOf(kept)).toEqual([1, 2, 3, 4, 5]);
  });

  it('does not hold up a poll', async () => {
    await using db = await sourceDatabase(server, ROWS);
    await using link = await Link.to(server.port);
    const kept = new Kept();
    const properties = {
      ...Object.fromEntries(Object.entries(db.properties).filter(([name]) => name.startsWith('database.'))),
      'topic.prefix': 'app',
      mode: 'incrementing',
      'incrementing.column.name': 'id',
      query: 'SELECT * FROM public.t',
      'poll.interval.ms': '10ms',
      'database.query.timeout.ms': '1s',
    };
    const through = { ...properties, 'database.port': String(link.port) };
    const first = await SourceDriver.start(postgresQuerySource, through, kept, () => {
      link.silence();
      return true;
    });
    expect(await first.failure()).toMatchObject(GIVEN_UP);
    await first.stop();
    await using second = await SourceDriver.start(postgresQuerySource, properties, kept);
    await db.run('INSERT INTO t VALUES (5)');
    await second.until(({ records }) => records.length === 5);

    expect(kept.records.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5].map((id) => ({ id })));
  });
});
