/** Settings of a topic; they are on the topic in the metadata and go with it. */
import { ErrorCode } from '@millrace/protocol';
import { topicNameProblem } from '../../partitions/topic-names.ts';
import { planTopicAlteration, refused } from '../alter-configs.ts';
import { topicConfigEntries } from '../describe-configs.ts';
import type { ConfigResourceKind } from './config-resource-kind.ts';

export const topicResource: ConfigResourceKind = {
  describe({ config, metaStore }, name, keys) {
    const badName = topicNameProblem(name);
    if (badName !== undefined) return refused(ErrorCode.INVALID_TOPIC_EXCEPTION, badName);
    const topic = metaStore.snapshot().topicsByName.get(name);
    return topic === undefined ? unknownTopic(name) : topicConfigEntries(config, topic.configs, keys);
  },
  target({ config, metaStore }, name) {
    if (name === '') {
      return refused(
        ErrorCode.INVALID_REQUEST,
        'settings for all topics belong to the broker, such as log.retention.ms',
      );
    }
    const topic = metaStore.snapshot().topicsByName.get(name);
    if (topic === undefined) return unknownTopic(name);
    return {
      topic,
      current: topic.configs,
      plan: (operations) => planTopicAlteration(config, topic.configs, operations),
    };
  },
  list: ({ metaStore }) => [...metaStore.snapshot().topicsByName.keys()],
};

function unknownTopic(name: string) {
  return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `there is no topic "${name}"`);
}
