/** Databases for tests of the source: each test has its own, with its own slot, so that none sees the log of another. */
import type { PostgresServer } from '@millrace/connect-testkit';

export interface SourceDatabase extends AsyncDisposable {
  /** Settings of a source that reads it. */
  readonly properties: Readonly<Record<string, string>>;
  readonly slot: string;
  run(sql: string): Promise<Record<string, unknown>[]>;
}

let count = 0;

export async function sourceDatabase(server: PostgresServer, setup: string): Promise<SourceDatabase> {
  count += 1;
  const name = `source_${count}`;
  await server.createDatabase(name);
  const client = await server.connect(name);
  await client.query(setup);
  return {
    slot: `slot_${count}`,
    properties: {
      'database.hostname': server.host,
      'database.port': String(server.port),
      'database.user': server.user,
      'database.password': server.password,
      'database.dbname': name,
      'topic.prefix': 'app',
      'slot.name': `slot_${count}`,
      'status.update.interval.ms': '50ms',
      'slot.retry.delay.ms': '50ms',
    },
    run: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    [Symbol.asyncDispose]: () => client.end().catch(() => undefined),
  };
}
