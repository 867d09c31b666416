/**
 * Topics that sources write to, made with the settings of the connector before the first record (KIP-158).
 *
 * Invariants: each topic is looked at once in the life of a task; one that is there is left as it is.
 */
import type { ConfigProperties } from '@millrace/connect-api';
import { oneOrThrow, type Admin, type NewTopic } from '@millrace/sdk';
import { messageOf } from '@millrace/base';
import { withPrefix } from './client-settings.ts';
import { TaskError } from './task-error.ts';

interface Group {
  readonly name: string;
  readonly include: readonly RegExp[];
  readonly exclude: readonly RegExp[];
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
}

export interface TopicRules {
  /** What a topic of this name is made like. */
  newTopic(name: string): NewTopic;
}

/** Undefined: the connector leaves topics to the cluster. Throws MILLRACE_CONNECT_INVALID_CONFIG. */
export function topicRules(config: ConfigProperties): TopicRules | undefined {
  const names = (config['topic.creation.groups'] ?? '').split(',').flatMap((each) => each.trim() || []);
  const isWanted = Object.keys(config).some((key) => key.startsWith('topic.creation.default.'));
  if (!isWanted) return undefined;
  const fallback = groupOf('default', config, undefined);
  const groups = names.filter((name) => name !== 'default').map((name) => groupOf(name, config, fallback));
  return {
    newTopic: (name) => {
      const group =
        groups.find(({ include, exclude }) => matches(include, name) && !matches(exclude, name)) ?? fallback;
      const { partitions, replicationFactor, configs } = group;
      return {
        name,
        // -1 leaves it to the cluster.
        ...(partitions === -1 ? {} : { partitions }),
        ...(replicationFactor === -1 ? {} : { replicationFactor }),
        configs,
      };
    },
  };
}

const OWN_KEYS: ReadonlySet<string> = new Set(['include', 'exclude', 'partitions', 'replication.factor']);

function groupOf(name: string, config: ConfigProperties, fallback: Group | undefined): Group {
  const prefix = `topic.creation.${name}.`;
  const properties = withPrefix(config, prefix);
  const count = (key: string, inherited: number | undefined): number => {
    const text = properties[key];
    if (text === undefined && inherited !== undefined) return inherited;
    const value = Number(text);
    if (text !== undefined && Number.isInteger(value) && (value >= 1 || value === -1)) return value;
    throw new TaskError(
      'MILLRACE_CONNECT_INVALID_CONFIG',
      `${prefix}${key} is ${text === undefined ? 'missing' : `"${text}"`}: use a number from 1 on, or -1 for the cluster's default`,
    );
  };
  const patterns = (key: string): readonly RegExp[] =>
    (properties[key] ?? '')
      .split(',')
      .flatMap((each) => (each.trim() === '' ? [] : [patternOf(prefix + key, each.trim())]));
  const isDefault = fallback === undefined;
  if (!isDefault && patterns('include').length === 0) {
    throw new TaskError('MILLRACE_CONNECT_INVALID_CONFIG', `${prefix}include is missing: name topics by patterns`);
  }
  return {
    name,
    include: isDefault ? [/^/] : patterns('include'),
    exclude: isDefault ? [] : patterns('exclude'),
    partitions: count('partitions', fallback?.partitions),
    replicationFactor: count('replication.factor', fallback?.replicationFactor),
    configs: Object.fromEntries(Object.entries(properties).filter(([key]) => !OWN_KEYS.has(key))),
  };
}

function patternOf(key: string, pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch (cause) {
    throw new TaskError('MILLRACE_CONNECT_INVALID_CONFIG', `${key}: "${pattern}" is no pattern: ${messageOf(cause)}`);
  }
}

function matches(patterns: readonly RegExp[], name: string): boolean {
  return patterns.some((pattern) => pattern.test(name));
}

/** Throws MILLRACE_CONNECT_TASK_TOPIC, which names `settings` as what to correct, unless the topic is there afterwards. */
export async function ensureTopic(admin: Admin, topic: NewTopic, settings: string): Promise<void> {
  try {
    oneOrThrow(await admin.createTopics([topic]));
  } catch (cause) {
    const { kafkaCode, retriable } = cause as { readonly kafkaCode?: string; readonly retriable?: boolean };
    if (kafkaCode === 'TOPIC_ALREADY_EXISTS') return;
    throw new TaskError(
      'MILLRACE_CONNECT_TASK_TOPIC',
      `cannot create topic ${topic.name}: ${messageOf(cause)}; create it, or correct ${settings}`,
      { cause, retriable: retriable === true, details: { topic: topic.name } },
    );
  }
}
