/**
 * What the transaction coordinator reaches of this broker: the partitions that transactions write to.
 *
 * Invariants: every marker of a call is appended in the turn of the call. A partition that is gone needs no marker.
 * Not here: when a transaction ends and how (@millrace/coordinator), what a marker does to a log (@millrace/log).
 */
import type {
  AppendedMarkers,
  GroupCoordinator,
  TopicPartitionRef,
  TransactionParticipants,
} from '@millrace/coordinator';
import type { EndMarker, OpenTransaction } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import type { OwnedPartitions } from '../partitions/owned-partitions.ts';
import { GROUP_TOPIC } from '../partitions/topic-names.ts';
import type { ProducerIds } from '../producer-ids.ts';
import { appendMarker } from './append-marker.ts';

export interface BrokerParticipantsOptions {
  /** Made after the coordinator, since partitions are handed to it. */
  readonly partitions: () => Pick<OwnedPartitions, 'locateByName' | 'open'>;
  readonly groups: Pick<GroupCoordinator, 'appendEndMarker' | 'partitionFor'>;
  readonly producerIds: Pick<ProducerIds, 'next'>;
}

const GONE = Promise.resolve(ErrorCode.NONE);

export class BrokerParticipants implements TransactionParticipants {
  readonly #options: BrokerParticipantsOptions;

  constructor(options: BrokerParticipantsOptions) {
    this.#options = options;
  }

  areJournalled(places: readonly TopicPartitionRef[]): boolean {
    const partitions = this.#options.partitions();
    return places.every(({ topic, partition }) => {
      const location = partitions.locateByName(topic, partition);
      return location.kind === 'unknown' || (location.kind === 'owned' && location.log.config.durability === 'fsync');
    });
  }

  appendMarkers(marker: EndMarker, places: readonly TopicPartitionRef[]): AppendedMarkers {
    const partitions = this.#options.partitions();
    const pending: Promise<number>[] = [];
    let allJournalled = true;
    for (const place of places) {
      if (partitions.locateByName(place.topic, place.partition).kind === 'unknown') {
        pending.push(GONE);
        continue;
      }
      const appended = appendMarker({ partitions, groups: this.#options.groups }, marker, place);
      pending.push(appended.durable);
      if (!appended.isJournalled) allJournalled = false;
    }
    return { allJournalled, durable: Promise.all(pending) };
  }

  *openTransactions(): Iterable<TopicPartitionRef & OpenTransaction> {
    for (const { topic, log } of this.#options.partitions().open()) {
      for (const transaction of log.openTransactions()) {
        yield { topic: topic.name, partition: log.id.partition, ...transaction };
      }
    }
  }

  check({ topic, partition }: TopicPartitionRef): number {
    const location = this.#options.partitions().locateByName(topic, partition);
    if (location.kind === 'unknown') return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    // Offsets of groups take part too, but only by way of their coordinator.
    return location.topic.isInternal && topic !== GROUP_TOPIC ? ErrorCode.INVALID_TOPIC_EXCEPTION : ErrorCode.NONE;
  }

  nextProducerId(): Promise<number> {
    return this.#options.producerIds.next();
  }

  groupPartition(groupId: string): TopicPartitionRef {
    return { topic: GROUP_TOPIC, partition: this.#options.groups.partitionFor(groupId) };
  }
}
