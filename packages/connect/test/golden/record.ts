/**
 * Records the answers of a real worker of Kafka Connect to {@link STEPS}, one that runs already and has no connectors:
 *
 *   node --conditions=@millrace/source test/golden/record.ts http://127.0.0.1:8083 > test/golden/kafka-connect-4.3.1.json
 *
 * Its `offset.flush.interval.ms` has to be small, since steps wait for offsets.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askAll } from './ask.ts';

const url = process.argv[2] ?? 'http://127.0.0.1:8083';
const dir = await mkdtemp(join(tmpdir(), 'connect-record-'));
await writeFile(join(dir, 'in.txt'), '');
const exchanges = await askAll(url, dir, ({ id, status }) => process.stderr.write(`${status} ${id}\n`));
process.stdout.write(`${JSON.stringify(exchanges, undefined, 1)}\n`);
await rm(dir, { recursive: true });
