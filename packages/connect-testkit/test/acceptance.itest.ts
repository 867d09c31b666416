import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { createTempDir } from '@millrace/testing';

import { sinkAcceptance, sourceAcceptance, type SinkDriver, type SourceDriver } from '../src/index.ts';
import { fileSink } from './example/file-sink.ts';
import { lineSource } from './example/line-source.ts';

const moduleOf = (name: string): URL => pathToFileURL(join(__dirname, 'example', name));

const source: SourceDriver<unknown> = {
  plugin: lineSource,
  module: moduleOf('line-source.ts'),
  without: ['brokenConfigs', 'interrupt', 'poison'],
  open: async () => {
    const folder = await createTempDir('testkit-');
    const path = join(folder.path, 'lines.txt');
    await writeFile(path, '');
    let count = 0;
    return {
      config: { path, topic: 'lines', token: 'hush-hush' },
      write: async (lines) => {
        const ids = Array.from({ length: lines }, () => `line ${count++}`);
        await appendFile(path, ids.map((id) => `${id}\n`).join(''));
        return ids;
      },
      idOf: ({ value }) => String(value),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  },
};

const sink: SinkDriver<unknown> = {
  plugin: fileSink,
  module: moduleOf('file-sink.ts'),
  without: ['brokenConfigs', 'interrupt', 'tombstone'],
  open: async () => {
    const folder = await createTempDir('testkit-');
    const path = join(folder.path, 'out.txt');
    return {
      config: { path, token: 'hush-hush' },
      record: (n) => ({ id: `value-${n}`, record: { topic: 'values', key: n, value: `value-${n}` } }),
      stored: async () =>
        (await readFile(path, 'utf8'))
          .split('\n')
          .slice(0, -1)
          .map((line) => line.split(' ')[1] ?? ''),
      poison: () => ({ topic: 'values', key: 0, value: { not: 'text' } }),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  },
};

describe('a source that reads a file', () => {
  it.each(sourceAcceptance(source).map(({ name, run }) => [name, run]))('%s', async (_name, run) => run());
});

describe('a sink that appends to a file', () => {
  it.each(sinkAcceptance(sink).map(({ name, run }) => [name, run]))('%s', async (_name, run) => run());
});
