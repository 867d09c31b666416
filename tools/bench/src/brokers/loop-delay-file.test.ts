import { worstStalls } from './loop-delay-file.ts';

describe('worstStalls', () => {
  const lines = '1000 50.000 40.000\n1200 1.250 9.500\n1400 7.500 0.250\n1600 99.000 98.000\n';

  it('looks only between the two times, at each figure on its own', () => {
    expect(worstStalls(lines, 1_100, 1_500)).toEqual({ longestMs: 7.5, cpuMs: 9.5 });
  });

  it('knows nothing when nothing was written then', () => {
    expect(worstStalls(lines, 2_000, 3_000)).toBeUndefined();
  });
});
