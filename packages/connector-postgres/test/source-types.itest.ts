/** Every type: the same value from a snapshot and from the stream, and the value that it should be. */
import { PostgresServer } from '@millrace/connect-testkit';
import { valueProblem } from '@millrace/connect-api';
import { plainValue, type Schema } from '@millrace/connect-api';
import { postgresSource } from '../src/source/postgres-source.ts';
import { sourceDatabase } from './source-database.ts';
import { SourceDriver } from './source-driver.ts';
import { row, SETUP, TYPES } from './type-samples.ts';

type Row = Record<string, unknown>;

describe('types', () => {
  let server: PostgresServer;
  let snapshot: Row;
  let stream: Row;
  let nulls: Row;
  let schema: Schema | undefined;
  let values: readonly unknown[];

  beforeAll(async () => {
    server = await PostgresServer.start({
      settings: { timezone: 'Asia/Tokyo', datestyle: 'German', intervalstyle: 'postgres' },
    });
    await server.query(`${SETUP}; ${row(1)}`);
    const properties = {
      'database.hostname': server.host,
      'database.port': String(server.port),
      'database.user': server.user,
      'database.password': server.password,
      'database.dbname': server.database,
      'topic.prefix': 'app',
    };
    await using driver = await SourceDriver.start(postgresSource, properties);
    await driver.until(({ records }) => records.length === 1);
    await server.query(`${row(2)}; INSERT INTO types (id) VALUES (3)`);
    await driver.until(({ records }) => records.length === 3);
    [snapshot, stream, nulls] = driver.kept.records.map(({ value }) => (value as { after: Row }).after) as [
      Row,
      Row,
      Row,
    ];
    schema = driver.kept.records[1]?.record.valueSchema;
    values = driver.kept.records.map(({ record }) => plainValue(record.value));
  });
  afterAll(() => server.stop());

  it('come out of a snapshot as out of the stream', () => {
    expect({ ...snapshot, id: 0 }).toEqual({ ...stream, id: 0 });
    expect(new Set(TYPES.map(([type]) => type)).size).toBeGreaterThanOrEqual(60);
  });

  it.each(TYPES.map((type, index) => [...type, index] as const))(
    '%s %s',
    (_type, _literal, json, schemaName, index) => {
      const field = schema?.fields?.[1]?.schema.fields?.find(({ name }) => name === `c${index}`)?.schema;

      expect(stream[`c${index}`]).toEqual(json);
      expect(nulls[`c${index}`]).toBeNull();
      expect(field?.name ?? field?.type).toBe(schemaName);
      expect(field?.optional).toBe(true);
    },
  );

  it('keep all parts of intervals, where interval.handling.mode=string asks for it', async () => {
    const intervals = [
      [`1 year 2 mons 3 days 04:05:06.78`, 'P1Y2M3DT4H5M6.78S'],
      [`-1 year 2 days -00:00:00.000001`, 'P-1Y0M2DT0H0M-0.000001S'],
      [`36 hours`, 'P0Y0M0DT36H0M0S'],
      [`0`, 'P0Y0M0DT0H0M0S'],
      [`-infinity`, '-infinity'],
    ] as const;
    const rows = (from: number): string =>
      intervals.map(([literal], index) => `(${from + index}, '${literal}')`).join(', ');
    await using db = await sourceDatabase(
      server,
      `CREATE TABLE t (id int PRIMARY KEY, v interval); INSERT INTO t VALUES ${rows(0)}`,
    );
    const properties = { ...db.properties, 'interval.handling.mode': 'string' };
    await using driver = await SourceDriver.start(postgresSource, properties);
    await driver.until(({ records }) => records.length === intervals.length);
    await db.run(`INSERT INTO t VALUES ${rows(100)}`);
    await driver.until(({ records }) => records.length === 2 * intervals.length);

    const written = driver.kept.records.map(({ value }) => (value as { after: Row }).after['v']);
    const expected = intervals.map(([, text]) => text);
    expect(written).toEqual([...expected, ...expected]);
  });

  it('are values of their schemas', () => {
    for (const value of values) expect(valueProblem(schema as Schema, value)).toBeUndefined();
  });
});
