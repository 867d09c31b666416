import { TS } from './source-template.ts';

/** A sink that works: a file of JSON lines per partition, which says itself how far it is. */
export function sinkTemplate(className: string): string {
  return `/** Appends records to files of JSON lines, one per partition. Each line holds its offset, so nothing is written twice. */
import { mkdir, open, readFile, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { c, config, defineSink, type InRecord, type TopicPartition } from '@millrace/connect-api';

const settings = config({
  directory: c.string().nonEmpty().importance('high').doc('Folder of the files; made when it is not there.'),
});

export const sink = defineSink({
  name: '${className}',
  version: '0.1.0',
  config: settings,
  task: async (_task, { directory }, context) => {
    const files = new Map<string, FileHandle>();
    const close = async (): Promise<void> => {
      await Promise.all([...files.values()].map((file) => file.close()));
      files.clear();
    };
    return {
      // Where to go on, as the files say; for those that have no file yet, the group decides.
      assigned: async (partitions) => {
        await mkdir(directory, { recursive: true });
        const offsets = await Promise.all(
          partitions.map(async (partition) => ({
            ...partition,
            offset: await nextOffset(pathOf(directory, partition)),
          })),
        );
        return offsets.flatMap(({ offset, ...partition }) => (offset === undefined ? [] : [{ ...partition, offset }]));
      },
      write: async (records) => {
        const lines = new Map<string, string>();
        for (const record of records) {
          try {
            const path = pathOf(directory, record.origin);
            lines.set(path, \`\${lines.get(path) ?? ''}\${lineOf(record)}\\n\`);
          } catch (error) {
            // For the dead letter topic, or the end of the task: as errors.tolerance says.
            await context.report(record, error);
          }
        }
        for (const [path, text] of lines) {
          const file = files.get(path) ?? (await open(path, 'a'));
          files.set(path, file);
          await file.appendFile(text);
        }
      },
      // Until this resolves, nothing that was written counts as done.
      flush: async () => {
        await Promise.all([...files.values()].map((file) => file.sync()));
      },
      revoked: close,
      [Symbol.asyncDispose]: close,
    };
  },
});

function pathOf(directory: string, { topic, partition }: TopicPartition): string {
  return join(directory, \`\${topic}-\${partition}.jsonl\`);
}

function lineOf({ origin, key, value }: InRecord): string {
  if (value === undefined) throw new TypeError('there is no value');
  return JSON.stringify({ offset: origin.offset, key, value });
}

/** The offset after the last line; a line that was cut off by a crash is removed. */
async function nextOffset(path: string): Promise<number | undefined> {
  const text = await readFile(path).catch(() => undefined);
  if (text === undefined) return undefined;
  const end = text.lastIndexOf('\\n') + 1;
  if (end < text.length) await truncate(path, end);
  if (end === 0) return undefined;
  const last = text.toString('utf8', text.lastIndexOf('\\n', end - 2) + 1, end);
  return (JSON.parse(last) as { readonly offset: number }).offset + 1;
}
`;
}

export function sinkTestTemplate(): string {
  return `import { deepEqual } from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { runSink, sinkAcceptance, type SinkWorld } from '@millrace/connect-testkit';

import { sink } from '../src/sink.ts';

/** A place of its own for each case: a new folder. */
async function open(): Promise<SinkWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'sink-'));
  return {
    config: { directory },
    record: (n) => ({ id: \`value \${n}\`, record: { topic: 'values', key: n, value: \`value \${n}\` } }),
    stored: async () => {
      const files = await Promise.all(
        (await readdir(directory)).map((file) => readFile(join(directory, file), 'utf8')),
      );
      const lines = files.flatMap((text) => text.split('\\n')).filter((line) => line !== '');
      return lines.map((line) => (JSON.parse(line) as { readonly value: string }).value);
    },
    // JSON cannot hold it.
    poison: () => ({ topic: 'values', key: 0, value: 2n ** 70n }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

test('each record becomes a line', async () => {
  await using world = await open();

  await runSink(sink, world.config, [{ topic: 'values', key: 'a', value: { n: 1 } }]);

  const text = await readFile(join(world.config['directory'] ?? '', 'values-0.jsonl'), 'utf8');
  deepEqual(text, '{"offset":0,"key":"a","value":{"n":1}}\\n');
});

// What there is none of here; the cases about it are left out.
const without = ['brokenConfigs', 'interrupt', 'tombstone'] as const;
const module = new URL('../src/index${TS}', import.meta.url);
for (const { name, run } of sinkAcceptance({ plugin: sink, module, open, without })) test(name, run);
`;
}
