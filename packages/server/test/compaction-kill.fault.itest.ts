/** The broker is killed while its cleaner works: nothing of what must stay is lost, moved or changed, and what a pass left half made goes. */
import { existsSync, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SeededRandom } from '@millrace/base';
import {
  createTempDir,
  EARLIEST,
  LATEST,
  LogProbe,
  runProcess,
  waitUntil,
  type BrokerProcess,
} from '@millrace/testing';
import { brokerOver } from './broker-app.ts';
import { IdempotentLoad, LoadedPartition } from './idempotent-load.ts';

const KILLS = Number(process.env['MILLRACE_TEST_KILLS'] ?? 10);
const SEED = Number(process.env['MILLRACE_TEST_SEED'] ?? Date.now() % 1_000_000);
const CLI_MAIN = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));

const TOPIC = 'table';
const PARTITIONS = 3;
const KEYS = 150;
/** The cleaner's files are the sign for a kill; after how many of them, and how much later, chance says. */
const FILES_MAX = 8;
const KILL_DELAY_MS_MAX = 25;
/** Every so many kills, one more while the broker starts. */
const KILL_WHILE_STARTING_EVERY = 4;
const STARTING_MS_MAX = 900;
const ROUND_MS_MAX = 30_000;
/** A quick machine writes more than a gigabyte before, of which the cleaner reads 80 MB in a second. */
const CLEANED_MS_MAX = 90_000;

const CONFIGS = {
  'cleanup.policy': 'compact',
  'millrace.durability': 'fsync',
  'segment.bytes': '1048576',
  'min.cleanable.dirty.ratio': '0.1',
  'file.delete.delay.ms': '5',
};
/** Passes take long enough to be met, two at a time; the journal turns over many times. */
const FLAGS = [
  '--set=log.cleaner.backoff.ms=10',
  '--set=log.cleaner.threads=2',
  '--set=log.cleaner.io.max.bytes.per.second=80000000',
  '--set=log.cleaner.io.buffer.size=131072',
  '--millrace.journal.file.bytes=1048576',
  '--millrace.memory.max.bytes=67108864',
];

function keyOf(record: number): string {
  // Some keys are written all the time, others once in a while.
  return `key-${record % 3 === 0 ? record % 9 : (record * 7919) % KEYS}`;
}

/** What was read so far, and the rules that hold for every later look. */
class CompactedView {
  readonly #target: LoadedPartition;
  readonly #values = new Map<number, string>();
  count = 0;

  constructor(target: LoadedPartition) {
    this.#target = target;
  }

  async check(probe: LogProbe): Promise<void> {
    const { topic, partition, name, acknowledgedEnd, sentEnd } = this.#target;
    const end = await probe.offsetAt(topic, partition, LATEST);
    if (end < acknowledgedEnd || end > sentEnd)
      throw new Error(`${name} ends at ${end}: ${acknowledgedEnd} was acknowledged, ${sentEnd} was sent`);
    expect(await probe.offsetAt(topic, partition, EARLIEST)).toBe(0);
    const records = await probe.readAll(topic, partition);
    const lastOf = new Map<string, number>();
    let before = -1;
    for (const { offset, key, value } of records) {
      if (offset <= before) throw new Error(`${name}: offset ${offset} comes after ${before}`);
      before = offset;
      const seen = this.#values.get(offset);
      if (key !== keyOf(offset) || value?.startsWith(`${name}/${offset}/`) !== true)
        throw new Error(`${name}: offset ${offset} holds ${String(key)}=${String(value).slice(0, 60)}`);
      if (seen !== undefined && seen !== value) throw new Error(`${name}: offset ${offset} changed its value`);
      this.#values.set(offset, value);
      lastOf.set(key, offset);
    }
    for (let record = 0; record < acknowledgedEnd; record++) {
      const last = lastOf.get(keyOf(record)) ?? -1;
      if (last < record)
        throw new Error(`${name}: ${keyOf(record)} was acknowledged at ${record}, and ends at ${last}`);
    }
    this.count = records.length;
  }
}

/** Calls back once the cleaner made so many files, counted from now on; returns how to stop that. */
function onCleanerFiles(directories: readonly string[], count: number, callback: () => void): () => void {
  let left = count;
  const watchers = directories.map((path) =>
    watch(path, (event, name) => {
      if (event !== 'rename' || name === null || !/-\d+\.log$/.test(name)) return;
      if (--left === 0) callback();
    }),
  );
  return () => {
    for (const watcher of watchers) watcher.close();
  };
}

/** The cleaner writes a segment's index when that is synced: one without was in the making. */
async function halfMade(directories: readonly string[]): Promise<number> {
  let count = 0;
  for (const path of directories) {
    const names = new Set(await readdir(path));
    for (const name of names) if (/-\d+\.log$/.test(name) && !names.has(name.replace(/log$/, 'idx'))) count++;
  }
  return count;
}

/** Ranges of offsets that more than one file claims. */
async function doubledFiles(directories: readonly string[]): Promise<number> {
  let count = 0;
  for (const path of directories) {
    const bases = (await readdir(path)).filter((name) => name.endsWith('.log')).map((name) => name.slice(0, 20));
    count += bases.length - new Set(bases).size;
  }
  return count;
}

async function verify(dataDir: string): Promise<void> {
  const { code, stdout } = await runProcess(CLI_MAIN, ['log', 'verify', '--data-dir', dataDir]);
  expect([code, stdout.trimEnd().split('\n').at(-1), code === 0 ? '' : stdout]).toEqual([0, 'no problems', '']);
}

async function killAgainAndAgain(broker: BrokerProcess, dataDir: string, random: SeededRandom): Promise<string> {
  await broker.start();
  const partitions = Array.from({ length: PARTITIONS }, (_, index) => new LoadedPartition(TOPIC, index));
  const views = partitions.map((target) => new CompactedView(target));
  let topicId: string;
  let load: IdempotentLoad;
  {
    await using probe = await LogProbe.connect({ port: broker.port });
    topicId = await probe.createTopic(TOPIC, { partitions: PARTITIONS, configs: CONFIGS });
    load = new IdempotentLoad(await probe.initProducerId(), partitions, random, keyOf);
  }
  const directories = partitions.map(({ partition }) => join(dataDir, 'logs', `${topicId}-${partition}`));
  let cutSegments = 0;
  for (let round = 1; round <= KILLS; round++) {
    const killed = Promise.withResolvers<void>();
    let isKilling = false;
    const kill = (): void => {
      isKilling = true;
      broker.kill().then(killed.resolve, killed.reject);
    };
    const delayMs = random.next() * KILL_DELAY_MS_MAX;
    const probe = await LogProbe.connect({ port: broker.port });
    const work = load.runUntilCut(probe.wire);
    await waitUntil('the first segments', () => directories.every((path) => existsSync(path)));
    const stopWatching = onCleanerFiles(directories, 1 + random.nextInt(FILES_MAX), () => setTimeout(kill, delayMs));
    const late = setTimeout(() => killed.reject(new Error(`round ${round}: the cleaner made no files`)), ROUND_MS_MAX);
    try {
      await Promise.race([killed.promise, work]);
    } finally {
      clearTimeout(late);
      stopWatching();
    }
    if (!isKilling) throw new Error(`the broker ended by itself in round ${round}:\n${broker.logTail}`);
    await Promise.all([killed.promise, work]);

    if ((await halfMade(directories)) > 0) cutSegments++;
    await verify(dataDir);
    if (round % KILL_WHILE_STARTING_EVERY === 0) await broker.startAndKill(random.next() * STARTING_MS_MAX);
    await broker.start();
    await using reader = await LogProbe.connect({ port: broker.port });
    for (const view of views) await view.check(reader);
    expect(await broker.readMetric('millrace_log_cleaner_uncleanable_partitions')).toBe(0);
  }
  {
    await using last = await LogProbe.connect({ port: broker.port });
    await load.drain(last.wire);
    // It was about something.
    const isMostlyGone = async (): Promise<boolean> => {
      for (const view of views) await view.check(last);
      return keptOf(views) < sentOf(partitions) / 2;
    };
    await waitUntil('what is old to go', isMostlyGone, CLEANED_MS_MAX);
  }
  expect((await broker.stop()).code).toBe(0);
  await verify(dataDir);
  // What kills left is gone, and so is what was replaced.
  expect(await doubledFiles(directories)).toBe(0);
  await broker.start();
  await using again = await LogProbe.connect({ port: broker.port });
  for (const view of views) await view.check(again);

  const kept = `${keptOf(views)} of ${sentOf(partitions)} records kept`;
  return `${KILLS} kills, ${cutSegments} in the middle of a segment; ${load.acknowledgedCount} batches acknowledged, ${kept}`;
}

function sentOf(partitions: readonly LoadedPartition[]): number {
  return partitions.reduce((total, { sentEnd }) => total + sentEnd, 0);
}

function keptOf(views: readonly CompactedView[]): number {
  return views.reduce((total, { count }) => total + count, 0);
}

describe('a broker that is killed (-9) while it cleans, again and again', () => {
  it(
    `has the last value of every key where it was, after ${KILLS} kills (seed ${SEED})`,
    async () => {
      const dir = await createTempDir('kill-cleaning');
      try {
        await using broker = brokerOver(dir.path, FLAGS);
        console.info(await killAgainAndAgain(broker, dir.path, new SeededRandom(SEED)));
      } catch (error) {
        // The evidence stays.
        throw new Error(`seed ${SEED}, data kept in ${dir.path}`, { cause: error });
      }
      await dir.remove();
    },
    120_000 + KILLS * 20_000,
  );
});
