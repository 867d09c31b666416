import { ErrorCode } from '@millrace/protocol';
import { GroupFixture, ORDERS, OTHER_TOPIC_ID, soleMember, stableGroup, TOPIC_ID } from '../../test/group-fixture.ts';
import type { PartitionResults } from './group-shard.ts';

const DAY_MS = 86_400_000;

const OK: PartitionResults = { partitionErrors: [ErrorCode.NONE] };

function refused(groupError: number): PartitionResults {
  return { groupError };
}

describe('committing offsets', () => {
  it('keeps offset, leader epoch and metadata unchanged', () => {
    const fixture = new GroupFixture();
    const offset = 9_223_372_036_854_775_807n;

    fixture.commit({ entry: { offset, leaderEpoch: 3, metadata: 'ä'.repeat(4_096) } });

    expect(fixture.group().offsets.get(ORDERS, 0)).toEqual({
      offset,
      leaderEpoch: 3,
      metadata: 'ä'.repeat(4_096),
      commitTimestampMs: fixture.time.nowMs(),
      expireTimestampMs: -1,
      topicId: TOPIC_ID,
    });
  });

  it('refuses a partition whose metadata exceeds offset.metadata.max.bytes and takes the others', () => {
    const fixture = new GroupFixture();
    const entry = { topic: ORDERS, topicId: TOPIC_ID, offset: 1n, leaderEpoch: -1 };

    const results = fixture.commit({
      entries: [
        { ...entry, partition: 0, metadata: 'x'.repeat(4_097) },
        { ...entry, partition: 1, metadata: 'x'.repeat(4_096) },
      ],
    });

    expect(results).toEqual({ partitionErrors: [ErrorCode.OFFSET_METADATA_TOO_LARGE, ErrorCode.NONE] });
    expect(fixture.group().offsets.count).toBe(1);
  });

  it('makes a group for a consumer that does not join, but none for a commit that is refused', () => {
    const fixture = new GroupFixture();

    fixture.commit({ entry: { metadata: 'x'.repeat(4_097) } });
    expect(fixture.shard.group('g')).toBeUndefined();
    expect(fixture.commit()).toEqual(OK);

    expect(fixture.group()).toMatchObject({ state: 'Empty', protocolType: '' });
  });

  it('takes offsets without membership only while the group is empty', () => {
    const fixture = new GroupFixture();
    const [member] = stableGroup(fixture, 1);

    expect(fixture.commit()).toEqual(refused(ErrorCode.UNKNOWN_MEMBER_ID));
    fixture.leave(member!);
    expect(fixture.commit()).toEqual(OK);
  });

  it('refuses unknown members, other generations and fenced instances', () => {
    const fixture = new GroupFixture();
    const asked = fixture.join({ groupInstanceId: 'a', version: 5 });
    fixture.advance(0);
    const { memberId } = asked.answer;
    fixture.sync(asked.answer);

    expect(fixture.commit({ memberId, generation: 1, groupInstanceId: 'a' })).toEqual(OK);
    expect(fixture.commit({ memberId, generation: 0 })).toEqual(refused(ErrorCode.ILLEGAL_GENERATION));
    expect(fixture.commit({ memberId, generation: -1 })).toEqual(refused(ErrorCode.ILLEGAL_GENERATION));
    expect(fixture.commit({ memberId: 'somebody', generation: 1 })).toEqual(refused(ErrorCode.UNKNOWN_MEMBER_ID));
    expect(fixture.commit({ memberId: 'old', generation: 1, groupInstanceId: 'a' })).toEqual(
      refused(ErrorCode.FENCED_INSTANCE_ID),
    );
  });

  it('says ILLEGAL_GENERATION for a missing group, and GROUP_ID_NOT_FOUND from version 9 on', () => {
    const fixture = new GroupFixture();

    expect(fixture.commit({ generation: 1, version: 8 })).toEqual(refused(ErrorCode.ILLEGAL_GENERATION));
    expect(fixture.commit({ generation: 1, version: 9 })).toEqual(refused(ErrorCode.GROUP_ID_NOT_FOUND));
  });

  it('is possible during the first half of a rebalance, not during the second', () => {
    const fixture = new GroupFixture();
    const [leader, other] = stableGroup(fixture, 2).map(({ memberId }) => memberId);

    fixture.join({ memberId: leader! });
    expect(fixture.commit({ memberId: other!, generation: 1 })).toEqual(OK);
    fixture.join({ memberId: other! });
    expect(fixture.commit({ memberId: other!, generation: 2 })).toEqual(refused(ErrorCode.REBALANCE_IN_PROGRESS));
  });

  it('keeps the member in the group like a heartbeat', () => {
    const fixture = new GroupFixture();
    const { memberId } = soleMember(fixture);

    for (let second = 0; second < 30; second += 5) {
      fixture.advance(5_000);
      expect(fixture.commit({ memberId, generation: 1 })).toEqual(OK);
    }

    expect(fixture.heartbeat(memberId, 1)).toBe(ErrorCode.NONE);
  });
});

describe('expiry of offsets', () => {
  it('counts offsets.retention.minutes from the moment when the group became empty, and then drops the group', () => {
    const fixture = new GroupFixture();
    const [member] = stableGroup(fixture, 1);
    fixture.commit({ memberId: member!.memberId, generation: 1 });
    for (let day = 0; day < 10; day++) {
      fixture.time.jump(DAY_MS);
      fixture.upkeep();
    }
    fixture.leave(member!);

    fixture.time.jump(7 * DAY_MS - 1);
    fixture.upkeep();
    expect(fixture.group().offsets.count).toBe(1);
    fixture.time.jump(1);
    fixture.upkeep();

    expect(fixture.shard.group('g')).toBeUndefined();
    expect(fixture.rebuilt(fixture.records).group('g')).toBeUndefined();
  });

  it('counts from the commit for a group that never had members', () => {
    const fixture = new GroupFixture();
    fixture.commit({ entry: { partition: 0 } });
    fixture.time.jump(DAY_MS);
    fixture.commit({ entry: { partition: 1 } });

    fixture.time.jump(6 * DAY_MS);
    fixture.upkeep();

    expect(fixture.group().offsets.get(ORDERS, 0)).toBeUndefined();
    expect(fixture.group().offsets.get(ORDERS, 1)).toBeDefined();
  });

  it('takes offsets of topics that a running consumer group no longer reads, and none of those it reads', () => {
    const fixture = new GroupFixture();
    fixture.topics.add('other', OTHER_TOPIC_ID);
    const { memberId } = soleMember(fixture);
    fixture.commit({ memberId, generation: 1 });
    fixture.commit({ memberId, generation: 1, entry: { topic: 'other', topicId: OTHER_TOPIC_ID } });

    fixture.time.jump(7 * DAY_MS);
    fixture.upkeep();

    expect(fixture.group().offsets.get(ORDERS, 0)).toBeDefined();
    expect(fixture.group().offsets.get('other', 0)).toBeUndefined();
  });

  it('expires nothing of a running group whose subscriptions cannot be read', () => {
    const fixture = new GroupFixture();
    const { memberId } = soleMember(fixture, { protocols: [{ name: 'own', metadata: Buffer.from('?') }] });
    fixture.commit({ memberId, generation: 1, entry: { topic: 'other' } });

    fixture.time.jump(8 * DAY_MS);
    fixture.upkeep();

    expect(fixture.group().offsets.count).toBe(1);
  });

  it('obeys the retention time that old clients send along', () => {
    const fixture = new GroupFixture();
    fixture.commit({ retentionMs: 60_000 });
    fixture.restart();

    fixture.time.jump(59_999);
    fixture.upkeep();
    expect(fixture.group().offsets.count).toBe(1);
    fixture.time.jump(1);
    fixture.upkeep();

    expect(fixture.shard.group('g')).toBeUndefined();
  });

  it('takes the offsets of topics whose deletion was not seen', () => {
    const fixture = new GroupFixture();
    fixture.commit();
    fixture.topics.drop(ORDERS);

    fixture.upkeep();
    expect(fixture.group().offsets.count).toBe(1);
    fixture.time.jump(fixture.config.offsetsRetentionCheckIntervalMs + 1);
    fixture.upkeep();

    expect(fixture.shard.group('g')).toBeUndefined();
  });

  it('leaves an empty group alone while somebody is about to join it', () => {
    const fixture = new GroupFixture();
    const { memberId } = fixture.join({ version: 4 }).answer;

    fixture.upkeep();

    const joined = fixture.join({ version: 4, memberId });
    fixture.advance(0);
    expect(joined.answer.errorCode).toBe(ErrorCode.NONE);
  });
});

describe('deleting offsets', () => {
  it('is refused for topics that the group reads', () => {
    const fixture = new GroupFixture();
    fixture.commit();
    fixture.commit({ entry: { topic: 'left' } });
    stableGroup(fixture, 1);

    const results = fixture.deleteOffsets([
      { topic: ORDERS, partitions: [0] },
      { topic: 'left', partitions: [0, 1] },
    ]);

    expect(results).toEqual({ partitionErrors: [ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, ErrorCode.NONE, ErrorCode.NONE] });
    expect(fixture.group().offsets.get(ORDERS, 0)).toBeDefined();
    expect(fixture.group().offsets.get('left', 0)).toBeUndefined();
  });

  it('is refused for groups that do not exist, and for running groups of another protocol', () => {
    const fixture = new GroupFixture();
    stableGroup(fixture, 1, { protocolType: 'connect' });

    expect(fixture.deleteOffsets([], 'other')).toEqual(refused(ErrorCode.GROUP_ID_NOT_FOUND));
    expect(fixture.deleteOffsets([{ topic: ORDERS, partitions: [0] }])).toEqual(refused(ErrorCode.NON_EMPTY_GROUP));
  });

  it('follows the deletion of a topic, but not into a later topic of the same name', () => {
    const fixture = new GroupFixture();
    fixture.commit({ entry: { partition: 0, topicId: TOPIC_ID } });
    fixture.commit({ entry: { partition: 1, topicId: OTHER_TOPIC_ID } });
    fixture.commit({ groupId: 'h' });

    fixture.forgetTopic(ORDERS, TOPIC_ID);

    expect(fixture.group('g').offsets.get(ORDERS, 0)).toBeUndefined();
    expect(fixture.group('g').offsets.get(ORDERS, 1)).toBeDefined();
    expect(fixture.group('h').offsets.count).toBe(0);
  });
});

describe('deleting groups', () => {
  it('takes the offsets along', () => {
    const fixture = new GroupFixture();
    fixture.commit({ entry: { partition: 0 } });
    fixture.commit({ entry: { partition: 1 } });

    expect(fixture.deleteGroup()).toBe(ErrorCode.NONE);

    expect(fixture.shard.group('g')).toBeUndefined();
    expect([...fixture.rebuilt(fixture.records).liveRecords()]).toEqual([]);
  });

  it('is refused for groups with members and for those that do not exist', () => {
    const fixture = new GroupFixture();
    stableGroup(fixture, 1);

    expect(fixture.deleteGroup()).toBe(ErrorCode.NON_EMPTY_GROUP);
    expect(fixture.deleteGroup('other')).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
  });
});
