/** What a start, a checkpoint and memory that runs out cost with many partitions, in counts. */
import { SeededRandom, silentLogger, type Clock } from '@millrace/base';
import type { Durability, LogEngine, PartitionLog } from '@millrace/log';
import { LogData } from '@millrace/log/internal';
import {
  accepted,
  buildBatch,
  CONTRACT_LOG_CONFIG,
  ManualTime,
  readToEnd,
  valuesOf,
  waitUntil,
} from '@millrace/testing';
import { SimulatedDisk } from '../test/simulated-disk.ts';
import { JOURNAL_ID_BYTES } from './journal-format.ts';
import { JournalReader } from './journal-reader.ts';
import { createLocalLogEngine, type LocalLogEngineConfig } from './local-engine.ts';
import { StoredPartition } from './stored-partition.ts';
import { listCheckpoints, readCheckpoint } from './checkpoint-file.ts';

const TOPIC_ID = 'bWFueS1wYXJ0aXRpb25zLQ';
const PARTITIONS = 120;
const DEADLINE_MS = 60_000;
const KIB = 1024;

class Machine {
  disk = new SimulatedDisk(new SeededRandom(1));
  readonly time = new ManualTime();
  turns = 0;
  engine: LogEngine | undefined;
  logs: PartitionLog[] = [];

  async start(config: Partial<LocalLogEngineConfig> = {}, clock: Clock = this.time): Promise<void> {
    this.engine = createLocalLogEngine({
      dataDir: '/data',
      fileSystem: this.disk,
      clock,
      timers: this.time,
      random: new SeededRandom(2),
      logger: silentLogger,
      nextTurn: (callback) => {
        this.turns++;
        setImmediate(callback);
      },
      config: {
        ballastBytes: 0,
        journalFileBytes: 1024 * KIB,
        checkpointIntervalMs: 1e9,
        flushAfterMs: 1e9,
        ...config,
      },
    });
    await this.engine.start();
  }

  async open(durability: Durability = 'fsync'): Promise<void> {
    const options = { config: { ...CONTRACT_LOG_CONFIG, durability }, leaderEpoch: 1 };
    const { engine } = this;
    this.logs = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, partition) =>
        engine!.openPartition({ topicId: TOPIC_ID, partition }, options),
      ),
    );
  }

  /** A record for each partition, in few groups. */
  async appendRound(value: string): Promise<void> {
    const outcomes = this.logs.map((log) =>
      accepted(log.append(buildBatch({ values: [`${value}/${log.id.partition}`] }), { origin: 'client' })),
    );
    for (const { durable } of outcomes) expect(await durable).toBe(0);
  }

  async kill(config: Partial<LocalLogEngineConfig> = {}): Promise<void> {
    this.disk = this.disk.crash('kill');
    await this.start(config);
  }

  async expectValues(values: readonly string[]): Promise<void> {
    for (const log of this.logs) {
      const expected = values.map((value) => `${value}/${log.id.partition}`);
      expect(valuesOf(await readToEnd(log))).toEqual(expected);
    }
  }

  async untilCheckpoint(number: number): Promise<void> {
    await waitUntil(
      'a checkpoint',
      async () => {
        this.time.advance(1000);
        return (await listCheckpoints(this.disk, '/data/checkpoints'))[0] === number;
      },
      DEADLINE_MS,
    );
  }
}

describe('a start after a kill', () => {
  it('writes no segment, looks into no directory of a partition and holds no batch in memory', async () => {
    const machine = new Machine();
    await machine.start();
    await machine.open();
    const rounds = ['a', 'b', 'c'].map((name) => name + 'x'.repeat(1000));
    for (const round of rounds) await machine.appendRound(round);

    machine.disk = machine.disk.crash('kill');
    const changed: string[] = [];
    machine.disk.onChange = (_, path) => changed.push(path);
    const list = jest.spyOn(machine.disk, 'list');
    await machine.start();
    await machine.open();

    expect(changed.filter((path) => path.startsWith('/data/logs/'))).toEqual([]);
    expect(list.mock.calls.filter(([path]) => path.startsWith('/data/logs/')).length).toBeLessThan(PARTITIONS / 10);
    expect(machine.engine!.stats().tailCacheBytes).toBeLessThan(300 * KIB);
    await machine.expectValues(rounds);
  });

  it('serves, appends to, carries forward and flushes what stayed in the journal', async () => {
    const config = {
      journalFileBytes: 256 * KIB,
      journalGroupBytes: 32 * KIB,
      tailCacheBytes: 64 * KIB,
      tailSlabBytes: 32 * KIB,
    };
    const machine = new Machine();
    await machine.start(config);
    await machine.open();
    const values = ['before'];
    await machine.appendRound('before');
    for (let crash = 0; crash < 4; crash++) {
      await machine.kill(config);
      await machine.open();
      await machine.expectValues(values);
      // Fills and turns journal files, so that those that hold what was replayed are used again.
      for (let round = 0; round < 8; round++) {
        const value = `${crash}-${round}-${'y'.repeat(400)}`;
        values.push(value);
        await machine.appendRound(value);
        machine.time.advance(1000);
      }
      await machine.expectValues(values);
    }
    await machine.engine!.close();
    await machine.start(config);
    await machine.open();
    await machine.expectValues(values);
  });
});

describe('a start after a kill with `os` partitions', () => {
  /** Their logs with three rounds of records, killed; calls of the next start are counted. */
  async function killed() {
    const machine = new Machine();
    await machine.start();
    await machine.open('os');
    for (const value of ['a', 'b', 'c']) await machine.appendRound(value);
    const disk = (machine.disk = machine.disk.crash('kill'));
    const calls = { listNow: 0, list: 0, openNow: 0, open: 0 };
    const { list, open } = disk;
    for (const name of ['listNow', 'openNow'] as const) {
      const call = disk[name].bind(disk) as (...parameters: never[]) => never;
      Object.assign(disk, {
        [name]: (path: string, ...rest: never[]) => {
          if (path.includes(TOPIC_ID)) calls[name]++;
          return call(...([path, ...rest] as never[]));
        },
      });
    }
    // A disk of its own turns: what the simulated one does behind its back is not counted twice.
    disk.list = async (path) => {
      if (path.includes(TOPIC_ID)) [calls.list, calls.listNow] = [calls.list + 1, calls.listNow - 1];
      return list.call(disk, path);
    };
    disk.open = async (path, options) => {
      if (path.includes(TOPIC_ID)) [calls.open, calls.openNow] = [calls.open + 1, calls.openNow - 1];
      return open.call(disk, path, options);
    };
    return { machine, calls };
  }

  it('looks into each directory and file once, without threads while the disk is prompt', async () => {
    const { machine, calls } = await killed();

    await machine.start();
    await machine.open('os');

    expect(calls).toEqual({ listNow: PARTITIONS, list: 0, openNow: PARTITIONS, open: 0 });
    expect(machine.turns).toBeGreaterThan(0);
    await machine.expectValues(['a', 'b', 'c']);
    await machine.engine!.close();
  });

  it('leaves a disk that takes its time to threads, and finds the same', async () => {
    const { machine, calls } = await killed();
    const clock = {
      nowMs: () => machine.time.nowMs(),
      monotonicMs: () => (machine.time.advance(2), machine.time.nowMs()),
    };

    await machine.start({}, clock);
    await machine.open('os');

    expect(calls.list + calls.open).toBeGreaterThan(PARTITIONS);
    await machine.expectValues(['a', 'b', 'c']);
    await machine.engine!.close();
  });

  it('remembers nothing of each write to an `os` partition', async () => {
    const machine = new Machine();
    await machine.start();
    const noteFlushing = jest.spyOn(StoredPartition.prototype, 'noteFlushing');
    try {
      await machine.open('os');
      for (let round = 0; round < 5; round++) await machine.appendRound(`${round}`);

      const partitions = new Set(noteFlushing.mock.contexts);
      expect(partitions.size).toBe(PARTITIONS);
      for (const partition of partitions) expect(partition.markCount).toBe(0);
    } finally {
      noteFlushing.mockRestore();
      await machine.engine!.close();
    }
  });
});

describe('checkpoints', () => {
  it('leave at most two journal files to replay, however many partitions wrote into them', async () => {
    const config = { journalFileBytes: 256 * KIB, journalGroupBytes: 32 * KIB };
    const machine = new Machine();
    await machine.start(config);
    await machine.open();
    for (let number = 1; number <= 6; number++) {
      for (let round = 0; round < 3; round++) await machine.appendRound(`${number}-${round}-${'z'.repeat(300)}`);
      await machine.untilCheckpoint(number);

      const checkpoint = await readCheckpoint(machine.disk, '/data/checkpoints', number);
      const journalId = Buffer.from(
        machine.disk.contentOf('/data/journal/' + newestJournal(machine.disk)).subarray(16, 16 + JOURNAL_ID_BYTES),
      );
      const fromLsn = checkpoint!.replayLsn;
      const reader = new JournalReader({ fileSystem: machine.disk, directory: '/data/journal', journalId, fromLsn });
      let bytes = 0;
      for await (const group of reader.groups()) bytes += group.sizeBytes;

      expect(bytes).toBeLessThanOrEqual(2 * config.journalFileBytes);
    }
  });

  it('let other work go on each time that a slice of theirs took its time', async () => {
    const machine = new Machine();
    await machine.start({ checkpointIntervalMs: 1000 });
    await machine.open();
    await machine.appendRound('a');
    const before = machine.turns;
    // Every look at a partition takes a millisecond.
    const lookAt = jest.spyOn(StoredPartition.prototype, 'unsyncedBytes', 'get').mockImplementation(() => {
      machine.time.advance(2);
      return 0;
    });
    try {
      await machine.untilCheckpoint(1);
    } finally {
      lookAt.mockRestore();
    }

    expect(machine.turns - before).toBeGreaterThanOrEqual(PARTITIONS / 5);
  });
});

describe('memory that runs out', () => {
  it('looks at each of the partitions that share a slab a few times, not once for every other one', async () => {
    const config = { tailCacheBytes: 64 * KIB, tailSlabBytes: 128 * KIB };
    const machine = new Machine();
    await machine.start(config);
    await machine.open();
    const releaseTail = jest.spyOn(LogData.prototype, 'releaseTail');
    try {
      for (let round = 0; round < 8; round++) await machine.appendRound(`${round}${'w'.repeat(700)}`);
      await waitUntil(
        'memory',
        () => {
          machine.time.advance(100);
          return machine.engine!.stats().tailCacheBytes <= 5 * 128 * KIB;
        },
        DEADLINE_MS,
      );

      expect(releaseTail.mock.calls.length).toBeGreaterThan(PARTITIONS);
      expect(releaseTail.mock.calls.length).toBeLessThan(PARTITIONS * 30);
    } finally {
      releaseTail.mockRestore();
    }
  });
});

function newestJournal(disk: SimulatedDisk): string {
  const names = disk.paths().filter((path) => path.endsWith('.j'));
  const first = names.find((path) => disk.contentOf(path).toString('latin1', 0, 4) === 'MRJ1');
  return first!.slice('/data/journal/'.length);
}
