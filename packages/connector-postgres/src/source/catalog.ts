/**
 * What the database says of its tables and types. A replication stream names columns and types, but neither primary keys nor what may be null.
 *
 * Bounds: only types that captured tables use are read, so a database with very many types starts as quickly as any.
 */
import { literal } from '../replication/sql-text.ts';
import type { TextRow, WireConnection } from '../replication/wire-connection.ts';

/** The type of a column as far as it decides how values look. */
export interface ColumnTypeRef {
  readonly typeOid: number;
  /** Length, precision or whatever the type has; -1 when there is none. */
  readonly modifier: number;
  /** As declared; 0 when it is no array. */
  readonly dimensions: number;
}

export interface CatalogType {
  readonly oid: number;
  readonly name: string;
  readonly kind: 'base' | 'domain' | 'enum' | 'array';
  /** Of a domain. */
  readonly baseOid: number;
  /** Of an array. */
  readonly elementOid: number;
  /** Of a domain. */
  readonly modifier: number;
  /** Between elements of an array. */
  readonly delimiter: string;
  /** Of an enum, in order. */
  readonly labels: readonly string[];
}

export interface CatalogColumn extends ColumnTypeRef {
  readonly name: string;
  readonly isRequired: boolean;
}

export interface CatalogTable {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly CatalogColumn[];
  /** Names, in the order of the key. */
  readonly primaryKey: readonly string[];
  /** `d` primary key, `n` nothing, `f` all columns, `i` an index. */
  readonly identity: string;
  readonly isPartitioned: boolean;
}

/** A table as the publication has it: which rows and columns of it are published. */
export interface PublishedTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** A condition in SQL. */
  readonly rowFilter: string | null;
}

/** With the overhead of a row. */
const ROW_BYTES_GUESS = 100;

export class Catalog {
  readonly types = new Map<number, CatalogType>();
  readonly #connection: WireConnection;
  readonly #silenceMsMax: number;

  /** @param silenceMsMax how long the server may say nothing where it waits for those who have locked a table */
  constructor(connection: WireConnection, silenceMsMax: number) {
    this.#connection = connection;
    this.#silenceMsMax = silenceMsMax;
  }

  /** Undefined when there is no such table any more. Reads its types too. */
  async table(schema: string, name: string): Promise<CatalogTable | undefined> {
    const rows = await this.#connection.query(
      'read the columns of a table',
      `SELECT c.oid, c.relreplident, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attndims,
         array_position(i.indkey::int2[], a.attnum), c.relkind
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
       WHERE n.nspname = ${literal(schema)} AND c.relname = ${literal(name)} AND c.relkind IN ('r', 'p')
       ORDER BY a.attnum`,
    );
    const [first] = rows;
    if (first === undefined) return undefined;
    const columns = rows.map((row) => ({
      name: row[2] ?? '',
      typeOid: Number(row[3]),
      modifier: Number(row[4]),
      isRequired: row[5] === 't',
      dimensions: Number(row[6]),
    }));
    const keyed = rows.filter((row) => row[7] !== null && row[7] !== undefined);
    await this.loadTypes(columns.map(({ typeOid }) => typeOid));
    return {
      oid: Number(first[0]),
      schema,
      name,
      identity: first[1] ?? 'd',
      isPartitioned: first[8] === 'p',
      columns,
      primaryKey: keyed.sort((a, b) => Number(a[7]) - Number(b[7])).map((row) => row[2] ?? ''),
    };
  }

  /** Those that are not known yet, and what they are made of. */
  async loadTypes(oids: readonly number[]): Promise<void> {
    let missing = [...new Set(oids)].filter((oid) => !this.types.has(oid));
    while (missing.length > 0) {
      const rows = await this.#connection.query(
        'read types',
        `SELECT t.oid, t.typname, t.typtype, t.typbasetype, t.typtypmod, e.oid, e.typdelim,
           (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid)
         FROM pg_type t LEFT JOIN pg_type e ON e.typarray = t.oid
         WHERE t.oid IN (${missing.join(',')})`,
      );
      for (const type of rows.map(typeOf)) this.types.set(type.oid, type);
      const parts = rows.flatMap((row) => [Number(row[3]), Number(row[5] ?? 0)]);
      missing = [...new Set(parts)].filter((oid) => oid !== 0 && !this.types.has(oid));
    }
  }

  /** About how many rows they have: by the statistics of the database, or else by the size of a table that has none yet. */
  async estimateRows(tables: readonly PublishedTable[]): Promise<number> {
    if (tables.length === 0) return 0;
    const names = tables.map(({ schema, name }) => `(${literal(schema)}, ${literal(name)})`).join(', ');
    const [row] = await this.#connection.query(
      'estimate the rows of a snapshot',
      `SELECT sum(CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE pg_relation_size(c.oid) / ${ROW_BYTES_GUESS} END)::bigint
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (n.nspname, c.relname) IN (${names})`,
      undefined,
      this.#silenceMsMax,
    );
    return Number(row?.[0] ?? 0);
  }

  /** In the order of names. */
  async published(publication: string): Promise<PublishedTable[]> {
    const rows = await this.#connection.query(
      `read publication ${publication}`,
      `SELECT schemaname, tablename, to_json(attnames), rowfilter FROM pg_publication_tables
       WHERE pubname = ${literal(publication)} ORDER BY 1, 2`,
      undefined,
      this.#silenceMsMax,
    );
    return rows.map((row) => ({
      schema: row[0] ?? '',
      name: row[1] ?? '',
      columns: JSON.parse(row[2] ?? '[]') as string[],
      rowFilter: row[3] ?? null,
    }));
  }
}

function typeOf(row: TextRow): CatalogType {
  const isArray = row[5] !== null && row[5] !== undefined;
  return {
    oid: Number(row[0]),
    name: row[1] ?? '',
    kind: row[2] === 'd' ? 'domain' : row[2] === 'e' ? 'enum' : isArray ? 'array' : 'base',
    baseOid: Number(row[3]),
    modifier: Number(row[4]),
    elementOid: Number(row[5] ?? 0),
    delimiter: row[6] ?? ',',
    labels: JSON.parse(row[7] ?? '[]') as string[],
  };
}
