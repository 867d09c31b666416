import { Tally } from './tally.ts';

describe('Tally', () => {
  const judge = (sent: number, ...records: readonly (readonly [number, number])[]): unknown => {
    const tally = new Tally();
    for (const [key, number] of records) tally.add(key, number);
    return tally.judge(sent);
  };
  const clean = { missing: 0, doubled: 0, foreign: 0, misplaced: 0 };

  it('finds nothing where each came once, by key in order', () => {
    expect(judge(3, [2, 2], [1, 1], [1, 3])).toEqual({ ...clean, arrived: 3 });
  });

  it.each([
    ['a lost record', [[1, 1]], { arrived: 1, missing: 1 }],
    ['a doubled record', [[1, 1], [1, 2], [1, 1]], { arrived: 2, doubled: 1 }], // prettier-ignore
    ['a record that was never sent', [[1, 1], [1, 2], [1, 3]], { arrived: 3, foreign: 1 }], // prettier-ignore
    ['a record behind a later one of its key', [[1, 2], [1, 1]], { arrived: 2, misplaced: 1 }], // prettier-ignore
  ] as const)('finds %s', (_what, records, expected) => {
    expect(judge(2, ...records)).toEqual({ ...clean, ...expected });
  });
});
