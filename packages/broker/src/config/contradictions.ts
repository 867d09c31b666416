/** Broker settings that are right each for itself but not together: what is wrong, said of both. */
import type { BROKER_KEYS, BrokerKey } from './broker-keys.ts';
import { camelCase, type ConfigValues } from './config-definition.ts';

export type BrokerValues = ConfigValues<typeof BROKER_KEYS>;

export interface Contradiction {
  readonly key: BrokerKey;
  /** The one that it contradicts. */
  readonly other: BrokerKey;
  /** Names the value of `key`, and `other` with its value. */
  readonly problem: string;
}

/** What each thread of the cleaner needs for keys, as in Apache Kafka. */
const KEY_BYTES_MIN = 1_048_576;

export function contradictions(values: BrokerValues): Contradiction[] {
  const rules = new Rules(values);
  const session = 'group.consumer.session.timeout.ms';
  const heartbeat = 'group.consumer.heartbeat.interval.ms';
  rules.notAbove('group.min.session.timeout.ms', 'group.max.session.timeout.ms');
  rules.within(session, 'group.consumer.min.session.timeout.ms', 'group.consumer.max.session.timeout.ms');
  rules.within(heartbeat, 'group.consumer.min.heartbeat.interval.ms', 'group.consumer.max.heartbeat.interval.ms');
  rules.within(
    'group.consumer.assignment.interval.ms',
    'group.consumer.min.assignment.interval.ms',
    'group.consumer.max.assignment.interval.ms',
  );
  if (rules.valueOf(heartbeat) >= rules.valueOf(session)) rules.refuse(heartbeat, 'is not below', session);
  rules.notAbove('log.cleaner.min.compaction.lag.ms', 'log.cleaner.max.compaction.lag.ms');
  const { logCleanerEnable, logCleanerDedupeBufferSize, logCleanerThreads } = values;
  if (logCleanerEnable && logCleanerDedupeBufferSize < logCleanerThreads * KEY_BYTES_MIN) {
    const what = `is less than ${KEY_BYTES_MIN} for each of`;
    rules.refuse('log.cleaner.dedupe.buffer.size', what, 'log.cleaner.threads');
  }
  return rules.found;
}

class Rules {
  readonly found: Contradiction[] = [];
  readonly #values: BrokerValues;

  constructor(values: BrokerValues) {
    this.#values = values;
  }

  valueOf(key: BrokerKey): number {
    return Number(this.#values[camelCase(key) as keyof BrokerValues]);
  }

  refuse(key: BrokerKey, relation: string, other: BrokerKey): void {
    const problem = `${this.valueOf(key)} ${relation} ${other} (${this.valueOf(other)})`;
    this.found.push({ key, other, problem });
  }

  notAbove(key: BrokerKey, max: BrokerKey): boolean {
    const isFine = this.valueOf(key) <= this.valueOf(max);
    if (!isFine) this.refuse(key, 'is above', max);
    return isFine;
  }

  /** Bounds that contradict each other are told of instead of what lies between them. */
  within(key: BrokerKey, min: BrokerKey, max: BrokerKey): void {
    if (!this.notAbove(min, max)) return;
    if (this.valueOf(key) < this.valueOf(min)) this.refuse(key, 'is below', min);
    this.notAbove(key, max);
  }
}
