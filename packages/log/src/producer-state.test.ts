import { lastOffsetOf, ProducerStates, sequenceAfter } from './producer-state.ts';
import { TransactionState } from './transaction-state.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1_000_000;
const LAST_SEQUENCE = 2_147_483_647;

/** A producer with one-record batches 0, 1, … at offsets 100, 101, … */
function producerWith(batches: number): ProducerStates {
  const states = new ProducerStates(DAY_MS, new TransactionState());
  for (let sequence = 0; sequence < batches; sequence++)
    states.record(1, 0, sequence, sequence, 100 + sequence, 5, NOW_MS);
  return states;
}

describe('ProducerStates', () => {
  it('accepts whatever an unknown producer begins with', () => {
    expect(new ProducerStates(DAY_MS, new TransactionState()).check(1, 3, 77, 80, NOW_MS).kind).toBe('next');
  });

  it.each([
    ['the next sequence', 0, 7, 'next'],
    ['a gap', 0, 8, 'out-of-order'],
    ['one of the last five', 0, 2, 'duplicate'],
    ['an older one', 0, 1, 'out-of-order'],
    ['an older epoch', -1, 7, 'fenced'],
    ['a new epoch at 0', 1, 0, 'next'],
    ['a new epoch in the middle', 1, 7, 'out-of-order'],
  ])('judges %s', (_, epoch, sequence, verdict) => {
    expect(producerWith(7).check(1, epoch, sequence, sequence, NOW_MS).kind).toBe(verdict);
  });

  it('takes a batch with other bounds for no duplicate', () => {
    const states = new ProducerStates(DAY_MS, new TransactionState());
    states.record(1, 0, 0, 9, 100, 5, NOW_MS);

    expect(states.check(1, 0, 0, 8, NOW_MS).kind).toBe('out-of-order');
    expect(states.check(1, 0, 0, 9, NOW_MS)).toEqual({
      kind: 'duplicate',
      batch: { firstSequence: 0, lastSequence: 9, baseOffset: 100, timestampMs: 5 },
    });
  });

  it('wraps from the largest sequence to 0', () => {
    const states = new ProducerStates(DAY_MS, new TransactionState());
    states.record(1, 0, LAST_SEQUENCE - 1, 1, 100, 5, NOW_MS);

    expect(sequenceAfter(LAST_SEQUENCE, 1)).toBe(0);
    expect(states.check(1, 0, 2, 2, NOW_MS).kind).toBe('next');
    const batch = { firstSequence: LAST_SEQUENCE - 1, lastSequence: 1, baseOffset: 100, timestampMs: 5 };
    expect(lastOffsetOf(batch)).toBe(103);
  });

  it('forgets a silent producer, and its batches when it comes back', () => {
    const states = producerWith(3);
    const laterMs = NOW_MS + DAY_MS + 1;

    expect(states.check(1, 0, 9, 9, laterMs).kind).toBe('next');
    states.record(1, 0, 9, 9, 200, 5, laterMs);
    expect(states.check(1, 0, 2, 2, laterMs).kind).toBe('out-of-order');
    states.expire(laterMs + DAY_MS + 1);
    expect(states.count).toBe(0);
  });

  it('is the same after a snapshot', () => {
    const states = producerWith(7);
    states.record(2, 4, 0, 3, 300, 6, NOW_MS);

    const copy = new ProducerStates(DAY_MS, new TransactionState(), states.snapshot());

    expect(copy.snapshot()).toEqual(states.snapshot());
    expect(copy.check(1, 0, 3, 3, NOW_MS).kind).toBe('duplicate');
    expect(copy.active(NOW_MS)).toEqual(states.active(NOW_MS));
  });

  it('ignores what it knows already, and forgets what was cut', () => {
    const states = producerWith(3);
    states.record(1, 0, 1, 1, 101, 5, NOW_MS);
    expect(states.check(1, 0, 3, 3, NOW_MS).kind).toBe('next');

    states.truncateEnd(102);

    expect(states.check(1, 0, 2, 2, NOW_MS).kind).toBe('next');
    expect(states.check(1, 0, 1, 1, NOW_MS).kind).toBe('duplicate');
    states.truncateEnd(100);
    expect(states.count).toBe(0);
  });
});
