import { runSink, sinkAcceptance, type SinkWorld } from '@millrace/connect-testkit';
import { redisSink } from '../src/index.ts';
import { describeWithRedis, RedisWorld } from './redis-world.ts';

const pluginModule = new URL('../src/index.ts', import.meta.url);

describeWithRedis('the Redis sink', () => {
  let redis: RedisWorld;
  let worlds = 0;

  beforeAll(async () => {
    redis = await RedisWorld.start();
  });

  afterAll(() => redis[Symbol.asyncDispose]());

  function openWorld(
    settings: Readonly<Record<string, string>>,
    stored: (topic: string) => Promise<readonly string[]>,
  ): SinkWorld {
    const topic = `things${worlds++}`;
    const config = { name: `sink-${topic}`, ...redis.settings, ...settings };
    return {
      config,
      brokenConfigs: [{ ...config, 'redis.password': 'another secret' }],
      record: (n) => ({ id: `thing-${n}`, record: { topic, key: `thing-${n}`, value: { id: `thing-${n}`, n } } }),
      stored: () => stored(topic),
      interrupt: () => redis.breakConnections(),
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  async function keysOf(topic: string): Promise<string[]> {
    const found: string[] = [];
    for await (const page of redis.client.scanStream({ match: `${topic}:*`, count: 1000 }))
      found.push(...(page as string[]));
    return found.map((key) => key.slice(topic.length + 1));
  }

  describe('of hashes', () => {
    const cases = sinkAcceptance({
      plugin: redisSink,
      module: pluginModule,
      open: async () => {
        const world = openWorld({ 'redis.type': 'HASH' }, keysOf);
        return {
          ...world,
          tombstone: (n) => ({ ...world.record(n).record, value: null }),
          poison: () => ({ ...world.record(0).record, value: 'no fields' }),
        };
      },
    });
    for (const { name, run } of cases) it(name, run);
  });

  describe('of streams with offsets as ids, exactly once', () => {
    const entriesOf = async (topic: string): Promise<string[]> => {
      const streams = await Promise.all(
        [0, 1, 2, 3].map((partition) => redis.client.xrange(`${topic}:${partition}`, '-', '+')),
      );
      return streams.flat().map(([, fields]) => String(fields[fields.indexOf('id') + 1]));
    };
    const settings = {
      'redis.type': 'STREAM',
      'redis.stream.id': 'offset',
      'redis.key.template': '${topic}:${partition}',
    };
    const cases = sinkAcceptance({
      plugin: redisSink,
      module: pluginModule,
      without: ['poison', 'tombstone'],
      open: async () => openWorld(settings, entriesOf),
    });
    for (const { name, run } of cases) it(name, run);
  });

  it('keeps a sorted set, from which tombstones take members', async () => {
    const settings = { ...redis.settings, 'redis.type': 'ZSET', 'redis.zset.score': '${value.points}' };
    const points = (key: string, value: number) => ({ topic: 'board', partition: 0, key, value: { points: value } });
    const run = await runSink(redisSink, settings, [
      ...[points('ada', 3), points('bob', 5), points('ada', 9), points('cyn', 1)],
      { topic: 'board', partition: 0, key: 'cyn', value: null },
    ]);

    expect(await redis.client.zrevrange('board', 0, -1, 'WITHSCORES')).toEqual(['ada', '9', 'bob', '5']);
    expect(run.deadLetters).toEqual([]);
  });

  it('brings messages to who listens, and elements to a list in order', async () => {
    const listener = redis.client.duplicate();
    const heard: string[] = [];
    listener.on('message', (_channel, message) => void heard.push(message));
    await listener.subscribe('news');
    const records = Array.from({ length: 250 }, (_none, n) => ({ topic: 'news', partition: 0, value: `message ${n}` }));
    await runSink(redisSink, { ...redis.settings, 'redis.type': 'PUBLISH' }, records);
    await runSink(redisSink, { ...redis.settings, 'redis.type': 'LIST', 'redis.list.length.max': '100' }, records);
    await listener.ping();
    listener.disconnect();

    expect(heard).toEqual(records.map(({ value }) => value));
    expect(await redis.client.lrange('news', 0, -1)).toEqual(records.slice(150).map(({ value }) => value));
  });

  it('lets keys end, each by the time that is set or that its record has', async () => {
    const settings = { ...redis.settings, 'redis.type': 'STRING', 'redis.key.ttl': '1h' };
    await runSink(redisSink, settings, [
      { topic: 'ttl', key: 'a', value: 'x' },
      { topic: 'ttl', key: 'b', value: 'x', headers: [{ key: 'redis.key.ttl', value: '60' }] },
      { topic: 'ttl', key: 'c', value: 'x', headers: [{ key: 'redis.key.ttl', value: '-1' }] },
    ]);

    expect(await redis.client.ttl('ttl:a')).toBeGreaterThan(3000);
    expect(await redis.client.ttl('ttl:b')).toBeLessThanOrEqual(60);
    expect(await redis.client.ttl('ttl:c')).toBe(-1);
  });

  it('reports a record that Redis refuses, and writes those beside it', async () => {
    await redis.client.set('mixed:b', 'a text, not a hash');
    const value = { a: 1 };
    const run = await runSink(
      redisSink,
      { ...redis.settings, 'redis.type': 'HASH' },
      ['a', 'b', 'c'].map((key) => ({ topic: 'mixed', partition: 0, key, value })),
      { errorsTolerance: 'all' },
    );

    expect(run.deadLetters.map(({ record, reason }) => [record.key, reason])).toEqual([
      ['b', expect.stringContaining('WRONGTYPE')],
    ]);
    expect(await redis.client.hgetall('mixed:a')).toEqual({ a: '1' });
    expect(await redis.client.hgetall('mixed:c')).toEqual({ a: '1' });
  });

  it('writes every entry of a stream though the server is full for some of them', async () => {
    const topic = `full${worlds++}`;
    const settings = {
      'redis.type': 'STREAM',
      'redis.key.template': '${topic}:${partition}',
      'redis.stream.id': 'offset',
    };
    const used = Number(/used_memory:(\d+)/.exec(await redis.client.info('memory'))?.[1]);
    // Commands that wait count as memory: the first ones are refused, the later ones would be taken.
    await redis.client.config('SET', 'maxmemory', String(used + 100_000));
    const records = Array.from({ length: 300 }, (_, n) => ({ topic, value: { n, text: 'x'.repeat(20_000) } }));
    const written = runSink(redisSink, { ...redis.settings, ...settings }, records, { retriesMax: 100 });
    written.catch(() => undefined);
    while (!(await redis.client.info('errorstats')).includes('errorstat_OOM'));
    await redis.client.config('SET', 'maxmemory', '0');
    await written;
    expect(await redis.client.xlen(`${topic}:0`)).toBe(300);
  });

  it('reports a record with a Date that has no text, and writes those beside it', async () => {
    const run = await runSink(
      redisSink,
      { ...redis.settings, 'redis.type': 'JSON' },
      ['a', 'b', 'c'].map((key) => ({
        topic: 'dated',
        partition: 0,
        key,
        value: { at: new Date(key === 'b' ? Number.NaN : 0) },
      })),
      { errorsTolerance: 'all' },
    );

    expect(run.deadLetters.map(({ record, reason }) => [record.key, reason])).toEqual([['b', 'Invalid time value']]);
    expect(await redis.client.mget('dated:a', 'dated:b', 'dated:c')).toEqual([
      '{"at":"1970-01-01T00:00:00.000Z"}',
      null,
      '{"at":"1970-01-01T00:00:00.000Z"}',
    ]);
  });

  it('says so when offsets begin anew under a stream that is there', async () => {
    const settings = {
      ...redis.settings,
      'redis.type': 'STREAM',
      'redis.stream.id': 'offset',
      'redis.key.template': '${topic}:${partition}',
    };
    await redis.client.xadd('anew:0', '500-1', 'value', 'of before');
    const run = await runSink(redisSink, settings, [{ topic: 'anew', partition: 0, value: 'x' }], {
      errorsTolerance: 'all',
    });

    expect(run.deadLetters.map(({ reason }) => reason)).toEqual([expect.stringContaining('was its topic made anew?')]);
  });

  it('goes on when the server was killed and is back', async () => {
    const records = (from: number) =>
      Array.from({ length: 500 }, (_none, n) => ({ topic: 'killed', key: `k${from + n}`, value: 'x' }));
    const settings = { ...redis.settings, 'redis.type': 'STRING' };
    const run = await runSink(redisSink, settings, records(0));
    await redis.server.kill();
    const back = runSink(redisSink, settings, records(500), { topics: run.topics, group: run.group, retriesMax: 1000 });
    await redis.server.resume();
    await back;

    expect((await keysOf('killed')).length).toBe(1000);
  });

  it('has its settings checked at the server', async () => {
    const read = (properties: Record<string, string>) => {
      const { config } = redisSink.config.read({ 'redis.type': 'STRING', ...properties });
      if (config === undefined) throw new Error('the settings are wrong');
      return config;
    };
    const context = {
      connector: 'check',
      log: { debug() {}, info() {}, warn() {}, error() {}, child: () => context.log },
      clock: { nowMs: () => 0, monotonicMs: () => 0 },
      signal: new AbortController().signal,
    };
    const check = (properties: Record<string, string>) => redisSink.check!(read(properties), context);

    expect(await check(redis.settings)).toEqual([]);
    expect(await check({ ...redis.settings, 'redis.password': 'wrong' })).toEqual([
      { key: 'redis.uri', message: expect.stringContaining('check redis.username, redis.password') },
    ]);
    expect(await check({ 'redis.uri': 'redis://127.0.0.1:1' })).toEqual([
      { key: 'redis.uri', message: expect.stringContaining('cannot reach Redis at 127.0.0.1:1') },
    ]);
  });
});
