/** What classic consumers say inside of the bytes of JoinGroup and SyncGroup. */
import { ProtocolError, Reader, Writer } from '@millrace/protocol';
import {
  consumerProtocolAssignment,
  createConsumerProtocolAssignment,
} from '@millrace/protocol/messages/data-consumer-protocol-assignment';
import { consumerProtocolSubscription } from '@millrace/protocol/messages/data-consumer-protocol-subscription';
import type { TopicDirectory } from '../topic-directory.ts';
import { toAssignment, type Assignment } from './topic-partitions.ts';

/** Newest version of both that this release reads in full; of later ones the part that it knows. */
const VERSION_MAX = 3;

export interface ClassicSubscription {
  readonly version: number;
  readonly topics: readonly string[];
  readonly rackId: string | null;
  /** What the member holds on to while it joins. */
  readonly owned: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

/** Undefined when the bytes are no subscription. */
export function readSubscription(bytes: Buffer): ClassicSubscription | undefined {
  return attempt(() => {
    const reader = new Reader(bytes);
    const version = reader.int16();
    if (version < 0) return undefined;
    const { topics, ownedPartitions, rackId } = consumerProtocolSubscription.decode(
      reader,
      Math.min(version, VERSION_MAX),
    );
    return { version, topics, rackId: rackId === '' ? null : rackId, owned: ownedPartitions };
  });
}

/** By topic id; topics that are gone are left out. Undefined when the bytes are no assignment; no bytes mean nothing. */
export function readAssignment(bytes: Buffer, topics: TopicDirectory): Assignment | undefined {
  if (bytes.length === 0) return new Map();
  return attempt(() => {
    const reader = new Reader(bytes);
    const version = reader.int16();
    if (version < 0) return undefined;
    const { assignedPartitions } = consumerProtocolAssignment.decode(reader, Math.min(version, VERSION_MAX));
    return toAssignment(byTopicId(assignedPartitions, topics));
  });
}

/** In the version that the member speaks itself. */
export function writeAssignment(assignment: Assignment, topics: TopicDirectory, version: number): Buffer {
  const usedVersion = Math.min(Math.max(version, 0), VERSION_MAX);
  const assignedPartitions = [...assignment].flatMap(([topicId, partitions]) => {
    const topic = topics.byId(topicId)?.name;
    return topic === undefined ? [] : [{ topic, partitions }];
  });
  const message = createConsumerProtocolAssignment({ assignedPartitions });
  const writer = new Writer(2 + consumerProtocolAssignment.size(message, usedVersion), 0);
  writer.int16(usedVersion);
  consumerProtocolAssignment.encode(writer, message, usedVersion);
  return writer.toBuffer();
}

export function byTopicId(
  lists: ClassicSubscription['owned'],
  topics: TopicDirectory,
): { readonly topicId: string; readonly partitions: readonly number[] }[] {
  return lists.flatMap(({ topic, partitions }) => {
    const topicId = topics.byName(topic)?.topicId;
    return topicId === undefined ? [] : [{ topicId, partitions }];
  });
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
