/**
 * A process that reads a topic with the SDK, 1 ms for each record, and says every second how far it is and what memory it has. Told `collect` on
 * its standard input it collects its garbage before each look from then on, told `rest` no more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { bytes, kafka, nullable, topic } from '@millrace/sdk';

const collectGarbage = globalThis.gc;
if (collectGarbage === undefined) throw new Error('run this with --expose-gc');
const [address = '', topicName = ''] = process.argv.slice(2);
const RECORD_MS = 1;

async function main(): Promise<void> {
  const records = topic(topicName, { key: nullable(bytes), value: bytes });
  const consumer = kafka({ brokers: [address] }).consumer({ group: 'slow', topics: [records] });
  let read = 0;
  let collects = false;
  process.stdin.setEncoding('utf8').on('data', (word: string) => {
    collects = word.trim().endsWith('collect');
  });
  setInterval(() => {
    if (collects) void collectGarbage?.();
    process.stdout.write(`${JSON.stringify({ read, rssBytes: process.memoryUsage.rss() })}\n`);
  }, 1_000);
  for await (const { value } of consumer) {
    if (value.length > 0) read++;
    await sleep(RECORD_MS);
  }
}

void main();
