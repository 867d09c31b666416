/** `--repair` cuts the journal at damage: what cleaned segments replaced has to be there still when their entries are behind the cut. */
import { CleanerFixture, COMPACTED } from '../../test/cleaner-fixture.ts';

function journalOf({ disk }: CleanerFixture): { readonly path: string; readonly content: Buffer }[] {
  const paths = disk.paths().filter((path) => path.endsWith('.j'));
  return paths.map((path) => ({ path, content: Buffer.from(disk.contentOf(path)) }));
}

/** Where the first group lies that was written since. */
function firstNewGroup(fixture: CleanerFixture, before: ReturnType<typeof journalOf>): { path: string; at: number } {
  for (const { path, content } of before) {
    const now = fixture.disk.contentOf(path);
    const at = content.findIndex((byte, index) => byte !== now[index]);
    if (at >= 0) return { path, at };
  }
  throw new Error('nothing was written to the journal');
}

/** Second after second, with turns for what falls due. */
async function seconds({ time }: CleanerFixture, count: number): Promise<void> {
  for (let second = 0; second < count; second++) {
    time.advance(1000);
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('files of segments that were replaced', () => {
  it('stay until a checkpoint covers that, so that a journal cut before it costs nothing of the log', async () => {
    await using fixture = await CleanerFixture.start();
    await fixture.addLog({ ...COMPACTED, fileDeleteDelayMs: 0 });
    // Then all of it is in segments, and no more asked of the journal. Time stands still from here on, and there is no checkpoint.
    await fixture.restart('closed');
    const log = fixture.logOf(0);
    const { highWatermark } = log;
    const before = journalOf(fixture);
    await fixture.engine.cleanLogs();
    expect(log.cleanedEndOffset).toBeGreaterThan(0);
    for (let index = 0; index < 20; index++) fixture.modelOf(0).append(log, fixture.time.nowMs());
    expect(await log.settled()).toBe(0);

    const { path, at } = firstNewGroup(fixture, before);
    fixture.disk.corrupt(path, (content) => {
      content[at + 40] = (content[at + 40] ?? 0) ^ 0xff;
      return content;
    });
    await fixture.restart('kill', true);
    expect(fixture.warnings.map(({ message }) => message)).toContain('repair: the journal is cut at the damage');
    expect(fixture.logOf(0).cleanedEndOffset).toBe(0);
    expect(fixture.logOf(0).highWatermark).toBe(highWatermark);
    expect(await fixture.violations(0)).toEqual([]);
    expect(fixture.errors).toEqual([]);
  });

  it('go with the next checkpoint, after file.delete.delay.ms', async () => {
    await using fixture = await CleanerFixture.start();
    const log = await fixture.addLog({ ...COMPACTED, fileDeleteDelayMs: 30_000 });
    await fixture.engine.cleanLogs();
    expect(log.cleanedEndOffset).toBeGreaterThan(0);
    const kept = fixture.strayFilesOf(0);
    expect(kept.length).toBeGreaterThan(5);

    await seconds(fixture, 25);
    expect(fixture.strayFilesOf(0)).toEqual(kept);
    await seconds(fixture, 10);
    expect(fixture.strayFilesOf(0)).toEqual([]);
  });

  it('go when the broker ends', async () => {
    await using fixture = await CleanerFixture.start();
    const log = await fixture.addLog();
    await fixture.engine.cleanLogs();
    expect(log.cleanedEndOffset).toBeGreaterThan(0);
    expect(fixture.strayFilesOf(0).length).toBeGreaterThan(5);
    await fixture.restart('closed');
    expect(fixture.strayFilesOf(0)).toEqual([]);
    expect(await fixture.violations(0)).toEqual([]);
  });
});
