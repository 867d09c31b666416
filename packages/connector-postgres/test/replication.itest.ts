/**
 * Random transactions on ten tables, through the source, topics and the sink into another database, with both ends killed now and then: in
 * the end the tables are equal row by row, and a log of all changes has each of them once.
 */
import { SeededRandom } from '@millrace/base';
import {
  MemoryGroup,
  MemoryOffsets,
  MemoryTopics,
  PostgresServer,
  SinkRun,
  SourceRun,
} from '@millrace/connect-testkit';

import { postgresSink } from '../src/sink/sink-connector.ts';
import { postgresSource } from '../src/source/postgres-source.ts';
import { sourceDatabase } from './source-database.ts';

const TABLES = 10;
const ROUNDS = 10;
const TRANSACTIONS_PER_ROUND = 50;
const SEED = Number(process.env['MILLRACE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const COLUMNS = `
  i int, b bigint, n numeric, money numeric(12,2), f float8, ok boolean, t text, v varchar(40), at timestamptz, local timestamp(3),
  d date, tm time, j jsonb, raw bytea, u uuid, ints int[], texts text[], m mood, span interval, ip inet, bits bit(5)`;

/** SQL of random values in the order of the columns. */
function values(random: SeededRandom): string {
  const pick = <T>(...items: readonly T[]): T => items[random.nextInt(items.length)] as T;
  const int = (max: number): number => random.nextInt(max);
  return [
    pick('NULL', String(int(2_000_000) - 1_000_000)),
    pick('9223372036854775807', '-9223372036854775808', String(int(1_000_000))),
    pick('0.000000000000000000001', '12345678901234567890.123', `${int(1000)}`, 'NULL'),
    `${int(1_000_000)}.${int(90) + 10}`,
    pick("'Infinity'", "'NaN'", '1e-300', `${int(1000)}.5`),
    pick('true', 'false', 'NULL'),
    pick("''", "'a\tb\\c\"d''e'", "E'line\\nline'", "repeat('long', 3000)", `'text ${int(1000)}'`, 'NULL'),
    `'v ${int(1000)}'`,
    `timestamptz '2024-01-01 00:00:00+00' + interval '${int(1_000_000_000)} microseconds'`,
    `timestamp '1999-12-31 23:59:59.999' + interval '${int(1_000_000)} milliseconds'`,
    pick(`date '2000-01-01' + ${int(10_000)}`, "date '0044-03-15 BC'", 'NULL'),
    `time '00:00:00' + interval '${int(86_399)} seconds'`,
    pick(`'{"a": [1, 2.50, null], "b": "x\\"y"}'`, "'[]'", `'${int(100)}'`, 'NULL'),
    pick("'\\x00ff10'", "''", 'NULL'),
    `'00000000-0000-4000-8000-${String(int(1_000_000)).padStart(12, '0')}'`,
    pick("'{1,NULL,-3}'", "'{}'", 'NULL'),
    pick(`'{"a,b","c\\"d",NULL,"NULL",""}'`, 'NULL'),
    pick("'happy'", "'so so'", 'NULL'),
    `interval '${int(100)} hours ${int(60)} minutes'`,
    pick("'10.0.0.1/8'", "'::1'", 'NULL'),
    `B'${int(32).toString(2).padStart(5, '0')}'`,
  ].join(', ');
}

const NAMES = COLUMNS.split(/,(?! *\d)/).map((column) => column.trim().split(' ')[0]);

function transaction(random: SeededRandom): string {
  const count = 1 + random.nextInt(8);
  const statements = Array.from({ length: count }, () => {
    const table = `t${random.nextInt(TABLES)}`;
    const id = random.nextInt(40);
    switch (random.nextInt(10)) {
      case 0:
      case 1:
        return `DELETE FROM ${table} WHERE id = ${id}`;
      case 2:
        return `UPDATE ${table} SET id = ${100 + random.nextInt(40)} WHERE id = ${id} AND NOT EXISTS (SELECT FROM ${table} WHERE id >= 100)`;
      case 3:
        return `UPDATE ${table} SET i = ${random.nextInt(1000)} WHERE id = ${id}`;
      case 4:
        return `UPDATE ${table} SET t = t || 'x', raw = NULL WHERE id < ${id}`;
      default:
        return (
          `INSERT INTO ${table} VALUES (${id}, ${values(random)}) ON CONFLICT (id) DO UPDATE SET (${NAMES.join(', ')}) = ` +
          `ROW(${NAMES.map((name) => `EXCLUDED.${name}`).join(', ')})`
        );
    }
  });
  return `BEGIN; ${statements.join('; ')}; ${random.nextInt(8) === 0 ? 'ROLLBACK' : 'COMMIT'}`;
}

const TABLE_NAMES = Array.from({ length: TABLES }, (_, i) => `t${i}`);

const SETUP = [
  "CREATE TYPE mood AS ENUM ('happy', 'so so')",
  ...TABLE_NAMES.map((name) => `CREATE TABLE ${name} (id int PRIMARY KEY, ${COLUMNS})`),
].join('; ');

/** Each row as text, so that nothing is lost on the way to JavaScript. */
const CONTENTS = TABLE_NAMES.map((name) => `SELECT '${name}' AS name, t::text AS row FROM ${name} AS t`).join(
  ' UNION ALL ',
);

/** Cuts the connections of the source and of the sinks, in the midst of whatever they do. */
const BREAK = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE backend_type = 'walsender' OR application_name LIKE 'millrace-connect%'`;

it(`copies ten tables exactly, whatever is killed on the way (seed ${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  await using server = await PostgresServer.start();
  await using source = await sourceDatabase(server, SETUP);
  await server.createDatabase('copy');
  const copy = await server.connect('copy');
  await copy.query(SETUP);
  await copy.query('CREATE TABLE changes (op text, lsn bigint, at_table text)');

  const topics = new MemoryTopics({ partitions: 3 });
  for (const name of TABLE_NAMES) topics.create(`app.public.${name}`);
  const offsets = new MemoryOffsets();
  const target = { 'connection.url': server.url('copy'), 'delivery.guarantee': 'exactly_once' };
  const sinks = [
    {
      connector: 'mirror',
      group: new MemoryGroup(),
      properties: {
        ...target,
        'insert.mode': 'upsert',
        'pk.mode': 'record_key',
        'delete.enabled': 'true',
        'table.name.format': '${source.table}',
      },
    },
    {
      connector: 'log',
      group: new MemoryGroup(),
      properties: { ...target, 'auto.create': 'true', 'table.name.format': 'log_of_${source.table}' },
    },
  ];

  for (let round = 0; round < ROUNDS; round++) {
    const isLast = round === ROUNDS - 1;
    await using reading = SourceRun.start(postgresSource, source.properties, {
      topics,
      offsets,
      exactlyOnce: true,
      ...(isLast ? {} : { crash: { at: 'sent', batch: 3 + random.nextInt(10) } as const }),
    });
    await using first = startSink(0, !isLast);
    await using second = startSink(1, !isLast);
    for (let i = 0; i < TRANSACTIONS_PER_ROUND; i++) {
      await source.run(transaction(random));
      if (random.nextInt(25) === 0) await server.query(BREAK);
    }
    // Ends in the midst of writing, or of opening, unless it is killed before.
    for (const writing of [first, second]) {
      if (random.nextInt(2) === 0)
        await writing.until(() => writing.lag === 0 || writing.isCrashed).catch(() => undefined);
    }
    if (!isLast) continue;
    await source.run("INSERT INTO t0 (id, t) VALUES (999, 'the end')");
    await reading.until(() => topics.records.some(({ key }) => (key as { id?: number } | null)?.id === 999), 60_000);
  }
  for (const index of [0, 1]) {
    await using writing = startSink(index);
    await writing.until(undefined, 60_000);
    await writing.stop();
  }

  const expected = await source.run(`${CONTENTS} ORDER BY 1, 2`);
  const found = await copy.query(`${CONTENTS} ORDER BY 1, 2`);
  expect(expected.length).toBeGreaterThan(100);
  expect(found.rows).toEqual(expected);

  const written = topics.records.filter(({ value }) =>
    ['c', 'r', 'u'].includes((value as { op?: string } | null)?.op ?? ''),
  );
  const logged = await copy.query(TABLE_NAMES.map((name) => `SELECT FROM log_of_${name}`).join(' UNION ALL '));
  await copy.end();
  expect(logged.rowCount).toBe(written.length);

  /** Killed: what is in the database is not committed to the group. */
  function startSink(index: number, isKilled = false): SinkRun {
    const { connector, group, properties } = sinks[index] as (typeof sinks)[number];
    return SinkRun.start(postgresSink, properties, {
      topics,
      connector,
      group,
      tasksMax: 1 + random.nextInt(3),
      batchRecordsMax: 1 + random.nextInt(50),
      ...(isKilled ? { crash: { at: 'flushed', batch: 2 + random.nextInt(10) } as const } : {}),
    });
  }
});
