import type { OutRecord, Position, SourceBatch } from '@millrace/connect-api';
import type { Tuple } from '../replication/tuple.ts';
import type { TableLayout } from './table-layout.ts';

/** What a batch holds at most. */
export interface BatchLimits {
  readonly records: number;
  readonly bytes: number;
}

/** One stored position per connector: Debezium's. */
export interface SourcePartition extends Position {
  readonly server: string;
}

/** A row that could not become a record. */
export interface RowFailure {
  readonly layout: TableLayout;
  readonly row: Tuple;
  readonly error: unknown;
}

/** The row as it came, for people. */
export function rawRow({ layout, row }: RowFailure): Uint8Array {
  const values = Array.from({ length: row.count }, (_, index) => row.text(index));
  return Buffer.from(
    JSON.stringify({ schema: layout.schema, table: layout.table, columns: layout.columnNames, values }),
  );
}

/** @param isOpen the transaction of the database goes on: Kafka is to show nothing of it yet */
export function batchOf(
  partition: SourcePartition,
  records: readonly OutRecord[],
  offset: Position,
  sizeBytes = 0,
  isOpen = false,
): SourceBatch {
  return { records, partition, offset, sizeBytes, ...(isOpen ? {} : { transaction: 'end' as const }) };
}
