import { ErrorCode } from '@millrace/protocol';
import { classicGroups, GroupFixture, stableGroup, subscription, syncAll } from '../../test/group-fixture.ts';

describe('a group after a restart of its broker', () => {
  it('is stable with the same members, generation and assignments', () => {
    const fixture = new GroupFixture();
    const members = stableGroup(fixture, 3);
    const before = fixture.group().toImage();

    fixture.restart();

    expect(fixture.group().state).toBe('Stable');
    expect(fixture.group().toImage()).toEqual(before);
    for (const { memberId } of members) {
      expect(fixture.heartbeat(memberId, 1)).toBe(ErrorCode.NONE);
      expect(fixture.commit({ memberId, generation: 1 })).toEqual({ partitionErrors: [ErrorCode.NONE] });
    }
    const assignments = syncedBytes(fixture, members);
    expect(assignments).toEqual(members.map(({ memberId }) => `for ${memberId}`));
  });

  it('gives members a whole session timeout again', () => {
    const fixture = new GroupFixture();
    const [member] = stableGroup(fixture, 1);
    fixture.advance(9_000);

    fixture.restart();
    fixture.advance(9_999);

    expect(fixture.heartbeat(member!.memberId, 1)).toBe(ErrorCode.NONE);
  });

  it('still removes members that do not come back', () => {
    const fixture = new GroupFixture();
    stableGroup(fixture, 1);

    fixture.restart();
    fixture.advance(10_000);

    expect(fixture.group().state).toBe('Empty');
  });

  it('does not take a follower that joins again for changed because the log keeps one protocol of several', () => {
    const fixture = new GroupFixture();
    const protocols = ['range', 'sticky'].map((name) => ({ name, metadata: subscription(['orders']) }));
    const [leader, follower] = stableGroup(fixture, 2, { protocols });

    fixture.restart();
    const rejoined = fixture.join({ memberId: follower!.memberId, protocols });

    expect(rejoined.answer).toMatchObject({ errorCode: 0, generationId: 1, leader: leader!.memberId });
    expect(fixture.group().state).toBe('Stable');
  });

  it('that was Empty keeps its generation, so that no number comes twice', () => {
    const fixture = new GroupFixture();
    const [member] = stableGroup(fixture, 1);
    fixture.leave(member!);

    fixture.restart();

    expect(fixture.group()).toMatchObject({ state: 'Empty', generation: 2, protocolType: 'consumer' });
    expect(stableGroup(fixture, 1)[0]?.generationId).toBe(3);
  });

  it('that was in its first rebalance is empty and its clients join again', () => {
    const fixture = new GroupFixture({ groupInitialRebalanceDelayMs: 3_000 });
    const { memberId } = fixture.join({ version: 4 }).answer;
    const waiting = fixture.join({ version: 4, memberId });

    fixture.restart();

    expect(waiting.answer.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(fixture.group().state).toBe('Empty');
    expect(fixture.join({ version: 4, memberId }).answer.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(stableGroup(fixture, 1)[0]?.generationId).toBe(1);
  });

  it('that was in PreparingRebalance is in its last generation, and the rebalance begins anew', () => {
    const fixture = new GroupFixture();
    const [leader, other] = stableGroup(fixture, 2);
    const waiting = fixture.join({ memberId: leader!.memberId });

    fixture.restart();

    expect(waiting.answer.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(fixture.heartbeat(other!.memberId, 1)).toBe(ErrorCode.NONE);
    const rejoined = fixture.join({ memberId: leader!.memberId });
    expect(fixture.heartbeat(other!.memberId, 1)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    fixture.join({ memberId: other!.memberId });
    expect(rejoined.answer).toMatchObject({ generationId: 2, errorCode: 0 });
  });

  it('that was in CompletingRebalance refuses the generation that was not agreed on, and its members join again', () => {
    const fixture = new GroupFixture();
    const members = stableGroup(fixture, 2);
    const asked = members.map(({ memberId }) => fixture.join({ memberId })).map(({ answer }) => answer);
    const waiting = fixture.sync(asked[1]!);

    fixture.restart();

    expect(waiting.answer.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(asked.map((member) => fixture.sync(member).answer.errorCode)).toEqual([
      ErrorCode.ILLEGAL_GENERATION,
      ErrorCode.ILLEGAL_GENERATION,
    ]);
    const again = members.map(({ memberId }) => fixture.join({ memberId }));
    const joined = [again[0]!.answer, fixture.join({ memberId: members[1]!.memberId }).answer];
    syncAll(fixture, joined);
    expect(fixture.group()).toMatchObject({ state: 'Stable', generation: 2 });
  });

  it('still fences the older of two static instances', () => {
    const fixture = new GroupFixture();
    const asked = fixture.join({ groupInstanceId: 'a', version: 5 });
    fixture.advance(0);
    fixture.sync(asked.answer);
    const back = fixture.join({ groupInstanceId: 'a', version: 5 }).answer;

    fixture.restart();

    expect(fixture.heartbeat(asked.answer.memberId, 1, 'a')).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(fixture.heartbeat(back.memberId, 1, 'a')).toBe(ErrorCode.NONE);
  });

  it('begins a rebalance when it has more members than group.max.size allows by now', () => {
    const fixture = new GroupFixture();
    stableGroup(fixture, 3);
    fixture.config.groupMaxSize = 2;

    fixture.restart();

    expect(fixture.group().state).toBe('PreparingRebalance');
  });

  it('comes back the same from its live records alone', () => {
    const fixture = new GroupFixture();
    const [member] = stableGroup(fixture, 2);
    for (let partition = 0; partition < 5; partition++) {
      fixture.commit({ memberId: member!.memberId, generation: 1, entry: { partition } });
    }
    fixture.commit({ groupId: 'simple' });
    fixture.commit({ groupId: 'deleted' });
    fixture.deleteGroup('deleted');
    const live = [...fixture.shard.liveRecords()];

    const rebuilt = fixture.rebuilt(live);

    expect([...rebuilt.liveRecords()]).toEqual(live);
    expect(
      classicGroups(rebuilt)
        .find(({ groupId }) => groupId === 'g')
        ?.toImage(),
    ).toEqual(fixture.group().toImage());
    expect(live).toHaveLength(8);
  });
});

function syncedBytes(fixture: GroupFixture, members: Parameters<GroupFixture['sync']>[0][]): string[] {
  return members.map((member) => String(fixture.sync(member).answer.assignment));
}
