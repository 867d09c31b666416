import { allOrThrow, oneOrThrow } from './outcome.ts';

const failed = (message: string) => ({ ok: false as const, error: new Error(message) });

describe('allOrThrow', () => {
  it('gives what went well', () => {
    expect(allOrThrow([{ ok: true as const, name: 'a' }])).toEqual([{ ok: true, name: 'a' }]);
  });

  it('throws the only error as it is, and several together', () => {
    expect(() => allOrThrow([{ ok: true as const }, failed('one')])).toThrow('one');
    expect(() => allOrThrow([failed('one'), { ok: true as const }, failed('two')])).toThrow('2 of 3 items failed');
  });

  it('takes one outcome for one item', () => {
    expect(oneOrThrow([{ ok: true as const, value: 7 }]).value).toBe(7);
    expect(() => oneOrThrow([])).toThrow(/answered for none/);
  });
});
