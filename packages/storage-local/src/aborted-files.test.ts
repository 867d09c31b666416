import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogEngine, PartitionLog } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import { accepted, buildBatch, CONTRACT_LOG_CONFIG } from '@millrace/testing';
import { createLocalHarness, type LocalHarness } from '../test/engine-harness.ts';

const ID = { topicId: 'YWJvcnRlZC1maWxlcy10bw', partition: 0 };
const ROUNDS = 10;

function open(engine: LogEngine): Promise<PartitionLog> {
  return engine.openPartition(ID, { config: { ...CONTRACT_LOG_CONFIG, segmentBytes: 500 }, leaderEpoch: 1 });
}

/** Two producers, one of whose transactions reaches over all others; three of four are aborted. */
async function fill(log: PartitionLog): Promise<void> {
  const append = async (producerId: number, producerEpoch: number): Promise<void> => {
    const batch = buildBatch({ values: ['x'], producerId, producerEpoch, baseSequence: 0, isTransactional: true });
    await accepted(log.append(batch, { origin: 'client', mayOpenTransaction: true })).durable;
  };
  const end = async (producerId: number, producerEpoch: number, outcome: 'commit' | 'abort'): Promise<void> => {
    const marker = { producerId, producerEpoch, coordinatorEpoch: 0, outcome, transactionVersion: 2 };
    await accepted(log.appendEndMarker(marker)).durable;
  };
  await append(2, 0);
  for (let round = 0; round < ROUNDS; round++) {
    await append(1, round);
    await end(1, round + 1, round % 4 === 0 ? 'commit' : 'abort');
  }
  await end(2, 1, 'abort');
}

/** Every batch by itself, with what is said of it. */
async function abortedByBatch(log: PartitionLog): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let offset = log.logStartOffset; offset < log.lastStableOffset; offset++) {
    const outcome = await log.read({ offset, maxBytes: 1, atLeastOneBatch: true, isolation: 'read_committed' });
    expect(outcome.errorCode).toBe(ErrorCode.NONE);
    found.push(outcome.abortedTransactions);
  }
  return found;
}

async function listFiles(harness: LocalHarness): Promise<string[]> {
  const directory = join(harness.dataDir, 'logs', `${ID.topicId}-${ID.partition}`);
  const names = await readdir(directory).catch((): string[] => []);
  return names.filter((name) => name.endsWith('.txn')).map((name) => join(directory, name));
}

describe('lists of aborted transactions beside closed segments', () => {
  it('say the same as memory did', async () => {
    await using harness = await createLocalHarness();
    const log = await open(harness.engine);
    await fill(log);
    const inMemory = await abortedByBatch(log);
    expect(await listFiles(harness)).toEqual([]);

    const reopened = await open(await harness.reopen());

    expect((await listFiles(harness)).length).toBeGreaterThan(2);
    expect(await abortedByBatch(reopened)).toEqual(inMemory);
    expect(inMemory[0]).toEqual([{ producerId: 2, firstOffset: 0 }]);
  });

  it.each<[string, (path: string) => Promise<void>]>([
    ['lost', (path) => rm(path)],
    ['cut', (path) => truncate(path, 30)],
    ['overwritten', (path) => writeFile(path, Buffer.alloc(48))],
  ])('are made again when they are %s', async (_, damage) => {
    await using harness = await createLocalHarness();
    const log = await open(harness.engine);
    await fill(log);
    const inMemory = await abortedByBatch(log);
    const reopened = await open(await harness.reopen());
    for (const path of await listFiles(harness)) await damage(path);

    expect(await abortedByBatch(reopened)).toEqual(inMemory);
    expect(await abortedByBatch(await open(await harness.reopen()))).toEqual(inMemory);
  });

  it('go with their segments', async () => {
    await using harness = await createLocalHarness();
    await fill(await open(harness.engine));
    const log = await open(await harness.reopen());
    const before = (await listFiles(harness)).length;

    await log.advanceLogStart(log.highWatermark);
    await harness.reopen();

    expect(before).toBeGreaterThan(2);
    expect(await listFiles(harness)).toEqual([]);
  });
});
