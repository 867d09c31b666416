/** Admin handlers in all their versions, over real metadata and logs in memory and without a listener. */
import { SeededRandom, silentLogger, systemClock, systemTimers } from '@millrace/base';
import { createMemoryLogEngine, type LogEngine } from '@millrace/log';
import { createMemoryMetaStore, type MetaStore } from '@millrace/metadata';
import { decodeMessage, encodeMessage, type MessageCodec } from '@millrace/protocol';
import { createCreateTopicsRequest } from '@millrace/protocol/messages/19-create-topics';
import { createDeleteTopicsRequest } from '@millrace/protocol/messages/20-delete-topics';
import { createDeleteRecordsRequest } from '@millrace/protocol/messages/21-delete-records';
import { createDescribeAclsRequest } from '@millrace/protocol/messages/29-describe-acls';
import {
  createDescribeConfigsRequest,
  type DescribeConfigsResponse,
} from '@millrace/protocol/messages/32-describe-configs';
import { createAlterConfigsRequest } from '@millrace/protocol/messages/33-alter-configs';
import { createDescribeLogDirsRequest } from '@millrace/protocol/messages/35-describe-log-dirs';
import { createCreatePartitionsRequest } from '@millrace/protocol/messages/37-create-partitions';
import { createIncrementalAlterConfigsRequest } from '@millrace/protocol/messages/44-incremental-alter-configs';
import { createElectLeadersRequest } from '@millrace/protocol/messages/43-elect-leaders';
import { createAlterPartitionReassignmentsRequest } from '@millrace/protocol/messages/45-alter-partition-reassignments';
import { createListPartitionReassignmentsRequest } from '@millrace/protocol/messages/46-list-partition-reassignments';
import { createUpdateFeaturesRequest } from '@millrace/protocol/messages/57-update-features';
import { createDescribeClusterRequest } from '@millrace/protocol/messages/60-describe-cluster';
import { createListConfigResourcesRequest } from '@millrace/protocol/messages/74-list-config-resources';
import { loadBrokerConfig } from '../config/broker-config.ts';
import { resolveTopicConfig } from '../config/topic-config.ts';
import type { BrokerServices } from '../services.ts';
import { createTopicAdmin } from '../topics/metadata-topic-admin.ts';
import { createTopicsHandler } from './19-create-topics.ts';
import { deleteTopicsHandler } from './20-delete-topics.ts';
import { deleteRecordsHandler } from './21-delete-records.ts';
import { describeAclsHandler } from './29-describe-acls.ts';
import { describeConfigsHandler } from './32-describe-configs.ts';
import { alterConfigsHandler } from './33-alter-configs.ts';
import { describeLogDirsHandler } from './35-describe-log-dirs.ts';
import { createPartitionsHandler } from './37-create-partitions.ts';
import { incrementalAlterConfigsHandler } from './44-incremental-alter-configs.ts';
import { electLeadersHandler } from './43-elect-leaders.ts';
import { alterPartitionReassignmentsHandler } from './45-alter-partition-reassignments.ts';
import { listPartitionReassignmentsHandler } from './46-list-partition-reassignments.ts';
import { updateFeaturesHandler } from './57-update-features.ts';
import { describeClusterHandler } from './60-describe-cluster.ts';
import { listConfigResourcesHandler } from './74-list-config-resources.ts';
import type { ApiHandler, RequestContext } from './handler.ts';

const TOPIC_ID = 'abcdefghijklmnopqrstuA';

interface Case<Request, Response> {
  readonly handler: ApiHandler<Request, Response>;
  /** The one topic is "orders" with two partitions. */
  readonly request: (version: number) => Request;
  /** The error codes of an answer, in order. */
  readonly codes: (response: Response) => number[];
  readonly expected: (version: number) => number[];
}

/** Keeps the types of one case while cases of all APIs stand in one list. */
function define<Request, Response>(each: Case<Request, Response>): Case<unknown, unknown> {
  return each as unknown as Case<unknown, unknown>;
}

const CASES: Record<string, Case<unknown, unknown>> = {
  CreateTopics: define({
    handler: createTopicsHandler,
    request: () =>
      createCreateTopicsRequest({
        topics: [
          { name: 'fresh', numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] },
          { name: 'orders', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] },
          {
            name: 'by-hand',
            numPartitions: -1,
            replicationFactor: -1,
            assignments: [{ partitionIndex: 0, brokerIds: [1] }],
            configs: [{ name: 'retention.ms', value: '5' }],
          },
        ],
      }),
    codes: ({ topics }) => topics.map(({ errorCode }) => errorCode),
    expected: () => [0, 36, 0],
  }),
  DeleteTopics: define({
    handler: deleteTopicsHandler,
    request: (version) =>
      version >= 6
        ? createDeleteTopicsRequest({
            topics: [
              { name: 'missing', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' },
              { name: null, topicId: TOPIC_ID },
            ],
          })
        : createDeleteTopicsRequest({ topicNames: ['missing', 'orders'] }),
    codes: ({ responses }) => responses.map(({ errorCode }) => errorCode),
    expected: () => [3, 0],
  }),
  DeleteRecords: define({
    handler: deleteRecordsHandler,
    request: () =>
      createDeleteRecordsRequest({
        topics: [{ name: 'orders', partitions: [0, 1, 2].map((partitionIndex) => ({ partitionIndex, offset: -1n })) }],
      }),
    codes: ({ topics }) => topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode)),
    expected: () => [0, 0, 3],
  }),
  DescribeAcls: define({
    handler: describeAclsHandler,
    request: () => createDescribeAclsRequest({ resourceTypeFilter: 1, patternTypeFilter: 1, operation: 1 }),
    codes: ({ errorCode, resources }) => [errorCode, resources.length],
    expected: () => [54, 0],
  }),
  DescribeConfigs: define({
    handler: describeConfigsHandler,
    request: (version) =>
      createDescribeConfigsRequest({
        includeSynonyms: true,
        includeDocumentation: version >= 3,
        resources: ['orders', 'missing'].map((resourceName) => ({
          resourceType: 2,
          resourceName,
          configurationKeys: null,
        })),
      }),
    codes: ({ results }) => results.map(({ errorCode }) => errorCode),
    expected: () => [0, 3],
  }),
  AlterConfigs: define({
    handler: alterConfigsHandler,
    request: () =>
      createAlterConfigsRequest({
        resources: ['orders', 'missing'].map((resourceName) => ({
          resourceType: 2,
          resourceName,
          configs: [{ name: 'retention.ms', value: '5' }],
        })),
      }),
    codes: ({ responses }) => responses.map(({ errorCode }) => errorCode),
    expected: () => [0, 3],
  }),
  DescribeLogDirs: define({
    handler: describeLogDirsHandler,
    request: () => createDescribeLogDirsRequest({ topics: null }),
    // Before v3 there was nowhere to put an error without a directory.
    codes: ({ errorCode, results }) => (errorCode === 0 ? results.map((each) => each.errorCode) : [errorCode]),
    expected: () => [0],
  }),
  CreatePartitions: define({
    handler: createPartitionsHandler,
    request: () =>
      createCreatePartitionsRequest({
        topics: [
          { name: 'orders', count: 4, assignments: [{ brokerIds: [1] }, { brokerIds: [1] }] },
          { name: 'missing', count: 4, assignments: null },
        ],
      }),
    codes: ({ results }) => results.map(({ errorCode }) => errorCode),
    expected: () => [0, 3],
  }),
  IncrementalAlterConfigs: define({
    handler: incrementalAlterConfigsHandler,
    request: () =>
      createIncrementalAlterConfigsRequest({
        resources: ['orders', 'missing'].map((resourceName) => ({
          resourceType: 2,
          resourceName,
          configs: [{ name: 'cleanup.policy', configOperation: 2, value: 'delete' }],
        })),
      }),
    codes: ({ responses }) => responses.map(({ errorCode }) => errorCode),
    expected: () => [0, 3],
  }),
  ElectLeaders: define({
    handler: electLeadersHandler,
    request: () =>
      createElectLeadersRequest({
        topicPartitions: [
          { topic: 'orders', partitions: [0, 9] },
          { topic: 'missing', partitions: [0] },
        ],
      }),
    codes: ({ replicaElectionResults }) =>
      replicaElectionResults.flatMap(({ partitionResult }) => partitionResult.map(({ errorCode }) => errorCode)),
    expected: () => [84, 3, 3],
  }),
  AlterPartitionReassignments: define({
    handler: alterPartitionReassignmentsHandler,
    request: () =>
      createAlterPartitionReassignmentsRequest({
        topics: [
          {
            name: 'orders',
            partitions: [[1], [2], [], [1, 1], null].map((replicas) => ({ partitionIndex: 0, replicas })),
          },
          { name: 'missing', partitions: [{ partitionIndex: 0, replicas: [1] }] },
        ],
      }),
    codes: ({ errorCode, responses }) =>
      errorCode === 0 ? responses.flatMap(({ partitions }) => partitions.map((each) => each.errorCode)) : [errorCode],
    expected: () => [0, 39, 39, 39, 85, 3],
  }),
  UpdateFeatures: define({
    handler: updateFeaturesHandler,
    request: () =>
      createUpdateFeaturesRequest({
        featureUpdates: [{ feature: 'transaction.version', maxVersionLevel: 2, allowDowngrade: false, upgradeType: 1 }],
      }),
    codes: ({ errorCode, results }) => [errorCode, ...results.map((each) => each.errorCode)],
    expected: (version) => (version < 2 ? [0, 0] : [0]),
  }),
  ListConfigResources: define({
    handler: listConfigResourcesHandler,
    request: (version) => createListConfigResourcesRequest({ resourceTypes: version === 0 ? [] : [2, 4, 2] }),
    codes: ({ errorCode, configResources }) => [errorCode, ...configResources.map(({ resourceType }) => resourceType)],
    expected: (version) => (version === 0 ? [0] : [0, 2, 4]),
  }),
  ListPartitionReassignments: define({
    handler: listPartitionReassignmentsHandler,
    request: () => createListPartitionReassignmentsRequest({ topics: null }),
    codes: ({ errorCode, topics }) => [errorCode, topics.length],
    expected: () => [0, 0],
  }),
  DescribeCluster: define({
    handler: describeClusterHandler,
    request: (version) => createDescribeClusterRequest({ endpointType: version === 0 ? 1 : 2 }),
    codes: ({ errorCode }) => [errorCode],
    expected: (version) => [version === 0 ? 0 : 114],
  }),
};

const VERSIONS = Object.entries(CASES).flatMap(([name, { handler }]) =>
  Array.from({ length: handler.maxVersion - handler.minVersion + 1 }, (_, index): [string, number] => [
    name,
    handler.minVersion + index,
  ]),
);

describe('admin handlers', () => {
  let metaStore: MetaStore;
  let engine: LogEngine;
  let services: BrokerServices;

  beforeEach(async () => {
    metaStore = createMemoryMetaStore();
    await metaStore.open();
    await metaStore.registerBroker({ nodeId: 1, incarnation: 'i', rack: null, listeners: [] });
    engine = createMemoryLogEngine({ clock: systemClock, timers: systemTimers, logger: silentLogger });
    const configs = new Map<string, string>();
    const orders = {
      name: 'orders',
      topicId: TOPIC_ID,
      isInternal: false,
      replicationFactor: 1,
      owners: [1, 1],
      configs,
    };
    await metaStore.createTopic(orders);
    services = await fakeServices(metaStore, engine);
  });

  afterEach(async () => {
    await engine.close();
    await metaStore.close();
  });

  it.each(VERSIONS)('%s v%i: decodes, does and encodes', async (name, version) => {
    const { handler, request, codes, expected } = CASES[name] as Case<unknown, unknown>;
    const asked = overTheWire(handler.request, request(version), version);

    const response = await handler.handle(contextFor(services, version), asked);

    expect(codes(overTheWire(handler.response, response, version))).toEqual(expected(version));
  });

  it.each(VERSIONS)('%s v%i: has an answer to a failure', (name, version) => {
    const { handler, request, codes } = CASES[name] as Case<unknown, unknown>;
    const asked = overTheWire(handler.request, request(version), version);

    const failure = overTheWire(handler.response, handler.failure(asked, -1, version), version);

    expect(codes(failure)[0]).toBe(name === 'DescribeLogDirs' && version < 3 ? undefined : -1);
  });

  it.each<[string, (readonly string[] | null)[], string[] | 'all']>([
    ['all keys', Array.from({ length: 1_000 }, () => null), 'all'],
    ['keys of several entries', [['retention.ms'], ['segment.ms', 'retention.ms']], ['retention.ms', 'segment.ms']],
    ['a key, then all', [['retention.ms'], null], 'all'],
    ['a key, then the empty list that means all', [['retention.ms'], [], ['segment.ms']], 'all'],
  ])('DescribeConfigs answers a repeated resource once: %s', async (_, keysOfEntries, expected) => {
    const describe = async (resources: [resourceName: string, configurationKeys: readonly string[] | null][]) => {
      const request = createDescribeConfigsRequest({
        resources: resources.map(([resourceName, configurationKeys]) => ({
          resourceType: 2,
          resourceName,
          configurationKeys,
        })),
      });
      const { results } = (await describeConfigsHandler.handle(
        contextFor(services, 4),
        request,
      )) as DescribeConfigsResponse;
      return results.map(({ resourceName, configs }) => [resourceName, configs.map(({ name }) => name).sort()]);
    };
    const [all] = await describe([['orders', null]]);

    expect(
      await describe([...keysOfEntries.map((keys) => ['orders', keys] as [string, typeof keys]), ['x', null]]),
    ).toEqual([expected === 'all' ? all : ['orders', expected], ['x', []]]);
  });

  it('covers the versions that Apache Kafka 4.4 serves', () => {
    expect(
      Object.fromEntries(
        Object.entries(CASES).map(([name, { handler }]) => [name, `${handler.minVersion}-${handler.maxVersion}`]),
      ),
    ).toEqual({
      CreateTopics: '2-7',
      DeleteTopics: '1-6',
      DeleteRecords: '0-2',
      DescribeAcls: '1-3',
      DescribeConfigs: '1-4',
      AlterConfigs: '0-2',
      DescribeLogDirs: '1-5',
      CreatePartitions: '0-3',
      IncrementalAlterConfigs: '0-1',
      ElectLeaders: '0-2',
      AlterPartitionReassignments: '0-1',
      UpdateFeatures: '0-2',
      ListConfigResources: '0-1',
      ListPartitionReassignments: '0-0',
      DescribeCluster: '0-2',
    });
  });
});

function overTheWire<T>(codec: MessageCodec<T>, message: T, version: number): T {
  return decodeMessage(codec, Buffer.concat(encodeMessage(codec, message, version)), version);
}

function contextFor(services: BrokerServices, apiVersion: number): RequestContext {
  return {
    apiKey: 0,
    apiVersion,
    correlationId: 1,
    clientId: null,
    connection: {
      id: 1,
      listenerName: 'PLAINTEXT',
      remoteAddress: '127.0.0.1',
      closed: new AbortController().signal,
      clientSoftwareName: null,
      clientSoftwareVersion: null,
    },
    services,
  };
}

/** What admin handlers use of the services; the partitions of "orders" are open. */
async function fakeServices(metaStore: MetaStore, engine: LogEngine): Promise<BrokerServices> {
  const config = loadBrokerConfig(new Map());
  await engine.start();
  for (const partition of [0, 1]) {
    const settings = resolveTopicConfig(config, new Map());
    await engine.openPartition({ topicId: TOPIC_ID, partition }, { config: settings, leaderEpoch: 0 });
  }
  const random = new SeededRandom(3);
  const partitions: BrokerServices['partitions'] = {
    locateByName(name, partition) {
      const topic = metaStore.snapshot().topicsByName.get(name);
      const log = engine.getPartition({ topicId: TOPIC_ID, partition });
      return topic === undefined || log === undefined ? { kind: 'unknown' } : { kind: 'owned', topic, log };
    },
    locateById: () => ({ kind: 'unknown' }),
    settled: () => Promise.resolve(),
  };
  const topics = createTopicAdmin({
    nodeId: 1,
    config,
    metaStore,
    partitions,
    timers: systemTimers,
    random,
    logger: silentLogger,
  });
  const used: Partial<BrokerServices> = {
    nodeId: 1,
    clusterId: metaStore.snapshot().clusterId,
    config,
    timers: systemTimers,
    logger: silentLogger,
    metaStore,
    engine,
    partitions,
    topics,
  };
  return used as BrokerServices;
}
