/** Settings of the sink, by the names of Debezium's JDBC sink and of Confluent's. */
import { messageOf } from '@millrace/base';
import { c, config, type ConfigIssue, type Infer } from '@millrace/connect-api';

import type { BareTimes } from './value-text.ts';
import { parseConnectionUrl } from './connection-url.ts';
import { TableNameFormat } from './table-name-format.ts';

const CONNECTION = 'Connection';
const WRITES = 'Writes';
const KEYS = 'Primary key';
const TABLES = 'Tables';

export const sinkConfig = config(
  {
    'connection.url': c
      .string()
      .transform(parseConnectionUrl)
      .importance('high')
      .group(CONNECTION)
      .width('long')
      .doc(
        'The database, as postgresql://host:port/database or jdbc:postgresql://host:port/database. Several hosts, separated by commas, are ' +
          'tried until one takes writes. A password belongs into connection.password: this text is shown. Parameters: sslmode, sslrootcert, sslcert, sslkey, currentSchema, application_name, connect_timeout.',
      ),
    'connection.username': c
      .string()
      .optional()
      .synonym('connection.user')
      .importance('high')
      .group(CONNECTION)
      .doc('The user; goes before the one in connection.url.'),
    'connection.password': c
      .secret()
      .optional()
      .importance('high')
      .group(CONNECTION)
      .doc('The password; goes before the one in connection.url.'),
    'query.timeout.ms': c
      .duration()
      .default('60s')
      .atLeast('1s')
      .importance('low')
      .group(CONNECTION)
      .doc(
        'How long the database may take to answer a statement. Then the connection is given up and the batch is tried again.',
      ),
    'max.retries': c
      .int()
      .default(-1)
      .atLeast(-1)
      .synonym('flush.max.retries')
      .importance('medium')
      .group(CONNECTION)
      .doc(
        'How often in a row a batch is tried again when the database cannot be reached or is too busy, before the task fails. -1: without end, ' +
          'so that a restart of the database is waited for.',
      ),
    'insert.mode': c
      .oneOf('insert', 'upsert', 'update')
      .default('insert')
      .importance('high')
      .group(WRITES)
      .doc(
        'insert: each record is a new row. upsert: the row of the same primary key is changed, or inserted when there is none; safe to repeat. ' +
          'update: the row is changed; when there is none, nothing happens.',
      ),
    'batch.size': c
      .int()
      .default(3000)
      .atLeast(1)
      .atMost(100_000)
      .importance('medium')
      .group(WRITES)
      .doc(
        'How many records at most are written in one transaction. It takes what is there, without waiting for more.',
      ),
    'delivery.guarantee': c
      .oneOf('at_least_once', 'exactly_once')
      .default('at_least_once')
      .importance('high')
      .group(WRITES)
      .doc(
        'at_least_once: after a failure the last batches may be written again, which upsert makes harmless. exactly_once: offsets are kept in ' +
          'the database, in the transaction of the rows, so that nothing is written twice in any mode.',
      ),
    'offsets.table': c
      .string()
      .default('millrace_connect_offsets')
      .nonEmpty()
      .importance('low')
      .group(WRITES)
      .visibleWhen('delivery.guarantee', 'exactly_once')
      .doc(
        'The table of the offsets, with a schema before a dot where wanted. It is made when it is not there; many connectors may share it.',
      ),
    'delete.enabled': c
      .boolean()
      .default(false)
      .importance('medium')
      .group(WRITES)
      .doc("Whether tombstones and Debezium's delete events delete rows. Without it they are passed over."),
    'truncate.enabled': c
      .boolean()
      .default(false)
      .importance('low')
      .group(WRITES)
      .doc("Whether Debezium's truncate events empty the table. Without it they are passed over."),
    'pk.mode': c
      .oneOf('none', 'kafka', 'record_key', 'record_value', 'record_header')
      .default('none')
      .synonym('primary.key.mode')
      .importance('high')
      .group(KEYS)
      .doc(
        'Where the primary key is: nowhere, in topic, partition and offset of the record, in its key, in its value, or in its headers.',
      ),
    'pk.fields': c
      .list()
      .default('')
      .synonym('primary.key.fields')
      .importance('medium')
      .group(KEYS)
      .doc(
        'Fields of the primary key; empty: all fields of the key, value or headers. With a key that is not a struct: the column it goes to. With ' +
          'pk.mode=kafka: the columns of topic, partition and offset, by default __connect_topic, __connect_partition, __connect_offset.',
      ),
    'table.name.format': c
      .string()
      .default('${topic}')
      .transform((format) => new TableNameFormat(format))
      .synonym('collection.name.format')
      .importance('medium')
      .group(TABLES)
      .doc(
        'The table of a record, with a schema before a dot where wanted: ${topic} is the topic with dots as underscores; ${source.schema}, ' +
          "${source.table} and ${source.db} are of Debezium's change events.",
      ),
    'auto.create': c
      .boolean()
      .default(false)
      .importance('medium')
      .group(TABLES)
      .doc('Whether missing tables are made, by the schema of the record, or by its values where it has none.'),
    'auto.evolve': c
      .boolean()
      .default(false)
      .importance('medium')
      .group(TABLES)
      .doc(
        'Whether missing columns are added. They take nulls. Columns are never removed and never change their type.',
      ),
    'schema.evolution': c
      .oneOf('none', 'basic')
      .optional()
      .importance('low')
      .group(TABLES)
      .doc('basic: auto.create and auto.evolve together; none: neither.'),
    'field.include.list': c
      .list()
      .optional()
      .synonym('fields.whitelist')
      .importance('low')
      .group(TABLES)
      .doc(
        'Fields of the value that are written, as name or topic:name; those of the primary key always are. Absent: all.',
      ),
    'field.exclude.list': c
      .list()
      .optional()
      .importance('low')
      .group(TABLES)
      .doc('Fields of the value that are not written, as name or topic:name.'),
    'unavailable.value.placeholder': c
      .string()
      .default('__debezium_unavailable_value')
      .nonEmpty()
      .importance('low')
      .group(TABLES)
      .doc(
        'How the source marks a large value that did not change and that it does not have: the column is left as it is.',
      ),
    'time.precision.mode': c
      .oneOf<BareTimes>('adaptive', 'connect', 'microseconds', 'nanoseconds')
      .optional()
      .importance('low')
      .group(TABLES)
      .doc(
        'What numbers mean that go to columns of dates and times and have no schema, as at the source: connect: milliseconds; adaptive: ' +
          "milliseconds in columns of up to three digits after the second, else microseconds. Absent: adaptive in Debezium's change events; " +
          'in other records such numbers are refused.',
      ),
  },
  {
    check: issuesOf,
    ignored: {
      'use.reduction.buffer': 'a batch is always reduced to the last change of each key, except in insert mode',
      'dialect.postgres.unnest.insert.enabled': 'batches are always written by UNNEST or COPY',
      'dialect.name': 'there is only Postgres',
      'connection.provider': 'a task has one connection',
      'connection.pool.min_size': 'a task has one connection',
      'connection.pool.max_size': 'a task has one connection',
      'connection.pool.acquire_increment': 'a task has one connection',
      'connection.pool.timeout': 'a task has one connection',
      'quote.identifiers': 'names are always quoted',
      'quote.sql.identifiers': 'names are always quoted',
      'retry.backoff.ms': 'the worker decides when a batch is tried again',
      'flush.retry.delay.ms': 'the worker decides when a batch is tried again',
    },
    refused: {
      'db.timezone': 'dates and times are in UTC: leave it out, and convert where they are read',
      'use.time.zone': 'dates and times are in UTC: leave it out, and convert where they are read',
      'table.types': 'leave it out: rows are written to tables, partitioned tables, foreign tables and views alike',
    },
  },
);

export type SinkConfig = Infer<typeof sinkConfig>;

export function isCreating(settings: SinkConfig): boolean {
  return settings.schemaEvolution === undefined ? settings.autoCreate : settings.schemaEvolution === 'basic';
}

export function isEvolving(settings: SinkConfig): boolean {
  return settings.schemaEvolution === undefined ? settings.autoEvolve : settings.schemaEvolution === 'basic';
}

function issuesOf(settings: {
  readonly insertMode: string;
  readonly pkMode: string;
  readonly pkFields: readonly string[];
  readonly deleteEnabled: boolean;
  readonly fieldIncludeList: readonly string[] | undefined;
  readonly fieldExcludeList: readonly string[] | undefined;
  readonly offsetsTable: string;
}): readonly ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const { insertMode, pkMode } = settings;
  if (insertMode !== 'insert' && pkMode === 'none') {
    issues.push({
      key: 'pk.mode',
      message: `insert.mode=${insertMode} needs to know which row is meant: set pk.mode, for example to record_key`,
    });
  }
  if (settings.deleteEnabled && (pkMode === 'none' || pkMode === 'kafka')) {
    issues.push({
      key: 'delete.enabled',
      message: `delete.enabled=true needs pk.mode record_key, record_header or record_value, not ${pkMode}`,
    });
  }
  if (pkMode === 'kafka' && ![0, 3].includes(settings.pkFields.length)) {
    issues.push({
      key: 'pk.fields',
      message: 'pk.mode=kafka takes no pk.fields, or three: the columns of topic, partition and offset',
    });
  }
  if (pkMode === 'none' && settings.pkFields.length > 0) {
    issues.push({
      key: 'pk.fields',
      message: 'pk.fields has no effect with pk.mode=none: set pk.mode, or leave pk.fields out',
    });
  }
  if (settings.fieldIncludeList !== undefined && settings.fieldExcludeList !== undefined) {
    issues.push({
      key: 'field.exclude.list',
      message: 'field.include.list and field.exclude.list do not go together: keep one',
    });
  }
  try {
    new TableNameFormat(settings.offsetsTable);
  } catch (error) {
    issues.push({ key: 'offsets.table', message: messageOf(error) });
  }
  return issues;
}
