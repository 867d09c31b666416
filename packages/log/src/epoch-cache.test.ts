import { EpochCache } from './epoch-cache.ts';

const LOG_END = 100;

describe('EpochCache', () => {
  const cache = (): EpochCache =>
    new EpochCache([
      { leaderEpoch: 2, startOffset: 0 },
      { leaderEpoch: 5, startOffset: 40 },
      { leaderEpoch: 7, startOffset: 60 },
    ]);

  it.each([
    [7, 7, LOG_END],
    [6, 5, 60],
    [5, 5, 60],
    [3, 2, 40],
    [2, 2, 40],
    [1, 1, 0],
    [8, -1, -1],
  ])('says of epoch %d that %d ends at %d', (asked, leaderEpoch, endOffset) => {
    expect(cache().endOffsetFor(asked, LOG_END)).toEqual({ leaderEpoch, endOffset });
  });

  it('knows nothing of a log without epochs', () => {
    const empty = new EpochCache();

    expect(empty.endOffsetFor(0, 0)).toEqual({ leaderEpoch: -1, endOffset: -1 });
    expect([empty.latestEpoch, empty.epochFor(0)]).toEqual([-1, -1]);
  });

  it('replaces an epoch that wrote nothing, and never goes back', () => {
    const epochs = cache();

    epochs.assign(9, 60);
    epochs.assign(8, 70);

    expect(epochs.entries().map((entry) => entry.leaderEpoch)).toEqual([2, 5, 9]);
    expect([epochs.epochFor(0), epochs.epochFor(59), epochs.epochFor(60)]).toEqual([2, 5, 9]);
  });

  it('keeps the epoch of the first offset that is left', () => {
    const epochs = cache();

    epochs.trimStart(50);

    expect(epochs.entries()).toEqual([
      { leaderEpoch: 5, startOffset: 50 },
      { leaderEpoch: 7, startOffset: 60 },
    ]);
    epochs.trimStart(60);
    expect(epochs.entries()).toEqual([{ leaderEpoch: 7, startOffset: 60 }]);
  });

  it('forgets epochs that begin in what was cut', () => {
    const epochs = cache();

    epochs.truncateEnd(60);

    expect(epochs.latestEpoch).toBe(5);
  });
});
