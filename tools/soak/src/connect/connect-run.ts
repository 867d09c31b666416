/**
 * Ten connectors on three workers, real servers, and a load that does not end, while one worker after the other is killed with `kill -9` and
 * started again; then each target is compared with what was sent.
 *
 * Owns: the servers, the broker's process, the workers and their data; all are gone in the end.
 * Invariants: a kill counts for the connectors whose task ran on the worker; for the snapshot only while one is under way.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@millrace/base';
import { PostgresServer, RedisServer, S3Server } from '@millrace/connect-testkit';
import { kafka } from '@millrace/sdk';
import { BrokerProcess } from '@millrace/testing';
import { Redis } from 'ioredis';
import { REPO_ROOT } from '../soak-broker.ts';
import * as connectors from './connectors.ts';
import { CONNECTOR_NAMES, PROMISES, type ConnectorName } from './connectors.ts';
import { KEYS, Load } from './load.ts';
import { until } from './patience.ts';
import { SNAPSHOT_ROWS, Snapshots } from './snapshots.ts';
import type { Verdict } from './tally.ts';
import * as targets from './targets.ts';
import { TopicTally } from './topic-tally.ts';
import { WorkerGroup, type ConnectorStatus } from './worker-group.ts';

const BROKER = ['group.initial.rebalance.delay.ms=0', 'group.min.session.timeout.ms=500'];
const PAUSE_MS_MIN = 300;
const PAUSE_MS_SPAN = 2_500;
/** A connector must run again within this after a kill, so that it can meet the next one. */
const RUNS_MS_MAX = 120_000;
/** All must have arrived within this after the load has ended. */
const ARRIVED_MS_MAX = 120_000;
/** What comes twice comes behind the rest. */
const DOUBLES_MS = 3_000;
const PROGRESS_KILLS = 25;

export interface ConnectSoakOptions {
  readonly seed: number;
  /** For each of `wanted`. */
  readonly kills: number;
  readonly wanted: readonly ConnectorName[];
  readonly say: (line: string) => void;
}

export interface ConnectorOutcome {
  readonly name: ConnectorName;
  readonly kills: number;
  readonly verdict: Verdict;
  readonly isRight: boolean;
  /** What its status says, when it does not run. */
  readonly trouble: string | undefined;
}

export interface ConnectSoakOutcome {
  readonly outcomes: readonly ConnectorOutcome[];
  readonly workerKills: number;
  readonly sent: number;
  /** Rows that were inserted while snapshots were under way. */
  readonly insertedInSnapshots: number;
  /** Resident memory of each worker, with its tasks; in the end of processes that were started at its last kill. */
  readonly rssBytes: { readonly start: readonly number[]; readonly end: readonly number[] };
  readonly seconds: number;
}

export async function runConnectSoak(options: ConnectSoakOptions): Promise<ConnectSoakOutcome> {
  const began = performance.now();
  const directory = await mkdtemp(join(tmpdir(), 'soak-connect-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const broker = stack.use(
    new BrokerProcess({
      mainPath: join(REPO_ROOT, 'apps/broker/src/main.ts'),
      dataDir: join(directory, 'broker'),
      flags: ['--log-level', 'warn', ...BROKER.flatMap((setting) => ['--set', setting])],
      // Not the broker's, which refuses variables of its prefix that it does not know.
      environment: { MILLRACE_VERSITYGW: undefined, MILLRACE_VALKEY: undefined },
    }),
  );
  await broker.start();
  const postgres = stack.use(await PostgresServer.start());
  const s3 = stack.use(await S3Server.start(connectors.BUCKET));
  const redisServer = stack.use(await RedisServer.start());
  const redis = stack.adopt(new Redis(redisServer.url), (client) => client.disconnect());
  const address = broker.addresses.kafka;
  const cluster = stack.use(kafka({ brokers: [address], clientId: 'soak-judge' }));
  await createTopics(cluster);
  await createTables(postgres);

  const workers = stack.use(await WorkerGroup.start(directory, connectors.workerSettings(address)));
  const readers = {
    'postgres-stream': new TopicTally(cluster, connectors.STREAM_TOPIC, targets.ofChangeEvent),
    's3-source': new TopicTally(cluster, connectors.FROM_S3_TOPIC, targets.ofLoad),
    'redis-source': new TopicTally(cluster, connectors.REDIS_TOPIC, targets.ofLoad),
    'redis-group-source': new TopicTally(cluster, connectors.REDIS_GROUP_TOPIC, targets.ofLoad),
  };
  for (const reader of Object.values(readers)) stack.use(reader);
  const settings = connectors.connectorSettings({ postgres, s3, redis: redisServer });
  for (const [name, each] of Object.entries(settings)) await workers.put(name, each);
  // What is changed after the first rows were read is in the slot.
  await until('the snapshot of the stream', RUNS_MS_MAX, () => readers['postgres-stream'].records >= KEYS).catch(
    async (error: unknown) => {
      throw new Error(`${String(error)}\n${JSON.stringify([...(await workers.statuses())])}\n${workers.logTail}`);
    },
  );
  const rssAtStart = await workers.rssBytes();
  const load = stack.use(new Load(address, postgres, redis));
  load.start();
  const snapshots = new Snapshots(workers, cluster, postgres);
  snapshots.start();
  const check = (): void => {
    load.check();
    snapshots.check();
  };

  const { counts, workerKills } = await killWorkers(options, workers, snapshots, check);
  await Promise.all([load.stop(), snapshots.stop()]);
  const bucket = stack.adopt(new targets.BucketTally(s3), (each) => each.close());
  const { sent } = load;
  const verdicts: Readonly<Record<ConnectorName, () => Promise<Verdict>>> = {
    'postgres-snapshot': () => Promise.resolve(snapshots.verdict),
    'postgres-stream': () => Promise.resolve(readers['postgres-stream'].tally.judge(sent)),
    'postgres-upsert': async () => targets.judgeState(await targets.upsertedState(postgres), sent),
    'postgres-insert': async () => (await targets.insertedTally(postgres)).judge(sent),
    's3-sink': async () => (await bucket.tally()).judge(sent),
    's3-source': () => Promise.resolve(readers['s3-source'].tally.judge(sent)),
    'redis-hash': async () => targets.judgeState(await targets.hashState(redis), sent),
    'redis-stream-sink': async () => (await targets.streamTally(redis)).judge(sent),
    'redis-source': () => Promise.resolve(readers['redis-source'].tally.judge(sent)),
    'redis-group-source': () => Promise.resolve(readers['redis-group-source'].tally.judge(sent)),
  };
  const missing = new Set<ConnectorName>(CONNECTOR_NAMES);
  const areAll = async (): Promise<boolean> => {
    for (const reader of Object.values(readers)) reader.check();
    for (const name of missing) if ((await verdicts[name]()).missing === 0) missing.delete(name);
    return missing.size === 0;
  };
  await until('all has arrived', ARRIVED_MS_MAX, areAll).catch((error: unknown) => {
    options.say(`# ${String(error)}: not ${[...missing].join(', ')}`);
    options.say(workers.logTail);
  });
  await sleep(DOUBLES_MS);

  const statuses = await workers.statuses();
  const outcomes: ConnectorOutcome[] = [];
  for (const name of CONNECTOR_NAMES) {
    const verdict = await verdicts[name]();
    const status = statuses.get(name);
    const trouble = name === 'postgres-snapshot' ? undefined : troubleOf(status);
    const isRight = isKept(PROMISES[name], verdict) && trouble === undefined;
    outcomes.push({ name, kills: counts.get(name) ?? 0, verdict, isRight, trouble });
  }
  const insertedInSnapshots = snapshots.inserted;
  options.say(`# ${snapshots.count} snapshots of ${SNAPSHOT_ROWS} rows, ${insertedInSnapshots} inserted meanwhile`);
  const rssBytes = { start: rssAtStart, end: await workers.rssBytes() };
  const seconds = (performance.now() - began) / 1_000;
  return { outcomes, workerKills, sent, insertedInSnapshots, rssBytes, seconds };
}

function isKept(promise: (typeof PROMISES)[ConnectorName], verdict: Verdict): boolean {
  const { arrived, missing, doubled, foreign, misplaced } = verdict;
  const isAll = arrived > 0 && missing === 0 && foreign === 0 && misplaced === 0;
  return isAll && (promise !== 'exactly once' || doubled === 0);
}

function troubleOf(status: ConnectorStatus | undefined): string | undefined {
  if (status === undefined) return 'it has no status';
  const stuck = [status.connector, ...status.tasks].find(({ state }) => state !== 'RUNNING');
  return stuck === undefined ? undefined : `${stuck.state}: ${stuck.trace?.split('\n')[0] ?? 'no trace'}`;
}

interface Killed {
  readonly counts: ReadonlyMap<ConnectorName, number>;
  readonly workerKills: number;
}

/** One worker at a time, at random moments, until each of the wanted connectors has been met as often as asked. */
async function killWorkers(
  { seed, kills, wanted, say }: ConnectSoakOptions,
  workers: WorkerGroup,
  snapshots: Snapshots,
  check: () => void,
): Promise<Killed> {
  const random = new SeededRandom(seed);
  const counts = new Map<ConnectorName, number>();
  let workerKills = 0;
  for (;;) {
    const left = wanted.filter((name) => (counts.get(name) ?? 0) < kills);
    if (left.length === 0) return { counts, workerKills };
    await sleep(PAUSE_MS_MIN + random.nextInt(PAUSE_MS_SPAN));
    const least = Math.min(...left.map((name) => counts.get(name) ?? 0));
    const next = left.filter((name) => (counts.get(name) ?? 0) === least);
    const aim = next[random.nextInt(next.length)];
    if (aim === undefined) throw new Error('there is nothing to kill');
    let places = new Map<ConnectorName, string>();
    await until(`a worker runs ${aim}`, RUNS_MS_MAX, async () => {
      check();
      places = runningPlaces(await workers.statuses(), snapshots.current);
      return workers.workers.some(({ id }) => id !== undefined && id === places.get(aim));
    }).catch(async (error: unknown) => {
      const statuses = JSON.stringify([...(await workers.statuses())]);
      throw new Error(`${String(error)}\n${statuses}\n${workers.logTail}`);
    });
    const victim = workers.workers.find(({ id }) => id === places.get(aim));
    const id = victim?.id;
    await victim?.kill();
    for (const [name, place] of places) if (place === id) counts.set(name, (counts.get(name) ?? 0) + 1);
    workerKills++;
    if (workerKills % PROGRESS_KILLS === 0) say(`# ${workerKills} workers killed, the fewest of a connector ${least}`);
    await victim?.start();
  }
}

/** Where the tasks run, as far as the status knows. */
function runningPlaces(
  statuses: ReadonlyMap<string, ConnectorStatus>,
  snapshot: string | undefined,
): Map<ConnectorName, string> {
  const places = new Map<ConnectorName, string>();
  for (const name of CONNECTOR_NAMES) {
    const task = statuses.get(name === 'postgres-snapshot' ? (snapshot ?? '') : name)?.tasks[0];
    if (task?.state === 'RUNNING') places.set(name, task.worker_id);
  }
  return places;
}

async function createTopics(cluster: ReturnType<typeof kafka>): Promise<void> {
  const topic = (name: string, partitions: number) => ({ name, partitions, replicationFactor: 1 });
  await cluster.admin().createTopics([
    topic(connectors.LOAD_TOPIC, 3),
    topic(connectors.STREAM_TOPIC, 3),
    topic(connectors.FROM_S3_TOPIC, 3),
    // Their keys are the ids of the entries: only one partition keeps the order.
    topic(connectors.REDIS_TOPIC, 1),
    topic(connectors.REDIS_GROUP_TOPIC, 1),
  ]);
}

async function createTables(postgres: PostgresServer): Promise<void> {
  await postgres.query(`
    CREATE TABLE stream_rows (k int PRIMARY KEY, n bigint NOT NULL);
    INSERT INTO stream_rows SELECT k, 0 FROM generate_series(0, ${KEYS - 1}) k;
    CREATE TABLE snapshot_rows (n int PRIMARY KEY);
    INSERT INTO snapshot_rows SELECT n FROM generate_series(1, ${SNAPSHOT_ROWS}) n;
    CREATE TABLE upserted (k bigint PRIMARY KEY, n bigint NOT NULL);
    CREATE TABLE inserted (seq bigserial PRIMARY KEY, k bigint NOT NULL, n bigint NOT NULL);`);
}
