import type { Flight } from './data-set.ts';
import { areRowsEqual, compareRows, differingScores, total } from './verdict.ts';

const flight = (id: number, more: Partial<Flight> = {}): Flight => ({
  id,
  departedMs: 1_000 * id,
  delay: -3,
  distance: 100,
  origin: 'ORD',
  destination: 'LAX',
  ...more,
});
const expected = new Map([1, 2, 3].map((id) => [id, flight(id)]));

describe('the comparison of rows', () => {
  it('is content with the same rows in any order', () => {
    const comparison = compareRows(expected, [flight(3), flight(1), flight(2)]);

    expect(comparison).toEqual({ compared: 3, missing: 0, different: 0, doubled: 0, foreign: 0 });
    expect(areRowsEqual(comparison, 3)).toBe(true);
    expect(areRowsEqual(comparison, 4)).toBe(false);
  });

  it.each([
    ['a missing row', [flight(1), flight(2)], { missing: 1 }],
    ['a doubled row', [flight(1), flight(2), flight(3), flight(2)], { doubled: 1 }],
    ['a foreign row', [flight(1), flight(2), flight(3), flight(4)], { foreign: 1 }],
    ['another delay', [flight(1), flight(2), flight(3, { delay: 0 })], { different: 1 }],
    ['another time', [flight(1), flight(2, { departedMs: Number.NaN }), flight(3)], { different: 1 }],
    ['another airport', [flight(1, { destination: 'JFK' }), flight(2), flight(3)], { different: 1 }],
  ])('notices %s', (_what, arrived, verdict) => {
    const comparison = compareRows(expected, arrived);

    expect(comparison).toMatchObject(verdict);
    expect(areRowsEqual(comparison, 3)).toBe(false);
  });
});

describe('the comparison of scores', () => {
  const scores = new Map([
    ['ORD', 5],
    ['LAX', 2],
  ]);

  it('counts what differs on either side', () => {
    expect(differingScores(scores, new Map(scores))).toBe(0);
    expect(differingScores(scores, new Map([['ORD', 5]]))).toBe(1);
    expect(
      differingScores(
        scores,
        new Map([
          ['ORD', 4],
          ['LAX', 2],
          ['JFK', 0],
        ]),
      ),
    ).toBe(2);
    expect(total(scores)).toBe(7);
  });
});
