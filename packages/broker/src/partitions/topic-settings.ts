import type { TopicMetadata } from '@millrace/metadata';
import type { BrokerConfig } from '../config/broker-config.ts';
import { resolveTopicConfig, type TopicSettings } from '../config/topic-config.ts';

/** The settings in force of each topic, resolved once per change of the topic's or the broker's own. */
export class TopicSettingsCache {
  readonly #config: BrokerConfig;
  #resolved = new WeakMap<ReadonlyMap<string, string>, TopicSettings>();
  #revision: number;

  constructor(config: BrokerConfig) {
    this.#config = config;
    this.#revision = config.revision;
  }

  of({ configs, isInternal }: Pick<TopicMetadata, 'configs' | 'isInternal'>): TopicSettings {
    if (this.#revision !== this.#config.revision) {
      this.#revision = this.#config.revision;
      this.#resolved = new WeakMap();
    }
    let settings = this.#resolved.get(configs);
    if (settings === undefined) {
      settings = resolveTopicConfig(this.#config, configs, { isInternal });
      this.#resolved.set(configs, settings);
    }
    return settings;
  }
}
