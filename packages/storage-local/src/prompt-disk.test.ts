import { SeededRandom } from '@millrace/base';
import { ManualTime } from '@millrace/testing';
import { SimulatedDisk } from '../test/simulated-disk.ts';
import { PromptDisk } from './prompt-disk.ts';

const PATH = '/data/file';

/** A disk with one file, whose calls at once take `slowMs`, and how calls came. */
async function setUp(slowMs: number) {
  const disk = new SimulatedDisk(new SeededRandom(1));
  await disk.makeDirectory('/data');
  const file = await disk.open(PATH, { mode: 'create' });
  await file.write([Buffer.from('content')], 0);
  const time = new ManualTime();
  const calls = { now: 0, threaded: 0 };
  const listNow = disk.listNow.bind(disk);
  disk.listNow = (path) => {
    time.advance(slowMs);
    calls.now++;
    return listNow(path);
  };
  disk.list = async (path) => {
    calls.threaded++;
    await Promise.resolve();
    return listNow(path);
  };
  return { prompt: new PromptDisk(disk, time), calls };
}

describe('a prompt disk', () => {
  it('answers at once while that is quick', async () => {
    const { prompt, calls } = await setUp(1);

    for (let count = 0; count < 1_000; count++) expect(await prompt.list('/data')).toEqual(['file']);

    expect(calls).toEqual({ now: 1_000, threaded: 0 });
  });

  it('leaves the next calls to threads after a slow one, then tries again', async () => {
    const { prompt, calls } = await setUp(2);

    for (let count = 0; count < 2 * 257; count++) expect(await prompt.list('/data')).toEqual(['file']);

    expect(calls).toEqual({ now: 2, threaded: 512 });
  });

  it.each([0, 5])('opens and reads files, and says when there is none (%i ms a call)', async (slowMs) => {
    const { prompt } = await setUp(slowMs);
    await prompt.list('/data');

    const file = await prompt.open(PATH);
    const bytes = Buffer.alloc(7);

    expect(await prompt.read(file, bytes, 0)).toBe(7);
    expect(bytes.toString()).toBe('content');
    await expect(prompt.open('/data/none')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(prompt.list('/none')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
