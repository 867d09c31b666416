/** A worker of a group: connectors, offsets and statuses in topics, work shared with the others. */
import { systemClock } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import type { KafkaOptions } from '@millrace/sdk';
import { DistributedHerder } from '../distributed/distributed-herder.ts';
import { distributedConfig, readDistributedSettings, topicConfigs } from '../distributed/distributed-settings.ts';
import type { ConnectorType } from '../herder/herder.ts';
import { inTopics } from '../herder/offset-topic-check.ts';
import type { RegisteredPlugin } from '../plugins/plugin-registry.ts';
import { TopicOffsetPlaces } from '../stores/offset-places.ts';
import type { OffsetStore } from '../stores/offset-store.ts';
import { TopicOffsetStore, type TopicOffsetStoreOptions } from '../stores/topic-offset-store.ts';
import { adminClient, clientProperties, producerClient } from '../task/client-settings.ts';
import { cleanupPolicy } from './find-topic.ts';
import { startConnect, type ConnectOptions, type ConnectProcess, type HerderKind } from './connect-process.ts';

/** Resolves when the worker has its place in the group. Throws MILLRACE_CONNECT_INVALID_CONFIG, MILLRACE_CONNECT_TOPIC or a KafkaError. */
export function startDistributed(options: ConnectOptions): Promise<ConnectProcess> {
  return startConnect(options, DISTRIBUTED);
}

const DISTRIBUTED: HerderKind = {
  config: distributedConfig,
  isExactlyOnce: (properties) => readDistributedSettings(properties).exactlyOnceSourceSupport === 'enabled',
  offsetTopicCheck: (properties) =>
    inTopics(readDistributedSettings(properties), (config, topic) => cleanupPolicy(properties, config, topic)),
  openOffsets: async ({ properties, log }) => {
    const settings = readDistributedSettings(properties);
    const { offsetStorageTopic, exactlyOnceSourceSupport } = settings;
    const client = workerClient(properties);
    const open = (setting: string, topic: string, kafkaOptions: KafkaOptions): Promise<OffsetStore> =>
      startedStore({
        kafka: kafkaOptions,
        topic,
        setting,
        partitions: settings.offsetStoragePartitions,
        replicationFactor: settings.offsetStorageReplicationFactor,
        configs: topicConfigs(properties, 'offset'),
        log,
      });
    const producerOf = (config: ConfigProperties): KafkaOptions =>
      producerClient(clientProperties('producer', properties, config)).kafka;
    const ownServers = String(client.brokers);
    return new TopicOffsetPlaces({
      shared: await open('offset.storage.topic', offsetStorageTopic, client),
      placeOf: (config) => {
        const topic = config['offsets.storage.topic'];
        const bootstrapServers = String(producerOf(config).brokers);
        const isElsewhere = exactlyOnceSourceSupport === 'enabled' && bootstrapServers !== ownServers;
        if (topic === undefined && !isElsewhere) return undefined;
        if (topic === offsetStorageTopic && bootstrapServers === ownServers) return undefined;
        return { topic: topic ?? offsetStorageTopic, bootstrapServers };
      },
      open: ({ topic }, config) => open('offsets.storage.topic', topic, producerOf(config)),
    });
  },
  makeHerder: async ({ properties, settings, worker, validator, plugins, loggers, metrics, url, log }) =>
    new DistributedHerder({
      settings: readDistributedSettings(properties),
      kafka: workerClient(properties),
      url,
      worker,
      connectors: {
        assertValid: async (config) => typeOf(await validator.assertValid(config)),
        typeOf: (config) => {
          // Of one whose plugin is on other workers only, nothing is known here.
          const [plugin] = plugins.versionsOf(['source', 'sink'], config['connector.class'] ?? '');
          return plugin === undefined ? 'unknown' : typeOf(plugin);
        },
      },
      isTopicTrackingEnabled: settings.topicTrackingEnable,
      isTopicResetAllowed: settings.topicTrackingAllowReset,
      setLoggerLevel: (logger, level) => void loggers.set(logger, level),
      log,
      metrics,
      clock: systemClock,
    }),
};

async function startedStore(options: TopicOffsetStoreOptions): Promise<OffsetStore> {
  const store = new TopicOffsetStore(options);
  try {
    await store.start();
    return store;
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

function workerClient(properties: ConfigProperties): KafkaOptions {
  return adminClient(clientProperties('admin', properties, {})).kafka;
}

function typeOf({ description: { kind } }: RegisteredPlugin): ConnectorType {
  return kind === 'sink' ? 'sink' : 'source';
}
