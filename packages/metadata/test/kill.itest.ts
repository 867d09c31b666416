import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SeededRandom } from '@millrace/base';
import { createSqliteMetaStore } from '../src/index.ts';
import { createTempDir } from '@millrace/testing';

const ROUNDS = 12;
const SEED = 4_711;

describe('metadata under kill -9', () => {
  it(`loses nothing that was resolved and repeats no producer id in ${ROUNDS} rounds (seed ${SEED})`, async () => {
    await using folder = await createTempDir('metadata-kill');
    const path = join(folder.path, 'metadata.db');
    const random = new SeededRandom(SEED);
    const topics = new Map<string, number>();
    const producerIds = new Set<number>();
    let claimedIds = 0;

    for (let round = 0; round < ROUNDS; round++) {
      const lines = await runUntilKilled(path, round, 20 + random.nextInt(150));
      for (const line of lines) {
        const [kind = '', name = '', value = '0'] = line.split(' ');
        if (kind === 'topic') topics.set(name, 0);
        else if (kind === 'epoch') topics.set(name, Number(value));
        else {
          claimedIds += Number(value);
          for (let id = 0; id < Number(value); id++) producerIds.add(Number(name) + id);
        }
      }

      const store = createSqliteMetaStore({ path });
      await store.open();
      const { topicsByName } = store.snapshot();
      for (const [name, epoch] of topics) {
        expect(topicsByName.get(name)?.partitions[0]?.leaderEpoch).toBeGreaterThanOrEqual(epoch);
      }
      const { firstProducerId } = await store.allocateProducerIds(1);
      expect(producerIds.has(firstProducerId)).toBe(false);
      await store.close();
    }

    expect(producerIds.size).toBe(claimedIds);
    expect(topics.size).toBeGreaterThan(ROUNDS);
  });
});

/** Runs the writer, kills it after it has told of `lineCount` durable writes, and returns all that it told. */
async function runUntilKilled(path: string, round: number, lineCount: number): Promise<string[]> {
  const script = join(import.meta.dirname, 'writer-child.ts');
  const child = spawn(process.execPath, ['--conditions=@millrace/source', script, path, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === lineCount) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  return lines;
}
