/**
 * What becomes of a record that its codec refuses: as the user chose, and never without a trace.
 *
 * Invariants: `stop` throws and moves nothing; `skip` and a dead letter are counted and published, with the record's place.
 */
import type { MessageHeader } from '../topic/codec.ts';
import { sendDeadLetter, type DeadLetter } from './dead-letter.ts';

/**
 * `stop` throws the DecodeError to whoever reads, who may seek past the record; `skip` leaves the record out; a dead letter sends its
 * bytes on and goes on once that is acknowledged.
 */
export type UndecodablePolicy = 'stop' | 'skip' | DeadLetter;

/** Bytes of the record at an index, such as a batch. */
export interface RawRecords {
  readonly topic: string;
  readonly partition: number;
  offsetAt(index: number): number;
  timestampAt(index: number): number;
  keyBytes(index: number): Uint8Array | null;
  valueBytes(index: number): Uint8Array | null;
  headersAt(index: number): readonly MessageHeader[];
}

export interface UndecodableReport {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly action: 'stop' | 'skip' | 'dead-letter';
  readonly error: unknown;
}

export interface UndecodableSink {
  /** Throws to stop, returns to skip; a promise is that of the dead letter. */
  treat(records: RawRecords, index: number, error: unknown): Promise<void> | undefined;
}

export interface UndecodableOptions {
  readonly policy: UndecodablePolicy;
  readonly groupId: string | undefined;
  readonly report: (report: UndecodableReport) => void;
  /** The partition goes back to its first record that is not finished. */
  readonly stop: (records: RawRecords) => void;
  /** Hears of a dead letter that could not be sent; the promise of `treat` rejects with the same. */
  readonly fail: (error: Error) => void;
}

export function createUndecodableSink(options: UndecodableOptions): UndecodableSink {
  const { policy, groupId, report, stop, fail } = options;
  return {
    treat(records, index, error) {
      const { topic, partition } = records;
      const offset = records.offsetAt(index);
      if (policy === 'stop') {
        report({ topic, partition, offset, action: 'stop', error });
        stop(records);
        throw error;
      }
      if (policy === 'skip') {
        report({ topic, partition, offset, action: 'skip', error });
        return undefined;
      }
      report({ topic, partition, offset, action: 'dead-letter', error });
      const sent = sendDeadLetter(policy, {
        topic,
        partition,
        offset,
        timestamp: records.timestampAt(index),
        key: records.keyBytes(index),
        value: records.valueBytes(index),
        headers: records.headersAt(index),
        error,
        attempts: 0,
        groupId,
      });
      sent.catch(fail);
      return sent;
    },
  };
}
