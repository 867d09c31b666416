import { compareVersions, isInRange } from './version-range.ts';

describe('versions of plugins', () => {
  it.each([
    ['1.2.3', '1.2.3', 0],
    ['1.2', '1.2.0', 0],
    ['1.10.0', '1.9.9', 1],
    ['2.0.0-rc.1', '2.0.0', -1],
    ['2.0.0-rc.2', '2.0.0-rc.10', -1],
    ['1.0-SNAPSHOT', '1.0', -1],
  ])('%s against %s', (a, b, expected) => {
    expect(Math.sign(compareVersions(a, b))).toBe(expected);
    expect(Math.sign(compareVersions(b, a))).toBe(expected === 0 ? 0 : -expected);
  });

  it.each([
    ['1.2.3', '1.2.3', true],
    ['1.2.4', '1.2.3', false],
    ['1.9.0', '^1.2', true],
    ['2.0.0', '^1.2', false],
    ['0.2.9', '^0.2.3', true],
    ['0.3.0', '^0.2.3', false],
    ['1.2.9', '~1.2.3', true],
    ['1.3.0', '~1.2.3', false],
    ['1.7.1', '1.x', true],
    ['2.0.0', '1.x', false],
    ['1.0.0', '[1.0,2.0)', true],
    ['2.0.0', '[1.0,2.0)', false],
    ['1.0.0', '(1.0,2.0]', false],
    ['2.0.0', '(1.0,2.0]', true],
    ['9.0.0', '[1.0,)', true],
    ['1.5.0', '[1.5.0]', true],
    ['1.0.0', 'newest', false],
  ])('%s in %s: %s', (version, range, expected) => {
    expect(isInRange(version, range)).toBe(expected);
  });
});
