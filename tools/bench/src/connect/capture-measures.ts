/** Change data capture: throughput of a backlog, latency, snapshot. */
import { PostgresServer } from '@millrace/connect-testkit';
import { oneOrThrow, type Kafka } from '@millrace/sdk';
import { waitUntil } from '@millrace/testing';
import { createTopics } from '../brokers/wire.ts';
import { Connectors } from './connectors.ts';
import { percentile } from './figures.ts';
import { measureBacklog, untilAtLeast, type ConnectMeasure } from './measure-run.ts';
import { createTable, insertRows } from './rows.ts';
import { captureSettings } from './settings.ts';

const WARM_ROWS = 50_000;
const BACKLOG_ROWS = 400_000;
const SNAPSHOT_ROWS = 400_000;
const CHANGES = 500;
const CHANGES_FOR_WARMTH = 60;
const CHANGE_INTERVAL_MS = 50;
const BOTH = ['millrace', 'kafka'] as const;

export const CAPTURE: ConnectMeasure = {
  name: 'cdc',
  title: 'Change data capture, exactly once',
  method:
    'Rows of about 250 B (int key, int, numeric, 200 B of text, timestamptz), inserted by transactions of 1,000 while the connector is stopped; then it is resumed. ' +
    'Debezium envelope as JSON without schemas, one task, transactions as by default. Afterwards the topic is read: every row is there once.',
  contenders: BOTH,
  async prepare(stack, { broker, cluster, divisor }) {
    const postgres = stack.use(await PostgresServer.start());
    const count = Math.ceil(BACKLOG_ROWS / divisor);
    return async ({ name, startWorker }) => {
      const table = name.replaceAll('-', '_');
      const topic = `${name}.public.${table}`;
      await createTable(postgres, table);
      await createTopics(broker, [{ name: topic, partitions: 1 }]);
      await using worker = await startWorker();
      const connectors = new Connectors(worker);
      const progress = (): Promise<number> => endOffset(cluster, topic);
      await connectors.create(name, captureSettings(postgres, name, table));
      await insertRows(postgres, table, 1, WARM_ROWS);
      await untilAtLeast(WARM_ROWS, progress, () => connectors.check(name));
      await connectors.stop(name);
      await insertRows(postgres, table, WARM_ROWS + 1, count);
      const before = await progress();
      const figures = await measureBacklog({
        worker,
        connector: name,
        progress: async () => (await progress()) - before,
        count,
        begin: (each) => each.resume(name),
      });
      await connectors.stop(name);
      await checkRows(cluster, topic, WARM_ROWS + count);
      await dropCaptured(postgres, table);
      return figures;
    };
  },
};

export const SNAPSHOT: ConnectMeasure = {
  name: 'snapshot',
  title: 'Initial snapshot',
  method:
    'The same rows, all there before the connector is made; a snapshot of a smaller table by another connector of the same worker comes first.',
  contenders: BOTH,
  async prepare(stack, { broker, cluster, divisor }) {
    const postgres = stack.use(await PostgresServer.start());
    const count = Math.ceil(SNAPSHOT_ROWS / divisor);
    await createTable(postgres, 'small');
    await insertRows(postgres, 'small', 1, WARM_ROWS);
    await createTable(postgres, 'large');
    await insertRows(postgres, 'large', 1, count);
    return async ({ name, startWorker }) => {
      const names = { small: `${name}-small`, large: `${name}-large` };
      const topics = { small: `${names.small}.public.small`, large: `${names.large}.public.large` };
      await createTopics(
        broker,
        Object.values(topics).map((topic) => ({ name: topic, partitions: 1 })),
      );
      await using worker = await startWorker();
      const connectors = new Connectors(worker);
      await connectors.create(names.small, captureSettings(postgres, names.small, 'small'));
      const small = (): Promise<number> => endOffset(cluster, topics.small);
      await untilAtLeast(WARM_ROWS, small, () => connectors.check(names.small));
      await connectors.delete(names.small);
      const figures = await measureBacklog({
        worker,
        connector: names.large,
        progress: () => endOffset(cluster, topics.large),
        count,
        begin: (each) => each.create(names.large, captureSettings(postgres, names.large, 'large')),
      });
      await connectors.stop(names.large);
      await checkRows(cluster, topics.large, count);
      return figures;
    };
  },
};

export const LATENCY: ConnectMeasure = {
  name: 'latency',
  title: 'From commit to consumer',
  method:
    'An insert each 50 ms, each a transaction of its own; from the answer to its commit until a consumer that reads committed records has it. Exactly once, as above.',
  contenders: BOTH,
  async prepare(stack, { broker, cluster, divisor }) {
    const postgres = stack.use(await PostgresServer.start());
    const count = Math.ceil(CHANGES / divisor) + CHANGES_FOR_WARMTH;
    return async ({ name, startWorker }) => {
      const table = name.replaceAll('-', '_');
      const topic = `${name}.public.${table}`;
      await createTable(postgres, table);
      await createTopics(broker, [{ name: topic, partitions: 1 }]);
      await using worker = await startWorker();
      const connectors = new Connectors(worker);
      await connectors.create(name, captureSettings(postgres, name, table));
      const seen = readTimes(cluster, topic, count);
      // When the turn fails before it is waited for.
      seen.catch(() => undefined);
      const committed = new Map<number, number>();
      const began = performance.now();
      for (let id = 1; id <= count; id++) {
        await untilMs(began + id * CHANGE_INTERVAL_MS);
        await postgres.query(`INSERT INTO ${table} VALUES (${id}, ${id}, 1.5, 'a text', now())`);
        committed.set(id, performance.now());
      }
      const arrivals = await seen;
      const latencies = [...committed]
        .filter(([id]) => id > CHANGES_FOR_WARMTH)
        .map(([id, atMs]) => (arrivals.get(id) ?? Number.NaN) - atMs);
      await connectors.stop(name);
      await dropCaptured(postgres, table);
      return { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
    };
  },
};

/** The table and the slot of the same name, which the server takes for used until it has noticed that its reader is gone. */
async function dropCaptured(postgres: PostgresServer, table: string): Promise<void> {
  await waitUntil('the slot is free', async () => {
    const slots = await postgres.query('SELECT active FROM pg_replication_slots WHERE slot_name = $1', [table]);
    return slots.every(({ active }) => active === false);
  });
  await postgres.query(`SELECT pg_drop_replication_slot('${table}'); DROP TABLE ${table}`);
}

function untilMs(atMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, atMs - performance.now()));
}

/** Behind the last record that is committed; markers of transactions count, about one in a thousand. */
async function endOffset(cluster: Kafka, topic: string): Promise<number> {
  const query = { topic, partition: 0, at: 'latest' } as const;
  return oneOrThrow(await cluster.admin().listOffsets([query], { isolation: 'committed' })).offset ?? 0;
}

/** When each of the rows 1 to `count` came. */
async function readTimes(cluster: Kafka, topic: string, count: number): Promise<Map<number, number>> {
  const times = new Map<number, number>();
  for await (const batch of cluster.consumer({ topics: [topic], isolation: 'committed' }).batches()) {
    const atMs = performance.now();
    for (let index = 0; index < batch.size; index++) times.set(idOf(batch.keyBytes(index)), atMs);
    if (times.size >= count) break;
  }
  return times;
}

/** Throws when a row is missing or doubled; ids begin with 1. */
async function checkRows(cluster: Kafka, topic: string, count: number): Promise<void> {
  const isSeen = new Uint8Array(count + 1);
  const end = await endOffset(cluster, topic);
  let rows = 0;
  let doubled = 0;
  for await (const batch of cluster.consumer({ topics: [topic], isolation: 'committed' }).batches()) {
    for (let index = 0; index < batch.size; index++) {
      const id = idOf(batch.keyBytes(index));
      if (isSeen[id] === 1) doubled++;
      isSeen[id] = 1;
      rows++;
    }
    if (rows >= count || batch.lastOffset + 1 >= end) break;
  }
  if (rows !== count || doubled > 0)
    throw new Error(`${topic} has ${rows} of ${count} rows, ${doubled} of them doubled`);
}

/** Of a key such as `{"id":7}`. */
function idOf(key: Uint8Array | null): number {
  const text = Buffer.from(key ?? []).toString('latin1');
  return Number(text.slice(text.indexOf(':') + 1, -1));
}
