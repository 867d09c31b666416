/**
 * Change data capture, end to end: flights into Postgres, changes into topics, flights on to S3 as Parquet and departures by airport on to
 * Redis as a leaderboard; the worker that does it is killed on the way; then everything is compared with what Postgres holds.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkerProcess } from '@millrace/connect-testkit';
import { Redis } from 'ioredis';
import { count } from '../progress.ts';
import { Board, type Leader } from './board.ts';
import {
  AIRPORTS_TOPIC,
  BUCKET,
  FLIGHTS_TOPIC,
  LEADERBOARD,
  propertiesText,
  redisSettings,
  s3Settings,
  sourceSettings,
  workerSettings,
} from './connectors.ts';
import { createConnector, failuresAt } from './connectors-at.ts';
import { loadDataSet } from './data-set.ts';
import { createTables, insertFlights, readDepartures, readFlights } from './database.ts';
import type { Options } from './options.ts';
import { ParquetReader } from './parquet-reader.ts';
import { startServices } from './services.ts';
import { TopicReader } from './topic-reader.ts';
import { areRowsEqual, compareRows, differingScores, total } from './verdict.ts';

const CONNECT_MAIN = new URL('../../../../apps/connect/src/main.ts', import.meta.url);
/** Of the flights, those that are in the table before the source begins. */
const SNAPSHOT_SHARE = 1 / 3;
const KILL_SHARE = 2 / 3;
const LEADERS = 5;
const WATCH_INTERVAL_MS = 200;
/** Between two looks at what has failed. */
const CHECK_INTERVAL_MS = 2_000;
/** A task that fails is started again by the worker; when it has failed at so many looks in a row, that does not help. */
const FAILED_CHECKS_MAX = 5;

/** Resolves with whether everything arrived and is equal; rejects when aborted. Either way nothing is left of it. */
export async function runConnectDemo(options: Options, out: NodeJS.WriteStream, signal: AbortSignal): Promise<boolean> {
  await using stack = new AsyncDisposableStack();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return await Promise.race([demonstrate(options, out, signal, stack), aborted]);
}

async function demonstrate(
  options: Options,
  out: NodeJS.WriteStream,
  signal: AbortSignal,
  stack: AsyncDisposableStack,
): Promise<boolean> {
  const began = performance.now();
  const directory = await mkdtemp(join(tmpdir(), 'millrace-demo-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  await mkdir(join(directory, 'broker'));
  const board = new Board(out);
  stack.defer(() => board.finish());

  const [{ flights, airports }, services] = await Promise.all([
    loadDataSet(options.flightCount),
    startServices(directory).then((each) => stack.use(each)),
  ]);
  const { postgres, s3, redis: redisServer, broker } = services;
  board.note(
    `broker ${broker.addresses.kafka}, Postgres :${String(postgres.port)}, S3 :${String(s3.port)}, Redis :${String(redisServer.port)}`,
  );
  const redis = new Redis(redisServer.url);
  stack.defer(() => redis.disconnect());
  const parquet = new ParquetReader(s3, BUCKET);
  stack.defer(() => parquet.close());
  const topic = stack.use(new TopicReader(broker.addresses.kafka));

  await createTables(postgres, { flights, airports });
  let inserted = 0;
  let leaders: readonly Leader[] = [];
  let ranked = 0;
  const draw = (): void =>
    board.update({
      total: flights.length,
      stages: [
        { name: 'Postgres', done: inserted },
        { name: 'topic', done: topic.rows },
        { name: 'S3 Parquet', done: parquet.flights.length },
        { name: 'Redis', done: ranked },
      ],
      leaders,
    });
  const atStart = Math.floor(flights.length * SNAPSHOT_SHARE);
  await insertFlights(postgres, flights.slice(0, atStart), {
    onInserted: (rows) => {
      inserted = rows;
      draw();
    },
  });
  board.note(`${count(atStart)} flights and ${count(airports.length)} airports in Postgres, for the snapshot`);

  const file = join(directory, 'worker.properties');
  await writeFile(file, propertiesText(workerSettings(broker.addresses.kafka)));
  const worker = new WorkerProcess({ main: CONNECT_MAIN, file });
  stack.defer(() => worker.stop());
  const tellLog = (): void => {
    if (worker.logTail !== '') board.note(worker.logTail);
  };
  signal.addEventListener('abort', tellLog, { once: true });
  const readyMs = await worker.start();
  board.note(`Connect worker ready in ${readyMs.toFixed(0)} ms on ${worker.url ?? ''}`);
  let checkedAtMs = performance.now();
  let failedChecks = 0;
  const check = async (): Promise<void> => {
    if (performance.now() - checkedAtMs < CHECK_INTERVAL_MS) return;
    const [failure] = await failuresAt(worker);
    checkedAtMs = performance.now();
    failedChecks = failure === undefined ? 0 : failedChecks + 1;
    if (failure !== undefined && failedChecks === 1) board.note(failure);
    if (failedChecks >= FAILED_CHECKS_MAX) throw new Error(`${failure ?? ''}\n${worker.logTail}`);
  };
  await createConnector(worker, 'flights-from-postgres', sourceSettings(postgres));
  // Those who read a topic that is not there look again minutes later.
  await topic.waitForTopics([FLIGHTS_TOPIC, AIRPORTS_TOPIC], check);
  topic.start();
  await createConnector(worker, 'flights-to-s3', s3Settings(s3, flights.length));
  await createConnector(worker, 'departures-to-redis', redisSettings(redisServer));
  board.note('connectors: flights-from-postgres, flights-to-s3, departures-to-redis');

  const names = new Map(airports.map(({ iata, city }) => [iata, city === '' ? iata : `${city} (${iata})`]));
  const look = async (): Promise<ReadonlyMap<string, number>> => {
    topic.check();
    await parquet.poll();
    const scores = await readScores(redis);
    ranked = total(scores);
    leaders = [...scores]
      .slice(0, LEADERS)
      .filter(([, score]) => score > 0)
      .map(([iata, score]) => ({ name: names.get(iata) ?? iata, score }));
    draw();
    return scores;
  };

  let killed: Promise<void> | undefined;
  let awayMs = 0;
  const killAt = Math.floor(flights.length * KILL_SHARE);
  const inserting = insertFlights(postgres, flights.slice(atStart), {
    pace: options.pace,
    onInserted: (rows) => {
      inserted = atStart + rows;
      if (!options.isWorkerKilled || killed !== undefined || inserted < killAt) return;
      const killedAt = performance.now();
      // Not awaited: Postgres goes on, as it would in life.
      killed = worker
        .kill()
        .then(() => worker.start())
        .then((startMs) => {
          awayMs = performance.now() - killedAt;
          board.note(`killed the worker (kill -9) and restarted it: ready after ${startMs.toFixed(0)} ms`);
        });
    },
  });
  const isOver = Promise.all([inserting, inserting.then(() => killed)]);
  let failed: Error | undefined;
  isOver.catch((error: Error) => (failed = error));
  let scores = await look();
  for (;;) {
    if (failed !== undefined) throw failed;
    const arrived = Math.min(inserted, topic.rows, parquet.flights.length, ranked);
    if (arrived >= flights.length) break;
    await check();
    await new Promise((resolve) => setTimeout(resolve, WATCH_INTERVAL_MS));
    scores = await look();
  }
  await isOver;
  const elapsedS = (performance.now() - began) / 1_000;
  board.finish();

  const expected = await readFlights(postgres);
  const departures = await readDepartures(postgres);
  const rows = compareRows(expected, parquet.flights);
  const wrongScores = differingScores(departures, scores);
  const isRowsEqual = areRowsEqual(rows, flights.length) && expected.size === flights.length;
  const isTopicExact = topic.rows === flights.length && topic.doubled === 0;
  const lines: [string, string][] = [
    ['rows in Postgres', `${count(expected.size)} flights, ${count(departures.size)} airports`],
    ['in the topic', `${count(topic.rows)} flights, doubled ${count(topic.doubled)}`],
    [
      'in S3',
      `${count(rows.compared)} rows in ${count(parquet.fileCount)} Parquet files, ${count(Math.round(parquet.sizeBytes / 1024))} KiB`,
    ],
    [
      'compared row by row',
      `missing ${count(rows.missing)}, different ${count(rows.different)}, doubled ${count(rows.doubled)}, foreign ${count(rows.foreign)}`,
    ],
    [
      'leaderboard in Redis',
      `${count(scores.size)} airports, ${count(ranked)} departures, wrong ${count(wrongScores)}`,
    ],
    ['first', leaders.map(({ name, score }) => `${name} ${count(score)}`).join(', ')],
    [
      'time',
      `${elapsedS.toFixed(1)} s${options.isWorkerKilled ? `, ${(awayMs / 1_000).toFixed(1)} s of them without a worker` : ''}`,
    ],
  ];
  for (const [name, value] of lines) out.write(`${name.padEnd(22)}${value}\n`);
  const isEqual = isRowsEqual && isTopicExact && wrongScores === 0;
  out.write(isEqual ? 'OK: everything arrived and is equal, nothing doubled\n' : 'FAILED: see the lines above\n');
  return isEqual;
}

/** Highest first. */
async function readScores(redis: Redis): Promise<Map<string, number>> {
  const flat = await redis.zrevrange(LEADERBOARD, 0, -1, 'WITHSCORES');
  const scores = new Map<string, number>();
  for (let index = 0; index < flat.length; index += 2) scores.set(flat[index] ?? '', Number(flat[index + 1]));
  return scores;
}
