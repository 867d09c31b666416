import { ErrorCode } from '@millrace/protocol';
import {
  createFindCoordinatorRequest,
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '@millrace/protocol/messages/10-find-coordinator';
import {
  createOffsetCommitRequest,
  offsetCommitRequest,
  offsetCommitResponse,
} from '@millrace/protocol/messages/08-offset-commit';
import {
  createOffsetFetchRequest,
  offsetFetchRequest,
  offsetFetchResponse,
} from '@millrace/protocol/messages/09-offset-fetch';
import {
  createDescribeGroupsRequest,
  describeGroupsRequest,
  describeGroupsResponse,
  type DescribeGroupsResponseDescribedGroup,
} from '@millrace/protocol/messages/15-describe-groups';
import {
  createListGroupsRequest,
  listGroupsRequest,
  listGroupsResponse,
} from '@millrace/protocol/messages/16-list-groups';
import {
  createDeleteTopicsRequest,
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '@millrace/protocol/messages/20-delete-topics';
import {
  createDeleteGroupsRequest,
  deleteGroupsRequest,
  deleteGroupsResponse,
} from '@millrace/protocol/messages/42-delete-groups';
import {
  createOffsetDeleteRequest,
  offsetDeleteRequest,
  offsetDeleteResponse,
} from '@millrace/protocol/messages/47-offset-delete';
import { createTempDir, waitUntil, type WireClient } from '@millrace/testing';
import { BrokerFixture, type CreatedTopic } from './broker-fixture.ts';
import { GroupMember, rebalance, type GroupMemberOptions } from './group-member.ts';

/** Makes the broker the coordinator of its groups, as every client does first. */
async function findCoordinator(client: WireClient): Promise<void> {
  await waitUntil('the coordinator to be there', async () => {
    const request = createFindCoordinatorRequest({ keyType: 0, coordinatorKeys: ['any'] });
    const response = await client.call(findCoordinatorRequest, findCoordinatorResponse, 4, request);
    return response.coordinators[0]?.errorCode === 0;
  });
}

async function startFixture(options: Parameters<typeof BrokerFixture.start>[0] = {}): Promise<BrokerFixture> {
  const fixture = await BrokerFixture.start(options);
  await findCoordinator(fixture.client);
  return fixture;
}

async function commit(
  client: WireClient,
  topic: CreatedTopic,
  offset: number,
  version: number,
  fields: Parameters<typeof createOffsetCommitRequest>[0] = {},
): Promise<number | undefined> {
  const partitions = [
    { partitionIndex: 0, committedOffset: BigInt(offset), committedLeaderEpoch: 4, committedMetadata: 'note' },
  ];
  const request = createOffsetCommitRequest({
    topics: [{ name: topic.name, topicId: topic.topicId, partitions }],
    ...fields,
  });
  const response = await client.call(offsetCommitRequest, offsetCommitResponse, version, request);
  return response.topics[0]?.partitions[0]?.errorCode;
}

async function committed(client: WireClient, topic: CreatedTopic, groupId: string, version: number) {
  const topics = [{ name: topic.name, topicId: topic.topicId, partitionIndexes: [0] }];
  const request =
    version >= 8
      ? createOffsetFetchRequest({ groups: [{ groupId, memberId: null, memberEpoch: -1, topics }] })
      : createOffsetFetchRequest({ groupId, topics });
  const response = await client.call(offsetFetchRequest, offsetFetchResponse, version, request);
  return version >= 8 ? response.groups[0]?.topics[0]?.partitions[0] : response.topics[0]?.partitions[0];
}

async function describeGroup(
  client: WireClient,
  groupId: string,
  version = 6,
): Promise<DescribeGroupsResponseDescribedGroup | undefined> {
  const request = createDescribeGroupsRequest({ groups: [groupId], includeAuthorizedOperations: version >= 3 });
  return (await client.call(describeGroupsRequest, describeGroupsResponse, version, request)).groups[0];
}

describe('groups on the wire', () => {
  let fixture: BrokerFixture;
  let orders: CreatedTopic;

  const newMember = async (options: GroupMemberOptions): Promise<GroupMember> =>
    new GroupMember(await fixture.connect(), options);

  beforeAll(async () => {
    fixture = await startFixture();
    orders = await fixture.createTopic('orders', 3);
  });

  afterAll(() => fixture.close());

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'form, commit and dissolve with clients of JoinGroup version %i',
    async (version) => {
      const groupId = `version-${version}`;
      const members = [await newMember({ groupId, version }), await newMember({ groupId, version })];

      const assignments = await rebalance(members);

      expect(assignments).toEqual(members.map(({ memberId }) => `for ${memberId}`));
      expect(await Promise.all(members.map((member) => member.heartbeat()))).toEqual([0, 0]);
      const { memberId, generationId } = members[0]!;
      const commitVersion = Math.min(version + 2, 10);
      const membership = { groupId, memberId, generationIdOrMemberEpoch: generationId };
      expect(await commit(fixture.client, orders, 11, commitVersion, membership)).toBe(0);
      const [first, second] = await Promise.all(members.map((member) => member.leave()));
      expect([first, second].map((left) => left?.errorCode)).toEqual([0, 0]);
      expect((await describeGroup(fixture.client, groupId, Math.min(version, 6)))?.groupState).toBe('Empty');
    },
  );

  it.each([2, 3, 4, 5, 6, 7, 8, 9, 10])('keep offsets that OffsetCommit version %i brought', async (version) => {
    const groupId = `commit-${version}`;

    expect(await commit(fixture.client, orders, version, version, { groupId })).toBe(0);

    for (const fetchVersion of [1, 2, 5, 7, 8, 9, 10]) {
      expect(await committed(fixture.client, orders, groupId, fetchVersion)).toEqual({
        partitionIndex: 0,
        committedOffset: BigInt(version),
        committedLeaderEpoch: version >= 6 && fetchVersion >= 5 ? 4 : -1,
        metadata: 'note',
        errorCode: 0,
      });
    }
  });

  it('tell members of a rebalance by their heartbeats, and lose nobody in it', async () => {
    const groupId = 'growing';
    const members = [await newMember({ groupId })];
    await rebalance(members);

    for (let size = 2; size <= 5; size++) {
      const joining = await newMember({ groupId });
      const joined = joining.join();
      await waitUntil(
        'the rebalance to be told',
        async () => (await members[0]!.heartbeat()) === ErrorCode.REBALANCE_IN_PROGRESS,
      );
      const rejoined = await Promise.all(members.map((member) => member.join()));
      expect((await joined).generationId).toBe(rejoined[0]?.generationId);
      members.push(joining);
      const synced = await Promise.all(members.map((member) => member.sync(member.isLeader ? members : [])));
      expect(synced.map(({ assignment }) => String(assignment))).toEqual(
        members.map(({ memberId }) => `for ${memberId}`),
      );
    }
  });

  it('of a hundred members form at once', async () => {
    const groupId = 'hundred';
    const members = await Promise.all(Array.from({ length: 100 }, () => newMember({ groupId })));

    const assignments = await rebalance(members);

    expect(assignments).toEqual(members.map(({ memberId }) => `for ${memberId}`));
    const group = await describeGroup(fixture.client, groupId);
    expect([group?.groupState, group?.members.length]).toEqual(['Stable', 100]);
  });

  it('remove a member whose session ends, and not before', async () => {
    const groupId = 'sessions';
    const options = { groupId, sessionTimeoutMs: 6_000 };
    const members = [await newMember(options), await newMember(options)];
    await rebalance(members);
    const startedMs = performance.now();

    const code = await waitUntil('a rebalance without the silent member', () => members[0]!.heartbeat(), 9_000);

    expect(code).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(performance.now() - startedMs).toBeGreaterThan(5_500);
    expect(await members[1]!.heartbeat()).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  }, 20_000);

  it('let a static leader come back without a rebalance, told to skip the assignment', async () => {
    const options = { groupId: 'static', groupInstanceId: 'one' };
    const before = await newMember(options);
    await rebalance([before]);

    const after = await newMember(options);
    const joined = await after.join();

    expect(joined).toMatchObject({ errorCode: 0, generationId: 1, skipAssignment: true, leader: after.memberId });
    expect(String((await after.sync()).assignment)).toBe(`for ${before.memberId}`);
    expect(await before.heartbeat()).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(await after.heartbeat()).toBe(0);
  });

  it('are listed, described and deleted', async () => {
    const groupId = 'administered';
    const member = await newMember({ groupId });
    await rebalance([member]);
    const list = async (statesFilter: string[]) => {
      const request = createListGroupsRequest({ statesFilter });
      const { groups } = await fixture.client.call(listGroupsRequest, listGroupsResponse, 5, request);
      return groups.filter((group) => group.groupId === groupId);
    };
    const remove = async () => {
      const request = createDeleteGroupsRequest({ groupsNames: [groupId] });
      return (await fixture.client.call(deleteGroupsRequest, deleteGroupsResponse, 2, request)).results[0]?.errorCode;
    };

    expect(await list(['stable'])).toEqual([
      { groupId, protocolType: 'consumer', groupState: 'Stable', groupType: 'classic' },
    ]);
    expect(await describeGroup(fixture.client, groupId)).toMatchObject({
      groupState: 'Stable',
      protocolData: 'range',
      authorizedOperations: 3_400,
      members: [{ memberId: member.memberId, clientId: 'wire-client', clientHost: '/127.0.0.1' }],
    });
    expect(await remove()).toBe(ErrorCode.NON_EMPTY_GROUP);
    await member.leave();
    expect(await list(['stable'])).toEqual([]);
    expect(await remove()).toBe(0);
    expect(await remove()).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
    expect(await describeGroup(fixture.client, groupId, 5)).toMatchObject({ groupState: 'Dead', errorCode: 0 });
    expect(await describeGroup(fixture.client, groupId, 6)).toMatchObject({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND });
  });

  it('take back offsets, except of topics that they read', async () => {
    const groupId = 'taking-back';
    const member = await newMember({ groupId });
    await rebalance([member]);
    const { memberId, generationId } = member;
    await commit(fixture.client, orders, 1, 9, { groupId, memberId, generationIdOrMemberEpoch: generationId });
    const remove = async () => {
      const topics = [{ name: orders.name, partitions: [{ partitionIndex: 0 }] }];
      const request = createOffsetDeleteRequest({ groupId, topics });
      const response = await fixture.client.call(offsetDeleteRequest, offsetDeleteResponse, 0, request);
      return response.topics[0]?.partitions[0]?.errorCode;
    };

    expect(await remove()).toBe(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC);
    await member.leave();
    expect(await remove()).toBe(0);
    expect((await committed(fixture.client, orders, groupId, 9))?.committedOffset).toBe(-1n);
  });

  it('start clean with a topic that was deleted and made again', async () => {
    const groupId = 'starting-clean';
    const first = await fixture.createTopic('again');
    await commit(fixture.client, first, 5, 9, { groupId });
    const request = createDeleteTopicsRequest({ topicNames: ['again'], timeoutMs: 5_000 });
    await fixture.client.call(deleteTopicsRequest, deleteTopicsResponse, 5, request);

    const second = await fixture.createTopic('again');

    expect((await committed(fixture.client, second, groupId, 9))?.committedOffset).toBe(-1n);
    await commit(fixture.client, second, 6, 9, { groupId });
    expect((await committed(fixture.client, second, groupId, 10))?.committedOffset).toBe(6n);
  });

  it('are served without anything that is logged as a bug', () => {
    expect(fixture.logger.errors).toEqual([]);
  });
});

describe('groups of a broker that restarts', () => {
  it('go on without a rebalance: members, generation, assignments and offsets are in the log', async () => {
    await using directory = await createTempDir('groups');
    const options = { groupId: 'kept' };
    const before = await startFixture({ dataDir: directory.path });
    const orders = await before.createTopic('orders');
    const members = [
      new GroupMember(await before.connect(), options),
      new GroupMember(await before.connect(), options),
    ];
    await rebalance(members);
    const { memberId, generationId } = members[0]!;
    const membership = { groupId: 'kept', memberId, generationIdOrMemberEpoch: generationId };
    await commit(before.client, orders, 77, 9, membership);
    const described = await describeGroup(before.client, 'kept');
    await before.close();

    await using after = await startFixture({ dataDir: directory.path });

    expect(await describeGroup(after.client, 'kept')).toEqual(described);
    for (const member of members) {
      const returned = Object.assign(new GroupMember(await after.connect(), options), {
        memberId: member.memberId,
        generationId: member.generationId,
      });
      expect(await returned.heartbeat()).toBe(0);
      expect(String((await returned.sync()).assignment)).toBe(`for ${member.memberId}`);
    }
    expect((await committed(after.client, orders, 'kept', 9))?.committedOffset).toBe(77n);
    expect(await commit(after.client, orders, 78, 9, membership)).toBe(0);
  });
});
