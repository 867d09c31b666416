/**
 * What members say of their past in the bytes of Kafka's two sticky assignors.
 *
 * `sticky`: the assignment a member had and its generation, since an eager member owns nothing when it joins; the first version
 * lacked the generation. `cooperative-sticky`: the generation alone; what is owned stands in the subscription itself.
 */
import { ProtocolError, Reader, Writer } from '@millrace/protocol';
import type { TopicPartition } from '../../topic-partition.ts';
import { groupByTopic } from '../partition-set.ts';
import { byText } from './member-order.ts';

export const NO_GENERATION = -1;

export interface PreviousAssignment {
  readonly partitions: readonly TopicPartition[];
  readonly generation: number;
}

/** Keeps the order of a topic's partitions, as Kafka's clients do. */
export function encodePreviousAssignment({ partitions, generation }: PreviousAssignment): Buffer {
  const topics = [...groupByTopic(partitions)]
    .map(([topic, entries]) => ({ topic, partitions: entries.map(({ partition }) => partition) }))
    .sort((a, b) => byText(a.topic, b.topic));
  const size = topics.reduce(
    (sum, each) => sum + 2 + Buffer.byteLength(each.topic) + 4 + 4 * each.partitions.length,
    8,
  );
  const writer = new Writer(size);
  writer.arrayLength(topics.length);
  for (const each of topics) {
    writer.string(each.topic);
    writer.arrayLength(each.partitions.length);
    for (const partition of each.partitions) writer.int32(partition);
  }
  writer.int32(generation);
  return Buffer.concat(writer.finish());
}

/** Bytes that cannot be read count as no past, as in Kafka's clients: the member is then given partitions like a new one. */
export function decodePreviousAssignment(bytes: Uint8Array | null): PreviousAssignment {
  if (bytes === null || bytes.length === 0) return { partitions: [], generation: NO_GENERATION };
  return (
    readOrUndefined(() => {
      const reader = new Reader(bytes);
      const partitions: TopicPartition[] = [];
      for (let topics = reader.arrayLength(6); topics > 0; topics--) {
        const topic = reader.string();
        for (let count = reader.arrayLength(4); count > 0; count--)
          partitions.push({ topic, partition: reader.int32() });
      }
      return { partitions, generation: reader.remaining >= 4 ? reader.int32() : NO_GENERATION };
    }) ?? { partitions: [], generation: NO_GENERATION }
  );
}

export function encodeGeneration(generation: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(generation);
  return bytes;
}

export function decodeGeneration(bytes: Uint8Array | null): number {
  if (bytes === null) return NO_GENERATION;
  return readOrUndefined(() => new Reader(bytes).int32()) ?? NO_GENERATION;
}

function readOrUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
