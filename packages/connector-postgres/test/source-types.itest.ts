/** Every type: the same value from a snapshot and from the stream, and the value that it should be. */
import { PostgresServer } from '@millrace/connect-testkit';
import { valueProblem } from '@millrace/connect-api';
import { plainValue, type Schema } from '@millrace/connect-api';
import { postgresSource } from '../src/source/postgres-source.ts';
import { SourceDriver } from './source-driver.ts';

const base64 = (...bytes: number[]): string => Buffer.from(bytes).toString('base64');

/** Type, literal, the JSON that becomes of it, and the schema: its type, or the name of its logical type. */
const TYPES: readonly (readonly [type: string, literal: string, json: unknown, schema: string])[] = [
  ['boolean', `true`, true, 'boolean'],
  ['smallint', `-32768`, -32768, 'int16'],
  ['integer', `2147483647`, 2147483647, 'int32'],
  ['bigint', `9007199254740991`, 9007199254740991, 'int64'],
  ['oid', `4294967295`, 4294967295, 'int64'],
  ['xid', `'7'`, 7, 'int64'],
  ['cid', `'8'`, 8, 'int64'],
  ['real', `1.5`, 1.5, 'float32'],
  ['real', `'NaN'`, 'NaN', 'float32'],
  ['double precision', `0.1`, 0.1, 'float64'],
  ['double precision', `'-Infinity'`, '-Infinity', 'float64'],
  ['double precision', `1e300`, 1e300, 'float64'],
  ['numeric(10,2)', `1234.5`, base64(0x01, 0xe2, 0x3a), 'org.apache.kafka.connect.data.Decimal'],
  ['numeric(10,2)', `-1.28`, base64(0x80), 'org.apache.kafka.connect.data.Decimal'],
  ['numeric(10,2)', `1.28`, base64(0x00, 0x80), 'org.apache.kafka.connect.data.Decimal'],
  ['numeric(5,0)', `0`, base64(0), 'org.apache.kafka.connect.data.Decimal'],
  [
    'numeric(38,4)',
    `1234567890123456789012345678901234.5678`,
    Buffer.from(12345678901234567890123456789012345678n.toString(16).padStart(32, '0'), 'hex').toString('base64'),
    'org.apache.kafka.connect.data.Decimal',
  ],
  ['numeric(3,-2)', `12345`, base64(0x30, 0x0c), 'org.apache.kafka.connect.data.Decimal'],
  ['numeric', `1.250`, { scale: 3, value: base64(0x04, 0xe2) }, 'io.debezium.data.VariableScaleDecimal'],
  ['money', `-1234.5`, base64(0xfe, 0x1d, 0xc6), 'org.apache.kafka.connect.data.Decimal'],
  ['char(5)', `'ab'`, 'ab   ', 'string'],
  ['varchar(10)', `'tab\there'`, 'tab\there', 'string'],
  ['text', `E'line\\nback\\\\slash\\ttab"quote\u0001é漢😀'`, 'line\nback\\slash\ttab"quote\u0001é漢😀', 'string'],
  ['text', `'\\N'`, '\\N', 'string'],
  ['text', `''`, '', 'string'],
  ['name', `'nom'`, 'nom', 'string'],
  ['"char"', `'x'`, 'x', 'string'],
  ['bytea', `'\\x00ff10'`, base64(0, 255, 16), 'bytes'],
  ['bytea', `''`, '', 'bytes'],
  ['uuid', `'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'`, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'io.debezium.data.Uuid'],
  ['json', `'{"a": [1, null]}'`, '{"a": [1, null]}', 'io.debezium.data.Json'],
  ['jsonb', `'{"b":2,"a":1}'`, '{"a": 1, "b": 2}', 'io.debezium.data.Json'],
  ['date', `'2026-11-23'`, 20780, 'io.debezium.time.Date'],
  ['date', `'1969-12-31'`, -1, 'io.debezium.time.Date'],
  ['date', `'0044-03-15 BC'`, -735160, 'io.debezium.time.Date'],
  ['date', `'infinity'`, 2147483647, 'io.debezium.time.Date'],
  ['time', `'13:14:15.123456'`, 47655123456, 'io.debezium.time.MicroTime'],
  ['time(3)', `'13:14:15.123'`, 47655123, 'io.debezium.time.Time'],
  ['time', `'24:00'`, 86400000000, 'io.debezium.time.MicroTime'],
  ['timetz', `'04:05:06.789-08'`, '12:05:06.789Z', 'io.debezium.time.ZonedTime'],
  ['timestamp', `'2026-11-23 10:11:12.123456'`, 1795428672123456, 'io.debezium.time.MicroTimestamp'],
  ['timestamp(3)', `'2026-11-23 10:11:12.123'`, 1795428672123, 'io.debezium.time.Timestamp'],
  ['timestamp', `'1960-01-01 00:00:00.5'`, -315619199500000, 'io.debezium.time.MicroTimestamp'],
  ['timestamp(0)', `'0001-12-31 23:59:59 BC'`, -62135596801000, 'io.debezium.time.Timestamp'],
  ['timestamptz', `'2026-11-23 10:11:12.12+02'`, '2026-11-23T08:11:12.12Z', 'io.debezium.time.ZonedTimestamp'],
  ['timestamptz', `'0044-03-15 00:00:00+00 BC'`, '-0043-03-15T00:00:00Z', 'io.debezium.time.ZonedTimestamp'],
  ['timestamptz', `'12026-01-01 00:00:00+00'`, '+12026-01-01T00:00:00Z', 'io.debezium.time.ZonedTimestamp'],
  ['timestamptz', `'-infinity'`, '-infinity', 'io.debezium.time.ZonedTimestamp'],
  ['interval', `'1 day 02:03:04.5'`, 93784500000, 'io.debezium.time.MicroDuration'],
  ['interval', `'-1 day -00:00:01'`, -86401000000, 'io.debezium.time.MicroDuration'],
  ['interval', `'1 year 2 mons'`, 36817200000000, 'io.debezium.time.MicroDuration'],
  ['bit(1)', `B'1'`, true, 'boolean'],
  ['bit(10)', `B'1000000011'`, base64(0x03, 0x02), 'io.debezium.data.Bits'],
  ['varbit(9)', `B'101'`, base64(0x05), 'io.debezium.data.Bits'],
  [
    'point',
    `'(1,2.5)'`,
    { x: 1, y: 2.5, wkb: 'AQEAAAAAAAAAAADwPwAAAAAAAARA', srid: null },
    'io.debezium.data.geometry.Point',
  ],
  ['line', `'{1,2,3}'`, '{1,2,3}', 'string'],
  ['lseg', `'[(1,2),(3,4)]'`, '[(1,2),(3,4)]', 'string'],
  ['box', `'(3,4),(1,2)'`, '(3,4),(1,2)', 'string'],
  ['path', `'[(1,2),(3,4)]'`, '[(1,2),(3,4)]', 'string'],
  ['polygon', `'((1,2),(3,4))'`, '((1,2),(3,4))', 'string'],
  ['circle', `'<(1,2),3>'`, '<(1,2),3>', 'string'],
  ['inet', `'192.168.0.1'`, '192.168.0.1', 'string'],
  ['inet', `'192.168.0.1/24'`, '192.168.0.1/24', 'string'],
  ['cidr', `'10.0.0.0/8'`, '10.0.0.0/8', 'string'],
  ['macaddr', `'08:00:2b:01:02:03'`, '08:00:2b:01:02:03', 'string'],
  ['macaddr8', `'08:00:2b:01:02:03:04:05'`, '08:00:2b:01:02:03:04:05', 'string'],
  ['int4range', `'[1,5)'`, '[1,5)', 'string'],
  ['int8range', `'(,5)'`, '(,5)', 'string'],
  ['numrange', `'[1.5,2.5]'`, '[1.5,2.5]', 'string'],
  ['tsrange', `'[2026-01-01,2026-01-02)'`, '["2026-01-01 00:00:00","2026-01-02 00:00:00")', 'string'],
  ['tstzrange', `'[2026-01-01 00:00+00,)'`, '["2026-01-01 00:00:00+00",)', 'string'],
  ['daterange', `'[2026-01-01,2026-01-05]'`, '[2026-01-01,2026-01-06)', 'string'],
  ['int4multirange', `'{[1,3),[5,7)}'`, '{[1,3),[5,7)}', 'string'],
  ['datemultirange', `'{[2026-01-01,2026-01-02)}'`, '{[2026-01-01,2026-01-02)}', 'string'],
  ['tsvector', `'a:1 b:2'`, `'a':1 'b':2`, 'io.debezium.data.Tsvector'],
  ['tsquery', `'a & b'`, `'a' & 'b'`, 'string'],
  ['pg_lsn', `'16/B374D848'`, '16/B374D848', 'string'],
  ['xid8', `'18446744073709551615'`, '18446744073709551615', 'string'],
  ['tid', `'(1,2)'`, '(1,2)', 'string'],
  ['jsonpath', `'$.a'`, '$."a"', 'string'],
  ['regclass', `'pg_class'`, 'pg_class', 'string'],
  ['txid_snapshot', `'10:20:10,14'`, '10:20:10,14', 'string'],
  ['mood', `'sad, really'`, 'sad, really', 'io.debezium.data.Enum'],
  ['positive', `5`, 5, 'int32'],
  ['price', `9.99`, base64(0x03, 0xe7), 'org.apache.kafka.connect.data.Decimal'],
  ['pair', `ROW(1, 'x y')`, '(1,"x y")', 'string'],
  ['int[]', `'{1,NULL,-3}'`, [1, null, -3], 'array'],
  ['int[]', `'{}'`, [], 'array'],
  ['int[]', `'[5:6]={1,2}'`, [1, 2], 'array'],
  ['text[]', `ARRAY['a,b', NULL, 'NULL', '"q"\\', '', ' x ']`, ['a,b', null, 'NULL', '"q"\\', '', ' x '], 'array'],
  ['uuid[]', `'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'`, ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'], 'array'],
  ['numeric(6,2)[]', `'{1.28,NULL}'`, [base64(0x00, 0x80), null], 'array'],
  ['boolean[]', `'{t,f}'`, [true, false], 'array'],
  ['timestamptz[]', `'{"2026-01-01 00:00:00+00"}'`, ['2026-01-01T00:00:00Z'], 'array'],
  ['bytea[]', `ARRAY['\\x01'::bytea]`, [base64(1)], 'array'],
  ['mood[]', `'{happy}'`, ['happy'], 'array'],
  ['box[]', `'{(3,4),(1,2);(7,8),(5,6)}'`, ['(3,4),(1,2)', '(7,8),(5,6)'], 'array'],
  ['int[][]', `'{{1,2},{3,4}}'`, '{{1,2},{3,4}}', 'string'],
  ['int2vector', `'1 2 3'`, '1 2 3', 'string'],
];

const SETUP = `
  CREATE TYPE mood AS ENUM ('happy', 'sad, really');
  CREATE DOMAIN positive AS int CHECK (value > 0);
  CREATE DOMAIN price AS numeric(8,2);
  CREATE TYPE pair AS (a int, b text);
  CREATE TABLE types (id int PRIMARY KEY, ${TYPES.map(([type], index) => `c${index} ${type}`).join(', ')});
`;
const row = (id: number): string =>
  `INSERT INTO types VALUES (${id}, ${TYPES.map(([type, literal]) => `(${literal})::${type}`).join(', ')})`;

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

  it('are values of their schemas', () => {
    for (const value of values) expect(valueProblem(schema as Schema, value)).toBeUndefined();
  });
});
