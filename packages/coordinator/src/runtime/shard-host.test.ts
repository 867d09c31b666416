import { ErrorCode, RecordBatchWriter } from '@millrace/protocol';
import { createDescribeGroupsRequest } from '@millrace/protocol/messages/15-describe-groups';
import { createHeartbeatRequest } from '@millrace/protocol/messages/12-heartbeat';
import { createListGroupsRequest } from '@millrace/protocol/messages/16-list-groups';
import { context, CoordinatorFixture, turns } from '../../test/coordinator-fixture.ts';

/** How a promise stands, without waiting for it. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  await turns();
  return Promise.race([promise.then((value) => JSON.stringify(value)), Promise.resolve('waiting')]);
}

describe('appending coordinator records', () => {
  it('puts what one turn brings into one batch and so one sync', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.commit(0);
    const syncsBefore = fixture.engine.stats().journalSyncs;
    const appendsBefore = fixture.faulty.appends;

    const codes = await Promise.all(Array.from({ length: 10 }, (_, index) => fixture.commit(index, {}, index)));

    expect(codes).toEqual(Array.from({ length: 10 }, () => 0));
    expect(fixture.faulty.appends - appendsBefore).toBe(1);
    expect(fixture.engine.stats().journalSyncs - syncsBefore).toBe(1);
  });

  it('answers only when the records are durable', async () => {
    const fixture = await CoordinatorFixture.start();
    fixture.faulty.hold();

    const committed = fixture.commit(7);
    expect(await stateOf(committed)).toBe('waiting');
    fixture.faulty.release();

    expect(await committed).toBe(0);
  });

  it('shows no offset that a crash could take back', async () => {
    const fixture = await CoordinatorFixture.start();
    fixture.faulty.hold();

    const committed = fixture.commit(7);
    const fetched = fixture.fetch();
    expect(await stateOf(fetched)).toBe('waiting');
    fixture.faulty.release();

    expect(await fetched).toEqual({ 0: 7 });
    expect(await committed).toBe(0);
  });

  it('answers heartbeats while the log is slow', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberId, generationId } = await fixture.stableGroup();
    fixture.faulty.hold();
    const committed = fixture.commit(7, { memberId, generationIdOrMemberEpoch: generationId });

    const heartbeat = await fixture.coordinator.heartbeat(
      context(3),
      createHeartbeatRequest({ groupId: 'g', memberId, generationId }),
    );

    expect(heartbeat.errorCode).toBe(ErrorCode.NONE);
    fixture.faulty.release();
    expect(await committed).toBe(0);
  });

  it('gives up on an answer after offsets.commit.timeout.ms, and on those that come behind it at once', async () => {
    const fixture = await CoordinatorFixture.start({ config: { offsetsCommitTimeoutMs: 5_000 } });
    fixture.faulty.hold();

    const committed = fixture.commit(7);
    await fixture.time.advance(4_999);
    expect(await stateOf(committed)).toBe('waiting');
    await fixture.time.advance(1);

    expect(await committed).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(await fixture.fetch()).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    fixture.faulty.release();
    expect(await fixture.commit(8)).toBe(0);
    expect(await fixture.fetch()).toEqual({ 0: 8 });
  });

  it('splits what would make a large batch', async () => {
    const fixture = await CoordinatorFixture.start();
    const committedMetadata = 'x'.repeat(4_000);
    fixture.topics.add('wide', 'AAAAAAAAAAAAAAAAAAAAdw', 600);
    const partitions = Array.from({ length: 600 }, (_, partitionIndex) => ({
      partitionIndex,
      committedOffset: 1n,
      committedLeaderEpoch: -1,
      committedMetadata,
    }));
    const appendsBefore = fixture.faulty.appends;

    const topics = [{ name: 'wide', topicId: 'AAAAAAAAAAAAAAAAAAAAdw', partitions }];
    expect(await fixture.commit(0, { topics })).toBe(0);

    expect(fixture.faulty.appends - appendsBefore).toBe(19);
    await fixture.crash();
    expect(Object.keys((await fixture.fetch()) as object)).toHaveLength(600);
  });
});

describe('a log that fails', () => {
  it.each([
    ['refuses', (fixture: CoordinatorFixture, code: number) => (fixture.faulty.refusal = code)],
    ['loses', (fixture: CoordinatorFixture, code: number) => (fixture.faulty.durableError = code)],
  ])('and %s records leaves no trace of them: the shard is what the log says', async (_, fail) => {
    const fixture = await CoordinatorFixture.start();
    await fixture.commit(1);
    fail(fixture, ErrorCode.KAFKA_STORAGE_ERROR);

    const failed = [fixture.commit(2), fixture.commit(3, {}, 1), fixture.fetch()];
    expect(await Promise.all(failed)).toEqual([16, 16, 16]);
    fail(fixture, 0);
    const written = await fixture.during(
      eventually(
        fixture,
        () => fixture.fetch(),
        (result) => typeof result !== 'number',
      ),
    );

    // A batch that was lost after it was accepted may be in the log nevertheless; never half of it.
    expect([{ 0: 1 }, { 0: 2, 1: 3 }]).toContainEqual(written);
    expect(await fixture.commit(4)).toBe(0);
    expect(await fixture.fetch()).toMatchObject({ 0: 4 });
  });

  it('sends away those who wait for a rebalance, and says that it is loading until it is back', async () => {
    const fixture = await CoordinatorFixture.start({ config: { groupInitialRebalanceDelayMs: 3_000 } });
    const waiting = fixture.join();
    await turns();
    fixture.faulty.refusal = ErrorCode.KAFKA_STORAGE_ERROR;

    const failed = fixture.commit(1, { groupId: 'other' });

    expect(await failed).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await waiting).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(await fixture.commit(1, { groupId: 'other' })).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    const heartbeat = fixture.coordinator.heartbeat(
      context(3),
      createHeartbeatRequest({ groupId: 'g', memberId: 'm' }),
    );
    expect((await heartbeat).errorCode).toBe(ErrorCode.NONE);
    fixture.faulty.refusal = 0;
    await fixture.time.advance(100);
    expect(await fixture.commit(1, { groupId: 'other' })).toBe(0);
  });

  it('because another broker owns it by now is not loaded again', async () => {
    const fixture = await CoordinatorFixture.start();
    fixture.faulty.refusal = ErrorCode.NOT_LEADER_OR_FOLLOWER;

    expect(await fixture.commit(1)).toBe(ErrorCode.NOT_COORDINATOR);
    fixture.faulty.refusal = 0;
    await fixture.time.advance(60_000);

    expect(await fixture.commit(1)).toBe(ErrorCode.NOT_COORDINATOR);
  });

  it('on reading is tried again until it works', async () => {
    const fixture = new CoordinatorFixture();
    await fixture.openLog();
    await seed(fixture);
    fixture.faulty.readError = ErrorCode.KAFKA_STORAGE_ERROR;

    await expect(fixture.load()).rejects.toThrow(/cannot load coordinator state from partition 0/);
    await fixture.time.advance(1_000);
    expect(await fixture.fetch()).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    fixture.faulty.readError = 0;
    await fixture.time.advance(20_000);

    expect(await fixture.fetch()).toEqual({});
  });
});

describe('loading and unloading', () => {
  it('serves nothing that it does not own', async () => {
    const fixture = await CoordinatorFixture.start();
    fixture.coordinator.unload(0);

    expect(await fixture.commit(1)).toBe(ErrorCode.NOT_COORDINATOR);
    expect(await fixture.fetch()).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await fixture.join()).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await fixture.coordinator.listGroups(context(4), createListGroupsRequest())).groups).toEqual([]);
  });

  it('answers those who wait with NOT_COORDINATOR when ownership goes', async () => {
    const fixture = await CoordinatorFixture.start({ config: { groupInitialRebalanceDelayMs: 3_000 } });
    const waiting = fixture.join();
    await turns();

    fixture.coordinator.unload(0);

    expect((await waiting).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
  });

  it('brings everything back after a crash', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberId, generationId } = await fixture.stableGroup();
    await fixture.commit(5, { memberId, generationIdOrMemberEpoch: generationId });

    await fixture.crash();

    expect(await fixture.fetch()).toEqual({ 0: 5 });
    const described = await fixture.coordinator.describeGroups(
      context(5),
      createDescribeGroupsRequest({ groups: ['g'] }),
    );
    expect(described.groups[0]).toMatchObject({ groupState: 'Stable', members: [{ memberId }] });
    const heartbeat = createHeartbeatRequest({ groupId: 'g', memberId, generationId });
    expect((await fixture.coordinator.heartbeat(context(3), heartbeat)).errorCode).toBe(0);
  });

  it('lets others run between slices of a large log', async () => {
    const fixture = await CoordinatorFixture.start();
    for (let batch = 0; batch < 3_000; batch++) await fixture.commit(batch, { groupId: `g${batch}` });
    fixture.coordinator.unload(0);

    const loaded = fixture.coordinator.load(0, fixture.faulty.log);
    await turns();

    expect(await fixture.commit(1)).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    await fixture.during(loaded);
    expect(await fixture.fetch('g2999')).toEqual({ 0: 2_999 });
  });

  it('skips records of kinds that it does not know', async () => {
    const fixture = new CoordinatorFixture();
    await fixture.openLog();
    await seed(fixture, Buffer.from('0006000167', 'hex'));

    await fixture.load();

    expect(await fixture.commit(1)).toBe(0);
  });

  it('closes with answers for everybody, and appends what was on its way', async () => {
    const fixture = await CoordinatorFixture.start({ config: { groupInitialRebalanceDelayMs: 3_000 } });
    const waiting = fixture.join();
    await turns();
    const committed = fixture.commit(3, { groupId: 'h' });

    await fixture.coordinator.close();

    expect(await committed).toBe(0);
    expect((await waiting).errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(await fixture.commit(4)).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    await fixture.crash();
    expect(await fixture.fetch('h')).toEqual({ 0: 3 });
  });

  it('does not expire members for a pause of its own: what they sent meanwhile comes first', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberId, generationId } = await fixture.stableGroup();
    const heartbeat = createHeartbeatRequest({ groupId: 'g', memberId, generationId });

    fixture.time.jump(60_000);
    // The timer finds that it is late and waits a turn, in which the socket's data is read.
    fixture.time.schedule(0, () => void fixture.coordinator.heartbeat(context(3), heartbeat));
    await fixture.time.advance(1);

    expect((await fixture.coordinator.heartbeat(context(3), heartbeat)).errorCode).toBe(ErrorCode.NONE);
  });
});

describe('the length of the log', () => {
  const METADATA = 'x'.repeat(1_000);

  async function fill(fixture: CoordinatorFixture, commits: number): Promise<void> {
    for (let index = 0; index < commits; index++) {
      const partitions = [
        {
          partitionIndex: index % 3,
          committedOffset: BigInt(index),
          committedLeaderEpoch: -1,
          committedMetadata: METADATA,
        },
      ];
      await fixture.commit(0, { topics: [{ name: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAdA', partitions }] });
    }
  }

  it('is bounded by what is alive in it', async () => {
    const fixture = await CoordinatorFixture.start({ snapshotBytesMin: 20_000 });
    await fixture.stableGroup('members');

    for (let round = 0; round < 10; round++) {
      await fill(fixture, 30);
      await fixture.time.advance(1_000);
      // A commit is about 1 kB.
      expect(fixture.faulty.log.logEndOffset - fixture.faulty.log.logStartOffset).toBeLessThan(40);
    }

    expect(fixture.faulty.starts).toBeGreaterThan(5);
    expect(fixture.faulty.log.logStartOffset).toBeGreaterThan(200);
    await fixture.crash();
    expect(await fixture.fetch()).toEqual({ 0: 27, 1: 28, 2: 29 });
  });

  it('may be shortened while clients go on, and nothing is lost or comes back', async () => {
    const fixture = await CoordinatorFixture.start();
    const groups = Array.from({ length: 900 }, (_, index) => `g${index}`);
    for (const groupId of groups) await fixture.commit(1, { groupId });
    // Loading finds the log too long; the first slice of the snapshot is held up, and groups go, come and change meanwhile.
    await fixture.crash({ snapshotBytesMin: 20_000 }, () => fixture.faulty.hold());
    const request = { groupsNames: groups.filter((_, index) => index % 3 === 0) };
    const deleted = fixture.coordinator.deleteGroups(context(2), request);
    const changed = groups.filter((_, index) => index % 3 === 1).map((groupId) => fixture.commit(2, { groupId }));
    await turns();
    expect(fixture.faulty.starts).toBe(0);
    fixture.faulty.release();
    await Promise.all([deleted, ...changed]);
    await fixture.time.advance(1_000);

    expect(fixture.faulty.starts).toBeGreaterThan(0);
    expect(fixture.faulty.log.logStartOffset).toBeGreaterThanOrEqual(1_800);
    await fixture.crash();
    const offsets = await Promise.all(groups.map((groupId) => fixture.fetch(groupId)));
    expect(offsets).toEqual(groups.map((_, index) => [{}, { 0: 2 }, { 0: 1 }][index % 3]));
  });

  it('is not the worse for a crash between the two halves of shortening', async () => {
    const fixture = await CoordinatorFixture.start({ snapshotBytesMin: 20_000 });
    fixture.faulty.neverStarts = true;
    await fill(fixture, 30);
    await fixture.time.advance(1_000);
    expect(fixture.faulty.starts).toBe(1);
    expect(fixture.faulty.log.logStartOffset).toBe(0);

    await fixture.crash();

    expect(await fixture.fetch()).toEqual({ 0: 27, 1: 28, 2: 29 });
  });
});

/** Puts a record into the log before anybody loads it. */
async function seed(fixture: CoordinatorFixture, key = Buffer.from('0002000167', 'hex')): Promise<void> {
  const writer = new RecordBatchWriter();
  writer.append(key, null, fixture.time.nowMs());
  const outcome = fixture.faulty.log.append(writer.finish(), { origin: 'coordinator' });
  if (!('durable' in outcome)) throw new Error(`refused with ${outcome.errorCode}`);
  await outcome.durable;
}

async function eventually<T>(
  fixture: CoordinatorFixture,
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
): Promise<T> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    await fixture.time.advance(10);
  }
  throw new Error('the wanted answer did not come');
}
