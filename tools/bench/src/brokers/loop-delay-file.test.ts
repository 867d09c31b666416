import { longestStallMs } from './loop-delay-file.ts';

describe('longestStallMs', () => {
  const lines = '1000 50.000\n1200 1.250\n1400 7.500\n1600 99.000\n';

  it('looks only between the two times', () => {
    expect(longestStallMs(lines, 1_100, 1_500)).toBe(7.5);
  });

  it('knows nothing when nothing was written then', () => {
    expect(longestStallMs(lines, 2_000, 3_000)).toBeUndefined();
  });
});
