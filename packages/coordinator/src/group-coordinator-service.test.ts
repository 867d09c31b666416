import { decodeMessage, encodeMessage, ErrorCode, type MessageCodec } from '@millrace/protocol';
import { createDeleteGroupsRequest, deleteGroupsResponse } from '@millrace/protocol/messages/42-delete-groups';
import { createDescribeGroupsRequest, describeGroupsResponse } from '@millrace/protocol/messages/15-describe-groups';
import { createHeartbeatRequest, heartbeatResponse } from '@millrace/protocol/messages/12-heartbeat';
import { createJoinGroupRequest, joinGroupResponse } from '@millrace/protocol/messages/11-join-group';
import { createLeaveGroupRequest, leaveGroupResponse } from '@millrace/protocol/messages/13-leave-group';
import { createListGroupsRequest, listGroupsResponse } from '@millrace/protocol/messages/16-list-groups';
import { createOffsetCommitRequest, offsetCommitResponse } from '@millrace/protocol/messages/08-offset-commit';
import { createOffsetDeleteRequest, offsetDeleteResponse } from '@millrace/protocol/messages/47-offset-delete';
import { createOffsetFetchRequest, offsetFetchResponse } from '@millrace/protocol/messages/09-offset-fetch';
import { createSyncGroupRequest, syncGroupResponse } from '@millrace/protocol/messages/14-sync-group';
import {
  createTxnOffsetCommitRequest,
  txnOffsetCommitResponse,
} from '@millrace/protocol/messages/28-txn-offset-commit';
import { context, CoordinatorFixture, type CoordinatorFixtureOptions } from '../test/coordinator-fixture.ts';
import { ORDERS, OTHER_TOPIC_ID, TOPIC_ID } from '../test/group-fixture.ts';
import { RecordingMetrics } from '../test/recording-metrics.ts';

const UNKNOWN_ID = 'AAAAAAAAAAAAAAAAAAAA_w';

/** What a client of that version gets to see. */
function onWire<T>(codec: MessageCodec<T>, response: T, version: number): T {
  return decodeMessage(codec, Buffer.concat(encodeMessage(codec, response, version)), version);
}

function versionsOf(codec: MessageCodec<unknown>): number[] {
  return Array.from({ length: codec.maxVersion - codec.minVersion + 1 }, (_, index) => codec.minVersion + index);
}

function commitRequest(
  version: number,
  partitionIndex = 0,
  fields: Parameters<typeof createOffsetCommitRequest>[0] = {},
) {
  const partitions = [{ partitionIndex, committedOffset: 7n, committedLeaderEpoch: 3, committedMetadata: null }];
  const topic = version >= 10 ? { name: '', topicId: TOPIC_ID } : { name: ORDERS, topicId: UNKNOWN_ID };
  return createOffsetCommitRequest({ groupId: 'g', topics: [{ ...topic, partitions }], ...fields });
}

describe('an empty group id', () => {
  it('is INVALID_GROUP_ID where a member acts, and an ordinary id where offsets are concerned', async () => {
    const { coordinator } = await CoordinatorFixture.start();
    const groupId = '';

    expect(await coordinator.joinGroup(context(9), createJoinGroupRequest({ groupId }))).toMatchObject({
      errorCode: 24,
    });
    const sync = createSyncGroupRequest({ groupId, protocolName: 'p', protocolType: 't' });
    expect(await coordinator.syncGroup(context(5), sync)).toMatchObject({ errorCode: 24 });
    expect(await coordinator.heartbeat(context(4), createHeartbeatRequest({ groupId }))).toMatchObject({
      errorCode: 24,
    });
    expect(await coordinator.leaveGroup(context(5), createLeaveGroupRequest({ groupId }))).toMatchObject({
      errorCode: 24,
    });
    expect(await coordinator.deleteOffsets(context(0), createOffsetDeleteRequest({ groupId }))).toMatchObject({
      errorCode: 24,
    });
    const committed = await coordinator.commitOffsets(context(8), commitRequest(8, 0, { groupId }));
    expect(committed.topics[0]?.partitions[0]?.errorCode).toBe(0);
  });
});

describe('names that the log could not hold', () => {
  // Bytes that are no UTF-8 become three each, so a text can be longer going out than it was coming in.
  const groupId = '\ufffd'.repeat(20_000);

  it('are refused where they would be stored, and unknown elsewhere', async () => {
    const fixture = await CoordinatorFixture.start();

    expect(await fixture.join({ groupId })).toMatchObject({ errorCode: ErrorCode.INVALID_GROUP_ID });
    expect(await fixture.join({ groupInstanceId: groupId }, 5)).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST });
    expect(await fixture.join({ protocolType: groupId })).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST });
    expect(await fixture.commit(1, { groupId })).toBe(ErrorCode.INVALID_GROUP_ID);
    expect(await fixture.fetch(groupId)).toEqual({});
  });

  it('are cut where they only begin a member id', async () => {
    const fixture = await CoordinatorFixture.start();
    const member = { ...context(4), clientId: '\ufffd'.repeat(20_000) };
    const request = createJoinGroupRequest({ groupId: 'g', sessionTimeoutMs: 6_000, protocolType: 'consumer' });

    const { errorCode, memberId } = await fixture.coordinator.joinGroup(member, {
      ...request,
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    });

    expect(errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
    expect(Buffer.byteLength(memberId)).toBeLessThan(32_767);
  });
});

describe('JoinGroup', () => {
  it.each([5_999, 1_800_001])('refuses a session timeout of %d ms, outside the bounds', async (sessionTimeoutMs) => {
    const fixture = await CoordinatorFixture.start();

    expect(await fixture.join({ sessionTimeoutMs, memberId: 'm' })).toMatchObject({
      errorCode: ErrorCode.INVALID_SESSION_TIMEOUT,
      memberId: 'm',
    });
  });

  it.each([6_000, 1_800_000])('takes a session timeout of %d ms, at the bounds', async (sessionTimeoutMs) => {
    const fixture = await CoordinatorFixture.start();

    expect(await fixture.during(fixture.join({ sessionTimeoutMs }))).toMatchObject({ errorCode: 0 });
  });

  it('uses the session timeout as rebalance timeout in version 0, which has no other', async () => {
    const fixture = await CoordinatorFixture.start();
    const leader = await fixture.during(fixture.join({ rebalanceTimeoutMs: -1 }, 0));
    const request = createSyncGroupRequest({ groupId: 'g', memberId: leader.memberId, generationId: 1 });
    await fixture.coordinator.syncGroup(context(0), request);

    // The leader keeps its session but does not join the rebalance: it is removed when its rebalance timeout ends.
    const second = fixture.join({ sessionTimeoutMs: 6_000, rebalanceTimeoutMs: -1 }, 0);
    const heartbeat = createHeartbeatRequest({ groupId: 'g', memberId: leader.memberId, generationId: 1 });
    for (let seconds = 0; seconds < 10; seconds += 2) {
      expect((await fixture.coordinator.heartbeat(context(0), heartbeat)).errorCode).toBe(
        ErrorCode.REBALANCE_IN_PROGRESS,
      );
      await fixture.time.advance(2_000);
    }

    expect(await second).toMatchObject({ errorCode: 0, generationId: 2 });
  });

  it('says "no protocol" as versions can', async () => {
    const fixture = await CoordinatorFixture.start();
    const seen = await Promise.all(
      versionsOf(joinGroupResponse).map(async (version) => {
        const response = await fixture.join({ memberId: 'nobody' }, version);
        return onWire(joinGroupResponse, response, version).protocolName;
      }),
    );

    expect(seen).toEqual(['', '', '', '', '', '', '', null, null, null]);
  });
});

describe('SyncGroup', () => {
  it('demands protocol type and name from version 5 on', async () => {
    const { coordinator } = await CoordinatorFixture.start();
    const named = { protocolType: 'consumer', protocolName: 'range' };

    const codes = [{}, { ...named, protocolType: null }, { ...named, protocolName: null }, named].map(
      async (fields) =>
        (await coordinator.syncGroup(context(5), createSyncGroupRequest({ groupId: 'g', ...fields }))).errorCode,
    );

    expect(await Promise.all(codes)).toEqual([23, 23, 23, ErrorCode.UNKNOWN_MEMBER_ID]);
  });
});

describe('LeaveGroup', () => {
  it('puts the error of its one member on top before version 3', async () => {
    const { coordinator } = await CoordinatorFixture.start();
    const members = [{ memberId: 'nobody', groupInstanceId: null, reason: null }];
    const request = createLeaveGroupRequest({ groupId: 'g', memberId: 'nobody', members });

    for (const version of versionsOf(leaveGroupResponse)) {
      const response = onWire(leaveGroupResponse, await coordinator.leaveGroup(context(version), request), version);
      expect(response.errorCode).toBe(version < 3 ? ErrorCode.UNKNOWN_MEMBER_ID : 0);
      expect(response.members.map(({ errorCode }) => errorCode)).toEqual(
        version < 3 ? [] : [ErrorCode.UNKNOWN_MEMBER_ID],
      );
    }
  });
});

describe('OffsetCommit', () => {
  it('works in every version, and OffsetFetch gives back what it carried', async () => {
    const fixture = await CoordinatorFixture.start();

    for (const version of versionsOf(offsetCommitResponse)) {
      const groupId = `g${version}`;
      const request = commitRequest(version, 4, { groupId });
      const response = await fixture.coordinator.commitOffsets(context(version), request);

      const seen = onWire(offsetCommitResponse, response, version).topics[0];
      expect(seen?.partitions).toEqual([{ partitionIndex: 4, errorCode: 0 }]);
      expect(version >= 10 ? seen?.topicId : seen?.name).toBe(version >= 10 ? TOPIC_ID : ORDERS);
      expect(await fixture.fetch(groupId)).toEqual({ 4: 7 });
    }
  });

  it('says for each partition that does not exist so, and commits the others', async () => {
    const fixture = await CoordinatorFixture.start();
    const partition = { committedOffset: 1n, committedLeaderEpoch: -1, committedMetadata: '' };
    const partitions = [0, 10, -1].map((partitionIndex) => ({ ...partition, partitionIndex }));
    const topics = [
      { name: ORDERS, topicId: TOPIC_ID, partitions },
      { name: 'gone', topicId: UNKNOWN_ID, partitions: partitions.slice(0, 1) },
    ];
    const codesOf = async (version: number) =>
      (
        await fixture.coordinator.commitOffsets(context(version), createOffsetCommitRequest({ groupId: 'g', topics }))
      ).topics.map((topic) => topic.partitions.map(({ errorCode }) => errorCode));

    expect(await codesOf(9)).toEqual([[0, 3, 3], [3]]);
    expect(await codesOf(10)).toEqual([[0, 3, 3], [ErrorCode.UNKNOWN_TOPIC_ID]]);
    expect(await fixture.fetch()).toEqual({ 0: 1 });
  });

  it('asks no group when there is nothing left to commit', async () => {
    const fixture = await CoordinatorFixture.start();

    expect(await fixture.commit(1, { topics: [], generationIdOrMemberEpoch: 5 })).toBe(-100);
    const listed = await fixture.coordinator.listGroups(context(5), createListGroupsRequest());
    expect(listed.groups).toEqual([]);
  });
});

describe('TxnOffsetCommit', () => {
  it('answers for each partition, those that do not exist included', async () => {
    const fixture = await CoordinatorFixture.start();
    const partition = { committedOffset: 5n, committedLeaderEpoch: 2, committedMetadata: null };
    const request = createTxnOffsetCommitRequest({
      groupId: 'g',
      producerId: 7n,
      topics: [
        { name: 'gone', topicId: TOPIC_ID, partitions: [{ partitionIndex: 0, ...partition }] },
        {
          name: ORDERS,
          topicId: TOPIC_ID,
          partitions: [
            { partitionIndex: 1, ...partition },
            { partitionIndex: 10, ...partition },
          ],
        },
      ],
    });

    for (const version of versionsOf(txnOffsetCommitResponse)) {
      const response = await fixture.coordinator.commitTransactionalOffsets(context(version), request);
      const { topics } = onWire(txnOffsetCommitResponse, response, version);
      expect(topics.flatMap(({ partitions }) => partitions)).toEqual([
        { partitionIndex: 0, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
        { partitionIndex: 1, errorCode: ErrorCode.NONE },
        { partitionIndex: 10, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
      ]);
    }

    expect(await fixture.endTransaction(7, 'commit')).toBe(0);
    expect(await fixture.fetch('g', true)).toEqual({ 1: 5 });
  });

  it('refuses group ids and producer ids that cannot be', async () => {
    const fixture = await CoordinatorFixture.start();

    expect(await fixture.commitTransactional(7, 1, { groupId: '' })).toBe(ErrorCode.INVALID_GROUP_ID);
    expect(await fixture.commitTransactional(7, 1, { groupId: '\ufffd'.repeat(20_000) })).toBe(
      ErrorCode.INVALID_GROUP_ID,
    );
    for (const producerId of [-1n, 1n << 60n]) {
      expect(await fixture.commitTransactional(7, 1, { producerId })).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    }
    expect(await fixture.fetch()).toEqual({});
  });

  it('passes on what the group says, to every partition', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberId } = await fixture.stableGroup();
    const commit = (fields: Parameters<CoordinatorFixture['commitTransactional']>[2]) =>
      fixture.commitTransactional(7, 1, fields, [0, 1]);

    expect(await commit({ memberId, generationIdOrMemberEpoch: 1 })).toBe(ErrorCode.NONE);
    expect(await commit({ memberId, generationIdOrMemberEpoch: 2 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(await commit({ memberId: 'x', generationIdOrMemberEpoch: 1 })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(await commit({ groupId: 'none', generationIdOrMemberEpoch: 1 })).toBe(ErrorCode.ILLEGAL_GENERATION);
  });

  it('is told when the group is not here', async () => {
    const fixture = await CoordinatorFixture.start();
    fixture.coordinator.unload(0);

    expect(await fixture.commitTransactional(7, 1)).toBe(ErrorCode.NOT_COORDINATOR);
  });
});

describe('OffsetFetch', () => {
  const topics = [{ name: ORDERS, topicId: TOPIC_ID, partitionIndexes: [0, 1] }];

  it('answers in the shape of every version', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.coordinator.commitOffsets(context(9), commitRequest(9));

    for (const version of versionsOf(offsetFetchResponse)) {
      const request =
        version >= 8
          ? createOffsetFetchRequest({ groups: [{ groupId: 'g', memberId: null, memberEpoch: -1, topics }] })
          : createOffsetFetchRequest({ groupId: 'g', topics });
      const response = await fixture.coordinator.fetchOffsets(context(version), request);

      const seen = onWire(offsetFetchResponse, response, version);
      const partitions = version >= 8 ? seen.groups[0]?.topics[0]?.partitions : seen.topics[0]?.partitions;
      const leaderEpoch = version >= 5 ? 3 : -1;
      expect(partitions).toEqual([
        { partitionIndex: 0, committedOffset: 7n, committedLeaderEpoch: leaderEpoch, metadata: '', errorCode: 0 },
        { partitionIndex: 1, committedOffset: -1n, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
      ]);
    }
  });

  it('gives all offsets for null topics, and none for a group that does not exist', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.coordinator.commitOffsets(context(9), commitRequest(9));
    const fetched = async (groupId: string) =>
      (await fixture.coordinator.fetchOffsets(context(2), createOffsetFetchRequest({ groupId, topics: null }))).topics;

    expect((await fetched('g')).map(({ name, partitions }) => [name, partitions.length])).toEqual([[ORDERS, 1]]);
    expect(await fetched('other')).toEqual([]);
  });

  it('asks for several groups at once from version 8 on, in their order', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.commit(1, { groupId: 'a' });
    await fixture.commit(2, { groupId: 'b' });
    const groups = ['b', 'nobody', 'a'].map((groupId) => ({ groupId, memberId: null, memberEpoch: -1, topics }));

    const response = await fixture.coordinator.fetchOffsets(context(8), createOffsetFetchRequest({ groups }));

    expect(response.groups.map((group) => [group.groupId, group.topics[0]?.partitions[0]?.committedOffset])).toEqual([
      ['b', 2n],
      ['nobody', -1n],
      ['a', 1n],
    ]);
  });

  it('knows topics by id from version 10 on', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.commit(1);
    const wanted = [TOPIC_ID, UNKNOWN_ID].map((topicId) => ({ name: '', topicId, partitionIndexes: [0] }));
    const groups = [{ groupId: 'g', memberId: null, memberEpoch: -1, topics: wanted }];

    const response = await fixture.coordinator.fetchOffsets(context(10), createOffsetFetchRequest({ groups }));

    const seen = onWire(offsetFetchResponse, response, 10).groups[0]?.topics;
    expect(
      seen?.map((topic) => [topic.topicId, topic.partitions[0]?.errorCode, topic.partitions[0]?.committedOffset]),
    ).toEqual([
      [TOPIC_ID, 0, 1n],
      [UNKNOWN_ID, ErrorCode.UNKNOWN_TOPIC_ID, -1n],
    ]);
  });

  it('hides offsets of an earlier topic of the same name, and in version 10 those of topics that are gone', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.commit(1);
    const all = { groups: [{ groupId: 'g', memberId: null, memberEpoch: -1, topics: null }] };
    const countOf = async (version: number) =>
      (await fixture.coordinator.fetchOffsets(context(version), createOffsetFetchRequest(all))).groups[0]?.topics
        .length;

    fixture.topics.drop(ORDERS);
    expect([await countOf(9), await countOf(10)]).toEqual([1, 0]);
    fixture.topics.add(ORDERS, OTHER_TOPIC_ID);

    expect([await countOf(9), await countOf(10)]).toEqual([0, 0]);
    const named = createOffsetFetchRequest({ groupId: 'g', topics });
    const [topic] = (await fixture.coordinator.fetchOffsets(context(7), named)).topics;
    expect(topic?.partitions[0]?.committedOffset).toBe(-1n);
  });

  it('puts an error where the version has room for it', async () => {
    const fixture = await CoordinatorFixture.start();
    fixture.coordinator.unload(0);

    for (const version of [1, 2, 7, 8]) {
      const group = { groupId: 'g', memberId: null, memberEpoch: -1, topics };
      const request = createOffsetFetchRequest(version >= 8 ? { groups: [group] } : { groupId: 'g', topics });
      const seen = onWire(
        offsetFetchResponse,
        await fixture.coordinator.fetchOffsets(context(version), request),
        version,
      );
      const places = [seen.errorCode, seen.topics[0]?.partitions[0]?.errorCode, seen.groups[0]?.errorCode];
      const expected = {
        1: [0, 16, undefined],
        2: [16, undefined, undefined],
        7: [16, undefined, undefined],
        8: [0, undefined, 16],
      };
      expect(places).toEqual(expected[version as keyof typeof expected]);
    }
  });
});

describe('DescribeGroups', () => {
  it('calls an unknown group Dead, and says GROUP_ID_NOT_FOUND from version 6 on', async () => {
    const { coordinator } = await CoordinatorFixture.start();

    for (const version of versionsOf(describeGroupsResponse)) {
      const response = await coordinator.describeGroups(
        context(version),
        createDescribeGroupsRequest({ groups: ['x'] }),
      );
      const [group] = onWire(describeGroupsResponse, response, version).groups;
      expect(group).toMatchObject({
        groupState: 'Dead',
        errorCode: version >= 6 ? ErrorCode.GROUP_ID_NOT_FOUND : 0,
        errorMessage: version >= 6 ? 'there is no group x' : null,
      });
    }
  });

  it('shows members with metadata and assignments of a stable group, and without metadata in a rebalance', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberId } = await fixture.stableGroup();
    const describe = async () => {
      const response = await fixture.coordinator.describeGroups(
        context(5),
        createDescribeGroupsRequest({ groups: ['g'] }),
      );
      return response.groups[0];
    };

    const stable = await describe();
    expect(stable).toMatchObject({ groupState: 'Stable', protocolType: 'consumer', protocolData: 'range' });
    expect(stable?.members[0]).toMatchObject({ memberId, clientId: 'client', clientHost: '/127.0.0.1' });
    expect(stable?.members[0]?.memberMetadata.length).toBeGreaterThan(0);
    expect(String(stable?.members[0]?.memberAssignment)).toBe('mine');
    void fixture.join();
    const rebalancing = await describe();

    expect(rebalancing).toMatchObject({ groupState: 'PreparingRebalance', protocolType: 'consumer', protocolData: '' });
    expect(rebalancing?.members[0]?.memberMetadata).toHaveLength(0);
  });
});

describe('ListGroups', () => {
  const listed = async (fixture: CoordinatorFixture, fields: Parameters<typeof createListGroupsRequest>[0] = {}) =>
    (await fixture.coordinator.listGroups(context(5), createListGroupsRequest(fields))).groups;

  it('filters by state and by type, whatever their case', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.stableGroup('busy');
    await fixture.commit(1, { groupId: 'idle' });
    const ids = async (fields: Parameters<typeof createListGroupsRequest>[0]) =>
      (await listed(fixture, fields)).map(({ groupId }) => groupId).sort();

    expect(await ids({})).toEqual(['busy', 'idle']);
    expect(await ids({ statesFilter: ['stable'] })).toEqual(['busy']);
    expect(await ids({ statesFilter: ['Empty', 'Dead'] })).toEqual(['idle']);
    expect(await ids({ typesFilter: ['Classic'] })).toEqual(['busy', 'idle']);
    expect(await ids({ typesFilter: ['consumer'] })).toEqual([]);
  });

  it('names protocol type, state and type of each group', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.stableGroup('busy');
    await fixture.commit(1, { groupId: 'idle' });

    expect(await listed(fixture)).toEqual([
      { groupId: 'busy', protocolType: 'consumer', groupState: 'Stable', groupType: 'classic' },
      { groupId: 'idle', protocolType: '', groupState: 'Empty', groupType: 'classic' },
    ]);
  });

  it('waits for nobody but says so while a partition is loading', async () => {
    const fixture = new CoordinatorFixture();
    await fixture.openLog();
    const loaded = fixture.coordinator.load(0, fixture.faulty.log);

    const response = await fixture.coordinator.listGroups(context(5), createListGroupsRequest());

    expect(response.errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    await fixture.during(loaded);
    expect((await fixture.coordinator.listGroups(context(5), createListGroupsRequest())).errorCode).toBe(0);
  });
});

describe('DeleteGroups', () => {
  it('answers once for each name, in order', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.stableGroup('busy');
    await fixture.commit(1, { groupId: 'idle' });

    const request = createDeleteGroupsRequest({ groupsNames: ['busy', 'idle', 'unknown', 'idle', ''] });
    const { results } = await fixture.coordinator.deleteGroups(context(2), request);

    expect(results.map(({ groupId, errorCode }) => [groupId, errorCode])).toEqual([
      ['busy', ErrorCode.NON_EMPTY_GROUP],
      ['idle', 0],
      ['unknown', ErrorCode.GROUP_ID_NOT_FOUND],
      ['', ErrorCode.GROUP_ID_NOT_FOUND],
    ]);
  });
});

describe('OffsetDelete', () => {
  it('answers for each partition in order', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.commit(1, {}, 1);
    const partitions = [1, 99, 2].map((partitionIndex) => ({ partitionIndex }));
    const topics = [
      { name: 'gone', partitions: partitions.slice(0, 1) },
      { name: ORDERS, partitions },
    ];

    const response = await fixture.coordinator.deleteOffsets(
      context(0),
      createOffsetDeleteRequest({ groupId: 'g', topics }),
    );

    expect(
      onWire(offsetDeleteResponse, response, 0).topics.map((topic) =>
        topic.partitions.map(({ errorCode }) => errorCode),
      ),
    ).toEqual([[3], [0, 3, 0]]);
    expect(await fixture.fetch()).toEqual({});
  });

  it('has one error when the group is the problem', async () => {
    const fixture = await CoordinatorFixture.start();

    const response = await fixture.coordinator.deleteOffsets(context(0), createOffsetDeleteRequest({ groupId: 'x' }));

    expect(response).toMatchObject({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND, topics: [] });
  });
});

describe('every response', () => {
  it('can be sent in every version, as success and as failure', async () => {
    const fixture = await CoordinatorFixture.start();
    const { coordinator } = fixture;
    const { memberId } = await fixture.stableGroup();
    await fixture.commit(1, { groupId: 'idle' });
    let sent = 0;
    const sendAll = async <T>(codec: MessageCodec<T>, ask: (version: number) => Promise<T>): Promise<void> => {
      for (const version of versionsOf(codec)) {
        onWire(codec, await ask(version), version);
        sent++;
      }
    };

    for (const isOwned of [true, false]) {
      if (!isOwned) coordinator.unload(0);
      const member = { groupId: 'g', memberId, generationId: 1 };
      await sendAll(joinGroupResponse, (version) =>
        fixture.join({ groupInstanceId: version >= 5 ? 'unknown' : null, memberId }, version),
      );
      await sendAll(heartbeatResponse, (version) =>
        coordinator.heartbeat(context(version), createHeartbeatRequest(member)),
      );
      await sendAll(syncGroupResponse, (version) =>
        coordinator.syncGroup(
          context(version),
          createSyncGroupRequest({ ...member, protocolType: 'consumer', protocolName: 'range' }),
        ),
      );
      await sendAll(leaveGroupResponse, (version) =>
        coordinator.leaveGroup(context(version), createLeaveGroupRequest({ groupId: 'idle', memberId: 'x' })),
      );
      await sendAll(describeGroupsResponse, (version) =>
        coordinator.describeGroups(context(version), createDescribeGroupsRequest({ groups: ['g', 'idle', 'x'] })),
      );
      await sendAll(listGroupsResponse, (version) =>
        coordinator.listGroups(context(version), createListGroupsRequest()),
      );
      await sendAll(deleteGroupsResponse, (version) =>
        coordinator.deleteGroups(context(version), createDeleteGroupsRequest({ groupsNames: ['x'] })),
      );
    }
    expect(sent).toBe(2 * (10 + 5 + 6 + 6 + 7 + 6 + 4));
  });
});

describe('metrics', () => {
  it('count groups by state, members, offsets, commits and rebalances', async () => {
    const metrics = new RecordingMetrics();
    const options: CoordinatorFixtureOptions = { metrics };
    const fixture = await CoordinatorFixture.start(options);
    await fixture.stableGroup();
    await Promise.all([fixture.commit(1, { groupId: 'a' }, 0), fixture.commit(1, { groupId: 'a' }, 1)]);

    expect(metrics.values).toMatchObject({
      'millrace_group_coordinator_groups{type=classic,state=Stable}': 1,
      'millrace_group_coordinator_groups{type=classic,state=Empty}': 1,
      'millrace_group_coordinator_groups{type=classic,state=Dead}': 0,
      millrace_group_coordinator_members: 1,
      millrace_group_coordinator_offsets: 2,
      millrace_group_coordinator_offset_commits_total: 2,
      millrace_group_coordinator_rebalances_started_total: 1,
      millrace_group_coordinator_rebalances_completed_total: 1,
      millrace_group_coordinator_append_failures_total: 0,
    });
  });

  it('count offsets of transactions, and those that wait for the end of one', async () => {
    const metrics = new RecordingMetrics();
    const fixture = await CoordinatorFixture.start({ metrics });
    await fixture.commitTransactional(7, 1, {}, [0, 1, 2]);
    await fixture.commitTransactional(8, 1, {}, [0, 1]);
    await fixture.commitTransactional(9, 1);
    await fixture.endTransaction(7, 'commit');
    await fixture.endTransaction(8, 'abort');

    const values = {
      millrace_group_coordinator_offsets: 3,
      millrace_group_coordinator_pending_offsets: 1,
      millrace_group_coordinator_transactional_offset_commits_total: 6,
      millrace_group_coordinator_transactional_offsets_committed_total: 3,
      millrace_group_coordinator_transactional_offsets_aborted_total: 2,
    };
    expect(metrics.values).toMatchObject(values);
    // A new process counts nothing that it only reads.
    await fixture.crash();
    expect(metrics.values).toMatchObject({
      millrace_group_coordinator_offsets: 3,
      millrace_group_coordinator_pending_offsets: 1,
      millrace_group_coordinator_transactional_offset_commits_total: 0,
      millrace_group_coordinator_transactional_offsets_committed_total: 0,
    });
  });
});
