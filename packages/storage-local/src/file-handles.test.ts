import { FileHandles } from './file-handles.ts';
import type { FileSystem, OpenFile } from './file-system.ts';

/** Files without content, of which only so many can be open. */
class ShortDisk {
  readonly open = new Set<string>();
  descriptorsMax = Infinity;
  opens = 0;

  readonly fileSystem = { open: (path: string) => this.#open(path) } as unknown as FileSystem;

  async #open(path: string): Promise<OpenFile> {
    await Promise.resolve();
    if (this.open.size >= this.descriptorsMax) {
      throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    }
    this.opens++;
    this.open.add(path);
    const close = async (): Promise<void> => {
      await Promise.resolve();
      this.open.delete(path);
    };
    return { close } as OpenFile;
  }
}

const done = () => Promise.resolve();

describe('open segment files', () => {
  it('stay open up to their number, the least recently used goes first', async () => {
    const disk = new ShortDisk();
    const handles = new FileHandles(disk.fileSystem, 2);
    for (const path of ['a', 'b', 'a', 'c']) await handles.use(path, 'update', done);
    await handles.close();
    expect(disk.opens).toBe(3);
    expect(disk.open.size).toBe(0);
  });

  it('give up descriptors when the process has none left, and stay fewer', async () => {
    const disk = new ShortDisk();
    const handles = new FileHandles(disk.fileSystem, 100);
    for (let file = 0; file < 8; file++) await handles.use(`${file}`, 'update', done);
    disk.descriptorsMax = 8;

    await handles.use('one more', 'update', done);
    expect(disk.open.size).toBeLessThanOrEqual(5);
    expect(disk.open).toContain('one more');
    expect(disk.open).toContain('7');

    disk.descriptorsMax = Infinity;
    for (let file = 0; file < 8; file++) await handles.use(`${file}`, 'update', done);
    await handles.close();
    expect(disk.open.size).toBe(0);
  });

  it('fail when all descriptors are in use, and work again afterwards', async () => {
    const disk = new ShortDisk();
    disk.descriptorsMax = 1;
    const handles = new FileHandles(disk.fileSystem, 100);
    const using = Promise.withResolvers<void>();
    const first = handles.use('a', 'update', () => using.promise);
    await expect(handles.use('b', 'update', done)).rejects.toMatchObject({ code: 'EMFILE' });
    using.resolve();
    await first;
    await handles.use('b', 'update', done);
    expect(disk.open).toContain('b');
    await handles.close();
  });
});
