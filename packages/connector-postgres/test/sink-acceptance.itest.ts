import { PostgresServer, sinkAcceptance, type SinkWorld } from '@millrace/connect-testkit';

import { postgresSink } from '../src/sink/sink-connector.ts';

let server: PostgresServer;
let worlds = 0;

beforeAll(async () => {
  server = await PostgresServer.start();
});

afterAll(() => server.stop());

async function openWorld(settings: Readonly<Record<string, string>>): Promise<SinkWorld> {
  const topic = `things${worlds++}`;
  const config = {
    name: `sink-${topic}`,
    'connection.url': `postgresql://${server.host}:${server.port}/${server.database}`,
    'connection.username': server.user,
    'connection.password': server.password,
    'auto.create': 'true',
    ...settings,
  };
  const recordOf = (n: number, value: unknown) => ({ topic, key: `thing-${n}`, value });
  return {
    config,
    brokenConfigs: [{ ...config, 'connection.password': 'another secret' }],
    record: (n) => ({ id: `thing-${n}`, record: recordOf(n, { n, name: `name of ${n}` }) }),
    stored: async () => {
      const isThere = await server.query('SELECT to_regclass($1) IS NOT NULL AS yes', [topic]);
      if (isThere[0]?.['yes'] !== true) return [];
      const column = settings['pk.mode'] === 'record_key' ? 'id' : "'thing-' || n";
      return (await server.query(`SELECT ${column} AS id FROM ${topic}`)).map((row) => String(row['id']));
    },
    // Postgres has no character of code 0 in texts.
    poison: () => recordOf(0, { n: 0, name: 'name\u0000' }),
    tombstone: (n) => recordOf(n, null),
    interrupt: async () => {
      await server.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'millrace-connect%'",
      );
    },
    [Symbol.asyncDispose]: async () => {
      await server.query(`DROP TABLE IF EXISTS ${topic}`);
    },
  };
}

const pluginModule = new URL('../src/sink/sink-connector.ts', import.meta.url);

describe('the Postgres sink, upserting', () => {
  const settings = {
    'insert.mode': 'upsert',
    'pk.mode': 'record_key',
    'pk.fields': 'id',
    'delete.enabled': 'true',
  };
  const cases = sinkAcceptance({ plugin: postgresSink, module: pluginModule, open: () => openWorld(settings) });
  for (const { name, run } of cases) it(name, run);
});

describe('the Postgres sink, inserting exactly once', () => {
  const cases = sinkAcceptance({
    plugin: postgresSink,
    module: pluginModule,
    without: ['tombstone'],
    open: async () => {
      const { tombstone: _none, ...world } = await openWorld({ 'delivery.guarantee': 'exactly_once' });
      return world;
    },
  });
  for (const { name, run } of cases) it(name, run);
});
