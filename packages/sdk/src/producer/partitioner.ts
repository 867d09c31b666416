import type { EncodedBytes, MessageHeader } from '../topic/codec.ts';

/** What a partitioner decides by. */
export interface PartitionerInput {
  readonly topic: string;
  /** As encoded: bytes, text that stands for its UTF-8, or null without a key. */
  readonly key: EncodedBytes;
  /** As encoded; null for a tombstone. */
  readonly value: EncodedBytes;
  readonly headers: readonly MessageHeader[];
  /** At least 1. */
  readonly partitionCount: number;
}

/**
 * Chooses the partition of a record: its number, or undefined to leave it to the default (by key as Java does, sticky without a key).
 * Called synchronously for every record without a `partition` of its own; when it throws, that record's `send` rejects.
 */
export type Partitioner = (input: PartitionerInput) => number | undefined;
