/**
 * Judges what the members of one group were told and did, event by event.
 *
 * Invariants that it holds them to: a partition has one owner at a time; a generation has one assignment, whatever crashes lie between its
 * answers; nobody loses partitions without a word unless that is excused.
 * Excused is what Kafka's protocol cannot prevent either: a member that was out of reach for its session timeout, or stayed away from a
 * rebalance, owns what it had until the coordinator's next word reaches it, while others own it already. So does one that takes an
 * assignment late which was sent before it went out of reach.
 */
export interface Member {
  readonly name: string;
  /** Out of reach for so long that the group may have gone on without it. */
  readonly isExcused: boolean;
}

export class OwnershipChecker {
  readonly problems: string[] = [];
  readonly #owners = new Map<number, Set<Member>>();
  readonly #roundOf = new Map<number, string>();
  /** Since when nobody owns the partition. */
  readonly #freeSinceMs = new Map<number, number>();
  readonly gapsMs: number[] = [];
  excusedOverlaps = 0;
  losses = 0;

  /** The generation's assignment reached a member; `round` names the assignment. */
  told(member: Member, generation: number, round: string): void {
    const known = this.#roundOf.get(generation);
    if (known === undefined) this.#roundOf.set(generation, round);
    else if (known !== round) {
      this.problems.push(`${member.name} got assignment ${round} in generation ${generation}, others got ${known}`);
    }
  }

  assigned(member: Member, partitions: Iterable<number>, nowMs: number): void {
    for (const partition of partitions) {
      const owners = this.#owners.get(partition) ?? new Set();
      this.#owners.set(partition, owners);
      for (const other of owners) {
        if (other.isExcused || member.isExcused) this.excusedOverlaps++;
        else this.problems.push(`${member.name} got partition ${partition} at ${nowMs} while ${other.name} had it`);
      }
      owners.add(member);
      const freeSinceMs = this.#freeSinceMs.get(partition);
      if (freeSinceMs !== undefined) this.gapsMs.push(nowMs - freeSinceMs);
      this.#freeSinceMs.delete(partition);
    }
  }

  /** The member gave them up, lost them, or is dead. */
  released(member: Member, partitions: Iterable<number>, nowMs: number, how: 'revoked' | 'lost' | 'dead'): void {
    for (const partition of partitions) {
      if (how === 'lost') this.losses++;
      const owners = this.#owners.get(partition);
      owners?.delete(member);
      if (owners?.size === 0) this.#freeSinceMs.set(partition, nowMs);
    }
  }

  ownersOf(partition: number): readonly Member[] {
    return [...(this.#owners.get(partition) ?? [])];
  }
}
