import { createDeferred, SeededRandom, silentLogger } from '@millrace/base';
import { ManualTime, waitUntil } from '@millrace/testing';
import { SimulatedDisk } from '../test/simulated-disk.ts';
import type { FileSystem, OpenFile } from './file-system.ts';
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

/**
 * A disk that loses what is being written to a file, and says so as Linux does: once to each open file, with whatever it is asked next.
 * Writes to the first open file end when {@link release} is called, others at once.
 */
class LosingDisk {
  readonly #disk = new SimulatedDisk(new SeededRandom(1));
  #openFiles = 0;
  #losses = 0;
  readonly #released = createDeferred<undefined>();

  readonly fileSystem: FileSystem = new Proxy<FileSystem>(this.#disk, {
    get: (disk, name: keyof FileSystem) => {
      if (name !== 'open') return disk[name].bind(disk);
      const open: FileSystem['open'] = async (path, options) => this.#telling(await disk.open(path, options));
      return open;
    },
  });

  lose(): void {
    this.#losses++;
  }

  release(): void {
    this.#released.resolve(undefined);
  }

  #telling(file: OpenFile): OpenFile {
    let told = 0;
    const isFirst = this.#openFiles++ === 0;
    const write: OpenFile['write'] = async (buffers, position) => {
      await file.write(buffers, position);
      if (isFirst && position === 0 && buffers[0]?.[0] === 1) await this.#released.promise;
      if (told === this.#losses) return;
      told = this.#losses;
      throw Object.assign(new Error('EIO: lost'), { code: 'EIO' });
    };
    return { ...file, write };
  }
}

/** A disk on which the next open fails once `openFilesMax` files are open. */
function diskWithFewDescriptors(disk: FileSystem, openFilesMax: number): { fileSystem: FileSystem; open(): number } {
  let count = 0;
  const open: FileSystem['open'] = async (path, options) => {
    if (count === openFilesMax) throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    const file = await disk.open(path, options);
    count++;
    const close: OpenFile['close'] = () => {
      count--;
      return file.close();
    };
    return { ...file, close };
  };
  const fileSystem = new Proxy(disk, {
    get: (target, name: keyof FileSystem) => (name === 'open' ? open : target[name].bind(target)),
  });
  return { fileSystem, open: () => count };
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

  it('let a group hear that its bytes were lost, also when the file is being filled at that moment', async () => {
    const disk = new LosingDisk();
    await disk.fileSystem.makeDirectory(DIRECTORY);
    const failures: unknown[] = [];
    const files = new JournalFiles({
      fileSystem: disk.fileSystem,
      directory: DIRECTORY,
      fileBytes: 8 * 1024 * 1024,
      marks: new JournalMarks(FILE_BYTES),
      timers: new ManualTime(),
      logger: silentLogger,
      onFailure: (error) => failures.push(error),
    });
    await files.start({ older: [], unused: [] });
    const first = files.place(4096, 1);

    const written = first?.file.write([Buffer.alloc(4096, 1)], first.position);
    const outcome = written?.then(
      () => 'acknowledged',
      (error: Error) => error.message,
    );
    disk.lose();
    await waitUntil('the fill to fail', () => failures.length > 0);
    disk.release();

    expect(await outcome).toBe('EIO: lost');
    await files.close();
  });

  it.each([
    ['one that has groups', { current: { number: 1, position: 4096, firstLsn: 1, lastLsn: 8 }, older: [], unused: [] }],
    ['a new one', { older: [], unused: [] }],
  ])('leave nothing open when %s cannot be opened for filling', async (_, state) => {
    const disk = new SimulatedDisk(new SeededRandom(1));
    await disk.makeDirectory(DIRECTORY);
    await (await disk.open(`${DIRECTORY}/${journalFileName(1)}`, { mode: 'create' })).close();
    const few = diskWithFewDescriptors(disk, 1);
    const files = new JournalFiles({
      fileSystem: few.fileSystem,
      directory: DIRECTORY,
      fileBytes: FILE_BYTES,
      marks: new JournalMarks(FILE_BYTES),
      timers: new ManualTime(),
      logger: silentLogger,
      onFailure: () => undefined,
    });

    await expect(files.start(state)).rejects.toThrow('EMFILE');

    expect(few.open()).toBe(0);
  });
});
