/**
 * Connect's schemas: what a value is made of, when that is known. A value may go without one.
 *
 * Types and logical names are those of Kafka Connect, so that JSON with schemas reads the same on both sides.
 */

/** How values of each type look in JavaScript:
 *
 * | type | value |
 * | --- | --- |
 * | int8, int16, int32, float32, float64 | number |
 * | int64 | number where it is a safe integer, bigint beyond; both are taken |
 * | boolean, string | boolean, string |
 * | bytes | Uint8Array |
 * | array | array |
 * | map | Map |
 * | struct | object with a property per field; an absent optional field is undefined or null |
 *
 * Logical types: see {@link LogicalName}.
 */
export type SchemaType =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'boolean'
  | 'string'
  | 'bytes'
  | 'array'
  | 'map'
  | 'struct';

/**
 * Names under which a schema means more than its type: Decimal (bytes; value: {@link Decimal}), Date (int32; value: JavaScript Date at
 * midnight UTC), Time (int32; Date on 1970-01-01), Timestamp (int64; Date).
 */
export const LogicalName = {
  decimal: 'org.apache.kafka.connect.data.Decimal',
  date: 'org.apache.kafka.connect.data.Date',
  time: 'org.apache.kafka.connect.data.Time',
  timestamp: 'org.apache.kafka.connect.data.Timestamp',
} as const;

export type LogicalName = (typeof LogicalName)[keyof typeof LogicalName];

export interface Field {
  readonly name: string;
  readonly schema: Schema;
}

/**
 * Immutable. Converters keep what they derive from a schema by its identity: make one once, not per record.
 */
export interface Schema {
  readonly type: SchemaType;
  readonly optional: boolean;
  readonly name?: string;
  readonly version?: number;
  readonly doc?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly default?: unknown;
  /** Of a struct, in order. */
  readonly fields?: readonly Field[];
  /** Of a map. */
  readonly keySchema?: Schema;
  /** Of elements of an array, or values of a map. */
  readonly valueSchema?: Schema;
}

/** An exact decimal: `unscaled × 10^-scale`. */
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}
