import { MillraceError, SeededRandom, type Logger } from '@millrace/base';
import type { LogEngine, PartitionLog } from '@millrace/log';
import {
  appendDurably,
  buildBatch,
  accepted,
  CONTRACT_LOG_CONFIG,
  ManualTime,
  readToEnd,
  valuesOf,
  waitUntil,
} from '@millrace/testing';
import { SimulatedDisk } from '../test/simulated-disk.ts';
import { createLocalLogEngine, type LocalLogEngineConfig } from './local-engine.ts';

const ID = { topicId: 'cmVjb3ZlcnktdGVzdC10bw', partition: 0 };
const DIRECTORY = '/data/logs/cmVjb3ZlcnktdGVzdC10bw-0';
const JOURNAL = '/data/journal/000000000001.j';
const GROUP_BYTES = 4096;

/** An engine over a simulated disk, and what it logged. */
class Machine {
  disk = new SimulatedDisk(new SeededRandom(1));
  readonly time = new ManualTime();
  readonly lines: { readonly level: string; readonly message: string; readonly fields: object }[] = [];
  engine: LogEngine | undefined;

  async start(config: Partial<LocalLogEngineConfig> = {}): Promise<LogEngine> {
    this.engine = createLocalLogEngine({
      dataDir: '/data',
      fileSystem: this.disk,
      clock: this.time,
      timers: this.time,
      random: new SeededRandom(2),
      logger: this.#logger(),
      config: { ballastBytes: 0, journalFileBytes: 1024 * 1024, ...config },
    });
    await this.engine.start();
    return this.engine;
  }

  async open(engine: LogEngine, partition = 0): Promise<PartitionLog> {
    const config = { ...CONTRACT_LOG_CONFIG, segmentBytes: 4000 };
    return engine.openPartition({ ...ID, partition }, { config, leaderEpoch: 1 });
  }

  /** Starts again after a kill and reads everything. */
  async valuesAfterKill(config: Partial<LocalLogEngineConfig> = {}): Promise<string[]> {
    this.disk = this.disk.crash('kill');
    return valuesOf(await readToEnd(await this.open(await this.start(config))));
  }

  #logger(): Logger {
    const write =
      (level: string) =>
      (message: string, fields: object = {}): void => {
        this.lines.push({ level, message, fields });
      };
    const logger: Logger = {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: () => logger,
    };
    return logger;
  }
}

/** Positions of the journal groups in a file. */
function groupPositions(journal: Buffer): number[] {
  const positions: number[] = [];
  for (let at = 0; at < journal.length; at += GROUP_BYTES) {
    if (journal.toString('latin1', at, at + 4) === 'MRJ1') positions.push(at);
  }
  return positions;
}

describe('recovery of the journal', () => {
  it.each([
    ['ends', (content: Buffer, at: number) => content.subarray(0, at)],
    ['holds something else', (content: Buffer, at: number, end: number) => content.fill(0xa5, at, end)],
  ])('returns exactly the acknowledged batches when the file %s from any byte of the last group on', async (_, cut) => {
    const machine = new Machine();
    const log = await machine.open(await machine.start());
    await appendDurably(log, { values: ['first'] });
    await appendDurably(log, { values: ['second'] });
    await appendDurably(log, { values: ['last', 'of', 'all'] });
    const whole = machine.disk.crash('kill');
    const start = groupPositions(whole.contentOf(JOURNAL)).at(-1)!;
    const end = start + whole.contentOf(JOURNAL).readUInt32LE(start + 8);

    for (let at = start; at < end; at++) {
      machine.disk = whole.crash('kill');
      machine.disk.corrupt(JOURNAL, (content) => cut(content, at, end));
      const recovered = await machine.open(await machine.start());

      expect(valuesOf(await readToEnd(recovered))).toEqual(['first', 'second']);
      expect((await appendDurably(recovered, { values: ['again'] })).baseOffset).toBe(2);
    }
  });

  it.each([
    ['the magic', 0],
    ['the CRC', 4],
    ['the length', 9],
    ['the number', 26],
    ['an entry header', 45],
    ['a batch', 120],
  ])('refuses to start when %s of a group before a whole one is changed, and names file and byte', async (_, byte) => {
    const machine = new Machine();
    const log = await machine.open(await machine.start());
    for (const value of ['first', 'second', 'third']) await appendDurably(log, { values: [value] });
    machine.disk = machine.disk.crash('kill');
    const damaged = groupPositions(machine.disk.contentOf(JOURNAL)).at(-2)!;
    machine.disk.corrupt(JOURNAL, (content) => {
      content[damaged + byte]! ^= 0x10;
      return content;
    });

    const refusal = await machine.start().catch((error: unknown) => error as MillraceError);

    expect(refusal).toBeInstanceOf(MillraceError);
    expect(refusal).toMatchObject({ code: 'MILLRACE_STORAGE_CORRUPT' });
    expect((refusal as MillraceError).message).toContain(`${JOURNAL} is damaged at byte ${damaged}`);
    expect((refusal as MillraceError).message).toContain('--repair');
  });

  it('cuts damage out when told to repair, says what is lost, and goes on under a new epoch', async () => {
    const machine = new Machine();
    const log = await machine.open(await machine.start());
    for (const value of ['first', 'second', 'third']) await appendDurably(log, { values: [value] });
    machine.disk = machine.disk.crash('kill');
    const damaged = groupPositions(machine.disk.contentOf(JOURNAL)).at(-2)!;
    machine.disk.corrupt(JOURNAL, (content) => content.fill(1, damaged + 50, damaged + 60));

    const repaired = await machine.open(await machine.start({ repair: true }));

    expect(valuesOf(await readToEnd(repaired))).toEqual(['first']);
    expect(repaired.leaderEpoch).toBe(2);
    expect(repaired.endOffsetForEpoch(1)).toEqual({ leaderEpoch: 1, endOffset: 1 });
    expect(machine.lines).toContainEqual({
      level: 'warn',
      message: 'repair: records are lost',
      fields: {
        topicId: ID.topicId,
        partition: 0,
        fromOffset: 1,
        toOffset: 2,
        readableBytes: buildBatch({ values: ['third'] }).length,
      },
    });
    await appendDurably(repaired, { values: ['later'] });
    expect(await machine.valuesAfterKill()).toEqual(['first', 'later']);
  });

  it('says which groups are missing when journal files are gone', async () => {
    const machine = new Machine();
    const config = { journalFileBytes: 16 * 1024, checkpointIntervalMs: 1e9, flushBytes: 1e9 };
    const log = await machine.open(await machine.start(config));
    for (let index = 0; index < 12; index++) await appendDurably(log, { values: [`${index}`.padEnd(3000, '.')] });
    machine.disk = machine.disk.crash('kill');
    await machine.disk.remove(JOURNAL);

    await expect(machine.start(config)).rejects.toMatchObject({
      code: 'MILLRACE_STORAGE_JOURNAL_MISSING',
      message: expect.stringContaining('journal group 1 is needed') as string,
    });
  });

  it('misses the journal after a clean stop as well, and goes on without it when told to repair', async () => {
    const machine = new Machine();
    const log = await machine.open(await machine.start());
    await appendDurably(log, { values: ['kept'] });
    await machine.engine?.close();
    for (const path of machine.disk.paths().filter((name) => name.endsWith('.j'))) await machine.disk.remove(path);

    await expect(machine.start()).rejects.toMatchObject({
      code: 'MILLRACE_STORAGE_JOURNAL_MISSING',
      message: expect.stringContaining('no journal file') as string,
    });
    const repaired = await machine.open(await machine.start({ repair: true }));
    expect(valuesOf(await readToEnd(repaired))).toEqual(['kept']);
  });

  it('replays groups larger than it reads at a time', async () => {
    const machine = new Machine();
    const config = { journalFileBytes: 12 * 1024 * 1024, journalGroupBytes: 8 * 1024 * 1024 };
    const engine = await machine.start(config);
    const log = await engine.openPartition(ID, { config: CONTRACT_LOG_CONFIG, leaderEpoch: 1 });
    const values = Array.from({ length: 7 }, (_, index) => `${index}`.repeat(1_000_000));
    const outcomes = values.map((value) => accepted(log.append(buildBatch({ values: [value] }), { origin: 'client' })));
    await Promise.all(outcomes.map((outcome) => outcome.durable));
    expect(new Set(outcomes.map((outcome) => outcome.durable)).size).toBe(1);

    expect(await machine.valuesAfterKill(config)).toEqual(values);
  });
});

describe('recovery from checkpoints', () => {
  /** Several clean closes leave two checkpoints; the last appends are only in the journal. */
  async function prepare(): Promise<{ machine: Machine; values: string[] }> {
    const machine = new Machine();
    const values: string[] = [];
    for (let round = 0; round < 3; round++) {
      const log = await machine.open(await machine.start());
      for (let index = 0; index < 5; index++) {
        values.push(`${round}/${index}`.padEnd(900, '.'));
        await appendDurably(log, {
          values: [values.at(-1)!],
          producerId: 1,
          producerEpoch: 0,
          baseSequence: values.length - 1,
        });
      }
      if (round < 2) await machine.engine?.close();
    }
    machine.disk = machine.disk.crash('kill');
    return { machine, values };
  }

  const checkpoints = (machine: Machine): string[] =>
    machine.disk.paths().filter((path) => path.endsWith('.checkpoint'));

  it('keeps two', async () => {
    const { machine } = await prepare();

    expect(checkpoints(machine)).toHaveLength(2);
  });

  it.each([
    ['missing', (machine: Machine, path: string) => machine.disk.remove(path)],
    ['empty', async (machine: Machine, path: string) => machine.disk.corrupt(path, () => Buffer.alloc(0))],
    ['cut', async (machine: Machine, path: string) => machine.disk.corrupt(path, (bytes) => bytes.subarray(0, -5))],
    [
      'changed in a byte',
      async (machine: Machine, path: string) =>
        machine.disk.corrupt(path, (bytes) => {
          bytes[40]! ^= 1;
          return bytes;
        }),
    ],
  ])('loses nothing when the newest is %s', async (_, damage) => {
    const { machine, values } = await prepare();
    await damage(machine, checkpoints(machine).at(-1)!);

    expect(await machine.valuesAfterKill()).toEqual(values);
    const log = machine.engine!.getPartition(ID)!;
    const repeat = await appendDurably(log, {
      values: ['x'],
      producerId: 1,
      producerEpoch: 0,
      baseSequence: values.length - 1,
    });
    expect([repeat.isDuplicate, repeat.baseOffset]).toEqual([true, values.length - 1]);
  });

  it('lets journal files be used again', async () => {
    const machine = new Machine();
    const config = { journalFileBytes: 32 * 1024, checkpointIntervalMs: 1000, flushBytes: 4000 };
    const log = await machine.open(await machine.start(config));
    for (let index = 0; index < 150; index++) {
      await appendDurably(log, { values: [`${index}`.padEnd(3000, '.')] });
      if (index % 4 === 0) machine.time.advance(1000);
    }
    const journalBytes = () =>
      machine.disk
        .paths()
        .filter((path) => path.endsWith('.j'))
        .reduce((total, path) => total + machine.disk.contentOf(path).length, 0);
    await waitUntil('the files that a quiet journal does not need to be removed', () => {
      machine.time.advance(1000);
      return journalBytes() <= 4 * 32 * 1024;
    });
    await machine.engine?.close();
    expect((await machine.valuesAfterKill(config)).length).toBe(150);
  });

  it('carries small tails forward instead of syncing their files', async () => {
    const machine = new Machine();
    const config = { journalFileBytes: 128 * 1024, checkpointIntervalMs: 1000, flushBytes: 1e9, flushAfterMs: 1e9 };
    const engine = await machine.start(config);
    const quiet = await Promise.all(Array.from({ length: 20 }, (_, index) => machine.open(engine, index + 1)));
    for (const log of quiet) await appendDurably(log, { values: [`quiet ${log.id.partition}`] });
    const busy = await machine.open(engine);
    const syncsBefore = machine.disk.syncs;
    for (let index = 0; index < 120; index++) {
      await appendDurably(busy, { values: ['y'.repeat(3000)] });
      if (index % 10 === 0) machine.time.advance(1000);
    }

    machine.disk = machine.disk.crash('power loss');
    const again = await machine.start(config);
    for (const log of quiet) {
      const recovered = await machine.open(again, log.id.partition);
      expect(valuesOf(await readToEnd(recovered))).toEqual([`quiet ${log.id.partition}`]);
    }
    expect(valuesOf(await readToEnd(await machine.open(again))).length).toBe(120);
    const quietFiles = machine.disk
      .paths()
      .filter((path) => /-(\d+)\/.*log$/.test(path) && !path.startsWith(`${DIRECTORY}/`));
    expect(quietFiles).toEqual([]);
    expect(machine.disk.syncs - syncsBefore).toBeLessThan(40);
  });
});

describe('recovery of segments', () => {
  async function prepare(): Promise<Machine> {
    const machine = new Machine();
    const log = await machine.open(await machine.start({ flushBytes: 1 }));
    for (let index = 0; index < 10; index++) await appendDurably(log, { values: [`${index}`.padEnd(1000, '.')] });
    await machine.engine?.close();
    return machine;
  }

  const sidecars = (machine: Machine): string[] => machine.disk.paths().filter((path) => path.endsWith('.idx'));

  it.each([
    ['missing', (machine: Machine, path: string) => machine.disk.remove(path)],
    ['cut', async (machine: Machine, path: string) => machine.disk.corrupt(path, (bytes) => bytes.subarray(0, 9))],
    [
      'changed in a byte',
      async (machine: Machine, path: string) =>
        machine.disk.corrupt(path, (bytes) => {
          bytes[bytes.length - 3]! ^= 1;
          return bytes;
        }),
    ],
  ])('makes sidecars again that are %s', async (_, damage) => {
    const machine = await prepare();
    expect(sidecars(machine).length).toBeGreaterThan(1);
    for (const path of sidecars(machine)) await damage(machine, path);

    const log = await machine.open(await machine.start());

    expect(valuesOf(await readToEnd(log, 5)).map((value) => value[0])).toEqual(['5', '6', '7', '8', '9']);
    expect((await log.findOffsetByTimestamp(1, 'read_uncommitted'))?.offset).toBe(0);
    expect(sidecars(machine).length).toBeGreaterThan(1);
  });

  it('answers a reader of a damaged segment with an error and goes on with the others', async () => {
    const machine = await prepare();
    const first = `${DIRECTORY}/00000000000000000000.log`;
    machine.disk.corrupt(first, (content) => content.fill(7, 0, 61));
    const log = await machine.open(await machine.start());
    const read = (offset: number) =>
      log.read({ offset, maxBytes: 100_000, atLeastOneBatch: true, isolation: 'read_uncommitted' });

    expect((await read(0)).errorCode).not.toBe(0);
    expect((await read(9)).errorCode).toBe(0);
    expect(machine.lines.some((line) => line.message === 'cannot read from a segment')).toBe(true);
  });

  it('removes files that belong to nothing after a crash, and only those', async () => {
    const machine = new Machine();
    const log = await machine.open(await machine.start());
    await appendDurably(log, { values: ['kept'] });
    machine.disk = machine.disk.crash('kill');
    for (const path of [
      `${DIRECTORY}/00000000000000000777.log`,
      `${DIRECTORY}/notes.txt`,
      '/data/logs/Z29uZS10b3BpYy1nb25lLQ-3/00000000000000000000.log',
      '/data/logs/lost+found/x',
    ]) {
      await machine.disk.makeDirectory(path.slice(0, path.lastIndexOf('/')));
      const file = await machine.disk.open(path, { mode: 'create' });
      await file.write([Buffer.from('stray')], 0);
    }

    expect(await machine.valuesAfterKill()).toEqual(['kept']);
    const strays = () => machine.disk.paths().filter((path) => path.includes('777') || path.includes('Z29uZS'));
    await waitUntil('the files that belong to nothing to be removed', () => strays().length === 0);
    await machine.engine?.close();

    const left = machine.disk.paths().filter((path) => path.startsWith('/data/logs/'));
    expect(left).toContain(`${DIRECTORY}/notes.txt`);
    expect(left).toContain('/data/logs/lost+found/x');
  });

  it('frees the files of what is deleted', async () => {
    const machine = new Machine();
    const engine = await machine.start({ flushBytes: 1 });
    const log = await machine.open(engine);
    for (let index = 0; index < 10; index++) await appendDurably(log, { values: [`${index}`.padEnd(1000, '.')] });
    await log.advanceLogStart(7);
    const other = await machine.open(engine, 1);
    await appendDurably(other, { values: ['gone'] });
    await engine.deletePartition(other.id);
    await engine.close();

    const files = machine.disk.paths().filter((path) => path.startsWith('/data/logs/') && path.endsWith('.log'));
    expect(files).toEqual([`${DIRECTORY}/00000000000000000006.log`, `${DIRECTORY}/00000000000000000009.log`]);
  });
});
