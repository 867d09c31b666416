/** Crashes and failures that once lost data or refused a healthy journal. */
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appendDurably, CONTRACT_LOG_CONFIG, createTempDir, waitUntil, type TempDir } from '@millrace/testing';
import { createLocalHarness } from '../test/engine-harness.ts';
import type { FileSystem } from './file-system.ts';
import { nodeFileSystem } from './node-file-system.ts';

const ID = { topicId: 'Y3Jhc2gtdGVzdC10b3BpYw', partition: 0 };
const CHECKPOINT_SECONDS = 61;
const JOURNAL_FILE_BYTES = 65_536;

type Harness = Awaited<ReturnType<typeof createLocalHarness>>;

describe('a local engine', () => {
  const directories: TempDir[] = [];

  afterEach(async () => {
    for (const directory of directories.splice(0)) await directory.remove();
  });

  /** The directory as a kill would leave it. */
  async function killedCopyOf(harness: Harness): Promise<string> {
    const directory = await createTempDir('killed');
    directories.push(directory);
    await cp(harness.dataDir, directory.path, { recursive: true });
    return directory.path;
  }

  const openLog = (harness: Harness, leaderEpoch: number) =>
    harness.engine.openPartition(ID, { config: CONTRACT_LOG_CONFIG, leaderEpoch });

  const checkpointsIn = async (dataDir: string) =>
    (await readdir(join(dataDir, 'checkpoints'))).filter((name) => name.endsWith('.checkpoint'));

  async function untilCheckpoint(harness: Harness): Promise<void> {
    const before = (await checkpointsIn(harness.dataDir)).length;
    await waitUntil('a checkpoint', async () => {
      harness.time.advance(CHECKPOINT_SECONDS * 1_000);
      return (await checkpointsIn(harness.dataDir)).length > before;
    });
  }

  it('ends when a sync says that there is no space, and vouches for nothing', async () => {
    let isFailing = false;
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      async open(path, options) {
        const file = await nodeFileSystem.open(path, options);
        const sync = () => {
          if (isFailing && path.includes('/logs/')) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
          return file.sync();
        };
        return {
          hasDurableWrites: file.hasDurableWrites,
          read: (into, position) => file.read(into, position),
          write: (slices, position) => file.write(slices, position),
          readNow: (into, position) => file.readNow(into, position),
          writeNow: (slices, position) => file.writeNow(slices, position),
          sync: async () => sync(),
          truncate: (sizeBytes) => file.truncate(sizeBytes),
          sizeBytes: () => file.sizeBytes(),
          sizeBytesNow: () => file.sizeBytesNow(),
          close: () => file.close(),
          closeNow: () => file.closeNow(),
        };
      },
    };
    await using harness = await createLocalHarness({ fileSystem });
    let fatal: Error | undefined;
    harness.engine.onFatal((error) => (fatal = error));
    const log = await openLog(harness, 1);
    // More than what is carried forward in the journal, so that the checkpoint has to sync it.
    for (let count = 0; count < 60; count++) await appendDurably(log, { values: ['x'.repeat(10_000)] });
    isFailing = true;

    await waitUntil('the engine to end', () => {
      harness.time.advance(CHECKPOINT_SECONDS * 1_000);
      return fatal !== undefined;
    });

    expect(fatal?.message).toMatch(/syncing .* failed/);
    expect(await checkpointsIn(harness.dataDir)).toEqual([]);
  });

  it('is not misled by the torn first group of a journal file, whose number was given again elsewhere', async () => {
    await using first = await createLocalHarness();
    const log = await openLog(first, 1);
    // One group is 4 KiB here: the first file has seven places left, and the spare file stands ready.
    for (let count = 0; count < 55; count++) await appendDurably(log, { values: ['x'.repeat(2_000)] });
    const journal = join(first.dataDir, 'journal');
    await waitUntil('a spare journal file', async () => {
      const names = (await readdir(journal)).sort();
      return names[1] !== undefined && (await readFile(join(journal, names[1]))).length >= JOURNAL_FILE_BYTES;
    });
    await appendDurably(log, { values: ['y'.repeat(31_000)] });
    const firstKill = await killedCopyOf(first);
    const secondFile = join(firstKill, 'journal', (await readdir(join(firstKill, 'journal'))).sort()[1] ?? '');
    const bytes = await readFile(secondFile);
    const groupBytes = bytes.readUInt32LE(8);
    expect(groupBytes).toBeGreaterThan(31_000);
    bytes.fill(0, groupBytes - 4_096, groupBytes);
    await writeFile(secondFile, bytes);

    await using second = await createLocalHarness({ dataDir: firstKill });
    const again = await openLog(second, 2);
    for (const value of ['a', 'b', 'c']) await appendDurably(again, { values: [value] });
    await untilCheckpoint(second);
    await appendDurably(again, { values: ['last'] });
    const secondKill = await killedCopyOf(second);

    await using third = await createLocalHarness({ dataDir: secondKill });
    expect((await openLog(third, 3)).logEndOffset).toBe(again.logEndOffset);
  });
});
