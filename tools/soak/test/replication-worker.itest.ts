/**
 * Postgres to Postgres through real workers and a real broker: random transactions on tables that get and lose columns, while the worker that
 * runs a connector is killed three times. In the end the tables are equal row by row, and nothing is doubled, in the topics nor behind them.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@millrace/base';
import { PostgresServer } from '@millrace/connect-testkit';
import { kafka } from '@millrace/sdk';
import { BrokerProcess, createTempDir } from '@millrace/testing';
import { postgresSource, workerSettings, type Settings } from '../src/connect/connectors.ts';
import { until } from '../src/connect/patience.ts';
import { WorkerGroup } from '../src/connect/worker-group.ts';
import { REPO_ROOT } from '../src/soak-broker.ts';
import { readChanges } from './replication/change-reader.ts';
import { ChangingTables } from './replication/changing-tables.ts';

const SEED = Number(process.env['REPLICATION_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const TABLES = 4;
const PARTITIONS = 3;
const ROWS = 300;
const WORKERS = 2;
const WAIT_MS_MAX = 60_000;
/** Between two transactions, and from a kill to the next. */
const TRANSACTION_MS = 15;
const TRANSACTIONS_PER_KILL = 40;
const COPY = 'copy';
/** The first kill meets the source, most likely in its snapshot; the others a sink, and the source in its stream. */
const VICTIMS = ['source', 'mirror', 'source'] as const;

it(`replicates tables whose columns change exactly, over three kill -9 (seed ${SEED})`, async () => {
  await using stack = new AsyncDisposableStack();
  const dir = await createTempDir('replication-worker');
  stack.defer(() => dir.remove());
  const broker = stack.use(
    new BrokerProcess({
      mainPath: join(REPO_ROOT, 'apps/broker/src/main.ts'),
      dataDir: join(dir.path, 'broker'),
      flags: [
        '--log-level',
        'warn',
        '--set',
        'group.initial.rebalance.delay.ms=0',
        '--set',
        'group.min.session.timeout.ms=500',
      ],
    }),
  );
  await broker.start();
  const postgres = stack.use(await PostgresServer.start());
  await postgres.createDatabase(COPY);
  const copy = await postgres.connect(COPY);
  stack.defer(() => copy.end());
  const tables = new ChangingTables(new SeededRandom(SEED), TABLES);
  await postgres.query(tables.create(ROWS));
  const cluster = stack.use(kafka({ brokers: [broker.addresses.kafka], clientId: 'replication-judge' }));
  const topics = tables.names.map((name) => `app.public.${name}`);
  await cluster.admin().createTopics(topics.map((name) => ({ name, partitions: PARTITIONS, replicationFactor: 1 })));

  const worker = {
    ...workerSettings(broker.addresses.kafka),
    'key.converter.schemas.enable': 'true',
    'value.converter.schemas.enable': 'true',
  };
  const workers = stack.use(await WorkerGroup.start(dir.path, worker, WORKERS));
  const connectors: Readonly<Record<string, Settings>> = {
    source: { ...postgresSource(postgres, 'app', 'public.r.*'), 'snapshot.fetch.size': '50' },
    mirror: {
      ...sink(postgres, topics),
      'insert.mode': 'upsert',
      'pk.mode': 'record_key',
      'delete.enabled': 'true',
      'table.name.format': '${source.table}',
    },
    // A row for each change: what is doubled on the way to the database is seen here.
    log: { ...sink(postgres, topics), 'insert.mode': 'insert', 'table.name.format': 'log_of_${source.table}' },
  };
  for (const [name, settings] of Object.entries(connectors)) await workers.put(name, settings);

  for (const name of VICTIMS) {
    for (let count = 0; count < TRANSACTIONS_PER_KILL; count++) {
      await postgres.query(tables.transaction());
      await sleep(TRANSACTION_MS);
    }
    const victim = await runningWorker(workers, name);
    const killed = victim.kill().then(() => victim.start());
    // Nobody waits for it: what changes meanwhile is found in the log.
    for (let count = 0; count < TRANSACTIONS_PER_KILL; count++) await postgres.query(tables.transaction());
    await killed;
  }
  await postgres.query(tables.end());

  const written = async (): Promise<readonly string[]> => rows((sql) => postgres.query<Row>(sql), tables);
  const arrived = async (): Promise<readonly string[]> =>
    rows(async (sql) => (await copy.query<Row>(sql)).rows, tables).catch(() => []);
  const expected = await written();
  const isEqual = async (): Promise<boolean> => (await arrived()).join('\n') === expected.join('\n');
  await until('the tables are equal', WAIT_MS_MAX, isEqual).catch(async (error: unknown) => {
    expect({ statuses: [...(await workers.statuses())], rows: await arrived() }).toEqual({ rows: expected });
    throw error;
  });
  for (const name of Object.keys(connectors)) expect(await troubles(workers, name)).toEqual([]);
  const logged = async (): Promise<number> => {
    const selects = tables.names.map((name) => `SELECT FROM log_of_${name}`).join(' UNION ALL ');
    return (await copy.query(selects)).rowCount ?? 0;
  };
  // The log may be behind the mirror; what comes twice would come behind that.
  for (let before = -1, now = await logged(); now !== before; before = now, now = await logged()) await sleep(2_000);
  await Promise.all(workers.workers.map((each) => each.stop()));

  const changes = await readChanges(cluster, topics, PARTITIONS);
  const names = changes.map(({ lsn, table, id, op }) => `${op === 'r' ? 'snapshot' : lsn} ${table} ${id}`);
  expect(repeated(names)).toEqual([]);
  expect(await logged()).toBe(changes.filter(({ op }) => op !== 'd').length);
  expect(await arrived()).toEqual(expected);
  expect(new Set(changes.map(({ op }) => op))).toEqual(new Set(['r', 'c', 'u', 'd']));
  expect(tables.dropped.length).toBeGreaterThan(0);
  expect(tables.alterations).toBeGreaterThan(tables.dropped.length);
}, 240_000);

interface Row {
  readonly row: string;
}

/** Each row as text, without the columns that are gone: those stay in the copy. */
async function rows(query: (sql: string) => Promise<readonly Row[]>, tables: ChangingTables): Promise<string[]> {
  const gone = `ARRAY[${tables.dropped.map((column) => `'${column}'`).join(', ')}]::text[]`;
  const selects = tables.names.map(
    (name) => `SELECT '${name}' AS name, (to_jsonb(t) - ${gone})::text AS row FROM ${name} t`,
  );
  return (
    await query(`SELECT name || ' ' || row AS row FROM (${selects.join(' UNION ALL ')}) all_rows ORDER BY 1`)
  ).map(({ row }) => row);
}

function sink(postgres: PostgresServer, topics: readonly string[]): Settings {
  return {
    'connector.class': 'PostgresSinkConnector',
    'tasks.max': '2',
    topics: topics.join(','),
    'connection.url': `postgresql://${postgres.host}:${postgres.port}/${COPY}`,
    'connection.username': postgres.user,
    'connection.password': postgres.password,
    'auto.create': 'true',
    'auto.evolve': 'true',
    'delivery.guarantee': 'exactly_once',
  };
}

/** The one on which the connector's first task runs, as soon as it does. */
async function runningWorker(workers: WorkerGroup, connector: string): Promise<WorkerGroup['workers'][number]> {
  let found: WorkerGroup['workers'][number] | undefined;
  await until(`${connector} runs`, WAIT_MS_MAX, async () => {
    const task = (await workers.statuses()).get(connector)?.tasks[0];
    if (task?.state === 'FAILED') throw new Error(`${connector} has failed: ${task.trace ?? 'no trace'}`);
    if (task?.state === 'RUNNING') found = workers.workers.find(({ id }) => id === task.worker_id);
    return found !== undefined;
  });
  if (found === undefined) throw new Error(`no worker runs ${connector}`);
  return found;
}

async function troubles(workers: WorkerGroup, connector: string): Promise<string[]> {
  const status = (await workers.statuses()).get(connector);
  if (status === undefined) return [`${connector} has no status`];
  return [status.connector, ...status.tasks].flatMap(({ state, trace }) =>
    state === 'RUNNING' ? [] : [`${connector} ${state}: ${trace ?? 'no trace'}`],
  );
}

function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}
