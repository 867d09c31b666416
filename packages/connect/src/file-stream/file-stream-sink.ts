/**
 * FileStreamSinkConnector: appends the value of each record to a file, as a line. As Kafka ships one, to try a worker with.
 *
 * Invariants: at least once; what has been flushed is on disk.
 */
import { open } from 'node:fs/promises';
import { c, config, defineSink, plainValue } from '@millrace/connect-api';
import { BUILT_IN_VERSION } from '../built-in-version.ts';

const settings = config({
  file: c.string().importance('high').doc('File to append to, as the worker sees it.'),
});

export const fileStreamSink = defineSink<{ file: string }>({
  name: 'FileStreamSinkConnector',
  version: BUILT_IN_VERSION,
  aliases: ['org.apache.kafka.connect.file.FileStreamSinkConnector'],
  config: settings,
  task: async (_task, { file: path }) => {
    const file = await open(path, 'a');
    return {
      write: async (records) => {
        await file.appendFile(records.map(({ value }) => `${lineOf(value)}\n`).join(''));
      },
      flush: async () => {
        await file.datasync();
      },
      [Symbol.asyncDispose]: () => file.close(),
    };
  },
  alterOffsets: async () => 'done',
});

function lineOf(value: unknown): string {
  const plain = plainValue(value);
  if (typeof plain === 'string') return plain;
  if (plain instanceof Uint8Array) return Buffer.from(plain).toString('utf8');
  const text: string | undefined = JSON.stringify(plain, (_key, each: unknown): unknown => {
    if (typeof each === 'bigint') return String(each);
    return each instanceof Map ? Object.fromEntries(each as Map<string, unknown>) : each;
  });
  return text ?? 'null';
}
