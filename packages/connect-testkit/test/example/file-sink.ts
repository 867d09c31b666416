/** Appends values to a file, each line with its place in Kafka: the kit's own example of a sink that keeps its offsets in the target. */
import { appendFile, readFile } from 'node:fs/promises';

import { c, config, defineSink, type InRecord, type TopicPartitionOffset } from '@millrace/connect-api';

const spec = config({
  path: c.string().importance('high').doc('File to append to.'),
  token: c.secret().optional().doc('Not needed to write files; here to be kept secret.'),
});

export const fileSink = defineSink({
  name: 'FileSinkConnector',
  version: '1.0.0',
  config: spec,
  task: async (_task, { path }, context) => {
    let held: InRecord[] = [];
    return {
      assigned: async () => lastOffsets(path),
      write: async (records) => {
        for (const record of records) {
          if (typeof record.value === 'string') held.push(record);
          else await context.report(record, new TypeError('only text can be a line'));
        }
      },
      flush: async () => {
        const lines = held.map(
          ({ value, origin }) => `${origin.topic}/${origin.partition}/${origin.offset} ${String(value)}\n`,
        );
        if (lines.length > 0) await appendFile(path, lines.join(''));
        held = [];
      },
      // Whatever was not flushed comes again, to whoever has the partitions then.
      revoked: async () => {
        held = [];
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  },
});

/** The offsets after those in the file. */
async function lastOffsets(path: string): Promise<readonly TopicPartitionOffset[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const last = new Map<string, TopicPartitionOffset>();
  for (const line of text.split('\n').slice(0, -1)) {
    const [topic = '', partition, offset] = (line.split(' ')[0] ?? '').split('/');
    last.set(`${topic}/${partition}`, { topic, partition: Number(partition), offset: Number(offset) + 1 });
  }
  return [...last.values()];
}
