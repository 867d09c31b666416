import { ManualTime } from '@millrace/testing';
import { CatchUpPace } from './catch-up-pace.ts';

const READ_BYTES = 1024 * 1024;
const TICK_MS = 2;

/** One reader that always wants more, for so many milliseconds with an append in each tick or none; the bytes that it got. */
async function readFor(
  pace: CatchUpPace,
  time: ManualTime,
  timeMs: number,
  options: {
    readonly appends: boolean;
    readonly tickMs?: number;
    /** Of each append. Default 1. */
    readonly appendBytes?: number;
    /** Default: what a consumer gets. */
    readonly admit?: (bytes: number) => Promise<void> | undefined;
  },
): Promise<number> {
  const { admit = (bytesAsked) => pace.admit(bytesAsked) } = options;
  let bytes = 0;
  let isWaiting = false;
  const take = (): void => {
    // Without a pace there is no end; so much in one tick means that.
    for (let count = 0; count < 1_000; count++) {
      const turn = admit(READ_BYTES);
      if (turn !== undefined) {
        isWaiting = true;
        void turn.then(() => {
          isWaiting = false;
          bytes += READ_BYTES;
        });
        return;
      }
      bytes += READ_BYTES;
    }
  };
  for (let tick = 0; tick < timeMs / TICK_MS; tick++) {
    if (!isWaiting) take();
    if (options.appends) pace.noteAppend(options.appendBytes ?? 1);
    time.advance(options.tickMs ?? TICK_MS);
    await Promise.resolve();
    await Promise.resolve();
  }
  return bytes;
}

function paceAt(time: ManualTime): CatchUpPace {
  return new CatchUpPace({ clock: time, timers: time });
}

describe('CatchUpPace', () => {
  it('lets everybody read at once while nobody appends', () => {
    const pace = paceAt(new ManualTime());
    for (let count = 0; count < 10_000; count++) expect(pace.admit(READ_BYTES)).toBeUndefined();
  });

  it('takes an append now and then for no producer at work', async () => {
    const time = new ManualTime();
    const pace = paceAt(time);
    for (let second = 0; second < 5; second++) {
      for (let count = 0; count < 3; count++) pace.noteAppend(1);
      await readFor(pace, time, 1_000, { appends: false });
      expect(pace.admit(1_000 * READ_BYTES)).toBeUndefined();
    }
  });

  it('goes slower once the loop is late, and faster again while it is not', async () => {
    const time = new ManualTime();
    const pace = paceAt(time);
    await readFor(pace, time, 50, { appends: true });

    const begin = await readFor(pace, time, 500, { appends: true });
    await readFor(pace, time, 20_000, { appends: true });
    const grown = await readFor(pace, time, 500, { appends: true });
    await readFor(pace, time, 100, { appends: true, tickMs: TICK_MS + 2 });
    const late = await readFor(pace, time, 500, { appends: true });
    await readFor(pace, time, 20_000, { appends: true });
    const recovered = await readFor(pace, time, 500, { appends: true });

    expect(begin).toBeGreaterThan(10 * READ_BYTES);
    expect(grown).toBeGreaterThan(3 * begin);
    expect(late).toBeLessThan(grown / 3);
    expect(late).toBeGreaterThan(10 * READ_BYTES);
    expect(recovered).toBeGreaterThan(3 * late);
  });

  it('lets a reader have twice what producers append, however late the loop is', async () => {
    const time = new ManualTime();
    const pace = paceAt(time);
    const busy = { appends: true, appendBytes: 400_000, tickMs: TICK_MS + 5 };
    await readFor(pace, time, 4_000, busy);

    const read = await readFor(pace, time, 2_000, busy);

    expect(read).toBeGreaterThan(1.9 * busy.appendBytes * (2_000 / TICK_MS));
    expect(read).toBeLessThan(2.1 * busy.appendBytes * (2_000 / TICK_MS));
  });

  it('has readers take little pieces while producers append, and only then', async () => {
    const time = new ManualTime();
    const pace = paceAt(time);
    expect(pace.readBytesMax).toBe(Infinity);
    await readFor(pace, time, 100, { appends: true });
    expect(pace.readBytesMax).toBe(64 * 1024);
    await readFor(pace, time, 600, { appends: false });
    expect(pace.readBytesMax).toBe(Infinity);
  });

  it('holds nobody back once the producers have been silent for a while', async () => {
    const time = new ManualTime();
    const pace = paceAt(time);
    await readFor(pace, time, 200, { appends: true });
    await readFor(pace, time, 600, { appends: false });
    expect(pace.admit(READ_BYTES)).toBeUndefined();
    expect(pace.admit(1_000 * READ_BYTES)).toBeUndefined();
    expect(pace.admit(READ_BYTES)).toBeUndefined();
  });

  it('has the disk asked for little slices, twice as fast as consumers get them, and for anything without producers', async () => {
    const time = new ManualTime();
    const pace = paceAt(time);
    expect(pace.diskReadBytesMax).toBe(Infinity);
    expect(pace.admitDiskRead(1_000 * READ_BYTES)).toBeUndefined();
    await readFor(pace, time, 50, { appends: true });
    expect(pace.diskReadBytesMax).toBe(64 * 1024);
    const handedOut = await readFor(pace, time, 500, { appends: true });

    const other = paceAt(time);
    const admit = (bytes: number) => other.admitDiskRead(bytes);
    await readFor(other, time, 50, { appends: true, admit });
    const read = await readFor(other, time, 500, { appends: true, admit });

    expect(read).toBeGreaterThan(1.7 * handedOut);
    expect(read).toBeLessThan(2.5 * handedOut);
  });

  it('lets those who wait go on in their order when the producers fall silent', async () => {
    const time = new ManualTime();
    const pace = paceAt(time);
    await readFor(pace, time, 60, { appends: true });
    void pace.admit(1_000 * READ_BYTES);
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (reader) => {
      await pace.admit(READ_BYTES);
      order.push(reader);
    });
    for (let tick = 0; tick < 300; tick++) time.advance(TICK_MS);
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
  });

  it('stops its watch when nobody reads any more', () => {
    const time = new ManualTime();
    const schedules: number[] = [];
    const pace = new CatchUpPace({
      clock: time,
      timers: { schedule: (delayMs, callback) => (schedules.push(delayMs), time.schedule(delayMs, callback)) },
    });
    void pace.admit(READ_BYTES);
    for (let tick = 0; tick < 1_500; tick++) time.advance(TICK_MS);
    expect(schedules.length).toBeGreaterThan(250);
    expect(schedules.length).toBeLessThan(750);
  });
});
