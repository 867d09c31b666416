import { AssertionFailure, silentLogger, systemClock, systemTimers } from '@millrace/base';
import { createMemoryLogEngine, type LogConfig, type LogEngine, type PartitionLog } from '@millrace/log';
import { createMemoryMetaStore, type MetaStore } from '@millrace/metadata';
import { loadBrokerConfig } from '../config/broker-config.ts';
import { resolveTopicConfig } from '../config/topic-config.ts';
import { OwnedPartitions } from './owned-partitions.ts';
import { GROUP_TOPIC, TRANSACTION_TOPIC } from './topic-names.ts';

const ID = 'abcdefghijklmnopqrstuA';
const CONFIG = loadBrokerConfig(new Map());

describe('OwnedPartitions', () => {
  let metaStore: MetaStore;
  let engine: LogEngine;
  let events: string[];

  beforeEach(async () => {
    metaStore = createMemoryMetaStore();
    await metaStore.open();
    engine = createMemoryLogEngine({ clock: systemClock, timers: systemTimers, logger: silentLogger });
    await engine.start();
    events = [];
  });

  afterEach(() => engine.close());

  const create = (nodeId = 1): OwnedPartitions => {
    const owned = new OwnedPartitions({
      nodeId,
      metaStore,
      engine,
      groups: {
        load: (partition) => {
          events.push(`load ${partition}`);
          return Promise.resolve(partition);
        },
        unload: (partition) => void events.push(`unload ${partition}`),
        forgetTopic: (name) => Promise.resolve(void events.push(`forget ${name}`)),
      },
      transactions: {
        load: (partition) => {
          events.push(`load transactions ${partition}`);
          return Promise.resolve(partition);
        },
        unload: (partition) => void events.push(`unload transactions ${partition}`),
      },
      logConfig: ({ configs }): LogConfig => resolveTopicConfig(CONFIG, configs),
      clock: systemClock,
      logger: silentLogger,
      onTopicGone: ({ name }) => void events.push(`gone ${name}`),
      onBrokenInvariant: (error) => void events.push(`broken ${error.message}`),
    });
    metaStore.onChange((snapshot) => owned.apply(snapshot));
    return owned;
  };

  const createTopic = (owners: readonly number[], name = 'topic', topicId = ID) =>
    metaStore.createTopic({
      name,
      topicId,
      isInternal: name === GROUP_TOPIC || name === TRANSACTION_TOPIC,
      replicationFactor: 1,
      owners,
      configs: new Map(),
    });
  const settle = (owned: OwnedPartitions) => owned.settled(metaStore.snapshot().version);
  const ownedLog = (owned: OwnedPartitions, partition = 0): PartitionLog => {
    const location = owned.locateById(ID, partition);
    if (location.kind !== 'owned') throw new Error(`partition ${partition} is ${location.kind}`);
    return location.log;
  };

  it('opens what it owns and points elsewhere for the rest', async () => {
    const owned = create();
    await owned.start();
    await createTopic([1, 2, 1]);
    await settle(owned);
    expect([0, 1, 2, 3].map((partition) => owned.locateByName('topic', partition).kind)).toEqual([
      'owned',
      'elsewhere',
      'owned',
      'unknown',
    ]);
    expect(owned.locateByName('topic', 1)).toMatchObject({ owner: 2, leaderEpoch: 0 });
    expect(owned.locateById(ID, 0).kind).toBe('owned');
    expect(owned.locateByName('topic', -1).kind).toBe('unknown');
    expect(owned.openCount).toBe(2);
  });

  it('says "elsewhere, here" until the log is open', async () => {
    const owned = create();
    await owned.start();
    const seen: string[] = [];
    const stop = metaStore.onChange(() => {
      const location = owned.locateByName('topic', 0);
      seen.push(location.kind === 'elsewhere' ? `elsewhere ${location.owner}` : location.kind);
    });
    await createTopic([1]);
    stop();
    expect(seen).toEqual(['elsewhere 1']);
    await settle(owned);
    expect(owned.locateByName('topic', 0).kind).toBe('owned');
  });

  it('takes every partition anew at the start, under a higher epoch', async () => {
    await createTopic([1, 2]);
    const owned = create();
    await owned.start();
    expect(ownedLog(owned).leaderEpoch).toBe(1);
    expect(metaStore.snapshot().topicsById.get(ID)?.partitions).toEqual([
      { partition: 0, owner: 1, leaderEpoch: 1 },
      { partition: 1, owner: 2, leaderEpoch: 0 },
    ]);
  });

  it('follows ownership away and back', async () => {
    const owned = create();
    await owned.start();
    await createTopic([1]);
    await settle(owned);
    const log = ownedLog(owned);
    let advances = 0;
    log.onAdvance(() => advances++);

    await metaStore.acquirePartition(ID, 0, 2, 0);
    expect(owned.locateById(ID, 0)).toMatchObject({ kind: 'elsewhere', owner: 2, leaderEpoch: 1 });
    await settle(owned);
    expect(engine.getPartition({ topicId: ID, partition: 0 })).toBeUndefined();
    expect(advances).toBeGreaterThan(0);

    await metaStore.acquirePartition(ID, 0, 1, 1);
    await settle(owned);
    expect(ownedLog(owned).leaderEpoch).toBe(2);
  });

  it('deletes partitions of deleted topics and frees the name at once', async () => {
    const owned = create();
    await owned.start();
    await createTopic([1]);
    await settle(owned);
    await metaStore.deleteTopic(ID);
    expect(owned.locateByName('topic', 0).kind).toBe('unknown');
    await createTopic([1], 'topic', 'ABCDEFGHIJKLMNOPQRSTUA');
    await settle(owned);
    expect([...engine.storedPartitions()].map(({ topicId }) => topicId)).toEqual(['ABCDEFGHIJKLMNOPQRSTUA']);
    expect(owned.locateByName('topic', 0).kind).toBe('owned');
    expect(events).toEqual(['gone topic', 'forget topic']);
  });

  it('deletes at the start what belongs to topics that are gone', async () => {
    const config = resolveTopicConfig(CONFIG, new Map());
    await engine.openPartition({ topicId: 'ABCDEFGHIJKLMNOPQRSTUA', partition: 3 }, { config, leaderEpoch: 0 });
    await createTopic([1]);
    await create().start();
    expect([...engine.storedPartitions()].map(({ topicId }) => topicId)).toEqual([ID]);
  });

  it('gives new settings to open logs', async () => {
    const owned = create();
    await owned.start();
    await createTopic([1]);
    await metaStore.alterConfigs({ type: 2, name: 'topic' }, new Map([['retention.ms', '5000']]));
    await settle(owned);
    expect(ownedLog(owned).config.retentionMs).toBe(5000);
  });

  it('adds partitions', async () => {
    const owned = create();
    await owned.start();
    await createTopic([1]);
    await metaStore.addPartitions(ID, 1, [1, 1]);
    await settle(owned);
    expect(ownedLog(owned, 2).logEndOffset).toBe(0);
  });

  it('hands internal partitions to the coordinator and takes them back', async () => {
    const owned = create();
    await owned.start();
    await createTopic([1, 2], GROUP_TOPIC);
    await settle(owned);
    expect(events).toEqual(['load 0']);
    await metaStore.acquirePartition(ID, 0, 2, 0);
    await settle(owned);
    await metaStore.acquirePartition(ID, 1, 1, 0);
    await settle(owned);
    expect(events).toEqual(['load 0', 'unload 0', 'load 1']);
  });

  it('loads transactions when every other partition is open and the groups are loaded', async () => {
    await createTopic([1], TRANSACTION_TOPIC, 'transactionStateTopicA');
    await createTopic([1], 'topic');
    await createTopic([1], GROUP_TOPIC, 'consumerOffsetsTopicAA');
    const openPartition = engine.openPartition.bind(engine);
    engine.openPartition = async (id, options) => {
      if (id.topicId === ID) await new Promise((resolve) => setImmediate(resolve));
      const log = await openPartition(id, options);
      if (id.topicId === ID) events.push('open topic');
      return log;
    };
    const owned = create();
    await owned.start();
    expect(events).toEqual(['load 0', 'open topic', 'load transactions 0']);

    await metaStore.acquirePartition('transactionStateTopicA', 0, 2, 1);
    expect(events.at(-1)).toBe('unload transactions 0');
  });

  it('reports a broken invariant and goes on', async () => {
    const owned = create();
    await owned.start();
    const openPartition = engine.openPartition.bind(engine);
    engine.openPartition = () => Promise.reject(new AssertionFailure('inside out'));
    await createTopic([1]);
    await settle(owned);
    expect(events).toEqual(['broken inside out']);
    expect(owned.locateById(ID, 0).kind).toBe('elsewhere');
    engine.openPartition = openPartition;
    await metaStore.addPartitions(ID, 1, [1]);
    await settle(owned);
    expect(ownedLog(owned, 1).logEndOffset).toBe(0);
  });

  it('ends where the last of quick changes leads', async () => {
    const owned = create();
    await owned.start();
    await createTopic([1]);
    for (let epoch = 0; epoch < 9; epoch++) void metaStore.acquirePartition(ID, 0, epoch % 2 === 0 ? 2 : 1, epoch);
    await metaStore.acquirePartition(ID, 0, 1, 9);
    await settle(owned);
    expect(ownedLog(owned).leaderEpoch).toBe(10);
  });

  describe('settled for one topic', () => {
    const OTHER_ID = 'ABCDEFGHIJKLMNOPQRSTUA';
    let owned: OwnedPartitions;
    let blocked: PromiseWithResolvers<void>;
    const isPending = async (promise: Promise<void>): Promise<boolean> => {
      const turn = new Promise<true>((resolve) => setImmediate(() => resolve(true)));
      return Promise.race([promise.then(() => false), turn]);
    };
    const settleOne = (topicId: string) => owned.settled(metaStore.snapshot().version, topicId);

    beforeEach(async () => {
      blocked = Promise.withResolvers();
      owned = create();
      await owned.start();
    });

    it('does not wait for the deletion of another topic', async () => {
      const deletePartition = engine.deletePartition.bind(engine);
      engine.deletePartition = (id) => blocked.promise.then(() => deletePartition(id));
      await createTopic([1], 'other', OTHER_ID);
      await settle(owned);
      await metaStore.deleteTopic(OTHER_ID);
      await createTopic([1]);
      const all = settle(owned);
      const gone = settleOne(OTHER_ID);
      await settleOne(ID);
      expect(ownedLog(owned).logEndOffset).toBe(0);
      expect([await isPending(all), await isPending(gone)]).toEqual([true, true]);

      blocked.resolve();
      await Promise.all([all, gone]);
      expect([...engine.storedPartitions()].map(({ topicId }) => topicId)).toEqual([ID]);
    });

    it('waits for each partition of its topic', async () => {
      const openPartition = engine.openPartition.bind(engine);
      engine.openPartition = (id, options) =>
        (id.partition === 1 ? blocked.promise : Promise.resolve()).then(() => openPartition(id, options));
      await createTopic([1, 1]);
      const settled = settleOne(ID);
      expect(await isPending(settled)).toBe(true);

      blocked.resolve();
      await settled;
      expect(ownedLog(owned, 1).logEndOffset).toBe(0);
    });

    it('waits for its version of the metadata', async () => {
      const settled = owned.settled(metaStore.snapshot().version + 1, ID);
      expect(await isPending(settled)).toBe(true);
      await createTopic([1]);
      await settled;
      expect(ownedLog(owned).logEndOffset).toBe(0);
    });

    it('keeps waiting for later work when earlier work of the topic is done', async () => {
      await createTopic([1]);
      await settleOne(ID);
      const openPartition = engine.openPartition.bind(engine);
      engine.openPartition = (id, options) => blocked.promise.then(() => openPartition(id, options));
      await metaStore.addPartitions(ID, 1, [1]);
      const settled = settleOne(ID);
      expect(await isPending(settled)).toBe(true);
      blocked.resolve();
      await settled;
    });
  });
});
