/** Kafka Connect with its file connectors: lines of a file go through a topic into another file, over restarts of the worker. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, equal, numbered, runProgram, until, type CaseBody, type CaseContext } from '../harness.ts';
import { consume, tool } from '../kafka-tools/tool.ts';
import { Worker } from './worker.ts';

const SOURCE_CLASS = 'org.apache.kafka.connect.file.FileStreamSourceConnector';
const SINK_CLASS = 'org.apache.kafka.connect.file.FileStreamSinkConnector';

/** A pipeline of a case: two files, the topic between them, and the settings of both connectors. */
class Pipeline {
  readonly dir: string;
  readonly topic: string;
  readonly source: Record<string, string>;
  readonly sink: Record<string, string>;
  readonly #input: string;
  readonly #output: string;

  private constructor(context: CaseContext, dir: string) {
    this.dir = dir;
    this.topic = context.name();
    this.#input = join(dir, 'input.txt');
    this.#output = join(dir, 'output.txt');
    const name = (part: string): string => context.name(part);
    this.source = {
      name: name('source'),
      'connector.class': SOURCE_CLASS,
      'tasks.max': '1',
      file: this.#input,
      topic: this.topic,
    };
    this.sink = {
      name: name('sink'),
      'connector.class': SINK_CLASS,
      'tasks.max': '1',
      file: this.#output,
      topics: this.topic,
    };
  }

  static async create(context: CaseContext): Promise<Pipeline> {
    const dir = await mkdtemp(join(tmpdir(), 'conformance-connect-'));
    context.after(() => rm(dir, { recursive: true }));
    const pipeline = new Pipeline(context, dir);
    await writeFile(pipeline.#input, '');
    await tool('topics', ['--create', '--topic', pipeline.topic, '--partitions', '1']);
    return pipeline;
  }

  async write(lines: readonly string[]): Promise<void> {
    await appendFile(this.#input, lines.map((line) => `${line}\n`).join(''));
  }

  /** What came out, once its last line is the one given. */
  async outputUpTo(last: string): Promise<string[]> {
    return until(
      `line ${last} comes out`,
      async () => {
        const text = await readFile(this.#output, 'utf8').catch(() => '');
        const lines = text.split('\n').filter((line) => line !== '');
        return lines.at(-1) === last ? lines : undefined;
      },
      60_000,
    );
  }
}

const LINES = numbered(600);
const [FIRST, SECOND] = [LINES.slice(0, 300), LINES.slice(300)];
const lastOf = (lines: readonly string[]): string => lines.at(-1) ?? '';

const standalone: CaseBody = async (context) => {
  const pipeline = await Pipeline.create(context);
  const settings = { 'offset.storage.file.filename': join(pipeline.dir, 'offsets') };
  const worker = new Worker(context, 'standalone', pipeline.dir, settings, [pipeline.source, pipeline.sink]);
  await worker.start();
  await pipeline.write(FIRST);
  equal(await pipeline.outputUpTo(lastOf(FIRST)), FIRST, 'lines before the restart');
  await worker.stop('SIGTERM');
  await pipeline.write(SECOND);
  await worker.start();
  equal(await pipeline.outputUpTo(lastOf(SECOND)), LINES, 'lines after the restart, each once');
  equal(await consume(pipeline.topic, LINES.length, ['--from-beginning']), LINES, 'records of the topic');
  await worker.stop('SIGTERM');
  return undefined;
};

interface Distributed {
  readonly pipeline: Pipeline;
  readonly worker: Worker;
  readonly internalTopics: readonly string[];
}

async function startDistributed(context: CaseContext): Promise<Distributed> {
  const pipeline = await Pipeline.create(context);
  const internal = (kind: string): string => context.name(`connect-${kind}`);
  const settings = {
    'group.id': context.name('connect'),
    'config.storage.topic': internal('configs'),
    'offset.storage.topic': internal('offsets'),
    'status.storage.topic': internal('status'),
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'offset.storage.partitions': '5',
    'status.storage.partitions': '2',
    'session.timeout.ms': '6000',
    'heartbeat.interval.ms': '1000',
    // With the default of 5 minutes the tasks of a worker that was killed would wait that long.
    'scheduled.rebalance.max.delay.ms': '1000',
  };
  const worker = new Worker(context, 'distributed', pipeline.dir, settings);
  await worker.start();
  for (const config of [pipeline.source, pipeline.sink]) await worker.configure(config['name'] ?? '', config);
  for (const { name } of [pipeline.source, pipeline.sink]) await worker.running(name ?? '');
  return { pipeline, worker, internalTopics: ['configs', 'offsets', 'status'].map(internal) };
}

const distributed: CaseBody = async (context) => {
  const { pipeline, worker, internalTopics } = await startDistributed(context);
  await pipeline.write(FIRST);
  equal(await pipeline.outputUpTo(lastOf(FIRST)), FIRST, 'lines before the restart');
  for (const topic of internalTopics) {
    const described = await tool('topics', ['--describe', '--topic', topic]);
    assert(/cleanup\.policy=compact/.test(described), `${topic} is compacted: ${described}`);
  }
  await worker.stop('SIGTERM');
  await pipeline.write(SECOND);
  await worker.start();
  equal(await pipeline.outputUpTo(lastOf(SECOND)), LINES, 'lines after the restart, each once');
  equal(await consume(pipeline.topic, LINES.length, ['--from-beginning']), LINES, 'records of the topic');
  await worker.stop('SIGTERM');
  return undefined;
};

const killed: CaseBody = async (context) => {
  const { pipeline, worker } = await startDistributed(context);
  await pipeline.write(FIRST);
  await pipeline.outputUpTo(lastOf(FIRST));
  await worker.stop('SIGKILL');
  await pipeline.write(SECOND);
  await worker.start();
  const output = await pipeline.outputUpTo(lastOf(SECOND));
  // At least once: what was not committed before the kill comes again, from there on and in order.
  equal([...new Set(output)], LINES, 'lines, repeated ones left out');
  await worker.stop('SIGTERM');
  return `${output.length - LINES.length} lines twice`;
};

const version = /kafka-(\d+\.\d+\.\d+)\/libs/.exec(process.env['CONFORMANCE_CLASSPATH'] ?? '')?.[1] ?? 'unknown';
await runProgram(version, {
  'connect-standalone': standalone,
  'connect-distributed': distributed,
  'connect-worker-kill': killed,
});
