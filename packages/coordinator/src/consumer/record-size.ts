import type { ConsumerGroupRecord } from './consumer-records.ts';
import type { Assignment, HeldPartitions } from './topic-partitions.ts';

/** Keys and fixed fields, rounded up. */
const BASE_BYTES = 200;
const TOPIC_BYTES = 32;

/** At least as many bytes as the record takes beside ids of group and member, without encoding it. */
export function recordBytesAtMost(record: ConsumerGroupRecord): number {
  if (record.value === null) return BASE_BYTES;
  switch (record.kind) {
    case 'subscription': {
      const { topicNames, topicPattern, instanceId, rackId, clientId, clientHost, classic } = record.value;
      const texts = [topicPattern, instanceId, rackId, clientId, clientHost];
      const protocols = classic?.protocols ?? [];
      const ofProtocols = protocols.reduce((sum, { name, metadata }) => sum + 3 * name.length + metadata.length + 8, 0);
      return BASE_BYTES + ofTexts(topicNames) + ofTexts(texts.map((text) => text ?? '')) + ofProtocols;
    }
    case 'target':
      return BASE_BYTES + ofLists(record.value, 4);
    case 'current':
      return BASE_BYTES + ofSets(record.value.assigned) + ofSets(record.value.pendingRevocation);
    case 'pattern':
      return BASE_BYTES + 3 * record.pattern.length + ofTexts(record.value.topics);
    default:
      return BASE_BYTES;
  }
}

function ofTexts(texts: readonly string[]): number {
  // Three bytes a character at most, and the length.
  return texts.reduce((sum, text) => sum + 3 * text.length + 3, 0);
}

function ofLists(assignment: Assignment, partitionBytes: number): number {
  let bytes = 0;
  for (const partitions of assignment.values()) bytes += TOPIC_BYTES + partitionBytes * partitions.length;
  return bytes;
}

function ofSets(held: HeldPartitions): number {
  let bytes = 0;
  for (const partitions of held.values()) bytes += TOPIC_BYTES + 8 * partitions.size;
  return bytes;
}
