import type { GroupMetadata, OffsetToCommit, TopicPartition } from '../topic-partition.ts';
import { ClassicMembership } from './classic-membership.ts';
import { ConsumerMembership } from './consumer-membership.ts';
import type { GroupCluster } from './group-cluster.ts';
import type { MembershipSettings } from './membership-options.ts';
import type {
  LeaveOptions,
  Membership,
  MembershipListener,
  MembershipState,
  OffsetRequestOptions,
} from './membership.ts';

/**
 * Tries the protocol of KIP-848, and takes the classic one when the cluster does not serve it, or when this group is a classic
 * one that cannot be moved over. Decides once, before anything is held.
 */
export class AutoMembership implements Membership {
  #membership: Membership;
  #topics: readonly string[] | RegExp;
  #isLeaving = false;

  constructor(cluster: GroupCluster, settings: MembershipSettings, listener: MembershipListener) {
    this.#topics = settings.topics;
    this.#membership = new ConsumerMembership(cluster, settings, listener, () => {
      if (this.#isLeaving) return;
      this.#membership = new ClassicMembership(cluster, { ...settings, topics: this.#topics }, listener);
      this.#membership.start();
    });
  }

  get state(): MembershipState {
    const { state } = this.#membership;
    const isDecided = state.protocol === 'classic' || state.generation >= 0;
    return isDecided ? state : { ...state, protocol: undefined };
  }

  start(): void {
    this.#membership.start();
  }

  rejoin(reason: string): void {
    this.#membership.rejoin(reason);
  }

  setSubscription(topics: readonly string[] | RegExp): void {
    this.#topics = topics;
    this.#membership.setSubscription(topics);
  }

  leave(options?: LeaveOptions): Promise<void> {
    this.#isLeaving = true;
    return this.#membership.leave(options);
  }

  commitOffsets(offsets: readonly OffsetToCommit[], options?: OffsetRequestOptions) {
    return this.#membership.commitOffsets(offsets, options);
  }

  fetchCommitted(partitions: readonly TopicPartition[], options?: OffsetRequestOptions) {
    return this.#membership.fetchCommitted(partitions, options);
  }

  groupMetadata(): GroupMetadata {
    return this.#membership.groupMetadata();
  }
}
