/** What a cluster without replicas says to elections and moves, features that cannot change, and names of what has settings (semantics 42). */
import { createMemoryMetaStore } from '@millrace/metadata';
import { ErrorCode } from '@millrace/protocol';
import {
  createElectLeadersRequest,
  electLeadersRequest,
  electLeadersResponse,
} from '@millrace/protocol/messages/43-elect-leaders';
import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
  createAlterPartitionReassignmentsRequest,
} from '@millrace/protocol/messages/45-alter-partition-reassignments';
import {
  createUpdateFeaturesRequest,
  createUpdateFeaturesRequestFeatureUpdateKey,
  updateFeaturesRequest,
  updateFeaturesResponse,
} from '@millrace/protocol/messages/57-update-features';
import {
  createListConfigResourcesRequest,
  listConfigResourcesRequest,
  listConfigResourcesResponse,
} from '@millrace/protocol/messages/74-list-config-resources';
import { BrokerFixture } from './broker-fixture.ts';

let fixture: BrokerFixture;

beforeAll(async () => {
  fixture = await BrokerFixture.start();
  await fixture.createTopic('orders', 2);
});

afterAll(() => fixture.close());

describe('ElectLeaders', () => {
  /** "topic-partition code", and the code of the whole in front. */
  const elect = async (
    topicPartitions: readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null,
    electionType = 0,
    by: BrokerFixture = fixture,
  ): Promise<(string | number)[]> => {
    const request = createElectLeadersRequest({ electionType, topicPartitions });
    const answer = await by.client.call(electLeadersRequest, electLeadersResponse, 2, request);
    const codes = answer.replicaElectionResults.flatMap(({ topic, partitionResult }) =>
      partitionResult.map(({ partitionId, errorCode }) => `${topic}-${partitionId} ${errorCode}`),
    );
    return [answer.errorCode, ...codes];
  };

  it.each([0, 1])('of type %i is not needed where the owner is up', async (type) => {
    const asked = [
      { topic: 'orders', partitions: [1, 0, 7] },
      { topic: 'missing', partitions: [0] },
    ];
    expect(await elect(asked, type)).toEqual([0, 'orders-1 84', 'orders-0 84', 'orders-7 3', 'missing-0 3']);
  });

  it('for all partitions names those that need one', async () => {
    expect(await elect(null)).toEqual([0]);
  });

  it('of an unknown type is refused for all', async () => {
    expect(await elect([{ topic: 'orders', partitions: [0] }], 7)).toEqual([42, 'orders-0 42']);
  });

  it('cannot help a partition whose owner is away', async () => {
    const metaStore = createMemoryMetaStore();
    await using one = await BrokerFixture.start({ metaStore, nodeId: 1 });
    {
      await using two = await BrokerFixture.start({ metaStore, nodeId: 2 });
      await two.createTopic('spread', 2);
    }
    const owners =
      metaStore
        .snapshot()
        .topicsByName.get('spread')
        ?.partitions.map(({ owner }) => owner) ?? [];
    const away = owners.indexOf(2);

    expect(await elect(null, 0, one)).toEqual([0, `spread-${away} ${ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE}`]);
    expect(await elect(null, 1, one)).toEqual([0, `spread-${away} ${ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE}`]);
  });
});

describe('AlterPartitionReassignments', () => {
  const reassign = async (
    name: string,
    partitionIndex: number,
    replicas: readonly number[] | null,
    options: { readonly by?: BrokerFixture; readonly allowReplicationFactorChange?: boolean } = {},
  ): Promise<number | undefined> => {
    const { by = fixture, allowReplicationFactorChange = true } = options;
    const answer = await by.client.call(
      alterPartitionReassignmentsRequest,
      alterPartitionReassignmentsResponse,
      1,
      createAlterPartitionReassignmentsRequest({
        allowReplicationFactorChange,
        topics: [{ name, partitions: [{ partitionIndex, replicas }] }],
      }),
    );
    expect(answer).toMatchObject({ errorCode: 0, allowReplicationFactorChange });
    return answer.responses[0]?.partitions[0]?.errorCode;
  };

  it.each<[string, string, number, readonly number[] | null, number]>([
    ['the broker that has it', 'orders', 0, [1], 0],
    ['a broker that is not there', 'orders', 0, [2], ErrorCode.INVALID_REPLICA_ASSIGNMENT],
    ['a broker twice', 'orders', 0, [1, 1], ErrorCode.INVALID_REPLICA_ASSIGNMENT],
    ['no broker', 'orders', 0, [], ErrorCode.INVALID_REPLICA_ASSIGNMENT],
    ['no longer what was asked for', 'orders', 0, null, ErrorCode.NO_REASSIGNMENT_IN_PROGRESS],
    ['a broker, for a partition that is not there', 'orders', 9, [1], ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['a broker, for a topic that is not there', 'missing', 0, [1], ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
  ])('answers to %s', async (_, name, partition, replicas, errorCode) => {
    expect(await reassign(name, partition, replicas)).toBe(errorCode);
  });

  it('moves nothing between brokers, and makes no copies', async () => {
    const metaStore = createMemoryMetaStore();
    await using by = await BrokerFixture.start({ metaStore, nodeId: 1 });
    await using other = await BrokerFixture.start({ metaStore, nodeId: 2 });
    await other.createTopic('here');
    const owner = metaStore.snapshot().topicsByName.get('here')?.partitions[0]?.owner ?? -1;

    expect(await reassign('here', 0, [owner], { by })).toBe(0);
    expect(await reassign('here', 0, [3 - owner], { by })).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    expect(await reassign('here', 0, [1, 2], { by })).toBe(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
    expect(await reassign('here', 0, [1, 2], { by, allowReplicationFactorChange: false })).toBe(
      ErrorCode.INVALID_REPLICATION_FACTOR,
    );
    expect(metaStore.snapshot().topicsByName.get('here')?.partitions[0]?.owner).toBe(owner);
  });
});

describe('UpdateFeatures', () => {
  const update = async (version: number, ...updates: readonly [feature: string, level: number, type?: number][]) => {
    const request = createUpdateFeaturesRequest({
      featureUpdates: updates.map(([feature, maxVersionLevel, upgradeType = 1]) =>
        createUpdateFeaturesRequestFeatureUpdateKey({ feature, maxVersionLevel, upgradeType }),
      ),
    });
    return fixture.client.call(updateFeaturesRequest, updateFeaturesResponse, version, request);
  };

  it.each([0, 1, 2])('v%i accepts the level that runs', async (version) => {
    const { errorCode, results } = await update(version, ['transaction.version', 2]);
    expect([errorCode, results.map(({ feature }) => feature)]).toEqual([0, version < 2 ? ['transaction.version'] : []]);
  });

  it.each<[string, [string, number, number?][], RegExp]>([
    ['an unknown feature', [['transaction.verson', 2]], /did you mean transaction.version\?/],
    ['a level that does not exist', [['transaction.version', 3]], /levels 0 to 2/],
    ['a lower level', [['transaction.version', 1, 2]], /always runs level 2/],
    ['an upgrade type that does not exist', [['transaction.version', 2, 9]], /upgrade type 9/],
    [
      'all when one is wrong',
      [
        ['transaction.version', 2],
        ['x', 1],
      ],
      /^nothing is changed: there is no feature x, only group.version and transaction.version$/,
    ],
    ['a name that is like none', [['share.version', 1]], /no feature share.version, only group.version and/],
    ['a name that is like one', [['grup.version', 1]], /no feature grup.version: did you mean group.version\?/],
    [
      'what belongs to controllers',
      [['kraft.version', 1]],
      /no feature kraft.version, only group.version and transaction.version; kraft.version belongs to the controllers/,
    ],
    [
      'all levels of a release, naming each that is not there',
      [
        ['kraft.version', 1],
        ['group.version', 1],
        ['metadata.version', 30],
        ['streams.version', 1],
      ],
      /^nothing is changed: there are no features kraft.version, metadata.version, streams.version, only group.version and transaction.version; kraft.version and metadata.version belong to/,
    ],
  ])('refuses %s', async (_, updates, message) => {
    const answer = await update(2, ...updates);
    expect(answer.errorCode).toBe(ErrorCode.INVALID_UPDATE_VERSION);
    expect(answer.errorMessage).toMatch(message);
  });
});

describe('ListConfigResources', () => {
  const list = async (version: number, resourceTypes: readonly number[]) => {
    const request = createListConfigResourcesRequest({ resourceTypes });
    const answer = await fixture.client.call(listConfigResourcesRequest, listConfigResourcesResponse, version, request);
    const names = answer.configResources.map(({ resourceType, resourceName }) => `${resourceType}:${resourceName}`);
    return answer.errorCode === 0 ? names.sort() : answer.errorCode;
  };

  it('names topics, brokers and loggers; no types means all', async () => {
    expect(await list(1, [])).toEqual(['2:orders', '4:1', '8:1']);
    expect(await list(1, [4, 4])).toEqual(['4:1']);
    expect(await list(1, [16, 32])).toEqual([]);
  });

  it('refuses a type that does not exist', async () => {
    expect(await list(1, [2, 77])).toBe(ErrorCode.UNSUPPORTED_VERSION);
  });

  it('asks for client metrics alone in v0', async () => {
    expect(await list(0, [])).toEqual([]);
  });
});
