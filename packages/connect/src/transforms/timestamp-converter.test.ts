import type { AnyRecord, Transform } from '@millrace/connect-api';

import { timestampConverterTransforms } from './timestamp-converter.ts';

function convert(value: unknown, settings: Readonly<Record<string, string>>): unknown {
  const [transform] = timestampConverterTransforms.filter(({ name }) => name.endsWith('$Value'));
  const { config, issues } = (transform as Transform).config.read(settings);
  expect(issues).toEqual([]);
  const record = { topic: 't', key: null, value, headers: [] } as unknown as AnyRecord;
  return ((transform as Transform).create(config)(record) as AnyRecord).value;
}

describe('TimestampConverter', () => {
  // Microseconds taken for milliseconds: the usual mistake.
  const micros = 1_700_000_000_123_456_789n;

  it.each(['Timestamp', 'Date', 'Time', 'unix'])('refuses times that no Date can hold, into %s', (type) => {
    expect(() => convert(micros, { 'target.type': type })).toThrow(/beyond those that there are .* unix\.precision/);
    expect(() => convert(new Date(Number.NaN), { 'target.type': type })).toThrow(/beyond those that there are/);
  });

  it('takes the first and the last that one can', () => {
    expect(convert(8_640_000_000_000_000, { 'target.type': 'Timestamp' })).toEqual(new Date(8.64e15));
    expect(convert(-8_640_000_000_000_000, { 'target.type': 'Timestamp' })).toEqual(new Date(-8.64e15));
  });
});
