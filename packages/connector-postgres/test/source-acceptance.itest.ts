import { PostgresServer, sourceAcceptance, type SourceWorld } from '@millrace/connect-testkit';
import { plainValue, type SourceConnector } from '@millrace/connect-api';
import { postgresQuerySource, postgresSource } from '../src/index.ts';
import { sourceDatabase } from './source-database.ts';

const MODULE = new URL('../src/index.ts', import.meta.url);

/** More by hand. */
const KILLS = Number(process.env['MILLRACE_POSTGRES_KILLS'] ?? 10);

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start({
    settings: { max_connections: 200, max_replication_slots: 200, max_wal_senders: 60 },
  });
});
afterAll(() => server.stop());

async function openWorld(settings: Readonly<Record<string, string>>): Promise<SourceWorld> {
  const db = await sourceDatabase(server, 'CREATE TABLE things (id bigserial PRIMARY KEY, n numeric(8,2), pad text)');
  const { 'slot.name': slot = '', ...properties } = db.properties;
  const config = { ...properties, ...(settings['mode'] === undefined ? { 'slot.name': slot } : {}), ...settings };
  const name = String(db.properties['database.dbname']);
  return {
    config,
    brokenConfigs: [
      { ...config, 'database.password': 'another secret' },
      { ...config, 'database.dbname': 'there_is_none' },
    ],
    write: async (count) => {
      const rows = await db.run(
        `INSERT INTO things (n, pad) SELECT 1, repeat('x', 2000) FROM generate_series(1, ${count}) RETURNING id`,
      );
      return rows.map(({ id }) => String(id));
    },
    idOf: ({ key }) => String((plainValue(key) as { id: number }).id),
    poison: async () => void (await db.run(`INSERT INTO things (n) VALUES ('NaN')`)),
    interrupt: async () => {
      await server.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND application_name LIKE 'millrace-connect%'`,
      );
    },
    [Symbol.asyncDispose]: async () => {
      await db[Symbol.asyncDispose]();
      await server.query(
        `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active AND database = '${name}'`,
      );
      await server.query(
        `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active AND database = '${name}'`,
      );
    },
  };
}

function accept<C>(plugin: SourceConnector<C>, settings: Readonly<Record<string, string>>): void {
  const cases = sourceAcceptance({ plugin, module: MODULE, kills: KILLS, open: () => openWorld(settings) });
  it.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run(), 120_000);
}

describe('the Postgres source', () => accept(postgresSource, {}));

describe('the Postgres query source', () =>
  accept(postgresQuerySource, {
    mode: 'incrementing',
    'incrementing.column.name': 'id',
    'table.include.list': 'public.things',
    'poll.interval.ms': '10ms',
  }));
