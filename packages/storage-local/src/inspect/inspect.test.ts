import { SeededRandom, silentLogger } from '@millrace/base';
import type { LogEngine, PartitionLog } from '@millrace/log';
import { appendDurably, CONTRACT_LOG_CONFIG, ManualTime, waitUntil } from '@millrace/testing';
import { recordHistory } from '../../test/crash-history.ts';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import { createLocalLogEngine } from '../local-engine.ts';
import { dumpDirectory, type DumpedItem, type DumpOptions } from './dump-directory.ts';
import type { Finding } from './findings.ts';
import { verifyDirectory, type VerifyReport } from './verify-directory.ts';

const TOPIC_ID = 'aW5zcGVjdC10ZXN0LXRvcA';
/** A batch with one record of 1,000 bytes. */
const BATCH_BYTES = 1_073;
const CHECKPOINT_MS = 1_000;
/** The first journal file, which the test's few groups never leave. */
const JOURNAL = '/data/journal/000000000001.j';

/** A broker's directory after some appends, and its disk. */
class Scene {
  disk = new SimulatedDisk(new SeededRandom(1));
  readonly time = new ManualTime();
  #engine: LogEngine | undefined;

  async start(): Promise<LogEngine> {
    this.#engine = createLocalLogEngine({
      dataDir: '/data',
      fileSystem: this.disk,
      clock: this.time,
      timers: this.time,
      random: new SeededRandom(2),
      logger: silentLogger,
      config: { ballastBytes: 0, journalFileBytes: 1024 * 1024, flushBytes: 1, checkpointIntervalMs: CHECKPOINT_MS },
    });
    await this.#engine.start();
    return this.#engine;
  }

  open(engine: LogEngine, partition: number, durability: 'fsync' | 'os' = 'fsync'): Promise<PartitionLog> {
    const config = { ...CONTRACT_LOG_CONFIG, segmentBytes: 4_000, durability };
    return engine.openPartition({ topicId: TOPIC_ID, partition }, { config, leaderEpoch: 3 });
  }

  /** Partition 0 with three segments in a checkpoint, partition 1 the same in `os`, then batches only the journal has. */
  async fill(): Promise<void> {
    const engine = await this.start();
    const synced = await this.open(engine, 0);
    const cached = await this.open(engine, 1, 'os');
    for (let index = 0; index < 10; index++) {
      for (const log of [synced, cached]) await appendDurably(log, { values: [`${index}`.padEnd(1_000, '.')] });
    }
    await engine.close();
    const again = await this.start();
    const log = await this.open(again, 0);
    const other = await this.open(again, 1, 'os');
    for (const [index, value] of ['aaa', 'bbb', 'ccc'].entries()) {
      await appendDurably(log, { values: [value], producerId: 9, producerEpoch: 1, baseSequence: index });
      await appendDurably(other, { values: [value] });
    }
    this.disk = this.disk.crash('kill');
  }

  verify(): Promise<VerifyReport> {
    return verifyDirectory({ dataDir: '/data', fileSystem: this.disk });
  }

  async problems(): Promise<readonly Finding[]> {
    return (await this.verify()).findings.filter(({ severity }) => severity === 'problem');
  }

  async dump(options: Partial<DumpOptions> = {}): Promise<DumpedItem[]> {
    const items: DumpedItem[] = [];
    for await (const item of dumpDirectory({ dataDir: '/data', fileSystem: this.disk, ...options })) items.push(item);
    return items;
  }

  path(ending: RegExp): string {
    return this.disk.paths().find((path) => ending.test(path)) ?? '';
  }

  flip(path: string, position: number): void {
    this.disk.corrupt(path, (content) => {
      content[position] = (content[position] ?? 0) ^ 0xff;
      return content;
    });
  }

  /** Where the journal holds that value. */
  positionOf(value: string): number {
    return this.disk.contentOf(JOURNAL).lastIndexOf(value);
  }
}

const segment = (partition: number, base: number): string =>
  `/data/logs/${TOPIC_ID}-${partition}/${String(base).padStart(20, '0')}.log`;

describe('verifying a data directory', () => {
  it('finds nothing wrong with what a kill leaves, and says how much it read', async () => {
    const scene = new Scene();
    await scene.fill();

    const report = await scene.verify();

    expect(report.findings).toEqual([]);
    expect(report.counts).toMatchObject({
      checkpoints: 1,
      partitions: 2,
      segments: 8,
      indexes: expect.any(Number) as number,
    });
    expect(report.counts.batches).toBeGreaterThanOrEqual(23);
    expect(report.counts.indexes).toBeGreaterThan(0);
    const sizeBytes = (path: string): number => scene.disk.contentOf(path).length;
    const segments = scene.disk.paths().filter((path) => path.endsWith('.log'));
    expect(report.counts.journalBytes).toBeGreaterThan(0);
    expect(report.counts.journalBytes).toBeLessThan(segments.reduce((sum, path) => sum + sizeBytes(path), 0));
  });

  it('changes nothing and makes nothing', async () => {
    const scene = new Scene();
    await scene.fill();
    const changes: string[] = [];
    scene.disk.onChange = (what, path) => changes.push(`${what} ${path}`);

    await scene.verify();
    await scene.dump();

    expect(changes).toEqual([]);
  });

  it('finds no problem at any moment of a broker that runs, is killed, or loses power', async () => {
    const history = await recordHistory(1);
    for (const cut of history.cuts.filter(({ number }) => number % 7 === 0)) {
      for (const crash of [{ kind: 'kill', sectorBytes: 512 }, { kind: 'power loss' }] as const) {
        const scene = new Scene();
        scene.disk = SimulatedDisk.after(cut.disk, crash, new SeededRandom(cut.number), { turnsMax: 0 });
        if (!scene.disk.paths().includes('/data/millrace.format')) continue;
        const problems = await scene.problems();
        // Indexes are not synced.
        expect([cut.number, cut.what, crash.kind, problems.filter(({ path }) => !path.endsWith('.idx'))]).toEqual([
          cut.number,
          cut.what,
          crash.kind,
          [],
        ]);
      }
    }
  }, 60_000);

  it.each<[string, (scene: Scene) => { path: string; position?: number }, RegExp]>([
    [
      'a byte of a batch in a segment',
      (scene) => {
        scene.flip(segment(0, 3), 1_200);
        return { path: segment(0, 3), position: BATCH_BYTES };
      },
      /batch at offset 4 is damaged: its CRC/,
    ],
    [
      'a header in a segment',
      (scene) => {
        scene.flip(segment(0, 0), 16);
        return { path: segment(0, 0), position: 0 };
      },
      /no record batch is there/,
    ],
    [
      'a segment that lacks its end',
      (scene) => {
        scene.disk.corrupt(segment(0, 0), (content) => content.subarray(0, BATCH_BYTES));
        return { path: segment(0, 0), position: BATCH_BYTES };
      },
      /ends there; it should have 3219 bytes/,
    ],
    [
      'a segment that is missing',
      (scene) => {
        void scene.disk.remove(segment(0, 3));
        return { path: segment(0, 3) };
      },
      /missing/,
    ],
    [
      'a batch twice in a segment',
      (scene) => {
        scene.disk.corrupt(segment(0, 0), (content) => {
          content.copy(content, BATCH_BYTES, 0, BATCH_BYTES);
          return content;
        });
        return { path: segment(0, 0), position: BATCH_BYTES };
      },
      /offset 0 where 1 is due/,
    ],
    [
      'a batch of an `os` segment that whole ones follow, not yet synced',
      (scene) => {
        const path = segment(1, 9);
        scene.flip(path, BATCH_BYTES + 65);
        return { path, position: BATCH_BYTES };
      },
      /whole ones follow/,
    ],
    [
      'a byte of an index',
      (scene) => {
        const path = scene.path(/-0\/.*\.idx$/);
        scene.flip(path, 17);
        return { path, position: 4 };
      },
      /CRC/,
    ],
    [
      'a checkpoint',
      (scene) => {
        const path = scene.path(/\.checkpoint$/);
        scene.flip(path, 60);
        return { path, position: 37 };
      },
      /CRC of a block/,
    ],
    [
      'a checkpoint that lacks its end',
      (scene) => {
        const path = scene.path(/\.checkpoint$/);
        const sizeBytes = scene.disk.contentOf(path).length;
        scene.disk.corrupt(path, (content) => content.subarray(0, -16));
        return { path, position: sizeBytes - 16 };
      },
      /end block is missing/,
    ],
  ])('names file and byte of %s', async (_, damage, message) => {
    const scene = new Scene();
    await scene.fill();
    const where = damage(scene);

    const problems = await scene.problems();

    expect(problems).toContainEqual({
      severity: 'problem',
      ...where,
      message: expect.stringMatching(message) as string,
    });
  });

  it('names file and byte of a journal group that later ones follow, and what a repair would lose', async () => {
    const scene = new Scene();
    await scene.fill();
    const at = scene.positionOf('bbb');
    scene.flip(JOURNAL, at);

    const report = await scene.verify();

    expect(report.findings).toContainEqual({
      severity: 'problem',
      path: JOURNAL,
      position: Math.floor(at / 4096) * 4096,
      message: expect.stringMatching(/is damaged at byte/) as string,
    });
    // Records of 64 bytes and more need two lengths of two bytes each.
    const batchBytes = BATCH_BYTES - 1_000 - 2 + 'ccc'.length;
    const lost = { topicId: TOPIC_ID, partition: 0, fromOffset: 11, toOffset: 12, readableBytes: batchBytes };
    expect(report.lost).toEqual([lost]);
  });

  it('takes a torn end of the journal for what it is', async () => {
    const scene = new Scene();
    await scene.fill();
    const at = scene.positionOf('ccc');
    scene.flip(JOURNAL, at);

    const { findings } = await scene.verify();

    expect(findings).toEqual([
      {
        severity: 'note',
        path: JOURNAL,
        position: Math.floor(at / 4096) * 4096,
        message: expect.stringMatching(/last write of the journal .* not whole/) as string,
      },
    ]);
  });

  it('refuses a directory that is none of a broker', async () => {
    const disk = new SimulatedDisk(new SeededRandom(1));

    await expect(verifyDirectory({ dataDir: '/data', fileSystem: disk })).rejects.toMatchObject({
      code: 'MILLRACE_STORAGE_FORMAT',
      message: expect.stringContaining('/data/millrace.format') as string,
    });
  });

  it('stays right while the broker writes', async () => {
    const scene = new Scene();
    const engine = await scene.start();
    const log = await scene.open(engine, 0);
    let isDone = false;
    const writing = (async () => {
      while (!isDone) {
        await appendDurably(log, { values: ['x'.repeat(900)] });
        scene.time.advance(100);
        if (log.logEndOffset % 10 === 0) await log.advanceLogStart(log.highWatermark - 3);
      }
    })();
    await waitUntil('a checkpoint', () => scene.disk.paths().some((path) => path.endsWith('.checkpoint')));

    for (let round = 0; round < 10; round++) {
      const report = await scene.verify();
      if (!report.isChanging) expect(report.findings.filter(({ severity }) => severity === 'problem')).toEqual([]);
    }
    isDone = true;
    await writing;
    await engine.close();

    expect((await scene.verify()).findings.filter(({ severity }) => severity === 'problem')).toEqual([]);
  });
});

describe('dumping a data directory', () => {
  it('shows checkpoints, groups with their entries, and segments with their batches and records', async () => {
    const scene = new Scene();
    await scene.fill();

    const items = await scene.dump();

    const checkpoint = items.find((item) => item.kind === 'checkpoint');
    expect(checkpoint?.partitions.map(({ id }) => id.partition)).toEqual([0, 1]);
    const entries = items.flatMap((item) => (item.kind === 'group' ? item.entries : []));
    expect(entries.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['session', 'state', 'batch']));
    const journalled = entries.flatMap((entry) => (entry.kind === 'batch' ? [entry.batch] : []));
    expect(journalled.at(-1)).toMatchObject({ baseOffset: 12, lastOffset: 12, isCrcValid: true, codec: 'none' });
    const stored = items.flatMap((item) => (item.kind === 'batch' && item.id.partition === 1 ? [item.batch] : []));
    const values = stored
      .flatMap(({ records }) => (typeof records === 'object' ? records : []))
      .map(({ value }) => String(value)[0]);
    expect(values).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c']);
  });

  it('keeps to the partition and the offsets that were asked for', async () => {
    const scene = new Scene();
    await scene.fill();
    const selects = ({ partition }: { readonly partition: number }): boolean => partition === 0;

    const items = await scene.dump({ selects, fromOffset: 4, toOffset: 5, withRecords: false });

    const batches = items.flatMap((item) => {
      if (item.kind === 'batch') return [item.batch];
      return item.kind === 'group'
        ? item.entries.flatMap((entry) => (entry.kind === 'batch' ? [entry.batch] : []))
        : [];
    });
    expect([...new Set(batches.map(({ baseOffset }) => baseOffset))].sort()).toEqual([4, 5]);
    expect(batches.every(({ records }) => records === undefined)).toBe(true);
    expect(items.some((item) => item.kind === 'group' && item.entries.some(({ kind }) => kind === 'session'))).toBe(
      false,
    );
  });

  it('says where bytes cannot be read and goes on', async () => {
    const scene = new Scene();
    await scene.fill();
    scene.flip(segment(0, 3), 1_200);

    const items = await scene.dump();

    expect(items).toContainEqual({
      kind: 'damage',
      path: segment(0, 3),
      position: BATCH_BYTES,
      reason: expect.stringMatching(/CRC/) as string,
    });
    expect(items.at(-1)).toMatchObject({ kind: 'batch', id: { partition: 1 } });
  });
});
