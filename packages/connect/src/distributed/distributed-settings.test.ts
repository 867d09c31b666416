import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { distributedConfig, readDistributedSettings, topicConfigs } from './distributed-settings.ts';

const PAGE = readFileSync(join(__dirname, '../../../../docs/operations/connect-cluster.md'), 'utf8');

const MINIMAL = {
  'group.id': 'workers',
  'config.storage.topic': 'c',
  'offset.storage.topic': 'o',
  'status.storage.topic': 's',
};

describe('settings of workers of a group', () => {
  it('are all told of in the documentation', () => {
    const missing = distributedConfig.definitions
      .map(({ name }) => name)
      .filter((name) => !PAGE.includes(`\`${name}\``));
    expect(missing.filter((name) => !PAGE.includes(`${name}=`))).toEqual([]);
  });

  it('need a group and its topics', () => {
    expect(() => readDistributedSettings({})).toThrow(/group\.id/);
    expect(readDistributedSettings(MINIMAL)).toMatchObject({
      sessionTimeoutMs: 10_000,
      scheduledRebalanceMaxDelayMs: 0,
      offsetStoragePartitions: 25,
    });
  });

  it.each([
    [{ ...MINIMAL, 'status.storage.topic': 'o' }, /three topics/],
    [{ ...MINIMAL, 'heartbeat.interval.ms': '10000' }, /heartbeat\.interval\.ms/],
    [{ ...MINIMAL, 'inter.worker.signature.algorithm': 'HmacSHA512' }, /verification\.algorithms/],
  ])('refuse what cannot work: %j', (properties, message) => {
    expect(() => readDistributedSettings(properties)).toThrow(message);
  });

  it('hand settings of a topic on', () => {
    const properties = { ...MINIMAL, 'offset.storage.min.insync.replicas': '2', 'offset.storage.partitions': '3' };
    expect(topicConfigs(properties, 'offset')).toEqual({ 'min.insync.replicas': '2' });
  });
});
