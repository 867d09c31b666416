/** A value of every type, through the source and the sink: the same in the other database. */
import { MemoryTopics, PostgresServer, runSink, SourceRun } from '@millrace/connect-testkit';

import { postgresSink } from '../src/sink/sink-connector.ts';
import { postgresSource } from '../src/source/postgres-source.ts';
import { sourceDatabase } from './source-database.ts';
import { row, SETUP, TYPES } from './type-samples.ts';

/** What Debezium's form of a type does not keep, with the settings that make it keep more. */
const LOSSY = new Map([
  ['timetz', 'it is in UTC'],
  ['varbit(9)', 'zeros at the start are not counted'],
  ['int[]', 'the first index is 1'],
]);

it.each([
  ['upsert', { 'insert.mode': 'upsert', 'pk.mode': 'record_key' }],
  ['insert', {}],
])('keeps values of all types, by %s', async (_mode, settings) => {
  await using server = await PostgresServer.start({ settings: { timezone: 'Asia/Tokyo', datestyle: 'German' } });
  await using source = await sourceDatabase(server, `${SETUP}; ${row(1)}`);
  await server.createDatabase('copy');
  const copy = await server.connect('copy');
  await copy.query(SETUP);

  const topics = new MemoryTopics();
  // By default months are days, and days are hours.
  const properties = { ...source.properties, 'interval.handling.mode': 'string' };
  await using reading = SourceRun.start(postgresSource, properties, { topics });
  await reading.until(() => topics.records.length === 1);
  // Enough rows for COPY.
  for (let id = 2; id <= 10; id++) await source.run(row(id));
  await source.run('INSERT INTO types (id) VALUES (11)');
  await reading.until(() => topics.records.length === 11);
  await reading.stop();
  await runSink(
    postgresSink,
    { 'connection.url': server.url('copy'), 'table.name.format': '${source.table}', ...settings },
    [],
    { topics },
  );

  const columns = TYPES.map(([type], i) => ({ name: `c${i}`, type }));
  const kept = columns.filter(({ type }) => !LOSSY.has(type));
  const contents = `SELECT id, ${kept.map(({ name }) => `${name}::text`).join(', ')} FROM types ORDER BY id`;
  const expected = await source.run(contents);
  const found = await copy.query(contents);
  await copy.end();
  expect(expected).toHaveLength(11);
  expect(found.rows).toEqual(expected);
});
