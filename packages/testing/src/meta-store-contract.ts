/**
 * What every MetaStore promises, as cases that any test runner can run: `for (const { name, run } of metaStoreContract(harness)) it(name, run)`.
 */
import { deepEqual, equal, notEqual, ok, rejects, throws } from 'node:assert/strict';
import { MillraceError, randomUuid, SeededRandom, type Random } from '@millrace/base';
import {
  ConfigResourceType,
  createMemoryMetaStore,
  type BrokerRegistration,
  type ClusterSnapshot,
  type MetaStore,
  type NewTopic,
} from '@millrace/metadata';

/** How an adapter's stores come and go. */
export interface MetaStoreHarness {
  /** A store without content, not opened yet. */
  create(): Promise<MetaStore>;
  /** A store over the data of a closed one, not opened yet. */
  recreate(closed: MetaStore): Promise<MetaStore>;
}

export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}

type Body = (store: MetaStore, harness: MetaStoreHarness) => Promise<void>;

/** @param seed of the random writes; named in the case, so that a failing run can be repeated */
export function metaStoreContract(harness: MetaStoreHarness, seed: number): ContractCase[] {
  const cases: [string, Body][] = [
    ...TOPIC_CASES,
    ...PARTITION_CASES,
    ...CONFIG_CASES,
    ...BROKER_CASES,
    ...SNAPSHOT_CASES,
    [`decides random writes as the memory store does (seed ${seed})`, (store) => compareWithModel(store, seed)],
    [`keeps random writes over a restart (seed ${seed})`, (store) => compareAfterRestart(store, harness, seed)],
  ];
  return [
    ...LIFE_CASES.map(([name, body]) => ({ name, run: () => body(harness) })),
    ...cases.map(([name, body]) => ({ name, run: () => withOpenStore(harness, body) })),
  ];
}

async function withOpenStore(harness: MetaStoreHarness, body: Body): Promise<void> {
  const store = await harness.create();
  await store.open();
  try {
    await body(store, harness);
  } finally {
    await store.close();
  }
}

const TOPIC_CASES: [string, Body][] = [
  [
    'shows a created topic by name and id, its partitions at epoch 0',
    async (store) => {
      const { version } = store.snapshot();
      const created = await store.createTopic(
        topic('orders', { owners: [1, 2, 1], replicationFactor: 3, configs: new Map([['retention.ms', '5']]) }),
      );
      const snapshot = store.snapshot();
      ok(snapshot.version > version);
      deepEqual(snapshot.topicsByName.get('orders'), created);
      deepEqual(snapshot.topicsById.get(created.topicId), created);
      deepEqual(created.partitions, [
        { partition: 0, owner: 1, leaderEpoch: 0 },
        { partition: 1, owner: 2, leaderEpoch: 0 },
        { partition: 2, owner: 1, leaderEpoch: 0 },
      ]);
      deepEqual(
        [created.replicationFactor, created.isInternal, [...created.configs]],
        [3, false, [['retention.ms', '5']]],
      );
    },
  ],
  [
    'refuses a name that is taken and changes nothing',
    async (store) => {
      await store.createTopic(topic('orders'));
      const before = store.snapshot();
      await rejects(store.createTopic(topic('orders')), hasCode('MILLRACE_METADATA_TOPIC_EXISTS'));
      equal(store.snapshot(), before);
    },
  ],
  [
    'refuses a topic id that is taken',
    async (store) => {
      const { topicId } = await store.createTopic(topic('orders'));
      await rejects(store.createTopic({ ...topic('other'), topicId }), hasCode('MILLRACE_METADATA_CONFLICT'));
    },
  ],
  [
    'lets one of several simultaneous creations of a name win',
    async (store) => {
      const results = await Promise.allSettled(Array.from({ length: 5 }, () => store.createTopic(topic('orders'))));
      equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      equal(store.snapshot().topicsById.size, 1);
    },
  ],
  [
    'frees the name of a deleted topic, and a new one has none of its settings',
    async (store) => {
      const first = await store.createTopic(topic('orders', { configs: new Map([['retention.ms', '5']]) }));
      await store.deleteTopic(first.topicId);
      equal(store.snapshot().topicsByName.size, 0);
      equal(store.snapshot().topicsById.size, 0);
      const second = await store.createTopic(topic('orders'));
      notEqual(second.topicId, first.topicId);
      equal(second.configs.size, 0);
    },
  ],
  [
    'refuses to delete what is not there',
    async (store) => {
      const { topicId } = await store.createTopic(topic('orders'));
      await store.deleteTopic(topicId);
      await rejects(store.deleteTopic(topicId), hasCode('MILLRACE_METADATA_UNKNOWN_TOPIC'));
    },
  ],
];

const PARTITION_CASES: [string, Body][] = [
  [
    'adds partitions when the count is as expected, and only then',
    async (store) => {
      const { topicId } = await store.createTopic(topic('orders', { owners: [1, 1] }));
      await store.acquirePartition(topicId, 0, 1, 0);
      const grown = await store.addPartitions(topicId, 2, [3, 4]);
      deepEqual(
        grown.partitions.map(({ partition, owner, leaderEpoch }) => [partition, owner, leaderEpoch]),
        [
          [0, 1, 1],
          [1, 1, 0],
          [2, 3, 0],
          [3, 4, 0],
        ],
      );
      await rejects(store.addPartitions(topicId, 2, [9]), hasCode('MILLRACE_METADATA_CONFLICT'));
      await rejects(store.addPartitions(someId(), 2, [9]), hasCode('MILLRACE_METADATA_UNKNOWN_TOPIC'));
      deepEqual(store.snapshot().topicsByName.get('orders'), grown);
    },
  ],
  [
    'raises the leader epoch by one when a partition is acquired',
    async (store) => {
      const { topicId } = await store.createTopic(topic('orders', { owners: [1, 1] }));
      deepEqual(await store.acquirePartition(topicId, 1, 2, 0), { partition: 1, owner: 2, leaderEpoch: 1 });
      deepEqual(await store.acquirePartition(topicId, 1, 2, 1), { partition: 1, owner: 2, leaderEpoch: 2 });
      deepEqual(store.snapshot().topicsById.get(topicId)?.partitions, [
        { partition: 0, owner: 1, leaderEpoch: 0 },
        { partition: 1, owner: 2, leaderEpoch: 2 },
      ]);
    },
  ],
  [
    'lets one of two brokers acquire a partition and fences the other',
    async (store) => {
      const { topicId } = await store.createTopic(topic('orders'));
      const [first, second] = await Promise.allSettled([
        store.acquirePartition(topicId, 0, 1, 0),
        store.acquirePartition(topicId, 0, 2, 0),
      ]);
      deepEqual([first.status, second.status].sort(), ['fulfilled', 'rejected']);
      const refused = first.status === 'rejected' ? first : second;
      ok(hasCode('MILLRACE_METADATA_FENCED')((refused as PromiseRejectedResult).reason));
      const winner = first.status === 'fulfilled' ? 1 : 2;
      deepEqual(store.snapshot().topicsById.get(topicId)?.partitions[0], {
        partition: 0,
        owner: winner,
        leaderEpoch: 1,
      });
    },
  ],
  [
    'acquires no partition that is not there',
    async (store) => {
      const { topicId } = await store.createTopic(topic('orders'));
      await rejects(store.acquirePartition(topicId, 1, 1, 0), hasCode('MILLRACE_METADATA_UNKNOWN_TOPIC'));
      await rejects(store.acquirePartition(someId(), 0, 1, 0), hasCode('MILLRACE_METADATA_UNKNOWN_TOPIC'));
    },
  ],
];

const CONFIG_CASES: [string, Body][] = [
  [
    'sets and removes settings of a topic together',
    async (store) => {
      const resource = { type: ConfigResourceType.topic, name: 'orders' };
      await store.createTopic(
        topic('orders', {
          configs: new Map([
            ['retention.ms', '5'],
            ['segment.ms', '6'],
          ]),
        }),
      );
      await store.alterConfigs(
        resource,
        new Map([
          ['retention.ms', null],
          ['segment.ms', '7'],
          ['cleanup.policy', 'compact'],
        ]),
      );
      deepEqual(
        new Map(store.snapshot().topicsByName.get('orders')?.configs),
        new Map([
          ['segment.ms', '7'],
          ['cleanup.policy', 'compact'],
        ]),
      );
      const missing = { type: ConfigResourceType.topic, name: 'missing' };
      await rejects(store.alterConfigs(missing, new Map([['a', 'b']])), hasCode('MILLRACE_METADATA_UNKNOWN_TOPIC'));
    },
  ],
  [
    'keeps settings of other resources by type and name, the whole cluster under the empty one',
    async (store) => {
      await store.alterConfigs({ type: ConfigResourceType.broker, name: '' }, new Map([['log.retention.ms', '1']]));
      await store.alterConfigs({ type: ConfigResourceType.broker, name: '1' }, new Map([['log.retention.ms', '2']]));
      await store.alterConfigs({ type: ConfigResourceType.group, name: '1' }, new Map([['log.retention.ms', '3']]));
      const { configs } = store.snapshot();
      deepEqual(
        ['4:', '4:1', '32:1'].map((key) => configs.get(key)?.get('log.retention.ms')),
        ['1', '2', '3'],
      );
      await store.alterConfigs({ type: ConfigResourceType.broker, name: '1' }, new Map([['log.retention.ms', null]]));
      deepEqual([...store.snapshot().configs.keys()].sort(), ['32:1', '4:']);
    },
  ],
  [
    'takes an alteration that alters nothing without a new version',
    async (store) => {
      const resource = { type: ConfigResourceType.topic, name: 'orders' };
      await store.createTopic(topic('orders', { configs: new Map([['retention.ms', '5']]) }));
      const before = store.snapshot();
      await store.alterConfigs(
        resource,
        new Map([
          ['retention.ms', '5'],
          ['segment.ms', null],
        ]),
      );
      equal(store.snapshot(), before);
    },
  ],
];

const BROKER_CASES: [string, Body][] = [
  [
    'replaces the registration of a broker, and lets only its own process take it away',
    async (store) => {
      await store.registerBroker(broker(1, 'first'));
      await store.registerBroker(broker(1, 'second'));
      await store.unregisterBroker(1, 'first');
      deepEqual(store.snapshot().brokers.get(1), broker(1, 'second'));
      await store.unregisterBroker(1, 'second');
      await store.unregisterBroker(1, 'second');
      equal(store.snapshot().brokers.size, 0);
    },
  ],
  [
    'never hands out a producer id twice',
    async (store) => {
      const lengths = [1, 1_000, 1, 7, 1_000];
      const blocks = await Promise.all(lengths.map((length) => store.allocateProducerIds(length)));
      deepEqual(
        blocks.map(({ length }) => length),
        lengths,
      );
      const ends = blocks.map(({ firstProducerId, length }) => firstProducerId + length);
      for (const [index, { firstProducerId }] of blocks.entries()) ok(firstProducerId >= (ends[index - 1] ?? 0));
    },
  ],
];

const SNAPSHOT_CASES: [string, Body][] = [
  [
    'leaves an older snapshot as it was',
    async (store) => {
      const { topicId } = await store.createTopic(topic('orders', { configs: new Map([['retention.ms', '5']]) }));
      const old = store.snapshot();
      const copy = plain(old);
      await store.acquirePartition(topicId, 0, 2, 0);
      await store.addPartitions(topicId, 1, [3]);
      await store.alterConfigs({ type: ConfigResourceType.topic, name: 'orders' }, new Map([['retention.ms', '6']]));
      await store.createTopic(topic('other'));
      await store.deleteTopic(topicId);
      deepEqual(plain(old), copy);
    },
  ],
  [
    'tells listeners of every change in order, before the write resolves, until they stop',
    async (store) => {
      const seen: ClusterSnapshot[] = [];
      const stop = store.onChange((snapshot) => seen.push(snapshot));
      const { topicId } = await store.createTopic(topic('orders'));
      equal(seen.at(-1), store.snapshot());
      ok(seen.at(-1)?.topicsById.has(topicId));
      await Promise.all([store.createTopic(topic('a')), store.createTopic(topic('b')), store.deleteTopic(topicId)]);
      const versions = seen.map(({ version }) => version);
      deepEqual(
        versions,
        [...new Set(versions)].sort((left, right) => left - right),
      );
      equal(seen.at(-1), store.snapshot());
      stop();
      const count = seen.length;
      await store.createTopic(topic('c'));
      equal(seen.length, count);
    },
  ],
  [
    'sees its own write in the snapshot at once',
    async (store) => {
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const { topicId } = await store.createTopic(topic(`topic-${index}`));
          ok(store.snapshot().topicsById.has(topicId));
        }),
      );
    },
  ],
];

const LIFE_CASES: [string, (harness: MetaStoreHarness) => Promise<void>][] = [
  [
    'gives nothing before it is open and takes nothing after it is closed',
    async (harness) => {
      const store = await harness.create();
      throws(() => store.snapshot(), hasCode('MILLRACE_METADATA_NOT_OPEN'));
      await rejects(store.createTopic(topic('early')), hasCode('MILLRACE_METADATA_NOT_OPEN'));
      await store.open();
      await store.close();
      throws(() => store.snapshot(), hasCode('MILLRACE_METADATA_NOT_OPEN'));
      await rejects(store.createTopic(topic('late')), hasCode('MILLRACE_METADATA_NOT_OPEN'));
    },
  ],
  [
    'stays open until everybody who opened it has closed it',
    async (harness) => {
      const store = await harness.create();
      await Promise.all([store.open(), store.open()]);
      await store.close();
      await store.createTopic(topic('orders'));
      await store.close();
      throws(() => store.snapshot(), hasCode('MILLRACE_METADATA_NOT_OPEN'));
      await store.close();
    },
  ],
  [
    'makes writes durable that were under way when it was closed',
    async (harness) => {
      const store = await harness.create();
      await store.open();
      const writes = Promise.all(Array.from({ length: 20 }, (_, index) => store.createTopic(topic(`topic-${index}`))));
      await Promise.all([writes, store.close()]);
      const again = await harness.recreate(store);
      await again.open();
      equal(again.snapshot().topicsByName.size, 20);
      await again.close();
    },
  ],
  [
    'goes on over restarts: same cluster, rising versions, fresh producer ids',
    async (harness) => {
      let store = await harness.create();
      const clusterIds = new Set<string>();
      let lastVersion = -1;
      let lastEnd = 0;
      for (let round = 0; round < 4; round++) {
        await store.open();
        clusterIds.add(store.snapshot().clusterId);
        ok(store.snapshot().version >= lastVersion);
        const { firstProducerId, length } = await store.allocateProducerIds(10);
        ok(firstProducerId >= lastEnd);
        lastEnd = firstProducerId + length;
        await store.createTopic(topic(`round-${round}`));
        lastVersion = store.snapshot().version;
        await store.close();
        store = await harness.recreate(store);
      }
      equal(clusterIds.size, 1);
    },
  ],
];

const WRITES = 150;

/** The same random writes on the store and on a memory store: same answers, same state. */
async function compareWithModel(store: MetaStore, seed: number): Promise<void> {
  const model = createMemoryMetaStore({ clusterId: store.snapshot().clusterId });
  await model.open();
  const random = new SeededRandom(seed);
  for (let write = 0; write < WRITES; write++) {
    const act = randomWrite(random, model.snapshot());
    const [expected, actual] = await Promise.all([outcomeOf(act(model)), outcomeOf(act(store))]);
    deepEqual(actual, expected, `write ${write}`);
  }
  deepEqual(plain(store.snapshot()), plain(model.snapshot()));
  await model.close();
}

async function compareAfterRestart(store: MetaStore, harness: MetaStoreHarness, seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  for (let write = 0; write < WRITES; write++) await outcomeOf(randomWrite(random, store.snapshot())(store));
  const before = plain(store.snapshot());
  await store.close();
  const again = await harness.recreate(store);
  await again.open();
  deepEqual(plain(again.snapshot()), before);
  await again.close();
  // The caller closes the store that it opened; one that is closed already does not mind.
}

type Write = (store: MetaStore) => Promise<unknown>;

function randomWrite(random: Random, snapshot: ClusterSnapshot): Write {
  const names = ['a', 'b', 'c', 'd'];
  const pick = <T>(values: readonly T[]): T => values[random.nextInt(values.length)] as T;
  const known = [...snapshot.topicsById.values()];
  const target = known.length === 0 ? undefined : pick(known);
  const topicId = target === undefined || random.nextInt(10) === 0 ? randomUuid(random) : target.topicId;
  const count = target?.partitions.length ?? 1;
  const owners = Array.from({ length: 1 + random.nextInt(3) }, () => random.nextInt(3));
  const value = pick(['1', '2', null]);
  const partition = random.nextInt(count + 1);
  const epoch = Math.max(0, (target?.partitions[partition]?.leaderEpoch ?? 0) - (random.nextInt(4) === 0 ? 1 : 0));
  const wrong = random.nextInt(4) === 0 ? 1 : 0;
  const name = pick(names);
  const key = pick(['x', 'y', 'z']);
  const incarnation = pick(['p', 'q']);
  const nodeId = random.nextInt(3);
  const fresh = randomUuid(random);
  const type = pick([ConfigResourceType.topic, ConfigResourceType.broker]);
  return pick<Write>([
    (store) => store.createTopic({ ...topic(name, { owners, configs: new Map([[key, '0']]) }), topicId: fresh }),
    (store) => store.createTopic({ ...topic(name), topicId: fresh, isInternal: true }),
    (store) => store.deleteTopic(topicId),
    (store) => store.addPartitions(topicId, count + wrong, owners),
    (store) => store.acquirePartition(topicId, partition, nodeId, epoch),
    (store) => store.acquirePartition(topicId, partition, nodeId, epoch),
    (store) =>
      store.alterConfigs(
        { type, name },
        new Map([
          [key, value],
          ['w', '9'],
        ]),
      ),
    (store) => store.registerBroker(broker(nodeId, incarnation)),
    (store) => store.unregisterBroker(nodeId, incarnation),
    (store) => store.allocateProducerIds(1 + nodeId),
  ]);
}

async function outcomeOf(write: Promise<unknown>): Promise<unknown> {
  try {
    return { result: await write };
  } catch (error) {
    if (!MillraceError.is(error)) throw error;
    return { code: error.code };
  }
}

const ids = new SeededRandom(1);

function someId(): string {
  return randomUuid(ids);
}

function topic(name: string, init: Partial<NewTopic> = {}): NewTopic {
  return { name, topicId: someId(), isInternal: false, replicationFactor: 1, owners: [1], configs: new Map(), ...init };
}

function broker(nodeId: number, incarnation: string): BrokerRegistration {
  const listeners = [{ name: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: '127.0.0.1', port: 9092 + nodeId }];
  return { nodeId, incarnation, rack: nodeId === 0 ? null : 'rack', listeners };
}

/** A deep copy in which maps are sorted, since their order is no promise. */
function plain(snapshot: ClusterSnapshot): unknown {
  const sorted = (value: unknown): unknown => {
    if (value instanceof Map) {
      return [...value]
        .map(([key, entry]) => [String(key), sorted(entry)])
        .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
    }
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, sorted(entry)]));
  };
  return sorted(snapshot);
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => MillraceError.is(error) && error.code === code;
}
