/** Reads numbered lines of a file: the kit's own example of a source that resumes exactly. */
import { open } from 'node:fs/promises';
import { watch } from 'node:fs';

import { c, config, defineSource, type Infer, type SourceContext, type SourceTask } from '@millrace/connect-api';

const spec = config({
  path: c.string().importance('high').doc('File to read; each line becomes a record.'),
  topic: c.string().importance('high').doc('Topic to write to.'),
  'batch.lines': c.int().default(10).atLeast(1).doc('Lines in a batch at most.'),
  token: c.secret().optional().doc('Not needed to read files; here to be kept secret.'),
});

type LineConfig = Infer<typeof spec>;
type LinePartition = { readonly path: string };
type LineOffset = { readonly byte: number; readonly line: number };

export const lineSource = defineSource<LineConfig, LinePartition, LineOffset>({
  name: 'LineSourceConnector',
  version: '1.0.0',
  config: spec,
  delivery: () => ({ exactlyOnce: true, ownTransactions: false }),
  plan: async function* ({ path }) {
    yield [{ path }];
  },
  task: async (_task, config, context) => readLines(config, context),
});

function readLines(
  config: LineConfig,
  context: SourceContext<LinePartition, LineOffset>,
): SourceTask<LinePartition, LineOffset> {
  const partition = { path: config.path };
  return {
    read: async function* (signal) {
      const file = await open(config.path, 'r');
      try {
        let { byte, line } = (await context.offset(partition)) ?? { byte: 0, line: 0 };
        const buffer = Buffer.alloc(4096);
        while (!signal.aborted) {
          const { bytesRead } = await file.read(buffer, 0, buffer.length, byte);
          const text = buffer.toString('utf8', 0, bytesRead);
          const lines = text
            .slice(0, text.lastIndexOf('\n') + 1)
            .split('\n')
            .slice(0, -1)
            .slice(0, config.batchLines);
          if (lines.length === 0) {
            await changed(config.path, signal);
            continue;
          }
          byte += Buffer.byteLength(lines.join('\n')) + 1;
          line += lines.length;
          const records = lines.map((value) => ({ topic: config.topic, value }));
          yield { records, partition, offset: { byte, line } };
        }
      } finally {
        await file.close();
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** The file has changed, or may have: looks again after a while. */
function changed(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(path);
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      watcher.close();
      resolve();
    };
    const timer = setTimeout(end, 50);
    watcher.on('change', end);
    watcher.on('error', end);
    signal.addEventListener('abort', end);
  });
}
