/**
 * Brokers of one process that share a MetaStore and the memory of their logs: how one reaches the partitions and coordinators of another.
 * Transactions need it: their coordinator admits batches and writes end markers in one turn, wherever the partitions are.
 *
 * Owns: the brokers that run, by node id.
 * Invariants: what is reached elsewhere is what its owner serves at this moment, else it counts as out of reach.
 * Not here: brokers in processes of their own, which need requests for that; who owns what (the MetaStore).
 */
import type { GroupCoordinator, PartitionAdmission, TransactionCoordinator } from '@millrace/coordinator';
import type { AppendOutcome, EndMarker } from '@millrace/log';
import { GROUP_TOPIC, TRANSACTION_TOPIC } from './partitions/topic-names.ts';
import type { PartitionLocation, PartitionRegistry } from './services.ts';

/** What a broker lets its neighbours reach. */
export interface Neighbour {
  readonly partitions: Pick<PartitionRegistry, 'locateByName'>;
  readonly groups: Pick<GroupCoordinator, 'appendEndMarker'>;
  readonly transactions: Pick<TransactionCoordinator, 'admit' | 'partitionFor'>;
}

export class BrokerNeighbours {
  readonly #brokers = new Map<number, Neighbour>();

  /** The broker runs. Returns the way to take it out again. */
  join(nodeId: number, broker: Neighbour): () => void {
    this.#brokers.set(nodeId, broker);
    return () => {
      if (this.#brokers.get(nodeId) === broker) this.#brokers.delete(nodeId);
    };
  }

  /** The partition as its owner serves it, as seen from a broker that may not be the owner. */
  locateByName(here: Pick<PartitionRegistry, 'locateByName'>, topicName: string, partition: number): PartitionLocation {
    const location = here.locateByName(topicName, partition);
    if (location.kind !== 'elsewhere') return location;
    const there = this.#brokers.get(location.owner)?.partitions.locateByName(topicName, partition);
    return there?.kind === 'owned' ? there : location;
  }

  /** {@link GroupCoordinator.appendEndMarker} of the broker that owns the partition. */
  appendEndMarker(here: Neighbour, partition: number, marker: EndMarker): AppendOutcome {
    return this.#ownerOf(here, GROUP_TOPIC, partition).groups.appendEndMarker(partition, marker);
  }

  /** {@link TransactionCoordinator.admit} of the broker that coordinates the transactional id. */
  admit(here: Pick<Neighbour, 'partitions' | 'transactions'>, admission: PartitionAdmission): readonly number[] {
    const partition = here.transactions.partitionFor(admission.transactionalId);
    return this.#ownerOf(here, TRANSACTION_TOPIC, partition).transactions.admit(admission);
  }

  #ownerOf<Here extends Pick<Neighbour, 'partitions'>>(
    here: Here,
    topicName: string,
    partition: number,
  ): Here | Neighbour {
    const location = here.partitions.locateByName(topicName, partition);
    return location.kind === 'elsewhere' ? (this.#brokers.get(location.owner) ?? here) : here;
  }
}
