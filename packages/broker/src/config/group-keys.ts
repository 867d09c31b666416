/** Settings of single consumer groups (resource type 32): Kafka's keys. What is not set follows the broker. */
import type { GroupOverrides } from '@millrace/coordinator';
import type { BrokerConfig } from './broker-config.ts';
import type { BrokerKey } from './broker-keys.ts';
import { atLeast, describeRefusal, int, type ConfigDefinition } from './config-definition.ts';

interface GroupKey {
  readonly definition: ConfigDefinition<number>;
  /** What rules while the group has no setting of its own. */
  readonly fallback: BrokerKey;
  readonly overrides: keyof GroupOverrides;
  /** What the broker allows. */
  bounds(config: BrokerConfig): readonly [min: number, max: number];
}

export const GROUP_KEYS: Readonly<Record<string, GroupKey>> = {
  'consumer.session.timeout.ms': {
    definition: int(45_000, {
      importance: 'medium',
      valid: atLeast(1),
      documentation: 'Time of silence after which a member of the consumer group is removed.',
    }),
    fallback: 'group.consumer.session.timeout.ms',
    overrides: 'sessionTimeoutMs',
    bounds: (config) => [config.groupConsumerMinSessionTimeoutMs, config.groupConsumerMaxSessionTimeoutMs],
  },
  'consumer.heartbeat.interval.ms': {
    definition: int(5_000, {
      importance: 'medium',
      valid: atLeast(1),
      documentation: 'Time between two heartbeats of a member of the consumer group.',
    }),
    fallback: 'group.consumer.heartbeat.interval.ms',
    overrides: 'heartbeatIntervalMs',
    bounds: (config) => [config.groupConsumerMinHeartbeatIntervalMs, config.groupConsumerMaxHeartbeatIntervalMs],
  },
  'consumer.assignment.interval.ms': {
    definition: int(1_000, {
      importance: 'medium',
      valid: atLeast(0),
      documentation: 'Least time between two computations of the assignment of the consumer group.',
    }),
    fallback: 'group.consumer.assignment.interval.ms',
    overrides: 'assignmentIntervalMs',
    bounds: (config) => [config.groupConsumerMinAssignmentIntervalMs, config.groupConsumerMaxAssignmentIntervalMs],
  },
};

/** One sentence for each setting that a group cannot have with this broker. */
export function groupConfigProblems(config: BrokerConfig, settings: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  for (const [name, text] of settings) {
    const key = GROUP_KEYS[name];
    if (key === undefined) {
      problems.push(`there is no group setting ${name}`);
      continue;
    }
    const parsed = key.definition.parse(text);
    const [min, max] = key.bounds(config);
    if (parsed === undefined) problems.push(describeRefusal(name, text, key.definition));
    else if (parsed.value < min || parsed.value > max) {
      problems.push(`${name} must be between ${min} and ${max}, which the broker's settings allow`);
    }
  }
  const effective = (name: string): number => {
    const key = GROUP_KEYS[name];
    const own = key?.definition.parse(settings.get(name) ?? '')?.value;
    return (
      own ?? Number(key === undefined ? 0 : (config.synonyms([key.fallback])[0]?.value ?? key.definition.defaultValue))
    );
  };
  if (
    problems.length === 0 &&
    effective('consumer.heartbeat.interval.ms') >= effective('consumer.session.timeout.ms')
  ) {
    problems.push('consumer.session.timeout.ms must be greater than consumer.heartbeat.interval.ms');
  }
  return problems;
}

/** Stored settings as the coordinator takes them; what this release refuses counts as unset. */
export function groupOverrides(stored: ReadonlyMap<string, string> | undefined): GroupOverrides | undefined {
  if (stored === undefined || stored.size === 0) return undefined;
  const known = overridesByStored.get(stored);
  if (known !== undefined) return known;
  const overrides: { -readonly [Key in keyof GroupOverrides]: GroupOverrides[Key] } = {};
  for (const [name, text] of stored) {
    const key = GROUP_KEYS[name];
    const value = key?.definition.parse(text)?.value;
    if (key !== undefined && value !== undefined) overrides[key.overrides] = value;
  }
  overridesByStored.set(stored, overrides);
  return overrides;
}

/** A stored map is one object until it changes, and settings are asked for with every heartbeat. */
const overridesByStored = new WeakMap<ReadonlyMap<string, string>, GroupOverrides>();
