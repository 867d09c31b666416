import { decimal, LogicalName, prepared, type Schema } from '@millrace/connect-api';
import { jsonText } from './json-text.ts';

const of = (type: Schema['type'], more: Partial<Schema> = {}): Schema => ({ type, optional: true, ...more });

describe('jsonText', () => {
  it('writes values without a schema as they are', () => {
    const value = { a: [1, 'x', null, { b: true }], c: 1.5, d: undefined };
    expect(jsonText(value, undefined, 'BASE64')).toBe('{"a":[1,"x",null,{"b":true}],"c":1.5}');
    expect(jsonText(null, undefined, 'BASE64')).toBe('null');
    expect(jsonText('text', undefined, 'BASE64')).toBe('"text"');
  });

  it('writes what JSON has no word for, also deep inside', () => {
    const value = { big: 2n ** 60n, bytes: new Uint8Array([1, 2]), map: new Map([['k', [3n]]]), none: undefined };
    expect(jsonText(value, undefined, 'BASE64')).toBe('{"big":1152921504606846976,"bytes":"AQI=","map":{"k":[3]}}');
  });

  it('writes a struct by its schema, as the JSON converter does without schemas', () => {
    const schema = of('struct', {
      fields: [
        { name: 'price', schema: of('bytes', { name: LogicalName.decimal, parameters: { scale: '2' } }) },
        { name: 'day', schema: of('int32', { name: LogicalName.date }) },
        { name: 'at', schema: of('int64', { name: LogicalName.timestamp }) },
        { name: 'counts', schema: of('map', { keySchema: of('int32'), valueSchema: of('int64') }) },
        { name: 'absent', schema: of('string') },
      ],
    });
    const value = {
      price: decimal('-12.50'),
      day: new Date('2026-03-01T00:00:00Z'),
      at: new Date(1_500),
      counts: new Map([[1, 2n]]),
    };
    expect(jsonText(value, schema, 'BASE64')).toBe(
      '{"price":"+x4=","day":20513,"at":1500,"counts":[[1,2]],"absent":null}',
    );
    expect(jsonText(value, schema, 'NUMERIC')).toContain('"price":-12.50');
  });

  it('passes prepared JSON on, unless it is laid out in lines', () => {
    expect(
      jsonText(
        prepared('{"a":1.0}', () => ({ a: 1 })),
        undefined,
        'BASE64',
      ),
    ).toBe('{"a":1.0}');
    expect(
      jsonText(
        prepared('{\n"a":1}', () => ({ a: 1 })),
        undefined,
        'BASE64',
      ),
    ).toBe('{"a":1}');
  });

  const price = of('bytes', { name: LogicalName.decimal, parameters: { scale: '2' } });

  it.each([
    ['12.5', '"BOI="'],
    ['12.5000', '"BOI="'],
    ['1.2e3', '"AdTA"'],
  ])('writes bytes of a decimal by the scale of its schema: %s', (text, json) => {
    expect(jsonText(decimal(text), price, 'BASE64')).toBe(json);
  });

  it('refuses a decimal whose bytes would lose digits, and names its field', () => {
    const schema = of('struct', {
      fields: [{ name: 'a', schema: of('struct', { fields: [{ name: 'b', schema: price }] }) }],
    });
    expect(() => jsonText({ a: { b: decimal('1.234') } }, schema, 'BASE64')).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_CONNECT_S3_UNWRITABLE_RECORD',
        message: 'field "a.b" is a decimal with more digits after the point than the scale 2 of its schema',
      }),
    );
    expect(jsonText(decimal('1.234'), price, 'NUMERIC')).toBe('1.234');
  });

  it('writes a decimal as a number where nothing says the scale of its bytes', () => {
    expect(jsonText({ a: decimal('12.5') }, undefined, 'BASE64')).toBe('{"a":12.5}');
  });

  it('writes float32 by their own digits', () => {
    const schema = of('array', { valueSchema: of('float32') });
    expect(jsonText([0.1, 16_777_216, -3.3, Number.NaN].map(Math.fround), schema, 'BASE64')).toBe(
      '[0.1,16777216,-3.3,null]',
    );
  });

  const nested = (levels: number, inner: unknown): unknown => {
    let value = inner;
    for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
    return value;
  };

  it.each([
    ['plain', 1],
    ['others', 1n],
  ])('takes a thousand levels and refuses more (%s)', (_name, inner) => {
    expect(jsonText(nested(1_000, inner), undefined, 'BASE64')).toContain('[1]');
    for (const levels of [1_001, 100_000]) {
      expect(() => jsonText(nested(levels, inner), undefined, 'BASE64')).toThrow(
        expect.objectContaining({
          code: 'MILLRACE_CONNECT_S3_UNWRITABLE_RECORD',
          message: expect.stringMatching(/^field "a\.a\..*" is nested deeper than 1000 levels$/),
        }),
      );
    }
  });

  it('refuses what is no data', () => {
    expect(() => jsonText({ f: () => 1 }, undefined, 'BASE64')).toThrow(/field "f" is of type function/);
    expect(() => jsonText(new Date(Number.NaN), undefined, 'BASE64')).toThrow('the value is an invalid date');
  });
});
