import { SeededRandom } from '@millrace/base';
import { createTempDir, EARLIEST, LATEST, LogProbe, type BrokerProcess } from '@millrace/testing';
import { brokerOver } from './broker-app.ts';
import { IdempotentLoad, LoadedPartition } from './idempotent-load.ts';
import { LogWatcher } from './log-watcher.ts';
import { CommittedOffset, MovingLogStart, PassingTopics } from './side-work.ts';

const RESTARTS = Number(process.env['MILLRACE_TEST_RESTARTS'] ?? 50);
const SEED = Number(process.env['MILLRACE_TEST_SEED'] ?? Date.now() % 1_000_000);

const PARTITIONS = 3;
/** Batches that are acknowledged between a restart and the next kill. */
const KILL_AFTER_BATCHES_MAX = 400;
const KILL_DELAY_MS_MAX = 20;
/** Every so many kills, one more while the broker starts. */
const KILL_WHILE_STARTING_EVERY = 5;
const STARTING_MS_MAX = 900;
const READY_MS_MAX = 10_000;
const TEST_MS_MAX = 60_000 + RESTARTS * 10_000;

/** Small, so that files of journal and segments turn over many times in a run. */
const SMALL_FILES = ['--millrace.journal.file.bytes=1048576', '--millrace.memory.max.bytes=33554432'];

describe('a broker that is killed (-9) under load again and again', () => {
  it(
    `loses, doubles and reorders nothing it acknowledged in ${RESTARTS} restarts (seed ${SEED})`,
    async () => {
      const random = new SeededRandom(SEED);
      const dir = await createTempDir('kill');
      try {
        await using broker = brokerOver(dir.path, SMALL_FILES);
        const report = await killAgainAndAgain(broker, random);
        console.info(report);
      } catch (error) {
        // The evidence stays.
        throw new Error(`seed ${SEED}, data kept in ${dir.path}`, { cause: error });
      }
      await dir.remove();
    },
    TEST_MS_MAX,
  );
});

async function killAgainAndAgain(broker: BrokerProcess, random: SeededRandom): Promise<string> {
  await broker.start();
  const { load, watcher, topics, offset, logStart } = await prepare(broker, random);
  const readyMs: number[] = [];

  for (let round = 1; round <= RESTARTS; round++) {
    const targetCount = load.acknowledgedCount + 1 + random.nextInt(KILL_AFTER_BATCHES_MAX);
    const delayMs = random.next() * KILL_DELAY_MS_MAX;
    const killed = Promise.withResolvers<void>();
    let isKilling = false;
    const kill = (): void => {
      isKilling = true;
      broker.kill().then(killed.resolve, killed.reject);
    };
    load.onAcknowledged = () => {
      if (load.acknowledgedCount === targetCount) setTimeout(kill, delayMs);
    };
    const address = { port: broker.port };
    const probes = await Promise.all([1, 2, 3, 4].map(() => LogProbe.connect(address)));
    const [first, second, third, fourth] = probes as [LogProbe, LogProbe, LogProbe, LogProbe];
    const work = Promise.all([
      load.runUntilCut(first.wire),
      topics.workUntilCut(second),
      offset.commitUntilCut(third),
      logStart.deleteUntilCut(fourth),
      watcher.followUntilCut(address),
    ]);
    // Work ends when the connections do.
    await Promise.race([killed.promise, work]);
    if (!isKilling) throw new Error(`the broker ended by itself in round ${round}:\n${broker.logTail}`);
    await Promise.all([killed.promise, work]);
    load.onAcknowledged = () => undefined;

    if (round % KILL_WHILE_STARTING_EVERY === 0) await broker.startAndKill(random.next() * STARTING_MS_MAX);
    readyMs.push(await broker.start());
    await using probe = await LogProbe.connect(address);
    await verifyEnds(probe, load);
    await topics.verify(probe);
    await offset.verify(probe);
    await logStart.verify(probe);
  }

  await using last = await LogProbe.connect({ port: broker.port });
  await load.drain(last.wire);
  await watcher.verifyAll(last);
  const end = await broker.stop();
  expect(end.code).toBe(0);
  readyMs.push(await broker.start());
  await using again = await LogProbe.connect({ port: broker.port });
  await watcher.verifyAll(again);
  await topics.verify(again);
  await offset.verify(again);
  await logStart.verify(again);

  expect(Math.max(...readyMs)).toBeLessThan(READY_MS_MAX);
  expect(load.acknowledgedCount).toBeGreaterThanOrEqual(RESTARTS);
  const sorted = readyMs.toSorted((a, b) => a - b).map(Math.round);
  return [
    `${RESTARTS} kills: ${load.acknowledgedCount} batches and ${offset.answered} offsets acknowledged,`,
    `${topics.doneCount} topics created or deleted, ${logStart.doneCount} log starts moved, ${watcher.seenCount} records read;`,
    `ready after ${sorted[Math.floor(sorted.length / 2)]} ms (median), ${sorted.at(-1)} ms (longest)`,
  ].join(' ');
}

async function prepare(broker: BrokerProcess, random: SeededRandom) {
  await using probe = await LogProbe.connect({ port: broker.port });
  const partitions: LoadedPartition[] = [];
  for (const durability of ['fsync', 'os']) {
    const configs = { 'millrace.durability': durability, 'segment.bytes': '1048576' };
    await probe.createTopic(durability, { partitions: PARTITIONS, configs });
    for (let index = 0; index < PARTITIONS; index++) partitions.push(new LoadedPartition(durability, index));
  }
  const load = new IdempotentLoad(await probe.initProducerId(), partitions, random);
  const offset = new CommittedOffset('fsync');
  await offset.findCoordinator(probe);
  const logStart = new MovingLogStart();
  await logStart.create(probe);
  return { load, watcher: new LogWatcher(partitions), topics: new PassingTopics(), offset, logStart };
}

/** Log ends lie between what was acknowledged and what was sent; nothing was cut off at the start. */
async function verifyEnds(probe: LogProbe, load: IdempotentLoad): Promise<void> {
  for (const { topic, partition, name, acknowledgedEnd, sentEnd } of load.partitions) {
    const end = await probe.offsetAt(topic, partition, LATEST);
    if (end < acknowledgedEnd || end > sentEnd) {
      throw new Error(`${name} ends at ${end}: ${acknowledgedEnd} was acknowledged, ${sentEnd} was sent`);
    }
    expect(await probe.offsetAt(topic, partition, EARLIEST)).toBe(0);
  }
}
