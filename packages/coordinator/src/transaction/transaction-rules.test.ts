import { ErrorCode } from '@millrace/protocol';
import { listPartitions, type TransactionImage } from './transaction-image.ts';
import {
  completed,
  fenced,
  producerProblem,
  ruleAdd,
  ruleEnd,
  ruleEndRaising,
  ruleInit,
  type EndAsked,
  type InitAsked,
  type ProducerIdentity,
  type Ruling,
} from './transaction-rules.ts';
import type { TransactionOutcome, TransactionState } from './transaction-state.ts';

const PRODUCER = 7;
const NOW = 5_000;
const LAST_USABLE_EPOCH = 32_766;
const A0 = { topic: 'a', partition: 0 };
const A1 = { topic: 'a', partition: 1 };
const B0 = { topic: 'b', partition: 0 };

function image(state: TransactionState, changes: Partial<TransactionImage> = {}): TransactionImage {
  const hasPartitions = state === 'Ongoing' || state === 'PrepareCommit' || state === 'PrepareAbort';
  return {
    producerId: PRODUCER,
    previousProducerId: PRODUCER,
    nextProducerId: -1,
    producerEpoch: 3,
    lastProducerEpoch: -1,
    timeoutMs: 60_000,
    state,
    partitions: hasPartitions ? new Map([['a', new Set([0])]]) : new Map(),
    startMs: state === 'Empty' ? -1 : 1_000,
    updateMs: 1_000,
    transactionVersion: 0,
    ...changes,
  };
}

function init(before: TransactionImage | undefined, asked: Partial<InitAsked> = {}): Ruling {
  return ruleInit(before, { timeoutMs: 30_000, expected: null, freshProducerId: null, nowMs: NOW, ...asked });
}

function producer(producerEpoch = 3, producerId = PRODUCER): ProducerIdentity {
  return { producerId, producerEpoch };
}

function end(
  rule: typeof ruleEnd,
  before: TransactionImage | undefined,
  outcome: TransactionOutcome,
  asked: Partial<EndAsked> = {},
): Ruling {
  return rule(before, { ...producer(), outcome, freshProducerId: null, nowMs: NOW, ...asked });
}

function after(ruling: Ruling): TransactionImage {
  if (ruling.kind === 'changed' || ruling.kind === 'decided') return ruling.image;
  throw new Error(`nothing changed: ${JSON.stringify(ruling)}`);
}

const refused = (errorCode: ErrorCode): Ruling => ({ kind: 'refused', errorCode });
const FENCED = refused(ErrorCode.PRODUCER_FENCED);
const WRONG_STATE = refused(ErrorCode.INVALID_TXN_STATE);
const BUSY = refused(ErrorCode.CONCURRENT_TRANSACTIONS);
const UNKNOWN = refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
const UNCHANGED: Ruling = { kind: 'unchanged' };
const IDLE = ['Empty', 'CompleteCommit', 'CompleteAbort'] as const;
const PREPARED = ['PrepareCommit', 'PrepareAbort'] as const;

describe('InitProducerId', () => {
  it('founds an id with a new producer id and epoch 0', () => {
    expect(init(undefined)).toEqual({ kind: 'needsProducerId' });
    const founded = after(init(undefined, { freshProducerId: 9, expected: producer(4) }));
    expect(founded).toMatchObject({ producerId: 9, producerEpoch: 0, state: 'Empty', timeoutMs: 30_000, startMs: -1 });
  });

  it.each(IDLE)('raises the epoch of an id in state %s and takes the new timeout', (state) => {
    const raised = after(init(image(state)));
    expect(raised).toMatchObject({ producerId: PRODUCER, producerEpoch: 4, lastProducerEpoch: -1, state: 'Empty' });
    expect(raised).toMatchObject({ timeoutMs: 30_000, startMs: -1, updateMs: NOW });
  });

  it.each(PREPARED)('asks to come again while an id is in state %s', (state) => {
    expect(init(image(state))).toEqual(BUSY);
    expect(init(image(state), { expected: producer() })).toEqual(BUSY);
  });

  it('aborts what is open under a higher epoch, without giving that epoch to anybody', () => {
    const ruling = init(image('Ongoing'));
    expect(ruling.kind).toBe('decided');
    expect(after(ruling)).toMatchObject({ state: 'PrepareAbort', producerEpoch: 4, lastProducerEpoch: 3 });
    expect(after(init(completed(after(ruling), NOW)))).toMatchObject({ producerEpoch: 5 });
  });

  it('gives a producer that names its epoch the epoch of the abort', () => {
    const aborted = completed(after(init(image('Ongoing'), { expected: producer() })), NOW);
    expect(after(init(aborted, { expected: producer() }))).toMatchObject({ producerEpoch: 4 });
  });

  it('answers a retry as the first attempt and fences whoever names another epoch', () => {
    const raised = after(init(image('Empty'), { expected: producer() }));
    expect(raised).toMatchObject({ producerEpoch: 4, lastProducerEpoch: 3 });
    expect(after(init(raised, { expected: producer() }))).toMatchObject({ producerEpoch: 4 });
    expect(init(raised, { expected: producer(2) })).toEqual(FENCED);
    expect(init(raised, { expected: producer(5) })).toEqual(FENCED);
    expect(init(raised, { expected: producer(3, PRODUCER + 1) })).toEqual(FENCED);
  });

  it('does not let a producer of the past end the transaction of the present one', () => {
    expect(init(image('Ongoing'), { expected: producer(2) })).toEqual(FENCED);
  });

  it.each([null, producer(LAST_USABLE_EPOCH)])(
    'goes over to a new producer id when the epochs are used up (%j)',
    (expected) => {
      const before = image('CompleteCommit', { producerEpoch: LAST_USABLE_EPOCH });
      expect(init(before, { expected })).toEqual({ kind: 'needsProducerId' });
      const moved = after(init(before, { expected, freshProducerId: 9 }));
      expect(moved).toMatchObject({ producerId: 9, previousProducerId: PRODUCER, producerEpoch: 0 });
    },
  );

  it('recognises the retry of a request that got a new producer id', () => {
    const expected = producer(LAST_USABLE_EPOCH);
    const moved = after(init(image('Empty', { producerEpoch: LAST_USABLE_EPOCH }), { expected, freshProducerId: 9 }));
    const again = after(init(moved, { expected }));
    expect(again).toMatchObject({ producerId: 9, producerEpoch: 0 });
    expect(after(init(again, { expected }))).toMatchObject({ producerId: 9, producerEpoch: 0 });
  });

  it('does not hand the identity of a newer producer to one that was fenced at the end of the epochs', () => {
    const moved = after(init(image('Empty', { producerEpoch: LAST_USABLE_EPOCH }), { freshProducerId: 9 }));
    expect(init(moved, { expected: producer(LAST_USABLE_EPOCH) })).toEqual(FENCED);
  });

  it('fences a producer that has the last epoch', () => {
    const fencedOnce = fenced(image('Ongoing', { producerEpoch: LAST_USABLE_EPOCH }), NOW);
    expect(fencedOnce).toMatchObject({ producerEpoch: 32_767, transactionVersion: 2 });
    expect(init(completed(fencedOnce, NOW))).toEqual({ kind: 'needsProducerId' });
  });
});

describe('adding partitions', () => {
  const add = (
    before: TransactionImage | undefined,
    asked: Partial<ProducerIdentity> = {},
    partitions = [A1, B0],
  ): Ruling => ruleAdd(before, { ...producer(), ...asked, partitions, transactionVersion: 2, nowMs: NOW });

  it.each(IDLE)('begins a transaction in state %s', (state) => {
    const begun = after(add(image(state)));
    expect(begun).toMatchObject({ state: 'Ongoing', producerEpoch: 3, startMs: NOW, transactionVersion: 2 });
    expect(listPartitions(begun.partitions)).toEqual([A1, B0]);
  });

  it('adds to the open transaction and leaves the image before as it was', () => {
    const before = image('Ongoing');
    const grown = after(add(before));
    expect(listPartitions(grown.partitions)).toEqual([A0, A1, B0]);
    expect(grown.startMs).toBe(1_000);
    expect(listPartitions(before.partitions)).toEqual([A0]);
  });

  it('changes nothing when they are there already', () => {
    expect(add(image('Ongoing'), {}, [A0])).toEqual(UNCHANGED);
    expect(add(image('Ongoing'), {}, [])).toEqual(UNCHANGED);
  });

  it('begins a transaction even without partitions, as Apache Kafka does', () => {
    expect(after(add(image('Empty'), {}, []))).toMatchObject({ state: 'Ongoing', startMs: NOW });
  });

  it('refuses strangers, other epochs and whoever comes while the last transaction is being ended', () => {
    expect(add(undefined)).toEqual(UNKNOWN);
    expect(add(image('Empty'), { producerId: 8 })).toEqual(UNKNOWN);
    expect(add(image('Empty'), { producerEpoch: 2 })).toEqual(FENCED);
    expect(add(image('Empty'), { producerEpoch: 4 })).toEqual(FENCED);
    for (const state of PREPARED) expect(add(image(state))).toEqual(BUSY);
    expect(producerProblem(image('Ongoing'), producer())).toBe(ErrorCode.NONE);
  });
});

describe('EndTxn that keeps the epoch', () => {
  it.each(['commit', 'abort'] as const)('decides on %s and keeps partitions and epoch', (outcome) => {
    const ruling = end(ruleEnd, image('Ongoing'), outcome);
    expect(ruling.kind).toBe('decided');
    const state = outcome === 'commit' ? 'PrepareCommit' : 'PrepareAbort';
    expect(after(ruling)).toMatchObject({ state, producerEpoch: 3, transactionVersion: 0, startMs: 1_000 });
    expect(listPartitions(after(ruling).partitions)).toEqual([A0]);
    const done = completed(after(ruling), NOW);
    expect(done).toMatchObject({ producerEpoch: 3, producerId: PRODUCER, startMs: 1_000 });
    expect(done.state).toBe(outcome === 'commit' ? 'CompleteCommit' : 'CompleteAbort');
    expect(done.partitions.size).toBe(0);
  });

  it.each([
    ['Empty', 'commit', WRONG_STATE],
    ['Empty', 'abort', WRONG_STATE],
    ['PrepareCommit', 'commit', BUSY],
    ['PrepareCommit', 'abort', BUSY],
    ['PrepareAbort', 'commit', BUSY],
    ['PrepareAbort', 'abort', BUSY],
    ['CompleteCommit', 'commit', UNCHANGED],
    ['CompleteCommit', 'abort', WRONG_STATE],
    ['CompleteAbort', 'commit', WRONG_STATE],
    ['CompleteAbort', 'abort', UNCHANGED],
  ] as const)('in state %s answers %s with %j', (state, outcome, expected) => {
    expect(end(ruleEnd, image(state), outcome)).toEqual(expected);
  });

  it('refuses strangers and other epochs', () => {
    expect(end(ruleEnd, undefined, 'commit')).toEqual(UNKNOWN);
    expect(end(ruleEnd, image('Ongoing'), 'commit', { producerId: 8 })).toEqual(UNKNOWN);
    expect(end(ruleEnd, image('Ongoing'), 'commit', { producerEpoch: 2 })).toEqual(FENCED);
    expect(end(ruleEnd, image('Ongoing'), 'commit', { producerEpoch: 4 })).toEqual(FENCED);
  });
});

describe('EndTxn that raises the epoch', () => {
  it.each(['commit', 'abort'] as const)('decides on %s under the next epoch', (outcome) => {
    const ruling = end(ruleEndRaising, image('Ongoing'), outcome);
    expect(ruling.kind).toBe('decided');
    expect(after(ruling)).toMatchObject({ producerEpoch: 4, lastProducerEpoch: 3, transactionVersion: 2 });
    expect(completed(after(ruling), NOW)).toMatchObject({ producerEpoch: 4, lastProducerEpoch: 3 });
  });

  // The producer asks with epoch 3.
  it.each([
    ['PrepareCommit', 'commit', 4, BUSY],
    ['PrepareCommit', 'abort', 4, BUSY],
    ['PrepareAbort', 'commit', 4, BUSY],
    ['PrepareAbort', 'abort', 4, BUSY],
    ['PrepareAbort', 'abort', 3, BUSY],
    ['PrepareCommit', 'abort', 3, BUSY],
    ['PrepareAbort', 'abort', 2, FENCED],
    ['CompleteCommit', 'commit', 4, UNCHANGED],
    ['CompleteCommit', 'abort', 4, WRONG_STATE],
    ['CompleteCommit', 'commit', 3, WRONG_STATE],
    ['CompleteAbort', 'commit', 4, WRONG_STATE],
    ['CompleteAbort', 'abort', 4, UNCHANGED],
    ['CompleteAbort', 'commit', 3, WRONG_STATE],
    ['CompleteCommit', 'commit', 5, FENCED],
    ['CompleteCommit', 'commit', 2, FENCED],
    ['Ongoing', 'commit', 4, FENCED],
    ['Ongoing', 'commit', 2, FENCED],
    ['Empty', 'commit', 3, WRONG_STATE],
    ['Empty', 'abort', 4, FENCED],
  ] as const)('in state %s answers %s, with the id at epoch %i, with %j', (state, outcome, producerEpoch, expected) => {
    expect(end(ruleEndRaising, image(state, { producerEpoch }), outcome)).toEqual(expected);
  });

  it.each(IDLE)('aborts nothing in state %s, which raises the epoch too', (state) => {
    const ruling = end(ruleEndRaising, image(state), 'abort');
    expect(ruling.kind).toBe('decided');
    expect(after(ruling)).toMatchObject({ state: 'PrepareAbort', producerEpoch: 4, startMs: NOW });
    expect(after(ruling).partitions.size).toBe(0);
  });

  it('goes over to a new producer id with the last epoch, and knows the retry of that', () => {
    const before = image('Ongoing', { producerEpoch: LAST_USABLE_EPOCH });
    const asked = producer(LAST_USABLE_EPOCH);
    expect(end(ruleEndRaising, before, 'commit', asked)).toEqual({ kind: 'needsProducerId' });
    const prepared = after(end(ruleEndRaising, before, 'commit', { ...asked, freshProducerId: 9 }));
    expect(prepared).toMatchObject({ producerId: PRODUCER, nextProducerId: 9, producerEpoch: 32_767 });
    expect(end(ruleEndRaising, prepared, 'commit', asked)).toEqual(BUSY);
    const done = completed(prepared, NOW);
    expect(done).toMatchObject({ producerId: 9, previousProducerId: PRODUCER, nextProducerId: -1, producerEpoch: 0 });
    expect(end(ruleEndRaising, done, 'commit', asked)).toEqual(UNCHANGED);
    expect(end(ruleEndRaising, done, 'abort', asked)).toEqual(WRONG_STATE);
    expect(end(ruleEndRaising, done, 'commit', producer(5))).toEqual(UNKNOWN);
    expect(after(init(done, { expected: asked }))).toMatchObject({ producerId: 9, producerEpoch: 0 });
  });

  it('has the next producer id wait while markers of the last transaction are written', () => {
    const prepared = image('PrepareCommit', { producerEpoch: 32_767, nextProducerId: 9, transactionVersion: 2 });
    const next = producer(0, 9);
    expect(end(ruleEndRaising, prepared, 'abort', next)).toEqual(BUSY);
    expect(init(prepared, { expected: next })).toEqual(BUSY);
    expect(producerProblem(prepared, next)).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    expect(producerProblem(prepared, producer(1, 9))).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  });

  it('refuses strangers', () => {
    expect(end(ruleEndRaising, undefined, 'commit')).toEqual(UNKNOWN);
    expect(end(ruleEndRaising, image('Ongoing'), 'commit', { producerId: 8 })).toEqual(UNKNOWN);
  });
});
