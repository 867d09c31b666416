/** Tables that are changed while the source is down: the log has rows of before and after, the catalog only what is now. */
import { PostgresServer } from '@millrace/connect-testkit';
import { postgresSource } from '../src/source/postgres-source.ts';
import { sourceDatabase } from './source-database.ts';
import { Kept, SourceDriver } from './source-driver.ts';

interface Envelope {
  readonly after: Record<string, unknown> | null;
}

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start({ settings: { max_replication_slots: 60 } });
});
afterAll(() => server.stop());

/** What comes of these statements, which run while the source is down. */
async function afterDowntime(setup: string, statements: readonly string[], count: number): Promise<Kept> {
  await using db = await sourceDatabase(server, setup);
  const kept = new Kept();
  const properties = { ...db.properties, 'snapshot.mode': 'no_data' };
  {
    await using driver = await SourceDriver.start(postgresSource, properties, kept);
    await driver.until(({ batches }) => batches > 0);
  }
  for (const statement of statements) await db.run(statement);
  await using driver = await SourceDriver.start(postgresSource, properties, kept);
  await driver.until(({ records }) => records.length >= count);
  // Nothing follows that was not expected.
  await db.run("SELECT pg_logical_emit_message(true, 'end', '')");
  await driver.until((all) => all.of('app.message').length === 1);
  kept.records.pop();
  return kept;
}

const rowsOf = ({ records }: Kept): unknown[] => records.map(({ value }) => (value as Envelope | null)?.after);

/** Of the rows in the envelopes: name, type, and whether there may be nothing. */
const columnsOf = ({ records }: Kept): (string | undefined)[] =>
  records.map(({ record }) =>
    record.valueSchema?.fields?.[1]?.schema.fields
      ?.map(({ name, schema }) => `${name} ${schema.type}${schema.optional === true ? '?' : ''}`)
      .join(', '),
  );

describe('a table that is changed while the source is down', () => {
  it('has its new column in the rows of after, and not in those of before', async () => {
    const kept = await afterDowntime(
      'CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL)',
      [
        "INSERT INTO t VALUES (1, 'x')",
        "ALTER TABLE t ADD COLUMN b int NOT NULL DEFAULT 5; UPDATE t SET a = 'y'",
        "INSERT INTO t VALUES (2, 'z', 6)",
      ],
      3,
    );

    expect(rowsOf(kept)).toEqual([
      { id: 1, a: 'x' },
      { id: 1, a: 'y', b: 5 },
      { id: 2, a: 'z', b: 6 },
    ]);
    expect(columnsOf(kept)).toEqual([
      'id int32, a string',
      'id int32, a string, b int32',
      'id int32, a string, b int32',
    ]);
  });

  it('has its lost column in the rows of before, also when its type is gone too', async () => {
    const kept = await afterDowntime(
      "CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL, n int)",
      [
        "INSERT INTO t VALUES (1, 'glad', 1)",
        'ALTER TABLE t DROP COLUMN m; DROP TYPE mood',
        'INSERT INTO t VALUES (2, 2)',
        'DELETE FROM t WHERE id = 1',
      ],
      4,
    );

    expect(rowsOf(kept).slice(0, 2)).toEqual([
      { id: 1, m: 'glad', n: 1 },
      { id: 2, n: 2 },
    ]);
    expect(columnsOf(kept).slice(0, 3)).toEqual([
      'id int32, m string?, n int32?',
      'id int32, n int32?',
      'id int32, n int32?',
    ]);
    expect(kept.records.map(({ key }) => key)).toEqual([{ id: 1 }, { id: 2 }, { id: 1 }, { id: 1 }]);
  });

  it('has values of the type that its column had', async () => {
    const kept = await afterDowntime(
      'CREATE TABLE t (id int PRIMARY KEY, v int, w text)',
      [
        "INSERT INTO t VALUES (1, 10, '2024-01-02')",
        'ALTER TABLE t ALTER COLUMN v TYPE text, ALTER COLUMN w TYPE date USING w::date',
        "INSERT INTO t VALUES (2, 'ten', '2024-01-02')",
        'ALTER TABLE t ALTER COLUMN id TYPE bigint',
        "INSERT INTO t VALUES (9007199254740993, 'more', NULL)",
      ],
      3,
    );

    expect(rowsOf(kept)).toEqual([
      { id: 1, v: 10, w: '2024-01-02' },
      { id: 2, v: 'ten', w: 19_724 },
      { id: expect.anything(), v: 'more', w: null },
    ]);
    expect(columnsOf(kept)).toEqual([
      'id int32, v int32?, w string?',
      'id int32, v string?, w int32?',
      'id int64, v string?, w int32?',
    ]);
  });

  it('may have had nothing where it must have something now', async () => {
    const kept = await afterDowntime(
      'CREATE TABLE t (id int PRIMARY KEY, v int)',
      [
        'INSERT INTO t VALUES (1, 7)',
        'INSERT INTO t VALUES (2, NULL)',
        'UPDATE t SET v = 0 WHERE v IS NULL; ALTER TABLE t ALTER COLUMN v SET NOT NULL',
        'INSERT INTO t VALUES (3, 3)',
      ],
      4,
    );

    expect(rowsOf(kept)).toEqual([
      { id: 1, v: 7 },
      { id: 2, v: null },
      { id: 2, v: 0 },
      { id: 3, v: 3 },
    ]);
    expect(columnsOf(kept)).toEqual([
      'id int32, v int32',
      'id int32, v int32?',
      'id int32, v int32?',
      'id int32, v int32',
    ]);
  });

  it('has a key by its replica identity, when it is gone', async () => {
    const kept = await afterDowntime(
      'CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE u (id int PRIMARY KEY)',
      ["INSERT INTO t VALUES (1, 'x')", 'DROP TABLE t', 'INSERT INTO u VALUES (2)'],
      2,
    );

    expect(kept.records.map(({ topic, key }) => [topic, key])).toEqual([
      ['app.public.t', { id: 1 }],
      ['app.public.u', { id: 2 }],
    ]);
  });
});
