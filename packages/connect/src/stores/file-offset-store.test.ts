import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileOffsetStore } from './file-offset-store.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connect-offsets-'));
  path = join(folder, 'offsets');
});

afterEach(() => rm(folder, { recursive: true }));

async function opened(): Promise<FileOffsetStore> {
  const store = new FileOffsetStore(path);
  await store.start();
  return store;
}

const A = { file: 'a' };
const B = { file: 'b' };

describe('the offset file', () => {
  it('has every offset that was written when it is opened again, numbers beyond 2^53 exactly', async () => {
    const store = await opened();
    await store.write('one', [
      { partition: A, offset: { lsn: 2n ** 60n + 1n, done: true } },
      { partition: B, offset: { lsn: 7 } },
    ]);
    await store.write('two', [{ partition: A, offset: { lsn: 1 } }]);

    const again = await opened();

    expect(await again.read('one', [B, A, { file: 'c' }])).toEqual([
      { lsn: 7 },
      { lsn: 2n ** 60n + 1n, done: true },
      undefined,
    ]);
    expect(await again.all('two')).toEqual([{ partition: A, offset: { lsn: 1 } }]);
  });

  it('forgets what is set to null', async () => {
    const store = await opened();
    await store.write('one', [{ partition: A, offset: { lsn: 1 } }]);
    await store.write('one', [{ partition: A, offset: null }]);

    expect(await (await opened()).all('one')).toEqual([]);
  });

  it('keeps the last of many writes at once', async () => {
    const store = await opened();
    await Promise.all(
      Array.from({ length: 50 }, (_each, lsn) => store.write('one', [{ partition: A, offset: { lsn } }])),
    );

    expect(await (await opened()).read('one', [A])).toEqual([{ lsn: 49 }]);
  });

  it('is not opened when it is broken, and names the line', async () => {
    await (await opened()).write('one', [{ partition: A, offset: { lsn: 1 } }]);
    await writeFile(path, `${await readFile(path, 'utf8')}{"connector"`);

    await expect(opened()).rejects.toThrow(/broken at line 2: repair it/);
  });

  it('refuses a write that does not reach the disk', async () => {
    const store = new FileOffsetStore(join(folder, 'missing', 'offsets'));
    await store.start();

    await expect(store.write('one', [{ partition: A, offset: { lsn: 1 } }])).rejects.toThrow(/cannot be written/);
  });
});
