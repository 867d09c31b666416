/**
 * How fast a compacted log is cleaned, beside Apache Kafka's cleaner on the same batches.
 *
 * A topic is filled while nothing may be cleaned, then the cleaner is let go. Counted are the bytes of its closed segments, the time until
 * their files are down to what stays, and the CPU time of the broker meanwhile.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RecordBatchWriter, type FinishBatchOptions } from '@millrace/protocol';
import {
  createCreateTopicsRequest,
  createCreateTopicsRequestCreatableTopic,
  createTopicsRequest,
  createTopicsResponse,
} from '@millrace/protocol/messages/19-create-topics';
import {
  createIncrementalAlterConfigsRequest,
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '@millrace/protocol/messages/44-incremental-alter-configs';
import { markdownTable, waitUntil, WireClient } from '@millrace/testing';
import { createBrokerUnderTest, type BrokerUnderTest } from './brokers/broker-under-test.ts';
import { buildBroker } from './brokers/build.ts';
import { TITLES } from './brokers/contenders.ts';
import { findJava } from './brokers/java.ts';
import { describeMachine, today } from './brokers/machine.ts';
import { cpuSecondsOf } from './brokers/proc.ts';
import { produceTo } from './brokers/wire.ts';
import { writeSection } from './figures-section.ts';
import { say } from './progress-lines.ts';
import { inWorkFolder } from './work-folder.ts';

type Codec = NonNullable<FinishBatchOptions['codec']>;

const CODECS: readonly Codec[] = ['none', 'lz4', 'zstd'];
const ENTRANTS = ['os', 'kafka'] as const;
const RECORDS_PER_BATCH = 100;
const KEYS = 50_000;
const VALUE_BYTES = 200;
const SEGMENT_BYTES = 16 * 1024 * 1024;
const MIB = 1024 * 1024;
const NEVER = '1.0';
const AT_ONCE = '0.0001';
const TOPIC_RESOURCE = 2;
const BROKER_RESOURCE = 4;
const CLEAN_MS_MAX = 60_000;
const SEGMENT_MS = 3_600_000;
const GOAL = 1;

interface Figure {
  readonly entrant: (typeof ENTRANTS)[number];
  readonly codec: Codec;
  readonly inputBytes: number;
  readonly keptBytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** `cleaner [--megabytes N] [--codec NAME] [--broker os|kafka] [--no-build] [--write]`; the exit code says whether the goal is kept. */
export async function cleanerCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      megabytes: { type: 'string', default: '96' },
      codec: { type: 'string' },
      broker: { type: 'string' },
      'no-build': { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  return inWorkFolder('cleaner', async (workDir) => {
    const java = await findJava();
    if (!values['no-build']) await buildBroker();
    const machine = describeMachine(java);
    const figures: Figure[] = [];
    for (const entrant of ENTRANTS.filter((each) => values.broker === undefined || each === values.broker)) {
      const dataDir = join(workDir, entrant);
      const environment = { MILLRACE_LOG_CLEANER_BACKOFF_MS: '100' };
      const broker = await createBrokerUnderTest({ contender: entrant, dataDir, java, environment });
      broker.spawn();
      try {
        await broker.ready();
        const client = await connected(broker);
        if (entrant === 'kafka') await alter(client, BROKER_RESOURCE, '', 'log.cleaner.backoff.ms', '100');
        // Once for the compilers.
        await measure(broker, client, 'none', 16 * MIB, join(dataDir, 'data'));
        for (const codec of CODECS.filter((each) => values.codec === undefined || each === values.codec)) {
          const figure = await measure(broker, client, codec, Number(values.megabytes) * MIB, join(dataDir, 'data'));
          figures.push({ entrant, codec, ...figure });
          say(`${entrant} ${codec}: ${JSON.stringify(figure)}`);
        }
        await client.close();
      } finally {
        await broker.stop('SIGKILL');
      }
    }
    const report = reportOf(figures, machine);
    process.stdout.write(`${report}\n`);
    if (values.write) await writeSection('cleaner', report);
    return CODECS.every((codec) => (ratioOf(figures, codec) ?? GOAL) >= GOAL) ? 0 : 1;
  });
}

async function connected(broker: BrokerUnderTest): Promise<WireClient> {
  let client: WireClient | undefined;
  await waitUntil('a connection', async () => {
    client = await WireClient.connect({ port: broker.port }).catch(() => undefined);
    return client !== undefined;
  });
  if (client === undefined) throw new Error('there is no connection');
  return client;
}

async function measure(
  broker: BrokerUnderTest,
  client: WireClient,
  codec: Codec,
  recordsBytes: number,
  logsDirectory: string,
): Promise<Omit<Figure, 'entrant' | 'codec'>> {
  const topic = `cleaned-${codec}-${recordsBytes}`;
  const before = await createTopic(client, topic, logsDirectory);
  await fill(client, topic, codec, recordsBytes);
  const inputBytes = bytesIn(logsDirectory) - before;
  const cpuBefore = cpuSecondsOf(broker.pid);
  const startMs = performance.now();
  await alter(client, TOPIC_RESOURCE, topic, 'min.cleanable.dirty.ratio', AT_ONCE);
  let endMs = startMs;
  let lastBytes = inputBytes;
  await waitUntil(
    'the log is cleaned',
    async () => {
      const bytes = bytesIn(logsDirectory) - before;
      if (bytes !== lastBytes) endMs = performance.now();
      lastBytes = bytes;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return bytes < inputBytes * 0.8 && performance.now() - endMs > 1500;
    },
    CLEAN_MS_MAX,
  );
  const cpuSeconds = cpuSecondsOf(broker.pid) - cpuBefore;
  return { inputBytes, keptBytes: lastBytes, seconds: (endMs - startMs) / 1000, cpuSeconds };
}

/** Bytes that the segments of all logs have before the topic has any. */
async function createTopic(client: WireClient, name: string, logsDirectory: string): Promise<number> {
  const configs = {
    'cleanup.policy': 'compact',
    'min.cleanable.dirty.ratio': NEVER,
    'segment.bytes': String(SEGMENT_BYTES),
    'segment.ms': String(SEGMENT_MS),
    'message.timestamp.after.max.ms': '9223372036854775807',
    'file.delete.delay.ms': '0',
  };
  const topic = createCreateTopicsRequestCreatableTopic({
    name,
    numPartitions: 1,
    replicationFactor: 1,
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  });
  const before = bytesIn(logsDirectory);
  const request = createCreateTopicsRequest({ topics: [topic], timeoutMs: 10_000 });
  const { topics } = await client.call(createTopicsRequest, createTopicsResponse, 7, request);
  if (topics[0]?.errorCode !== 0) throw new Error(`the topic was not created: error ${topics[0]?.errorCode}`);
  return before;
}

async function fill(client: WireClient, topic: string, codec: Codec, recordsBytes: number): Promise<void> {
  const writer = new RecordBatchWriter();
  const nowMs = Date.now();
  let bytes = 0;
  for (let number = 0; bytes < recordsBytes;) {
    for (let index = 0; index < RECORDS_PER_BATCH; index++) {
      // Every key comes in turn, and values look like text: words of the alphabet in changing order.
      writer.append(`key-${String((number * 7919) % KEYS).padStart(12, '0')}`, textOf(number), nowMs);
      number++;
    }
    bytes += writer.sizeInBytes;
    await send(client, topic, writer.finish({ codec }));
  }
  writer.append('last', 'closes the segment before it', nowMs + 2 * SEGMENT_MS);
  await send(client, topic, writer.finish());
}

const WORDS = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel', 'india', 'juliett', 'kilo'];

function textOf(number: number): string {
  let state = number;
  let text = `${number}`;
  while (text.length < VALUE_BYTES) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += ` ${WORDS[state % WORDS.length]}`;
  }
  return text.slice(0, VALUE_BYTES);
}

async function send(client: WireClient, topic: string, batch: Buffer): Promise<void> {
  // A topic that was just made has no leader for some milliseconds.
  await waitUntil('a batch is taken', async () => (await produceTo(client, topic, [0], batch)).length === 0);
}

async function alter(
  client: WireClient,
  resourceType: number,
  resourceName: string,
  name: string,
  value: string,
): Promise<void> {
  const resources = [{ resourceType, resourceName, configs: [{ name, configOperation: 0, value }] }];
  const request = createIncrementalAlterConfigsRequest({ resources });
  const { responses } = await client.call(incrementalAlterConfigsRequest, incrementalAlterConfigsResponse, 1, request);
  if (responses[0]?.errorCode !== 0) throw new Error(`${name} was not altered: error ${responses[0]?.errorCode}`);
}

/** Bytes of the segment files below the directory; files come and go meanwhile. */
function bytesIn(directory: string): number {
  let total = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    // Apache Kafka writes to the log of its controllers all the time.
    if (entry.parentPath.includes('__cluster_metadata')) continue;
    if (!entry.isFile() || !/\.log(\.cleaned|\.swap|\.deleted)?$/.test(entry.name)) continue;
    total += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return total;
}

function perCpuSecond({ inputBytes, cpuSeconds }: Figure): number {
  return inputBytes / 1e6 / cpuSeconds;
}

function ratioOf(figures: readonly Figure[], codec: Codec): number | undefined {
  const [ours, theirs] = ENTRANTS.map((entrant) =>
    figures.find((each) => each.entrant === entrant && each.codec === codec),
  );
  return ours === undefined || theirs === undefined ? undefined : perCpuSecond(ours) / perCpuSecond(theirs);
}

function reportOf(figures: readonly Figure[], machine: string): string {
  const rows = figures.map((figure) => [
    figure.codec,
    TITLES[figure.entrant],
    (figure.inputBytes / 1e6).toFixed(0),
    (figure.keptBytes / 1e6).toFixed(0),
    (figure.inputBytes / 1e6 / figure.seconds).toFixed(0),
    perCpuSecond(figure).toFixed(0),
    figure.entrant === 'kafka' ? '' : `${ratioOf(figures, figure.codec)?.toFixed(2) ?? '–'}×`,
  ]);
  return [
    '## Log compaction',
    '',
    `Cleaning a compacted log, ${today()}: ${machine}. Batches of ${RECORDS_PER_BATCH} records with keys of 16 and values of ${VALUE_BYTES} bytes, ${KEYS} keys, segments of`,
    `${SEGMENT_BYTES / MIB} MiB, all of it dirty. MB are those of the log before, per second until it was clean, and per second of the broker's CPU time (all threads).`,
    '',
    markdownTable(
      ['codec', 'broker', 'MB before', 'MB after', 'MB/s', 'MB per CPU second', 'to Kafka (goal 1.0×)'],
      rows,
    ),
    '',
    'Command: `npm run bench -- cleaner --write`.',
  ].join('\n');
}
