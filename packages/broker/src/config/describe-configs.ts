/** Settings as DescribeConfigs and CreateTopics show them. */
import { ROOT_LOGGER } from '@millrace/base';
import type { BrokerConfig } from './broker-config.ts';
import { BROKER_KEYS, isBrokerKey, type BrokerKey } from './broker-keys.ts';
import type { ConfigDefinition, ConfigType } from './config-definition.ts';
import { ConfigSource, type ConfigSynonym } from './config-source.ts';
import { FOREIGN_KEYS } from './foreign-keys.ts';
import { effectiveTopicConfig, shownTopicKeys } from './topic-config.ts';
import { BROKER_FALLBACKS, TOPIC_KEYS, type BrokerFallback } from './topic-keys.ts';

export interface ConfigEntry {
  readonly name: string;
  /** Null when unset, or secret. */
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource: ConfigSource;
  readonly isSensitive: boolean;
  readonly synonyms: readonly ConfigSynonym[];
  readonly configType: number;
  readonly documentation: string;
}

/** Kafka's numbers of types. */
const TYPE_NUMBERS: Readonly<Record<ConfigType, number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
};

/** @param keys those asked for; null or none = all */
export function topicConfigEntries(
  config: BrokerConfig,
  overrides: ReadonlyMap<string, string>,
  keys: readonly string[] | null = null,
): ConfigEntry[] {
  const isAsked = asked(keys);
  return shownTopicKeys(overrides)
    .filter(isAsked)
    .map((name) => {
      const { text, source, synonyms } = effectiveTopicConfig(config, overrides, name);
      return configEntry(name, TOPIC_KEYS[name], { value: text, source, synonyms, readOnly: false });
    });
}

/** Every setting that this broker knows, and those of Kafka that it was given and passes over. */
export function brokerConfigEntries(config: BrokerConfig, keys: readonly string[] | null): ConfigEntry[] {
  const isAsked = asked(keys);
  const entries = (Object.keys(BROKER_KEYS) as BrokerKey[]).filter(isAsked).map((name) => {
    const synonyms = brokerSynonyms(config, name);
    const inForce = synonyms[0];
    return configEntry(name, BROKER_KEYS[name], {
      value: inForce?.value ?? null,
      source: inForce?.source ?? ConfigSource.default,
      synonyms,
      readOnly: BROKER_KEYS[name].update === 'read-only',
    });
  });
  for (const [name, value] of config.staticEntries) {
    const foreign = isBrokerKey(name) || !isAsked(name) ? undefined : FOREIGN_KEYS.get(name);
    if (foreign !== undefined) entries.push(foreignEntry(name, value, foreign.reason));
  }
  return entries;
}

/** What is stored for all brokers together. */
export function clusterConfigEntries(
  stored: ReadonlyMap<string, string>,
  keys: readonly string[] | null,
): ConfigEntry[] {
  const source = ConfigSource.dynamicDefaultBroker;
  return [...stored.keys()]
    .filter(asked(keys))
    .filter(isBrokerKey)
    .map((name) => {
      const value = BROKER_KEYS[name].isSensitive ? null : (stored.get(name) ?? null);
      return configEntry(name, BROKER_KEYS[name], {
        value,
        source,
        synonyms: [{ name, value, source }],
        readOnly: false,
      });
    });
}

/** One logger with the level in force. */
export function loggerEntry(name: string, level: string, readOnly: boolean): ConfigEntry {
  return {
    name,
    value: level,
    readOnly,
    configSource: ConfigSource.brokerLogger,
    isSensitive: false,
    synonyms: [],
    configType: TYPE_NUMBERS.string,
    documentation:
      name === ROOT_LOGGER
        ? `Level of all loggers that have none of their own. ${BROKER_KEYS['millrace.log.level'].documentation}`
        : `Least level of the log lines of the part "${name}"; deleted, it is that of root. Kept until the broker stops.`,
  };
}

export function asked(keys: readonly string[] | null): (name: string) => boolean {
  const wanted = keys === null || keys.length === 0 ? undefined : new Set(keys);
  return (name) => wanted === undefined || wanted.has(name);
}

/** What the layers say of a broker setting and of the coarser ones after it, unless it is itself unset. */
function brokerSynonyms(config: BrokerConfig, name: BrokerKey): ConfigSynonym[] {
  const group = FALLBACK_GROUPS.find((names) => names.includes(name)) ?? [name];
  const synonyms = config.synonyms(group.slice(group.indexOf(name)));
  const first = synonyms.findIndex((synonym) => synonym.name === name);
  return first < 0 ? [] : synonyms.slice(first);
}

const FALLBACK_GROUPS: readonly (readonly string[])[] = (
  Object.values(BROKER_FALLBACKS) as (readonly BrokerFallback[])[]
).map((fallbacks) => fallbacks.map(({ name }) => name));

/** A setting of a group or topic or broker as it is shown. */
export function configEntry(
  name: string,
  definition: ConfigDefinition,
  state: {
    readonly value: string | null;
    readonly source: ConfigSource;
    readonly synonyms: readonly ConfigSynonym[];
    readonly readOnly: boolean;
  },
): ConfigEntry {
  return {
    name,
    value: definition.isSensitive ? null : state.value,
    readOnly: state.readOnly,
    configSource: state.source,
    isSensitive: definition.isSensitive,
    synonyms: state.synonyms,
    configType: TYPE_NUMBERS[definition.type],
    documentation:
      definition.noEffect === null ? definition.documentation : `${definition.documentation} ${definition.noEffect}`,
  };
}

function foreignEntry(name: string, value: string, reason: string): ConfigEntry {
  const source = ConfigSource.staticBroker;
  return {
    name,
    value,
    readOnly: true,
    configSource: source,
    isSensitive: false,
    synonyms: [{ name, value, source }],
    configType: TYPE_NUMBERS.string,
    documentation: `A setting of Apache Kafka without effect here: ${reason}.`,
  };
}
