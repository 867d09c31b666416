import { parseJson } from './json-parse.ts';

describe('numbers in JSON', () => {
  it('are exact wherever they stand in the text, and other long rows of digits stay what they are', () => {
    for (let shift = 0; shift < 40; shift++) {
      const padding = 'x'.repeat(shift);
      expect(parseJson(`{"${padding}":9007199254740993,"b":1}`)).toEqual({ [padding]: 9007199254740993n, b: 1 });
      expect(parseJson(`{"${padding}":"9007199254740993"}`)).toEqual({ [padding]: '9007199254740993' });
      expect(parseJson(`{"${padding}":0.123456789012345}`)).toEqual({ [padding]: 0.123456789012345 });
      expect(parseJson(`{"${padding}":900719925474099}`)).toEqual({ [padding]: 900719925474099 });
    }
    expect(parseJson('9007199254740993')).toBe(9007199254740993n);
  });
});
