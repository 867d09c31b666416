/**
 * The partitions that a member holds, and telling the listener of every change.
 *
 * Invariants: `onRevoke` and `onAssign` are never called while one of them is pending. A partition is held from the moment
 *   `onAssign` is called until `onRevoke` has come back, or until it is lost. What is lost is told once. Each time of holding a partition
 *   has a number of its own.
 * Not here: which partitions to hold.
 */
import { messageOf } from '@millrace/base';
import { KafkaError } from '../error.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { MembershipListener } from './membership.ts';
import { PartitionSet } from './partition-set.ts';

export class Holdings {
  readonly #listener: MembershipListener;
  #owned = new PartitionSet();
  /** By `topic:partition`. */
  readonly #tenures = new Map<string, number>();
  #tenureCount = 0;
  #losses = 0;
  #hasAssigned = false;
  #pending: Promise<void> = Promise.resolve();

  constructor(listener: MembershipListener) {
    this.#listener = listener;
  }

  get owned(): PartitionSet {
    return this.#owned;
  }

  /** Tells one time of holding the partition from another; undefined while it is not held. */
  tenureOf({ topic, partition }: TopicPartition): number | undefined {
    return this.#tenures.get(`${topic}:${String(partition)}`);
  }

  /** Gives up what is held of these. Resolves to false when they were lost meanwhile. */
  async revoke(partitions: PartitionSet): Promise<boolean> {
    const revoked = this.#owned.and(partitions);
    if (revoked.size === 0) return true;
    const isKept = await this.#call('onRevoke', () => this.#listener.onRevoke(revoked.toArray()));
    if (isKept) {
      this.#owned = this.#owned.minus(revoked);
      for (const { topic, partition } of revoked) this.#tenures.delete(`${topic}:${String(partition)}`);
    }
    return isKept;
  }

  /** Takes these. Resolves to false when they were lost meanwhile. */
  async assign(partitions: PartitionSet): Promise<boolean> {
    if (partitions.size === 0 && this.#hasAssigned) return true;
    this.#hasAssigned = true;
    return this.#call('onAssign', () => {
      for (const { topic, partition } of partitions) {
        this.#owned.add(topic, partition);
        this.#tenures.set(`${topic}:${String(partition)}`, ++this.#tenureCount);
      }
      return this.#listener.onAssign(partitions.toArray());
    });
  }

  /** Everything is gone. Interrupts a pending call in so far as that resolves to false. */
  lose(): void {
    const lost = this.#owned;
    if (lost.size === 0) return;
    this.#losses++;
    this.#owned = new PartitionSet();
    this.#tenures.clear();
    try {
      this.#listener.onLost(lost.toArray());
    } catch (error) {
      this.#report('onLost', error);
    }
  }

  async #call(name: string, call: () => Promise<void>): Promise<boolean> {
    const lossesBefore = this.#losses;
    const previous = this.#pending;
    this.#pending = (async () => {
      await previous;
      if (this.#losses !== lossesBefore) return;
      try {
        await call();
      } catch (error) {
        this.#report(name, error);
      }
    })();
    await this.#pending;
    return this.#losses === lossesBefore;
  }

  #report(name: string, cause: unknown): void {
    const message = `${name} threw, and the rebalance goes on without it: ${messageOf(cause)}`;
    this.#listener.onError(new KafkaError('MILLRACE_CLIENT_INVALID_STATE', message, { cause }));
  }
}
