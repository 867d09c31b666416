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

  it.each([
    ['one with a higher epoch', 4, 9, 2, 'next'],
    ['one with the same epoch', 3, 9, 0, 'next'],
    ['one with the same epoch while version 2 has a transaction open', 3, 9, 2, 'fenced'],
    ['one with an older epoch', 2, 9, 0, 'fenced'],
    ['one of an older coordinator', 4, 8, 2, 'coordinator-fenced'],
  ])('judges a marker: %s', (_, producerEpoch, coordinatorEpoch, transactionVersion, verdict) => {
    const transactions = new TransactionState([{ producerId: 1, producerEpoch: 3, firstOffset: 0, startedMs: 0 }]);
    const states = new ProducerStates(DAY_MS, transactions);
    states.recordMarker(1, 3, 9, NOW_MS);
    const marker = { producerId: 1, producerEpoch, coordinatorEpoch, outcome: 'abort', transactionVersion } as const;

    expect(states.checkMarker(marker, NOW_MS).kind).toBe(verdict);
    expect(states.checkMarker({ ...marker, producerId: 2 }, NOW_MS).kind).toBe('next');
  });

  it('begins sequences anew after a marker with a higher epoch, and not after one with the same', () => {
    const same = producerWith(3);
    same.recordMarker(1, 0, 0, NOW_MS);
    const bumped = producerWith(3);
    bumped.recordMarker(1, 1, 0, NOW_MS);

    expect(same.check(1, 0, 3, 3, NOW_MS).kind).toBe('next');
    expect(same.check(1, 0, 2, 2, NOW_MS).kind).toBe('duplicate');
    expect(bumped.check(1, 0, 3, 3, NOW_MS).kind).toBe('fenced');
    expect(bumped.check(1, 1, 0, 0, NOW_MS).kind).toBe('next');
    expect(bumped.check(1, 1, 3, 3, NOW_MS).kind).toBe('out-of-order');
  });

  it('keeps a producer with an open transaction however long it is silent', () => {
    const transactions = new TransactionState([{ producerId: 1, producerEpoch: 0, firstOffset: 100, startedMs: 0 }]);
    const states = new ProducerStates(DAY_MS, transactions);
    states.record(1, 0, 0, 0, 100, 5, NOW_MS);
    states.record(2, 0, 0, 0, 101, 5, NOW_MS);
    const laterMs = NOW_MS + DAY_MS + 1;

    states.expire(laterMs);

    expect(states.active(laterMs).map(({ producerId }) => producerId)).toEqual([1]);
    expect(states.check(1, 0, 2, 2, laterMs).kind).toBe('out-of-order');
  });

  it('knows the producer of a transaction that was opened again by a cut', () => {
    const reopened = { producerId: 1, producerEpoch: 3, firstOffset: 90, startedMs: NOW_MS };
    const transactions = new TransactionState([], [{ ...reopened, markerOffset: 100 }]);
    const states = new ProducerStates(DAY_MS, transactions);
    states.recordMarker(1, 4, 0, NOW_MS);
    states.record(1, 4, 0, 0, 101, 5, NOW_MS);

    transactions.truncateEnd(95);
    states.truncateEnd(95);

    const [producer] = states.active(NOW_MS);
    expect([producer?.producerEpoch, producer?.lastSequence, producer?.currentTransactionStartOffset]).toEqual([
      3, -1, 90,
    ]);
  });
});
