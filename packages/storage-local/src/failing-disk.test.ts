import { SeededRandom, silentLogger } from '@millrace/base';
import type { Durability, LogConfig, LogEngine, PartitionLog } from '@millrace/log';
import { ErrorCode } from '@millrace/protocol';
import {
  accepted,
  appendDurably,
  buildBatch,
  CONTRACT_LOG_CONFIG,
  ManualTime,
  readToEnd,
  refused,
  valuesOf,
  waitUntil,
} from '@millrace/testing';
import { SimulatedDisk } from '../test/simulated-disk.ts';
import { createLocalLogEngine, type LocalLogEngineConfig } from './local-engine.ts';

const ID = { topicId: 'ZmFpbGluZy1kaXNrLXRlcw', partition: 0 };
const KIB = 1024;

class Machine {
  disk = new SimulatedDisk(new SeededRandom(1));
  readonly time = new ManualTime();
  readonly fatal: Error[] = [];

  async start(config: Partial<LocalLogEngineConfig> = {}): Promise<LogEngine> {
    const engine = createLocalLogEngine({
      dataDir: '/data',
      fileSystem: this.disk,
      clock: this.time,
      timers: this.time,
      random: new SeededRandom(2),
      logger: silentLogger,
      config: { journalFileBytes: 64 * KIB, ballastBytes: 32 * KIB, flushBytes: 8 * KIB, ...config },
    });
    engine.onFatal((error) => this.fatal.push(error));
    await engine.start();
    return engine;
  }
}

function open(engine: LogEngine, config: Partial<LogConfig> = {}, partition = 0): Promise<PartitionLog> {
  return engine.openPartition(
    { ...ID, partition },
    { config: { ...CONTRACT_LOG_CONFIG, segmentBytes: 16 * KIB, ...config }, leaderEpoch: 1 },
  );
}

/** Appends until the engine refuses; returns how many were accepted and what the refusal said. */
async function appendUntilRefused(
  log: PartitionLog,
  time: ManualTime,
): Promise<{ pending: Promise<number>[]; code: number }> {
  const pending: Promise<number>[] = [];
  for (let index = 0; index < 1000; index++) {
    const outcome = log.append(buildBatch({ values: [`${index}`.padEnd(2000, '.')] }), { origin: 'client' });
    if (outcome.errorCode !== ErrorCode.NONE) return { pending, code: outcome.errorCode };
    pending.push(accepted(outcome).durable);
    await new Promise((resolve) => setImmediate(resolve));
    if (index % 20 === 0) time.advance(10);
  }
  throw new Error('the disk did not get full');
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Turns the event loop, with `turn` between, until the promise has settled. */
async function settledWhile<T>(promise: Promise<T>, turn: () => void): Promise<T> {
  let isSettled = false;
  const settled = promise.finally(() => (isSettled = true));
  await waitUntil('the promise to settle', () => {
    turn();
    return isSettled;
  });
  return settled;
}

describe('a full disk', () => {
  it('refuses appends retriably, goes on reading and deleting, and resumes by itself', async () => {
    const machine = new Machine();
    const engine = await machine.start();
    const log = await open(engine);
    await appendDurably(log, { values: ['before'] });
    await waitUntil('room prepared ahead', () => machine.disk.usedBytes > 60 * KIB);

    machine.disk.faults.capacityBytes = machine.disk.usedBytes + 100 * KIB;
    const { pending, code } = await appendUntilRefused(log, machine.time);

    expect(code).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(pending.length).toBeGreaterThan(10);
    const read = await log.read({ offset: 0, maxBytes: 10, atLeastOneBatch: true, isolation: 'read_uncommitted' });
    expect(read.errorCode).toBe(0);
    const endOffset = log.logEndOffset;
    expect(refused(log.append(buildBatch({ values: ['x'] }), { origin: 'client' })).errorCode).toBe(56);
    expect(log.logEndOffset).toBe(endOffset);

    machine.disk.faults.capacityBytes = Infinity;
    await waitUntil('appends to be accepted again', () => {
      machine.time.advance(1000);
      return log.append(buildBatch({ values: ['after'] }), { origin: 'client' }).errorCode === 0;
    });
    expect(await Promise.all(pending)).toEqual(pending.map(() => 0));
    await waitUntil('everything to be durable', () => log.highWatermark === log.logEndOffset);
    expect(log.logEndOffset).toBe(endOffset + 1);
    expect(machine.fatal).toEqual([]);
    expect(valuesOf(await readToEnd(log)).at(-1)).toBe('after');
    await engine.close();
  });

  it.each(['fsync', 'os'] as const)(
    'tells producers at once of what waits for room, and takes a repeat for the duplicate that it is (%s)',
    async (durability: Durability) => {
      const machine = new Machine();
      const engine = await machine.start();
      const log = await open(engine, { durability });
      await appendDurably(log, { values: ['before'] });
      await waitUntil('room prepared ahead', () => machine.disk.usedBytes > 60 * KIB);
      machine.disk.faults.capacityBytes = machine.disk.usedBytes + 20 * KIB;
      const batches: Buffer[] = [];
      const batchOf = (baseSequence: number): Buffer =>
        buildBatch({ values: [`${baseSequence}`.padEnd(9000, '.')], producerId: 7, producerEpoch: 0, baseSequence });
      const append = (batch: Buffer) => log.append(Buffer.from(batch), { origin: 'client' });

      // More than there is room for, before the disk can say so.
      const told: Promise<number>[] = [];
      for (let sequence = 0; sequence < 40; sequence++) {
        const outcome = append(batchOf(sequence));
        if (outcome.errorCode !== 0) break;
        batches.push(batchOf(sequence));
        told.push(accepted(outcome).answer);
      }
      const endOffset = log.logEndOffset;
      const codes = await settledWhile(Promise.all(told), () => machine.time.advance(100));

      expect(new Set(codes)).toContain(ErrorCode.KAFKA_STORAGE_ERROR);
      const stalledFrom = codes.indexOf(ErrorCode.KAFKA_STORAGE_ERROR);
      // Order: behind one that waits nothing is acknowledged.
      expect(codes.slice(stalledFrom).every((code) => code === ErrorCode.KAFKA_STORAGE_ERROR)).toBe(true);
      expect(log.highWatermark).toBe(stalledFrom + 1);
      // Of the producers' last five batches; room or not makes no difference to a repeat.
      const repeat = accepted(append(batches.at(-1) as Buffer));
      expect([repeat.isDuplicate, repeat.baseOffset]).toEqual([true, endOffset - 1]);
      expect(await repeat.answer).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
      expect(log.logEndOffset).toBe(endOffset);

      machine.disk.faults.capacityBytes = Infinity;
      expect(await settledWhile(repeat.durable, () => machine.time.advance(1000))).toBe(0);
      const late = accepted(append(batches.at(-1) as Buffer));
      expect([late.isDuplicate, late.baseOffset, await late.answer]).toEqual([true, endOffset - 1, 0]);
      const next = accepted(append(batchOf(batches.length)));
      expect([next.baseOffset, await settledWhile(next.answer, () => machine.time.advance(10))]).toEqual([
        endOffset,
        0,
      ]);
      expect(valuesOf(await readToEnd(log)).map((value) => Number.parseInt(value, 10))).toEqual([
        NaN,
        ...batches.map((_, sequence) => sequence),
        batches.length,
      ]);
      expect(machine.fatal).toEqual([]);
      await engine.close();
    },
  );

  it('asks a full disk again once a second, however long a group waits', async () => {
    const machine = new Machine();
    const engine = await machine.start();
    const log = await open(engine);
    await appendDurably(log, { values: ['before'] });
    await waitUntil('room prepared ahead', () => machine.disk.usedBytes > 60 * KIB);
    machine.disk.faults.capacityBytes = machine.disk.usedBytes;
    const append = () => log.append(buildBatch({ values: [''.padEnd(9000, '.')] }), { origin: 'client' });
    const waiting = Array.from({ length: 40 }, append).map((outcome) => accepted(outcome).durable);
    await waitUntil('the disk to be found full', () => append().errorCode !== 0);

    for (let turn = 0; turn < 100; turn++) await nextTurn();
    const before = machine.disk.operations;
    for (let turn = 0; turn < 1000; turn++) await nextTurn();
    expect(machine.disk.operations - before).toBe(0);
    machine.time.advance(1000);
    for (let turn = 0; turn < 100; turn++) await nextTurn();
    expect(machine.disk.operations - before).toBeGreaterThan(0);

    machine.disk.faults.capacityBytes = Infinity;
    await settledWhile(Promise.all(waiting), () => machine.time.advance(1000));
    await engine.close();
  });

  it('gets room from deleted records', async () => {
    const machine = new Machine();
    const engine = await machine.start();
    const log = await open(engine);
    for (let index = 0; index < 30; index++) await appendDurably(log, { values: [`${index}`.padEnd(3000, '.')] });
    machine.time.advance(1000);
    await waitUntil('the ballast', () => machine.disk.paths().includes('/data/ballast'));
    machine.disk.faults.capacityBytes = machine.disk.usedBytes + 30 * KIB;
    machine.time.advance(1000);
    await appendUntilRefused(log, machine.time);

    await waitUntil('what was accepted to be durable', () => {
      machine.time.advance(1000);
      return log.highWatermark === log.logEndOffset;
    });
    await log.advanceLogStart(log.highWatermark);

    await waitUntil('appends to be accepted again', () => {
      machine.time.advance(1000);
      return log.append(buildBatch({ values: ['after'] }), { origin: 'client' }).errorCode === 0;
    });
    await engine.close();
  });

  it('refuses new partitions with an error that says why', async () => {
    const machine = new Machine();
    const engine = await machine.start();
    const log = await open(engine);
    machine.disk.faults.capacityBytes = machine.disk.usedBytes;
    await appendUntilRefused(log, machine.time);

    await expect(open(engine, {}, 1)).rejects.toMatchObject({
      code: 'MILLRACE_STORAGE_FULL',
      retriable: true,
      message: expect.stringContaining('free some space') as string,
    });
    await engine.close();
  });

  it.each(['fsync', 'os'] as const)(
    'loses nothing acknowledged when killed meanwhile (%s)',
    async (durability: Durability) => {
      const machine = new Machine();
      const log = await open(await machine.start(), { durability });
      await appendDurably(log, { values: ['before'] });
      machine.disk.faults.capacityBytes = machine.disk.usedBytes + 150 * KIB;
      await appendUntilRefused(log, machine.time);
      const acknowledged = valuesOf(await readToEnd(log));
      expect(acknowledged.length).toBeGreaterThan(1);

      machine.disk = machine.disk.crash('kill');
      const again = await open(await machine.start(), { durability });

      expect(valuesOf(await readToEnd(again)).slice(0, acknowledged.length)).toEqual(acknowledged);
      await appendDurably(again, { values: ['later'] });
    },
  );
});

describe('a disk that fails', () => {
  it.each([
    ['the journal', /\.j$/],
    ['a segment', /\.log$/],
  ])('ends the engine when a sync of %s fails: nothing is acknowledged afterwards', async (_, path) => {
    const machine = new Machine();
    const engine = await machine.start({ checkpointIntervalMs: 1000 });
    const log = await open(engine);
    await appendDurably(log, { values: ['safe'] });

    machine.disk.faults.failSync = { path, code: 'EIO' };
    const outcomes: Promise<number>[] = [];
    for (let index = 0; index < 200 && machine.fatal.length === 0; index++) {
      const outcome = log.append(buildBatch({ values: [`${index}`.padEnd(3000, '.')] }), { origin: 'client' });
      if (outcome.errorCode !== 0) break;
      outcomes.push(accepted(outcome).durable);
      await new Promise((resolve) => setImmediate(resolve));
      if (index % 5 === 0) machine.time.advance(1000);
    }
    await waitUntil('the failure', () => machine.fatal.length > 0);
    const highWatermark = log.highWatermark;
    const late = log.append(buildBatch({ values: ['late'] }), { origin: 'client' });
    machine.disk.faults.failSync = undefined;

    expect(late.errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    const codes = await Promise.all(outcomes);
    expect(codes.filter((code) => code === 0).length).toBe(highWatermark - 1);
    expect(machine.fatal).toHaveLength(1);
    expect(machine.fatal[0]).toMatchObject({ code: 'MILLRACE_STORAGE_FAILED' });
    expect(log.highWatermark).toBe(highWatermark);
    await engine.close();

    machine.disk = machine.disk.crash('power loss');
    const recovered = valuesOf(await readToEnd(await open(await machine.start())));
    expect(recovered.length).toBeGreaterThanOrEqual(highWatermark);
    expect(recovered[0]).toBe('safe');
  });

  it('answers appends in flight with an error when the write of their group fails', async () => {
    const machine = new Machine();
    const engine = await machine.start();
    const log = await open(engine);
    machine.disk.faults.failSync = { path: /\.j$/, code: 'EIO' };

    const outcome = accepted(log.append(buildBatch({ values: ['lost'] }), { origin: 'client' }));

    expect(await outcome.durable).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(log.highWatermark).toBe(0);
    await expect(log.advanceLogStart(0)).resolves.toBe(0);
    await expect(open(engine, {}, 1)).rejects.toMatchObject({ code: 'MILLRACE_STORAGE_FAILED' });
    await engine.close();
  });

  it.each<[Durability, RegExp]>([
    ['fsync', /\.j$/],
    ['os', /\.log$/],
  ])(
    'ends the engine when a write fails (%s): what was acknowledged before is there afterwards',
    async (durability, path) => {
      const machine = new Machine();
      const engine = await machine.start();
      const log = await open(engine, { durability });
      await appendDurably(log, { values: ['safe'] });
      machine.disk.faults.failWrite = { path, code: 'EIO' };

      const outcome = accepted(log.append(buildBatch({ values: ['lost'] }), { origin: 'client' }));

      expect(await outcome.durable).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
      expect(log.highWatermark).toBe(1);
      expect(machine.fatal).toEqual([expect.objectContaining({ code: 'MILLRACE_STORAGE_FAILED' })]);
      expect(refused(log.append(buildBatch({ values: ['late'] }), { origin: 'client' })).errorCode).toBe(56);
      await engine.close();
      machine.disk = machine.disk.crash('kill');
      expect(valuesOf(await readToEnd(await open(await machine.start(), { durability }))).slice(0, 1)).toEqual([
        'safe',
      ]);
    },
  );

  it.each<Durability>(['fsync', 'os'])(
    'keeps the segments that a cleaning replaces when the journal cannot say so (%s)',
    async (durability) => {
      const machine = new Machine();
      const compaction = {
        minCleanableDirtyRatio: 0,
        minCompactionLagMs: 0,
        maxCompactionLagMs: 1e12,
        deleteRetentionMs: 1e9,
      };
      const config = { durability, cleanupDelete: false, cleanupCompact: true, compaction };
      const engine = await machine.start({ checkpointIntervalMs: 2000 });
      const log = await open(engine, config);
      for (let index = 0; index < 20; index++) await appendDurably(log, { values: [`${index}`.padEnd(3000, '.')] });
      // A checkpoint takes the batches out of the journal.
      const checkpoints = (): string[] => machine.disk.paths().filter((path) => path.endsWith('.checkpoint'));
      const before = checkpoints().join();
      await waitUntil('a checkpoint', () => {
        machine.time.advance(100);
        return checkpoints().length > 0 && checkpoints().join() !== before;
      });
      machine.disk.onChange = (what, path) => {
        if (what === 'sync' && /-1\.log$/.test(path)) machine.disk.faults.failWrite = { path: /\.j$/, code: 'EIO' };
      };

      await settledWhile(engine.cleanLogs(), () => machine.time.advance(1));

      expect(machine.fatal).toEqual([expect.objectContaining({ code: 'MILLRACE_STORAGE_FAILED' })]);
      await settledWhile(engine.close(), () => machine.time.advance(1));
      machine.disk = machine.disk.crash('kill');
      const again = await open(await machine.start(), config);
      expect(valuesOf(await readToEnd(again)).map((value) => Number.parseInt(value))).toEqual(
        Array.from({ length: 20 }, (_, index) => index),
      );
    },
  );

  it('answers a read with an error when the disk does (EIO), and reads on once it can', async () => {
    const machine = new Machine();
    // Hardly any memory, so that readers are served from segments.
    const engine = await machine.start({ tailCacheBytes: 1, tailSlabBytes: 2 * KIB, flushBytes: 1 });
    const log = await open(engine);
    for (let index = 0; index < 10; index++) await appendDurably(log, { values: [`${index}`.padEnd(3000, '.')] });
    await waitUntil('the segments', () => machine.disk.paths().filter((path) => path.endsWith('.log')).length > 1);
    const read = () => log.read({ offset: 0, maxBytes: 10, atLeastOneBatch: true, isolation: 'read_uncommitted' });
    machine.disk.faults.failRead = { path: /\.log$/, code: 'EIO' };

    expect((await read()).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);

    machine.disk.faults.failRead = undefined;
    expect((await read()).errorCode).toBe(ErrorCode.NONE);
    await appendDurably(log, { values: ['later'] });
    expect(machine.fatal).toEqual([]);
    await engine.close();
  });

  it('names the directory and the remedy when it cannot be written', async () => {
    const machine = new Machine();
    machine.disk.open = () => Promise.reject(Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }));

    await expect(machine.start()).rejects.toMatchObject({
      code: 'MILLRACE_STORAGE_DIRECTORY_UNUSABLE',
      message: expect.stringMatching(
        /cannot use data directory \/data: no permission .* choose another directory/,
      ) as string,
    });
  });
});
