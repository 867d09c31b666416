import { progressText } from './progress.ts';

describe('progressText', () => {
  it('shows what is processed, what is under way and the counts', () => {
    expect(progressText(2_000, 1_000, 4_000, true)).toBe(
      '[#######-------              ] sent 2,000  processed 1,000  of 4,000',
    );
  });

  it('is a plain line where nothing can be redrawn', () => {
    expect(progressText(2_000, 1_000, 4_000, false)).toBe('sent 2,000  processed 1,000  of 4,000');
  });
});
