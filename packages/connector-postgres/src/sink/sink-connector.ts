import { messageOf, systemTimers } from '@millrace/base';
import { defineSink, type CheckContext, type ConfigIssue, type SinkConnector } from '@millrace/connect-api';

import { VERSION } from '../version.ts';
import { sinkError } from './failure.ts';
import { isCreating, sinkConfig, type SinkConfig } from './sink-config.ts';
import { offsetTableOf, openSession, PostgresSinkTask } from './sink-task.ts';

/**
 * Writes records to tables of a Postgres database: inserts, upserts, updates and deletes, in batches, and exactly once where it is asked to.
 * Settings are named as in Debezium's JDBC sink and in Confluent's.
 */
export const postgresSink: SinkConnector<SinkConfig> = defineSink({
  name: 'PostgresSinkConnector',
  version: VERSION,
  aliases: [
    'io.debezium.connector.jdbc.JdbcSinkConnector',
    'io.confluent.connect.jdbc.JdbcSinkConnector',
    'io.aiven.connect.jdbc.JdbcSinkConnector',
  ],
  config: sinkConfig,
  check,
  task: (_task, config, context) => Promise.resolve(new PostgresSinkTask(config, context)),
  async alterOffsets(config, changes, context) {
    const offsets = offsetTableOf(config, context.connector);
    if (offsets === undefined) return 'framework-only';
    try {
      await using session = await openSession(
        config,
        { connector: context.connector, timers: systemTimers },
        context.signal,
      );
      await offsets.alter(session, changes);
      return 'done';
    } catch (error) {
      throw sinkError(error, 'change the offsets in the database');
    }
  },
});

/** Whether the database can be reached, takes writes, and lets the user make what the settings ask for. */
async function check(config: SinkConfig, context: CheckContext): Promise<readonly ConfigIssue[]> {
  try {
    await using session = await openSession(
      config,
      { connector: context.connector, timers: systemTimers },
      context.signal,
    );
    if (!isCreating(config) && config.deliveryGuarantee !== 'exactly_once') return [];
    const [state] = await session.query(
      "SELECT current_user, current_schema() AS schema, has_schema_privilege(current_schema(), 'CREATE') AS can_create",
    );
    if (state?.['can_create'] === true) return [];
    const what = isCreating(config) ? 'auto.create' : 'the table of offsets';
    return [
      {
        key: 'connection.url',
        message: `user ${String(state?.['current_user'])} may not make tables in schema ${String(state?.['schema'])}, which ${what} needs: grant CREATE on it`,
      },
    ];
  } catch (error) {
    return [{ key: 'connection.url', message: messageOf(sinkError(error, 'connect to the database')) }];
  }
}
