import { LogicalName, type Schema } from '@millrace/connect-api';

import type { TargetType } from './target-table.ts';
import { encoderFor, type BareTimes } from './value-text.ts';

function typeOf(base: string, more: Partial<TargetType> = {}): TargetType {
  return { sqlName: `"pg_catalog"."${base}"`, base, timePrecision: 6, hasArray: true, delimiter: ',', ...more };
}

function text(
  base: string | TargetType,
  value: unknown,
  schema?: Partial<Schema>,
  bareTimes: BareTimes = 'refuse',
): string | null {
  const full: Schema | undefined = schema && { type: 'string', optional: true, ...schema };
  return encoderFor(typeof base === 'string' ? typeOf(base) : base, full, bareTimes)(value);
}

describe('the text of a value', () => {
  it.each<[string, unknown, string]>([
    ['int8', 9_223_372_036_854_775_807n, '9223372036854775807'],
    ['int4', -5, '-5'],
    ['float8', Number.NaN, 'NaN'],
    ['float8', Number.POSITIVE_INFINITY, 'Infinity'],
    ['numeric', { unscaled: -5n, scale: 2 }, '-0.05'],
    ['numeric', '12.50', '12.50'],
    ['bool', true, 'true'],
    ['text', 'plain', 'plain'],
    ['text', 12, '12'],
    ['text', { a: [1, null] }, '{"a":[1,null]}'],
    ['bytea', Uint8Array.of(0, 255), '\\x00ff'],
    ['bytea', 'AP8=', '\\x00ff'],
    ['bytea', '\\x00ff', '\\x00ff'],
    ['jsonb', { big: 12_345_678_901_234_567_890n }, '{"big":12345678901234567890}'],
    ['jsonb', '{"a": 1}', '{"a": 1}'],
    ['jsonb', 'not json', '"not json"'],
    ['json', [1, 'a'], '[1,"a"]'],
    ['uuid', '7f000001-0000-4000-8000-000000000000', '7f000001-0000-4000-8000-000000000000'],
    ['hstore', new Map([['a', 'b"']]), '"a"=>"b\\""'],
    ['hstore', '{"a":null}', '"a"=>NULL'],
    ['bit', true, '1'],
    ['point', { x: 1.5, y: -2 }, '(1.5,-2)'],
    ['timestamp', new Date(1_700_000_000_123), '2023-11-14 22:13:20.123000'],
    ['date', new Date(1_700_000_000_123), '2023-11-14'],
  ])('of type %s, %p, is %s', (base, value, expected) => {
    expect(text(base, value)).toBe(expected);
  });

  it.each<[string, Partial<Schema>, unknown, string]>([
    ['date', { type: 'int32', name: LogicalName.date }, new Date(86_400_000), '1970-01-02'],
    ['time', { type: 'int32', name: LogicalName.time }, new Date(1500), '00:00:01.500000'],
    ['timestamptz', { type: 'int64', name: LogicalName.timestamp }, new Date(-1), '1969-12-31 23:59:59.999000'],
    ['numeric', { type: 'bytes', name: LogicalName.decimal }, { unscaled: 100n, scale: 2 }, '1.00'],
    ['date', { type: 'int32', name: 'io.debezium.time.Date' }, 1, '1970-01-02'],
    ['time', { type: 'int64', name: 'io.debezium.time.MicroTime' }, 1, '00:00:00.000001'],
    ['timestamp', { type: 'int64', name: 'io.debezium.time.Timestamp' }, 1, '1970-01-01 00:00:00.001000'],
    ['timestamp', { type: 'int64', name: 'io.debezium.time.MicroTimestamp' }, 1, '1970-01-01 00:00:00.000001'],
    ['timestamp', { type: 'int64', name: 'io.debezium.time.NanoTimestamp' }, -1n, '1969-12-31 23:59:59.999999'],
    ['interval', { type: 'int64', name: 'io.debezium.time.MicroDuration' }, -5, '-5 microseconds'],
    [
      'timestamptz',
      { name: 'io.debezium.time.ZonedTimestamp' },
      '2020-01-01T10:00:00+02:00',
      '2020-01-01T10:00:00+02:00',
    ],
    [
      'timestamp',
      { name: 'io.debezium.time.ZonedTimestamp' },
      '2020-01-01T10:00:00.123456+02:00',
      '2020-01-01 08:00:00.123456',
    ],
    ['timestamp', { name: 'io.debezium.time.ZonedTimestamp' }, '2020-01-01T10:00:00.5Z', '2020-01-01T10:00:00.5'],
    [
      'numeric',
      { type: 'struct', name: 'io.debezium.data.VariableScaleDecimal' },
      { scale: 1, value: Uint8Array.of(0xff) },
      '-0.1',
    ],
    [
      'bit',
      { type: 'bytes', name: 'io.debezium.data.Bits', parameters: { length: '10' } },
      Uint8Array.of(1, 2),
      '1000000001',
    ],
  ])('of type %s with schema %p', (base, schema, value, expected) => {
    expect(text(base, value, schema)).toBe(expected);
  });

  it('writes arrays of any element, nested ones too', () => {
    const of = (base: string): TargetType => typeOf(`_${base}`, { element: typeOf(base), hasArray: false });
    expect(text(of('text'), ['a"b', 'c\\d', null, 'NULL', ''])).toBe('{"a\\"b","c\\\\d",NULL,"NULL",""}');
    expect(
      text(of('int4'), [
        [1, 2],
        [3, null],
      ]),
    ).toBe('{{1,2},{3,NULL}}');
    expect(text(of('uuid'), '{a,b}')).toBe('{a,b}');
    expect(
      text(of('date'), [1], {
        type: 'array',
        valueSchema: { type: 'int32', optional: true, name: 'io.debezium.time.Date' },
      }),
    ).toBe('{"1970-01-02"}');
  });

  it('takes numbers without a schema for times only as it is told', () => {
    const precise = typeOf('timestamp');
    const coarse = typeOf('timestamp', { timePrecision: 3 });
    expect(() => text(precise, 5)).toThrow('time.precision.mode');
    expect(text(precise, 5, undefined, 'connect')).toBe('1970-01-01 00:00:00.005000');
    expect(text(precise, 5, undefined, 'adaptive')).toBe('1970-01-01 00:00:00.000005');
    expect(text(coarse, 5, undefined, 'adaptive')).toBe('1970-01-01 00:00:00.005000');
    expect(text(precise, 5_000, undefined, 'nanoseconds')).toBe('1970-01-01 00:00:00.000005');
    expect(text('date', 5, undefined, 'adaptive')).toBe('1970-01-06');
  });

  it.each<[string, unknown]>([
    ['int4', '1,2'],
    ['int4', 'null'],
    ['numeric', '1}'],
    ['bool', ''],
    ['bytea', 'not base64'],
    ['bytea', 5],
    ['text', Uint8Array.of(1)],
    ['uuid', { a: 1 }],
  ])('of type %s refuses %p', (base, value) => {
    expect(() => text(base, value)).toThrow(expect.objectContaining({ code: 'MILLRACE_CONNECT_POSTGRES_SINK_VALUE' }));
  });
});
