import type { Schema } from './schema.ts';

/** Header values are what converters make of them; without a schema a string, number, boolean, bigint, Uint8Array or JSON-like value. */
export interface RecordHeader {
  readonly key: string;
  readonly value: unknown;
  readonly schema?: Schema;
}

/** A record on its way to Kafka. */
export interface OutRecord {
  readonly topic: string;
  /** Absent: the partitioner decides by key. */
  readonly partition?: number;
  readonly key?: unknown;
  /** Null or absent is a tombstone. */
  readonly value?: unknown;
  readonly keySchema?: Schema;
  readonly valueSchema?: Schema;
  readonly headers?: readonly RecordHeader[];
  /** Milliseconds since 1970; absent: when it is sent. */
  readonly timestampMs?: number;
}

/** Where a record came from in Kafka, whatever transforms made of it. */
export interface RecordOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A record that came from Kafka, converted and transformed. */
export interface InRecord {
  /** After transforms; for offsets use {@link origin}. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: unknown;
  /** Null is a tombstone. */
  readonly value: unknown;
  readonly keySchema?: Schema;
  readonly valueSchema?: Schema;
  readonly headers: readonly RecordHeader[];
  readonly timestampMs: number;
  readonly timestampType: 'create' | 'append' | 'none';
  readonly origin: RecordOrigin;
}

/** Either kind, as transforms see it. */
export interface AnyRecord {
  readonly topic: string;
  readonly partition?: number;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly keySchema?: Schema;
  readonly valueSchema?: Schema;
  readonly headers?: readonly RecordHeader[];
  readonly timestampMs?: number;
  /** Of records that came from Kafka. */
  readonly offset?: number;
}

const PREPARED = Symbol.for('millrace.connect.prepared');

/**
 * A value that its source has rendered as JSON already. The JSON converter passes the text on as it is (as `payload` beside the schema where
 * schemas are written); whoever needs the value itself (a transform, another converter) gets it from {@link valueOf}.
 */
export interface PreparedValue {
  readonly [PREPARED]: true;
  /**
   * JSON of the value, without its schema, as the JSON converter writes it by default: decimals in base64, and the default of a field in place of
   * its null. Where the converter's settings ask for another text it renders {@link toValue} itself.
   */
  readonly json: string | Uint8Array;
  /** The value as its schema describes it. Called at most once a record, and only when needed. */
  toValue(): unknown;
}

export function prepared(json: string | Uint8Array, toValue: () => unknown): PreparedValue {
  return { [PREPARED]: true, json, toValue };
}

export function isPrepared(value: unknown): value is PreparedValue {
  return typeof value === 'object' && value !== null && (value as Partial<PreparedValue>)[PREPARED] === true;
}

/** The value itself, of a prepared one or any other. */
export function plainValue(value: unknown): unknown {
  return isPrepared(value) ? value.toValue() : value;
}
