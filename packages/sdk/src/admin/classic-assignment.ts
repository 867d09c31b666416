import { ProtocolError, Reader } from '@millrace/protocol';
import { consumerProtocolAssignment } from '@millrace/protocol/messages/data-consumer-protocol-assignment';
import type { TopicPartition } from '../topic-partition.ts';

/** Assignments begin with their version, which is no part of the message. */
const VERSION_BYTES = 2;

/** What the leader of a classic consumer group handed to a member; undefined when the bytes are something else. */
export function assignedPartitions(bytes: Uint8Array): readonly TopicPartition[] | undefined {
  // A member that waits for its first assignment has none.
  if (bytes.length === 0) return [];
  if (bytes.length < VERSION_BYTES) return undefined;
  const told = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readInt16BE(0);
  const { minVersion, maxVersion } = consumerProtocolAssignment;
  // Newer versions only add fields at the end.
  const version = Math.min(Math.max(told, minVersion), maxVersion);
  try {
    const { assignedPartitions: topics } = consumerProtocolAssignment.decode(
      new Reader(bytes.subarray(VERSION_BYTES)),
      version,
    );
    return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
