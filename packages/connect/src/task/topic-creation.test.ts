import { topicRules } from './topic-creation.ts';

const defaults = { 'topic.creation.default.partitions': '4', 'topic.creation.default.replication.factor': '2' };

describe('rules of topics', () => {
  it('are none when the connector says nothing', () => {
    expect(topicRules({ topic: 'x' })).toBeUndefined();
  });

  it('take the first group that names the topic, with the default’s numbers where it has none', () => {
    const rules = topicRules({
      ...defaults,
      'topic.creation.groups': 'compacted, rest',
      'topic.creation.compacted.include': 'state\\..*,keyed',
      'topic.creation.compacted.exclude': 'state\\.not',
      'topic.creation.compacted.cleanup.policy': 'compact',
      'topic.creation.compacted.partitions': '1',
      'topic.creation.rest.include': '.*',
      'topic.creation.rest.replication.factor': '-1',
    });

    expect(rules?.newTopic('state.a')).toEqual({
      name: 'state.a',
      partitions: 1,
      replicationFactor: 2,
      configs: { 'cleanup.policy': 'compact' },
    });
    expect(rules?.newTopic('state.not')).toEqual({ name: 'state.not', partitions: 4, configs: {} });
    expect(rules?.newTopic('keyed').partitions).toBe(1);
    expect(rules?.newTopic('keyed2').partitions).toBe(4);
  });

  it.each([
    [{ 'topic.creation.default.partitions': '4' }, 'topic.creation.default.replication.factor is missing'],
    [{ ...defaults, 'topic.creation.default.partitions': '0' }, 'topic.creation.default.partitions is "0"'],
    [{ ...defaults, 'topic.creation.groups': 'g' }, 'topic.creation.g.include is missing'],
    [{ ...defaults, 'topic.creation.groups': 'g', 'topic.creation.g.include': '(' }, '"(" is no pattern'],
  ])('refuse %j', (config: Record<string, string>, message) => {
    expect(() => topicRules(config)).toThrow(message);
  });
});
