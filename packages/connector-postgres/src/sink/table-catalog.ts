/**
 * Reads what tables are made of, creates tables and adds columns.
 *
 * Statements that change a table are done one at a time for all tasks of all workers, under a lock of the database: otherwise two tasks that
 * meet a new topic would both create its table.
 */
import { columnTypeFor } from './column-type.ts';
import type { RowField } from './row-fields.ts';
import type { Session } from './session.ts';
import { quoteName, quoteTable, type TableName } from './sql-text.ts';
import type { TargetColumn, TargetTable, TargetType } from './target-table.ts';

/** Domains are followed to the type they stand on. */
const COLUMNS = `
WITH RECURSIVE base (type, oid, typmod) AS (
  SELECT a.atttypid, a.atttypid, a.atttypmod FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = $1::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT t.oid, t.oid, -1 FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_type at ON at.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_type bt ON bt.oid = at.typbasetype
  JOIN pg_catalog.pg_type t ON t.oid = CASE WHEN at.typtype = 'd' THEN bt.typelem ELSE at.typelem END
  WHERE a.attrelid = $1::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT b.type, d.typbasetype, d.typtypmod FROM base b JOIN pg_catalog.pg_type d ON d.oid = b.oid WHERE d.typtype = 'd'
),
type AS (
  SELECT DISTINCT ON (b.type) b.type, n.nspname, t.typname, t.typarray <> 0 AND t.typdelim = ',' AND bt.typtype <> 'c' AS has_array,
    t.typdelim,
    bt.typname AS base, et.oid IS NOT NULL AS is_array, et.oid AS element
  FROM base b
  JOIN pg_catalog.pg_type t ON t.oid = b.type
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  JOIN pg_catalog.pg_type bt ON bt.oid = b.oid AND bt.typtype <> 'd'
  LEFT JOIN pg_catalog.pg_type et ON et.typarray = bt.oid
)
SELECT a.attname AS name, a.attnotnull AS not_null, a.atthasdef OR a.attidentity <> '' AS has_default,
  a.attgenerated <> '' AS generated, a.attidentity = 'a' AS identity_always, a.atttypmod AS typmod,
  t.nspname, t.typname, t.has_array, t.typdelim, t.base, t.is_array,
  e.nspname AS e_nspname, e.typname AS e_typname, e.has_array AS e_has_array, e.typdelim AS e_typdelim, e.base AS e_base
FROM pg_catalog.pg_attribute a
JOIN type t ON t.type = a.atttypid
LEFT JOIN type e ON t.is_array AND e.type = t.element
WHERE a.attrelid = $1::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum`;

/** Not those that hold for some rows only, are of expressions, or are checked late: ON CONFLICT cannot use them. */
const UNIQUE_KEYS = `
SELECT i.indisprimary AS is_primary, array_to_json(ARRAY(
  SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS k (attnum, at)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
  WHERE k.at <= i.indnkeyatts ORDER BY k.at)) AS columns
FROM pg_catalog.pg_index i
WHERE i.indrelid = $1::pg_catalog.regclass AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
  AND i.indexprs IS NULL`;

/** Undefined: there is no such table. */
export async function readTable(session: Session, name: TableName): Promise<TargetTable | undefined> {
  const quoted = quoteTable(name);
  const [found] = await session.query(
    'SELECT relkind FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass($1)',
    [quoted],
  );
  if (found === undefined) return undefined;
  const columns = (await session.query(COLUMNS, [quoted])).map(columnOf);
  const isView = found['relkind'] === 'v';
  const keys = isView ? [] : await session.query(UNIQUE_KEYS, [quoted]);
  return {
    name,
    columns: new Map(columns.map((column) => [column.name, column])),
    primaryKey: (keys.find((key) => key['is_primary'] === true)?.['columns'] ?? []) as readonly string[],
    uniqueKeys: isView ? undefined : keys.map((key) => key['columns'] as readonly string[]),
  };
}

function columnOf(row: Readonly<Record<string, unknown>>): TargetColumn {
  const timePrecision = timePrecisionOf(Number(row['typmod']));
  const type: TargetType = {
    sqlName: qualified(row['nspname'], row['typname']),
    base: String(row['base']),
    timePrecision,
    // Elements of an array, and fields of a composite type, would be taken apart by unnest().
    hasArray: row['has_array'] === true && row['is_array'] !== true,
    delimiter: String(row['typdelim']),
    ...(row['is_array'] === true
      ? {
          element: {
            sqlName: qualified(row['e_nspname'], row['e_typname']),
            base: String(row['e_base']),
            timePrecision,
            hasArray: row['e_has_array'] === true,
            delimiter: String(row['e_typdelim']),
          },
        }
      : {}),
  };
  return {
    name: String(row['name']),
    type,
    isNotNull: row['not_null'] === true,
    hasDefault: row['has_default'] === true,
    isGenerated: row['generated'] === true,
    isIdentityAlways: row['identity_always'] === true,
  };
}

function qualified(schema: unknown, type: unknown): string {
  return `${quoteName(String(schema))}.${quoteName(String(type))}`;
}

const TIME_PRECISION = 6;

/** The modifier of types with a time is their precision; absent it is −1. Of other types it is something else, and not asked for. */
function timePrecisionOf(typmod: number): number {
  return typmod >= 0 && typmod <= TIME_PRECISION ? typmod : TIME_PRECISION;
}

/** A field with a value of it, which tells the type where there is no schema. */
export interface NewColumn {
  readonly field: RowField;
  readonly value: unknown;
}

/** Only columns of the key are NOT NULL: a field that may be absent from some day on must not stop the sink. */
export async function createTable(session: Session, name: TableName, columns: readonly NewColumn[]): Promise<void> {
  const lines = columns.map(
    ({ field, value }) => `${quoteName(field.name)} ${typeOf(field, value)}${field.isInKey ? ' NOT NULL' : ''}`,
  );
  const key = columns.filter(({ field }) => field.isInKey).map(({ field }) => quoteName(field.name));
  if (key.length > 0) lines.push(`PRIMARY KEY (${key.join(', ')})`);
  await changeTable(session, `CREATE TABLE IF NOT EXISTS ${quoteTable(name)} (${lines.join(', ')})`);
}

export async function addColumns(session: Session, name: TableName, columns: readonly NewColumn[]): Promise<void> {
  const added = columns.map(
    ({ field, value }) => `ADD COLUMN IF NOT EXISTS ${quoteName(field.name)} ${typeOf(field, value)}`,
  );
  await changeTable(session, `ALTER TABLE ${quoteTable(name)} ${added.join(', ')}`);
}

function typeOf(field: RowField, value: unknown): string {
  return columnTypeFor(field.schema, value) ?? 'text';
}

/** Any number, but the same everywhere. */
const DDL_LOCK = '7813190248153350144';

/** Also for the table of offsets. */
export async function changeTable(session: Session, statement: string): Promise<void> {
  await session.query('BEGIN');
  try {
    await session.query('SELECT pg_catalog.pg_advisory_xact_lock($1)', [DDL_LOCK]);
    await session.query(statement);
    await session.query('COMMIT');
  } catch (error) {
    if (session.isOpen) await session.query('ROLLBACK');
    throw error;
  }
}
