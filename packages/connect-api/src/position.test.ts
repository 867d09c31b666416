import { positionKey } from './position.ts';

describe('positionKey', () => {
  it('does not depend on the order of names', () => {
    expect(positionKey({ a: 1, b: 'x' })).toBe(positionKey({ b: 'x', a: 1 }));
  });

  it('tells numbers, texts, integers beyond 2^53 and null apart', () => {
    const values = [1, '1', 2n ** 60n, String(2n ** 60n), 2n ** 60n + 1n, null, 'null', true, 'true'];
    expect(new Set(values.map((value) => positionKey({ value }))).size).toBe(values.length);
  });

  it('takes an integer for the same, number or bigint', () => {
    expect(positionKey({ lsn: 7n })).toBe(positionKey({ lsn: 7 }));
  });
});
