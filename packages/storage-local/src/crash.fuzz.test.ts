/**
 * Random workloads on a simulated disk that is cut off at random moments: what was acknowledged is there afterwards, and nothing
 * that was never sent. A failing seed is named by its test; keep it in `SEEDS` with what it taught.
 */
import { SeededRandom, silentLogger } from '@millrace/base';
import type { Durability, LogConfig, LogEngine, PartitionLog } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import { buildBatch, CONTRACT_LOG_CONFIG, ManualTime, readToEnd } from '@millrace/testing';
import { SimulatedDisk } from '../test/simulated-disk.ts';
import { createLocalLogEngine } from './local-engine.ts';

const SEEDS = Array.from({ length: 25 }, (_, index) => index + 1);
const ROUNDS = 6;
const TOPIC_ID = 'Y3Jhc2gtdGVzdC10b3BpYw';
const PRODUCER_ID = 5;

interface Sent {
  readonly value: string;
  readonly sequence: number;
}

/** What a test knows of a partition. */
class Partition {
  readonly index: number;
  readonly durability: Durability;
  log: PartitionLog | undefined;
  /** By offset; beyond what a crash left, cut. */
  sent: Sent[] = [];
  ackedEnd = 0;
  ackedStart = 0;
  askedStart = 0;
  nextSequence = 0;

  constructor(index: number, durability: Durability) {
    this.index = index;
    this.durability = durability;
  }

  get config(): LogConfig {
    return { ...CONTRACT_LOG_CONFIG, durability: this.durability, segmentBytes: 3000 };
  }
}

class CrashRun {
  readonly #random: SeededRandom;
  readonly #time = new ManualTime();
  readonly #partitions = [new Partition(0, 'fsync'), new Partition(1, 'fsync'), new Partition(2, 'os')];
  #disk: SimulatedDisk;
  #engine: LogEngine;
  #isAlive = true;
  #count = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#disk = new SimulatedDisk(this.#random);
    this.#engine = this.#createEngine();
  }

  async run(): Promise<void> {
    await this.#start();
    for (let round = 0; round < ROUNDS; round++) {
      const how = this.#random.nextInt(2) === 0 ? 'kill' : 'power loss';
      let hasFailed = false;
      const work = this.#work().catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
      const cutAt = this.#disk.operations + 5 + this.#random.nextInt(400);
      while (this.#disk.operations < cutAt && !hasFailed) await new Promise((resolve) => setImmediate(resolve));
      this.#isAlive = false;
      this.#disk = this.#disk.crash(how);
      await work;
      this.#engine = this.#createEngine();
      await this.#start();
      for (const partition of this.#partitions) await this.#check(partition, how);
      this.#isAlive = true;
      if (this.#random.nextInt(3) === 0) await this.#restartCleanly();
    }
  }

  #createEngine(): LogEngine {
    return createLocalLogEngine({
      dataDir: '/data',
      fileSystem: this.#disk,
      clock: this.#time,
      timers: this.#time,
      random: this.#random,
      logger: silentLogger,
      config: {
        journalFileBytes: 32 * 1024,
        journalGroupBytes: 8 * 1024,
        flushBytes: 2000,
        flushAfterMs: 3000,
        tailCacheBytes: 8 * 1024,
        tailSlabBytes: 2048,
        checkpointIntervalMs: 5000,
        ballastBytes: 4096,
      },
    });
  }

  async #start(): Promise<void> {
    await this.#engine.start();
    for (const partition of this.#partitions) {
      const id = { topicId: TOPIC_ID, partition: partition.index };
      partition.log = await this.#engine.openPartition(id, { config: partition.config, leaderEpoch: 1 });
    }
  }

  async #restartCleanly(): Promise<void> {
    await this.#engine.close();
    this.#engine = this.#createEngine();
    await this.#start();
    for (const partition of this.#partitions) {
      expect(partition.log?.highWatermark).toBe(partition.sent.length);
      await this.#check(partition, 'kill');
    }
  }

  /** Appends, deletes and lets time pass until the disk is cut off. */
  async #work(): Promise<void> {
    while (this.#isAlive) {
      const partition = this.#partitions[this.#random.nextInt(this.#partitions.length)]!;
      const luck = this.#random.nextInt(20);
      if (luck === 0) this.#deleteRecords(partition);
      else if (luck < 3) this.#time.advance(this.#random.nextInt(1500));
      else this.#append(partition);
      if (this.#random.nextInt(3) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #append(partition: Partition): void {
    const { log } = partition;
    const values = Array.from({ length: 1 + this.#random.nextInt(3) }, () => {
      return `${partition.index}/${this.#count++}/${'x'.repeat(this.#random.nextInt(600))}`;
    });
    const baseSequence = partition.nextSequence;
    const batch = buildBatch({
      values,
      producerId: PRODUCER_ID,
      producerEpoch: 0,
      baseSequence,
      nowMs: this.#time.nowMs(),
    });
    const outcome = log!.append(batch, { origin: 'client' });
    if (outcome.errorCode !== ErrorCode.NONE) throw new Error(`refused with ${outcome.errorCode}`);
    const { baseOffset, durable } = outcome as Extract<typeof outcome, { errorCode: 0 }>;
    expect(baseOffset).toBe(partition.sent.length);
    partition.nextSequence += values.length;
    partition.sent.push(...values.map((value, index) => ({ value, sequence: baseSequence + index })));
    const end = partition.sent.length;
    void durable.then((code) => {
      if (code === ErrorCode.NONE && this.#isAlive) partition.ackedEnd = Math.max(partition.ackedEnd, end);
    });
  }

  #deleteRecords(partition: Partition): void {
    const to = this.#random.nextInt(partition.log!.highWatermark + 1);
    partition.askedStart = Math.max(partition.askedStart, to);
    void partition.log!.advanceLogStart(to).then((start) => {
      if (this.#isAlive) partition.ackedStart = Math.max(partition.ackedStart, start);
    });
  }

  async #check(partition: Partition, how: 'kill' | 'power loss'): Promise<void> {
    const log = partition.log!;
    const keepsAll = partition.durability === 'fsync' || how === 'kill';
    if (keepsAll) {
      expect(log.highWatermark).toBeGreaterThanOrEqual(partition.ackedEnd);
      expect(log.logStartOffset).toBeGreaterThanOrEqual(partition.ackedStart);
    }
    expect(log.logStartOffset).toBeLessThanOrEqual(partition.askedStart);
    expect(log.highWatermark).toBeLessThanOrEqual(Math.max(partition.sent.length, log.logStartOffset));
    const records = await readToEnd(log, log.logStartOffset, 1 + this.#random.nextInt(5000));
    const expected = partition.sent.slice(log.logStartOffset, log.highWatermark);
    expect(records.map((record) => record.value)).toEqual(expected.map((sent) => sent.value));
    expect(records.map((record) => record.offset)).toEqual(expected.map((_, index) => log.logStartOffset + index));

    partition.sent.length = log.highWatermark;
    partition.ackedEnd = log.highWatermark;
    partition.ackedStart = partition.askedStart = log.logStartOffset;
    this.#checkProducer(partition, log);
  }

  /** The producer goes on after its last record that survived, or is unknown; it is never told that a lost one is there. */
  #checkProducer(partition: Partition, log: PartitionLog): void {
    const last = partition.sent.at(-1);
    const known = log.activeProducers().find((producer) => producer.producerId === PRODUCER_ID);
    if (known !== undefined) expect(known.lastSequence).toBe(last?.sequence ?? -1);
    partition.nextSequence = known === undefined ? this.#random.nextInt(1000) : known.lastSequence + 1;
  }
}

describe('power loss and kill at any moment', () => {
  it.each(SEEDS)('lose nothing acknowledged and invent nothing (seed %d)', (seed) => new CrashRun(seed).run(), 30_000);
});
