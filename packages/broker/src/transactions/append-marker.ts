import type { GroupCoordinator, TopicPartitionRef } from '@millrace/coordinator';
import type { EndMarker } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import { GROUP_TOPIC } from '../partitions/topic-names.ts';
import type { PartitionRegistry } from '../services.ts';

/** What became of the end marker of one partition. */
export interface AppendedMarker {
  /** It has its place in the journal, ahead of whatever is appended from now on. */
  readonly isJournalled: boolean;
  /** Resolves with 0 when the marker is durable, else with the error code. */
  readonly durable: Promise<number>;
}

export interface MarkerTargets {
  readonly partitions: Pick<PartitionRegistry, 'locateByName'>;
  readonly groups: Pick<GroupCoordinator, 'appendEndMarker'>;
}

/** Ends a producer's transaction on a partition of this broker, in this turn: UNKNOWN_TOPIC_OR_PARTITION when there is none such. */
export function appendMarker(
  { partitions, groups }: MarkerTargets,
  marker: EndMarker,
  { topic, partition }: TopicPartitionRef,
): AppendedMarker {
  const location = partitions.locateByName(topic, partition);
  if (location.kind === 'unknown') return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  if (location.kind === 'elsewhere') return refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  const { log } = location;
  // Offsets of groups are decided by their coordinator when it sees the marker.
  const outcome = topic === GROUP_TOPIC ? groups.appendEndMarker(partition, marker) : log.appendEndMarker(marker);
  if (!('durable' in outcome)) return refused(outcome.errorCode);
  return { isJournalled: log.config.durability === 'fsync', durable: outcome.durable };
}

function refused(errorCode: number): AppendedMarker {
  return { isJournalled: false, durable: Promise.resolve(errorCode) };
}
