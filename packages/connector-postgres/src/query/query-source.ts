import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, systemTimers } from '@millrace/base';
import {
  defineSource,
  type CheckContext,
  type ConfigIssue,
  type Position,
  type TaskConfig,
} from '@millrace/connect-api';
import { openConnection } from '../replication/open-connection.ts';
import { PostgresError } from '../replication/postgres-error.ts';
import { addressOf } from '../source/source-config.ts';
import { TableFilter } from '../source/table-filter.ts';
import { VERSION } from '../version.ts';
import { queryConfig, type QueryConfig } from './query-config.ts';
import { QuerySourceTask, type QueryTarget } from './query-source-task.ts';

/**
 * Reads tables, views or a query again and again, for databases without logical replication: new rows by a rising number, changed ones by
 * a time. Deletes are not seen, and of several changes between two looks only the last.
 *
 * Delivery: exactly once in the modes `incrementing` and `timestamp+incrementing` where the worker writes exactly once; else at least once.
 */
export const postgresQuerySource = defineSource<QueryConfig, Position, Position>({
  name: 'PostgresQuerySourceConnector',
  version: VERSION,
  config: queryConfig,
  check,
  delivery: ({ mode }) => ({ exactlyOnce: mode.includes('incrementing'), ownTransactions: false }),
  plan: async function* (config, { tasksMax, connector, log }, signal) {
    let before = '';
    for (;;) {
      const targets = await findTargets(config, connector, signal);
      const tasks = shareOut(targets, tasksMax);
      if (JSON.stringify(tasks) !== before) {
        if (before !== '') log.info('there are other tables now', { tables: targets.length });
        before = JSON.stringify(tasks);
        yield tasks;
      }
      if (config.query !== undefined) return;
      try {
        await sleep(config.tablePollIntervalMs, undefined, { signal });
      } catch {
        return;
      }
    }
  },
  task: async (task, config, context) =>
    new QuerySourceTask(config, JSON.parse(task['targets'] ?? '[]') as QueryTarget[], context),
});

async function findTargets(config: QueryConfig, connector: string, signal: AbortSignal): Promise<QueryTarget[]> {
  if (config.query !== undefined) return [{ schema: 'query', name: config.topicPrefix }];
  const filter = new TableFilter({
    schemaInclude: [],
    schemaExclude: [],
    tableInclude: config.tableIncludeList,
    tableExclude: [],
    columnInclude: [],
    columnExclude: [],
  });
  const connection = await openConnection(addressOf(config), {
    replication: false,
    applicationName: `millrace-connect ${connector}`.slice(0, 60),
    timers: systemTimers,
    signal,
  });
  try {
    const rows = await connection.query(
      'list tables',
      `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1, 2`,
      signal,
    );
    const found = rows.map((row) => ({ schema: row[0] ?? '', name: row[1] ?? '' }));
    return found.filter(({ schema, name }) => filter.includesTable(schema, name));
  } finally {
    await connection.close();
  }
}

function shareOut(targets: readonly QueryTarget[], tasksMax: number): TaskConfig[] {
  const count = Math.min(tasksMax, targets.length);
  return Array.from({ length: count }, (_, task) => ({
    targets: JSON.stringify(targets.filter((_target, index) => index % count === task)),
  }));
}

async function check(config: QueryConfig, context: CheckContext): Promise<readonly ConfigIssue[]> {
  try {
    const targets = await findTargets(config, context.connector, context.signal);
    return targets.length > 0 ? [] : [{ key: 'table.include.list', message: 'no table or view matches' }];
  } catch (error) {
    const isRefused = PostgresError.is(error) && error.code.endsWith('_AUTHENTICATION');
    return [{ key: isRefused ? 'database.user' : 'database.hostname', message: messageOf(error) }];
  }
}
