import type { GroupCoordinatorConfig } from './config.ts';

/** Settings of a single group (config resource type 32); what is absent is the broker's. */
export interface GroupOverrides {
  readonly sessionTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  readonly assignmentIntervalMs?: number;
}

/** What rules one consumer group now: its own settings within the broker's bounds, else the broker's. */
export class GroupSettings {
  readonly #config: GroupCoordinatorConfig;
  readonly #overridesOf: (groupId: string) => GroupOverrides | undefined;

  constructor(config: GroupCoordinatorConfig, overridesOf?: (groupId: string) => GroupOverrides | undefined) {
    this.#config = config;
    this.#overridesOf = overridesOf ?? (() => undefined);
  }

  sessionTimeoutMs(groupId: string): number {
    const config = this.#config;
    const own = this.#overridesOf(groupId)?.sessionTimeoutMs;
    if (own === undefined) return config.groupConsumerSessionTimeoutMs;
    return within(own, config.groupConsumerMinSessionTimeoutMs, config.groupConsumerMaxSessionTimeoutMs);
  }

  heartbeatIntervalMs(groupId: string): number {
    const config = this.#config;
    const own = this.#overridesOf(groupId)?.heartbeatIntervalMs;
    if (own === undefined) return config.groupConsumerHeartbeatIntervalMs;
    return within(own, config.groupConsumerMinHeartbeatIntervalMs, config.groupConsumerMaxHeartbeatIntervalMs);
  }

  assignmentIntervalMs(groupId: string): number {
    const config = this.#config;
    const own = this.#overridesOf(groupId)?.assignmentIntervalMs;
    if (own === undefined) return config.groupConsumerAssignmentIntervalMs;
    return within(own, config.groupConsumerMinAssignmentIntervalMs, config.groupConsumerMaxAssignmentIntervalMs);
  }

  /** Names of the assignors that members may ask for; the first is taken when none does. */
  assignors(): readonly string[] {
    return this.#config.groupConsumerAssignors;
  }

  patternRefreshIntervalMs(): number {
    return this.#config.groupConsumerRegexRefreshIntervalMs;
  }

  membersMax(): number {
    return this.#config.groupConsumerMaxSize;
  }

  canUpgrade(): boolean {
    return ['upgrade', 'bidirectional'].includes(this.#config.groupConsumerMigrationPolicy.toLowerCase());
  }

  canDowngrade(): boolean {
    return ['downgrade', 'bidirectional'].includes(this.#config.groupConsumerMigrationPolicy.toLowerCase());
  }
}

function within(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
