import type { OpenTransaction } from './log-engine.ts';
import { TransactionState } from './transaction-state.ts';

function transaction(producerId: number, firstOffset: number): OpenTransaction {
  return { producerId, producerEpoch: 0, firstOffset, startedMs: 1 };
}

function withOpen(...firstOffsets: readonly number[]): TransactionState {
  const state = new TransactionState();
  for (const [index, firstOffset] of firstOffsets.entries()) state.begin(transaction(index + 1, firstOffset));
  return state;
}

describe('TransactionState', () => {
  it('holds nothing down without transactions', () => {
    const state = new TransactionState();

    expect([state.firstUnstableOffset, state.openCount, state.list()]).toEqual([Infinity, 0, []]);
  });

  it('holds the first offset until the marker is visible', () => {
    const state = withOpen(10, 20);

    state.end(1, 30);
    expect([state.firstUnstableOffset, state.openCount]).toEqual([10, 1]);
    state.moveHighWatermark(30);
    expect(state.firstUnstableOffset).toBe(10);
    state.moveHighWatermark(31);
    expect(state.firstUnstableOffset).toBe(20);
    state.end(2, 31);
    state.moveHighWatermark(32);
    expect(state.firstUnstableOffset).toBe(Infinity);
  });

  it('holds the least of several whose markers are on their way', () => {
    const state = withOpen(10, 20, 30);

    state.end(3, 40);
    state.end(2, 41);
    state.moveHighWatermark(41);
    expect(state.firstUnstableOffset).toBe(10);
    state.end(1, 42);
    state.moveHighWatermark(42);
    expect(state.firstUnstableOffset).toBe(10);
    state.moveHighWatermark(43);
    expect(state.firstUnstableOffset).toBe(Infinity);
  });

  it('says what a marker ended, and nothing of a producer that had nothing open', () => {
    const state = withOpen(10);

    expect(state.end(9, 11)).toBeUndefined();
    expect(state.end(1, 12)).toEqual(transaction(1, 10));
    expect(state.end(1, 13)).toBeUndefined();
    expect(state.endedFrom(0).map(({ markerOffset }) => markerOffset)).toEqual([12]);
  });

  it('opens again what ended in the part that got lost, and forgets what began there', () => {
    const state = withOpen(10, 20);
    state.end(2, 29);
    state.end(1, 30);
    state.begin(transaction(1, 35));
    state.moveHighWatermark(100);

    expect(state.truncateEnd(30)).toEqual([transaction(1, 10)]);

    expect(state.list()).toEqual([transaction(1, 10)]);
    expect(state.firstUnstableOffset).toBe(10);
    expect(state.endedFrom(0).map(({ producerId }) => producerId)).toEqual([2]);
  });

  it('forgets ended ones that are visible and safe', () => {
    const state = withOpen(10, 20);
    state.end(1, 30);
    state.end(2, 31);

    state.secure(100);
    expect(state.endedFrom(0)).toHaveLength(2);
    state.moveHighWatermark(31);
    state.secure(31);
    expect(state.endedFrom(0).map(({ markerOffset }) => markerOffset)).toEqual([31]);
    expect(state.firstUnstableOffset).toBe(20);
    state.moveHighWatermark(32);
    expect(state.firstUnstableOffset).toBe(Infinity);
  });

  it('is the same after a checkpoint', () => {
    const state = withOpen(10, 20, 5);
    state.end(2, 30);
    state.moveHighWatermark(31);

    const copy = new TransactionState(state.list(), state.endedFrom(0));

    expect(copy.list().map(({ firstOffset }) => firstOffset)).toEqual([5, 10]);
    expect(copy.endedFrom(0)).toEqual(state.endedFrom(0));
    expect(copy.firstUnstableOffset).toBe(5);
  });
});
