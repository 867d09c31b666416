import { turns } from '../test/coordinator-fixture.ts';
import { A0, A1, OS0, TransactionFixture } from '../test/transaction-fixture.ts';

const CONCURRENT = 51;

describe('EndTxn', () => {
  it.each([true, false])(
    'writes decision, markers and completion in this order, in one turn (commit: %s)',
    async (committed) => {
      const fixture = await TransactionFixture.start();
      const producer = await fixture.begun([A0, A1]);
      fixture.trace.length = 0;

      const ending = fixture.asksEnd(producer, committed);
      await Promise.resolve();

      const [outcome, state] = committed ? ['commit', 'Commit'] : ['abort', 'Abort'];
      expect(fixture.trace).toEqual([
        `Prepare${state} e1`,
        `${outcome} a-0 e1`,
        `${outcome} a-1 e1`,
        `Complete${state} e1`,
      ]);
      expect(await fixture.during(ending)).toMatchObject({
        errorCode: 0,
        producerId: producer.producerId,
        producerEpoch: 1,
      });
      expect(fixture.participants.markers[0]).toMatchObject({ coordinatorEpoch: 0, transactionVersion: 2 });
    },
  );

  it('keeps the epoch up to version 4', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun();

    expect(await fixture.end(producer, true, 4)).toEqual({
      throttleTimeMs: 0,
      errorCode: 0,
      producerId: -1n,
      producerEpoch: -1,
    });
    expect(fixture.participants.markers).toMatchObject([
      { producerEpoch: 0, transactionVersion: 0, outcome: 'commit' },
    ]);
    expect(await fixture.end(producer, true, 4)).toMatchObject({ errorCode: 0 });
    expect(await fixture.end(producer, false, 4)).toMatchObject({ errorCode: 48 });
    expect(await fixture.end({ ...producer, producerEpoch: 4 }, false, 2)).toMatchObject({ errorCode: 90 });
    expect(await fixture.end({ ...producer, producerEpoch: 4 }, false, 1)).toMatchObject({ errorCode: 47 });
  });

  it('answers a retry as the first attempt, also after a restart', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun();
    await fixture.end(producer, true);

    for (const round of ['before', 'after']) {
      expect(await fixture.end(producer, true)).toMatchObject({ errorCode: 0, producerEpoch: 1 });
      expect(await fixture.end(producer, false)).toMatchObject({ errorCode: 48, producerEpoch: -1 });
      if (round === 'before') await fixture.crash();
    }
    expect(fixture.participants.markers).toHaveLength(1);
  });

  it('leaves its producer a way on that lost the answer, also after a restart', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun();
    await fixture.end(producer, true);
    await fixture.crash();

    expect(await fixture.init('t', producer)).toMatchObject({ errorCode: 0, producerEpoch: 1 });
  });

  it('is not answered before its markers are durable', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun();
    fixture.participants.hold();
    let isAnswered = false;

    const ending = fixture.asksEnd(producer, true).finally(() => (isAnswered = true));
    await fixture.time.advance(10_000);
    expect(isAnswered).toBe(false);
    fixture.participants.settle();

    expect(await fixture.during(ending)).toMatchObject({ errorCode: 0 });
  });

  it('is not answered before its decision is durable', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun();
    fixture.faulty.hold();
    let isAnswered = false;

    const ending = fixture.asksEnd(producer, true).finally(() => (isAnswered = true));
    await fixture.time.advance(10_000);
    expect(isAnswered).toBe(false);
    fixture.faulty.release();

    expect(await fixture.during(ending)).toMatchObject({ errorCode: 0 });
  });

  it('appends no marker when the decision cannot be', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun();
    fixture.faulty.refusal = 56;

    expect(await fixture.end(producer, true)).toMatchObject({ errorCode: 14 });
    expect(fixture.participants.markers).toEqual([]);

    fixture.faulty.refusal = 0;
    await fixture.time.advance(1_000);
    expect(await fixture.end(producer, false)).toMatchObject({ errorCode: 0 });
    expect(fixture.participants.markers).toMatchObject([{ outcome: 'abort' }]);
  });

  it('brings a new producer id when the epochs are used up', async () => {
    const fixture = await TransactionFixture.start();
    let producer = await fixture.producer();
    while (producer.producerEpoch < 32_766) {
      const { producerId, producerEpoch } = await fixture.init('t');
      producer = { ...producer, producerId, producerEpoch };
    }
    fixture.admit(producer, [A0]);
    const ended = await fixture.end(producer, true);

    expect(ended).toMatchObject({ errorCode: 0, producerEpoch: 0 });
    expect(ended.producerId).not.toBe(producer.producerId);
    expect(fixture.participants.markers).toMatchObject([
      { producerId: Number(producer.producerId), producerEpoch: 32_767 },
    ]);
    expect(await fixture.end(producer, true)).toEqual(ended);
    await fixture.crash();
    expect(await fixture.end(producer, true)).toEqual(ended);
    expect(await fixture.end(producer, false)).toMatchObject({ errorCode: 48 });
  });
});

describe('markers that are not in the journal', () => {
  it('wait for the decision to be durable', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun([OS0, A0]);
    fixture.faulty.hold();
    const ending = fixture.asksEnd(producer, true);
    await fixture.time.advance(1_000);
    expect(fixture.participants.markers).toEqual([]);

    fixture.faulty.release();
    expect(await fixture.during(ending)).toMatchObject({ errorCode: 0 });
    expect(fixture.participants.markers).toHaveLength(2);
  });

  it('come later when the decision is very late, whatever was answered', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun([OS0]);
    fixture.faulty.hold();
    expect(await fixture.end(producer, true)).toMatchObject({ errorCode: 15 });
    expect(fixture.participants.markers).toEqual([]);

    fixture.faulty.release();
    await fixture.time.advance(20_000);
    expect(fixture.participants.markers).toMatchObject([{ outcome: 'commit', producerEpoch: 1 }]);
    expect(await fixture.end(producer, true)).toMatchObject({ errorCode: 0, producerEpoch: 1 });
  });

  it('are left to the next owner when the partition moves meanwhile', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun([OS0]);
    fixture.faulty.hold();
    void fixture.asksEnd(producer, true);
    await turns();
    fixture.coordinator.unload(0);
    fixture.faulty.release();
    await turns();
    expect(fixture.participants.markers).toEqual([]);

    await fixture.crash();
    await fixture.time.advance(10);
    expect(fixture.participants.markers).toMatchObject([{ outcome: 'commit', coordinatorEpoch: 1 }]);
  });

  it('complete the transaction when they are durable', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun([OS0, A0]);
    fixture.participants.hold();
    const ending = fixture.asksEnd(producer, true);
    await turns();

    expect(await fixture.describe()).toMatchObject({ transactionState: 'PrepareCommit', producerEpoch: 1 });
    expect(await fixture.end(producer, true)).toMatchObject({ errorCode: CONCURRENT });
    expect(fixture.admit({ ...producer, producerEpoch: 1 }, [A0])).toEqual([CONCURRENT]);
    expect(await fixture.init('t')).toMatchObject({ errorCode: CONCURRENT });

    fixture.participants.settle();
    expect(await fixture.during(ending)).toMatchObject({ errorCode: 0, producerEpoch: 1 });
    expect(await fixture.describe()).toMatchObject({ transactionState: 'CompleteCommit' });
    expect(fixture.admit({ ...producer, producerEpoch: 1 }, [A0])).toEqual([0]);
  });

  it('are tried again where they failed, until they are there', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun([OS0, A0]);
    fixture.participants.markerError = 56;

    expect(await fixture.end(producer, true)).toMatchObject({ errorCode: 0, producerEpoch: 1 });
    await fixture.time.advance(1_000);
    expect(await fixture.describe()).toMatchObject({ transactionState: 'PrepareCommit' });
    fixture.participants.markerError = 0;
    await fixture.time.advance(5_000);

    expect(await fixture.describe()).toMatchObject({ transactionState: 'CompleteCommit' });
    expect(fixture.trace.filter((what) => what === 'commit a-0 e1')).toHaveLength(1);
    expect(fixture.trace.filter((what) => what === 'commit os-0 e1').length).toBeGreaterThan(2);
  });

  it('are given up where a newer producer has written', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun([OS0]);
    fixture.participants.markerError = 47;

    await fixture.end(producer, false);

    expect(await fixture.describe()).toMatchObject({ transactionState: 'CompleteAbort' });
  });
});

describe('after a restart', () => {
  it('the markers of a decision are written again, then it is complete', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun([OS0, A0]);
    fixture.participants.hold();
    void fixture.asksEnd(producer, true);
    await turns();
    fixture.trace.length = 0;

    await fixture.crash();
    await turns();
    expect(fixture.trace).toEqual(['commit os-0 e1', 'commit a-0 e1']);
    fixture.participants.settle();
    await fixture.time.advance(10);

    expect(fixture.trace.at(-1)).toBe('CompleteCommit e1');
    expect(fixture.participants.markers.at(-1)?.coordinatorEpoch).toBe(1);
    expect(await fixture.end(producer, true)).toMatchObject({ errorCode: 0, producerEpoch: 1 });
  });

  it('an open transaction goes on, and has the rest of its time', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.begun();
    await fixture.time.advance(40_000);

    await fixture.crash();
    expect(fixture.admit(producer, [A0, A1])).toEqual([0, 0]);
    await fixture.time.advance(19_000);
    expect(await fixture.describe()).toMatchObject({ transactionState: 'Ongoing' });
    await fixture.time.advance(2_000);

    expect(await fixture.describe()).toMatchObject({ transactionState: 'CompleteAbort', producerEpoch: 1 });
  });

  it('a log that was shortened says the same', async () => {
    const fixture = await TransactionFixture.start({ snapshotBytesMin: 2_000 });
    const ongoing = await fixture.begun([A0, A1], 'ongoing');
    for (let round = 0; round < 100; round++) await fixture.end(await fixture.begun(), true);
    expect(fixture.faulty.starts).toBeGreaterThan(0);
    const before = [await fixture.describe('ongoing'), await fixture.describe()];

    await fixture.crash();

    expect([await fixture.describe('ongoing'), await fixture.describe()]).toEqual(before);
    expect(await fixture.end(ongoing, true)).toMatchObject({ errorCode: 0 });
  });
});

describe('time', () => {
  it('aborts a transaction past its timeout under a higher epoch', async () => {
    const fixture = await TransactionFixture.start();
    const producer = await fixture.producer('t', { transactionTimeoutMs: 1_500 });
    fixture.admit(producer, [A0]);
    await fixture.time.advance(1_400);
    expect(fixture.participants.markers).toEqual([]);
    await fixture.time.advance(200);

    expect(fixture.participants.markers).toMatchObject([{ outcome: 'abort', producerEpoch: 1 }]);
    expect(fixture.admit(producer, [A0])).toEqual([47]);
    expect(await fixture.end(producer, true)).toMatchObject({ errorCode: 48 });
    expect(await fixture.end(producer, false)).toMatchObject({ errorCode: 0, producerEpoch: 1 });
  });

  it('is looked at no more often than configured', async () => {
    const fixture = await TransactionFixture.start();
    for (const [id, startMs] of [
      ['one', 0],
      ['two', 2_000],
    ] as const) {
      await fixture.time.advance(startMs);
      fixture.admit(await fixture.producer(id, { transactionTimeoutMs: 5_000 }), [A0]);
    }
    await fixture.time.advance(5_100);
    expect(fixture.participants.markers).toHaveLength(1);
    await fixture.time.advance(10_000);
    expect(fixture.participants.markers).toHaveLength(2);
  });

  it('ends many transactions in slices', async () => {
    const fixture = await TransactionFixture.start();
    for (let index = 0; index < 350; index++) {
      fixture.admit(await fixture.producer(`id-${index}`, { transactionTimeoutMs: 60_000 }), [A0]);
    }
    await fixture.time.advance(75_000);
    expect(fixture.participants.markers).toHaveLength(350);
  });

  it('forgets ids that are not used, but none with a transaction', async () => {
    const fixture = await TransactionFixture.start({ config: { transactionalIdExpirationMs: 3_000_000 } });
    const maxTimeout = { transactionTimeoutMs: 900_000 };
    await fixture.producer('idle', maxTimeout);
    await fixture.time.advance(3_500_000);
    await fixture.producer('fresh');
    fixture.participants.hold();
    const ending = await fixture.begun([OS0], 'ending');
    void fixture.asksEnd(ending, true);
    await fixture.time.advance(200_000);

    expect(await fixture.describe('idle')).toMatchObject({ errorCode: 105 });
    expect(await fixture.describe('fresh')).toMatchObject({ errorCode: 0 });
    await fixture.time.advance(7_200_000);
    expect(await fixture.describe('fresh')).toMatchObject({ errorCode: 105 });
    expect(await fixture.describe('ending')).toMatchObject({ transactionState: 'PrepareCommit' });
    await fixture.crash();
    expect(await fixture.describe('idle')).toMatchObject({ errorCode: 105 });
  });
});

describe('open transactions that no coordinator has', () => {
  const open = (producerId: bigint, producerEpoch: number, startedMs: number, place = A0) => ({
    ...place,
    producerId: Number(producerId),
    producerEpoch,
    firstOffset: 0,
    startedMs,
  });

  it('are ended when all of __transaction_state is here', async () => {
    const fixture = await TransactionFixture.start({ config: { transactionStateLogNumPartitions: 2 } });
    fixture.participants.open.push(open(99n, 3, 0));
    await fixture.crash();
    expect(fixture.participants.markers).toEqual([]);
    await fixture.coordinator.close();

    const whole = await TransactionFixture.start();
    whole.participants.open.push(open(99n, 3, 0));
    await whole.crash();
    expect(whole.participants.markers).toMatchObject([{ ...A0, producerId: 99, producerEpoch: 3, outcome: 'abort' }]);
  });

  it('get the outcome that is on record, and abort where there is none', async () => {
    const fixture = await TransactionFixture.start();
    const raising = await fixture.begun([A0], 'raising');
    await fixture.end(raising, true);
    const keeping = await fixture.begun([A0], 'keeping');
    const nowMs = fixture.time.nowMs();
    await fixture.time.advance(2_000);
    await fixture.end(keeping, true, 4);
    fixture.participants.markers.length = 0;
    fixture.participants.open.push(
      open(raising.producerId, 0, nowMs, A1),
      open(keeping.producerId, 0, nowMs + 1_000, A1),
      open(keeping.producerId, 0, nowMs + 60_000, OS0),
      open(keeping.producerId, 0, nowMs - 60_000, { topic: 'b', partition: 0 }),
    );

    expect(await fixture.coordinator.endOrphans()).toBe(4);
    expect(fixture.participants.markers).toMatchObject([
      { topic: 'a', producerEpoch: 1, outcome: 'commit', transactionVersion: 2 },
      { topic: 'a', producerEpoch: 0, outcome: 'commit', transactionVersion: 0 },
      { topic: 'os', producerEpoch: 0, outcome: 'abort', transactionVersion: 0 },
      { topic: 'b', producerEpoch: 0, outcome: 'abort', transactionVersion: 0 },
    ]);
  });

  it('are tried again when their log cannot take the marker', async () => {
    const fixture = await TransactionFixture.start();
    fixture.participants.open.push(open(99n, 3, 0, OS0));
    fixture.participants.markerError = 56;
    expect(await fixture.coordinator.endOrphans()).toBe(0);
    fixture.participants.markerError = 0;

    await fixture.time.advance(6_000);
    fixture.participants.open.length = 0;
    await fixture.time.advance(20_000);
    expect(fixture.participants.markers).toHaveLength(2);
  });

  it('are aborted when they follow a transaction whose completion was lost with their beginning', async () => {
    const fixture = await TransactionFixture.start();
    const ending = await fixture.begun([OS0], 'ending');
    fixture.participants.hold();
    void fixture.asksEnd(ending, true);
    await turns();
    fixture.participants.markers.length = 0;
    fixture.participants.open.push(open(ending.producerId, 1, 0, OS0));

    const orphans = fixture.coordinator.endOrphans();
    fixture.participants.settle();
    expect(await orphans).toBe(1);
    expect(fixture.participants.markers).toMatchObject([
      { ...OS0, outcome: 'abort', producerEpoch: 1, transactionVersion: 0 },
    ]);
  });

  it('are left alone while they are ongoing or about to be marked', async () => {
    const fixture = await TransactionFixture.start();
    const ongoing = await fixture.begun([A0], 'ongoing');
    const ending = await fixture.begun([OS0], 'ending');
    fixture.participants.hold();
    void fixture.asksEnd(ending, true);
    await turns();
    fixture.participants.markers.length = 0;
    fixture.participants.open.push(open(ongoing.producerId, 0, 0), open(ending.producerId, 0, 0, OS0));

    expect(await fixture.coordinator.endOrphans()).toBe(0);
    fixture.participants.open.push(open(ongoing.producerId, 0, 0, A1));
    const orphans = fixture.coordinator.endOrphans();
    fixture.participants.settle();
    expect(await orphans).toBe(1);
    expect(fixture.participants.markers).toMatchObject([{ ...A1, outcome: 'abort', producerEpoch: 0 }]);
  });
});
