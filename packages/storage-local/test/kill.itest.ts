/** `kill -9` of a process that appends, at random moments, again and again in one directory: nothing acknowledged is ever lost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SeededRandom, silentLogger, systemClock, systemTimers } from '@millrace/base';
import { createTempDir, readToEnd } from '@millrace/testing';
import { createLocalLogEngine } from '../src/local-engine.ts';
import { KILL_PARTITIONS, KILL_TOPIC_ID, killConfig } from './append-child.ts';

const KILLS = 6;
const SEED = Date.now() % 1_000_000;

async function appendUntilKilled(dataDir: string, durability: string, afterMs: number): Promise<number[]> {
  const acknowledged = new Array<number>(KILL_PARTITIONS).fill(0);
  const child = spawn(
    process.execPath,
    ['--conditions=@millrace/source', join(import.meta.dirname, 'append-child.ts'), dataDir, durability],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let lines = 0;
  const reader = createInterface({ input: child.stdout }).on('line', (line) => {
    const [partition, endOffset] = line.split(' ').map(Number);
    acknowledged[partition!] = endOffset!;
    if (lines++ === 0) setTimeout(() => child.kill('SIGKILL'), afterMs);
  });
  await Promise.all([once(child, 'exit'), once(reader, 'close')]);
  expect(lines).toBeGreaterThan(0);
  return acknowledged;
}

describe.each(['fsync', 'os'] as const)('kill -9 while appending (%s)', (durability) => {
  it(`loses nothing acknowledged (seed ${SEED})`, async () => {
    await using directory = await createTempDir('kill');
    const random = new SeededRandom(SEED);
    for (let kill = 0; kill < KILLS; kill++) {
      const acknowledged = await appendUntilKilled(directory.path, durability, random.nextInt(600));

      const engine = createLocalLogEngine({
        dataDir: directory.path,
        clock: systemClock,
        timers: systemTimers,
        logger: silentLogger,
      });
      await engine.start();
      for (let partition = 0; partition < KILL_PARTITIONS; partition++) {
        const id = { topicId: KILL_TOPIC_ID, partition };
        const log = await engine.openPartition(id, { config: killConfig(durability), leaderEpoch: 1 });
        expect(log.highWatermark).toBeGreaterThanOrEqual(acknowledged[partition]!);
        const records = await readToEnd(log, 0, 1_000_000);
        expect(records.length).toBe(log.highWatermark);
        for (const [offset, record] of records.entries()) {
          expect(record.value.startsWith(`${partition}:${offset}:`)).toBe(true);
        }
      }
      await engine.close();
    }
  });
});
