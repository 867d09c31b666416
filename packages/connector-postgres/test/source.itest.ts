import { PostgresServer } from '@millrace/connect-testkit';
import { postgresSource } from '../src/source/postgres-source.ts';
import { SourceDriver } from './source-driver.ts';

interface Envelope {
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly op: string;
  readonly source: Record<string, unknown>;
}

let server: PostgresServer;
let number = 0;

beforeAll(async () => {
  server = await PostgresServer.start({ settings: { wal_sender_timeout: '10s' } });
});
afterAll(() => server.stop());

/** A database of its own, so that tests do not see each other's log. */
async function database(setup: string): Promise<{
  properties: Record<string, string>;
  run(sql: string): Promise<Record<string, unknown>[]>;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  number += 1;
  const name = `source_${number}`;
  await server.createDatabase(name);
  const client = await server.connect(name);
  await client.query(setup);
  return {
    properties: {
      'database.hostname': server.host,
      'database.port': String(server.port),
      'database.user': server.user,
      'database.password': server.password,
      'database.dbname': name,
      'topic.prefix': 'app',
      'slot.name': `slot_${number}`,
      'status.update.interval.ms': '50ms',
      'slot.retry.delay.ms': '50ms',
    },
    run: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    [Symbol.asyncDispose]: () => client.end(),
  };
}

describe('the Postgres source', () => {
  it('reads what is there, and then what changes', async () => {
    await using db = await database(
      `CREATE TABLE items (id int PRIMARY KEY, name text NOT NULL, price numeric(10,2));
       INSERT INTO items VALUES (1, 'one', 1.50), (2, 'two "quoted"', NULL)`,
    );
    await using driver = await SourceDriver.start(postgresSource, db.properties);
    await driver.until(({ records }) => records.length === 2);
    await db.run(`INSERT INTO items VALUES (3, E'three\\n', -12.34)`);
    await db.run(`UPDATE items SET name = 'uno' WHERE id = 1`);
    await db.run('DELETE FROM items WHERE id = 2');
    await driver.until(({ records }) => records.length === 6);

    const seen = driver.kept.of('app.public.items').map(({ key, value }) => {
      const envelope = value as Envelope | null;
      return [key, envelope?.op, envelope?.before, envelope?.after];
    });
    expect(seen).toEqual([
      [{ id: 1 }, 'r', null, { id: 1, name: 'one', price: 'AJY=' }],
      [{ id: 2 }, 'r', null, { id: 2, name: 'two "quoted"', price: null }],
      [{ id: 3 }, 'c', null, { id: 3, name: 'three\n', price: '+y4=' }],
      [{ id: 1 }, 'u', null, { id: 1, name: 'uno', price: 'AJY=' }],
      [{ id: 2 }, 'd', { id: 2, name: '', price: null }, null],
      [{ id: 2 }, undefined, undefined, undefined],
    ]);
  });
});
