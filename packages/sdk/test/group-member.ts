import { waitUntil } from '@millrace/testing';
import { Cluster } from '../src/cluster/cluster.ts';
import type { KafkaError } from '../src/error.ts';
import {
  createMembership,
  type Membership,
  type MembershipListener,
  type MembershipOptions,
  type MembershipPhase,
} from '../src/group/membership.ts';
import type { TopicPartition } from '../src/topic-partition.ts';

export interface GroupMemberOptions extends Partial<MembershipOptions> {
  readonly brokers: readonly string[];
  /** Shared with other members instead of one of its own. */
  readonly cluster?: Cluster;
  /** Awaited in `onRevoke` before the partitions count as given up. */
  readonly beforeRevoked?: (partitions: readonly TopicPartition[]) => Promise<void>;
  readonly onOwned?: (member: GroupMember, partitions: readonly TopicPartition[]) => void;
  readonly onReleased?: (member: GroupMember, partitions: readonly TopicPartition[]) => void;
}

/** A membership whose listener keeps a record of what it hears. */
export class GroupMember implements AsyncDisposable, MembershipListener {
  readonly name: string;
  readonly cluster: Cluster;
  readonly membership: Membership;
  /** Such as `+t[0]`, `-t[0]`, `!t[0]` (lost). */
  readonly log: string[] = [];
  readonly errors: KafkaError[] = [];
  readonly owned = new Set<string>();
  readonly #options: GroupMemberOptions;
  readonly #ownsCluster: boolean;

  constructor(name: string, options: GroupMemberOptions) {
    this.name = name;
    this.#options = options;
    const { brokers, cluster, beforeRevoked: _1, onOwned: _2, onReleased: _3, ...rest } = options;
    this.#ownsCluster = cluster === undefined;
    this.cluster = cluster ?? new Cluster({ brokers, clientId: name });
    const defaults = { groupId: 'g', topics: ['t'], heartbeatIntervalMs: 50, sessionTimeoutMs: 6_000 };
    this.membership = createMembership(this.cluster, { ...defaults, ...rest }, this);
    this.membership.start();
  }

  get phase(): MembershipPhase {
    return this.membership.state.phase;
  }

  async onRevoke(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#options.beforeRevoked?.(partitions);
    this.#release('-', partitions);
  }

  async onAssign(partitions: readonly TopicPartition[]): Promise<void> {
    this.log.push(`+${namesOf(partitions).join(' ')}`);
    for (const name of namesOf(partitions)) this.owned.add(name);
    this.#options.onOwned?.(this, partitions);
  }

  onLost(partitions: readonly TopicPartition[]): void {
    this.#release('!', partitions);
  }

  onError(error: KafkaError): void {
    this.errors.push(error);
  }

  /** Goes without a word, as a process that is killed. */
  async kill(): Promise<void> {
    await this.cluster.close();
  }

  async close(): Promise<void> {
    await this.membership.leave({ timeoutMs: 5_000 });
    if (this.#ownsCluster) await this.cluster.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #release(sign: string, partitions: readonly TopicPartition[]): void {
    this.log.push(`${sign}${namesOf(partitions).join(' ')}`);
    for (const name of namesOf(partitions)) this.owned.delete(name);
    this.#options.onReleased?.(this, partitions);
  }
}

export function namesOf(partitions: readonly TopicPartition[]): string[] {
  return partitions.map(({ topic, partition }) => `${topic}[${String(partition)}]`);
}

/** What all of them own together, sorted; a partition that two own stands there twice. */
export function ownedByAll(members: readonly GroupMember[]): string[] {
  return members.flatMap((member) => [...member.owned]).sort();
}

/** Watches that no partition has two owners at a time. */
export class OwnershipLedger {
  readonly violations: string[] = [];
  readonly #owners = new Map<string, GroupMember>();

  /** For the options of every member of the group. */
  readonly hooks: Pick<GroupMemberOptions, 'onOwned' | 'onReleased'> = {
    onOwned: (member, partitions) => {
      for (const name of namesOf(partitions)) {
        const owner = this.#owners.get(name);
        if (owner !== undefined) this.violations.push(`${name} came to ${member.name} while ${owner.name} had it`);
        this.#owners.set(name, member);
      }
    },
    onReleased: (member, partitions) => {
      for (const name of namesOf(partitions)) {
        if (this.#owners.get(name) === member) this.#owners.delete(name);
      }
    },
  };

  /** A member that was killed works on nothing any more. */
  forget(member: GroupMember): void {
    for (const [name, owner] of this.#owners) if (owner === member) this.#owners.delete(name);
  }
}

/** All partitions are with exactly one of them, shared evenly, and nothing is on its way. */
export function settled(
  members: readonly GroupMember[],
  partitions: readonly string[],
  timeoutMs = 45_000,
): Promise<unknown> {
  const expected = [...partitions].sort().join();
  const counts = (): number[] => members.map(({ owned }) => owned.size);
  return waitUntil(
    () => members.map((each) => `${each.name} ${each.phase}: ${each.log.join(', ')}`).join('\n'),
    () =>
      members.every(({ phase }) => phase === 'stable') &&
      ownedByAll(members).join() === expected &&
      Math.max(...counts()) - Math.min(...counts()) <= 1,
    timeoutMs,
  );
}

export function partitionsOf(topic: string, count: number): string[] {
  return Array.from({ length: count }, (_, partition) => `${topic}[${String(partition)}]`);
}
