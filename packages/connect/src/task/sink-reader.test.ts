import { failedInRecord } from './sink-reader.ts';

describe('a record that a sink made up itself', () => {
  it('can be a dead letter whatever it holds', () => {
    const failed = failedInRecord({
      topic: 't',
      partition: 0,
      offset: 7,
      key: 9_007_199_254_740_993n,
      value: { id: 9_007_199_254_740_993n, at: new Date(0), missing: undefined },
      headers: [],
      timestampMs: 5,
      timestampType: 'create',
      origin: { topic: 'before', partition: 1, offset: 6 },
    });

    expect(failed).toEqual({
      key: '9007199254740993',
      value: '{"id":"9007199254740993","at":"1970-01-01T00:00:00.000Z"}',
      headers: [],
      timestampMs: 5,
      topic: 'before',
      partition: '1',
      offset: '6',
    });
  });
});
