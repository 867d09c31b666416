/**
 * One workload on a simulated disk, with the disk and what clients know kept at every change of the disk: places to cut it off.
 *
 * Owns: the workload (appends, retries, transactions, deleted records, retention, durability changes, a partition made again, a full disk,
 *   checkpoints, a clean end) and the model of each partition. The same seed gives the same history.
 * Not here: what must be there after a crash (`crash-check.ts`).
 */
import { SeededRandom, silentLogger, type Clock, type Random, type Timers } from '@millrace/base';
import type {
  AppendAccepted,
  AppendOutcome,
  Durability,
  LogConfig,
  LogEngine,
  PartitionId,
  PartitionLog,
} from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import { buildBatch, CONTRACT_LOG_CONFIG, ManualTime } from '@millrace/testing';
import type { FileSystem } from '../src/file-system.ts';
import { createLocalLogEngine } from '../src/local-engine.ts';
import { SimulatedDisk, type DiskMoment } from './simulated-disk.ts';

export const APPENDS = 500;
export const PRODUCER_ID = 5;
const TOPIC_ID = 'Y3Jhc2gtaGlzdG9yeS10bw';
const SEGMENT_BYTES = 3000;
const RETENTION_BYTES = 5000;
/** More steps than this for {@link APPENDS} means that the engine no longer takes any. */
const STEPS_MAX = 10_000;
/** Accepted appends at which a partition is made again, and at which the disk gets full. */
const REMADE_AT = [180, 330];
const FULL_AT = 260;
const FULL_FOR_REFUSALS = 15;
const FULL_ROOM_BYTES = 12 * 1024;

interface PartitionTraits {
  readonly durability: Durability;
  readonly isIdempotent?: boolean;
  /** Two producers write nothing but transactions. */
  readonly isTransactional?: boolean;
  readonly losesOldest?: boolean;
  readonly hasRetention?: boolean;
  readonly changesDurability?: boolean;
  readonly isMadeAgain?: boolean;
}

const TRAITS: readonly PartitionTraits[] = [
  { durability: 'fsync', isIdempotent: true },
  { durability: 'fsync', isIdempotent: true, losesOldest: true },
  { durability: 'fsync', hasRetention: true },
  { durability: 'fsync', isIdempotent: true, isMadeAgain: true },
  { durability: 'os', isIdempotent: true },
  { durability: 'os', losesOldest: true, hasRetention: true },
  { durability: 'fsync', isIdempotent: true, changesDurability: true },
  { durability: 'os', losesOldest: true, changesDurability: true },
  { durability: 'fsync', isTransactional: true },
  { durability: 'os', isTransactional: true },
  { durability: 'os', isTransactional: true, losesOldest: true },
  { durability: 'fsync', isTransactional: true, losesOldest: true, changesDurability: true },
];
const TRANSACTIONAL_IDS = [11, 12];
/** Value of a marker from a coordinator of epoch 0, as text. */
const MARKER_VALUE = '\0'.repeat(6);

/** A bug for the checker to find, planted around the engine. */
export interface Plant {
  readonly fileSystem?: (disk: FileSystem) => FileSystem;
  readonly log?: (log: PartitionLog) => PartitionLog;
}

export interface SentBatch {
  readonly baseOffset: number;
  readonly values: readonly string[];
  readonly baseSequence: number;
  /** Part of a transaction of this producer, or the end of it. */
  readonly transaction?: SentTransaction;
}

export interface SentTransaction {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** A marker, whose epoch is one higher. */
  readonly outcome?: 'commit' | 'abort';
}

/** What is known of a partition at a moment. */
export interface PartitionMoment {
  readonly id: PartitionId;
  readonly config: LogConfig;
  readonly isIdempotent: boolean;
  readonly isTransactional: boolean;
  /** Its log start moves. */
  readonly losesOldest: boolean;
  /** All that were accepted; the first `batchCount` of the list. */
  readonly batches: readonly SentBatch[];
  readonly batchCount: number;
  readonly sentEnd: number;
  /** Below it everything was acknowledged or shown to consumers. */
  readonly promisedEnd: number;
  /** Below it everything was promised to outlast power. */
  readonly securedEnd: number;
  /** Log start that was acknowledged or shown, and the furthest that was asked for. */
  readonly promisedStart: number;
  readonly askedStart: number;
  /** Its deletion was asked for and not answered. */
  readonly isGoing: boolean;
}

/** A place to cut: the disk right before the change, which is in flight. */
export interface Cut {
  readonly number: number;
  readonly what: string;
  readonly path: string;
  readonly disk: DiskMoment;
  readonly partitions: readonly PartitionMoment[];
}

export interface History {
  readonly seed: number;
  readonly cuts: readonly Cut[];
  /** Answers that a client could tell to be wrong without any crash. */
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

export function createSmallEngine(
  fileSystem: FileSystem,
  time: Clock & Timers,
  random: Random,
  ballastBytes = 4096,
): LogEngine {
  return createLocalLogEngine({
    dataDir: '/data',
    fileSystem,
    clock: time,
    timers: time,
    random,
    logger: silentLogger,
    config: {
      journalFileBytes: 32 * 1024,
      journalGroupBytes: 8 * 1024,
      flushBytes: 2000,
      flushAfterMs: 3000,
      tailCacheBytes: 8 * 1024,
      tailSlabBytes: 2048,
      checkpointIntervalMs: 5000,
      retentionCheckIntervalMs: 1e9,
      ballastBytes,
    },
  });
}

export function batchBytes(batch: SentBatch, isIdempotent: boolean, nowMs: number): Buffer {
  const { transaction } = batch;
  if (transaction !== undefined) {
    const { producerId, producerEpoch } = transaction;
    const { values, baseSequence } = batch;
    return buildBatch({ values, nowMs, producerId, producerEpoch, baseSequence, isTransactional: true });
  }
  const identity = isIdempotent
    ? { producerId: PRODUCER_ID, producerEpoch: 0, baseSequence: batch.baseSequence }
    : undefined;
  return buildBatch({ values: batch.values, nowMs, ...identity });
}

/** Appends what a client or its coordinator sends. */
export function appendTo(log: PartitionLog, batch: SentBatch, isIdempotent: boolean, nowMs: number): AppendOutcome {
  const { transaction } = batch;
  if (transaction?.outcome === undefined) {
    return log.append(batchBytes(batch, isIdempotent, nowMs), { origin: 'client', mayOpenTransaction: true });
  }
  const { producerId, producerEpoch, outcome } = transaction;
  return log.appendEndMarker({
    producerId,
    producerEpoch: producerEpoch + 1,
    coordinatorEpoch: 0,
    outcome,
    transactionVersion: 2,
  });
}

interface ModelProducer {
  readonly id: number;
  epoch: number;
  nextSequence: number;
  isOpen: boolean;
}

class ModelPartition {
  readonly traits: PartitionTraits;
  readonly id: PartitionId;
  log: PartitionLog | undefined;
  batches: SentBatch[] = [];
  sentEnd = 0;
  acknowledgedEnd = 0;
  askedStart = 0;
  acknowledgedStart = 0;
  nextSequence = 0;
  readonly producers = TRANSACTIONAL_IDS.map((id): ModelProducer => ({ id, epoch: 0, nextSequence: 0, isOpen: false }));
  generation = 1;
  isGoing = false;
  /** In force for all that a client can tell. */
  durability: Durability;
  askedDurability: Durability;
  /** What was safe when `os` came into force. */
  #securedEnd = 0;
  /** A client sends a batch that was refused again before anything else. */
  refused: SentBatch | undefined;

  constructor(traits: PartitionTraits, partition: number) {
    this.traits = traits;
    this.id = { topicId: TOPIC_ID, partition };
    this.durability = this.askedDurability = traits.durability;
  }

  get config(): LogConfig {
    return {
      ...CONTRACT_LOG_CONFIG,
      durability: this.askedDurability,
      segmentBytes: SEGMENT_BYTES,
      retentionBytes: this.traits.hasRetention === true ? RETENTION_BYTES : -1,
    };
  }

  get isIdempotent(): boolean {
    return this.traits.isIdempotent === true;
  }

  get isTransactional(): boolean {
    return this.traits.isTransactional === true;
  }

  /** A batch was taken: what its producer sends next. */
  noteTaken(batch: SentBatch): void {
    this.batches.push({ ...batch, baseOffset: this.sentEnd });
    this.sentEnd += batch.values.length;
    this.nextSequence += batch.values.length;
    const producer = this.producers.find(({ id }) => id === batch.transaction?.producerId);
    if (producer === undefined) return;
    if (batch.transaction?.outcome === undefined) {
      producer.isOpen = true;
      producer.nextSequence += batch.values.length;
    } else {
      producer.isOpen = false;
      producer.epoch++;
      producer.nextSequence = 0;
    }
  }

  get promisedEnd(): number {
    return Math.max(this.acknowledgedEnd, this.isGoing ? 0 : (this.log?.highWatermark ?? 0));
  }

  noteDurability(durability: Durability): void {
    this.#securedEnd = this.promisedEnd;
    this.durability = durability;
  }

  /** The partition is gone, or as good as new. */
  reset(): void {
    this.log = undefined;
    this.batches = [];
    this.sentEnd = this.acknowledgedEnd = this.askedStart = this.acknowledgedStart = this.nextSequence = 0;
    this.#securedEnd = 0;
    this.refused = undefined;
    this.isGoing = false;
    this.generation++;
  }

  moment(): PartitionMoment {
    return {
      id: this.id,
      config: this.config,
      isIdempotent: this.isIdempotent,
      isTransactional: this.isTransactional,
      losesOldest: this.traits.losesOldest === true,
      batches: this.batches,
      batchCount: this.batches.length,
      sentEnd: this.sentEnd,
      promisedEnd: this.promisedEnd,
      securedEnd: this.durability === 'fsync' ? this.promisedEnd : this.#securedEnd,
      promisedStart: Math.max(this.acknowledgedStart, this.isGoing ? 0 : (this.log?.logStartOffset ?? 0)),
      askedStart: this.askedStart,
      isGoing: this.isGoing,
    };
  }
}

export function recordHistory(seed: number, plant: Plant = {}): Promise<History> {
  return new Recording(seed, plant).run();
}

class Recording {
  readonly #seed: number;
  readonly #random: SeededRandom;
  readonly #plant: Plant;
  readonly #time = new ManualTime();
  readonly #disk: SimulatedDisk;
  readonly #engine: LogEngine;
  readonly #partitions = TRAITS.map((traits, index) => new ModelPartition(traits, index));
  readonly #cuts: Cut[] = [];
  readonly #violations: string[] = [];
  readonly #counts: Record<string, number> = {};
  readonly #pending = new Set<Promise<unknown>>();
  #accepted = 0;

  constructor(seed: number, plant: Plant) {
    this.#seed = seed;
    this.#plant = plant;
    this.#random = new SeededRandom(seed);
    this.#disk = new SimulatedDisk(this.#random);
    this.#disk.onChange = (what, path) => this.#cut(what, path);
    const fileSystem = plant.fileSystem?.(this.#disk) ?? this.#disk;
    this.#engine = createSmallEngine(fileSystem, this.#time, this.#random);
    this.#engine.onFatal((error) => this.#violations.push(`the engine ended: ${error.message}`));
  }

  async run(): Promise<History> {
    await this.#engine.start();
    for (const partition of this.#partitions) await this.#open(partition);
    const remadeAt = [...REMADE_AT];
    let wasFull = false;
    let steps = 0;
    while (this.#accepted < APPENDS && steps++ < STEPS_MAX) {
      if (this.#accepted >= FULL_AT && !wasFull) {
        wasFull = true;
        await this.#fillDisk();
      }
      if (this.#accepted >= (remadeAt[0] ?? Infinity)) {
        remadeAt.shift();
        this.#keep(this.#makeAgain());
      }
      this.#step();
      if (this.#random.nextInt(2) === 0) await turn();
    }
    if (this.#accepted < APPENDS) this.#violations.push(`only ${this.#accepted} appends were taken`);
    await this.#settle();
    await this.#engine.close();
    this.#cut('end', '');
    return { seed: this.#seed, cuts: this.#cuts, violations: this.#violations, counts: this.#counts };
  }

  #cut(what: string, path: string): void {
    const partitions = this.#partitions.map((partition) => partition.moment());
    this.#count(`${what} ${/\.(j|log|idx|txn|checkpoint|tmp)$/.exec(path)?.[1] ?? ''}`.trim());
    this.#cuts.push({ number: this.#cuts.length, what, path, disk: this.#disk.moment(), partitions });
  }

  #step(): void {
    const partition = this.#partitions[this.#random.nextInt(this.#partitions.length)];
    if (partition?.log === undefined || partition.isGoing) return;
    const { traits, log } = partition;
    const luck = this.#random.nextInt(100);
    if (luck < 6) this.#time.advance(this.#random.nextInt(1200));
    else if (luck < 12) this.#repeat(partition, log);
    else if (luck < 15) this.#appendTooMuch(partition, log);
    else if (luck < 20 && traits.losesOldest === true) this.#deleteRecords(partition, log);
    else if (luck < 23) this.#retain();
    else if (luck < 30 && traits.changesDurability === true) this.#changeDurability(partition, log);
    else this.#append(partition, log);
  }

  async #open(partition: ModelPartition): Promise<void> {
    const log = await this.#engine.openPartition(partition.id, { config: partition.config, leaderEpoch: 1 });
    partition.log = this.#plant.log?.(log) ?? log;
  }

  #append(partition: ModelPartition, log: PartitionLog): void {
    const batch = partition.refused ?? this.#nextBatch(partition, 1 + this.#random.nextInt(3), 300);
    const outcome = appendTo(log, batch, partition.isIdempotent, this.#time.nowMs());
    if (outcome.errorCode === ErrorCode.KAFKA_STORAGE_ERROR) {
      partition.refused = batch;
      this.#count('refused');
      return;
    }
    const name = `partition ${partition.id.partition}`;
    if (outcome.errorCode !== 0) {
      this.#violations.push(`${name}: an append after what was accepted is answered with ${outcome.errorCode}`);
      partition.refused = undefined;
      return;
    }
    const accepted = outcome as AppendAccepted;
    partition.refused = undefined;
    if (accepted.isDuplicate) {
      this.#violations.push(`${name}: a batch that was never taken is answered as one at ${accepted.baseOffset}`);
      return;
    }
    if (accepted.baseOffset !== partition.sentEnd) {
      this.#violations.push(`${name}: a batch got offset ${accepted.baseOffset} instead of ${partition.sentEnd}`);
    }
    this.#accepted++;
    partition.noteTaken(batch);
    if (batch.transaction?.outcome !== undefined) this.#count(batch.transaction.outcome);
    this.#acknowledge(partition, accepted.durable, partition.sentEnd);
  }

  /** A client that heard no answer sends one of its last batches again. */
  #repeat(partition: ModelPartition, log: PartitionLog): void {
    const recent = partition.batches.slice(-3);
    const batch = recent[this.#random.nextInt(Math.max(1, recent.length))];
    if (!partition.isIdempotent || batch === undefined) return;
    const outcome = log.append(batchBytes(batch, true, this.#time.nowMs()), { origin: 'client' });
    const found = outcome as AppendAccepted;
    if (outcome.errorCode !== 0 || !found.isDuplicate || found.baseOffset !== batch.baseOffset) {
      const answer = `error ${outcome.errorCode}, offset ${found.baseOffset}`;
      this.#violations.push(`partition ${partition.id.partition}: a repeat of ${batch.baseOffset} gets ${answer}`);
      return;
    }
    this.#count('repeated');
    this.#acknowledge(partition, found.durable, batch.baseOffset + batch.values.length);
  }

  /** Refused after its sequence was judged; the sequence is free for the next batch. */
  #appendTooMuch(partition: ModelPartition, log: PartitionLog): void {
    if (partition.isTransactional) return;
    const batch = this.#nextBatch(partition, 1, SEGMENT_BYTES);
    const bytes = batchBytes({ ...batch, values: ['y'.repeat(SEGMENT_BYTES)] }, partition.isIdempotent, 0);
    const { errorCode } = log.append(bytes, { origin: 'client' });
    if (errorCode !== ErrorCode.RECORD_LIST_TOO_LARGE && errorCode !== ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) {
      this.#violations.push(`partition ${partition.id.partition}: a batch beyond a segment gets ${errorCode}`);
    }
    this.#count('refused for its size');
  }

  #nextBatch(partition: ModelPartition, count: number, valueBytesMax: number): SentBatch {
    const { partition: index } = partition.id;
    const label = `${index}.${partition.generation}/${partition.sentEnd}`;
    const values = Array.from({ length: count }, (_, at) => {
      return `${label}+${at}/${'x'.repeat(this.#random.nextInt(valueBytesMax))}`;
    });
    const batch = { baseOffset: partition.sentEnd, values, baseSequence: partition.nextSequence };
    return partition.isTransactional ? this.#inTransaction(partition, batch) : batch;
  }

  /** The batch as one of a transaction, or the end of one instead. */
  #inTransaction({ producers }: ModelPartition, batch: SentBatch): SentBatch {
    const producer = producers[this.#random.nextInt(producers.length)]!;
    const transaction = { producerId: producer.id, producerEpoch: producer.epoch };
    if (!producer.isOpen || this.#random.nextInt(3) > 0) {
      return { ...batch, baseSequence: producer.nextSequence, transaction };
    }
    const outcome = this.#random.nextInt(2) === 0 ? 'commit' : 'abort';
    return { ...batch, values: [MARKER_VALUE], baseSequence: -1, transaction: { ...transaction, outcome } };
  }

  #acknowledge(partition: ModelPartition, durable: Promise<number>, end: number): void {
    const { generation } = partition;
    this.#keep(
      durable.then((code) => {
        if (code !== 0 || partition.generation !== generation) return;
        partition.acknowledgedEnd = Math.max(partition.acknowledgedEnd, end);
      }),
    );
  }

  #deleteRecords(partition: ModelPartition, log: PartitionLog): void {
    const to = this.#random.nextInt(log.highWatermark + 1);
    partition.askedStart = Math.max(partition.askedStart, to);
    this.#count('records deleted');
    this.#keep(
      log.advanceLogStart(to).then((start) => {
        partition.acknowledgedStart = Math.max(partition.acknowledgedStart, start);
      }),
    );
  }

  #retain(): void {
    for (const partition of this.#partitions) {
      if (partition.traits.hasRetention !== true) continue;
      partition.askedStart = Math.max(partition.askedStart, partition.log?.highWatermark ?? 0);
    }
    this.#count('retention');
    this.#keep(this.#engine.enforceRetention());
  }

  #changeDurability(partition: ModelPartition, log: PartitionLog): void {
    if (partition.askedDurability !== partition.durability) return;
    const durability = partition.durability === 'fsync' ? 'os' : 'fsync';
    partition.askedDurability = durability;
    this.#keep(
      log.updateConfig(partition.config).then(
        () => {
          partition.noteDurability(durability);
          this.#count(`to ${durability}`);
        },
        () => {
          partition.askedDurability = partition.durability;
        },
      ),
    );
  }

  async #makeAgain(): Promise<void> {
    const partition = this.#partitions.find(({ traits }) => traits.isMadeAgain === true);
    if (partition === undefined) return;
    partition.acknowledgedEnd = partition.promisedEnd;
    partition.acknowledgedStart = partition.log?.logStartOffset ?? 0;
    partition.isGoing = true;
    await this.#engine.deletePartition(partition.id);
    partition.reset();
    this.#count('made again');
    await this.#open(partition);
  }

  /** Until the engine refused some appends. */
  async #fillDisk(): Promise<void> {
    this.#disk.faults.capacityBytes = this.#disk.usedBytes + FULL_ROOM_BYTES;
    const until = (this.#counts['refused'] ?? 0) + FULL_FOR_REFUSALS;
    for (let steps = 0; (this.#counts['refused'] ?? 0) < until && steps < 1000; steps++) {
      this.#step();
      if (steps % 4 === 0) this.#time.advance(250);
      await turn();
    }
    this.#disk.faults.capacityBytes = Infinity;
    this.#time.advance(1100);
  }

  #keep(work: Promise<unknown>): void {
    const kept = work.catch((error: unknown) => {
      // A full disk refuses these as well.
      if ((error as { readonly retriable?: boolean }).retriable !== true) this.#violations.push(String(error));
    });
    this.#pending.add(kept);
    void kept.finally(() => this.#pending.delete(kept));
  }

  async #settle(): Promise<void> {
    while (this.#pending.size > 0) {
      this.#time.advance(500);
      for (let turns = 0; turns < 20; turns++) await turn();
    }
  }

  #count(what: string): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
