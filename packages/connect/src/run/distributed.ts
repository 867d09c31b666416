/** A worker of a group: connectors, offsets and statuses in topics, work shared with the others. */
import { systemClock } from '@millrace/base';
import type { ConfigProperties } from '@millrace/connect-api';
import type { KafkaOptions } from '@millrace/sdk';
import { DistributedHerder } from '../distributed/distributed-herder.ts';
import { distributedConfig, readDistributedSettings, topicConfigs } from '../distributed/distributed-settings.ts';
import type { ConnectorType } from '../herder/herder.ts';
import type { RegisteredPlugin } from '../plugins/plugin-registry.ts';
import { TopicOffsetStore } from '../stores/topic-offset-store.ts';
import { adminClient, clientProperties } from '../task/client-settings.ts';
import { startConnect, type ConnectOptions, type ConnectProcess, type HerderKind } from './connect-process.ts';

/** Resolves when the worker has its place in the group. Throws MILLRACE_CONNECT_INVALID_CONFIG, MILLRACE_CONNECT_TOPIC or a KafkaError. */
export function startDistributed(options: ConnectOptions): Promise<ConnectProcess> {
  return startConnect(options, DISTRIBUTED);
}

const DISTRIBUTED: HerderKind = {
  config: distributedConfig,
  isExactlyOnce: (properties) => readDistributedSettings(properties).exactlyOnceSourceSupport === 'enabled',
  openOffsets: async ({ properties, log }) => {
    const settings = readDistributedSettings(properties);
    const store = new TopicOffsetStore({
      kafka: workerClient(properties),
      topic: settings.offsetStorageTopic,
      partitions: settings.offsetStoragePartitions,
      replicationFactor: settings.offsetStorageReplicationFactor,
      configs: topicConfigs(properties, 'offset'),
      log,
    });
    try {
      await store.start();
      return store;
    } catch (error) {
      await store[Symbol.asyncDispose]();
      throw error;
    }
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

function workerClient(properties: ConfigProperties): KafkaOptions {
  return adminClient(clientProperties('admin', properties, {})).kafka;
}

function typeOf({ description: { kind } }: RegisteredPlugin): ConnectorType {
  return kind === 'sink' ? 'sink' : 'source';
}
