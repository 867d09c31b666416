/** Several logs: damage in one of them, the limit of bytes per second, passes side by side. */
import { readdirSync } from 'node:fs';
import { OwnedLog } from '@millrace/log/internal';
import { RecordBatchWriter } from '@millrace/protocol';
import { waitUntil } from '@millrace/testing';
import { CleanerFixture, COMPACTED } from '../../test/cleaner-fixture.ts';
import { createLocalHarness } from '../../test/engine-harness.ts';
import { DEFAULT_CLEANER_SETTINGS } from './cleaner-settings.ts';

const UNCLEANABLE = 'millrace_log_cleaner_uncleanable_partitions';
const UNCLEANABLE_BYTES = 'millrace_log_cleaner_uncleanable_bytes';
const FAILURES = 'millrace_log_cleaner_failures_total';
const READ_BYTES = 'millrace_log_cleaner_read_bytes_total';
const WRITTEN_BYTES = 'millrace_log_cleaner_written_bytes_total';
const RUN_SECONDS = 'millrace_log_cleaner_run_seconds';

function flip(content: Buffer, at: number): Buffer {
  content[at] = (content[at] ?? 0) ^ 0x55;
  return content;
}

describe('a log with a damaged segment', () => {
  it.each([
    ['a byte of a batch changed', 'the CRC of a batch is wrong', (content: Buffer) => flip(content, 70)],
    ['a batch that begins with something else', 'there is no record batch', (content: Buffer) => flip(content, 16)],
    ['its end missing', 'the (last batch is cut|file ends there)', (content: Buffer) => content.subarray(0, -9)],
    ['nothing in it', 'the (last batch is cut|file ends there)', () => Buffer.alloc(0)],
  ])(
    '(%s) is left alone from then on, is named, and stays in use; others are cleaned',
    async (_what, reason, damage) => {
      await using fixture = await CleanerFixture.start();
      for (let partition = 0; partition < 3; partition++) await fixture.addLog();
      const damaged = fixture.logOf(1);
      const file = await fixture.firstFileOf(1);
      const sound = fixture.disk.contentOf(file);
      fixture.disk.corrupt(file, damage);

      await fixture.passing(fixture.engine.cleanLogs());
      for (const other of [0, 2]) {
        expect(fixture.logOf(other).cleanedEndOffset).toBeGreaterThan(0);
        expect(await fixture.violations(other)).toEqual([]);
      }
      expect(damaged.cleanedEndOffset).toBe(0);
      expect(fixture.strayFilesOf(1)).toEqual([]);
      expect(await fixture.gauge(UNCLEANABLE)).toBe(1);
      expect(await fixture.gauge(UNCLEANABLE_BYTES)).toBe(damaged.sizeBytes);
      expect(fixture.metrics.sums.get(FAILURES)).toBe(1);
      expect(fixture.errors).toEqual([
        {
          message: expect.stringMatching(new RegExp(`a log cannot be cleaned: segment ${file}, byte \\d+: ${reason}`)),
          fields: expect.objectContaining({ topic: 'table', partition: 1 }),
        },
      ]);

      // It goes on to take records, as the others do, and nobody tries it again.
      for (let partition = 0; partition < 3; partition++) await fixture.fill(partition, 30);
      await fixture.passing(fixture.engine.cleanLogs());
      expect(damaged.cleanedEndOffset).toBe(0);
      expect(damaged.highWatermark).toBe(fixture.modelOf(1).endOffset);
      expect(fixture.logOf(0).cleanedEndOffset).toBe(fixture.logOf(0).data.activeSegment?.baseOffset);
      expect(fixture.metrics.sums.get(FAILURES)).toBe(1);
      expect(fixture.errors).toHaveLength(1);

      // The next start does, and finds it right once it was put right.
      fixture.disk.corrupt(file, () => sound);
      await fixture.restart('closed');
      await fixture.passing(fixture.engine.cleanLogs());
      expect(await fixture.gauge(UNCLEANABLE)).toBe(0);
      expect(fixture.logOf(1).cleanedEndOffset).toBeGreaterThan(0);
      expect(await fixture.violations(1)).toEqual([]);
      expect(fixture.errors).toHaveLength(1);
    },
  );

  it('that was deleted is no longer counted', async () => {
    await using fixture = await CleanerFixture.start();
    await fixture.addLog();
    const file = await fixture.firstFileOf(0);
    fixture.disk.corrupt(file, (content) => flip(content, 70));
    await fixture.passing(fixture.engine.cleanLogs());
    expect(await fixture.gauge(UNCLEANABLE)).toBe(1);

    await fixture.passing(fixture.engine.deletePartition(fixture.idOf(0)));
    expect(await fixture.gauge(UNCLEANABLE)).toBe(0);
    expect(await fixture.gauge(UNCLEANABLE_BYTES)).toBe(0);
  });
});

describe('log.cleaner.io.max.bytes.per.second', () => {
  it.each([
    { threads: 1, bytesPerSecond: 20_000 },
    { threads: 1, bytesPerSecond: 60_000 },
    { threads: 3, bytesPerSecond: 20_000 },
  ])(
    'holds what is read and written to $bytesPerSecond in a second, with $threads at once',
    async ({ threads, bytesPerSecond }) => {
      await using fixture = await CleanerFixture.start({ cleaner: { threads, ioBytesPerSecond: bytesPerSecond } });
      for (let partition = 0; partition < 3; partition++) await fixture.addLog();
      const beganMs = fixture.time.nowMs();
      await fixture.passing(fixture.engine.cleanLogs(), 1);
      const seconds = (fixture.time.nowMs() - beganMs) / 1000;

      const bytes = (fixture.metrics.sums.get(READ_BYTES) ?? 0) + (fixture.metrics.sums.get(WRITTEN_BYTES) ?? 0);
      expect(bytes).toBeGreaterThan(40_000);
      // What a pass reads or writes last may be paid for no more.
      expect(seconds).toBeGreaterThan((0.85 * bytes) / bytesPerSecond);
      expect(seconds).toBeLessThan((1.5 * bytes) / bytesPerSecond);
      for (let partition = 0; partition < 3; partition++) expect(await fixture.violations(partition)).toEqual([]);
    },
  );

  it('is asked for anew for each pass', async () => {
    const cleaner = { ioBytesPerSecond: 10_000 };
    await using fixture = await CleanerFixture.start({ cleaner });
    const secondsOf = async (): Promise<number> => {
      const beganMs = fixture.time.nowMs();
      await fixture.passing(fixture.engine.cleanLogs(), 1);
      return (fixture.time.nowMs() - beganMs) / 1000;
    };
    await fixture.addLog();
    const slow = await secondsOf();
    cleaner.ioBytesPerSecond = Infinity;
    await fixture.addLog();
    expect(await secondsOf()).toBeLessThan(slow / 5);
  });
});

describe('log.cleaner.threads', () => {
  it.each([1, 3])('%d passes go on at once, each over a log of its own', async (threads) => {
    // So many bytes per second make each pass wait, so that others get their turn.
    const cleaner = { threads, ioBytesPerSecond: 100_000 };
    await using fixture = await CleanerFixture.start({ cleaner, isTransactional: true });
    for (let partition = 0; partition < 7; partition++) await fixture.addLog();
    let atOnce = 0;
    const begun = new Set<string>();
    fixture.disk.onChange = (what, path) => {
      if (what !== 'create' || !/-\d+\.log$/.test(path)) return;
      begun.add(path.slice(0, path.lastIndexOf('/')));
      const isUnderWay = (_model: unknown, partition: number) =>
        begun.has(fixture.directoryOf(partition)) && fixture.logOf(partition).cleanedEndOffset === 0;
      atOnce = Math.max(atOnce, fixture.models.filter(isUnderWay).length);
    };
    await fixture.passing(fixture.engine.cleanLogs());
    fixture.disk.onChange = () => undefined;

    expect(atOnce).toBe(threads);
    expect(fixture.metrics.counts.get(RUN_SECONDS)).toBe(7);
    for (let partition = 0; partition < 7; partition++) {
      expect(fixture.logOf(partition).cleanedEndOffset).toBeGreaterThan(0);
      expect(await fixture.violations(partition)).toEqual([]);
    }
    await fixture.restart('power loss');
    for (let partition = 0; partition < 7; partition++) expect(await fixture.violations(partition)).toEqual([]);
    expect([...fixture.errors, ...fixture.warnings]).toEqual([]);
  });
});

describe('a pass in a thread', () => {
  const ID = { topicId: 'dGhyZWFkLWNsZWFuZXItdA', partition: 0 };

  it.each(['deletion of its topic', 'end of the broker'])(
    'that waits for its share of bytes ends with the %s',
    async (what) => {
      let ioBytesPerSecond = Infinity;
      await using harness = await createLocalHarness({
        config: { cleansInThread: true },
        cleaner: () => ({ ...DEFAULT_CLEANER_SETTINGS, ioBytesPerSecond }),
      });
      const { engine, dataDir } = harness;
      const config = { ...COMPACTED, segmentBytes: 5000 };
      const log = await engine.openPartition(ID, { config, leaderEpoch: 1 });
      const fill = async (count: number): Promise<void> => {
        for (let index = 0; index < count; index++) log.append(keyedBatch(log.logEndOffset), { origin: 'client' });
        expect(await (log as OwnedLog).settled()).toBe(0);
      };
      await fill(100);
      await engine.cleanLogs();
      expect((log as OwnedLog).cleanedEndOffset).toBeGreaterThan(90);

      // What is dirty is read soon; all the rest of the pass would take minutes.
      ioBytesPerSecond = 4000;
      await fill(4);
      const cleaning = engine.cleanLogs();
      const directory = `${dataDir}/logs/${ID.topicId}-0`;
      await waitUntil(
        'the pass to write',
        () => readdirSync(directory).some((name) => name.endsWith('-2.log')),
        60_000,
      );
      const beganMs = performance.now();
      if (what === 'end of the broker') await harness.reopen();
      else await engine.deletePartition(ID);
      await cleaning;
      expect(performance.now() - beganMs).toBeLessThan(30_000);

      const again = await harness.engine.openPartition(ID, { config, leaderEpoch: 1 });
      expect(again.highWatermark).toBe(what === 'end of the broker' ? 104 : 0);
    },
  );
});

function keyedBatch(number: number): Buffer {
  const writer = new RecordBatchWriter();
  writer.append(`key-${number}`, 'v'.repeat(2000), 1_700_000_000_000);
  return writer.finish();
}
