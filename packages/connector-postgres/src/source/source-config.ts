/** Settings of the change data capture source: Debezium's names and meanings. */
import { readFileSync } from 'node:fs';
import { messageOf } from '@millrace/base';
import { c, config, type ConfigField, type ConfigIssue, type Infer, type RefusedSetting } from '@millrace/connect-api';
import type { PostgresAddress } from '../replication/open-connection.ts';
import { PostgresError } from '../replication/postgres-error.ts';

const CONNECTION = 'Connection';
const REPLICATION = 'Replication';
const FILTER = 'What is captured';
const VALUES = 'Values';
const SNAPSHOT = 'Snapshot';
const RUN = 'Running';

const SLOT_NAME = /^[a-z0-9_]{1,63}$/;

const patterns = (doc: string): ConfigField<readonly RegExp[]> =>
  c
    .list(c.regex().transform((pattern) => new RegExp(pattern.source, 'i')))
    .default('')
    .group(FILTER)
    .width('long')
    .doc(`${doc} Regular expressions, separated by commas; each has to match the whole name, in any case.`);

/** Of every connector of this package that reads from Postgres. */
export const connectionFields = {
  'database.hostname': c.string().nonEmpty().importance('high').group(CONNECTION).doc('Host of the database.'),
  'database.port': c
    .int()
    .default(5432)
    .atLeast(1)
    .atMost(65_535)
    .importance('high')
    .group(CONNECTION)
    .doc('Its port.'),
  'database.user': c
    .string()
    .nonEmpty()
    .importance('high')
    .group(CONNECTION)
    .doc('User to log in as. Change data capture needs the attribute REPLICATION and SELECT on the tables.'),
  'database.password': c.secret().optional().importance('high').group(CONNECTION).doc('Its password.'),
  'database.dbname': c.string().nonEmpty().importance('high').group(CONNECTION).doc('Name of the database.'),
  'database.sslmode': c
    .oneOf('disable', 'prefer', 'require', 'verify-ca', 'verify-full')
    .default('prefer')
    .group(CONNECTION)
    .doc('Whether TLS is used, and whether the certificate (and the name in it) of the server is verified.'),
  'database.sslrootcert': c.string().optional().group(CONNECTION).doc('Path of a PEM file with certificates to trust.'),
  'database.sslcert': c.string().optional().group(CONNECTION).doc('Path of a PEM file with our certificate.'),
  'database.sslkey': c.string().optional().group(CONNECTION).doc('Path of a PEM file with its key.'),
};

/** Of every connector of this package that asks for rows. */
export const timeoutFields = {
  'database.query.timeout.ms': c
    .duration()
    .default('10m')
    .atLeast(0)
    .transform((ms) => (ms === 0 ? Number.POSITIVE_INFINITY : ms))
    .group(CONNECTION)
    .doc(
      'How long the server may say nothing when it is asked for rows, or waits for locks on tables; 0: without end. Questions to the catalog have a minute. Then the connection is given up and the task tried again.',
    ),
};

/** Of every connector of this package that makes records of rows. */
export const valueFields = {
  'decimal.handling.mode': c
    .oneOf('precise', 'double', 'string')
    .default('precise')
    .group(VALUES)
    .doc('How numeric and money become values: exact (bytes with a scale), as the nearest double, or as text.'),
  'time.precision.mode': c
    .oneOf('adaptive', 'adaptive_time_microseconds', 'connect')
    .default('adaptive')
    .group(VALUES)
    .doc(
      "How dates and times become values: as fine as the column, times in microseconds, or Kafka Connect's types (ms).",
    ),
  'interval.handling.mode': c
    .oneOf('numeric', 'string')
    .default('numeric')
    .group(VALUES)
    .doc('How intervals become values: microseconds (a month is 365.25 / 12 days), or ISO 8601.'),
  'binary.handling.mode': c
    .oneOf('bytes', 'base64', 'base64-url-safe', 'hex')
    .default('bytes')
    .group(VALUES)
    .doc('How bytea becomes a value.'),
  'hstore.handling.mode': c
    .oneOf('json', 'map')
    .default('json')
    .group(VALUES)
    .doc('How hstore becomes a value: JSON as text, or a map.'),
  'money.fraction.digits': c
    .int()
    .default(2)
    .atLeast(0)
    .atMost(6)
    .group(VALUES)
    .doc("Digits after the point of money; those of the server's lc_monetary."),
};

/** Such settings keep secrets out of topics: passed over, they would let them in. */
export const UNMASKED: RefusedSetting = {
  remedy:
    'columns are not changed, and would go out in clear: leave them out (column.exclude.list of the source that reads the log), grant SELECT on a view without them, or mask them by a transform, MaskField for instance, which needs flat records',
  unless: [''],
};

function unless(harmless: string, remedy: string): RefusedSetting {
  return { remedy, unless: [harmless] };
}

export const sourceConfig = config(
  {
    ...connectionFields,
    ...timeoutFields,
    'topic.prefix': c
      .string()
      .validate((text) =>
        /^[a-zA-Z0-9._-]+$/.test(text) ? undefined : 'Only letters, digits, dot, underscore and hyphen',
      )
      .importance('high')
      .group(CONNECTION)
      .doc(
        'First part of the names of all topics (prefix.schema.table), and the name of the stored position. Never change it.',
      ),
    'slot.name': c
      .string()
      .default('debezium')
      .validate((text) =>
        SLOT_NAME.test(text) ? undefined : 'Only lower-case letters, digits and underscore, at most 63',
      )
      .importance('high')
      .group(REPLICATION)
      .doc('Replication slot that keeps our place in the log; made when it is missing. One per connector.'),
    'slot.drop.on.stop': c
      .boolean()
      .default(false)
      .group(REPLICATION)
      .doc('Drops the slot when the task stops. What changes until the next start is then lost: for tests.'),
    'slot.failover': c
      .boolean()
      .default(false)
      .group(REPLICATION)
      .doc('Makes the slot one that standbys keep in step (Postgres 17 and later).'),
    'slot.max.retries': c
      .int()
      .default(60)
      .atLeast(0)
      .group(REPLICATION)
      .doc('How often to try again while another connection still reads the slot.'),
    'slot.retry.delay.ms': c.duration().default('1s').atLeast(1).group(REPLICATION).doc('Time between these tries.'),
    'publication.name': c
      .string()
      .default('dbz_publication')
      .nonEmpty()
      .importance('high')
      .group(REPLICATION)
      .doc('Publication that says which tables the slot delivers.'),
    'publication.autocreate.mode': c
      .oneOf('filtered', 'all_tables', 'disabled', 'no_tables')
      .default('filtered')
      .group(REPLICATION)
      .doc(
        'What to do about the publication: keep it as the table lists say (a table made later joins at the next start); make one of all tables (needs a superuser; follows new tables); leave it to the administrator; or make an empty one for the administrator to fill. Of tables that join, what changes from then on is read, without a snapshot.',
      ),
    'publish.via.partition.root': c
      .boolean()
      .default(false)
      .group(REPLICATION)
      .doc('Changes of partitions appear as changes of the partitioned table; when the publication is made here.'),
    'status.update.interval.ms': c
      .duration()
      .default('10s')
      .atLeast('10ms')
      .group(REPLICATION)
      .doc(
        'How often the server is told what is durable, and how often the position moves on when nothing captured changes.',
      ),
    'schema.include.list': patterns('Schemas to capture; all others are left out.'),
    'schema.exclude.list': patterns('Schemas to leave out.'),
    'table.include.list': patterns('Tables (schema.table) to capture; all others are left out.').importance('high'),
    'table.exclude.list': patterns('Tables (schema.table) to leave out.').importance('high'),
    'column.include.list': patterns(
      'Columns (schema.table.column) to capture; all others are left out, keys excepted.',
    ),
    'column.exclude.list': patterns('Columns (schema.table.column) to leave out, keys excepted.'),
    'message.key.columns': c
      .string()
      .optional()
      .transform(parseKeyColumns)
      .group(FILTER)
      .doc('Columns of the key, other than the primary key: schema.table:column,column; and so on.'),
    'message.prefix.include.list': patterns('Prefixes of messages of pg_logical_emit_message to capture.'),
    'message.prefix.exclude.list': patterns('Prefixes of messages of pg_logical_emit_message to leave out.'),
    'skipped.operations': c
      .list(c.oneOf('c', 'u', 'd', 't', 'none'))
      .default('t')
      .group(FILTER)
      .doc('Operations to leave out: c(reate), u(pdate), d(elete), t(runcate), or none.'),
    'tombstones.on.delete': c
      .boolean()
      .default(true)
      .group(VALUES)
      .doc('A record without a value follows each delete, so that a compacted topic forgets the key.'),
    'after.state.only': c
      .boolean()
      .default(false)
      .group(VALUES)
      .doc('The value is the row itself, without an envelope; a delete is a record without a value.'),
    'unavailable.value.placeholder': c
      .string()
      .default('__debezium_unavailable_value')
      .group(VALUES)
      .doc('Stands for a big value that an update did not touch (TOAST), unless the table has REPLICA IDENTITY FULL.'),
    ...valueFields,
    'snapshot.mode': c
      .oneOf('initial', 'always', 'initial_only', 'no_data', 'never', 'when_needed')
      .default('initial')
      .importance('high')
      .group(SNAPSHOT)
      .doc(
        'When the rows that are there already become records: at the first start, at every start, at the first start and nothing after, not at all, or whenever the log no longer has what is missing. After a start with always the rows as they are then take the place of what changed meanwhile: deletes of that time are not told.',
      ),
    'snapshot.fetch.size': c
      .int()
      .default(10_240)
      .atLeast(1)
      .group(SNAPSHOT)
      .doc('Rows of a chunk: of tables with a primary key, one chunk at a time is read.'),
    'snapshot.include.collection.list': patterns(
      'Tables of which a snapshot is made; all captured ones when empty.',
    ).group(SNAPSHOT),
    'heartbeat.interval.ms': c
      .duration()
      .default(0)
      .atLeast(0)
      .group(RUN)
      .doc('How often a record goes to the heartbeat topic; 0: never. Not needed to keep the slot moving.'),
    'heartbeat.action.query': c.string().optional().group(RUN).doc('SQL to run with each heartbeat.'),
    'topic.heartbeat.prefix': c
      .string()
      .default('__debezium-heartbeat')
      .group(RUN)
      .doc('First part of the name of the heartbeat topic; the second is topic.prefix.'),
    'max.batch.size': c.int().default(2048).atLeast(1).group(RUN).doc('Records that are handed on at once, at most.'),
    'max.batch.size.in.bytes': c
      .size()
      .default('1MiB')
      .atLeast(1)
      .group(RUN)
      .doc('Bytes of records that are handed on at once; the last record may go beyond.'),
  },
  {
    check: (read) => [
      ...exclusive(read.schemaIncludeList, read.schemaExcludeList, 'schema'),
      ...exclusive(read.tableIncludeList, read.tableExcludeList, 'table'),
      ...exclusive(read.columnIncludeList, read.columnExcludeList, 'column'),
      ...partOfAlways(read.snapshotMode, read.snapshotIncludeCollectionList.length > 0),
    ],
    ignored: {
      'plugin.name': 'pgoutput is the only one',
      'max.queue.size': 'nothing is read ahead of Kafka beyond a fixed few megabytes',
      'max.queue.size.in.bytes': 'nothing is read ahead of Kafka beyond a fixed few megabytes',
      'poll.interval.ms': 'changes are handed on when they come',
      'lsn.flush.mode': 'the slot is always confirmed up to what is durable',
      'database.tcpKeepAlive': 'it is always on',
      'include.unknown.datatypes': 'every type is captured, as text where there is no better form',
    },
    refused: {
      'signal.data.collection': 'signals and incremental snapshots are not supported: remove it',
      'snapshot.select.statement.overrides': 'not supported: use a row filter on the publication',
      'column.mask.*': UNMASKED,
      'column.truncate.*': UNMASKED,
      'provide.transaction.metadata': unless('false', 'transactions have no topic and no block in records: remove it'),
      'skip.messages.without.change': unless(
        'false',
        'every update is a record: remove it, and filter where they are read',
      ),
      'database.initial.statements': 'no statements are run on the connection: set it up with ALTER ROLE … SET',
    },
  },
);

/** The stream begins anew behind each snapshot: of tables without one nobody would tell what changed before. */
function partOfAlways(mode: string, hasList: boolean): ConfigIssue[] {
  if (mode !== 'always' || !hasList) return [];
  return [
    {
      key: 'snapshot.include.collection.list',
      message:
        'snapshot.mode=always with snapshot.include.collection.list would lose changes of the other tables that are made while the source is down: leave the list out, or use snapshot.mode=initial',
    },
  ];
}

export type SourceConfig = Infer<typeof sourceConfig>;

function exclusive(include: readonly RegExp[], exclude: readonly RegExp[], what: string): ConfigIssue[] {
  if (include.length === 0 || exclude.length === 0) return [];
  return [{ key: `${what}.exclude.list`, message: `${what}.include.list and ${what}.exclude.list exclude each other` }];
}

export interface KeyColumns {
  readonly table: RegExp;
  readonly columns: readonly string[];
}

function parseKeyColumns(text: string): readonly KeyColumns[] {
  return text
    .split(';')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const at = part.lastIndexOf(':');
      const columns = part
        .slice(at + 1)
        .split(',')
        .map((name) => name.trim());
      if (at < 1 || columns.includes('')) throw new Error(`Expected schema.table:column,column, not ${part}`);
      return { table: new RegExp(`^(?:${part.slice(0, at).trim()})$`, 'i'), columns };
    });
}

type ConnectionConfig = Pick<
  SourceConfig,
  | 'databaseHostname'
  | 'databasePort'
  | 'databaseUser'
  | 'databasePassword'
  | 'databaseDbname'
  | 'databaseSslmode'
  | 'databaseSslrootcert'
  | 'databaseSslcert'
  | 'databaseSslkey'
>;

/** Reads the files of certificates. */
export function addressOf(read: ConnectionConfig): PostgresAddress {
  return {
    host: read.databaseHostname,
    port: read.databasePort,
    user: read.databaseUser,
    password: read.databasePassword,
    database: read.databaseDbname,
    sslMode: read.databaseSslmode,
    rootCertificate: fileOf('database.sslrootcert', read.databaseSslrootcert),
    certificate: fileOf('database.sslcert', read.databaseSslcert),
    key: fileOf('database.sslkey', read.databaseSslkey),
  };
}

function fileOf(setting: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new PostgresError('SETUP', `cannot read the file of ${setting}: ${messageOf(cause)}`, { cause });
  }
}
