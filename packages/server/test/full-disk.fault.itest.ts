import { execFileSync, spawn } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorByCode, ErrorCode, RecordBatchWriter } from '@millrace/protocol';
import {
  createDeleteRecordsRequest,
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '@millrace/protocol/messages/21-delete-records';
import {
  APPEND,
  appendedAt,
  appendRequest,
  createTempDir,
  EARLIEST,
  LATEST,
  LogProbe,
  RefusedError,
  waitUntil,
} from '@millrace/testing';
import { Kafka, logLevel } from 'kafkajs';
import { brokerOver } from './broker-app.ts';

const DISK_MIB = 40;
const FULL_MS = 20_000;
const PAUSE_MS = 20;
const PARTITIONS = 3;
/** How long a producer waits for an append that was taken and cannot be stored yet. */
const PRODUCE_TIMEOUT_MS = 1_000;
const RESUMES_MS_MAX = 10_000;
const DELETE_RECORDS_VERSION = 2;
const SEGMENT_BYTES = 1_048_576;
/** One such record fills a segment. */
const LARGE_VALUE = 'o'.repeat(600_000);
const RETENTION_MS = 60_000;
/** Time from the start of the test until its old records are due: the disk is full by then, and not free yet. */
const AGING_MS = 15_000;

const whyNoMount = reasonAgainstMounts();
if (whyNoMount !== undefined) console.warn(`SKIPPED: the test of a full disk, because ${whyNoMount}`);
const itWithMounts = whyNoMount === undefined ? it : it.skip;

/** One producer of one partition that keeps sending the same batch until it is taken, as clients do. */
class StubbornProducer {
  readonly topic: string;
  readonly partition: number;
  readonly #probe: LogProbe;
  readonly #producerId: number;
  readonly #writer = new RecordBatchWriter();
  readonly values: string[] = [];
  readonly refusals = new Map<string, number>();
  #isStopping = false;

  constructor(probe: LogProbe, topic: string, partition: number, producerId: number) {
    this.#probe = probe;
    this.topic = topic;
    this.partition = partition;
    this.#producerId = producerId;
  }

  stop(): void {
    this.#isStopping = true;
  }

  async run(): Promise<void> {
    while (!this.#isStopping) {
      await this.#sendOne();
      await pause(PAUSE_MS);
    }
  }

  /** Resolves once the next batch was taken, at the offset where it belongs. */
  async #sendOne(): Promise<void> {
    const baseSequence = this.values.length;
    const value = `${this.topic}-${this.partition}/${baseSequence}/`.padEnd(2_000, '.');
    for (;;) {
      this.#writer.append(null, value, Date.now());
      const batch = this.#writer.finish({ producerId: this.#producerId, producerEpoch: 0, baseSequence });
      try {
        expect(await this.#append(batch)).toBe(baseSequence);
        this.values.push(value);
        return;
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        this.refusals.set(error.errorName, (this.refusals.get(error.errorName) ?? 0) + 1);
      }
      await pause(PAUSE_MS);
    }
  }

  async #append(batch: Buffer): Promise<number> {
    const { request, response, version } = APPEND;
    const asked = { ...appendRequest(this.topic, this.partition, batch), timeoutMs: PRODUCE_TIMEOUT_MS };
    return appendedAt(await this.#probe.wire.call(request, response, version, asked), `appending to ${this.topic}`);
  }
}

describe('a broker whose disk is full for a while', () => {
  itWithMounts(
    'refuses with retriable errors alone, goes on reading and deleting, resumes by itself and has lost nothing',
    async () => {
      await using dir = await createTempDir('full');
      const mount = join(dir.path, 'small');
      await mkdir(mount);
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', mount]);
      try {
        await underAFullDisk(mount);
      } finally {
        execFileSync('umount', ['--lazy', mount]);
      }
    },
    120_000,
  );
});

async function underAFullDisk(mount: string): Promise<void> {
  const flags = [
    '--millrace.journal.file.bytes=4194304',
    '--log.retention.check.interval.ms=500',
    '--log.segment.delete.delay.ms=0',
  ];
  await using stack = new AsyncDisposableStack();
  const broker = stack.use(brokerOver(join(mount, 'data'), flags));
  await broker.start();
  const probe = stack.use(await LogProbe.connect({ port: broker.port }));
  await probe.createTopic('synced', { partitions: PARTITIONS });
  await probe.createTopic('cached', { partitions: PARTITIONS, configs: { 'millrace.durability': 'os' } });
  await probe.createTopic('stock');
  await probe.createTopic('old', { configs: { 'segment.bytes': String(SEGMENT_BYTES) } });
  for (let index = 0; index < 8; index++) await probe.appendValues('old', 0, [LARGE_VALUE]);
  await probe.createTopic('aging', { configs: { 'retention.ms': String(RETENTION_MS) } });
  const aged = new RecordBatchWriter();
  aged.append(null, 'aged', Date.now() - RETENTION_MS + AGING_MS);
  await probe.append('aging', 0, aged.finish({}));

  const producers: StubbornProducer[] = [];
  for (const topic of ['synced', 'cached']) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const own = stack.use(await LogProbe.connect({ port: broker.port }));
      producers.push(new StubbornProducer(own, topic, partition, await own.initProducerId()));
    }
  }
  const stock = await startStockProducer(broker.port);
  stack.defer(stock.close);
  const running = Promise.all([...producers.map((producer) => producer.run()), stock.running]);
  await waitUntil(
    'the load to run',
    () => stock.values.length > 5 && producers.every(({ values }) => values.length > 5),
  );

  const filler = await fill(mount);
  stack.defer(filler.stop);
  const refusedOf = ({ refusals }: StubbornProducer): number => [...refusals.values()].reduce((a, b) => a + b, 0);
  await waitUntil('all appends to be refused', () => producers.every((producer) => refusedOf(producer) > 0), 30_000);
  const fullSince = performance.now();
  expect(await probe.offsetAt('aging', 0, EARLIEST)).toBe(0);
  const countsWhenFull = producers.map(({ values }) => values.length);
  let reads = 0;
  let start = 0;
  while (performance.now() - fullSince < FULL_MS) {
    // Reads, in the middle of it.
    const values = (await probe.readAll('synced', 0)).map(({ value }) => value);
    expect(values).toEqual(producers[0]?.values.slice(0, values.length));
    expect((await fetch(`http://${broker.addresses.ops}/health/live`)).status).toBe(200);
    // Records are deleted on demand.
    if (start < 3) start = await deleteRecordsBefore(probe, 'old', start + 1);
    expect(await probe.offsetAt('old', 0, EARLIEST)).toBe(start);
    reads++;
    await pause(200);
  }
  expect(start).toBe(3);
  // And by age.
  expect(await probe.offsetAt('aging', 0, EARLIEST)).toBe(1);
  expect(reads).toBeGreaterThan(10);
  const { bavail, bsize } = await statfs(mount);
  expect(bavail * bsize).toBeLessThan(1024 * 1024);

  await filler.stop();
  const freedAt = performance.now();
  const countsWhenFreed = [...producers.map(({ values }) => values.length), stock.values.length];
  await waitUntil(
    'all producers to go on',
    () =>
      [...producers.map(({ values }) => values.length), stock.values.length].every(
        (n, i) => n > (countsWhenFreed[i] ?? 0),
      ),
    RESUMES_MS_MAX,
  );
  const resumedMs = Math.round(performance.now() - freedAt);
  for (const producer of producers) producer.stop();
  stock.stop();
  await running;

  for (const { refusals } of producers) {
    for (const name of refusals.keys()) expect([name, isRetriable(name)]).toEqual([name, true]);
  }
  expect(stock.errors).toEqual([]);
  const refused = new Map<string, number>();
  for (const { refusals } of producers) {
    for (const [name, count] of refusals) refused.set(name, (refused.get(name) ?? 0) + count);
  }
  const takenMeanwhile = producers.map((_, index) => (countsWhenFreed[index] ?? 0) - (countsWhenFull[index] ?? 0));
  console.info(
    `full for ${FULL_MS} ms: refused ${JSON.stringify([...refused])}, batches taken meanwhile ${takenMeanwhile.join()}; ` +
      `all producers went on ${resumedMs} ms after there was room`,
  );

  for (const when of ['running', 'killed and started again']) {
    if (when !== 'running') {
      await broker.kill();
      await broker.start();
    }
    await using again = await LogProbe.connect({ port: broker.port });
    for (const { topic, partition, values } of [...producers, stock]) {
      const found = (await again.readAll(topic, partition)).map(({ value }) => value);
      expect([when, topic, partition, found]).toEqual([when, topic, partition, values]);
    }
    expect(await again.offsetAt('old', 0, EARLIEST)).toBe(3);
    expect(await again.offsetAt('old', 0, LATEST)).toBe(8);
  }
}

/** kafkajs, idempotent, with as many retries as it takes. */
async function startStockProducer(port: number) {
  process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
  const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    retry: { initialRetryTime: 50, maxRetryTime: 300, retries: Number.MAX_SAFE_INTEGER },
  });
  await producer.connect();
  const values: string[] = [];
  const errors: unknown[] = [];
  let isStopping = false;
  const run = async (): Promise<void> => {
    while (!isStopping) {
      const value = `stock/${values.length}/`.padEnd(2_000, '.');
      try {
        const [sent] = await producer.send({ topic: 'stock', messages: [{ value }], timeout: PRODUCE_TIMEOUT_MS });
        expect(sent?.baseOffset).toBe(String(values.length));
        values.push(value);
      } catch (error) {
        errors.push(error);
        return;
      }
      await pause(PAUSE_MS);
    }
  };
  return {
    topic: 'stock',
    partition: 0,
    values,
    errors,
    running: run(),
    stop: () => (isStopping = true),
    close: async () => {
      isStopping = true;
      await producer.disconnect();
    },
  };
}

/** Takes whatever room there is on the disk, again and again, until it is stopped. */
async function fill(mount: string): Promise<{ stop: () => Promise<void> }> {
  // Once the mark is gone, so is the mount, and the next file would be on another disk.
  const mark = join(mount, 'mark');
  const path = join(mount, 'filler');
  await writeFile(mark, 'x');
  const script = 'while [ -s "$1" ]; do dd if=/dev/zero bs=4096 count=16384 2>/dev/null >> "$0"; sleep 0.05; done';
  const child = spawn('sh', ['-c', script, path, mark], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    stop: async () => {
      await rm(mark, { force: true });
      await ended;
      await rm(path, { force: true });
    },
  };
}

async function deleteRecordsBefore(probe: LogProbe, topic: string, offset: number): Promise<number> {
  const request = createDeleteRecordsRequest({
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset: BigInt(offset) }] }],
    timeoutMs: 15_000,
  });
  const { topics } = await probe.wire.call(
    deleteRecordsRequest,
    deleteRecordsResponse,
    DELETE_RECORDS_VERSION,
    request,
  );
  const [result] = topics[0]?.partitions ?? [];
  expect(result?.errorCode).toBe(ErrorCode.NONE);
  return Number(result?.lowWatermark);
}

function isRetriable(name: string): boolean {
  const code = ErrorCode[name as keyof typeof ErrorCode];
  return errorByCode(code).retriable;
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}

/** Undefined when file systems can be mounted here. */
function reasonAgainstMounts(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has tmpfs';
  if (process.getuid?.() !== 0) return 'it needs root to mount a small tmpfs';
  try {
    const script = 'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && umount "$d" && rmdir "$d"';
    execFileSync('sh', ['-c', script], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'mounting a tmpfs is not permitted here';
  }
}
