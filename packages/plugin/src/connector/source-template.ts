/** Apart from the rest, because a build takes the whole for the URL of a module of this package. */
export const TS = '.ts';

/** A source that works: lines of a file, resumed to the byte. */
export function sourceTemplate(className: string): string {
  return `/** Reads the lines of a file that grows, and goes on where it was, to the byte. */
import { open, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

import { c, config, defineSource, type Infer, type SourceContext, type SourceTask } from '@millrace/connect-api';

const settings = config({
  path: c.string().nonEmpty().importance('high').doc('File to read; each line becomes a record.'),
  topic: c.string().nonEmpty().importance('high').doc('Topic to write to.'),
  'batch.size': c.int().default(500).atLeast(1).doc('Lines that are handed over together, at most.'),
  'poll.interval.ms': c.duration().default('500ms').atLeast('1ms').doc('How long to wait at the end of the file.'),
});

type Settings = Infer<typeof settings>;
/** What is read: stored with the offset, so that a connector can read several things. */
type Partition = { readonly path: string };
/** How far it is read. */
type Offset = { readonly byte: number };

const CHUNK_BYTES = 65_536;
const LINE_BYTES_MAX = 16 * 1024 * 1024;

export const source = defineSource<Settings, Partition, Offset>({
  name: '${className}',
  version: '0.1.0',
  config: settings,
  // Resuming at a stored offset repeats and skips nothing.
  delivery: () => ({ exactlyOnce: true, ownTransactions: false }),
  check: async ({ path }) => {
    const file = await stat(path).catch(() => undefined);
    return file?.isFile() === true ? [] : [{ key: 'path', message: \`\${path} is not a file that can be read\` }];
  },
  // One file, one task.
  plan: async function* () {
    yield [{}];
  },
  task: async (_task, config, context) => readFile(config, context),
});

async function readFile(
  config: Settings,
  context: SourceContext<Partition, Offset>,
): Promise<SourceTask<Partition, Offset>> {
  const file = await open(config.path, 'r');
  const partition = { path: config.path };
  return {
    async *read(signal) {
      let { byte } = (await context.offset(partition)) ?? { byte: 0 };
      let chunk = Buffer.alloc(CHUNK_BYTES);
      while (!signal.aborted) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length, byte);
        const { lines, bytes } = wholeLines(chunk.subarray(0, bytesRead), config.batchSize);
        if (lines.length > 0) {
          byte += bytes;
          yield { records: lines.map((value) => ({ topic: config.topic, value })), partition, offset: { byte } };
        } else if (bytesRead < chunk.length) {
          // The end for now. What ends the wait early is the abort.
          await wait(config.pollIntervalMs, undefined, { signal }).catch(() => undefined);
        } else if (chunk.length < LINE_BYTES_MAX) {
          chunk = Buffer.alloc(chunk.length * 2);
        } else {
          throw new Error(\`\${config.path} has a line of more than \${LINE_BYTES_MAX} bytes at byte \${byte}\`);
        }
      }
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

/** The first lines that are whole, and how many bytes they take with their ends. */
function wholeLines(chunk: Buffer, countMax: number): { readonly lines: readonly string[]; readonly bytes: number } {
  const lines: string[] = [];
  let bytes = 0;
  while (lines.length < countMax) {
    const end = chunk.indexOf('\\n', bytes);
    if (end === -1) break;
    lines.push(chunk.toString('utf8', bytes, end));
    bytes = end + 1;
  }
  return { lines, bytes };
}
`;
}

export function sourceTestTemplate(): string {
  return `import { deepEqual } from 'node:assert/strict';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { runSource, sourceAcceptance, type SourceWorld } from '@millrace/connect-testkit';

import { source } from '../src/source.ts';

/** A place of its own for each case: a new file. */
async function open(): Promise<SourceWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'source-'));
  const path = join(folder, 'lines.txt');
  await writeFile(path, '');
  let count = 0;
  return {
    config: { path, topic: 'lines', 'batch.size': '3', 'poll.interval.ms': '10' },
    brokenConfigs: [{ path: join(folder, 'missing.txt'), topic: 'lines' }],
    write: async (lines) => {
      const ids = Array.from({ length: lines }, () => \`line \${count++}\`);
      await appendFile(path, ids.map((id) => \`\${id}\\n\`).join(''));
      return ids;
    },
    idOf: ({ value }) => String(value),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

test('each line becomes a record', async () => {
  await using world = await open();
  await world.write(2);

  const run = await runSource(source, world.config, { until: 2 });

  deepEqual(
    run.records.map(({ topic, value }) => ({ topic, value })),
    [
      { topic: 'lines', value: 'line 0' },
      { topic: 'lines', value: 'line 1' },
    ],
  );
  deepEqual(run.offsets.all, [{ partition: { path: world.config['path'] }, offset: { byte: 14 } }]);
});

// What there is none of here; the cases about it are left out.
const without = ['interrupt', 'poison'] as const;
const module = new URL('../src/index${TS}', import.meta.url);
for (const { name, run } of sourceAcceptance({ plugin: source, module, open, without })) test(name, run);
`;
}
