/**
 * Random compacted logs that are cleaned, read, restarted and cleaned again, against a model of what was sent. A test is named by its seed:
 * `MILLRACE_TEST_SEED` begins elsewhere, `MILLRACE_TEST_COMPACTION_SEEDS` tries more.
 */
import { SeededRandom } from '@millrace/base';
import type { LogConfig, PartitionLog } from '@millrace/log';
import { OwnedLog } from '@millrace/log/internal';
import { CONTRACT_LOG_CONFIG } from '@millrace/testing';
import { CompactionModel, readLog } from '../../test/compaction-model.ts';
import { createLocalHarness, type LocalHarness } from '../../test/engine-harness.ts';
import { verifyDirectory } from '../inspect/verify-directory.ts';
import { DEFAULT_CLEANER_SETTINGS } from './cleaner-settings.ts';

const SEED_COUNT = Number(process.env['MILLRACE_TEST_COMPACTION_SEEDS'] ?? 24);
const FIRST_SEED = Number(process.env['MILLRACE_TEST_SEED'] ?? 1);
const SEEDS = Array.from({ length: SEED_COUNT }, (_, index) => FIRST_SEED + index);
const ID = { topicId: 'Y29tcGFjdGlvbi1mdXp6LQ', partition: 0 };
const DELETE_RETENTION_MS = 10_000;

class Run {
  readonly #random: SeededRandom;
  readonly #harness: LocalHarness;
  readonly #model: CompactionModel;
  readonly #config: LogConfig;
  readonly #deletesRecords: boolean;
  #log: PartitionLog | undefined;

  constructor(seed: number, harness: LocalHarness) {
    this.#random = new SeededRandom(seed);
    this.#harness = harness;
    this.#model = new CompactionModel({
      random: this.#random,
      keys: 1 + this.#random.nextInt(60),
      valueBytesMax: 1 + this.#random.nextInt(300),
      isTransactional: this.#random.nextInt(2) === 0,
    });
    this.#deletesRecords = seed % 2 === 0;
    this.#config = {
      ...CONTRACT_LOG_CONFIG,
      durability: this.#random.nextInt(2) === 0 ? 'fsync' : 'os',
      segmentBytes: 2000 + this.#random.nextInt(8000),
      cleanupDelete: false,
      cleanupCompact: true,
      compaction: {
        minCleanableDirtyRatio: 0,
        minCompactionLagMs: 0,
        maxCompactionLagMs: 1e12,
        deleteRetentionMs: DELETE_RETENTION_MS,
      },
    };
  }

  async run(): Promise<void> {
    await this.#open();
    for (let round = 0; round < 6; round++) {
      const appends = this.#random.nextInt(120);
      for (let index = 0; index < appends; index++) {
        const accepted = this.#model.append(this.#mustLog, this.#harness.time.nowMs());
        if (this.#random.nextInt(10) === 0) expect(await accepted.durable).toBe(0);
        if (this.#random.nextInt(20) === 0) this.#harness.time.advance(this.#random.nextInt(2000));
      }
      await Promise.all([this.#harness.engine.cleanLogs(), this.#disturb()]);
      await this.#check();
      if (this.#random.nextInt(3) === 0) {
        await this.#harness.reopen();
        await this.#open();
        await this.#check();
      }
    }
    await this.#cleanTombstones();
    await this.#harness.reopen();
    await this.#open();
    await this.#check();
    const report = await verifyDirectory({ dataDir: this.#harness.dataDir });
    expect(report.findings.filter(({ severity }) => severity === 'problem')).toEqual([]);
  }

  /** Appends and deleted records while the cleaner works. */
  async #disturb(): Promise<void> {
    const log = this.#mustLog;
    for (let steps = this.#random.nextInt(8); steps > 0; steps--) {
      for (let turns = this.#random.nextInt(20); turns > 0; turns--)
        await new Promise((resolve) => setImmediate(resolve));
      if (this.#deletesRecords && this.#random.nextInt(3) === 0) {
        const { logStartOffset, highWatermark } = log;
        await log.advanceLogStart(
          logStartOffset + this.#random.nextInt(1 + Math.floor((highWatermark - logStartOffset) / 3)),
        );
      } else {
        this.#model.append(log, this.#harness.time.nowMs());
      }
    }
  }

  async #open(): Promise<void> {
    this.#log = await this.#harness.engine.openPartition(ID, { config: this.#config, leaderEpoch: 1 });
  }

  get #mustLog(): OwnedLog {
    expect(this.#log).toBeInstanceOf(OwnedLog);
    return this.#log as OwnedLog;
  }

  async #check(): Promise<void> {
    const log = this.#mustLog;
    if (log.inFlight !== undefined) await log.inFlight;
    const maxBytes = 1 + this.#random.nextInt(20_000);
    const { logStartOffset, highWatermark: endOffset, cleanedEndOffset } = log;
    const seen = await readLog(log, 'read_uncommitted', logStartOffset, maxBytes);
    const committed = await readLog(log, 'read_committed', logStartOffset, maxBytes);
    const extent = { logStartOffset, endOffset, cleanedEndOffset };
    expect(this.#model.violations(seen, committed, extent)).toEqual([]);
    for (let tries = 0; tries < 10; tries++) {
      const from = logStartOffset + this.#random.nextInt(endOffset - logStartOffset + 1);
      const part = await readLog(log, 'read_uncommitted', from, maxBytes);
      expect(part.records).toEqual(seen.records.filter(({ offset }) => offset >= from));
      const committedPart = await readLog(log, 'read_committed', from, maxBytes);
      expect(committedPart.records).toEqual(committed.records.filter(({ offset }) => offset >= from));
    }
    for (let tries = 0; tries < 5; tries++) {
      const sample = seen.records[this.#random.nextInt(Math.max(1, seen.records.length))];
      const timestampMs = (sample?.timestampMs ?? 0) + this.#random.nextInt(3) - 1;
      const found = await log.findOffsetByTimestamp(timestampMs, 'read_uncommitted');
      const first = seen.records.find((record) => record.timestampMs >= timestampMs);
      // Markers have times of their own.
      if (first !== undefined) expect(found?.offset).toBeLessThanOrEqual(first.offset);
      if (found !== undefined && first !== undefined && found.offset < first.offset) {
        expect(seen.batches.some(({ baseOffset, isControl }) => isControl && baseOffset === found.offset)).toBe(true);
      }
    }
  }

  /** Twice, with the time of tombstones between: then the log holds the table and nothing else below the active segment. */
  async #cleanTombstones(): Promise<void> {
    const { engine, time } = this.#harness;
    const log = this.#mustLog;
    this.#model.settle(log);
    for (let round = 0; round < 4; round++) {
      // Something dirty, or nobody cleans.
      for (let index = 0; index < 60; index++) this.#model.append(log, time.nowMs());
      this.#model.settle(log);
      await log.inFlight;
      time.advance(DELETE_RETENTION_MS + 1);
      await engine.cleanLogs();
      await this.#check();
    }
    const { records } = await readLog(log, 'read_committed');
    // It was about something: most of what was sent is gone, tombstones too.
    expect(log.cleanedEndOffset).toBeGreaterThan(0);
    expect(log.data.segments.some(({ generation }) => generation > 0)).toBe(true);
    const isClean = ({ offset }: { readonly offset: number }) => offset < log.cleanedEndOffset;
    expect(records.filter(isClean).length).toBeLessThan(this.#model.endOffset / 2);
  }
}

describe('a compacted log that is cleaned', () => {
  it.each(SEEDS)(
    'keeps the last record of each key where it was, and nothing that is old (seed %d)',
    async (seed) => {
      await using harness = await createLocalHarness({
        cleaner: () => ({ ...DEFAULT_CLEANER_SETTINGS, dedupeBufferBytes: seed % 3 === 0 ? 24 * 70 : 1024 * 1024 }),
        random: new SeededRandom(seed),
      });
      await new Run(seed, harness).run();
    },
    120_000,
  );
});
