import { batchPositions, decodeBatch, ErrorCode } from '@millrace/protocol';
import { createDeleteGroupsRequest } from '@millrace/protocol/messages/42-delete-groups';
import { context, CoordinatorFixture, marker, turns, UNSTABLE } from '../../test/coordinator-fixture.ts';

interface LoggedBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly count: number;
}

/** The batches of the log, in order. */
async function batchesOf({ faulty }: CoordinatorFixture): Promise<LoggedBatch[]> {
  const { log } = faulty;
  const { slices } = await log.read({
    offset: log.logStartOffset,
    maxBytes: 1_000_000,
    atLeastOneBatch: true,
    isolation: 'read_uncommitted',
  });
  return slices.flatMap((slice) =>
    [...batchPositions(slice)].map((position) => {
      const { producerId, producerEpoch, baseSequence, isTransactional, isControl, count } = decodeBatch(
        slice,
        position,
      );
      return { producerId, producerEpoch, baseSequence, isTransactional, isControl, count };
    }),
  );
}

const PLAIN = { producerId: -1, producerEpoch: -1, baseSequence: -1, isTransactional: false, isControl: false };
const PENDING = { producerId: 7, producerEpoch: 3, baseSequence: -1, isTransactional: true, isControl: false };
const MARKER = { ...PENDING, isControl: true };

describe('records of a transaction', () => {
  it('are a batch of their own under the name of the producer, behind what was there before', async () => {
    const fixture = await CoordinatorFixture.start();

    const codes = await Promise.all([
      fixture.commit(1),
      fixture.commit(2, {}, 1),
      fixture.commitTransactional(7, 3, { producerEpoch: 3 }, [0, 1, 2]),
      fixture.commit(4, {}, 3),
      fixture.endTransaction(7, 'commit', 3),
      fixture.commit(5, {}, 4),
    ]);

    expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await batchesOf(fixture)).toEqual([
      { ...PLAIN, count: 3 },
      { ...PENDING, count: 3 },
      { ...PLAIN, count: 1 },
      { ...MARKER, count: 1 },
      { ...PLAIN, count: 1 },
    ]);
    expect(await fixture.fetch()).toEqual({ 0: 3, 1: 3, 2: 3, 3: 4, 4: 5 });
  });

  it('and the marker behind them are appended in the turn of the call', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.commit(1);
    const { log } = fixture.faulty;
    const before = log.logEndOffset;

    const committed = fixture.commitTransactional(7, 2);
    expect(log.logEndOffset).toBe(before + 1);
    const outcome = fixture.coordinator.appendEndMarker(0, marker(7, 'commit'));
    expect(log.logEndOffset).toBe(before + 2);

    expect(outcome).toMatchObject({ errorCode: 0, baseOffset: before + 1 });
    expect(await committed).toBe(0);
  });

  it('are answered when they are durable', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.commit(1);
    fixture.faulty.hold();
    const answers: number[] = [];
    const asked = [fixture.commitTransactional(7, 2), fixture.endTransaction(7, 'commit')];
    for (const answer of asked) void answer.then((code) => answers.push(code));
    const fetched = fixture.fetch();
    await turns();
    expect(answers).toEqual([]);

    fixture.faulty.release();

    expect(await Promise.all(asked)).toEqual([0, 0]);
    expect(await fetched).toEqual({ 0: 2 });
  });

  it('that the log refuses for the producer leave no trace, and the shard goes on', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.commit(1);
    await fixture.commitTransactional(7, 2, { producerEpoch: 5 });
    await fixture.endTransaction(7, 'abort', 6);
    const end = fixture.faulty.log.logEndOffset;

    expect(await fixture.commitTransactional(7, 3, { producerEpoch: 5 })).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);

    expect(fixture.faulty.log.logEndOffset).toBe(end);
    expect(await fixture.fetch('g', true)).toEqual({ 0: 1 });
    expect(await fixture.commit(4)).toBe(0);
  });

  it('that the log cannot take fail the shard, which is then what the log says', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.commit(1);
    fixture.faulty.refusal = ErrorCode.KAFKA_STORAGE_ERROR;

    expect(await fixture.commitTransactional(7, 2)).toBe(ErrorCode.NOT_COORDINATOR);
    fixture.faulty.refusal = 0;
    await fixture.time.advance(1_000);

    expect(await fixture.fetch('g', true)).toEqual({ 0: 1 });
  });
});

describe('the end marker of a transaction', () => {
  it('that the log refuses changes nothing', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.commit(1);
    await fixture.commitTransactional(7, 2, { producerEpoch: 5 });

    expect(await fixture.endTransaction(7, 'commit', 4)).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);

    expect(await fixture.fetch('g', true)).toEqual({ 0: UNSTABLE });
    expect(await fixture.endTransaction(7, 'commit', 5)).toBe(0);
    expect(await fixture.fetch('g', true)).toEqual({ 0: 2 });
  });

  it('is refused where the partition is not', async () => {
    const fixture = await CoordinatorFixture.start();

    expect(await fixture.endTransaction(7, 'commit', 0, 1)).toBe(ErrorCode.NOT_COORDINATOR);
    await fixture.coordinator.close();
    expect(await fixture.endTransaction(7, 'commit')).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  });

  it.each(['commit', 'abort'] as const)(
    '(%s) goes into the log while the shard is loading, wherever that is',
    async (end) => {
      const groups = ['g', 'h', 'i'];
      let turnsOfLoading = 0;
      // The marker comes one turn later in each round, until loading is over before it.
      for (;;) {
        const fixture = await CoordinatorFixture.start();
        for (const groupId of groups) {
          await fixture.commit(1, { groupId });
          await fixture.commitTransactional(7, 2, { groupId });
        }
        fixture.coordinator.unload(0);
        let isLoaded = false;
        const loaded = fixture.coordinator.load(0, fixture.faulty.log).finally(() => (isLoaded = true));
        for (let turn = 0; turn < turnsOfLoading; turn++) await Promise.resolve();
        if (isLoaded) break;
        turnsOfLoading++;

        const ended = fixture.endTransaction(7, end);
        await fixture.during(loaded);

        expect(await fixture.during(ended)).toBe(0);
        for (const groupId of groups) {
          expect(await fixture.fetch(groupId, true)).toEqual({ 0: end === 'commit' ? 2 : 1 });
        }
      }
      expect(turnsOfLoading).toBeGreaterThan(groups.length);
    },
  );

  it('that came while loading and did not become durable is forgotten', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.commit(1);
    await fixture.commitTransactional(7, 2);
    fixture.coordinator.unload(0);
    const loaded = fixture.coordinator.load(0, fixture.faulty.log);
    fixture.faulty.durableError = ErrorCode.KAFKA_STORAGE_ERROR;

    const ended = fixture.endTransaction(7, 'commit');
    await fixture.during(loaded);

    expect(await ended).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    fixture.faulty.durableError = 0;
    await fixture.time.advance(1_000);
    // The log has it all the same here; the shard says what the log says.
    expect(await fixture.fetch('g', true)).toEqual({ 0: 2 });
  });
});

describe('loading a log with transactions', () => {
  it('leaves the offsets of open ones pending, and applies the others', async () => {
    const fixture = await CoordinatorFixture.start();
    await Promise.all([0, 1, 2].map((partition) => fixture.commit(1, {}, partition)));
    await fixture.commitTransactional(7, 2, {}, [0]);
    await fixture.commitTransactional(8, 3, {}, [1]);
    await fixture.commitTransactional(9, 4, {}, [2]);
    await fixture.endTransaction(7, 'commit');
    await fixture.endTransaction(8, 'abort');

    await fixture.crash();

    expect(await fixture.fetch()).toEqual({ 0: 2, 1: 1, 2: 1 });
    expect(await fixture.fetch('g', true)).toEqual({ 0: 2, 1: 1, 2: UNSTABLE });
    expect(await fixture.endTransaction(9, 'commit')).toBe(0);
    expect(await fixture.fetch('g', true)).toEqual({ 0: 2, 1: 1, 2: 4 });
  });
});

describe('shortening a log with open transactions', () => {
  /** Commits of another group, until the log was shortened once more. */
  async function shorten(fixture: CoordinatorFixture): Promise<void> {
    const { starts } = fixture.faulty;
    for (let index = 0; fixture.faulty.starts === starts; index++) {
      if (index > 200) throw new Error('the log is not shortened');
      await fixture.commit(index, { groupId: 'filler' });
      await fixture.time.advance(10);
    }
    await fixture.time.advance(10);
  }

  it('carries pending offsets as records of the same transaction', async () => {
    const fixture = await CoordinatorFixture.start({ snapshotBytesMin: 2_000 });
    await fixture.commit(1);
    await fixture.commitTransactional(7, 2, { producerEpoch: 3 }, [0, 1]);
    const { firstOffset } = fixture.faulty.log.openTransaction(7) ?? { firstOffset: -1 };

    await shorten(fixture);

    expect(fixture.faulty.log.logStartOffset).toBeGreaterThan(firstOffset);
    expect(await batchesOf(fixture)).toContainEqual({ ...PENDING, count: 2 });
    await fixture.crash();
    expect(await fixture.fetch('g', true)).toEqual({ 0: UNSTABLE });
    expect(await fixture.endTransaction(7, 'commit', 3)).toBe(0);
    expect(await fixture.fetch('g', true)).toEqual({ 0: 2, 1: 2 });
    await shorten(fixture);
    await fixture.crash();
    expect(await fixture.fetch('g', true)).toEqual({ 0: 2, 1: 2 });
  });

  it('keeps apart which of several commits of a partition came last', async () => {
    const fixture = await CoordinatorFixture.start({ snapshotBytesMin: 2_000 });
    await fixture.commitTransactional(7, 2, {}, [0]);
    await fixture.commit(3, {}, 0);
    await fixture.commit(4, {}, 1);
    await fixture.commitTransactional(8, 5, {}, [0, 1]);

    for (let round = 0; round < 3; round++) {
      await shorten(fixture);
      await fixture.crash({ snapshotBytesMin: 2_000 });
    }

    expect(await fixture.fetch()).toEqual({ 0: 3, 1: 4 });
    expect(await fixture.endTransaction(7, 'commit')).toBe(0);
    expect(await fixture.fetch()).toEqual({ 0: 3, 1: 4 });
    expect(await fixture.endTransaction(8, 'commit')).toBe(0);
    expect(await fixture.fetch()).toEqual({ 0: 5, 1: 5 });
  });

  it('takes along nothing of groups that were deleted meanwhile', async () => {
    const fixture = await CoordinatorFixture.start({ snapshotBytesMin: 2_000 });
    await fixture.commitTransactional(7, 2);
    const request = createDeleteGroupsRequest({ groupsNames: ['g'] });
    expect((await fixture.coordinator.deleteGroups(context(2), request)).results[0]?.errorCode).toBe(0);

    await shorten(fixture);
    await fixture.crash();
    await fixture.endTransaction(7, 'commit');

    expect(await fixture.fetch()).toEqual({});
  });
});
