/**
 * What a running task asks of the world around it. In memory it is answered in the same process; of a task in a process of its own, which
 * can be killed, each call is a message (see ../kill).
 */
import type {
  InRecord,
  OutRecord,
  Position,
  SourceOffset,
  TopicPartition,
  TopicPartitionOffset,
} from '@millrace/connect-api';

export interface SourcePorts {
  readOffsets(partitions: readonly Position[]): Promise<readonly (Position | undefined)[]>;
  /** Kafka has the records when it resolves. */
  append(records: readonly OutRecord[]): Promise<void>;
  /** The offset store has them when it resolves. */
  store(offsets: readonly SourceOffset[]): Promise<void>;
  /** A transaction: both or nothing. */
  commit(records: readonly OutRecord[], offsets: readonly SourceOffset[]): Promise<void>;
  deadLetter(raw: Uint8Array, reason: string): Promise<void>;
}

export interface SinkPorts {
  /** Those that the group gives to the task, each with the offset to go on from. */
  assignment(): Promise<readonly TopicPartitionOffset[]>;
  /** At most `countMax` records in all; waits for some until the signal is aborted. */
  fetch(
    positions: readonly TopicPartitionOffset[],
    countMax: number,
    signal: AbortSignal,
  ): Promise<readonly InRecord[]>;
  commit(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  deadLetter(record: InRecord, reason: string): Promise<void>;
}

/** For keys of maps. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
