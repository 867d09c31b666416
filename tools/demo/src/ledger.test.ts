import { buildReplay } from './flights.ts';
import { isClean, Ledger } from './ledger.ts';

const FLIGHTS = [
  { delay: 1, distance: 100, time: 0 },
  { delay: 2, distance: 200, time: 0 },
  { delay: 3, distance: 100, time: 1 },
  { delay: 4, distance: 100, time: 2 },
];
const { events, expected } = buildReplay(FLIGHTS);

function judge(indexes: readonly number[], change: (value: string) => string = (value) => value) {
  const ledger = new Ledger(expected);
  for (const index of indexes) {
    const event = events[index];
    if (event !== undefined) ledger.deliver(event.key, change(event.value));
  }
  return ledger.verdict();
}

describe('Ledger', () => {
  it('is content when all arrive in the order of their keys, whatever the order between keys', () => {
    expect(isClean(judge([1, 0, 2, 3]), 4)).toBe(true);
  });

  it('counts a redelivery without taking it for an error', () => {
    const verdict = judge([0, 1, 2, 0, 2, 3]);

    expect(verdict.redelivered).toBe(2);
    expect(isClean(verdict, 4)).toBe(true);
  });

  it.each([
    ['a lost event', [0, 1, 2], { missing: 1 }],
    ['a gap', [0, 1, 3], { missing: 2, outOfOrder: 1 }],
    ['a swap within a key', [0, 1, 3, 2], { outOfOrder: 1, missing: 1 }],
  ])('notices %s', (_what, indexes, expectedVerdict) => {
    const verdict = judge(indexes);

    expect(verdict).toMatchObject(expectedVerdict);
    expect(isClean(verdict, 4)).toBe(false);
  });

  it('notices altered bytes and foreign keys', () => {
    const altered = judge([0, 1, 2, 3], (value) => value.replace('"delay":3', '"delay":9'));
    const foreign = new Ledger(expected);
    foreign.deliver('route-999', '{"sequence":0}');

    expect(altered.altered).toBe(1);
    expect(isClean(altered, 4)).toBe(false);
    expect(foreign.verdict().unknown).toBe(1);
  });
});
