/** What the cluster that clients of a connector reach has of a topic, for checks of its configuration. */
import type { ConfigProperties } from '@millrace/connect-api';
import { kafka, type Admin } from '@millrace/sdk';
import type { FoundTopic } from '../herder/config-validator.ts';
import { adminClient, clientProperties } from '../task/client-settings.ts';

const FIND_TOPIC_MS_MAX = 3_000;

/** Undefined when it cannot be asked now. */
export function findTopic(
  properties: ConfigProperties,
  connectorConfig: ConfigProperties,
  topic: string,
): Promise<FoundTopic | undefined> {
  return asked(clientProperties('admin', properties, connectorConfig), async (admin) => {
    const [{ brokers }, [found]] = await Promise.all([admin.describeCluster(), admin.describeTopics([topic])]);
    const isMissing = found?.ok === false && found.error.kafkaCode === 'UNKNOWN_TOPIC_OR_PARTITION';
    return { exists: !isMissing, brokerCount: brokers.length };
  });
}

/** Undefined when the topic is not there, or it cannot be asked now. */
export function cleanupPolicy(
  properties: ConfigProperties,
  connectorConfig: ConfigProperties,
  topic: string,
): Promise<string | undefined> {
  // Offsets go where the producer of the connector writes.
  return asked(clientProperties('producer', properties, connectorConfig), async (admin) => {
    const [described] = await admin.describeConfigs([{ type: 'topic', name: topic }]);
    return described?.ok === true
      ? (described.configs.find(({ name }) => name === 'cleanup.policy')?.value ?? undefined)
      : undefined;
  });
}

/** Gives up soon: nobody's answer shall wait for a cluster that is away. */
async function asked<T>(
  client: ReturnType<typeof clientProperties>,
  ask: (admin: Admin) => Promise<T>,
): Promise<T | undefined> {
  try {
    await using cluster = kafka(adminClient(client).kafka);
    await using admin = cluster.admin({ timeoutMs: FIND_TOPIC_MS_MAX });
    return await ask(admin);
  } catch {
    return undefined;
  }
}
