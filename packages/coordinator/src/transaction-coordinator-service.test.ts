import { createAddPartitionsToTxnRequest } from '@millrace/protocol/messages/24-add-partitions-to-txn';
import { createAddOffsetsToTxnRequest } from '@millrace/protocol/messages/25-add-offsets-to-txn';
import {
  createListTransactionsRequest,
  type ListTransactionsRequest,
} from '@millrace/protocol/messages/66-list-transactions';
import { context } from '../test/coordinator-fixture.ts';
import { RecordingMetrics } from '../test/recording-metrics.ts';
import { A0, A1, TransactionFixture, type Producer } from '../test/transaction-fixture.ts';

const CONCURRENT = 51;
const ABORTABLE = 120;

describe('InitProducerId', () => {
  it('needs no transactional id', async () => {
    const fixture = await TransactionFixture.start();

    expect(await fixture.init(null, { transactionTimeoutMs: 0 })).toMatchObject({ errorCode: 0, producerEpoch: 0 });
    expect(await fixture.init(null)).toMatchObject({ producerId: 1_001n });
    expect(fixture.trace).toEqual([]);
  });

  it('says that it is loading when no producer id is to be had', async () => {
    const fixture = await TransactionFixture.start();
    fixture.participants.idsFail = true;

    expect(await fixture.init(null)).toMatchObject({ errorCode: 14, producerId: -1n });
    expect(await fixture.init('t')).toMatchObject({ errorCode: 14, producerId: -1n });
  });

  it.each([
    ['an empty id', '', {}, 42],
    ['an id longer than a record holds', 'x'.repeat(32_768), {}, 42],
    ['a producer id without an epoch', 't', { producerId: 5n }, 42],
    ['an epoch without a producer id', 't', { producerEpoch: 5 }, 42],
    ['no timeout', 't', { transactionTimeoutMs: 0 }, 50],
    ['a negative timeout', 't', { transactionTimeoutMs: -1 }, 50],
    ['a timeout above transaction.max.timeout.ms', 't', { transactionTimeoutMs: 900_001 }, 50],
  ] as const)('refuses %s', async (_, transactionalId, fields, errorCode) => {
    const fixture = await TransactionFixture.start();
    expect(await fixture.init(transactionalId, fields)).toMatchObject({
      errorCode,
      producerId: -1n,
      producerEpoch: -1,
    });
  });

  it('fences by a code that each version knows', async () => {
    const fixture = await TransactionFixture.start();
    const { producerId } = await fixture.producer();

    const stale = { producerId, producerEpoch: 7 };
    expect(await fixture.init('t', stale, 4)).toMatchObject({ errorCode: 90 });
    expect(await fixture.init('t', stale, 3)).toMatchObject({ errorCode: 47 });
  });

  it('aborts what is open, has the producer come again, and then gives it an epoch that nobody had', async () => {
    const fixture = await TransactionFixture.start();
    const first = await fixture.begun([A0, A1]);
    fixture.trace.length = 0;

    expect(await fixture.init('t')).toMatchObject({ errorCode: CONCURRENT, producerId: -1n });
    expect(fixture.trace).toEqual(['PrepareAbort e1', 'abort a-0 e1', 'abort a-1 e1', 'CompleteAbort e1']);
    expect(await fixture.init('t')).toMatchObject({ errorCode: 0, producerId: first.producerId, producerEpoch: 2 });
    expect(await fixture.end(first, true)).toMatchObject({ errorCode: 90 });
    expect(fixture.admit(first, [A0])).toEqual([47]);
  });
});

describe('AddPartitionsToTxn', () => {
  it('begins a transaction and adds to it', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.producer();

    expect(await fixture.add(producer, [A0])).toEqual([0]);
    expect(await fixture.add(producer, [A0, A1])).toEqual([0, 0]);
    expect(await fixture.add(producer, [A1])).toEqual([0]);

    expect(fixture.trace).toEqual(['Empty e0', 'Ongoing e0', 'Ongoing e0']);
    expect(await fixture.describe()).toMatchObject({
      transactionState: 'Ongoing',
      topics: [{ topic: 'a', partitions: [0, 1] }],
    });
  });

  it('keeps clients away from the logs of coordinators', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.producer();

    expect(await fixture.add(producer, [A0, { topic: '__consumer_offsets', partition: 0 }])).toEqual([55, 29]);
    expect(await fixture.add(producer, [{ topic: '__transaction_state', partition: 0 }])).toEqual([29]);
  });

  it('adds nothing when one partition does not exist', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.producer();
    fixture.participants.unknown.add('a-7');

    expect(await fixture.add(producer, [A0, { topic: 'a', partition: 7 }])).toEqual([55, 3]);
    expect(await fixture.describe()).toMatchObject({ transactionState: 'Empty' });
  });

  it('fences by a code that each version knows', async () => {
    const fixture = await TransactionFixture.start();
    const producer = { ...(await fixture.producer()), producerEpoch: 5 };

    expect(await fixture.add(producer, [A0], 3)).toEqual([90]);
    expect(await fixture.add(producer, [A0], 1)).toEqual([47]);
    expect(await fixture.add({ ...producer, transactionalId: 'nobody' }, [A0])).toEqual([49]);
    expect(await fixture.add({ ...producer, transactionalId: '' }, [A0])).toEqual([42]);
  });

  it('answers each transaction of a batch by itself, and only checks when asked to', async () => {
    const fixture = await TransactionFixture.start();
    const [one, two] = [await fixture.producer('one'), await fixture.producer('two')];
    const ask = async (version: number, ...asked: (readonly [Producer, boolean, readonly number[]])[]) => {
      const transactions = asked.map(([producer, verifyOnly, partitions]) => ({
        ...producer,
        verifyOnly,
        topics: [{ name: 'a', partitions }],
      }));
      const request = createAddPartitionsToTxnRequest({ transactions });
      const response = await fixture.during(fixture.coordinator.addPartitions(context(version), request));
      return response.resultsByTransaction.map(({ topicResults }) =>
        topicResults.flatMap(({ resultsByPartition }) => resultsByPartition.map((result) => result.partitionErrorCode)),
      );
    };

    expect(await ask(5, [one, true, [0]])).toEqual([[ABORTABLE]]);
    expect(await ask(4, [one, true, [0]])).toEqual([[ABORTABLE]]);
    expect(await ask(5, [one, false, [0, 1]], [{ ...two, producerEpoch: 3 }, false, [0]])).toEqual([[0, 0], [90]]);
    expect(await ask(5, [one, true, [0, 2, 1]], [two, true, [0]])).toEqual([[0, ABORTABLE, 0], [ABORTABLE]]);
    expect(await fixture.describe('two')).toMatchObject({ transactionState: 'Empty' });
  });
});

describe('AddOffsetsToTxn', () => {
  it('adds the partition of the group', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.producer();
    const ask = async (version: number, fields: Partial<Producer> = {}) => {
      const request = createAddOffsetsToTxnRequest({ ...producer, ...fields, groupId: 'group' });
      return (await fixture.during(fixture.coordinator.addOffsets(context(version), request))).errorCode;
    };

    expect(await ask(4)).toBe(0);
    expect(await fixture.describe()).toMatchObject({ topics: [{ topic: '__consumer_offsets', partitions: [5] }] });
    expect(await ask(4, { producerEpoch: 9 })).toBe(90);
    expect(await ask(1, { producerEpoch: 9 })).toBe(47);
    expect(await ask(4, { transactionalId: 'nobody' })).toBe(49);
    expect(await ask(4, { transactionalId: '' })).toBe(42);
  });
});

describe('admission of a produce request', () => {
  it('begins a transaction and is ahead of what the caller appends in this turn', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.producer();
    fixture.trace.length = 0;

    expect(fixture.admit(producer, [A0, A1])).toEqual([0, 0]);
    expect(fixture.trace).toEqual(['Ongoing e0']);
    expect(fixture.admit(producer, [A0])).toEqual([0]);
    expect(fixture.trace).toEqual(['Ongoing e0']);
  });

  it('only looks when it is to verify', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun([A0]);

    expect(fixture.admit(producer, [A1, A0], 'verify')).toEqual([ABORTABLE, 0]);
    expect(fixture.admit({ ...producer, producerEpoch: 1 }, [A0], 'verify')).toEqual([47]);
    expect(fixture.admit({ ...producer, transactionalId: 'nobody' }, [A0], 'verify')).toEqual([49]);
    expect(fixture.admit({ ...producer, transactionalId: '' }, [A0])).toEqual([42]);
  });

  it('is refused when its record cannot be appended, or nobody is there', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.producer();
    fixture.faulty.refusal = 56;
    expect(fixture.admit(producer, [A0])).toEqual([15]);
    expect(fixture.admit(producer, [A0])).toEqual([14]);
    fixture.coordinator.unload(0);
    expect(fixture.admit(producer, [A0])).toEqual([16]);
  });

  it('has an end: a transaction does not grow beyond what one record holds', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.producer();
    const many = Array.from({ length: 300_000 }, (_, partition) => ({ topic: 'a', partition }));
    expect(fixture.admit(producer, many)[0]).toBe(-1);
    expect(fixture.admit(producer, many.slice(0, 100_000))[0]).toBe(0);
  });
});

describe('what operators see', () => {
  async function list(fixture: TransactionFixture, fields: Partial<ListTransactionsRequest>): Promise<string[]> {
    const request = createListTransactionsRequest(fields);
    const response = await fixture.during(fixture.coordinator.listTransactions(context(2), request));
    if (response.errorCode !== 0) return [`error ${response.errorCode}`];
    const found = response.transactionStates.map(
      ({ transactionalId, transactionState }) => `${transactionalId} ${transactionState}`,
    );
    return [...found, ...response.unknownStateFilters.map((name) => `unknown ${name}`)];
  }

  it('is listed by state, producer, duration and pattern', async () => {
    const fixture = await TransactionFixture.start();
    const old = await fixture.begun([A0], 'orders.old');
    await fixture.time.advance(10_000);
    await fixture.begun([A0], 'orders.new');
    await fixture.producer('idle');

    expect(await list(fixture, {})).toEqual(['orders.old Ongoing', 'orders.new Ongoing', 'idle Empty']);
    expect(await list(fixture, { stateFilters: ['Empty', 'Dead', 'bogus', 'bogus'] })).toEqual([
      'idle Empty',
      'unknown bogus',
    ]);
    expect(await list(fixture, { stateFilters: ['bogus'] })).toEqual(['unknown bogus']);
    expect(await list(fixture, { producerIdFilters: [old.producerId] })).toEqual(['orders.old Ongoing']);
    expect(await list(fixture, { durationFilter: 9_000n })).toEqual(['orders.old Ongoing', 'idle Empty']);
    expect(await list(fixture, { durationFilter: -7n })).toHaveLength(3);
    expect(await list(fixture, { transactionalIdPattern: 'orders\\.n.*' })).toEqual(['orders.new Ongoing']);
    expect(await list(fixture, { transactionalIdPattern: 'orders' })).toEqual([]);
    expect(await list(fixture, { transactionalIdPattern: '' })).toHaveLength(3);
    expect(await list(fixture, { transactionalIdPattern: '(' })).toEqual(['error 128']);
    // It would hold the event loop up.
    expect(await list(fixture, { transactionalIdPattern: '((a?){100}){10}' })).toEqual(['error 128']);
  });

  it('is described, or says why it is not', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun([A1, A0]);

    expect(await fixture.describe()).toMatchObject({
      errorCode: 0,
      transactionState: 'Ongoing',
      transactionTimeoutMs: 60_000,
      producerId: producer.producerId,
      producerEpoch: 0,
      topics: [{ topic: 'a', partitions: [0, 1] }],
    });
    expect(await fixture.describe('nobody')).toMatchObject({ errorCode: 105, transactionalId: 'nobody' });
    expect(await fixture.describe('')).toMatchObject({ errorCode: 42 });
    fixture.coordinator.unload(0);
    expect(await fixture.describe()).toMatchObject({ errorCode: 16 });
    await fixture.coordinator.close();
    expect(await fixture.describe()).toMatchObject({ errorCode: 15 });
  });
});

describe('metrics', () => {
  it('count transactions by how they end, and how long they take', async () => {
    const metrics = new RecordingMetrics();
    const fixture = await TransactionFixture.start({ metrics });
    const committed = await fixture.begun([A0], 'committed');
    await fixture.time.advance(2_000);
    await fixture.end(committed, true);
    const aborted = await fixture.begun([A0], 'aborted');
    await fixture.end(aborted, false);
    await fixture.end({ ...aborted, producerEpoch: 1 }, false);
    await fixture.begun([A0], 'fenced');
    await fixture.init('fenced');
    fixture.admit(await fixture.producer('late', { transactionTimeoutMs: 1_000 }), [A0]);
    await fixture.time.advance(11_000);
    await fixture.begun([A0], 'open');

    const prefix = 'millrace_transaction_coordinator';
    expect(metrics.values).toMatchObject({
      [`${prefix}_transactions_started_total`]: 5,
      [`${prefix}_transactions_committed_total`]: 1,
      [`${prefix}_transactions_aborted_total`]: 3,
      [`${prefix}_transactions_timed_out_total`]: 1,
      [`${prefix}_producers_fenced_total`]: 1,
      [`${prefix}_transaction_seconds_count`]: 4,
      [`${prefix}_open_transactions`]: 1,
      [`${prefix}_transactional_ids{state=Ongoing}`]: 1,
      [`${prefix}_transactional_ids{state=CompleteAbort}`]: 3,
      [`${prefix}_transactional_ids{state=CompleteCommit}`]: 1,
    });
    expect(metrics.values[`${prefix}_transaction_seconds_sum`]).toBeGreaterThanOrEqual(3);
  });
});
