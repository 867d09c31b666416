/**
 * A machine that stops at any write, sync, rename or removal while logs are cleaned and written to. What is there afterwards is held
 * against what was sent; then it is cleaned again. A test is named by its seed: `MILLRACE_TEST_SEED` begins elsewhere,
 * `MILLRACE_TEST_CRASH_SEEDS` tries more.
 */
import { messageOf, SeededRandom, silentLogger, type Random } from '@millrace/base';
import type { Durability, LogConfig, LogEngine } from '@millrace/log';
import { OwnedLog } from '@millrace/log/internal';
import { CONTRACT_LOG_CONFIG, ManualTime } from '@millrace/testing';
import { CompactionModel, readLog } from '../../test/compaction-model.ts';
import { CRASHES } from '../../test/crash-check.ts';
import { SimulatedDisk, type Crash, type DiskMoment } from '../../test/simulated-disk.ts';
import type { FileSystem } from '../file-system.ts';
import { createLocalLogEngine } from '../local-engine.ts';
import { filesOfNone } from '../stored-partition.ts';

const SEED_COUNT = Number(process.env['MILLRACE_TEST_CRASH_SEEDS'] ?? 1);
const FIRST_SEED = Number(process.env['MILLRACE_TEST_SEED'] ?? 1);
const SEEDS = Array.from({ length: SEED_COUNT }, (_, index) => FIRST_SEED + index);
const TOPIC_ID = 'Y3Jhc2gtY2xlYW5pbmctdA';
const ROUNDS = 2;
const APPENDS = 30;
const TRAITS: readonly { readonly durability: Durability; readonly isTransactional: boolean }[] = [
  { durability: 'fsync', isTransactional: false },
  { durability: 'fsync', isTransactional: true },
  { durability: 'os', isTransactional: false },
  { durability: 'os', isTransactional: true },
];

interface PartitionMoment {
  readonly model: CompactionModel;
  readonly promisedEnd: number;
  readonly cleanedEnd: number;
  readonly touchedEnd: number;
}

interface Cut {
  readonly what: string;
  readonly path: string;
  readonly disk: DiskMoment;
  readonly partitions: readonly PartitionMoment[];
}

function createEngine(fileSystem: FileSystem, time: ManualTime, random: Random): LogEngine {
  return createLocalLogEngine({
    dataDir: '/data',
    fileSystem,
    clock: time,
    timers: time,
    random,
    logger: silentLogger,
    config: {
      journalFileBytes: 32 * 1024,
      journalGroupBytes: 8 * 1024,
      flushBytes: 1500,
      flushAfterMs: 3000,
      tailCacheBytes: 4 * 1024,
      tailSlabBytes: 2048,
      checkpointIntervalMs: 5000,
      retentionCheckIntervalMs: 1e9,
      ballastBytes: 4096,
    },
  });
}

function configOf(durability: Durability): LogConfig {
  return {
    ...CONTRACT_LOG_CONFIG,
    durability,
    segmentBytes: 2500,
    cleanupDelete: false,
    cleanupCompact: true,
    compaction: { minCleanableDirtyRatio: 0, minCompactionLagMs: 0, maxCompactionLagMs: 1e12, deleteRetentionMs: 2000 },
  };
}

/** Lets time go on until `work` is done: checkpoints, which make room in the journal, come with it. */
async function passing<T>(time: ManualTime, work: Promise<T>, eachTurn: () => void = () => undefined): Promise<T> {
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  for (let turns = 0; !isDone; turns++) {
    if (turns % 10 === 9) time.advance(100);
    eachTurn();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return done;
}

async function openAll(engine: LogEngine, leaderEpoch: number): Promise<OwnedLog[]> {
  const logs: OwnedLog[] = [];
  for (const [partition, { durability }] of TRAITS.entries()) {
    const log = await engine.openPartition(
      { topicId: TOPIC_ID, partition },
      { config: configOf(durability), leaderEpoch },
    );
    expect(log).toBeInstanceOf(OwnedLog);
    logs.push(log as OwnedLog);
  }
  return logs;
}

async function recordCuts(seed: number): Promise<Cut[]> {
  const random = new SeededRandom(seed);
  const time = new ManualTime();
  const disk = new SimulatedDisk(random);
  const engine = createEngine(disk, time, random);
  const models = TRAITS.map(
    ({ isTransactional }) => new CompactionModel({ random, keys: 15, valueBytesMax: 120, isTransactional }),
  );
  await engine.start();
  const logs = await openAll(engine, 1);
  const cuts: Cut[] = [];
  let isCleaning = false;
  disk.onChange = (what, path) => {
    if (!isCleaning) return;
    const partitions = logs.map((log, index) => ({
      model: models[index]!.copy(),
      promisedEnd: log.highWatermark,
      cleanedEnd: log.cleanedEndOffset,
      touchedEnd: log.data.activeSegment?.baseOffset ?? 0,
    }));
    cuts.push({ what, path, disk: disk.moment(), partitions });
  };
  const append = (index: number): void => {
    const log = logs[index]!;
    models[index]!.append(log, time.nowMs());
    if (random.nextInt(8) === 0) time.advance(random.nextInt(1500));
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (let index = 0; index < APPENDS * TRAITS.length; index++) append(index % TRAITS.length);
    for (const log of logs) expect(await passing(time, log.settled())).toBe(0);
    isCleaning = true;
    let appends = 0;
    await passing(time, engine.cleanLogs(), () => {
      if (appends++ < 12) append(random.nextInt(TRAITS.length));
    });
    for (const log of logs) expect(await passing(time, log.settled())).toBe(0);
    isCleaning = false;
  }
  for (const log of logs) expect(log.cleanedEndOffset).toBeGreaterThan(0);
  await passing(time, engine.close());
  return cuts;
}

async function checkCrash(seed: number, number: number, cut: Cut, crash: Crash): Promise<string[]> {
  const random = new SeededRandom(seed * 1_000_003 + number * 7 + CRASHES.indexOf(crash));
  const disk = SimulatedDisk.after(cut.disk, crash, random, { turnsMax: 0 });
  const time = new ManualTime(1_700_000_900_000);
  const engine = createEngine(disk, time, random);
  const found: string[] = [];
  try {
    await engine.start();
    const logs = await openAll(engine, 2);
    for (const [index, log] of logs.entries()) found.push(...(await violationsOf(log, cut, index, crash)));
    await passing(time, engine.cleanLogs());
    for (const [index, log] of logs.entries()) {
      found.push(...(await violationsOf(log, cut, index, crash)).map((what) => `cleaned again: ${what}`));
    }
    const segments = logs.map((log) => [...log.data.segments]);
    await passing(time, engine.close());
    for (const [index, log] of logs.entries()) {
      const directory = `/data/logs/${log.name}/`;
      const names = disk
        .paths()
        .filter((path) => path.startsWith(directory))
        .map((path) => path.slice(directory.length));
      const strays = filesOfNone(names, segments[index]!);
      if (strays.length > 0) found.push(`partition ${index} has files of no segment: ${strays.join(', ')}`);
    }
  } catch (error) {
    found.push(error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
  }
  const where = `cut ${number} (${cut.what} ${cut.path}), ${crash.kind}`;
  return found.map((what) => `${where}: ${what}`);
}

async function violationsOf(log: OwnedLog, cut: Cut, index: number, crash: Crash): Promise<string[]> {
  const { model, promisedEnd, touchedEnd } = cut.partitions[index]!;
  const name = `partition ${index} (${TRAITS[index]!.durability})`;
  const { highWatermark: endOffset, cleanedEndOffset, logStartOffset } = log;
  const found: string[] = [];
  const keepsAll = TRAITS[index]!.durability === 'fsync' || crash.kind === 'kill';
  if (keepsAll && endOffset < promisedEnd) found.push(`the log ends at ${endOffset}, ${promisedEnd} was promised`);
  if (endOffset > model.endOffset) found.push(`the log ends at ${endOffset}, only ${model.endOffset} were sent`);
  const seen = await readLog(log, 'read_uncommitted');
  const committed = await readLog(log, 'read_committed');
  const touchedEndOffset = Math.max(touchedEnd, cleanedEndOffset);
  found.push(...model.violations(seen, committed, { logStartOffset, endOffset, cleanedEndOffset, touchedEndOffset }));
  return found.map((what) => `${name}: ${what}`);
}

describe('a machine that stops while logs are cleaned', () => {
  it.each(SEEDS)(
    'has every record that must stay, once and where it was (seed %d)',
    async (seed) => {
      const cuts = await recordCuts(seed);
      const violations: string[] = [];
      for (const [number, cut] of cuts.entries()) {
        for (const [kind, crash] of CRASHES.entries()) {
          // Every other way at every place, unless all were asked for.
          if (SEED_COUNT === 1 && kind % 2 !== number % 2) continue;
          violations.push(...(await checkCrash(seed, number, cut, crash)));
        }
        if (violations.length > 10) break;
      }
      expect(violations).toEqual([]);
      const counts: Record<string, number> = {};
      for (const { what, path } of cuts) {
        const kind = `${what} ${/(-\d+)?\.(j|log|idx|txn|checkpoint|tmp)$/.exec(path)?.[0] ?? ''}`.replace(
          /-\d+/,
          'cleaned',
        );
        counts[kind] = (counts[kind] ?? 0) + 1;
      }
      for (const what of [
        'write cleaned.log',
        'sync cleaned.log',
        'sync cleaned.txn',
        'write .j',
        'remove .log',
        'remove cleaned.log',
      ]) {
        expect([what, counts[what] ?? 0]).toEqual([what, expect.any(Number)]);
        expect(counts[what] ?? 0).toBeGreaterThan(0);
      }
      console.info(`seed ${seed}: ${cuts.length} places`, JSON.stringify(counts));
    },
    900_000,
  );
});
