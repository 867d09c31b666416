import { SeededRandom, silentLogger } from '@millrace/base';
import type { LogConfig, LogEngine } from '@millrace/log';
import type { OwnedLog } from '@millrace/log/internal';
import { appendDurably, CONTRACT_LOG_CONFIG, ManualTime, waitUntil } from '@millrace/testing';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import { createLocalLogEngine } from '../local-engine.ts';
import { filesOfNone } from '../stored-partition.ts';

const ID = { topicId: 'bG9nLWNsZWFuZXItdGVzdA', partition: 0 };
const CONFIG: LogConfig = {
  ...CONTRACT_LOG_CONFIG,
  segmentBytes: 16_384,
  cleanupDelete: false,
  cleanupCompact: true,
  compaction: { minCleanableDirtyRatio: 0, minCompactionLagMs: 0, maxCompactionLagMs: 1e12, deleteRetentionMs: 1 },
};

function engineOn(disk: SimulatedDisk, time: ManualTime): LogEngine {
  return createLocalLogEngine({
    dataDir: '/data',
    fileSystem: disk,
    clock: time,
    timers: time,
    random: new SeededRandom(2),
    logger: silentLogger,
  });
}

describe('the cleaner of logs', () => {
  it('leaves no files of a segment that came too late because its records were deleted', async () => {
    const disk = new SimulatedDisk(new SeededRandom(1));
    const time = new ManualTime();
    const engine = engineOn(disk, time);
    await engine.start();
    const log = await engine.openPartition(ID, { config: CONFIG, leaderEpoch: 1 });
    for (let index = 0; index < 20; index++) await appendDurably(log, { values: [`${index}`.padEnd(3000, '.')] });
    const { data } = log as OwnedLog;
    const made: string[] = [];
    disk.onChange = (what, path) => {
      if (what !== 'sync' || !/-1\.log$/.test(path)) return;
      made.push(path);
      void log.advanceLogStart(data.segments[0]!.endOffset);
    };

    await engine.cleanLogs();

    expect(made.length).toBeGreaterThan(0);
    const directory = `/data/logs/${(log as OwnedLog).name}/`;
    const names = (): string[] =>
      disk
        .paths()
        .filter((path) => path.startsWith(directory))
        .map((path) => path.slice(directory.length));
    await waitUntil('files of removed segments to go', () => {
      time.advance(60_000);
      return filesOfNone(names(), data.segments).length === 0;
    });
    await engine.close();
  });

  it.each(['EMFILE', 'ENFILE', 'ENOSPC'])('tries a log again that it could not open files for (%s)', async (code) => {
    const disk = new SimulatedDisk(new SeededRandom(1));
    let failures = 0;
    const { open } = disk;
    disk.open = (path, options) => {
      if (!/-\d+\.log$/.test(path) || failures++ > 0) return open.call(disk, path, options);
      return Promise.reject(Object.assign(new Error('no file'), { code }));
    };
    const time = new ManualTime();
    const engine = engineOn(disk, time);
    await engine.start();
    const log = await engine.openPartition(ID, { config: CONFIG, leaderEpoch: 1 });
    for (let index = 0; index < 20; index++) await appendDurably(log, { values: [`${index}`.padEnd(3000, '.')] });

    await engine.cleanLogs();
    expect((log as OwnedLog).cleanedEndOffset).toBe(0);

    await engine.cleanLogs();
    expect((log as OwnedLog).cleanedEndOffset).toBeGreaterThan(0);
    await engine.close();
  });
});
