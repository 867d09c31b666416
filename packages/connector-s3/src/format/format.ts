import type { InRecord } from '@millrace/connect-api';

/** What of a record is kept, in the words of `format.output.fields`. */
export const OUTPUT_FIELDS = ['key', 'value', 'offset', 'timestamp', 'headers'] as const;

export type OutputField = (typeof OUTPUT_FIELDS)[number];

/** How records become bytes. One per task; what it learns of a topic's columns it keeps for the topic's next objects. */
export interface Format {
  /** Such as `.json`. */
  readonly extension: string;
  /** Whether bytes are compressed by the format itself. */
  readonly isCompressed: boolean;
  /** For an object of this topic. */
  open(topic: string): Encoder;
}

/** The bytes of one object, record by record. */
export interface Encoder {
  /** Whether the object can hold the record too. Otherwise it is closed, and the next one has the columns of both. */
  accepts(record: InRecord): boolean;
  /**
   * Takes the record; returns about how many bytes it adds before compression. Throws when it cannot be written in this format; then nothing of
   * it is kept.
   */
  append(record: InRecord): number;
  /** Bytes in memory that {@link drain} would hand over, about. */
  readonly pendingBytes: number;
  /** From how many on it is worth to drain. */
  readonly blockBytes: number;
  /** Hands over what is pending; undefined when there is nothing. */
  drain(): Uint8Array | undefined;
  /** The rest, with what ends the object. */
  finish(): Uint8Array | undefined;
}
