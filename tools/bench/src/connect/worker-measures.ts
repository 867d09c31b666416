/** The worker itself: how soon it answers, and what it takes while nothing happens. */
import { PostgresServer, RedisServer, S3Server } from '@millrace/connect-testkit';
import { megabytes } from '../brokers/figures.ts';
import { residentBytesOf } from '../brokers/proc.ts';
import { createTopics } from '../brokers/wire.ts';
import { Connectors } from './connectors.ts';
import type { ConnectMeasure } from './measure-run.ts';
import { createTable } from './rows.ts';
import { captureSettings, redisSettings, s3Settings, upsertSettings, type Settings } from './settings.ts';
import type { WorkerUnderTest } from './worker-under-test.ts';

const IDLE_MS = 5_000;
const FLUSH_SIZE = 50_000;

export const READY: ConnectMeasure = {
  name: 'ready',
  title: 'Start of a worker',
  method:
    'From the start of the process until `/health` answers 200; distributed, alone in its group, whose topics it has to make. Jars and built files are in the page cache, ' +
    'compiled code in that of Node.',
  contenders: ['millrace', 'kafka'],
  prepare() {
    return Promise.resolve(async ({ startWorker }) => {
      await using worker = await startWorker();
      return { startMs: worker.startMs };
    });
  },
};

export const IDLE: ConnectMeasure = {
  name: 'idle',
  title: 'Three idle connectors: a Postgres source and two Postgres sinks',
  method: 'Resident memory five seconds after all run, nothing to do.',
  contenders: ['millrace', 'kafka'],
  async prepare(stack, { broker }) {
    const postgres = stack.use(await PostgresServer.start());
    return async ({ name, contender, startWorker }) => {
      const table = name.replaceAll('-', '_');
      await createTable(postgres, table);
      await createTopics(broker, [{ name, partitions: 1 }]);
      await using worker = await startWorker();
      const residentMb = await residentWith(worker, {
        [name]: captureSettings(postgres, name, table),
        [`${name}-sink-1`]: upsertSettings(contender, postgres, name, table),
        [`${name}-sink-2`]: upsertSettings(contender, postgres, name, table),
      });
      return { residentMb };
    };
  },
};

export const IDLE_MIXED: ConnectMeasure = {
  name: 'idle-mixed',
  title: 'Three idle connectors: a Postgres source, an S3 sink and a Redis sink',
  method: 'The same with one of each kind.',
  contenders: ['millrace'],
  async prepare(stack, { broker }) {
    const postgres = stack.use(await PostgresServer.start());
    const s3 = stack.use(await S3Server.start('bench'));
    const redis = stack.use(await RedisServer.start());
    return async ({ name, startWorker }) => {
      const table = name.replaceAll('-', '_');
      await createTable(postgres, table);
      await createTopics(broker, [{ name, partitions: 1 }]);
      await using worker = await startWorker();
      const residentMb = await residentWith(worker, {
        [name]: captureSettings(postgres, name, table),
        [`${name}-s3`]: s3Settings(s3, 'bench', name, FLUSH_SIZE),
        [`${name}-redis`]: redisSettings(redis, name),
      });
      return { residentMb };
    };
  },
};

async function residentWith(worker: WorkerUnderTest, all: Readonly<Record<string, Settings>>): Promise<number> {
  const connectors = new Connectors(worker);
  for (const [name, settings] of Object.entries(all)) await connectors.create(name, settings);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const bytes = residentBytesOf(worker.pid);
  for (const name of Object.keys(all)) await connectors.stop(name);
  return megabytes(bytes);
}
