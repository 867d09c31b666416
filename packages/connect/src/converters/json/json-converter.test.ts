import { MillraceError } from '@millrace/base';
import { prepared, s, type Schema, type SchemaAndValue } from '@millrace/connect-api';

import { JsonConverter, jsonConverterConfig } from './json-converter.ts';

const TOPIC = { topic: 't' };
const row = s.struct({ id: s.int32(), note: s.string({ optional: true }) }, { name: 'Row' });
const SCHEMA =
  '{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"},{"type":"string","optional":true,"field":"note"}],"optional":false,"name":"Row"}';

describe('JsonConverter with decimals that others write as numbers', () => {
  const schema = (scale: number) =>
    `{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"${scale}"}}`;

  it.each([
    ['12345678901234567.89', 2, 1234567890123456789n],
    ['0.1234567890123456789', 19, 1234567890123456789n],
    ['12345678901234567890', 2, 1234567890123456789000n],
    ['1.5', 2, 150n],
    ['100', 2, 10000n],
  ])('keeps each digit of %s, at the scale of its schema', (number, scale, unscaled) => {
    const enveloped = `{"schema":${schema(scale)},"payload":${number}}`;
    const reader = converter({});

    // Once with the schema new, once with it known.
    for (let time = 0; time < 2; time++) expect(read(reader, enveloped).value).toEqual({ unscaled, scale });
    expect(read(converter({ 'schema.content': schema(scale) }), number).value).toEqual({ unscaled, scale });
  });
});

describe('JsonConverter with what a source has rendered', () => {
  const never = () => {
    throw new Error('the value itself is not needed');
  };

  it('passes text and bytes on as they are', () => {
    const plain = converter({ 'schemas.enable': 'false' });
    const bytes = Buffer.from('{"id":2}');

    expect(plain.fromConnect({ schema: row, value: prepared('{"id":1}', never) })).toBe('{"id":1}');
    expect(plain.fromConnect({ schema: row, value: prepared(bytes, never) })).toBe(bytes);
  });

  it('puts the schema around it', () => {
    const envelopes = converter({});

    const text = envelopes.fromConnect({ schema: row, value: prepared('{"id":1}', never) });
    const bytes = envelopes.fromConnect({ schema: row, value: prepared(Buffer.from('{"id":1}'), never) });

    expect(text).toBe(`{"schema":${SCHEMA},"payload":{"id":1}}`);
    expect(Buffer.from(bytes as Uint8Array).toString()).toBe(text);
  });

  it('renders the value itself where its settings ask for another text', () => {
    const money = s.struct({ amount: s.decimal(2, { optional: true }) });
    const defaulted = s.struct({ kind: s.string({ optional: true, default: 'none' }) });
    const decimals = prepared('{"amount":"AMc="}', () => ({ amount: { unscaled: 199n, scale: 2 } }));
    const nulls = prepared('{"kind":"none"}', () => ({ kind: null }));

    expect(converter({ 'schemas.enable': 'false' }).fromConnect({ schema: money, value: decimals })).toBe(
      '{"amount":"AMc="}',
    );
    expect(
      converter({ 'schemas.enable': 'false', 'decimal.format': 'numeric' }).fromConnect({
        schema: money,
        value: decimals,
      }),
    ).toBe('{"amount":1.99}');
    expect(
      converter({ 'schemas.enable': 'false', 'replace.null.with.default': 'false' }).fromConnect({
        schema: defaulted,
        value: nulls,
      }),
    ).toBe('{"kind":null}');
  });
});

describe('JsonConverter reading envelopes', () => {
  it('gives the same schema object for the same schema, whatever the topic', () => {
    const envelopes = converter({});

    const first = read(envelopes, `{"schema":${SCHEMA},"payload":{"id":1}}`, 'a');
    const again = read(envelopes, `{"schema":${SCHEMA},"payload":{"id":2}}`, 'a');
    const elsewhere = read(envelopes, `{"schema":${SCHEMA},"payload":{"id":3}}`, 'b');

    expect(first).toEqual({ schema: row, value: { id: 1, note: null } });
    expect(again.schema).toBe(first.schema);
    expect(elsewhere.schema).toBe(first.schema);
    expect([again.value, elsewhere.value]).toEqual([
      { id: 2, note: null },
      { id: 3, note: null },
    ]);
  });

  it('is not misled by what begins like the last envelope', () => {
    const envelopes = converter({});
    read(envelopes, `{"schema":${SCHEMA},"payload":{"id":1}}`);

    expect(() => read(envelopes, `{"schema":${SCHEMA},"payload":{"id":1},"more":2}`)).toThrow(
      '"schema" and "payload" alone',
    );
    expect(() => read(envelopes, `{"schema":${SCHEMA},"payload":{"id":1}`)).toThrow('is not JSON');
    expect(read(envelopes, `{"schema":${SCHEMA},"payload":{"id":4}} `).value).toEqual({ id: 4, note: null });
    expect(read(envelopes, `{"schema":null,"payload":{"id":1}}`)).toEqual({ value: { id: 1 } });
    expect(() => read(envelopes, `{"schema":${SCHEMA},"payload":{}}`)).toThrow('field id: null');
  });

  it('keeps every digit of integers, with and without a schema', () => {
    const long = '{"type":"int64","optional":false}';
    const envelopes = converter({});

    for (const turn of [1, 2]) {
      expect([turn, read(envelopes, `{"schema":${long},"payload":9007199254740993}`).value]).toEqual([
        turn,
        9007199254740993n,
      ]);
    }
    expect(
      read(converter({ 'schemas.enable': 'false' }), '{"a":"1234567890123456789","b":-9007199254740993}').value,
    ).toEqual({
      a: '1234567890123456789',
      b: -9007199254740993n,
    });
  });

  it('keeps no more schemas than it may', () => {
    const envelopes = converter({ 'schemas.cache.size': '2' });
    const schemaOf = (name: string) =>
      read(envelopes, `{"schema":{"type":"int32","optional":false,"name":"${name}"},"payload":1}`).schema;

    const first = schemaOf('a');
    expect(schemaOf('a')).toBe(first);
    for (const name of ['b', 'c', 'd']) schemaOf(name);

    expect(schemaOf('a')).not.toBe(first);
  });
});

describe('JsonConverter refusing values', () => {
  const plain = converter({ 'schemas.enable': 'false' });
  const nested = s.struct({ a: s.struct({ b: s.array(s.int8()) }) });

  it.each<[string, Schema | undefined, unknown, string]>([
    ['a fraction for an integer', s.int32(), 1.5, 'expected an int32 but found a number'],
    ['a number beyond its type', s.int8(), 128, 'out of range of int8'],
    ['an int64 that is not exact', s.int64(), 2 ** 60, 'give it as a bigint'],
    ['a bigint beyond int64', s.int64(), 2n ** 63n, 'out of range of int64'],
    ['a text for a struct', nested, 'x', 'expected a struct but found a string'],
    ['a value deep inside', nested, { a: { b: ['x'] } }, 'field a.b: expected an int8 but found a string'],
    ['null where it is required', nested, { a: null }, 'field a: null where a value is required'],
    ['a Date that is not midnight', s.date(), new Date(1), 'midnight UTC'],
    ['a Time of another day', s.time(), new Date(86_400_000), '1970-01-01'],
    ['an invalid Date', s.timestamp(), new Date(Number.NaN), 'invalid Date'],
    ['a decimal with more digits', s.decimal(1), { unscaled: 125n, scale: 2 }, 'more than 1 digits'],
    ['a Date without a schema', undefined, { at: new Date(0) }, 'field at: a Date needs a schema'],
    ['a function', undefined, { f: () => 1 }, 'field f: expected a JSON-like value'],
  ])('%s', (_name, schema, value, message) => {
    const write = () => plain.fromConnect(schema === undefined ? { value } : { schema, value });

    expect(write).toThrow(message);
    expect(caught(write).code).toMatch(/^MILLRACE_CONNECT_INVALID_(DATA|DECIMAL)$/);
  });

  it.each([-100_000_001, 100_000_001, 2 ** 31 - 1])('days that no Date holds: %i', (days) => {
    const text = JSON.stringify({
      schema: { type: 'int32', name: 'org.apache.kafka.connect.data.Date' },
      payload: days,
    });

    expect(() => read(converter({}), text)).toThrow('a number is out of range of Date');
  });

  it('tells the place in a message that is not JSON, and nothing of what it holds', () => {
    const { message } = caught(() => read(plain, '{"card": 4111111111111111, oops'));

    expect(message).toMatch(/at position \d+/);
    expect(message).not.toMatch(/4111|card|oops/);
  });

  it.each([
    ['notjson', /cannot be read where a value, a comma or a bracket has to be$/],
    ['{"a":', /cannot be read at its end$/],
  ])('does not tell a wrong place of %s', (text, message) => {
    expect(() => read(plain, text)).toThrow(message);
  });

  it('leaves undefined members of plain objects out', () => {
    expect(plain.fromConnect({ value: { a: undefined, b: [undefined], c: new Map([['d', 1n]]) } })).toBe(
      '{"b":[null],"c":{"d":1}}',
    );
  });
});

function converter(properties: Readonly<Record<string, string>>): JsonConverter {
  const { config, issues } = jsonConverterConfig.read(properties);
  if (config === undefined) throw new Error(issues.map(({ message }) => message).join());
  return new JsonConverter(config);
}

function read(from: JsonConverter, text: string, topic = 't'): SchemaAndValue {
  return from.toConnect(Buffer.from(text), { ...TOPIC, topic });
}

function caught(action: () => unknown): MillraceError {
  try {
    action();
  } catch (error) {
    if (MillraceError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
