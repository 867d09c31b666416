import { SeededRandom, silentLogger } from '@millrace/base';
import { ManualTime } from '@millrace/testing';
import { SimulatedDisk } from '../test/simulated-disk.ts';
import { JournalFiles, journalFileName } from './journal-files.ts';
import { JournalMarks } from './journal-marks.ts';

const FILE_BYTES = 64 * 1024;
const DIRECTORY = '/journal';

async function start(
  lastLsn: number,
  content = Buffer.alloc(FILE_BYTES),
): Promise<{ readonly disk: SimulatedDisk; readonly files: JournalFiles }> {
  const disk = new SimulatedDisk(new SeededRandom(1));
  await disk.makeDirectory(DIRECTORY);
  const file = await disk.open(`${DIRECTORY}/${journalFileName(1)}`, { mode: 'create' });
  await file.write([content], 0);
  const files = new JournalFiles({
    fileSystem: disk,
    directory: DIRECTORY,
    fileBytes: FILE_BYTES,
    marks: new JournalMarks(FILE_BYTES),
    timers: new ManualTime(),
    logger: silentLogger,
    onFailure: (error) => {
      throw error;
    },
  });
  const position = Math.ceil(content.length / 4096) * 4096;
  await files.start({ current: { number: 1, position, firstLsn: 1, lastLsn }, older: [], unused: [] });
  return { disk, files };
}

async function place(files: JournalFiles, lsn: number): Promise<void> {
  while (files.place(4096, lsn) === undefined) await files.whenReady();
}

describe('journal files', () => {
  // A file that the last process had filled to its end was taken for one without groups, and used again while a checkpoint needed it.
  it('keep the file that was full at the start for as long as its last group is needed', async () => {
    const { disk, files } = await start(8);
    await place(files, 9);

    await files.release(8);
    expect(disk.paths()).toContain(`${DIRECTORY}/${journalFileName(1)}`);
    for (let lsn = 10; lsn < 40; lsn++) await place(files, lsn);

    expect(disk.paths()).toContain(`${DIRECTORY}/${journalFileName(1)}`);
    await files.close();
  });

  it('use it again once its last group is not needed', async () => {
    const { disk, files } = await start(8);
    await place(files, 9);

    await files.release(9);
    for (let lsn = 10; lsn < 40; lsn++) await place(files, lsn);

    expect(disk.paths()).not.toContain(`${DIRECTORY}/${journalFileName(1)}`);
    await files.close();
  });

  it('leave the last group as it is when its padding is gone', async () => {
    const content = Buffer.alloc(10_000, 7);
    const { disk, files } = await start(8, content);
    await place(files, 9);
    await files.close();

    const file = await disk.open(`${DIRECTORY}/${journalFileName(1)}`, { mode: 'read' });
    const kept = Buffer.alloc(content.length);
    expect(await file.read(kept, 0)).toBe(content.length);
    expect(kept).toEqual(content);
    await file.close();
  });
});
