/** The index of a segment that still grows survives a clean stop, and is only an aid. */
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartitionLog } from '@millrace/log';
import { appendDurably, CONTRACT_LOG_CONFIG, readToEnd, valuesOf } from '@millrace/testing';
import { createLocalHarness, type LocalHarness } from '../test/engine-harness.ts';
import type { FileSystem } from './file-system.ts';
import { nodeFileSystem } from './node-file-system.ts';

const ID = { topicId: 'YWN0aXZlLWluZGV4LXRlcw', partition: 0 };
const VALUE_BYTES = 30_000;

/** Counts what is read of segment files. */
function countingFileSystem(counts: { readBytes: number }): FileSystem {
  return {
    ...nodeFileSystem,
    async open(path, options) {
      const file = await nodeFileSystem.open(path, options);
      if (!path.endsWith('.log')) return file;
      return new Proxy(file, {
        get(target, name) {
          if (name === 'read') {
            return async (bytes: Buffer, position: number) => {
              counts.readBytes += bytes.length;
              return target.read(bytes, position);
            };
          }
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
        },
      });
    },
  };
}

function open(harness: LocalHarness): Promise<PartitionLog> {
  return harness.engine.openPartition(ID, { config: CONTRACT_LOG_CONFIG, leaderEpoch: 1 });
}

async function append(log: PartitionLog, from: number, to: number): Promise<string[]> {
  const values: string[] = [];
  for (let index = from; index < to; index++) {
    const value = `${index} `.padEnd(VALUE_BYTES, 'x');
    values.push(value);
    await appendDurably(log, { values: [value] });
  }
  return values;
}

async function readBytesFor(harness: LocalHarness, counts: { readBytes: number }, offset: number): Promise<number> {
  const log = await open(harness);
  const before = counts.readBytes;
  const outcome = await log.read({ offset, maxBytes: 1000, atLeastOneBatch: true, isolation: 'read_uncommitted' });
  expect(outcome.sizeBytes).toBeGreaterThan(VALUE_BYTES);
  outcome.release?.();
  return counts.readBytes - before;
}

async function indexPath(harness: LocalHarness): Promise<string> {
  const directory = join(harness.dataDir, 'logs', `${ID.topicId}-0`);
  const [name] = (await readdir(directory)).filter((entry) => entry.endsWith('.idx'));
  return join(directory, name ?? 'none');
}

describe('the index of an active segment', () => {
  it('spares a restart from reading the segment, also what was appended before the last one', async () => {
    const counts = { readBytes: 0 };
    await using harness = await createLocalHarness({ fileSystem: countingFileSystem(counts) });
    const values = await append(await open(harness), 0, 200);
    await harness.reopen();
    expect(await readBytesFor(harness, counts, 150)).toBeLessThan(300_000);

    values.push(...(await append(await open(harness), 200, 260)));
    await harness.reopen();
    expect(await readBytesFor(harness, counts, 250)).toBeLessThan(300_000);
    expect(valuesOf(await readToEnd(await open(harness)))).toEqual(values);
  });

  it('is made again when it is gone, damaged or from a shorter time', async () => {
    const counts = { readBytes: 0 };
    await using harness = await createLocalHarness({ fileSystem: countingFileSystem(counts) });
    const values = await append(await open(harness), 0, 200);
    await harness.reopen();
    const path = await indexPath(harness);
    const older = await readFile(path);

    values.push(...(await append(await open(harness), 200, 220)));
    for (const spoil of [
      () => rm(path),
      () => writeFile(path, older),
      async () => writeFile(path, Buffer.alloc((await stat(path)).size, 7)),
    ]) {
      await harness.reopen();
      await spoil();
      await harness.reopen();
      expect(valuesOf(await readToEnd(await open(harness)))).toEqual(values);
    }
  });
});
