/** What retention, deleted records and deleted topics give back to the disk, with the broker as its users run it. */
import { readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ErrorCode, RecordBatchWriter } from '@millrace/protocol';
import {
  createDeleteRecordsRequest,
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '@millrace/protocol/messages/21-delete-records';
import {
  createTempDir,
  EARLIEST,
  LATEST,
  LogProbe,
  waitUntil,
  type BrokerProcess,
  type TempDir,
} from '@millrace/testing';

import { brokerOver } from './broker-app.ts';

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;
const JOURNAL_FILE_BYTES = 4 * MIB;
/** One in use, one prepared, six that wait to be used again, and what two checkpoints may need. */
const JOURNAL_BYTES_MAX = 10 * JOURNAL_FILE_BYTES;
const VALUE = 'v'.repeat(300_000);

describe('the disk under a broker', () => {
  let dir: TempDir;
  let broker: BrokerProcess;
  let probe: LogProbe;

  beforeAll(async () => {
    dir = await createTempDir('disk-use');
    broker = brokerOver(dir.path, [
      '--log.retention.check.interval.ms=200',
      '--log.segment.delete.delay.ms=0',
      `--millrace.journal.file.bytes=${JOURNAL_FILE_BYTES}`,
    ]);
    await broker.start();
    probe = await LogProbe.connect({ port: broker.port });
  });

  afterAll(async () => {
    await probe.close();
    await broker.kill();
    await dir.remove();
  });

  /** Bytes of all files under the topic's directories, and the names of its segments. */
  async function filesOf(topicId: string): Promise<{ bytes: number; segments: string[] }> {
    const logs = join(dir.path, 'logs');
    const found = { bytes: 0, segments: [] as string[] };
    for (const directory of (await readdir(logs)).filter((name) => name.startsWith(topicId))) {
      for (const name of await readdir(join(logs, directory)).catch(() => [])) {
        found.bytes += await sizeOf(join(logs, directory, name));
        if (name.endsWith('.log')) found.segments.push(name);
      }
    }
    return found;
  }

  async function produce(topic: string, count: number): Promise<void> {
    for (let index = 0; index < count; index++) await probe.appendValues(topic, 0, [VALUE]);
  }

  it.each(['fsync', 'os'])('begins a new segment at segment.bytes (%s)', async (durability) => {
    const configs = { 'segment.bytes': String(MIB), 'millrace.durability': durability };
    const topicId = await probe.createTopic(`roll-size-${durability}`, { configs });

    await produce(`roll-size-${durability}`, 10);

    await waitUntil('the segments', async () => (await filesOf(topicId)).segments.length === 4);
    const names = [0, 3, 6, 9].map((base) => `${String(base).padStart(20, '0')}.log`);
    expect((await filesOf(topicId)).segments.sort()).toEqual(names);
  });

  it('begins a new segment at segment.ms, by the clock and by the time of records', async () => {
    const configs = { 'segment.ms': '500', 'millrace.durability': 'os' };
    const topicId = await probe.createTopic('roll-time', { configs });
    const append = async (timestampMs: number): Promise<void> => {
      const writer = new RecordBatchWriter();
      writer.append(null, 'x', timestampMs);
      await probe.append('roll-time', 0, writer.finish({}));
    };
    const startedMs = Date.now();

    await append(startedMs);
    await append(startedMs);
    expect((await filesOf(topicId)).segments).toHaveLength(1);
    // Later by the time of the record alone.
    await append(startedMs + 1_000);
    expect((await filesOf(topicId)).segments).toHaveLength(2);
    // Later by the clock alone: the sweep closes what is old.
    let base = 3;
    await waitUntil('a segment by the clock', async () => {
      await append(startedMs + 1_000);
      base++;
      return (await filesOf(topicId)).segments.length === 3;
    });
    expect((await filesOf(topicId)).segments).toContain(`${String(base - 1).padStart(20, '0')}.log`);
  });

  it('is given back what is over retention.bytes, by whole segments', async () => {
    const configs = { 'segment.bytes': String(MIB), 'retention.bytes': String(2 * MIB) };
    const topicId = await probe.createTopic('by-size', { configs });

    await produce('by-size', 30);

    await waitUntil('the disk to be freed', async () => (await filesOf(topicId)).bytes <= 3 * MIB);
    const start = await probe.offsetAt('by-size', 0, EARLIEST);
    expect(start).toBeGreaterThanOrEqual(20);
    expect((await probe.readAll('by-size', 0, start)).map(({ offset }) => offset)).toEqual(
      Array.from({ length: 30 - start }, (_, index) => start + index),
    );
  });

  it('is given back what is older than retention.ms, the active segment too', async () => {
    const configs = { 'segment.bytes': String(MIB), 'retention.ms': '1500' };
    const topicId = await probe.createTopic('by-age', { configs });

    await produce('by-age', 6);
    await waitUntil('segments on the disk', async () => (await filesOf(topicId)).bytes > 0);

    await waitUntil('the disk to be freed', async () => (await filesOf(topicId)).bytes === 0);
    expect(await probe.offsetAt('by-age', 0, EARLIEST)).toBe(6);
    expect(await probe.offsetAt('by-age', 0, LATEST)).toBe(6);
    expect(await probe.appendValues('by-age', 0, ['next'])).toBe(6);
  });

  it('is given back segments whose records were deleted', async () => {
    const topicId = await probe.createTopic('by-hand', { configs: { 'segment.bytes': String(MIB) } });
    await produce('by-hand', 12);
    await waitUntil('segments on the disk', async () => (await filesOf(topicId)).segments.length === 4);

    await deleteRecordsBefore('by-hand', 7);
    await waitUntil('two segments to go', async () => (await filesOf(topicId)).segments.length === 2);
    expect((await probe.readAll('by-hand', 0, 7)).map(({ offset }) => offset)).toEqual([7, 8, 9, 10, 11]);
    await deleteRecordsBefore('by-hand', -1);

    await waitUntil('all to go', async () => (await filesOf(topicId)).bytes === 0);
  });

  it(
    'is given back all of a deleted topic within a minute, and no open file holds on to it',
    async () => {
      const before = await bytesOutsideJournal(dir.path);
      const topicId = await probe.createTopic('gone', { configs: { 'segment.bytes': String(MIB) } });
      const cachedId = await probe.createTopic('gone-os', { configs: { 'millrace.durability': 'os' } });
      await produce('gone', 60);
      await produce('gone-os', 60);
      await waitUntil('segments on the disk', async () => (await filesOf(topicId)).bytes > 15 * MIB);
      // Cold reads open files, and indexes with them.
      await probe.readAll('gone', 0);

      const deletedAt = performance.now();
      await probe.deleteTopic('gone');
      await probe.deleteTopic('gone-os');
      await waitUntil(
        'the disk to be freed',
        async () => {
          const names = await readdir(join(dir.path, 'logs'));
          return !names.some((name) => name.startsWith(topicId) || name.startsWith(cachedId));
        },
        MINUTE_MS,
      );
      const tookMs = performance.now() - deletedAt;

      expect(tookMs).toBeLessThan(MINUTE_MS);
      // Checkpoints and metadata remember a little of what was.
      expect(await bytesOutsideJournal(dir.path)).toBeLessThan(before + MIB);
      expect(await bytesUnder(join(dir.path, 'journal'))).toBeLessThanOrEqual(JOURNAL_BYTES_MAX);
      expect(
        (await openFilesOf(broker.pid)).filter((path) => path.includes('(deleted)') && /\.(log|idx)/.test(path)),
      ).toEqual([]);
    },
    2 * MINUTE_MS,
  );

  async function deleteRecordsBefore(topic: string, offset: number): Promise<void> {
    const partitions = [{ partitionIndex: 0, offset: BigInt(offset) }];
    const request = createDeleteRecordsRequest({ topics: [{ name: topic, partitions }], timeoutMs: 15_000 });
    const { topics } = await probe.wire.call(deleteRecordsRequest, deleteRecordsResponse, 2, request);
    expect(topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.NONE);
  }
});

async function sizeOf(path: string): Promise<number> {
  // Retention may be faster.
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function bytesOutsideJournal(dataDir: string): Promise<number> {
  return (await bytesUnder(dataDir)) - (await bytesUnder(join(dataDir, 'journal')));
}

async function bytesUnder(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const sizes = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => sizeOf(join(parentPath, name)));
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
}

/** Where the descriptors of a process point; none where the system does not tell. */
async function openFilesOf(pid: number): Promise<string[]> {
  const directory = `/proc/${pid}/fd`;
  const names = await readdir(directory).catch(() => []);
  return Promise.all(names.map((name) => readlink(join(directory, name)).catch(() => '')));
}
