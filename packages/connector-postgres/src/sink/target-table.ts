/** What is known of a table that rows are written to. */
import type { TableName } from './sql-text.ts';

export interface TargetType {
  /** Of the type itself, for casts: qualified and quoted, so that no length limit comes with it. */
  readonly sqlName: string;
  /** Name of the type that a domain stands on, or of the type itself, such as `int8`. */
  readonly base: string;
  /** Of arrays: their elements. */
  readonly element?: TargetType;
  /** Digits after the second, of types that have a time. */
  readonly timePrecision: number;
  /** Whether arrays of it can be written as `type[]`, with commas between elements. Others come as `text[]` and are cast one by one. */
  readonly hasArray: boolean;
  /** Between elements of an array of it: a comma, but for boxes. */
  readonly delimiter: string;
}

export interface TargetColumn {
  readonly name: string;
  readonly type: TargetType;
  readonly isNotNull: boolean;
  readonly hasDefault: boolean;
  /** The database computes it: nothing can be written to it. */
  readonly isGenerated: boolean;
  /** `GENERATED ALWAYS AS IDENTITY`: written only with OVERRIDING SYSTEM VALUE, never updated. */
  readonly isIdentityAlways: boolean;
}

export interface TargetTable {
  readonly name: TableName;
  readonly columns: ReadonlyMap<string, TargetColumn>;
  readonly primaryKey: readonly string[];
  /** Sets of columns that a row can be told by, the primary key included. Undefined: not a table but a view, which has none. */
  readonly uniqueKeys: readonly (readonly string[])[] | undefined;
}

/** By its exact name, or else the only one that differs in case alone. */
export function findColumn(table: TargetTable, name: string): TargetColumn | undefined {
  const exact = table.columns.get(name);
  if (exact !== undefined) return exact;
  const lower = name.toLowerCase();
  const alike = [...table.columns.values()].filter((column) => column.name.toLowerCase() === lower);
  return alike.length === 1 ? alike[0] : undefined;
}

/** Types whose text needs no quotes in an array literal. */
const BARE_TYPES = new Set(['int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'bool', 'oid']);

export function needsQuotes(type: TargetType): boolean {
  return !BARE_TYPES.has(type.base);
}
