/**
 * Postgres, the S3 server, the Redis server and the broker, started together on free ports.
 *
 * Their programs are provided once per machine: Postgres by npm, the S3 server by Go, Valkey by pip, as for the tests.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  isRedisServerAvailable,
  isS3ServerAvailable,
  PostgresServer,
  RedisServer,
  S3Server,
} from '@millrace/connect-testkit';
import { BrokerProcess } from '@millrace/testing';
import { BUCKET } from './connectors.ts';

const root = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

interface SetUp {
  readonly say: (line: string) => void;
  /** What follows when it cannot be had. */
  readonly without: string;
}

/** Builds or fetches what is not there yet; throws with everything that this machine cannot have. */
export async function provideServers(say: (line: string) => void): Promise<void> {
  const s3 = (await import(new URL('../../../setup/versitygw.mjs', import.meta.url).href)) as {
    ensureVersitygw(options: SetUp): Promise<string | undefined>;
  };
  const redis = (await import(new URL('../../../setup/valkey.mjs', import.meta.url).href)) as {
    ensureValkey(options: SetUp): Promise<string | undefined>;
  };
  const missing: string[] = [];
  const options = { say, without: 'THE DEMO CANNOT RUN' };
  if (!isS3ServerAvailable() && (await s3.ensureVersitygw(options)) === undefined)
    missing.push('an S3 server (versitygw): install Go 1.24 or newer, or set MILLRACE_VERSITYGW to its program');
  if (!isRedisServerAvailable() && (await redis.ensureValkey(options)) === undefined)
    missing.push('a Redis server: install python3 with pip, or set MILLRACE_VALKEY to a valkey-server or redis-server');
  if (missing.length > 0) throw new Error(`this machine has not\n${missing.map((each) => `  - ${each}\n`).join('')}`);
}

export interface Services extends AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly s3: S3Server;
  readonly redis: RedisServer;
  readonly broker: BrokerProcess;
}

/** All are stopped, and their data removed, when this is disposed of. */
export async function startServices(directory: string): Promise<Services> {
  await using stack = new AsyncDisposableStack();
  const keep = async <Service extends AsyncDisposable>(starting: Promise<Service>): Promise<Service> =>
    stack.use(await starting);
  const broker = new BrokerProcess({
    mainPath: root('apps/broker/src/main.ts'),
    dataDir: join(directory, 'broker'),
    flags: ['--log-level', 'warn', '--set', 'group.initial.rebalance.delay.ms=0'],
    // Not the broker's, which refuses variables of its prefix that it does not know.
    environment: { MILLRACE_VERSITYGW: undefined, MILLRACE_VALKEY: undefined },
  });
  stack.use(broker);
  const results = await Promise.allSettled([
    keep(PostgresServer.start()),
    keep(S3Server.start(BUCKET)),
    keep(RedisServer.start()),
    broker.start(),
  ]);
  const [postgres, s3, redis, kafka] = results;
  if (
    postgres.status === 'rejected' ||
    s3.status === 'rejected' ||
    redis.status === 'rejected' ||
    kafka.status === 'rejected'
  ) {
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    throw new AggregateError(reasons, reasons.map(String).join('\n'));
  }
  const started = stack.move();
  return {
    postgres: postgres.value,
    s3: s3.value,
    redis: redis.value,
    broker,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
