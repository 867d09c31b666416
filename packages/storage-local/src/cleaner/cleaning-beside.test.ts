/** What happens to a log while it is cleaned: each test does it before every single change that a pass makes to the disk. */
import type { LogConfig } from '@millrace/log';
import { waitUntil } from '@millrace/testing';
import { CleanerFixture, COMPACTED, type CleanerFixtureOptions } from '../../test/cleaner-fixture.ts';

const DAY_MS = 86_400_000;

/** Calls `run` with a fresh log, n-th change after n-th change, until a pass has no more of them; returns how many there were. */
async function atEveryChange(
  config: LogConfig,
  options: CleanerFixtureOptions,
  run: (fixture: CleanerFixture, cleanWith: (action: () => void) => Promise<void>) => Promise<void>,
): Promise<number> {
  for (let n = 0; ; n++) {
    await using fixture = await CleanerFixture.start(options);
    await fixture.addLog(config);
    let isReached = true;
    try {
      await run(fixture, async (action) => {
        isReached = await fixture.cleanWith(0, n, action);
      });
    } catch (error) {
      throw new Error(`before change ${n} of the pass`, { cause: error });
    }
    if (!isReached) return n;
    if (n > 500) throw new Error('the pass does not end');
  }
}

describe('while a log is cleaned', () => {
  it.each(['fsync', 'os'] as const)('its partition (%s) is deleted, and nothing is left of it', async (durability) => {
    const config: LogConfig = { ...COMPACTED, durability };
    const changes = await atEveryChange(config, {}, async (fixture, cleanWith) => {
      await fixture.addLog(config);
      let deleting = Promise.resolve();
      await cleanWith(() => {
        deleting = fixture.engine.deletePartition(fixture.idOf(0));
      });
      await fixture.passing(deleting);

      if (fixture.engine.getPartition(fixture.idOf(0)) === undefined) {
        // The name is free, and a new log under it has nothing of the old one.
        expect((await fixture.open(0)).logEndOffset).toBe(0);
      }
      expect(fixture.logOf(1).cleanedEndOffset).toBeGreaterThan(0);
      expect(await fixture.violations(1)).toEqual([]);
      await fixture.restart('closed');
      expect(fixture.strayFilesOf(0)).toEqual([]);
      expect(await fixture.violations(1)).toEqual([]);
      expect([...fixture.errors, ...fixture.warnings]).toEqual([]);
      expect(fixture.disk.paths().filter((path) => path.includes('.deleted'))).toEqual([]);
    });
    expect(changes).toBeGreaterThan(10);
  });

  it.each([
    ['fsync', 'os', 'closed'],
    ['fsync', 'os', 'kill'],
    ['os', 'fsync', 'closed'],
    ['os', 'fsync', 'power loss'],
  ] as const)(
    'its durability changes from %s to %s; it is whole then, and after a restart (%s)',
    async (before, after, how) => {
      const options = { isTransactional: true };
      const changes = await atEveryChange({ ...COMPACTED, durability: before }, options, async (fixture, cleanWith) => {
        const config: LogConfig = { ...COMPACTED, durability: after };
        let changing = Promise.resolve();
        await cleanWith(() => {
          changing = fixture.logOf(0).updateConfig(config);
        });
        await fixture.passing(changing);
        fixture.configs[0] = fixture.logOf(0).config;

        expect(fixture.logOf(0).cleanedEndOffset).toBeGreaterThan(0);
        expect(await fixture.violations(0)).toEqual([]);
        await fixture.restart(how);
        expect(fixture.logOf(0).highWatermark).toBe(fixture.modelOf(0).endOffset);
        expect(await fixture.violations(0)).toEqual([]);
        await fixture.fill(0, 30);
        await fixture.passing(fixture.engine.cleanLogs());
        expect(await fixture.violations(0)).toEqual([]);
        await fixture.passing(waitUntil('files to go', () => fixture.strayFilesOf(0).length === 0));
        expect(fixture.errors).toEqual([]);
      });
      expect(changes).toBeGreaterThan(10);
    },
  );

  it('its cleanup.policy becomes delete: the pass ends, and a later one goes on', async () => {
    const deleted: LogConfig = { ...COMPACTED, cleanupDelete: true, cleanupCompact: false };
    let endedEarly = 0;
    const changes = await atEveryChange(COMPACTED, {}, async (fixture, cleanWith) => {
      const { data } = fixture.logOf(0);
      let changing = Promise.resolve();
      let madeBefore = -1;
      const made = () => data.segments.filter(({ generation }) => generation > 0).length;
      await cleanWith(() => {
        madeBefore = made();
        changing = fixture.logOf(0).updateConfig(deleted);
      });
      await fixture.passing(changing);
      if (madeBefore >= 0) {
        // What was handed over already is put in place; nothing that comes after it.
        expect(made()).toBeLessThanOrEqual(madeBefore + 1);
        if (fixture.logOf(0).cleanedEndOffset === 0) endedEarly++;
      }
      expect(await fixture.violations(0)).toEqual([]);
      // Replaced files go in a while.
      await fixture.passing(waitUntil('files to go', () => fixture.strayFilesOf(0).length === 0));

      await fixture.logOf(0).updateConfig(COMPACTED);
      await fixture.fill(0, 10);
      await fixture.passing(fixture.engine.cleanLogs());
      expect(fixture.logOf(0).cleanedEndOffset).toBe(data.activeSegment?.baseOffset);
      expect(await fixture.violations(0)).toEqual([]);
      expect([...fixture.errors, ...fixture.warnings]).toEqual([]);
    });
    expect(changes).toBeGreaterThan(10);
    expect(endedEarly).toBeGreaterThan(10);
  });

  it.each(['fsync', 'os'] as const)('retention takes old segments of it (compact,delete, %s)', async (durability) => {
    const config: LogConfig = {
      ...COMPACTED,
      durability,
      cleanupDelete: true,
      retentionMs: DAY_MS,
      fileDeleteDelayMs: 50,
    };
    let taken = 0;
    const changes = await atEveryChange(config, {}, async (fixture, cleanWith) => {
      // What is there is older than what comes now by more than retention keeps it, but for the last quarter.
      fixture.time.advance(DAY_MS / 2);
      await fixture.fill(0, 20);
      let enforcing = Promise.resolve();
      await cleanWith(() => {
        fixture.time.advance(DAY_MS / 2 + 10_000);
        enforcing = fixture.engine.enforceRetention();
      });
      await fixture.passing(enforcing);
      const log = fixture.logOf(0);
      if (log.logStartOffset > 0) taken++;

      expect(log.logStartOffset).toBeLessThan(log.highWatermark);
      expect(await fixture.violations(0)).toEqual([]);
      await fixture.fill(0, 20);
      await fixture.passing(fixture.engine.cleanLogs());
      expect(await fixture.violations(0)).toEqual([]);
      expect(await fixture.gauge('millrace_log_cleaner_uncleanable_partitions')).toBe(0);
      expect(fixture.metrics.sums.get('millrace_log_cleaner_failures_total') ?? 0).toBe(0);
      await fixture.passing(waitUntil('files to go', () => fixture.strayFilesOf(0).length === 0));
      await fixture.restart('closed');
      expect(await fixture.violations(0)).toEqual([]);
      expect([...fixture.errors, ...fixture.warnings]).toEqual([]);
    });
    expect(changes).toBeGreaterThan(10);
    expect(taken).toBeGreaterThanOrEqual(changes);
  });

  it('records are deleted at its front, from segments that the pass joins: nothing old is left', async () => {
    const config: LogConfig = { ...COMPACTED, segmentBytes: 6000 };
    let taken = 0;
    const changes = await atEveryChange(config, { keys: 40 }, async (fixture, cleanWith) => {
      await fixture.fill(0, 80);
      // Segments that were cleaned are small enough to be joined.
      await fixture.passing(fixture.engine.cleanLogs());
      await fixture.fill(0, 120);
      const log = fixture.logOf(0);
      const [first] = log.data.segments;
      let deleting: Promise<unknown> = Promise.resolve();
      await cleanWith(() => {
        deleting = log.advanceLogStart(first?.endOffset ?? 0);
        taken++;
      });
      await fixture.passing(deleting);

      expect(log.cleanedEndOffset).toBe(log.data.activeSegment?.baseOffset);
      expect(await fixture.violations(0)).toEqual([]);
      await fixture.passing(waitUntil('files to go', () => fixture.strayFilesOf(0).length === 0));
      await fixture.restart('closed');
      expect(await fixture.violations(0)).toEqual([]);
      expect([...fixture.errors, ...fixture.warnings]).toEqual([]);
    });
    expect(taken).toBe(changes);
  });
});
