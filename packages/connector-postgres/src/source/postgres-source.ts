import { messageOf, MillraceError, systemTimers } from '@millrace/base';
import { defineSource, type CheckContext, type ConfigIssue, type Position } from '@millrace/connect-api';
import { openConnection } from '../replication/open-connection.ts';
import { PostgresError } from '../replication/postgres-error.ts';
import { literal } from '../replication/sql-text.ts';
import type { WireConnection } from '../replication/wire-connection.ts';
import { VERSION } from '../version.ts';
import { applicationNameOf, filterOf, offsetProblem, PostgresSourceTask } from './postgres-source-task.ts';
import { addressOf, sourceConfig, type SourceConfig } from './source-config.ts';

/**
 * Change data capture from Postgres: a snapshot, and then every committed change, by logical replication.
 *
 * Delivery: exactly once where the worker writes exactly once; else at least once. Throws `MILLRACE_CONNECT_POSTGRES_…`.
 */
export const postgresSource = defineSource<SourceConfig, Position, Position>({
  name: 'PostgresSourceConnector',
  version: VERSION,
  aliases: ['io.debezium.connector.postgresql.PostgresConnector', 'PostgresConnector'],
  config: sourceConfig,
  check,
  delivery: () => ({ exactlyOnce: true, ownTransactions: true }),
  // A slot has one reader.
  plan: async function* () {
    yield [{}];
  },
  task: async (_task, config, context) => new PostgresSourceTask(config, context),
  alterOffsets: async (config, changes) => {
    for (const { partition, offset } of changes) {
      const problem = offsetProblem(partition, offset, config.topicPrefix);
      if (problem !== undefined) throw new PostgresError('SETUP', `cannot change the offsets: ${problem}`);
    }
    return 'framework-only';
  },
});

async function check(config: SourceConfig, context: CheckContext): Promise<readonly ConfigIssue[]> {
  let connection: WireConnection | undefined;
  try {
    const applicationName = applicationNameOf(context.connector);
    connection = await openConnection(addressOf(config), {
      replication: false,
      applicationName,
      timers: systemTimers,
      signal: context.signal,
    });
    return [
      ...(await serverIssues(connection)),
      ...(await slotIssues(connection, config.slotName, applicationName)),
      ...(await tableIssues(connection, config, context)),
    ];
  } catch (error) {
    return [{ key: settingOf(error), message: messageOf(error) }];
  } finally {
    await connection?.close();
  }
}

function settingOf(error: unknown): string {
  if (!MillraceError.is(error)) return 'database.hostname';
  if (error.details['sqlState'] === '3D000') return 'database.dbname';
  return error.code.endsWith('_AUTHENTICATION') ? 'database.user' : 'database.hostname';
}

async function serverIssues(connection: WireConnection): Promise<ConfigIssue[]> {
  const [row] = await connection.query(
    'look at the server',
    `SELECT current_setting('wal_level'), rolreplication OR rolsuper OR EXISTS (
       SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
       WHERE m.member = r.oid AND g.rolname IN ('rds_replication', 'azure_replication', 'cloudsqlreplica')), rolname
     FROM pg_roles r WHERE rolname = current_user`,
  );
  const issues: ConfigIssue[] = [];
  if (row?.[0] !== 'logical')
    issues.push({
      key: 'database.hostname',
      message: `wal_level of the server is ${row?.[0]}: set it to logical and restart the server`,
    });
  if (row?.[1] !== 't')
    issues.push({
      key: 'database.user',
      message: `user ${row?.[2]} may not replicate: ALTER ROLE … REPLICATION (or grant the replication role of your provider)`,
    });
  return issues;
}

/** Two connectors on one slot take changes away from each other. */
async function slotIssues(
  connection: WireConnection,
  slotName: string,
  applicationName: string,
): Promise<ConfigIssue[]> {
  const [row] = await connection.query(
    `look for who reads replication slot ${slotName}`,
    `SELECT r.application_name FROM pg_replication_slots s JOIN pg_stat_replication r ON r.pid = s.active_pid
     WHERE s.slot_name = ${literal(slotName)}`,
  );
  const reader = row?.[0] ?? applicationName;
  if (reader === applicationName) return [];
  const message = `replication slot ${slotName} is read by "${reader}" now: give each connector a slot.name (and a publication.name) of its own`;
  return [{ key: 'slot.name', message }];
}

async function tableIssues(
  connection: WireConnection,
  config: SourceConfig,
  { log }: CheckContext,
): Promise<ConfigIssue[]> {
  const filter = filterOf(config);
  const rows = await connection.query(
    'list tables',
    `SELECT n.nspname, c.relname, has_table_privilege(c.oid, 'SELECT'),
       c.relreplident = 'n' OR (c.relreplident = 'd' AND NOT EXISTS (
         SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary))
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relpersistence = 'p' AND c.relkind IN ('r', 'p') ORDER BY 1, 2`,
  );
  const captured = rows.filter((row) => filter.includesTable(row[0] ?? '', row[1] ?? ''));
  const nameOf = (row: readonly (string | null)[]): string => `${row[0]}.${row[1]}`;
  const unreadable = captured.filter((row) => row[2] !== 't').map(nameOf);
  const anonymous = captured.filter((row) => row[3] === 't').map(nameOf);
  if (anonymous.length > 0)
    log.warn('tables without a replica identity: once they are published, UPDATE and DELETE on them fail', {
      tables: anonymous,
      remedy: 'add a primary key, ALTER TABLE … REPLICA IDENTITY FULL, or leave them out by table.exclude.list',
    });
  const issues: ConfigIssue[] = [];
  if (unreadable.length > 0 && config.snapshotMode !== 'no_data' && config.snapshotMode !== 'never')
    issues.push({ key: 'database.user', message: `no SELECT on ${unreadable.join(', ')}: GRANT SELECT ON …` });
  if (config.publicationAutocreateMode === 'disabled') {
    const [publication] = await connection.query(
      'look for the publication',
      `SELECT 1 FROM pg_publication WHERE pubname = ${literal(config.publicationName)}`,
    );
    if (publication === undefined)
      issues.push({
        key: 'publication.name',
        message: `there is no publication ${config.publicationName}, and publication.autocreate.mode is disabled`,
      });
  } else if (captured.length === 0 && config.publicationAutocreateMode === 'filtered')
    issues.push({ key: 'table.include.list', message: 'no table matches' });
  return issues;
}
