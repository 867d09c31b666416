import {
  covers,
  formatRange,
  hull,
  intersect,
  isEmpty,
  NO_VERSIONS,
  parseVersionRange,
  sameRange,
} from './version-range.ts';

describe('version ranges', () => {
  it.each(['0', '3', '3+', '0-7', '2-2147', 'none'])('%s is read and written back', (text) => {
    const range = parseVersionRange(text);

    expect(range && formatRange(range)).toBe(text);
  });

  it.each(['', '-1', '3-', '+3', '7-2', '1..2', 'all', '1 - 2'])('"%s" is refused', (text) => {
    expect(parseVersionRange(text)).toBeUndefined();
  });

  it('intersect, cover and join', () => {
    const [early, late] = [
      { from: 0, to: 4 },
      { from: 3, to: Infinity },
    ];

    expect(intersect(early, late)).toEqual({ from: 3, to: 4 });
    expect(intersect({ from: 0, to: 1 }, late)).toBe(NO_VERSIONS);
    expect(hull(early, late)).toEqual({ from: 0, to: Infinity });
    expect(hull(NO_VERSIONS, late)).toBe(late);
    expect(covers(late, { from: 5, to: 9 })).toBe(true);
    expect(covers(early, late)).toBe(false);
    expect(covers(early, NO_VERSIONS)).toBe(true);
    expect(sameRange(NO_VERSIONS, { from: 9, to: 2 })).toBe(true);
    expect(isEmpty(early)).toBe(false);
  });
});
