/** The publication: which tables the server sends. */
import type { Logger } from '@millrace/base';
import { PostgresError } from '../replication/postgres-error.ts';
import { identifier, literal, qualifiedName } from '../replication/sql-text.ts';
import type { WireConnection } from '../replication/wire-connection.ts';
import type { TableFilter } from './table-filter.ts';

export interface PublicationOptions {
  readonly name: string;
  readonly mode: 'filtered' | 'all_tables' | 'disabled' | 'no_tables';
  readonly viaPartitionRoot: boolean;
  /** How long the server may say nothing while it waits for those who have locked tables. */
  readonly silenceMsMax: number;
}

const GENERATED_COLUMNS_VERSION = 180_000;

export async function hasPublication(connection: WireConnection, name: string): Promise<boolean> {
  const rows = await connection.query(
    'look for the publication',
    `SELECT FROM pg_publication WHERE pubname = ${literal(name)}`,
  );
  return rows.length > 0;
}

/** Makes it, or adds the tables that it lacks. */
export async function ensurePublication(
  connection: WireConnection,
  options: PublicationOptions,
  filter: TableFilter,
  log: Logger,
): Promise<void> {
  const { name, mode, viaPartitionRoot, silenceMsMax } = options;
  const [existing] = await connection.query(
    'look for the publication',
    `SELECT puballtables FROM pg_publication WHERE pubname = ${literal(name)}`,
  );
  if (existing === undefined) {
    if (mode === 'disabled')
      throw new PostgresError(
        'SETUP',
        `there is no publication ${name}, and publication.autocreate.mode is disabled: CREATE PUBLICATION ${identifier(name)} FOR TABLE …`,
      );
    const sql = await creation(connection, options, filter);
    await connection.query(`create publication ${name}`, sql, undefined, silenceMsMax);
    log.info('created a publication', { publication: name, mode });
    return;
  }
  // A publication of somebody else is only extended by tables that were asked for.
  if (mode !== 'filtered' || existing[0] === 't' || !filter.hasIncludes) return;
  const wanted = await matchingTables(connection, filter, viaPartitionRoot);
  const rows = await connection.query(
    `read publication ${name}`,
    `SELECT n.nspname, c.relname FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
       JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE p.pubname = ${literal(name)}`,
  );
  const present = new Set(rows.map((row) => qualifiedName(row[0] ?? '', row[1] ?? '')));
  const missing = wanted.filter((table) => !present.has(table));
  if (missing.length === 0) return;
  // Nothing is taken out: the publication may serve others, and what is not wanted is left out here.
  await connection.query(
    `add tables to publication ${name}`,
    `ALTER PUBLICATION ${identifier(name)} ADD TABLE ${missing.join(', ')}`,
    undefined,
    silenceMsMax,
  );
  log.info('added tables to the publication: their changes are streamed from now on, without a snapshot', {
    publication: name,
    tables: missing,
  });
}

async function creation(connection: WireConnection, options: PublicationOptions, filter: TableFilter): Promise<string> {
  const { name, mode, viaPartitionRoot } = options;
  const [version] = await connection.query('read the version', 'SHOW server_version_num');
  const settings = [
    ...(viaPartitionRoot ? ['publish_via_partition_root = true'] : []),
    ...(Number(version?.[0]) >= GENERATED_COLUMNS_VERSION ? ['publish_generated_columns = stored'] : []),
  ];
  const create = `CREATE PUBLICATION ${identifier(name)}`;
  const ending = settings.length === 0 ? '' : ` WITH (${settings.join(', ')})`;
  if (mode === 'all_tables') return `${create} FOR ALL TABLES${ending}`;
  if (mode === 'no_tables') return `${create}${ending}`;
  const tables = await matchingTables(connection, filter, viaPartitionRoot);
  if (tables.length === 0)
    throw new PostgresError(
      'SETUP',
      'no table matches table.include.list and the other lists (and the user can see it): correct the lists, or create the table first',
    );
  return `${create} FOR TABLE ${tables.join(', ')}${ending}`;
}

async function matchingTables(
  connection: WireConnection,
  filter: TableFilter,
  viaPartitionRoot: boolean,
): Promise<string[]> {
  const rows = await connection.query(
    'list tables',
    `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relpersistence = 'p' AND ${viaPartitionRoot ? "c.relkind IN ('r', 'p') AND NOT c.relispartition" : "c.relkind = 'r'"}
     ORDER BY 1, 2`,
  );
  return rows
    .filter((row) => filter.includesTable(row[0] ?? '', row[1] ?? ''))
    .map((row) => qualifiedName(row[0] ?? '', row[1] ?? ''));
}
