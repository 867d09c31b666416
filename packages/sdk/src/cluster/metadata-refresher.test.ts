import { SeededRandom, type Random } from '@millrace/base';
import { ManualTime } from '@millrace/testing';
import { createClientEvents } from '../telemetry/client-events.ts';
import { MetadataRefresher } from './metadata-refresher.ts';

const MIDDLE: Random = { ...new SeededRandom(1), next: () => 0.5, nextInt: () => 0, bytes: () => Buffer.alloc(0) };
const MAX_AGE_MS = 300_000;

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

function setUp() {
  const time = new ManualTime();
  const startMs = time.nowMs();
  const startedAt: number[] = [];
  const ends: ((hasChanged: boolean) => void)[] = [];
  const refresher = new MetadataRefresher(
    { clock: time, timers: time, random: MIDDLE, events: createClientEvents() },
    MAX_AGE_MS,
    () => {
      startedAt.push(time.nowMs() - startMs);
      return new Promise((resolve) => ends.push(resolve));
    },
  );
  const advance = async (byMs: number): Promise<void> => {
    time.advance(byMs);
    await settle();
  };
  /** Ends the refresh that runs. */
  const end = async (hasChanged = false): Promise<void> => {
    ends.shift()?.(hasChanged);
    await settle();
  };
  return { refresher, startedAt, advance, end };
}

describe('MetadataRefresher', () => {
  it('refreshes once for all who ask before it starts', async () => {
    const { refresher, startedAt, advance, end } = setUp();
    const all = [refresher.request(), refresher.request(), refresher.request()];

    await advance(0);
    await end();
    await Promise.all(all);

    expect(startedAt).toEqual([0]);
  });

  it('refreshes once more for those who ask while it runs', async () => {
    const { refresher, startedAt, advance, end } = setUp();
    void refresher.request();
    await advance(0);
    let isDone = false;
    void refresher.request().then(() => (isDone = true));

    await end(true);
    expect(isDone).toBe(false);
    await advance(100);
    await end(true);

    expect(isDone).toBe(true);
    expect(startedAt).toEqual([0, 100]);
  });

  it('waits longer and longer while nothing new comes, and starts over after a calm', async () => {
    const { refresher, startedAt, advance, end } = setUp();
    for (let count = 0; count < 5; count++) {
      void refresher.request();
      for (let step = 0; step < 20 && startedAt.length === count; step++) await advance(100);
      await end();
    }
    const gaps = startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0));

    expect(gaps).toEqual([100, 200, 400, 800]);

    await advance(5_000);
    void refresher.request();
    await advance(0);
    await end();
    void refresher.request();
    await advance(100);
    expect((startedAt.at(-1) ?? 0) - (startedAt.at(-2) ?? 0)).toBe(100);
  });

  it('refreshes by itself when metadata has grown old', async () => {
    const { refresher, startedAt, advance, end } = setUp();
    refresher.noteFetched();

    await advance(MAX_AGE_MS);
    await advance(0);
    await end();
    await advance(MAX_AGE_MS);
    await advance(0);

    expect(startedAt).toHaveLength(2);
  });

  it('lets go of those who wait when it is closed', async () => {
    const { refresher, startedAt, advance } = setUp();
    const waiting = refresher.request();

    refresher.close();
    await waiting;
    await refresher.request();
    await advance(MAX_AGE_MS);

    expect(startedAt).toEqual([]);
  });
});
