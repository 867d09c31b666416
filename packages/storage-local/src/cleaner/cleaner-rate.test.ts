/** What changes while a pass is under way: log.cleaner.io.max.bytes.per.second, and whether there is any cleaning. */
import { OwnedLog } from '@millrace/log/internal';
import { RecordBatchWriter } from '@millrace/protocol';
import { waitUntil } from '@millrace/testing';
import { CleanerFixture, COMPACTED } from '../../test/cleaner-fixture.ts';
import { createLocalHarness } from '../../test/engine-harness.ts';
import { cancelPass, createCleanControl, pauseOf, setRate } from './clean-control.ts';
import { CleaningCancelled } from './clean-job.ts';
import { DEFAULT_CLEANER_SETTINGS } from './cleaner-settings.ts';

const ID = { topicId: 'cmF0ZS1vZi1jbGVhbmVyLQ', partition: 0 };
/** A pass at this speed is over in a month. */
const CRAWL = 0.01;

describe('a pass that hardly gets on for its limit of bytes per second', () => {
  it('goes on within a second or so once the limit is taken back', async () => {
    const cleaner = { ioBytesPerSecond: CRAWL };
    await using fixture = await CleanerFixture.start({ cleaner });
    await fixture.addLog();
    const cleaning = fixture.engine.cleanLogs();
    await fixture.passing(delay(fixture, 60_000), 1000);
    expect(fixture.logOf(0).cleanedEndOffset).toBe(0);

    cleaner.ioBytesPerSecond = Infinity;
    const changedMs = fixture.time.nowMs();
    const isOver = waitUntil('the log to be cleaned', () => fixture.logOf(0).cleanedEndOffset > 0, 10_000);
    await fixture.passing(isOver, 10);
    expect(fixture.time.nowMs() - changedMs).toBeLessThan(5000);
    await fixture.passing(cleaning);
    expect(await fixture.violations(0)).toEqual([]);
  });

  it('obeys a lower limit from then on', async () => {
    const cleaner = { ioBytesPerSecond: 20_000 };
    await using fixture = await CleanerFixture.start({ cleaner });
    await fixture.addLog();
    const cleaning = fixture.engine.cleanLogs();
    await fixture.passing(delay(fixture, 100));
    cleaner.ioBytesPerSecond = 100;
    const changedMs = fixture.time.nowMs();
    await fixture.passing(cleaning, 1000);
    expect(fixture.time.nowMs() - changedMs).toBeGreaterThan(20_000);
    expect(await fixture.violations(0)).toEqual([]);
  });

  it('goes on in its thread once the limit is taken back', async () => {
    let ioBytesPerSecond = CRAWL;
    await using harness = await createLocalHarness({
      config: { cleansInThread: true },
      cleaner: () => ({ ...DEFAULT_CLEANER_SETTINGS, ioBytesPerSecond }),
    });
    const log = await harness.engine.openPartition(ID, {
      config: { ...COMPACTED, segmentBytes: 5000 },
      leaderEpoch: 1,
    });
    if (!(log instanceof OwnedLog)) throw new Error('the log is of another kind');
    for (let index = 0; index < 20; index++) log.append(keyedBatch(), { origin: 'client' });
    expect(await log.settled()).toBe(0);

    const cleaning = harness.engine.cleanLogs();
    expect(await Promise.race([cleaning, new Promise((resolve) => setTimeout(resolve, 1500, 'waits'))])).toBe('waits');
    ioBytesPerSecond = Infinity;
    await cleaning;
    expect(log.cleanedEndOffset).toBeGreaterThan(10);
  }, 30_000);
});

describe('a cleaner that is switched off while it cleans', () => {
  it('ends the pass under way, and begins no other', async () => {
    const cleaner = { isEnabled: true, ioBytesPerSecond: 20_000 };
    await using fixture = await CleanerFixture.start({ cleaner });
    for (let partition = 0; partition < 3; partition++) await fixture.addLog();
    const cleaning = fixture.engine.cleanLogs();
    await fixture.passing(delay(fixture, 100));
    cleaner.isEnabled = false;
    await fixture.passing(cleaning);
    const cleaned = () => [0, 1, 2].filter((partition) => fixture.logOf(partition).cleanedEndOffset > 0).length;
    expect(cleaned()).toBe(1);

    cleaner.isEnabled = true;
    await fixture.passing(fixture.engine.cleanLogs());
    expect(cleaned()).toBe(3);
  });
});

describe('pauseOf', () => {
  it('holds up for the bytes that the limit does not allow', () => {
    const pause = pauseOf(createCleanControl(100_000));
    const beganMs = performance.now();
    for (let count = 0; count < 10; count++) pause(2000);
    expect(performance.now() - beganMs).toBeGreaterThan(190);
  });

  it('owes nothing once there is no limit', () => {
    const control = createCleanControl(Infinity);
    const pause = pauseOf(control);
    pause(1e9);
    setRate(control, 1e9);
    const beganMs = performance.now();
    pause(1);
    expect(performance.now() - beganMs).toBeLessThan(500);
  });

  it('ends the pass that is to end', () => {
    const control = createCleanControl(CRAWL);
    const pause = pauseOf(control);
    cancelPass(control);
    expect(() => pause(1000)).toThrow(CleaningCancelled);
  });
});

/** In the time of the fixture: whoever looked in real time would see the pass at another place each time. */
function delay({ time }: CleanerFixture, timeMs: number): Promise<void> {
  return new Promise((resolve) => time.schedule(timeMs, resolve));
}

function keyedBatch(): Buffer {
  const writer = new RecordBatchWriter();
  writer.append('key', 'v'.repeat(2000), 1_700_000_000_000);
  return writer.finish();
}
