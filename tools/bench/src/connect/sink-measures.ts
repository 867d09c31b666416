/** Sinks: what lies in a topic into Postgres, S3 and Redis. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { PostgresServer, RedisServer, S3Server } from '@millrace/connect-testkit';
import { createTopics } from '../brokers/wire.ts';
import { Connectors } from './connectors.ts';
import type { ConnectFigures } from './figures.ts';
import { measureBacklog, untilAtLeast, type ConnectMeasure, type Turn, type World } from './measure-run.ts';
import { createTable, documentRecord, produceRecords, rowRecord, textRecord, type LoadRecord } from './rows.ts';
import { redisSettings, s3Settings, upsertSettings, type Settings } from './settings.ts';

const WARM_RECORDS = 50_000;
const UPSERT_RECORDS = 300_000;
const S3_RECORDS = 600_000;
const REDIS_RECORDS = 400_000;
const FLUSH_SIZE = 50_000;
const BUCKET = 'bench';
const OURS = ['millrace'] as const;

export const UPSERT: ConnectMeasure = {
  name: 'upsert',
  title: 'Postgres sink, upsert',
  method:
    'The same rows as records with their JSON schemas, keys that are not in the table yet, one partition and one task, `batch.size` 3,000, UNNEST on both sides. ' +
    'The peer gets `max.poll.records` 3,000, without which its batches are of 500.',
  contenders: ['millrace', 'kafka'],
  async prepare(stack, world) {
    const postgres = stack.use(await PostgresServer.start());
    return async (turn) => {
      const table = turn.name.replaceAll('-', '_');
      await createTable(postgres, table);
      const figures = await drain(world, turn, {
        records: UPSERT_RECORDS,
        recordOf: rowRecord,
        settings: (topic) => upsertSettings(turn.contender, postgres, topic, table),
        progress: async () => {
          const [row] = await postgres.query<{ last: number }>(`SELECT coalesce(max(id), 0) AS last FROM ${table}`);
          return row?.last ?? 0;
        },
      });
      const [row] = await postgres.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table}`);
      const expected = WARM_RECORDS + countOf(UPSERT_RECORDS, world.divisor);
      if (row?.rows !== expected) throw new Error(`${row?.rows} of ${expected} rows are in the table`);
      await postgres.query(`DROP TABLE ${table}`);
      return figures;
    };
  },
};

export const S3_JSON: ConnectMeasure = {
  name: 's3-json',
  title: 'S3 sink, JSON lines',
  method:
    'Records of 750 B of JSON without schemas into objects of 50,000, by versitygw on the same machine; one partition and one task.',
  contenders: OURS,
  async prepare(stack, world) {
    const s3 = stack.use(await S3Server.start(BUCKET));
    return (turn) =>
      drain(world, turn, {
        records: S3_RECORDS,
        recordOf: documentRecord,
        settings: (topic) => s3Settings(s3, BUCKET, topic, FLUSH_SIZE),
        progress: async () => {
          const keys = await s3.objects(BUCKET);
          return keys.filter((key) => key.startsWith(`topics/${turn.name}/`)).length * FLUSH_SIZE;
        },
      });
  },
};

export const REDIS_SET: ConnectMeasure = {
  name: 'redis-set',
  title: 'Redis sink, SET',
  method:
    'Values of 200 B under keys that are not there yet, into Valkey without an append-only file; one partition and one task.',
  contenders: OURS,
  async prepare(stack, world) {
    const redis = stack.use(await RedisServer.start({ durable: false }));
    const socket = connect({ host: redis.host, port: redis.port });
    stack.defer(() => void socket.destroy());
    return async (turn) => {
      await ask(socket, 'FLUSHALL');
      return drain(world, turn, {
        records: REDIS_RECORDS,
        recordOf: textRecord,
        settings: (topic) => redisSettings(redis, topic),
        progress: async () => Number((await ask(socket, 'DBSIZE')).slice(1)),
      });
    };
  },
};

interface Drain {
  readonly records: number;
  readonly recordOf: (id: number) => LoadRecord;
  readonly settings: (topic: string) => Settings;
  /** Records that the target has. */
  readonly progress: () => Promise<number>;
}

/** Some records for warmth, then the backlog. */
async function drain(
  { broker, divisor }: World,
  { name, startWorker }: Turn,
  { records, recordOf, settings, progress }: Drain,
): Promise<ConnectFigures> {
  const count = countOf(records, divisor);
  await createTopics(broker, [{ name, partitions: 1 }]);
  await produceRecords(broker.port, name, 1, WARM_RECORDS, recordOf);
  await using worker = await startWorker();
  const connectors = new Connectors(worker);
  await connectors.create(name, settings(name));
  await untilAtLeast(WARM_RECORDS, progress, () => connectors.check(name));
  await connectors.stop(name);
  await produceRecords(broker.port, name, WARM_RECORDS + 1, count, recordOf);
  return await measureBacklog({
    worker,
    connector: name,
    progress: async () => (await progress()) - WARM_RECORDS,
    count,
    begin: (each) => each.resume(name),
  });
}

/** A command without arguments that is answered in one line. */
async function ask(socket: Socket, command: string): Promise<string> {
  const answer = once(socket, 'data') as Promise<[Buffer]>;
  socket.write(`${command}\r\n`);
  return (await answer)[0].toString('latin1').trim();
}

/** Whole objects. */
function countOf(records: number, divisor: number): number {
  return Math.ceil(records / divisor / FLUSH_SIZE) * FLUSH_SIZE;
}
