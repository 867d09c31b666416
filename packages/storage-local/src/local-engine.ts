/**
 * The embedded engine: partition logs in a directory of one machine.
 *
 * Owns: the life cycle, which partitions exist, and the parts that make them durable (journal, segments, checkpoints).
 * Invariants: one engine per directory (lock); what `start` finds is what was acknowledged; a failed sync or write ends the engine: nothing
 *   is acknowledged after it, and the process has to stop and recover from disk.
 * Bounds: see {@link LocalLogEngineConfig}.
 */
import {
  assert,
  assertDefined,
  messageOf,
  MillraceError,
  noMetrics,
  systemRandom,
  uuidBytes,
  type Clock,
  type Histogram,
  type Logger,
  type MetricsRegistry,
  type Random,
  type Timer,
  type Timers,
} from '@millrace/base';
import type {
  Durability,
  LogEngine,
  LogEngineStats,
  OpenPartitionOptions,
  PartitionId,
  PartitionLog,
} from '@millrace/log';
import {
  EMPTY_LOG,
  OwnedLog,
  TailSlabs,
  type CommitGroup,
  type LogContext,
  type LogSnapshot,
  type Segment,
  type TailHolder,
} from '@millrace/log/internal';
import { Ballast } from './ballast.ts';
import { ByteWriter } from './byte-codec.ts';
import { checkpointFileName } from './checkpoint-file.ts';
import { CatchUpPace } from './catch-up-pace.ts';
import { Checkpointer } from './checkpointer.ts';
import { InlineCleanRunner } from './cleaner/clean-runner.ts';
import { ThreadCleanRunner } from './cleaner/clean-thread.ts';
import { DEFAULT_CLEANER_SETTINGS, type CleanerSettings } from './cleaner/cleaner-settings.ts';
import { LogCleaner } from './cleaner/log-cleaner.ts';
import { ReplacedFiles } from './cleaner/replaced-files.ts';
import { SegmentSwap } from './cleaner/segment-swap.ts';
import { directoryUnusable, identifyDirectory, layoutOf, type DataLayout } from './data-directory.ts';
import { DirectWriter } from './direct-writer.ts';
import { lockDataDirectory, type DirectoryLock } from './directory-lock.ts';
import { errorCodeOf, isOutOfSpace, type FileSystem } from './file-system.ts';
import { Flusher } from './flusher.ts';
import { fileNumbersOf, journalFileName, JournalFiles } from './journal-files.ts';
import { EntryKind } from './journal-format.ts';
import { JournalMarks } from './journal-marks.ts';
import { JournalParking } from './journal-parking.ts';
import { JournalWriter } from './journal.ts';
import { LocalJournal } from './local-journal.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { openFilesMaxOf } from './open-files.ts';
import { encodePartitionState, PARTITION_KEY_BYTES } from './partition-state.ts';
import { recover, type Recovered } from './recovery.ts';
import { SegmentFiles } from './segment-files.ts';
import {
  DELETED_SUFFIX,
  removeSetAside,
  removeStrayFiles,
  SegmentRemovals,
  setStraysAside,
} from './segment-removals.ts';
import { StoredPartition } from './stored-partition.ts';

const MIB = 1024 * 1024;
const FIRST_MAINTENANCE_MS = 1_000;
const MAINTENANCE_MS = 10_000;
/** Partitions looked at in one turn of the event loop. */
const RETENTION_SLICE = 256;
/** Of the journal that a start may have to read, a checkpoint leaves this part … */
const REPLAY_KEPT_SHARE = 2;
/** … and the next one begins after so much more. The rest is for what is written while it is made. */
const REPLAY_STEP_SHARE = 4;
/** More than the state of a new partition takes. */
const STATE_BYTES_GUESS = 256;

export interface LocalLogEngineConfig {
  /** Memory for the ends of logs. Default 32 MiB. */
  readonly tailCacheBytes: number;
  /** Memory for records read ahead of consumers, in chunks of 2 MiB. Default 16 MiB. */
  readonly readAheadBytes: number;
  /** Reads from segments give way to appends, see `catch-up-pace.ts`. Needs timers that run by themselves. */
  readonly pacesCatchUp: boolean;
  /** Compacted logs are cleaned in a thread of their own, not between other work. Not on another disk than the machine's. */
  readonly cleansInThread: boolean;
  /** Memory for indexes of sealed segments. Default 32 MiB. */
  readonly segmentIndexBytes: number;
  /** Size to which pieces of tail memory grow. Default 1 MiB. */
  readonly tailSlabBytes: number;
  /** Size of a journal file. Default 64 MiB. */
  readonly journalFileBytes: number;
  /** A journal group is closed at this size. Default 4 MiB. */
  readonly journalGroupBytes: number;
  /** A segment is written once a log has so much that it lacks … Default 256 KiB. */
  readonly flushBytes: number;
  /** … or its oldest part is so old. Default 5 s. */
  readonly flushAfterMs: number;
  /** Longest time between checkpoints while anything is written. Default 60 s. */
  readonly checkpointIntervalMs: number;
  /** `log.retention.check.interval.ms`. Default 5 minutes. */
  readonly retentionCheckIntervalMs: number;
  /** `producer.id.expiration.ms`. Default 1 day. */
  readonly producerIdExpirationMs: number;
  /** Segment files kept open. Default: what `open-files.ts` finds that the process can spare. */
  readonly openFilesMax: number;
  /** Bytes to give up when the disk is full. Default 4 MiB. */
  readonly ballastBytes: number;
  /** `--repair`: cut damage out of the journal, log what is lost, and start. Default false. */
  readonly repair: boolean;
}

const DEFAULTS: Omit<LocalLogEngineConfig, 'openFilesMax'> = {
  tailCacheBytes: 32 * MIB,
  readAheadBytes: 16 * MIB,
  pacesCatchUp: false,
  cleansInThread: false,
  segmentIndexBytes: 32 * MIB,
  tailSlabBytes: MIB,
  journalFileBytes: 64 * MIB,
  journalGroupBytes: 4 * MIB,
  flushBytes: 256 * 1024,
  flushAfterMs: 5_000,
  checkpointIntervalMs: 60_000,
  retentionCheckIntervalMs: 300_000,
  producerIdExpirationMs: 86_400_000,
  ballastBytes: 4 * MIB,
  repair: false,
};

export interface LocalLogEngineOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly metrics?: MetricsRegistry;
  readonly random?: Random;
  readonly config?: Partial<LocalLogEngineConfig>;
  /** Names of topics, for what is said of a repair. */
  readonly topicName?: (topicId: string) => string | undefined;
  /** A lock on the directory that the caller holds; without it the engine takes one of its own. */
  readonly lock?: DirectoryLock;
  /** How compacted logs are cleaned, asked for each pass. */
  readonly cleaner?: () => CleanerSettings;
  /** Another disk than the machine's; no lock is taken then. */
  readonly fileSystem?: FileSystem;
  /** Runs a callback once the current round of events was handled. Default `setImmediate`. */
  readonly nextTurn?: (callback: () => void) => void;
}

/** An engine over the directory; call `start` before anything else. */
export function createLocalLogEngine(options: LocalLogEngineOptions): LogEngine {
  return new LocalLogEngine(options);
}

const LATENCY_BUCKETS_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

const GROUP_BYTES_BUCKETS = [1, 4, 16, 64, 256, 1_024, 4_096].map((kibibytes) => kibibytes * 1024);
const GROUP_ENTRIES_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 4_096];

/** What exists between `start` and `close`. */
interface Running {
  readonly lock: DirectoryLock | undefined;
  readonly journalFiles: JournalFiles;
  readonly writer: JournalWriter;
  readonly direct: DirectWriter;
  readonly checkpointer: Checkpointer;
  readonly ballast: Ballast;
  /** Ends the removal of what is left of deleted partitions. */
  readonly tidyingEnd: AbortController;
}

class LocalLogEngine implements LogEngine {
  readonly #options: LocalLogEngineOptions;
  readonly #config: LocalLogEngineConfig;
  readonly #fileSystem: FileSystem;
  readonly #layout: DataLayout;
  readonly #nextTurn: (callback: () => void) => void;
  readonly #latency: Histogram;
  readonly #groupBytes: Histogram;
  readonly #groupEntries: Histogram;
  readonly #fatalListeners: ((error: Error) => void)[] = [];

  readonly #slabs: TailSlabs;
  readonly #parking: JournalParking;
  readonly #files: SegmentFiles;
  readonly #flusher: Flusher;
  readonly #journal: LocalJournal;
  readonly #context: LogContext;
  readonly #byLog = new WeakMap<OwnedLog, StoredPartition>();
  readonly #byHolder = new WeakMap<TailHolder, StoredPartition>();
  #partitions = new Map<string, StoredPartition>();
  readonly #creating = new Map<string, Promise<StoredPartition>>();
  readonly #deleting = new Map<string, Promise<void>>();
  readonly #removals: SegmentRemovals;
  readonly #replaced: ReplacedFiles;
  readonly #cleaner: LogCleaner;

  #running: Running | undefined;
  readonly #timers = new Map<string, Timer>();
  #tidying: Promise<void> = Promise.resolve();
  /** Repeated actions that are under way. */
  readonly #acting = new Set<Promise<unknown>>();
  #isClosing = false;
  #fatal: MillraceError | undefined;

  constructor(options: LocalLogEngineOptions) {
    const { clock, timers, logger, metrics = noMetrics } = options;
    const config = { ...DEFAULTS, openFilesMax: openFilesMaxOf(), ...options.config };
    this.#options = options;
    this.#config = config;
    this.#fileSystem = options.fileSystem ?? nodeFileSystem;
    this.#slabs = new TailSlabs(config.tailSlabBytes);
    this.#parking = new JournalParking(this.#fileSystem);
    this.#layout = layoutOf(options.dataDir);
    this.#nextTurn = options.nextTurn ?? ((callback) => void setImmediate(callback));
    const onFailure = (error: unknown): void => this.#fail(error);
    const partitionOf = (log: OwnedLog): StoredPartition => assertDefined(this.#byLog.get(log), 'the stored partition');
    this.#files = new SegmentFiles({
      fileSystem: this.#fileSystem,
      logsDirectory: this.#layout.logs,
      logger,
      pace: config.pacesCatchUp ? new CatchUpPace({ clock, timers }) : undefined,
      openFilesMax: config.openFilesMax,
      readAheadBytes: config.readAheadBytes,
      indexBytes: config.segmentIndexBytes,
      partitionOf,
      onCommitted: (partition) => this.#flusher.noteCommitted(partition),
      onDiscarded: (partition, segments) => this.#discard(partition, segments),
      onReplaced: (partition, segments) => this.#keepReplaced(partition, segments),
    });
    this.#flusher = new Flusher({
      clock,
      timers,
      logger,
      slabs: this.#slabs,
      files: this.#files,
      flushBytes: config.flushBytes,
      flushAfterMs: config.flushAfterMs,
      tailBytesMax: config.tailCacheBytes,
      tidy: (partition) => this.#tidy(partition),
      partitionOfHolder: (holder) => this.#byHolder.get(holder),
      onFailure,
    });
    this.#journal = new LocalJournal({
      partitionOf,
      isExhausted: () => this.#flusher.isExhausted,
      changeDurability: (partition, durability) => this.#changeDurability(partition, durability),
    });
    this.#removals = new SegmentRemovals({ files: this.#files, timers, logger });
    this.#replaced = new ReplacedFiles({
      clock,
      remove: (partition, segments, delayMs) => this.#remove(partition, segments, delayMs),
    });
    this.#context = {
      clock,
      logger,
      slabs: this.#slabs,
      journal: this.#journal,
      segmentStore: this.#files,
      producerIdExpirationMs: config.producerIdExpirationMs,
    };
    this.#cleaner = this.#createCleaner(metrics);
    const latencyHelp = 'Time from handing a journal group to the disk until it was durable';
    this.#latency = metrics.histogram('millrace_journal_write_seconds', latencyHelp, LATENCY_BUCKETS_SECONDS);
    this.#groupBytes = metrics.histogram('millrace_journal_group_bytes', 'Size of journal groups', GROUP_BYTES_BUCKETS);
    this.#groupEntries = metrics.histogram(
      'millrace_journal_group_entries',
      'Entries of journal groups: appends that shared one sync, most of them batches',
      GROUP_ENTRIES_BUCKETS,
    );
    metrics.gauge('millrace_disk_full', '1 while appends are refused because the disk has no room, else 0', () =>
      Number(this.#isDiskFull),
    );
  }

  async start(): Promise<void> {
    assert(this.#running === undefined, 'the engine is started already');
    const { dataDir, fileSystem, lock } = this.#options;
    const ownLock = lock !== undefined || fileSystem !== undefined ? undefined : lockDataDirectory(dataDir);
    try {
      this.#isClosing = false;
      await this.#recoverAndRun(ownLock);
    } catch (error) {
      for (const partition of this.#partitions.values()) partition.log.data.dropAll();
      this.#partitions.clear();
      await this.#parking.close();
      await this.#files.close();
      ownLock?.release();
      throw MillraceError.is(error) || errorCodeOf(error) === '' ? error : directoryUnusable(dataDir, error);
    }
  }

  async openPartition(id: PartitionId, options: OpenPartitionOptions): Promise<PartitionLog> {
    const key = keyOf(id);
    await this.#deleting.get(key);
    const { durability } = options.config;
    const partition = this.#partitions.get(key) ?? (await (this.#creating.get(key) ?? this.#create(id, durability)));
    // The next start would take what such files hold for the log's; those of others go before something is written beside them.
    if (partition.durability === 'os' && partition.mayHaveStrays) await partition.work(() => this.#tidy(partition));
    if (partition.durability !== durability) await this.#changeDurability(partition, durability);
    partition.log.open(options.config, options.leaderEpoch);
    return partition.log;
  }

  getPartition(id: PartitionId): PartitionLog | undefined {
    const log = this.#partitions.get(keyOf(id))?.log;
    return log?.isOpen === true ? log : undefined;
  }

  async closePartition(id: PartitionId): Promise<void> {
    const log = this.#partitions.get(keyOf(id))?.log;
    if (log === undefined) return;
    log.shut();
    await log.settled();
  }

  async deletePartition(id: PartitionId): Promise<void> {
    const key = keyOf(id);
    await this.#creating.get(key);
    const partition = this.#partitions.get(key);
    if (partition === undefined) return this.#deleting.get(key);
    this.#partitions.delete(key);
    const deleting = this.#delete(partition).finally(() => this.#deleting.delete(key));
    this.#deleting.set(key, deleting);
    return deleting;
  }

  *partitions(): Iterable<PartitionLog> {
    for (const { log } of this.#partitions.values()) if (log.isOpen) yield log;
  }

  *storedPartitions(): Iterable<PartitionId> {
    for (const { log } of this.#partitions.values()) yield log.id;
  }

  async enforceRetention(): Promise<void> {
    const enforce = async ({ log }: StoredPartition): Promise<void> => {
      try {
        await log.enforceRetention();
      } catch (error) {
        const fields = { partition: log.name, error: messageOf(error) };
        this.#options.logger.warn('retention could not be enforced; it is tried again', fields);
      }
    };
    // Ten thousand at once would hold the event loop.
    const partitions = [...this.#partitions.values()];
    for (let start = 0; start < partitions.length; start += RETENTION_SLICE) {
      if (start > 0) await new Promise<void>((resolve) => this.#nextTurn(resolve));
      await Promise.all(partitions.slice(start, start + RETENTION_SLICE).map(enforce));
    }
  }

  cleanLogs(): Promise<void> {
    return this.#cleaner.cleanAll();
  }

  waitForRoom(): Promise<void> | undefined {
    // On a full disk appends are refused, and nobody is to wait for that.
    if (this.#isDiskFull) return undefined;
    return this.#flusher.waitForRoom();
  }

  stats(): LogEngineStats {
    const writer = this.#running?.writer;
    return {
      journalSyncs: writer?.syncs ?? 0,
      journalBytes: writer?.bytes ?? 0,
      journalEntries: writer?.entries ?? 0,
      tailCacheBytes: this.#slabs.heldBytes + this.#slabs.freeBytes,
      readAheadBytes: this.#files.readAheadBytes,
      segmentIndexBytes: this.#files.indexBytes,
    };
  }

  onFatal(listener: (error: Error) => void): void {
    this.#fatalListeners.push(listener);
  }

  async close(): Promise<void> {
    const running = this.#running;
    if (running === undefined || this.#isClosing) return;
    this.#isClosing = true;
    for (const timer of this.#timers.values()) timer.cancel();
    running.tidyingEnd.abort();
    await this.#tidying;
    const cleanerEnds = this.#cleaner.stop();
    for (const { log } of this.#partitions.values()) log.shut();
    // On a full disk what waits for room is given up: nobody was told that it is durable.
    const isStuck = this.#isDiskFull;
    if (isStuck) stopWriting(running);
    await cleanerEnds;
    await Promise.all(this.#acting);
    await Promise.allSettled(this.#deleting.values());
    for (const { log } of this.#partitions.values()) await log.settled();
    await running.checkpointer.stop();
    if (this.#fatal === undefined && !isStuck && (await running.checkpointer.run(true))) {
      await Promise.all([...this.#partitions.values()].map((partition) => this.#files.writeActiveIndex(partition)));
    }
    this.#flusher.stop();
    await running.writer.drained();
    this.#replaced.forget();
    await this.#removals.finish();
    await running.journalFiles.close();
    await this.#files.close();
    for (const partition of this.#partitions.values()) {
      await partition.work(() => Promise.resolve(partition.log.data.dropAll()).then(() => undefined));
    }
    running.writer.retireLane();
    running.direct.retireLane();
    this.#partitions.clear();
    await this.#parking.close();
    this.#running = undefined;
    running.lock?.release();
  }

  async #recoverAndRun(ownLock: DirectoryLock | undefined): Promise<void> {
    const { clock, logger, random = systemRandom } = this.#options;
    const { root, journal, logs, checkpoints } = this.#layout;
    const startedMs = clock.monotonicMs();
    await this.#fileSystem.makeDirectory(root);
    const { journalId } = await identifyDirectory(this.#fileSystem, root, random);
    for (const directory of [journal, logs, checkpoints]) await this.#fileSystem.makeDirectory(directory);
    await this.#fileSystem.syncDirectory(root);

    this.#removals.ignore();
    const marks = new JournalMarks(this.#replayBytes / REPLAY_KEPT_SHARE);
    const recovered = await recover({
      fileSystem: this.#fileSystem,
      layout: this.#layout,
      journalId,
      clock,
      logger,
      slabs: this.#slabs,
      repair: this.#config.repair,
      topicName: this.#options.topicName,
      createPartition: (id, durability, snapshot) => this.#register(id, durability, snapshot),
      marks,
      parking: this.#parking,
      nextTurn: this.#nextTurn,
    });
    this.#partitions = new Map(recovered.partitions);
    this.#removals.begin();
    await setStraysAside(this.#fileSystem, logs, this.#partitions);

    const running = this.#assemble(recovered, journalId, marks, ownLock);
    const oldFiles = recovered.repaired === undefined ? [] : fileNumbersOf(recovered.journalFiles);
    const filesState =
      recovered.repaired === undefined
        ? recovered.journalFiles
        : { older: [], unused: [], nextNumber: Math.max(0, ...oldFiles) + 1 };
    await running.journalFiles.start(filesState);
    this.#running = running;
    this.#journal.attach(running.writer, running.direct);
    await this.#beginSession(running, recovered, oldFiles);
    this.#flusher.start();
    running.checkpointer.start();
    this.#cleaner.start();
    this.#repeat('retention', this.#config.retentionCheckIntervalMs, () => this.enforceRetention());
    this.#repeat('maintenance', FIRST_MAINTENANCE_MS, () => this.#maintain(running));
    this.#tidying = removeSetAside(this.#fileSystem, logs, logger, running.tidyingEnd.signal).then(() =>
      this.#tidyAll(running.tidyingEnd.signal),
    );
    logger.info('storage is ready', {
      partitions: this.#partitions.size,
      replayedGroups: recovered.replayedGroups,
      ...(recovered.isNew ? { isNew: true } : { isClean: recovered.isClean }),
      tookMs: Math.round(clock.monotonicMs() - startedMs),
    });
  }

  #assemble(recovered: Recovered, journalId: Buffer, marks: JournalMarks, lock: DirectoryLock | undefined): Running {
    const { clock, timers, logger } = this.#options;
    const config = this.#config;
    const fileSystem = this.#fileSystem;
    const nextTurn = this.#nextTurn;
    const onFailure = (error: unknown): void => this.#fail(error);
    const ballast = new Ballast(fileSystem, this.#layout.ballast, config.ballastBytes);
    const journalFiles = new JournalFiles({
      fileSystem,
      directory: this.#layout.journal,
      fileBytes: config.journalFileBytes,
      marks,
      timers,
      logger,
      onFailure,
    });
    const giveUpBallast = async (): Promise<boolean> => {
      // Those who wait for memory would wait for the disk.
      this.#flusher.endWaiting();
      try {
        const isGivenUp = await ballast.giveUp();
        if (isGivenUp) journalFiles.retryNow();
        return isGivenUp;
      } catch (error) {
        onFailure(error);
        return false;
      }
    };
    const writer = new JournalWriter({
      clock,
      timers,
      logger,
      latency: this.#latency,
      groupBytes: this.#groupBytes,
      groupEntries: this.#groupEntries,
      nextTurn,
      slabs: this.#slabs,
      files: journalFiles,
      journalId,
      nextLsn: recovered.nextLsn,
      groupBytesMax: config.journalGroupBytes,
      onStarved: giveUpBallast,
      onFailure,
    });
    const direct = new DirectWriter({
      clock,
      timers,
      logger,
      nextTurn,
      slabs: this.#slabs,
      files: this.#files,
      onFailure,
    });
    const checkpointer = new Checkpointer({
      fileSystem,
      directory: this.#layout.checkpoints,
      clock,
      timers,
      logger,
      nextTurn,
      partitions: () => this.#partitions.values(),
      writer,
      journalFiles,
      marks,
      stepBytes: this.#replayBytes / REPLAY_STEP_SHARE,
      flusher: this.#flusher,
      ballast,
      intervalMs: config.checkpointIntervalMs,
      nextNumber: recovered.nextCheckpointNumber,
      replayLsn: recovered.replayLsn,
      onFailure,
      onBegin: () => this.#replaced.checkpointBegins(),
    });
    return { lock, journalFiles, writer, direct, checkpointer, ballast, tidyingEnd: new AbortController() };
  }

  get #isDiskFull(): boolean {
    const running = this.#running;
    return running !== undefined && (running.journalFiles.isFull || running.direct.isStalled);
  }

  /** Journal that a start should have to read at most. More of it costs time at a start, less of it more syncs of segments. */
  get #replayBytes(): number {
    return 2 * this.#config.journalFileBytes;
  }

  /** The first group of this process; with it anything that recovery had to cut is made known for good. */
  async #beginSession(running: Running, recovered: Recovered, oldFiles: readonly number[]): Promise<void> {
    const { writer, checkpointer } = running;
    writer.append(EntryKind.session, 0, Buffer.alloc(PARTITION_KEY_BYTES), 0, undefined);
    if (recovered.repaired !== undefined) {
      for (const partition of this.#partitions.values()) await this.#flusher.flushAndSync(partition);
    }
    for (const partition of recovered.truncated) {
      partition.log.raiseEpoch(partition.log.leaderEpoch + 1);
      this.#appendState(writer, partition);
    }
    if (((await writer.inFlight) ?? 0) !== 0) throw assertDefined(this.#fatal, 'the reason for the failure');
    const { journal, checkpoints } = this.#layout;
    if (oldFiles.length > 0 && (await checkpointer.run(false))) {
      for (const number of oldFiles) await this.#fileSystem.remove(`${journal}/${journalFileName(number)}`);
    }
    for (const number of recovered.brokenCheckpoints) {
      await this.#fileSystem.remove(`${checkpoints}/${checkpointFileName(number)}`);
    }
  }

  #createCleaner(metrics: MetricsRegistry): LogCleaner {
    const { clock, timers, logger, random = systemRandom, topicName, cleaner } = this.#options;
    const fileSystem = this.#fileSystem;
    const nextTurn = this.#nextTurn;
    const inThread = this.#config.cleansInThread && fileSystem === nodeFileSystem;
    return new LogCleaner({
      clock,
      timers,
      logger,
      metrics,
      random,
      nextTurn,
      topicName,
      settings: cleaner ?? (() => DEFAULT_CLEANER_SETTINGS),
      partitions: () => this.#partitions.values(),
      runner: inThread ? new ThreadCleanRunner() : new InlineCleanRunner({ fileSystem, timers, nextTurn }),
      swap: new SegmentSwap({
        fileSystem,
        files: this.#files,
        writer: () => this.#mustRun().writer,
        appendState: (writer, partition) => this.#appendState(writer, partition),
        noRoom: (partition) => this.#noRoom(partition),
        notDurable: (partition) => this.#fatal ?? this.#noRoom(partition),
      }),
      settle: async (partition) => {
        if (partition.mayHaveStrays) await partition.work(() => this.#tidy(partition));
        const active = partition.log.data.activeSegment;
        const isSynced = active === undefined || partition.syncedEndOffset >= active.baseOffset;
        if (!isSynced || partition.log.ledger.aborted.count > 0) await this.#flusher.flushAndSync(partition);
      },
      loadAborted: (partition, segment) => this.#files.loadAborted(partition.log, segment),
      tidy: (partition) => {
        partition.mayHaveStrays = true;
        return partition.work(() => this.#tidy(partition));
      },
      onFailure: (error) => this.#fail(error),
    });
  }

  #register(id: PartitionId, durability: Durability, snapshot: LogSnapshot): StoredPartition {
    const log = new OwnedLog({ topicId: id.topicId, partition: id.partition }, this.#context, snapshot);
    const partition = new StoredPartition(log, this.#layout.logs, durability);
    this.#byLog.set(log, partition);
    this.#byHolder.set(log.data, partition);
    return partition;
  }

  #create(id: PartitionId, durability: Durability): Promise<StoredPartition> {
    // Files and journal hold the bytes of the id; another spelling of them would be another partition until the next start.
    const isCanonical = uuidBytes(id.topicId).toString('base64url') === id.topicId;
    assert(isCanonical && id.partition >= 0, `"${keyOf(id)}" does not name a partition`);
    const key = keyOf(id);
    const creating = this.#journalNew(this.#register(id, durability, EMPTY_LOG)).finally(() =>
      this.#creating.delete(key),
    );
    this.#creating.set(key, creating);
    return creating;
  }

  async #journalNew(partition: StoredPartition): Promise<StoredPartition> {
    const { writer } = this.#mustRun();
    if (!writer.hasRoomFor(STATE_BYTES_GUESS)) throw this.#noRoom(partition);
    const group = this.#appendState(writer, partition);
    // Known to checkpoints from here on: one that is made before the group is durable waits for it.
    this.#partitions.set(partition.log.name, partition);
    if ((await group.durable) !== 0) {
      this.#partitions.delete(partition.log.name);
      throw this.#fatal ?? this.#noRoom(partition);
    }
    return partition;
  }

  #appendState(writer: JournalWriter, partition: StoredPartition): CommitGroup {
    const bytes = new ByteWriter();
    encodePartitionState(bytes, partition.state(writer.openLsn, false));
    return writer.append(EntryKind.state, 0, partition.key, 0, bytes.bytes).group;
  }

  async #delete(partition: StoredPartition): Promise<void> {
    const { writer } = this.#mustRun();
    const { log } = partition;
    log.shut();
    await log.settled();
    const { group } = writer.append(EntryKind.deleted, 0, partition.key, 0, undefined);
    if ((await group.durable) !== 0) throw this.#fatal ?? this.#noRoom(partition);
    partition.isDeleted = true;
    this.#flusher.forget(partition);
    await this.#cleaner.giveUp(partition);
    await partition.work(async () => {
      this.#files.forget(partition);
      log.data.dropAll();
      // The name is free at once, whatever time removing takes.
      const doomed = `${partition.directory}.${group.lsn}${DELETED_SUFFIX}`;
      try {
        await this.#fileSystem.rename(partition.directory, doomed);
      } catch (error) {
        if (errorCodeOf(error) !== 'ENOENT') throw error;
        return;
      }
      this.#removals.removeDirectory(this.#fileSystem, doomed);
    });
  }

  /** Everything that the partition has is synced, so that either way of appending can go on from there. */
  async #changeDurability(partition: StoredPartition, durability: Durability): Promise<void> {
    const { writer, direct } = this.#mustRun();
    const { log } = partition;
    log.pause();
    try {
      if ((await log.settled()) !== 0) throw this.#fatal ?? this.#noRoom(partition);
      await this.#flusher.flushAndSync(partition);
      await partition.work(() => this.#tidy(partition));
      writer.retireLane();
      direct.retireLane();
      partition.durability = durability;
      const group = this.#appendState(writer, partition);
      if ((await group.durable) !== 0) throw this.#fatal ?? this.#noRoom(partition);
    } catch (error) {
      if (!MillraceError.is(error) && !isOutOfSpace(error)) this.#fail(error);
      throw error;
    } finally {
      log.resume();
    }
  }

  #discard(partition: StoredPartition, segments: readonly Segment[]): void {
    this.#remove(partition, segments, partition.log.isOpen ? partition.log.config.fileDeleteDelayMs : 0);
  }

  #keepReplaced(partition: StoredPartition, segments: readonly Segment[]): void {
    if (this.#running?.journalFiles.isFull === true) this.#remove(partition, segments, 0);
    else this.#replaced.keep(partition, segments, partition.log.isOpen ? partition.log.config.fileDeleteDelayMs : 0);
  }

  #remove(partition: StoredPartition, segments: readonly Segment[], delayMs: number): void {
    if (partition.isDeleted || segments.length === 0) return;
    const isShort = this.#running?.journalFiles.isFull === true;
    this.#removals.removeSegments(partition, segments, isShort ? 0 : delayMs, () => {
      if (isShort) this.#running?.journalFiles.retryNow();
    });
  }

  async #maintain(running: Running): Promise<void> {
    this.#timers.get('maintenance')?.cancel();
    this.#repeat('maintenance', MAINTENANCE_MS, () => this.#maintain(running));
    if (running.journalFiles.isFull) this.#replaced.releaseAll();
    if (running.journalFiles.isFull || this.#fatal !== undefined) return;
    await running.ballast.ensure();
  }

  async #tidy(partition: StoredPartition): Promise<void> {
    // What was replaced is not the journal's yet: until then it belongs here.
    if (!partition.mayHaveStrays || partition.isDeleted || partition.swapsUnderWay > 0) return;
    await removeStrayFiles(this.#fileSystem, partition);
    partition.mayHaveStrays = false;
  }

  /** One partition after the other: what a crash left in directories that nothing is written to. */
  async #tidyAll(signal: AbortSignal): Promise<void> {
    for (const partition of [...this.#partitions.values()]) {
      if (signal.aborted || this.#fatal !== undefined) return;
      if (!partition.mayHaveStrays) continue;
      try {
        await partition.work(() => this.#tidy(partition));
      } catch (error) {
        const fields = { partition: partition.log.name, error: messageOf(error) };
        this.#options.logger.warn('files that a crash left could not be removed; it is tried again', fields);
      }
    }
  }

  #repeat(name: string, intervalMs: number, action: () => Promise<void>): void {
    const timer = this.#options.timers.schedule(intervalMs, () => {
      if (this.#isClosing) return;
      this.#repeat(name, intervalMs, action);
      const acting = action().catch((error: unknown) => this.#options.logger.warn(`${name} failed`, { error }));
      this.#acting.add(acting);
      void acting.finally(() => this.#acting.delete(acting));
    });
    this.#timers.set(name, timer);
  }

  #fail(error: unknown): void {
    if (this.#fatal !== undefined) return;
    const { dataDir, logger } = this.#options;
    this.#fatal = new MillraceError(
      'MILLRACE_STORAGE_FAILED',
      `storage in ${dataDir} failed: ${messageOf(error)}; nothing more is acknowledged; ` +
        'look after the disk and restart the broker, which then recovers what is on it',
      { details: { dataDir, code: errorCodeOf(error) }, cause: error },
    );
    logger.error(this.#fatal.message, { error });
    if (this.#running !== undefined) stopWriting(this.#running);
    this.#flusher.stop();
    for (const listener of this.#fatalListeners) listener(this.#fatal);
  }

  #mustRun(): Running {
    if (this.#fatal !== undefined) throw this.#fatal;
    return assertDefined(this.#isClosing ? undefined : this.#running, 'a started engine');
  }

  #noRoom(partition: StoredPartition): MillraceError {
    return new MillraceError(
      'MILLRACE_STORAGE_FULL',
      `cannot write partition ${partition.log.name}: the disk of ${this.#options.dataDir} is full; free some space`,
      { retriable: true, details: { dataDir: this.#options.dataDir } },
    );
  }
}

function stopWriting(running: Running): void {
  running.writer.fail();
  running.direct.fail();
}

function keyOf(id: PartitionId): string {
  return `${id.topicId}-${id.partition}`;
}
