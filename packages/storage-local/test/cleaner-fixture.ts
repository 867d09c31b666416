/** An engine with compacted logs on a simulated disk, for tests in which something else happens while it cleans. */
import { SeededRandom, type Logger, type MetricsRegistry } from '@millrace/base';
import type { LogConfig, LogEngine } from '@millrace/log';
import { OwnedLog } from '@millrace/log/internal';
import { CONTRACT_LOG_CONFIG, ManualTime, waitUntil } from '@millrace/testing';
import { DEFAULT_CLEANER_SETTINGS, type CleanerSettings } from '../src/cleaner/cleaner-settings.ts';
import { createLocalLogEngine } from '../src/local-engine.ts';
import { filesOfNone, segmentFileName } from '../src/stored-partition.ts';
import { CompactionModel, readLog } from './compaction-model.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const TOPIC_ID = 'Y2xlYW5lci1maXh0dXJlLQ';

export const COMPACTED: LogConfig = {
  ...CONTRACT_LOG_CONFIG,
  segmentBytes: 2500,
  cleanupDelete: false,
  cleanupCompact: true,
  compaction: { minCleanableDirtyRatio: 0, minCompactionLagMs: 0, maxCompactionLagMs: 1e12, deleteRetentionMs: 1e9 },
};

/** Keeps the sum of each counter and histogram, and how often it was told of something. */
class Metrics implements MetricsRegistry {
  readonly sums = new Map<string, number>();
  readonly counts = new Map<string, number>();
  readonly gauges = new Map<string, () => number | Promise<number>>();
  readonly #note = (name: string) => (amount: number) => {
    this.sums.set(name, (this.sums.get(name) ?? 0) + amount);
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  };

  counter(name: string) {
    return { add: this.#note(name) };
  }

  histogram(name: string) {
    return { observe: this.#note(name) };
  }

  gauge(name: string, _help: string, read: () => number | Promise<number>): void {
    this.gauges.set(name, read);
  }

  readCounter(): void {
    // Not looked at.
  }

  gaugeFamily(): void {
    // Not looked at.
  }

  counterFamily(): void {
    // Not looked at.
  }
}

export interface Complaint {
  readonly message: string;
  readonly fields: object;
}

export interface CleanerFixtureOptions {
  readonly seed?: number;
  readonly cleaner?: Partial<CleanerSettings>;
  readonly isTransactional?: boolean;
  readonly keys?: number;
}

export class CleanerFixture implements AsyncDisposable {
  readonly time = new ManualTime();
  readonly errors: Complaint[] = [];
  readonly warnings: Complaint[] = [];
  readonly models: CompactionModel[] = [];
  readonly configs: LogConfig[] = [];
  metrics = new Metrics();
  engine: LogEngine;
  readonly #options: CleanerFixtureOptions;
  readonly #random: SeededRandom;
  disk: SimulatedDisk;

  private constructor(options: CleanerFixtureOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed ?? 1);
    this.disk = new SimulatedDisk(this.#random);
    this.engine = this.#create();
  }

  static async start(options: CleanerFixtureOptions = {}): Promise<CleanerFixture> {
    const fixture = new CleanerFixture(options);
    await fixture.engine.start();
    return fixture;
  }

  /** Another partition, with some batches in several segments. */
  async addLog(config: LogConfig = COMPACTED, batches = 40): Promise<OwnedLog> {
    const { keys = 10, isTransactional = false } = this.#options;
    const partition = this.models.length;
    this.models.push(new CompactionModel({ random: this.#random, keys, valueBytesMax: 200, isTransactional }));
    this.configs.push(config);
    const log = await this.open(partition);
    await this.fill(partition, batches);
    return log;
  }

  async open(partition: number): Promise<OwnedLog> {
    const options = { config: this.configs[partition] ?? COMPACTED, leaderEpoch: 1 };
    const log = await this.engine.openPartition(this.idOf(partition), options);
    expect(log).toBeInstanceOf(OwnedLog);
    return log as OwnedLog;
  }

  async fill(partition: number, batches: number): Promise<void> {
    const log = this.logOf(partition);
    for (let index = 0; index < batches; index++) this.modelOf(partition).append(log, this.time.nowMs());
    expect(await this.passing(log.settled())).toBe(0);
  }

  idOf(partition: number) {
    return { topicId: TOPIC_ID, partition };
  }

  logOf(partition: number): OwnedLog {
    return this.engine.getPartition(this.idOf(partition)) as OwnedLog;
  }

  modelOf(partition: number): CompactionModel {
    const model = this.models[partition];
    if (model === undefined) throw new Error(`there is no partition ${partition}`);
    return model;
  }

  directoryOf(partition: number): string {
    return `/data/logs/${TOPIC_ID}-${partition}`;
  }

  filesOf(partition: number): string[] {
    const directory = `${this.directoryOf(partition)}/`;
    return this.disk
      .paths()
      .filter((path) => path.startsWith(directory))
      .map((path) => path.slice(directory.length));
  }

  /** The file of the first segment, once all of that is in it. */
  async firstFileOf(partition: number): Promise<string> {
    const [segment] = this.logOf(partition).data.segments;
    if (segment === undefined) throw new Error(`partition ${partition} is empty`);
    const path = `${this.directoryOf(partition)}/${segmentFileName(segment)}`;
    const isThere = () => this.disk.paths().includes(path) && this.disk.contentOf(path).length >= segment.sizeBytes;
    await this.passing(waitUntil(path, isThere));
    return path;
  }

  strayFilesOf(partition: number): string[] {
    return filesOfNone(this.filesOf(partition), this.logOf(partition).data.segments);
  }

  /** Lets time go on until `work` is done. */
  async passing<T>(work: Promise<T>, stepMs = 10): Promise<T> {
    let isDone = false;
    const done = work.finally(() => (isDone = true));
    done.catch(() => undefined);
    for (let turns = 0; !isDone; turns++) {
      if (turns % 10 === 9) this.time.advance(stepMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return done;
  }

  /** Calls `action` before the n-th change of the cleaner's in that partition's directory; says whether it came to that. */
  async cleanWith(partition: number, n: number, action: () => void): Promise<boolean> {
    const directory = this.directoryOf(partition);
    let seen = 0;
    let isCalled = false;
    this.disk.onChange = (_what, path) => {
      if (!path.startsWith(directory) || isCalled || seen++ < n) return;
      isCalled = true;
      action();
    };
    await this.passing(this.engine.cleanLogs());
    this.disk.onChange = () => undefined;
    return isCalled;
  }

  /** Every rule that does not hold of the log as it is. */
  async violations(partition: number): Promise<string[]> {
    const log = this.logOf(partition);
    const { logStartOffset, highWatermark: endOffset, cleanedEndOffset } = log;
    const seen = await this.passing(readLog(log, 'read_uncommitted'));
    const committed = await this.passing(readLog(log, 'read_committed'));
    // A pass that was ended may have come farther than it could say.
    const touchedEndOffset = log.data.activeSegment?.baseOffset ?? 0;
    const extent = { logStartOffset, endOffset, cleanedEndOffset, touchedEndOffset };
    return this.modelOf(partition).violations(seen, committed, extent);
  }

  /** Starts the engine again: after an orderly end, or on what a crash leaves. */
  async restart(how: 'closed' | 'kill' | 'power loss', repair = false): Promise<void> {
    if (how === 'closed') await this.passing(this.engine.close());
    else this.disk = this.disk.crash(how);
    this.metrics = new Metrics();
    this.engine = this.#create(repair);
    await this.engine.start();
    for (const partition of this.models.keys()) await this.passing(this.open(partition));
  }

  gauge(name: string): number | Promise<number> {
    return this.metrics.gauges.get(name)?.() ?? NaN;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.passing(this.engine.close());
  }

  #create(repair = false): LogEngine {
    const note =
      (into: Complaint[]) =>
      (message: string, fields: object = {}) =>
        void into.push({ message, fields });
    const logger: Logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: note(this.warnings),
      error: note(this.errors),
      child: () => logger,
    };
    return createLocalLogEngine({
      dataDir: '/data',
      fileSystem: this.disk,
      clock: this.time,
      timers: this.time,
      random: this.#random,
      logger,
      metrics: this.metrics,
      topicName: () => 'table',
      cleaner: () => ({ ...DEFAULT_CLEANER_SETTINGS, backoffMs: 1e9, ...this.#options.cleaner }),
      config: {
        journalFileBytes: 256 * 1024,
        journalGroupBytes: 16 * 1024,
        flushBytes: 1500,
        flushAfterMs: 1000,
        tailCacheBytes: 64 * 1024,
        tailSlabBytes: 4096,
        checkpointIntervalMs: 2000,
        retentionCheckIntervalMs: 1e9,
        ballastBytes: 4096,
        repair,
      },
    });
  }
}
