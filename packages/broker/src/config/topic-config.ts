/**
 * The settings of one topic in force: its own, else the broker's default for topics, else Kafka's default.
 */
import { assertDefined, nearestName } from '@millrace/base';
import type { LogConfig } from '@millrace/log';
import type { BrokerConfig } from './broker-config.ts';
import { describeRefusal, type ConfigDefinition, type ConfigValue } from './config-definition.ts';
import { ConfigSource, type ConfigSynonym } from './config-source.ts';
import { BROKER_FALLBACKS, isTopicKey, TOPIC_KEYS, type BrokerFallback, type TopicKey } from './topic-keys.ts';

/** What the log obeys, and what the broker obeys on its way there. */
export interface TopicSettings extends LogConfig {
  readonly compressionType: string;
  readonly compressionGzipLevel: number;
  readonly compressionLz4Level: number;
  readonly compressionZstdLevel: number;
  readonly minInsyncReplicas: number;
}

/** A setting of a topic as describe calls show it. */
export interface EffectiveTopicConfig {
  readonly value: unknown;
  /** Null = unset. */
  readonly text: string | null;
  readonly source: ConfigSource;
  /** Every layer that has a say, the one in force first; a broker's setting stands under its own name and in its own unit. */
  readonly synonyms: readonly ConfigSynonym[];
}

interface Defaults {
  readonly revision: number;
  readonly effective: ReadonlyMap<TopicKey, EffectiveTopicConfig>;
  readonly settings: TopicSettings;
}

interface Resolved {
  readonly config: BrokerConfig;
  readonly revision: number;
  readonly isInternal: boolean;
  readonly settings: TopicSettings;
}

const defaultsByConfig = new WeakMap<BrokerConfig, Defaults>();
/** A topic's overrides are one map until they change, and settings are asked for with every produce request. */
const resolvedByOverrides = new WeakMap<ReadonlyMap<string, string>, Resolved>();

/** Settings of a topic with these overrides: the same object until the overrides or the broker's own settings change. */
export function resolveTopicConfig(
  config: BrokerConfig,
  overrides: ReadonlyMap<string, string>,
  options: { readonly isInternal?: boolean } = {},
): TopicSettings {
  const isInternal = options.isInternal === true;
  const { revision } = config;
  const known = resolvedByOverrides.get(overrides);
  if (known?.config === config && known.revision === revision && known.isInternal === isInternal) return known.settings;
  let settings =
    overrides.size === 0
      ? defaultsOf(config).settings
      : settingsFrom((key) => effectiveTopicConfig(config, overrides, key));
  // Group and transaction state must outlive the machine, whatever the broker promises for other topics.
  // Their coordinators keep them short by themselves (docs/adr/0006).
  if (isInternal) settings = { ...settings, durability: 'fsync', compaction: undefined };
  resolvedByOverrides.set(overrides, { config, revision, isInternal, settings });
  return settings;
}

export function effectiveTopicConfig(
  config: BrokerConfig,
  overrides: ReadonlyMap<string, string>,
  key: TopicKey,
): EffectiveTopicConfig {
  const inherited = assertDefined(defaultsOf(config).effective.get(key), `the default of ${key}`);
  const text = overrides.get(key);
  const parsed = text === undefined ? undefined : TOPIC_KEYS[key].parse(text);
  // A stored value that this release refuses (it came from another one) counts as unset.
  if (parsed === undefined) return inherited;
  const own = { name: key, value: parsed.text, source: ConfigSource.topic };
  return { ...parsed, source: ConfigSource.topic, synonyms: [own, ...inherited.synonyms] };
}

/** One sentence per entry that a topic cannot have: an unknown name, a bad value, values that contradict each other. */
export function topicConfigProblems(
  config: BrokerConfig,
  overrides: ReadonlyMap<string, string | null>,
): readonly string[] {
  const problems: string[] = [];
  const valid = new Map<string, string>();
  for (const [name, text] of overrides) {
    if (!isTopicKey(name)) {
      const nearest = nearestName(name, Object.keys(TOPIC_KEYS));
      problems.push(`there is no topic setting ${name}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`);
    } else if (text === null) {
      problems.push(`topic setting ${name} comes without a value: leave it out to use the default`);
    } else if (TOPIC_KEYS[name].parse(text) === undefined) {
      problems.push(describeRefusal(name, text, TOPIC_KEYS[name]));
    } else {
      valid.set(name, text);
    }
  }
  const value = <Key extends TopicKey>(key: Key): ConfigValue<(typeof TOPIC_KEYS)[Key]> =>
    effectiveTopicConfig(config, valid, key).value as ConfigValue<(typeof TOPIC_KEYS)[Key]>;
  if (value('min.compaction.lag.ms') > value('max.compaction.lag.ms')) {
    problems.push(
      `conflict: min.compaction.lag.ms (${value('min.compaction.lag.ms')}) is above max.compaction.lag.ms (${value('max.compaction.lag.ms')})`,
    );
  }
  return problems;
}

/** Topic settings that are shown; those for tests only when they are set. */
export function shownTopicKeys(overrides: ReadonlyMap<string, string>): readonly TopicKey[] {
  return (Object.entries(TOPIC_KEYS) as [TopicKey, ConfigDefinition][])
    .filter(([name, definition]) => !definition.isInternal || overrides.has(name))
    .map(([name]) => name);
}

function defaultsOf(config: BrokerConfig): Defaults {
  const known = defaultsByConfig.get(config);
  if (known?.revision === config.revision) return known;
  const effective = new Map<TopicKey, EffectiveTopicConfig>();
  for (const key of Object.keys(TOPIC_KEYS) as TopicKey[]) effective.set(key, inheritedConfig(config, key));
  const settings = settingsFrom((key) => assertDefined(effective.get(key), `the default of ${key}`));
  const defaults = { revision: config.revision, effective, settings };
  defaultsByConfig.set(config, defaults);
  return defaults;
}

function inheritedConfig(config: BrokerConfig, key: TopicKey): EffectiveTopicConfig {
  const definition: ConfigDefinition = TOPIC_KEYS[key];
  const fallbacks: readonly BrokerFallback[] = BROKER_FALLBACKS[key];
  const synonyms = config.synonyms(fallbacks.map(({ name }) => name));
  for (const { name, value, source } of synonyms) {
    const scale = fallbacks.find((fallback) => fallback.name === name)?.scale ?? 1;
    const parsed = value === null ? undefined : definition.parse(scaled(value, scale));
    if (parsed !== undefined) return { ...parsed, source, synonyms };
  }
  return { value: definition.defaultValue, text: definition.defaultText, source: ConfigSource.default, synonyms };
}

/** Negative numbers mean "without limit" in every unit. */
function scaled(text: string, scale: number): string {
  return scale === 1 || text.startsWith('-') ? text : String(Number(text) * scale);
}

function settingsFrom(effective: (key: TopicKey) => EffectiveTopicConfig): TopicSettings {
  const value = <Key extends TopicKey>(key: Key): ConfigValue<(typeof TOPIC_KEYS)[Key]> =>
    effective(key).value as ConfigValue<(typeof TOPIC_KEYS)[Key]>;
  const policies = value('cleanup.policy');
  return {
    durability: value('millrace.durability') === 'os' ? 'os' : 'fsync',
    segmentBytes: value('internal.segment.bytes') ?? value('segment.bytes'),
    segmentMs: value('segment.ms'),
    retentionBytes: value('retention.bytes'),
    retentionMs: value('retention.ms'),
    cleanupDelete: policies.includes('delete'),
    cleanupCompact: policies.includes('compact'),
    compaction: {
      minCleanableDirtyRatio: value('min.cleanable.dirty.ratio'),
      minCompactionLagMs: value('min.compaction.lag.ms'),
      maxCompactionLagMs: value('max.compaction.lag.ms'),
      deleteRetentionMs: value('delete.retention.ms'),
    },
    maxMessageBytes: value('max.message.bytes'),
    messageTimestampType: value('message.timestamp.type') === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    messageTimestampBeforeMaxMs: value('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: value('message.timestamp.after.max.ms'),
    fileDeleteDelayMs: value('file.delete.delay.ms'),
    compressionType: value('compression.type'),
    compressionGzipLevel: value('compression.gzip.level'),
    compressionLz4Level: value('compression.lz4.level'),
    compressionZstdLevel: value('compression.zstd.level'),
    minInsyncReplicas: value('min.insync.replicas'),
  };
}
