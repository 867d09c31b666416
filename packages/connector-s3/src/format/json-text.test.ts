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

  it('refuses what is no data', () => {
    expect(() => jsonText({ f: () => 1 }, undefined, 'BASE64')).toThrow(/nothing for a value of type function/);
  });
});
