import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDataDirectory } from './data-directory.ts';

describe('prepareDataDirectory', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-directory-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes what is missing of the path and accepts what is there', () => {
    const path = join(folder, 'a', 'b', 'c');

    prepareDataDirectory(path);
    prepareDataDirectory(path);

    expect(statSync(path).isDirectory()).toBe(true);
  });

  it.each([
    ['the path is a file', 'file'],
    ['a part of the path is a file', 'file/below/it'],
  ])('says that another directory is needed when %s', (_case, relative) => {
    writeFileSync(join(folder, 'file'), '');

    expect(() => prepareDataDirectory(join(folder, relative))).toThrow(/is a file and not a directory; choose another/);
  });

  it('gives up at once on a path that cannot exist', () => {
    expect(() => prepareDataDirectory('/proc/millrace/data')).toThrow(
      /cannot use data directory \/proc\/millrace\/data/,
    );
  });
});
