/** Ten thousand partitions: restart, memory, event-loop stalls while all of them are written, and two thousand connections. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  apiVersionsRequest,
  apiVersionsResponse,
  createApiVersionsRequest,
} from '@millrace/protocol/messages/18-api-versions';
import { WireClient } from '@millrace/testing';
import type { BrokerUnderTest } from './broker-under-test.ts';
import { megabytes, type Figures } from './figures.ts';
import { LINE_MS, worstStalls } from './loop-delay-file.ts';
import type { Measure, Turn } from './measure-run.ts';
import { observe, residentBytesOf } from './proc.ts';
import { buildBatch, createTopics, produceFirstRecord, produceTo } from './wire.ts';

const TOPICS = 20;
const PARTITIONS_PER_TOPIC = 500;
const CONNECTIONS = 2_000;
const RECORD_BYTES = 100;
/** Partitions of one produce request, as of a client that writes everywhere. */
const PARTITIONS_PER_REQUEST = 100;
const REQUESTS_PER_SECOND = 50;
/** Longer than the minute between checkpoints. */
const LOAD_SECONDS = 75;
const QUICK_LOAD_SECONDS = 15;
const REST_MS = 5_000;
/** The load that is killed: small batches everywhere, several requests at a time. */
const KILL_LOAD_SECONDS = 20;
const KILL_LOAD_CONNECTIONS = 4;
const KILL_LOAD_PARTITIONS_PER_REQUEST = 10;
const KILL_LOAD_RECORDS_PER_BATCH = 5;
const KILL_LOAD_REQUESTS_PER_SECOND = 600;
/** Segments are filled with what was replayed meanwhile. */
const REST_AFTER_KILL_MS = 10_000;
const ROUNDS_MAX = 1;
const LOOP_DELAY_PRELOAD = fileURLToPath(new URL('./in-broker/loop-delay.ts', import.meta.url));

export const SCALE: Measure = {
  name: 'scale',
  title: '10,000 partitions and 2,000 connections',
  method:
    '20 topics of 500 partitions with a record each. Restart is from the start of the process to the first acknowledged record, after a ' +
    'clean end and after kill -9 amid 30,000 records a second to all partitions, five in a batch, for 20 seconds. ' +
    'After the clean one 5,000 batches a second go round all partitions for longer than a checkpoint interval: the longest ' +
    'stall of the event loop (a timer of 1 ms in the broker), the most CPU time between two of its turns (what is not the CPU of the thread ' +
    'was a wait for a core or the disk), the checkpoints within that time, peak RSS, and RSS five seconds after that load or ten ' +
    'seconds after the second restart, whichever is more. ' +
    'Last, 2,000 connections that each sent one request and then nothing.',
  contenders: ['os', 'fsync'],
  roundsMax: ROUNDS_MAX,
  run: measureScale,
};

async function measureScale({ createBroker, dataDir, isQuick }: Turn): Promise<Figures> {
  mkdirSync(dataDir, { recursive: true });
  const loopFile = join(dataDir, 'loop-delay');
  const broker = await createBroker({
    nodeFlags: ['--import', LOOP_DELAY_PRELOAD],
    environment: { BENCH_LOOP_DELAY_FILE: loopFile },
  });
  broker.spawn();
  await broker.ready();
  await createTopics(
    broker,
    topicNames().map((name) => ({ name, partitions: PARTITIONS_PER_TOPIC })),
  );
  await produceRound(broker, 1);
  await broker.stop();

  const restartMs = await restart(broker);
  const checkpointsBefore = newestCheckpoint(dataDir);
  // The first line after that looks back at the start.
  const fromMs = Date.now() + LINE_MS;
  const { load } = await observe(broker.pid, () => produceFor(broker, isQuick ? QUICK_LOAD_SECONDS : LOAD_SECONDS));
  const stalls = worstStalls(readFileSync(loopFile, 'utf8'), fromMs, Date.now());
  const checkpoints = newestCheckpoint(dataDir) - checkpointsBefore;
  await sleep(REST_MS);
  const quietMb = megabytes(residentBytesOf(broker.pid));
  const connectionsResidentMb = await withConnections(broker);

  await killUnderLoad(broker, isQuick ? QUICK_LOAD_SECONDS : KILL_LOAD_SECONDS);
  const restartAfterKillMs = await restart(broker);
  await sleep(REST_AFTER_KILL_MS);
  const residentMb = Math.max(quietMb, megabytes(residentBytesOf(broker.pid)));
  return {
    restartMs,
    restartAfterKillMs,
    residentMb,
    residentMaxMb: Math.max(megabytes(load.residentBytesMax), residentMb),
    connectionsResidentMb,
    checkpoints,
    ...(stalls === undefined ? {} : { stallMs: stalls.longestMs, stallCpuMs: stalls.cpuMs }),
  };
}

function topicNames(): string[] {
  return Array.from({ length: TOPICS }, (_, index) => `scale-${index}`);
}

async function restart(broker: BrokerUnderTest): Promise<number> {
  const began = performance.now();
  broker.spawn();
  await produceFirstRecord(broker, 'scale-0', buildBatch(1, RECORD_BYTES));
  return performance.now() - began;
}

/** Ends the broker while it is written to as fast as it should be. */
async function killUnderLoad(broker: BrokerUnderTest, seconds: number): Promise<void> {
  let isEnding = false;
  const load = produceEverywhere(broker).catch((error: unknown) => {
    if (!isEnding) throw error;
  });
  await Promise.race([load, sleep(seconds * 1_000)]);
  isEnding = true;
  await broker.stop('SIGKILL');
  await load;
}

/** Small batches round all partitions until the broker is gone. */
async function produceEverywhere(broker: BrokerUnderTest): Promise<void> {
  const batch = buildBatch(KILL_LOAD_RECORDS_PER_BATCH, RECORD_BYTES);
  const all = requests(KILL_LOAD_PARTITIONS_PER_REQUEST);
  const began = performance.now();
  let sent = 0;
  await Promise.all(
    Array.from({ length: KILL_LOAD_CONNECTIONS }, async () => {
      await using client = await WireClient.connect({ port: broker.port });
      for (;;) {
        const wait = began + (sent * 1_000) / KILL_LOAD_REQUESTS_PER_SECOND - performance.now();
        const next = all[sent++ % all.length];
        if (wait > 0) await sleep(wait);
        if (next !== undefined) await produceOrThrow(client, next.topic, next.partitions, batch);
      }
    }),
  );
}

/** Every partition once. */
async function produceRound(broker: BrokerUnderTest, records: number): Promise<void> {
  await using client = await WireClient.connect({ port: broker.port });
  const batch = buildBatch(records, RECORD_BYTES);
  for (const { topic, partitions } of requests()) await produceOrThrow(client, topic, partitions, batch);
}

/** Round all partitions at a fixed rate of requests, never more than one under way. */
async function produceFor(broker: BrokerUnderTest, seconds: number): Promise<void> {
  await using client = await WireClient.connect({ port: broker.port });
  const batch = buildBatch(1, RECORD_BYTES);
  const all = requests();
  const began = performance.now();
  for (let sent = 0; sent < seconds * REQUESTS_PER_SECOND; sent++) {
    const wait = began + (sent * 1_000) / REQUESTS_PER_SECOND - performance.now();
    if (wait > 0) await sleep(wait);
    const next = all[sent % all.length];
    if (next !== undefined) await produceOrThrow(client, next.topic, next.partitions, batch);
  }
}

async function produceOrThrow(client: WireClient, topic: string, partitions: readonly number[], batch: Buffer) {
  const codes = await produceTo(client, topic, partitions, batch);
  if (codes.length > 0) throw new Error(`producing to ${topic} failed with code ${codes.join(', ')}`);
}

function requests(
  partitionsPerRequest = PARTITIONS_PER_REQUEST,
): { readonly topic: string; readonly partitions: readonly number[] }[] {
  return topicNames().flatMap((topic) =>
    Array.from({ length: PARTITIONS_PER_TOPIC / partitionsPerRequest }, (_, index) => ({
      topic,
      partitions: Array.from({ length: partitionsPerRequest }, (__, each) => index * partitionsPerRequest + each),
    })),
  );
}

/** Checkpoint files are numbered. */
function newestCheckpoint(dataDir: string): number {
  const numbers = readdirSync(join(dataDir, 'data/checkpoints'))
    .filter((name) => name.endsWith('.checkpoint'))
    .map((name) => Number.parseInt(name, 10));
  return Math.max(0, ...numbers);
}

/** RSS in MB while the connections are open and silent. */
async function withConnections(broker: BrokerUnderTest): Promise<number> {
  const clients: WireClient[] = [];
  try {
    for (let index = 0; index < CONNECTIONS; index++) {
      const client = await WireClient.connect({ port: broker.port, clientId: `idle-${index}` });
      clients.push(client);
      await client.call(apiVersionsRequest, apiVersionsResponse, 0, createApiVersionsRequest());
    }
    await sleep(REST_MS);
    return megabytes(residentBytesOf(broker.pid));
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
