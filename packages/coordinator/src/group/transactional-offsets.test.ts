import { ErrorCode } from '@millrace/protocol';
import { createOffsetFetchRequestGroup } from '@millrace/protocol/messages/09-offset-fetch';
import { GroupFixture, ORDERS, OTHER_TOPIC_ID, soleMember, stableGroup, TOPIC_ID } from '../../test/group-fixture.ts';
import { fetchOffsets } from './group-views.ts';
import type { PartitionResults } from './group-shard.ts';

const DAY_MS = 86_400_000;
const OK: PartitionResults = { partitionErrors: [ErrorCode.NONE] };
const [FIRST, SECOND] = [7, 8];

function refused(groupError: number): PartitionResults {
  return { groupError };
}

/** The committed offset of a partition; undefined when there is none. */
function committed(fixture: GroupFixture, partition = 0, groupId = 'g'): number | undefined {
  const found = fixture.shard.group(groupId)?.offsets.get(ORDERS, partition);
  return found && Number(found.offset);
}

/** What OffsetFetch says of two partitions, as [offset, error code] each. */
function fetched(fixture: GroupFixture, requireStable: boolean, apiVersion = 9): (readonly [number, number])[] {
  const group = createOffsetFetchRequestGroup({
    groupId: 'g',
    topics: [{ name: ORDERS, topicId: TOPIC_ID, partitionIndexes: [0, 1] }],
  });
  const view = { directory: fixture.topics, apiVersion, requireStable };
  const { topics } = fetchOffsets(fixture.shard.group('g'), group, view);
  return topics.flatMap(({ partitions }) =>
    partitions.map(({ committedOffset, errorCode }) => [Number(committedOffset), errorCode] as const),
  );
}

describe('offsets of a transaction', () => {
  it('cannot be seen before it commits, and then hold all that was sent', () => {
    const fixture = new GroupFixture();
    fixture.commit({ entry: { offset: 1n } });

    expect(fixture.commitTransactional(FIRST, { entry: { offset: 2n, leaderEpoch: 9, metadata: 'm' } })).toEqual(OK);
    expect(committed(fixture)).toBe(1);
    fixture.endTransaction(FIRST, 'commit');

    expect(fixture.group().offsets.get(ORDERS, 0)).toEqual({
      offset: 2n,
      leaderEpoch: 9,
      metadata: 'm',
      commitTimestampMs: fixture.time.nowMs(),
      expireTimestampMs: -1,
      topicId: TOPIC_ID,
    });
  });

  it('vanish when it aborts', () => {
    const fixture = new GroupFixture();
    fixture.commit({ entry: { offset: 1n } });
    fixture.commitTransactional(FIRST, { entry: { offset: 2n } });

    fixture.endTransaction(FIRST, 'abort');

    expect(committed(fixture)).toBe(1);
    expect(fixture.group().pendingOffsets).toBeNull();
  });

  it('are those that its producer sent last', () => {
    const fixture = new GroupFixture();
    fixture.commitTransactional(FIRST, { entry: { offset: 2n } });
    fixture.commitTransactional(FIRST, { entry: { offset: 5n } });
    fixture.commitTransactional(FIRST, { entry: { offset: 3n } });

    fixture.endTransaction(FIRST, 'commit');

    expect(committed(fixture)).toBe(3);
  });

  it('of several groups end together, and those of other producers do not', () => {
    const fixture = new GroupFixture();
    fixture.commitTransactional(FIRST, { groupId: 'g' });
    fixture.commitTransactional(FIRST, { groupId: 'h' });
    fixture.commitTransactional(SECOND, { groupId: 'h', entry: { partition: 1 } });

    fixture.endTransaction(FIRST, 'commit');

    expect([committed(fixture, 0, 'g'), committed(fixture, 0, 'h'), committed(fixture, 1, 'h')]).toEqual([
      42,
      42,
      undefined,
    ]);
  });

  it('lose against a commit that came after them, whenever their transaction commits', () => {
    const fixture = new GroupFixture();
    fixture.commitTransactional(FIRST, { entry: { offset: 2n } });
    fixture.commit({ entry: { offset: 1n } });

    fixture.endTransaction(FIRST, 'commit');

    expect(committed(fixture)).toBe(1);
  });

  it.each([
    [[FIRST, SECOND], 3],
    [[SECOND, FIRST], 3],
  ])('of two producers for one partition count in the order in which they were sent (ended %j)', (ended, offset) => {
    const fixture = new GroupFixture();
    fixture.commitTransactional(FIRST, { entry: { offset: 2n } });
    fixture.commitTransactional(SECOND, { entry: { offset: 3n } });

    for (const producerId of ended) fixture.endTransaction(producerId, 'commit');

    expect(committed(fixture)).toBe(offset);
  });

  it('whose overtaker aborts count', () => {
    const fixture = new GroupFixture();
    fixture.commitTransactional(FIRST, { entry: { offset: 2n } });
    fixture.commitTransactional(SECOND, { entry: { offset: 3n } });

    fixture.endTransaction(SECOND, 'abort');
    fixture.endTransaction(FIRST, 'commit');

    expect(committed(fixture)).toBe(2);
  });

  it('are refused when their metadata exceeds offset.metadata.max.bytes; the others are taken', () => {
    const fixture = new GroupFixture();
    const entry = { topic: ORDERS, topicId: TOPIC_ID, offset: 1n, leaderEpoch: -1 };

    const results = fixture.commitTransactional(FIRST, {
      entries: [
        { ...entry, partition: 0, metadata: 'x'.repeat(4_097) },
        { ...entry, partition: 1, metadata: '' },
      ],
    });

    expect(results).toEqual({ partitionErrors: [ErrorCode.OFFSET_METADATA_TOO_LARGE, ErrorCode.NONE] });
    fixture.endTransaction(FIRST, 'commit');
    expect([committed(fixture, 0), committed(fixture, 1)]).toEqual([undefined, 1]);
  });
});

describe('OffsetFetch', () => {
  it('with requireStable says UNSTABLE_OFFSET_COMMIT for partitions with pending offsets, and nothing else is different', () => {
    const fixture = new GroupFixture();
    fixture.commit({ entry: { offset: 1n } });
    fixture.commit({ entry: { offset: 1n, partition: 1 } });
    fixture.commitTransactional(FIRST, { entry: { offset: 2n } });

    expect(fetched(fixture, false)).toEqual([
      [1, ErrorCode.NONE],
      [1, ErrorCode.NONE],
    ]);
    for (const version of [7, 9, 10]) {
      expect(fetched(fixture, true, version)).toEqual([
        [-1, ErrorCode.UNSTABLE_OFFSET_COMMIT],
        [1, ErrorCode.NONE],
      ]);
    }
    fixture.endTransaction(FIRST, 'commit');
    expect(fetched(fixture, true)).toEqual([
      [2, ErrorCode.NONE],
      [1, ErrorCode.NONE],
    ]);
  });

  it('of all topics shows pending offsets only beside committed ones, as Apache Kafka does', () => {
    const fixture = new GroupFixture();
    fixture.commit({ entry: { partition: 0 } });
    fixture.commitTransactional(FIRST, { entry: { partition: 0 } });
    fixture.commitTransactional(FIRST, { entry: { partition: 1 } });
    const group = createOffsetFetchRequestGroup({ groupId: 'g', topics: null });

    const { topics } = fetchOffsets(fixture.group(), group, {
      directory: fixture.topics,
      apiVersion: 9,
      requireStable: true,
    });

    expect(topics[0]?.partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode])).toEqual([
      [0, ErrorCode.UNSTABLE_OFFSET_COMMIT],
    ]);
  });
});

describe('fencing by the group (KIP-447)', () => {
  it('refuses unknown members, other generations and fenced instances', () => {
    const fixture = new GroupFixture();
    const asked = fixture.join({ groupInstanceId: 'a', version: 5 });
    fixture.advance(0);
    const { memberId } = asked.answer;
    fixture.sync(asked.answer);
    const commit = (fields: Parameters<GroupFixture['commitTransactional']>[1]) =>
      fixture.commitTransactional(FIRST, fields);

    expect(commit({ memberId, generation: 1, groupInstanceId: 'a' })).toEqual(OK);
    expect(commit({ memberId, generation: 1 })).toEqual(OK);
    expect(commit({ memberId, generation: 0 })).toEqual(refused(ErrorCode.ILLEGAL_GENERATION));
    expect(commit({ memberId, generation: 2 })).toEqual(refused(ErrorCode.ILLEGAL_GENERATION));
    expect(commit({ memberId: 'somebody', generation: 1 })).toEqual(refused(ErrorCode.UNKNOWN_MEMBER_ID));
    expect(commit({ memberId: 'old', generation: 1, groupInstanceId: 'a' })).toEqual(
      refused(ErrorCode.FENCED_INSTANCE_ID),
    );
  });

  it('lets a producer through that names no membership, also into a running group', () => {
    const fixture = new GroupFixture();
    soleMember(fixture);

    expect(fixture.commitTransactional(FIRST)).toEqual(OK);
  });

  it('founds a group for a producer without generation only', () => {
    const fixture = new GroupFixture();

    expect(fixture.commitTransactional(FIRST, { generation: 1, memberId: 'm' })).toEqual(
      refused(ErrorCode.ILLEGAL_GENERATION),
    );
    expect(fixture.shard.group('g')).toBeUndefined();
    expect(fixture.commitTransactional(FIRST, { memberId: 'm' })).toEqual(OK);
    expect(fixture.group()).toMatchObject({ state: 'Empty', protocolType: '' });
  });

  it('takes offsets during both halves of a rebalance from those who know the generation', () => {
    const fixture = new GroupFixture();
    const [leader, other] = stableGroup(fixture, 2).map(({ memberId }) => memberId);

    fixture.join({ memberId: leader! });
    expect(fixture.commitTransactional(FIRST, { memberId: other!, generation: 1 })).toEqual(OK);
    fixture.join({ memberId: other! });
    expect(fixture.commitTransactional(FIRST, { memberId: other!, generation: 2 })).toEqual(OK);
    expect(fixture.commitTransactional(FIRST, { memberId: other!, generation: 1 })).toEqual(
      refused(ErrorCode.ILLEGAL_GENERATION),
    );
  });
});

describe('what takes offsets away', () => {
  it('leaves offsets whose partition has pending ones, and groups with nothing else, until the transaction ends', () => {
    const fixture = new GroupFixture();
    fixture.commit({ entry: { partition: 0 } });
    fixture.commit({ entry: { partition: 1 } });
    fixture.commitTransactional(FIRST, { entry: { partition: 0 } });
    fixture.commitTransactional(FIRST, { groupId: 'h' });

    fixture.time.jump(8 * DAY_MS);
    fixture.upkeep();
    expect([committed(fixture, 0), committed(fixture, 1)]).toEqual([42, undefined]);
    expect(fixture.shard.group('h')).toBeDefined();
    fixture.endTransaction(FIRST, 'abort');
    fixture.upkeep();

    expect([...fixture.shard.groups()]).toEqual([]);
  });

  it('deletes pending offsets with a group, so that nothing comes back when the transaction commits', () => {
    const fixture = new GroupFixture();
    fixture.commit({ entry: { partition: 0 } });
    fixture.commitTransactional(FIRST, { entry: { partition: 0 } });
    fixture.commitTransactional(FIRST, { entry: { partition: 1 } });

    expect(fixture.deleteGroup()).toBe(ErrorCode.NONE);
    fixture.endTransaction(FIRST, 'commit');

    expect([...fixture.shard.groups()]).toEqual([]);
    expect([...fixture.rebuilt(fixture.records).groups()]).toEqual([]);
  });

  it('deletes pending offsets by OffsetDelete, of that partition alone', () => {
    const fixture = new GroupFixture();
    fixture.commitTransactional(FIRST, { entry: { partition: 0 } });
    fixture.commitTransactional(FIRST, { entry: { partition: 1 } });

    expect(fixture.deleteOffsets([{ topic: ORDERS, partitions: [0] }])).toEqual(OK);
    fixture.endTransaction(FIRST, 'commit');

    expect([committed(fixture, 0), committed(fixture, 1)]).toEqual([undefined, 42]);
  });

  it('follows the deletion of a topic, but not into pending offsets of a later topic of the same name', () => {
    const fixture = new GroupFixture();
    fixture.commitTransactional(FIRST, { entry: { partition: 0 } });
    fixture.commit({ entry: { partition: 1 } });
    fixture.commitTransactional(FIRST, { entry: { partition: 1, topicId: OTHER_TOPIC_ID, offset: 3n } });

    fixture.forgetTopic(ORDERS, TOPIC_ID);
    fixture.endTransaction(FIRST, 'commit');

    expect([committed(fixture, 0), committed(fixture, 1)]).toEqual([undefined, 3]);
  });
});

describe('live records', () => {
  it('rebuild pending offsets with their producers, epochs and order', () => {
    const fixture = new GroupFixture();
    fixture.commitTransactional(FIRST, { entry: { offset: 1n } }, 5);
    fixture.commit({ entry: { offset: 2n } });
    fixture.commitTransactional(SECOND, { entry: { offset: 3n } }, 6);
    fixture.commitTransactional(FIRST, { entry: { offset: 4n, partition: 1 } }, 5);
    const live = [...fixture.shard.liveRecords()];

    const rebuilt = fixture.rebuilt(live);

    expect([...rebuilt.liveRecords()]).toEqual(live);
    expect(rebuilt.group('g')?.pendingOffsets?.producer(FIRST)).toEqual({ producerId: FIRST, producerEpoch: 5 });
    expect(rebuilt.group('g')?.pendingOffsets?.of(ORDERS, 0)).toEqual(fixture.group().pendingOffsets?.of(ORDERS, 0));
  });
});
