import { waitUntil } from '@millrace/testing';
import { runSource, SourceRun, sourceAcceptance, type SourceWorld } from '@millrace/connect-testkit';
import { redisSource } from '../src/index.ts';
import { describeWithRedis, RedisWorld } from './redis-world.ts';

const pluginModule = new URL('../src/index.ts', import.meta.url);

describeWithRedis('the Redis source', () => {
  let redis: RedisWorld;
  let worlds = 0;

  beforeAll(async () => {
    redis = await RedisWorld.start();
  });

  afterAll(() => redis[Symbol.asyncDispose]());

  function openWorld(
    settingsOf: (name: string) => Readonly<Record<string, string>>,
    add: (name: string, ids: readonly string[]) => Promise<unknown>,
    idOf: SourceWorld['idOf'],
  ): SourceWorld {
    const name = `things:${worlds++}`;
    const config = { name: `source-${worlds}`, ...redis.settings, topic: 'things', ...settingsOf(name) };
    let count = 0;
    return {
      config,
      brokenConfigs: [{ ...config, 'redis.password': 'another secret' }],
      write: async (wanted) => {
        const ids = Array.from({ length: wanted }, () => `thing-${count++}`);
        await add(name, ids);
        return ids;
      },
      idOf,
      interrupt: () => redis.breakConnections(),
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  const addEntries = async (stream: string, ids: readonly string[]): Promise<void> => {
    const pipeline = redis.client.pipeline();
    for (const id of ids) pipeline.xadd(stream, '*', 'id', id);
    await pipeline.exec();
  };
  const idOfEntry: SourceWorld['idOf'] = ({ value }) => (value as { readonly id?: string }).id;

  describe('of streams by a consumer group', () => {
    const cases = sourceAcceptance({
      plugin: redisSource,
      module: pluginModule,
      without: ['poison'],
      open: async () =>
        openWorld((name) => ({ 'redis.stream.name': name, 'redis.stream.claim.idle': '200ms' }), addEntries, idOfEntry),
      // What was claimed after a kill comes behind what was read since.
      isUnordered: true,
    });
    for (const { name, run } of cases) it(name, run);
  });

  describe('of streams by their ids, exactly once', () => {
    const cases = sourceAcceptance({
      plugin: redisSource,
      module: pluginModule,
      without: ['poison'],
      open: async () =>
        openWorld(
          (name) => ({ 'redis.stream.name': name, 'redis.stream.delivery': 'exactly-once' }),
          addEntries,
          idOfEntry,
        ),
    });
    for (const { name, run } of cases) it(name, run);
  });

  describe('of lists', () => {
    const cases = sourceAcceptance({
      plugin: redisSource,
      module: pluginModule,
      without: ['poison'],
      open: async () =>
        openWorld(
          (name) => ({ 'redis.source': 'LIST', 'redis.list.names': name }),
          (list, ids) => redis.client.rpush(list, ...ids),
          ({ value }) => String(value),
        ),
    });
    for (const { name, run } of cases) it(name, run);
  });

  describe('of channels, at most once', () => {
    const cases = sourceAcceptance({
      plugin: redisSource,
      module: pluginModule,
      without: ['poison'],
      mayLose: true,
      open: async () =>
        openWorld(
          (name) => ({ 'redis.source': 'CHANNEL', 'redis.channels': name }),
          async (channel, ids) => {
            for (const id of ids) await redis.client.publish(channel, id);
          },
          ({ value }) => String(value),
        ),
    });
    for (const { name, run } of cases) it(name, run);
  });

  it('acknowledges entries when Kafka has them, and takes over what a dead reader had', async () => {
    const settings = { ...redis.settings, 'redis.stream.name': 'orders', 'redis.stream.claim.idle': '200ms' };
    await redis.client.xgroup('CREATE', 'orders', 'connect-test', '0-0', 'MKSTREAM');
    await addEntries('orders', ['a', 'b', 'c']);
    await redis.client.xreadgroup('GROUP', 'connect-test', 'somebody-else', 'COUNT', 2, 'STREAMS', 'orders', '>');

    await using run = SourceRun.start(redisSource, settings);
    await run.until(3);
    await waitUntil(
      'acknowledgements',
      async () => ((await redis.client.xpending('orders', 'connect-test')) as number[])[0] === 0,
    );
    await run.stop();

    expect(run.records.map(({ value }) => idOfEntry({ value } as never)).sort()).toEqual(['a', 'b', 'c']);
    expect(run.records.every(({ timestampMs, key }) => String(key).startsWith(`${timestampMs}-`))).toBe(true);
  });

  it.each([
    { source: 'STREAM', 'redis.stream.name': 'raw:g' },
    { source: 'STREAM', 'redis.stream.name': 'raw:i', 'redis.stream.delivery': 'exactly-once' },
    { source: 'LIST', 'redis.list.names': 'raw:l' },
    { source: 'CHANNEL', 'redis.channels': 'raw:c' },
  ])('gives what is no text to the dead letter topic with its bytes, and goes on: %j', async ({ source, ...names }) => {
    const bytes = Buffer.from([0x61, 0xff, 0xfe]);
    const settings = { ...redis.settings, 'redis.source': source, ...names };
    await using run = SourceRun.start(redisSource, settings, { errorsTolerance: 'all' });
    const [name = ''] = [names['redis.stream.name'] ?? names['redis.list.names'] ?? names['redis.channels']];
    if (source === 'CHANNEL')
      await waitUntil('a listener', async () => Number((await redis.client.pubsub('NUMSUB', name))[1]) > 0);
    for (const value of ['before', bytes, 'after']) {
      if (source === 'STREAM') await redis.client.xadd(name, '*', 'id', value);
      else if (source === 'LIST') await redis.client.rpush(name, value);
      else await redis.client.publish(name, value);
    }
    await run.until(2);
    await run.stop();

    const textOf = ({ value }: { readonly value: unknown }) =>
      source === 'STREAM' ? idOfEntry({ value } as never) : value;
    expect(run.records.map(textOf)).toEqual(['before', 'after']);
    expect(run.deadLetters).toHaveLength(1);
    expect(run.deadLetters[0]?.reason).toMatch(/raw:.*is not text in UTF-8: set redis\.value\.format=bytes/);
    expect(Buffer.from(run.deadLetters[0]?.raw ?? []).includes(bytes)).toBe(true);
    if (source === 'STREAM' && name === 'raw:g')
      expect(((await redis.client.xpending(name, 'connect-test')) as number[])[0]).toBe(0);
  });

  it('fails for what is no text where nothing tolerates it', async () => {
    await redis.client.rpush('raw:f', Buffer.from([0xff]));
    const settings = { ...redis.settings, 'redis.source': 'LIST', 'redis.list.names': 'raw:f' };

    await expect(runSource(redisSource, settings, { until: 1 })).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_REDIS_UNREADABLE_ENTRY',
      retriable: false,
    });
  });

  it('goes on with a stream that was removed and made anew', async () => {
    await using run = SourceRun.start(redisSource, { ...redis.settings, 'redis.stream.name': 'removed' });
    await addEntries('removed', ['a']);
    await run.until(1);
    await redis.client.del('removed');
    await addEntries('removed', ['b']);
    await run.until(2);
    await run.stop();

    expect(run.records.map(({ value }) => idOfEntry({ value } as never))).toEqual(['a', 'b']);
  });

  it('reads from now on when it is told so, also after a restart without any entry', async () => {
    const settings = {
      ...redis.settings,
      'redis.stream.name': 'later',
      'redis.stream.delivery': 'exactly-once',
      'redis.stream.offset': '$',
    };
    await addEntries('later', ['of before']);
    const first = SourceRun.start(redisSource, settings);
    await first.until(() => first.offsets.all.length === 1);
    await first.stop();
    await addEntries('later', ['between']);
    await using second = SourceRun.start(redisSource, settings, { offsets: first.offsets });
    await second.until(1);
    await second.stop();

    expect(second.records.map(({ value }) => idOfEntry({ value } as never))).toEqual(['between']);
  });

  it('leaves nothing of a list in its waiting list when Kafka has it', async () => {
    await redis.client.rpush('jobs', 'a', 'b', 'b', 'c');
    await using run = SourceRun.start(redisSource, {
      ...redis.settings,
      'redis.source': 'LIST',
      'redis.list.names': 'jobs',
    });
    await run.until(4);
    await waitUntil('an empty waiting list', async () => (await redis.client.llen('jobs:connect:test')) === 0);
    await run.stop();

    expect(run.records.map(({ value }) => value)).toEqual(['a', 'b', 'b', 'c']);
  });

  it('listens to patterns', async () => {
    const settings = {
      ...redis.settings,
      'redis.source': 'CHANNEL',
      'redis.channels': 'news.*',
      'redis.channels.patterns.enabled': 'true',
      topic: 'from-${name}',
    };
    await using run = SourceRun.start(redisSource, settings, { errorsTolerance: 'all' });
    await waitUntil('a listener', async () => Number(await redis.client.pubsub('NUMPAT')) === 1);
    await redis.client.publish(Buffer.from('news.\xff', 'latin1'), 'of a channel without a name in text');
    await redis.client.publish('news.sport', 'goal');
    await run.until(1);
    await run.stop();

    expect(run.records).toMatchObject([{ topic: 'from-news.sport', key: 'news.sport', value: 'goal' }]);
    expect(run.deadLetters.map(({ reason }) => reason)).toEqual([expect.stringMatching(/name of the channel news/)]);
  });
});
