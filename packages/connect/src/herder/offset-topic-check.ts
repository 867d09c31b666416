/**
 * Whether `offsets.storage.topic` of a connector can keep its offsets. Told when the connector is made, since later it would fail each task,
 * or, worse, write among the connectors of the workers.
 */
import type { ConfigIssue, ConfigProperties } from '@millrace/connect-api';

export const OFFSET_TOPIC = 'offsets.storage.topic';

export interface OffsetTopicFindings {
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly string[];
}

export type OffsetTopicCheck = (config: ConfigProperties) => Promise<OffsetTopicFindings>;

const NOTHING: OffsetTopicFindings = { issues: [], warnings: [] };

/** Of a worker that has no topics. */
export const withoutTopics: OffsetTopicCheck = async (config) =>
  config[OFFSET_TOPIC] === undefined
    ? NOTHING
    : {
        issues: [],
        warnings: [
          `${OFFSET_TOPIC} has no effect: a standalone worker keeps the offsets of all connectors in offset.storage.file.filename; leave it ` +
            'out, or run the connector in a distributed worker',
        ],
      };

export interface WorkerTopics {
  readonly configStorageTopic: string;
  readonly statusStorageTopic: string;
}

/** `cleanupPolicy` of a topic: undefined where it is not there yet, or cannot be asked now. */
export function inTopics(
  { configStorageTopic, statusStorageTopic }: WorkerTopics,
  cleanupPolicy: (config: ConfigProperties, topic: string) => Promise<string | undefined>,
): OffsetTopicCheck {
  const taken = new Map([
    [configStorageTopic, 'config.storage.topic'],
    [statusStorageTopic, 'status.storage.topic'],
  ]);
  return async (config) => {
    const topic = config[OFFSET_TOPIC] ?? '';
    if (topic === '') return NOTHING;
    const setting = taken.get(topic);
    if (setting !== undefined) {
      return refused(
        topic,
        `the workers keep other things there (${setting}): name a topic of its own, or leave it out for the workers’ offset topic`,
      );
    }
    const policy = await cleanupPolicy(config, topic);
    return policy === undefined || policy === 'compact'
      ? NOTHING
      : refused(
          topic,
          `the topic has cleanup.policy=${policy} and would forget offsets: set its cleanup.policy to compact, or name another topic`,
        );
  };
}

function refused(topic: string, reason: string): OffsetTopicFindings {
  const message = `Invalid value ${topic} for configuration ${OFFSET_TOPIC}: ${reason}`;
  return { issues: [{ key: OFFSET_TOPIC, message }], warnings: [] };
}
