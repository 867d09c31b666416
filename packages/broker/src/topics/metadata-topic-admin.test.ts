import { MillraceError, SeededRandom, silentLogger, type Timers } from '@millrace/base';
import { createMemoryMetaStore, type MetaStore } from '@millrace/metadata';
import { loadBrokerConfig } from '../config/broker-config.ts';
import { createTopicAdmin } from './metadata-topic-admin.ts';
import type { CreateTopicSpec, TopicAdmin } from './topic-admin.ts';

const PATIENT = { validateOnly: false, timeoutMs: 5_000 };
const GROUP_TOPIC = '__consumer_offsets';

function spec(name: string, init: Partial<CreateTopicSpec> = {}): CreateTopicSpec {
  return { name, partitionCount: 1, replicationFactor: 1, assignments: null, configs: new Map(), ...init };
}

describe('TopicAdmin', () => {
  let metaStore: MetaStore;
  let admin: TopicAdmin;
  let settled: {
    readonly version: number;
    readonly topicId: string | undefined;
    readonly done: PromiseWithResolvers<void>;
  }[];
  let timers: { readonly delayMs: number; readonly callback: () => void }[];
  let isSettling: boolean;

  beforeEach(async () => {
    metaStore = createMemoryMetaStore({ random: new SeededRandom(1) });
    await metaStore.open();
    await metaStore.registerBroker({ nodeId: 1, incarnation: 'i', rack: null, listeners: [] });
    settled = [];
    timers = [];
    isSettling = true;
    admin = newAdmin({});
  });

  afterEach(() => metaStore.close());

  function newAdmin(entries: Record<string, string>): TopicAdmin {
    const fakeTimers: Timers = {
      schedule(delayMs, callback) {
        timers.push({ delayMs, callback });
        return { cancel: () => undefined };
      },
    };
    return createTopicAdmin({
      nodeId: 1,
      config: loadBrokerConfig(new Map(Object.entries(entries))),
      metaStore,
      partitions: {
        settled(version, topicId) {
          const done = Promise.withResolvers<void>();
          settled.push({ version, topicId, done });
          if (isSettling) done.resolve();
          return done.promise;
        },
      },
      timers: fakeTimers,
      random: new SeededRandom(2),
      logger: silentLogger,
    });
  }

  const create = (name: string, init: Partial<CreateTopicSpec> = {}, options = PATIENT) =>
    admin.createTopic(spec(name, init), options);
  const topicNames = (): string[] => [...metaStore.snapshot().topicsByName.keys()];

  it('waits only for partitions of the topic that it creates, grows or deletes', async () => {
    await create('orders');
    await admin.addPartitions('orders', 2, null, PATIENT);
    const topicId = metaStore.snapshot().topicsByName.get('orders')?.topicId ?? '';
    await admin.deleteTopic(topicId, PATIENT);
    await admin.ensureInternalTopic(GROUP_TOPIC);

    const internalId = metaStore.snapshot().topicsByName.get(GROUP_TOPIC)?.topicId;
    expect(settled.map((each) => each.topicId)).toEqual([topicId, topicId, topicId, internalId]);
  });

  describe('createTopic', () => {
    it('stores the topic and answers when its partitions are usable', async () => {
      isSettling = false;
      let result: unknown;
      const creation = create('orders', { partitionCount: 3, configs: new Map([['retention.ms', '5']]) }).then(
        (value) => (result = value),
      );
      await new Promise((resolve) => setImmediate(resolve));
      expect([result, topicNames()]).toEqual([undefined, ['orders']]);
      expect(settled.map(({ version }) => version)).toEqual([metaStore.snapshot().version]);

      settled[0]?.done.resolve();
      await creation;
      expect(result).toEqual({ errorCode: 0, topic: metaStore.snapshot().topicsByName.get('orders') });
    });

    it('says when partitions are not usable in time, and never gives up at once', async () => {
      isSettling = false;
      const creation = create('orders', {}, { validateOnly: false, timeoutMs: 0 });
      await new Promise((resolve) => setImmediate(resolve));
      expect(timers.map(({ delayMs }) => delayMs)).toEqual([1_000]);

      timers[0]?.callback();
      expect(await creation).toMatchObject({ errorCode: 7 });
      expect(topicNames()).toEqual(['orders']);
    });

    it('only checks with validateOnly', async () => {
      const before = metaStore.snapshot();
      const check = { validateOnly: true, timeoutMs: 5_000 };

      expect(await create('orders', { partitionCount: 2 }, check)).toMatchObject({
        errorCode: 0,
        topic: { name: 'orders', partitions: { length: 2 } },
      });
      expect(await create('a b', {}, check)).toMatchObject({ errorCode: 17 });
      expect(metaStore.snapshot()).toBe(before);
    });

    it.each([
      ['an empty name', '', 17],
      ['a dot', '.', 17],
      ['two dots', '..', 17],
      ['250 characters', 'x'.repeat(250), 17],
      ['a blank', 'a b', 17],
      ['a letter outside ASCII', 'café', 17],
      ['the name of an internal topic', GROUP_TOPIC, 42],
      ['the name of the metadata log', '__cluster_metadata', 42],
    ])('refuses %s', async (_, name, errorCode) => {
      expect(await create(name)).toMatchObject({ errorCode });
      expect(topicNames()).toEqual([]);
    });

    it('takes a name of 249 characters', async () => {
      expect(await create('x'.repeat(249))).toMatchObject({ errorCode: 0 });
    });

    it('refuses a name that exists, and one that collides', async () => {
      await create('a.b');

      expect(await create('a.b')).toMatchObject({ errorCode: 36 });
      expect(await create('a_b')).toMatchObject({
        errorCode: 17,
        errorMessage: expect.stringContaining('a.b') as string,
      });
    });

    it('refuses a name that collides with one under creation', async () => {
      const [first, second] = await Promise.all([create('a.b'), create('a_b')]);

      expect([first?.errorCode, second?.errorCode]).toEqual([0, 17]);
      expect(await create('a_b')).toMatchObject({ errorCode: 17 });
    });

    it('refuses bad settings, and says which', async () => {
      const configs = new Map([
        ['retention.ms', 'x'],
        ['retention.mss', '1'],
      ]);

      expect(await create('orders', { configs })).toMatchObject({
        errorCode: 40,
        errorMessage: expect.stringMatching(/retention\.ms.*; .*retention\.mss/) as string,
      });
    });

    it('refuses more partitions than the broker may have', async () => {
      admin = newAdmin({ 'millrace.partitions.max': '5' });
      await create('orders', { partitionCount: 3 });

      expect(await create('more', { partitionCount: 3 })).toMatchObject({ errorCode: 44 });
      expect(await create('fits', { partitionCount: 2 })).toMatchObject({ errorCode: 0 });
    });

    it('owns partitions itself while no broker is registered', async () => {
      await metaStore.unregisterBroker(1, 'i');

      expect(await create('orders')).toMatchObject({ topic: { partitions: [{ owner: 1 }] } });
    });
  });

  describe('deleteTopic', () => {
    it('frees the name', async () => {
      const created = await create('orders');
      const topicId = 'topic' in created ? created.topic.topicId : '';

      expect(await admin.deleteTopic(topicId, PATIENT)).toMatchObject({ errorCode: 0, topic: { name: 'orders' } });
      expect(await create('orders')).toMatchObject({ errorCode: 0 });
      expect(await admin.deleteTopic(topicId, PATIENT)).toMatchObject({ errorCode: 100 });
    });

    it('refuses while deletion is switched off', async () => {
      admin = newAdmin({ 'delete.topic.enable': 'false' });
      const created = await create('orders');

      const topicId = 'topic' in created ? created.topic.topicId : '';
      expect(await admin.deleteTopic(topicId, PATIENT)).toMatchObject({ errorCode: 73 });
      expect(topicNames()).toEqual(['orders']);
    });

    it('refuses topics of the broker itself', async () => {
      const internal = await admin.ensureInternalTopic(GROUP_TOPIC);

      const topicId = 'topic' in internal ? internal.topic.topicId : '';
      expect(await admin.deleteTopic(topicId, PATIENT)).toMatchObject({ errorCode: 42 });
    });
  });

  describe('addPartitions', () => {
    beforeEach(() => create('orders', { partitionCount: 2 }));

    const grow = (count: number, assignments: number[][] | null = null, options = PATIENT) =>
      admin.addPartitions('orders', count, assignments, options);
    const count = (): number | undefined => metaStore.snapshot().topicsByName.get('orders')?.partitions.length;

    it('grows to the count', async () => {
      expect(await grow(5)).toMatchObject({ errorCode: 0 });
      expect(count()).toBe(5);
    });

    it('only checks with validateOnly', async () => {
      expect(await grow(5, null, { validateOnly: true, timeoutMs: 0 })).toMatchObject({ errorCode: 0 });
      expect(await grow(1, null, { validateOnly: true, timeoutMs: 0 })).toMatchObject({ errorCode: 37 });
      expect(count()).toBe(2);
    });

    it.each([2, 1, 0, -1])('refuses to go to %i', async (total) => {
      expect(await grow(total)).toMatchObject({ errorCode: 37 });
    });

    it('judges a request anew when another one came first', async () => {
      const results = await Promise.all([grow(4), grow(4), grow(6)]);

      expect(results.map(({ errorCode }) => errorCode)).toEqual([0, 37, 0]);
      expect(count()).toBe(6);
    });

    it('refuses unknown and internal topics, and bad assignments', async () => {
      await admin.ensureInternalTopic(GROUP_TOPIC);

      expect(await admin.addPartitions('missing', 3, null, PATIENT)).toMatchObject({ errorCode: 3 });
      expect(await admin.addPartitions(GROUP_TOPIC, 99, null, PATIENT)).toMatchObject({ errorCode: 42 });
      expect(await grow(3, [[7]])).toMatchObject({ errorCode: 39 });
    });

    it('refuses more partitions than the broker may have', async () => {
      admin = newAdmin({ 'millrace.partitions.max': '5' });

      expect(await grow(6)).toMatchObject({ errorCode: 44 });
    });
  });

  describe('ensureInternalTopic', () => {
    it("creates the topic of groups once, with the broker's settings", async () => {
      admin = newAdmin({ 'offsets.topic.num.partitions': '7', 'offsets.topic.segment.bytes': '2000000' });
      const [first, second] = await Promise.all([
        admin.ensureInternalTopic(GROUP_TOPIC),
        admin.ensureInternalTopic(GROUP_TOPIC),
      ]);

      expect(first).toMatchObject({ errorCode: 0, topic: { isInternal: true, partitions: { length: 7 } } });
      expect(second).toEqual(first);
      expect(await admin.ensureInternalTopic(GROUP_TOPIC)).toEqual(first);
      expect('topic' in first && Object.fromEntries(first.topic.configs)).toEqual({
        'cleanup.policy': 'compact',
        'compression.type': 'producer',
        'segment.bytes': '2000000',
      });
    });

    it("creates the topic of transactions with the broker's settings", async () => {
      admin = newAdmin({
        'transaction.state.log.num.partitions': '3',
        'transaction.state.log.segment.bytes': '2000000',
        'transaction.state.log.replication.factor': '2',
      });
      const made = await admin.ensureInternalTopic('__transaction_state');

      expect(made).toMatchObject({
        errorCode: 0,
        topic: { isInternal: true, partitions: { length: 3 }, replicationFactor: 2 },
      });
      expect('topic' in made && Object.fromEntries(made.topic.configs)).toEqual({
        'cleanup.policy': 'compact',
        'compression.type': 'uncompressed',
        'segment.bytes': '2000000',
      });
    });

    it('takes the topic that another broker creates meanwhile', async () => {
      const other = newAdmin({});

      const [first, second] = await Promise.all([
        admin.ensureInternalTopic(GROUP_TOPIC),
        other.ensureInternalTopic(GROUP_TOPIC),
      ]);

      expect(first).toMatchObject({ errorCode: 0 });
      expect(second).toEqual(first);
    });

    it('refuses topics that nothing is kept in', async () => {
      expect(await admin.ensureInternalTopic('__share_group_state')).toMatchObject({ errorCode: 17 });
    });
  });

  describe('autoCreate', () => {
    it("creates a topic with the broker's defaults, once", async () => {
      admin = newAdmin({ 'num.partitions': '3' });
      admin.autoCreate('orders');
      admin.autoCreate('orders');
      await new Promise((resolve) => setImmediate(resolve));

      expect(metaStore.snapshot().topicsByName.get('orders')?.partitions).toHaveLength(3);
      expect(metaStore.snapshot().topicsById.size).toBe(1);
    });

    it('gives up on what cannot be', async () => {
      admin.autoCreate('a b');
      admin.autoCreate('orders');
      await new Promise((resolve) => setImmediate(resolve));

      expect(topicNames()).toEqual(['orders']);
    });
  });

  it('answers a retriable error when the metadata cannot be written', async () => {
    const full = new MillraceError('MILLRACE_METADATA_WRITE_FAILED', 'disk full', { retriable: true });
    jest.spyOn(metaStore, 'createTopic').mockRejectedValue(full);

    expect(await create('orders')).toEqual({ errorCode: 56, errorMessage: 'disk full' });
  });
});
