/**
 * What a consumer group's assignment rests on, and the assignment: the epoch of the group, the topics that its patterns mean, its target.
 *
 * Owns: work in slices that waits for its turn ({@link takeWork}).
 * Invariants: the epoch rises with every change of members, subscriptions or subscribed topics; a target is computed for an epoch from one
 *   moment's members and topics. While one is computed the group goes on; what changed meanwhile makes another one due.
 * Bounds: a group's target is computed once in `assignmentIntervalMs`, patterns are looked at once in `PATTERN_INTERVAL_MS`; small ones
 *   at once, others in slices. One piece of work of each kind for a group at a time.
 * Not here: which member has what (consumer-membership.ts), how partitions are divided (assignors/).
 */
import type { Clock, Logger } from '@millrace/base';
import type { GroupSettings } from '../group-settings.ts';
import type { DeadlineQueue } from '../runtime/deadline-queue.ts';
import type { Step } from '../runtime/step.ts';
import type { GroupDeadline } from '../group/group-deadline.ts';
import type { GroupMetrics } from '../group/group-metrics.ts';
import type { GroupStateRecord } from '../group/group-records.ts';
import type { KnownTopic, TopicDirectory } from '../topic-directory.ts';
import type { Assignor, AssignorInput, AssignorTopic } from './assignors/assignor.ts';
import { rangeAssignor } from './assignors/range-assignor.ts';
import { uniformAssignor } from './assignors/uniform-assignor.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerGroupRecord } from './consumer-records.ts';
import { subscriptionHash } from './subscription-hash.ts';
import { isSameAssignment, NO_ASSIGNMENT, type Assignment } from './topic-partitions.ts';
import { compilePattern, matchingCost, matchTopics } from './topic-patterns.ts';

export type GroupStep = Step<GroupStateRecord>;
export type GroupWork = (step: GroupStep) => Generator<void, void, undefined>;

export interface ConsumerTargetsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: GroupMetrics;
  readonly deadlines: DeadlineQueue<GroupDeadline>;
  readonly topics: TopicDirectory;
  readonly settings: GroupSettings;
  /** Adds the record to the step and applies it. */
  readonly write: (step: GroupStep, record: GroupStateRecord) => void;
  /** Whether the log takes a record of that size; one that it does not take is left out. */
  readonly fits: (record: ConsumerGroupRecord) => boolean;
  /** Whether the shard still has this group. */
  readonly isAlive: (group: ConsumerGroup) => boolean;
}

export const ASSIGNORS: ReadonlyMap<string, Assignor> = new Map(
  [uniformAssignor, rangeAssignor].map((assignor) => [assignor.name, assignor]),
);

/** Members and partitions up to which a target is computed at once: about a millisecond. */
const COST_AT_ONCE = 4_000;
/** Characters of topics and patterns up to which patterns are looked at once. */
const MATCHING_AT_ONCE = 20_000;
/** How often patterns are looked at for the sake of new topics; and for a pattern that is new. */
const PATTERN_INTERVAL_MS = 10_000;
const NEW_PATTERN_INTERVAL_MS = 1_000;

export class ConsumerTargets {
  readonly #options: ConsumerTargetsOptions;
  readonly #work: GroupWork[] = [];

  constructor(options: ConsumerTargetsOptions) {
    this.#options = options;
  }

  /** Work that the shard's host is to do in slices; undefined when there is none. */
  takeWork(): GroupWork | undefined {
    return this.#work.shift();
  }

  /** The group has changed: a new epoch. */
  bump(group: ConsumerGroup, reason: string, step: GroupStep): void {
    const { topics, logger, write } = this.#options;
    const { groupId } = group;
    group.checkedVersion = topics.version;
    const value = { epoch: group.epoch + 1, hash: subscriptionHash(this.#topicsOf(group)) };
    write(step, { kind: 'epoch', groupId, value });
    logger.info('consumer group has a new epoch', { group: groupId, epoch: value.epoch, reason });
  }

  /** Notices topics that came, went or grew, and patterns that have to be looked at. */
  refresh(group: ConsumerGroup, step: GroupStep): void {
    this.#refreshPatterns(group, step);
    const { topics } = this.#options;
    if (group.checkedVersion === topics.version) return;
    group.checkedVersion = topics.version;
    if (subscriptionHash(this.#topicsOf(group)) !== group.hash) this.bump(group, 'its topics have changed', step);
  }

  /** Computes a target for the newest epoch if there is none and it is time. */
  assign(group: ConsumerGroup, step: GroupStep): void {
    if (group.epoch <= group.targetEpoch || group.members.size === 0 || group.isAssigning) return;
    const { clock, deadlines, settings } = this.#options;
    const dueMs = group.assignedAtMs + settings.assignmentIntervalMs(group.groupId);
    if (clock.monotonicMs() < dueMs) return deadlines.set(group.assignmentDue, dueMs);
    deadlines.clear(group.assignmentDue);
    const input = this.#inputOf(group);
    const work = this.#assigning(group, group.epoch, input);
    if (costOf(input) <= COST_AT_ONCE) return run(work(step));
    group.isAssigning = true;
    this.#work.push(work);
  }

  /** The group is gone or will not be used again. */
  abandon(group: ConsumerGroup): void {
    this.#options.deadlines.clear(group.assignmentDue);
    this.#options.deadlines.clear(group.patternsDue);
  }

  /** How soon a member should be back that waits for what is due by itself; undefined when nothing is. */
  soonMs(group: ConsumerGroup): number | undefined {
    const { clock } = this.#options;
    const isPending = group.isAssigning || group.isResolving;
    const dueMs = Math.min(group.assignmentDue.dueMs, group.patternsDue.dueMs);
    if (isPending) return SOON_MS;
    return dueMs === Infinity ? undefined : Math.max(SOON_MS, dueMs - clock.monotonicMs() + SOON_MS);
  }

  #assigning(group: ConsumerGroup, epoch: number, input: AssignorInput): GroupWork {
    const { clock, logger, metrics, write, fits } = this.#options;
    const assignor = this.#assignorFor(group);
    const isOver = (): boolean => !this.#options.isAlive(group);
    return function* (this: ConsumerTargets, step: GroupStep): Generator<void, void, undefined> {
      const startMs = clock.monotonicMs();
      const targets = yield* assignor.assign(input);
      const { groupId } = group;
      for (const [memberId, target] of targets) {
        yield;
        if (isOver()) return;
        if (!group.members.has(memberId) || isSameAssignment(group.target(memberId), target)) continue;
        const record = { kind: 'target', groupId, memberId, value: target } as const;
        if (fits(record)) write(step, record);
      }
      if (isOver()) return;
      write(step, { kind: 'targetEpoch', groupId, value: { epoch, timestampMs: clock.nowMs() } });
      group.assignorName = assignor.name;
      group.assignedAtMs = clock.monotonicMs();
      group.isAssigning = false;
      metrics.targetsComputed.add(1);
      const tookMs = Math.round(group.assignedAtMs - startMs);
      logger.info('consumer group has a new target', { group: groupId, epoch, assignor: assignor.name, tookMs });
      this.assign(group, step);
    }.bind(this);
  }

  /** The one that most members ask for, of those who ask. */
  #assignorFor(group: ConsumerGroup): Assignor {
    const { settings } = this.#options;
    const votes = new Map<string, number>();
    for (const { subscription } of group.members.values()) {
      const name = subscription.serverAssignor;
      if (name !== null) votes.set(name, (votes.get(name) ?? 0) + 1);
    }
    let winner = settings.assignors()[0] ?? uniformAssignor.name;
    for (const [name, count] of votes) if (count > (votes.get(winner) ?? 0)) winner = name;
    return ASSIGNORS.get(winner) ?? uniformAssignor;
  }

  #inputOf(group: ConsumerGroup): AssignorInput {
    const topics = new Map<string, AssignorTopic>();
    const idsByName = new Map<string, string>();
    for (const { name, topicId, partitionCount, racks } of this.#topicsOf(group)) {
      idsByName.set(name, topicId);
      topics.set(topicId, racks === undefined ? { partitionCount } : { partitionCount, racks });
    }
    // Members that want the same have the same list, as a rule.
    const sets = new Map<readonly string[], ReadonlySet<string>>();
    const setOf = (names: readonly string[]): ReadonlySet<string> => {
      let topicIds = sets.get(names);
      if (topicIds === undefined) {
        topicIds = new Set(names.map((name) => idsByName.get(name)).filter((topicId) => topicId !== undefined));
        sets.set(names, topicIds);
      }
      return topicIds;
    };
    const members = [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      instanceId: member.subscription.instanceId,
      rackId: member.subscription.rackId,
      topicIds: setOf(group.topicsOf(member)),
      before: group.target(member.memberId),
    }));
    return { members, topics };
  }

  *#topicsOf(group: ConsumerGroup): Generator<KnownTopic, void, undefined> {
    for (const name of group.subscribedTopics()) {
      const topic = this.#options.topics.byName(name);
      if (topic !== undefined) yield topic;
    }
  }

  #refreshPatterns(group: ConsumerGroup, step: GroupStep): void {
    const { clock, topics, settings, deadlines } = this.#options;
    const patterns = [...group.patternsInUse()];
    if (patterns.length === 0 || group.isResolving) return;
    const nowMs = clock.monotonicMs();
    const sinceMs = nowMs - group.patternsAtMs;
    const hasNew = patterns.some((pattern) => !group.patterns.has(pattern));
    const hasNewTopics = group.patternsVersion !== topics.version;
    if (!hasNew && !hasNewTopics && sinceMs < settings.patternRefreshIntervalMs()) return;
    const intervalMs = hasNew ? NEW_PATTERN_INTERVAL_MS : PATTERN_INTERVAL_MS;
    if (sinceMs < intervalMs) return deadlines.set(group.patternsDue, group.patternsAtMs + intervalMs);
    deadlines.clear(group.patternsDue);
    group.patternsAtMs = nowMs;
    group.patternsVersion = topics.version;
    const names = [...topics.names()];
    const work = this.#resolving(group, patterns, names);
    if (matchingCost(patterns, names.length) <= MATCHING_AT_ONCE) return run(work(step));
    group.isResolving = true;
    this.#work.push(work);
  }

  #resolving(group: ConsumerGroup, patterns: readonly string[], names: readonly string[]): GroupWork {
    const { clock, write, fits, isAlive } = this.#options;
    const version = group.patternsVersion;
    return function* (this: ConsumerTargets, step: GroupStep): Generator<void, void, undefined> {
      const found = yield* matchTopics(compiledOf(group, patterns), names);
      const { groupId } = group;
      if (!isAlive(group)) return;
      const wasResolving = group.isResolving;
      group.isResolving = false;
      let hasChanged = false;
      for (const [pattern, topics] of found) {
        if (!group.isPatternInUse(pattern)) continue;
        const known = group.patterns.get(pattern);
        if (known !== undefined && known.topics.join() === topics.join()) continue;
        const value = { topics, version, timestampMs: clock.nowMs() };
        const record = { kind: 'pattern', groupId, pattern, value } as const;
        if (!fits(record)) continue;
        write(step, record);
        hasChanged = true;
      }
      if (hasChanged) this.bump(group, 'its patterns mean other topics', step);
      // Done at once, the request that asked for it goes on by itself.
      if (hasChanged && wasResolving) this.assign(group, step);
    }.bind(this);
  }
}

/** A member that waits for what the coordinator is about to do is asked back after this time. */
const SOON_MS = 100;

function compiledOf(group: ConsumerGroup, patterns: readonly string[]): ConsumerGroup['compiled'] {
  for (const pattern of group.compiled.keys()) if (!group.isPatternInUse(pattern)) group.compiled.delete(pattern);
  for (const pattern of patterns) {
    if (group.compiled.has(pattern)) continue;
    const compiled = compilePattern(pattern);
    // One that came from the log and that this release refuses means nothing.
    if (!('problem' in compiled)) group.compiled.set(pattern, compiled);
  }
  return new Map(group.compiled);
}

/** About how many steps an assignor takes. */
function costOf({ members, topics }: AssignorInput): number {
  let partitionCount = 0;
  for (const { partitionCount: each } of topics.values()) partitionCount += each;
  const areAlike = members.every(({ topicIds }) => topicIds === members[0]?.topicIds);
  return members.length * topics.size + partitionCount * (areAlike ? 1 : members.length);
}

function run(work: Iterable<void>): void {
  for (const _ of work);
}

/** The target of a member that has none. */
export const NO_TARGET: Assignment = NO_ASSIGNMENT;
