import type { BrokerNeighbours, Neighbour } from '../neighbours.ts';
import type { OwnedPartitions } from '../partitions/owned-partitions.ts';
import { BrokerParticipants, type BrokerParticipantsOptions } from './broker-participants.ts';

export interface ParticipantsOptions extends Pick<BrokerParticipantsOptions, 'groups' | 'producerIds'> {
  /** This broker, whose partitions are made after its coordinators. */
  readonly here: () => Neighbour & { readonly partitions: OwnedPartitions };
  readonly neighbours: BrokerNeighbours | undefined;
}

/** What transactions of this broker write to: its own partitions, and those of its neighbours when it has any. */
export function createParticipants({ here, neighbours, groups, producerIds }: ParticipantsOptions): BrokerParticipants {
  if (neighbours === undefined) {
    return new BrokerParticipants({ partitions: () => here().partitions, groups, producerIds });
  }
  return new BrokerParticipants({
    partitions: () => ({
      locateByName: (topic, partition) => neighbours.locateByName(here().partitions, topic, partition),
      // Who coordinates what is open here may be a neighbour, so nothing that is open proves an orphan.
      open: () => [],
    }),
    groups: {
      partitionFor: (groupId) => groups.partitionFor(groupId),
      appendEndMarker: (partition, marker) => neighbours.appendEndMarker(here(), partition, marker),
    },
    producerIds,
  });
}
