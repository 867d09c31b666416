/**
 * The answers of a real worker of Kafka Connect 4.3.1 (golden/kafka-connect-4.3.1.json) against ours, standalone and distributed.
 * Where ours differs on purpose golden/differences.ts says why.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { levelledLogger, silentLogger, type Logger } from '@millrace/base';
import { startBroker, type TestBroker } from '@millrace/testing';
import { startDistributed } from '../src/run/distributed.ts';
import { startStandalone } from '../src/run/standalone.ts';
import { askAll, type Exchange } from './golden/ask.ts';
import { expectedOf, oursOf, type Mode } from './golden/differences.ts';

let broker: TestBroker;
let dir: string;
let log: Logger;
let recorded: Exchange[];

beforeAll(async () => {
  recorded = JSON.parse(await readFile(join(__dirname, 'golden', 'kafka-connect-4.3.1.json'), 'utf8')) as Exchange[];
});

beforeEach(async () => {
  broker = await startBroker();
  log = levelledLogger(silentLogger, 'error');
  dir = await mkdtemp(join(tmpdir(), 'connect-golden-'));
  await writeFile(join(dir, 'in.txt'), '');
});

afterEach(async () => {
  await broker.stop();
  await rm(dir, { recursive: true });
});

function workerProperties(): Record<string, string> {
  return {
    'bootstrap.servers': broker.bootstrapServers,
    listeners: 'http://127.0.0.1:0',
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'offset.flush.interval.ms': '100',
  };
}

describe('the REST API', () => {
  it('of a standalone worker answers as Kafka Connect 4.3.1', async () => {
    const properties = { ...workerProperties(), 'offset.storage.file.filename': join(dir, 'offsets') };
    await using worker = await startStandalone({ properties, log });
    const answers = await askAll(worker.url.replace(/\/$/, ''), dir);

    compare(answers, 'standalone');
  });

  it('of a distributed worker answers as Kafka Connect 4.3.1', async () => {
    const properties = {
      ...workerProperties(),
      'group.id': 'golden',
      'config.storage.topic': 'golden-configs',
      'offset.storage.topic': 'golden-offsets',
      'status.storage.topic': 'golden-status',
      'config.storage.replication.factor': '1',
      'offset.storage.replication.factor': '1',
      'status.storage.replication.factor': '1',
    };
    await using worker = await startDistributed({ properties, log });
    const answers = await askAll(worker.url.replace(/\/$/, ''), dir);

    compare(answers, 'distributed');
  });
});

function compare(answers: readonly Exchange[], mode: Mode): void {
  expect(answers.map(({ id }) => id)).toEqual(recorded.map(({ id }) => id));
  expect(answers.map((exchange) => oursOf(exchange, mode))).toEqual(
    recorded.map((exchange) => expectedOf(exchange, mode)),
  );
}
