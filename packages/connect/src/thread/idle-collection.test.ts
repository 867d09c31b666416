import { IdleCollection } from './idle-collection.ts';

describe('IdleCollection', () => {
  /** How often was collected after each look. */
  function collections(shares: readonly number[]): number[] {
    let count = 0;
    const collection = new IdleCollection(() => count++);
    return shares.map((share) => {
      collection.look(share);
      return count;
    });
  }

  it('collects three times after the start, from when two looks found little to do', () => {
    expect(collections([0.9, 0.01, 0, 0, 0, 0.04, 0])).toEqual([0, 0, 1, 2, 3, 3, 3]);
  });

  it('collects again after each busy time, also one that came in between', () => {
    expect(collections([0, 0, 0.5, 0, 0, 0, 0, 0])).toEqual([0, 1, 1, 1, 2, 3, 4, 4]);
  });

  it('leaves a thread alone that works in bursts', () => {
    expect(collections([0.5, 0, 0.5, 0, 0.5, 0])).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
