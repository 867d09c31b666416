/**
 * The configurations that the READMEs of the connectors give to copy, run as they stand by a real worker against real servers. Replaced are only
 * addresses, and what servers other than AWS need as the README itself says. Nothing may be warned of, either.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PostgresServer, RedisServer, S3Server } from '@millrace/connect-testkit';
import { kafka, type Kafka } from '@millrace/sdk';
import { BrokerProcess, createTempDir } from '@millrace/testing';
import { Redis } from 'ioredis';
import { workerSettings, type Settings } from '../src/connect/connectors.ts';
import { until } from '../src/connect/patience.ts';
import { WorkerGroup } from '../src/connect/worker-group.ts';
import { REPO_ROOT } from '../src/soak-broker.ts';

const WAIT_MS_MAX = 60_000;
const SECRETS = '/run/secrets/db.properties';
const PASSWORD = 'not in any log';
/** A line of the worker's metrics. */
const WRITTEN = /^\S*sink_record_send_total\S* (\d+)/m;
const BLOCK = /^```(?<language>json|properties)\n(?<text>[^]*?)^```$/gm;

it('of Postgres: rows become change events, records become rows', async () => {
  await using stack = new AsyncDisposableStack();
  const { cluster, workers, secrets } = await setUp(stack);
  const [source = {}, sink = {}] = await configsOf('connector-postgres');
  const postgres = stack.use(await PostgresServer.start());
  await postgres.createDatabase('shop');
  const shop = await postgres.connect('shop');
  stack.defer(() => shop.end());
  await shop.query(`
    CREATE ROLE capture LOGIN REPLICATION PASSWORD '${PASSWORD}';
    CREATE ROLE sink LOGIN PASSWORD '${PASSWORD}';
    GRANT CREATE ON DATABASE shop TO capture;
    CREATE SCHEMA received AUTHORIZATION sink;
    ALTER ROLE sink SET search_path = received;
    CREATE TABLE orders (id int PRIMARY KEY, total int);
    CREATE TABLE items (id int PRIMARY KEY, name text);
    CREATE TABLE orders_of_old (id int PRIMARY KEY);
    ALTER TABLE orders OWNER TO capture;
    ALTER TABLE items OWNER TO capture;
    INSERT INTO orders VALUES (1, 10), (2, 20);
    INSERT INTO items VALUES (1, 'a pen');
    INSERT INTO orders_of_old VALUES (1)`);
  const producer = cluster.producer();
  const record = (id: number, total: number | null) => ({
    key: JSON.stringify({ id }),
    value: total === null ? null : JSON.stringify({ total }),
  });

  await workers.put('source', {
    ...source,
    'database.hostname': postgres.host,
    'database.port': String(postgres.port),
    'database.password': secrets(source['database.password']),
  });
  await producer.sendRaw('orders', record(1, 5));
  await producer.sendRaw('orders', record(2, 7));
  await workers.put('sink', {
    ...sink,
    'connection.url': `postgresql://${postgres.host}:${postgres.port}/shop`,
    'connection.password': secrets(sink['connection.password']),
  });
  const orders = await readAll(cluster, 'shop.public.orders', 2);
  const items = await readAll(cluster, 'shop.public.items', 1);
  await shop.query('UPDATE orders SET total = 21 WHERE id = 2');
  await producer.sendRaw('orders', record(1, null));
  const rows = async (): Promise<unknown> =>
    (await shop.query(`SELECT id, total FROM received.orders ORDER BY id`).catch(() => ({ rows: [] }))).rows;
  await until('one row in the table of the sink', WAIT_MS_MAX, async () => ((await rows()) as unknown[]).length === 1);

  expect(orders.map(afterOf)).toEqual([
    { id: 1, total: 10 },
    { id: 2, total: 20 },
  ]);
  expect(items.map(afterOf)).toEqual([{ id: 1, name: 'a pen' }]);
  expect((await readAll(cluster, 'shop.public.orders', 3)).map(afterOf).at(-1)).toEqual({ id: 2, total: 21 });
  expect(JSON.stringify(await rows())).toBe('[{"id":"2","total":"7"}]');
  expect(await cluster.admin().listTopics()).not.toContain('shop.public.orders_of_old');
  expect(workers.logTail).not.toContain(PASSWORD);
  await nothingWarned(workers);
});

it('of S3: records become an object, and the object becomes the records', async () => {
  await using stack = new AsyncDisposableStack();
  const { cluster, workers } = await setUp(stack);
  const [sink = {}, source = {}] = await configsOf('connector-s3');
  const bucket = sink['s3.bucket.name'] ?? '';
  const s3 = await S3Server.start(bucket);
  stack.defer(() => s3.stop());
  const producer = cluster.producer();
  const sent = [1, 2, 3].map((id) => ({
    key: JSON.stringify(`order-${id}`),
    value: JSON.stringify({ id }),
    headers: [{ key: 'tenant', value: 'eu' }],
    timestamp: Date.UTC(2026, 2, 9) + id,
  }));
  for (const record of sent) await producer.sendRaw('orders', record);

  await workers.put('sink', { ...sink, ...s3.settings(bucket) });
  await until('the sink has the records', WAIT_MS_MAX, async () => (await written(workers)) === 3);
  await workers.delete('sink');
  await until('an object', WAIT_MS_MAX, async () => (await s3.objects(bucket)).length > 0);
  const objects = await s3.objects(bucket);
  await workers.put('source', { ...source, ...s3.settings(bucket) });
  const back = (await readAll(cluster, 'orders', 6)).slice(3);

  expect(objects).toEqual(['topics/orders/year=2026/month=03/day=09/orders+0+0000000000.json.gz']);
  expect(back).toEqual(
    sent.map(({ key, value, headers, timestamp }) => ({
      key: JSON.parse(key) as unknown,
      value: JSON.parse(value) as unknown,
      headers: headers.map((header) => ({ key: header.key, value: header.value })),
      timestamp,
    })),
  );
  await nothingWarned(workers);
});

it('of Redis: scores become a leaderboard, entries become records', async () => {
  await using stack = new AsyncDisposableStack();
  const { cluster, workers } = await setUp(stack);
  const [sink = {}, source = {}] = await configsOf('connector-redis');
  const server = await RedisServer.start();
  stack.defer(() => server.stop());
  const redis = new Redis(server.url);
  stack.defer(() => redis.disconnect());
  const producer = cluster.producer();
  for (const [key, points] of [
    ['ada', 3],
    ['bob', 5],
    ['ada', 9],
  ] as const)
    await producer.sendRaw('scores', { key, value: JSON.stringify({ points }) });
  await redis.xadd('orders', '*', 'id', '7', 'total', '12');

  await workers.put('sink', { ...sink, 'redis.uri': server.url });
  await workers.put('source', { ...source, 'redis.uri': server.url });
  const board = (): Promise<string[]> => redis.zrevrange('leaderboard', 0, -1, 'WITHSCORES');
  await until('a leaderboard', WAIT_MS_MAX, async () => (await board()).join() === 'ada,9,bob,5');

  expect(await readAll(cluster, 'orders', 1)).toMatchObject([{ value: { id: '7', total: '12' } }]);
  await nothingWarned(workers);
});

interface Setting {
  readonly cluster: Kafka;
  readonly workers: WorkerGroup;
  /** A reference of the README, to a file that is there. */
  readonly secrets: (reference: string | undefined) => string;
}

async function setUp(stack: AsyncDisposableStack): Promise<Setting> {
  const dir = await createTempDir('readme-configs');
  stack.defer(() => dir.remove());
  const file = join(dir.path, 'db.properties');
  await writeFile(file, `password=${PASSWORD}\n`);
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
  const worker = {
    ...workerSettings(broker.addresses.kafka),
    'config.providers': 'file',
    'config.providers.file.class': 'org.apache.kafka.common.config.provider.FileConfigProvider',
  };
  const workers = stack.use(await WorkerGroup.start(dir.path, worker, 1));
  const cluster = stack.use(kafka({ brokers: [broker.addresses.kafka], clientId: 'readme-configs' }));
  const secrets = (reference = ''): string => {
    expect(reference).toContain(SECRETS);
    return reference.replace(SECRETS, file);
  };
  return { cluster, workers, secrets };
}

/** In the order in which they stand there. */
async function configsOf(packageName: string): Promise<readonly Settings[]> {
  const readme = await readFile(join(REPO_ROOT, 'packages', packageName, 'README.md'), 'utf8');
  const configs = [...readme.matchAll(BLOCK)].map(({ groups: { language = '', text = '' } = {} }) =>
    language === 'json' ? (JSON.parse(text) as { readonly config: Settings }).config : properties(text),
  );
  expect(configs).toHaveLength(2);
  return configs;
}

function properties(text: string): Settings {
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [key = '', ...rest] = line.split('=');
      return [key, rest.join('=').replaceAll('\\\\', '\\')];
    }),
  );
}

interface Read {
  readonly key: unknown;
  readonly value: unknown;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly timestamp: number;
}

/** From the beginning of the topic, once there are so many. */
async function readAll(cluster: Kafka, topic: string, count: number): Promise<readonly Read[]> {
  const isThere = async (): Promise<boolean> => (await cluster.admin().listTopics()).some(({ name }) => name === topic);
  await until(`topic ${topic}`, WAIT_MS_MAX, isThere);
  const done = AbortSignal.timeout(WAIT_MS_MAX);
  const found: Read[] = [];
  await using consumer = cluster.consumer({ topics: [topic], isolation: 'committed' });
  for await (const batch of consumer.batches({ signal: done })) {
    for (let index = 0; index < batch.size; index++) {
      found.push({
        key: parsed(batch.keyBytes(index)),
        value: parsed(batch.valueBytes(index)),
        headers: batch.headersAt(index).map(({ key, value }) => ({ key, value: String(value) })),
        timestamp: batch.timestampAt(index),
      });
    }
    if (found.length >= count) break;
  }
  return found;
}

function parsed(bytes: Uint8Array | null): unknown {
  return bytes === null ? null : JSON.parse(Buffer.from(bytes).toString());
}

function afterOf({ value }: Read): unknown {
  return (value as { readonly after: unknown }).after;
}

/** Records that sinks were given: this one commits them with their object, which takes it ten minutes, or its end. */
async function written({ workers: [worker] }: WorkerGroup): Promise<number> {
  const page = await (await fetch(new URL('metrics', worker?.url))).text();
  return Number(WRITTEN.exec(page)?.[1] ?? 0);
}

/** Connectors run, and the worker's log has nothing to say against their settings. */
async function nothingWarned(workers: WorkerGroup): Promise<void> {
  const failed = [...(await workers.statuses()).values()].flatMap(({ connector, tasks }) =>
    [connector, ...tasks].filter(({ state }) => state !== 'RUNNING'),
  );
  expect(failed).toEqual([]);
  expect(workers.logTail).not.toContain('a setting of a connector looks wrong');
}
