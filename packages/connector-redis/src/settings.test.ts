import { redisSink, redisSource } from './index.ts';

const sink = (more: Record<string, string>) => redisSink.config.read({ 'redis.type': 'LIST', ...more });
const source = (more: Record<string, string>) => redisSource.config.read({ 'redis.stream.name': 's', ...more });

describe('settings of other connectors', () => {
  it.each([
    [{ 'redis.tls': 'true' }, 'let it begin with rediss://'],
    [{ 'redis.ssl.enabled': 'true' }, 'let it begin with rediss://'],
    [{ 'redis.ssl.truststore.path': '/t.jks' }, 'redis.tls.ca'],
    [{ 'redis.ssl.keystore.password': 'secret' }, 'redis.tls.cert and redis.tls.key'],
    [{ 'redis.key.password': 'secret' }, 'give redis.tls.key one without'],
    [{ 'redis.hosts': 'redis:6379' }, 'give redis.uri the address'],
    [{ 'redis.database': '3' }, 'give redis.uri the address'],
    [{ 'redis.client.mode': 'Cluster' }, 'Redis Cluster and Sentinel are not supported'],
    [{ 'redis.cluster.enabled': 'true' }, 'Redis Cluster and Sentinel are not supported'],
  ])('that would lead elsewhere or go in clear are refused: %j', (more, message) => {
    for (const read of [sink, source]) {
      const issues = read(more).issues.map((issue) => issue.message);
      expect(issues).toEqual([expect.stringContaining(message)]);
      expect(issues.join()).not.toContain('secret');
    }
  });

  it.each([
    [{ 'redis.command': 'HSET' }, 'redis.type'],
    [{ 'redis.key': 'orders' }, 'redis.key.template'],
    [{ 'redis.keyspace': '' }, 'redis.key.template'],
    [{ 'redis.separator': '-' }, 'redis.key.template'],
    [{ 'redis.charset': 'ISO-8859-1' }, 'written in UTF-8'],
    [{ 'redis.wait.replicas': '1' }, 'min-replicas-to-write'],
  ])('of a sink that would write others than asked for are refused: %j', (more, message) => {
    expect(sink(more).issues.map((issue) => issue.message)).toEqual([expect.stringContaining(message)]);
  });

  it('of a source of keys are refused', () => {
    expect(source({ 'redis.keys.patterns': '*' }).issues).toEqual([
      { message: expect.stringContaining('changes of keys are not read') },
    ]);
  });

  it('that ask for nothing are taken, and those without effect bring a warning', () => {
    const read = sink({
      'redis.tls': 'false',
      'redis.database': '',
      'redis.client.mode': 'Standalone',
      'redis.keyspace': '${topic}',
      'redis.separator': ':',
      'redis.charset': 'UTF-8',
      'redis.wait.replicas': '0',
      'redis.push.direction': 'LEFT',
      'redis.multiexec': 'true',
    });
    expect(read.issues).toEqual([]);
    expect(read.warnings.map(({ key }) => key)).toEqual(['redis.multiexec']);
    expect(read.config?.redisListPush).toBe('LEFT');
  });
});
