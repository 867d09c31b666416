import { ProtocolError } from '@millrace/protocol';
import { decodeAssignment } from '../group/consumer-protocol.ts';
import type { TopicPartition } from '../topic-partition.ts';

/** What the leader of a classic consumer group handed to a member; undefined when the bytes are something else. */
export function assignedPartitions(bytes: Uint8Array): readonly TopicPartition[] | undefined {
  try {
    return decodeAssignment(bytes).partitions;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
