import { Patience } from './patience.ts';

describe('patience', () => {
  it('ends after so much time that was looked at, however long the machine stood still', () => {
    let nowMs = 0;
    const patience = new Patience(10_000, () => nowMs);
    const after = (ms: number): boolean => {
      nowMs += ms;
      return patience.isOver;
    };

    expect(after(100)).toBe(false);
    expect(after(3_600_000)).toBe(false);
    expect(after(4_800)).toBe(false);
    expect(after(100)).toBe(true);
  });
});
