import { FetchSet, type FetchTarget } from './fetch-set.ts';
import { LogWatches } from './log-watches.ts';

const POSITION = { offset: 0, maxBytes: 100, currentLeaderEpoch: -1, lastFetchedEpoch: -1 };

/** A log of which only the news matters. */
class FakeLog {
  leaderEpoch = 0;
  listeners: (() => void)[] = [];

  onAdvance(listener: () => void): () => void {
    this.listeners.push(listener);
    return () => undefined;
  }

  advance(): void {
    for (const listener of this.listeners) listener();
  }
}

function setOf(count: number): FetchSet {
  const set = new FetchSet(false);
  for (let partition = 0; partition < count; partition++) set.put('topic', '', partition, POSITION);
  return set;
}

function partitions(targets: readonly FetchTarget[]): number[] {
  return targets.map(({ partition }) => partition);
}

describe('FetchSet', () => {
  it('has news of every partition at first, in the order asked for', () => {
    expect(partitions(setOf(3).news)).toEqual([0, 1, 2]);
  });

  it('forgets partitions that were served without news, and notes those whose log advances', () => {
    const set = setOf(3);
    const watches = new LogWatches();
    const logs = [new FakeLog(), new FakeLog(), new FakeLog()];
    for (const target of set.takeNews()) watches.watch(logs[target.partition] ?? new FakeLog(), target);
    set.settle([], []);
    expect(set.news).toEqual([]);

    logs[2]?.advance();
    logs[0]?.advance();
    logs[2]?.advance();
    expect(partitions(set.news)).toEqual([2, 0]);
  });

  it('puts what was not reached first and what was served last', () => {
    const set = setOf(4);
    const [zero, one, two, three] = set.takeNews();
    set.settle([two!, three!], [zero!, one!]);
    expect(partitions(set.news)).toEqual([2, 3, 0, 1]);
  });

  it('keeps news that came while targets were being served', () => {
    const set = setOf(2);
    const watches = new LogWatches();
    const log = new FakeLog();
    const [zero] = set.takeNews();
    watches.watch(log, zero!);
    log.advance();
    set.settle([], [zero!]);
    expect(partitions(set.news)).toEqual([0]);
  });

  it('wakes its waiting fetch once for all advances of a turn', async () => {
    const set = setOf(2);
    const watches = new LogWatches();
    const logs = [new FakeLog(), new FakeLog()];
    for (const target of set.takeNews()) watches.watch(logs[target.partition] ?? new FakeLog(), target);
    set.settle([], []);
    let woken = 0;
    set.wait(() => woken++);

    logs[0]?.advance();
    logs[1]?.advance();
    logs[1]?.advance();
    expect(woken).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken).toBe(1);
  });

  it('wakes nobody after the wait is over', async () => {
    const set = setOf(1);
    const log = new FakeLog();
    const [target] = set.takeNews();
    new LogWatches().watch(log, target!);
    set.wait(() => {
      throw new Error('woken too late');
    });
    log.advance();
    set.stopWaiting();
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('lets go of removed partitions, also of those being served', () => {
    const set = setOf(3);
    const log = new FakeLog();
    const watches = new LogWatches();
    const taken = set.takeNews();
    for (const target of taken) watches.watch(log, target);
    set.remove('topic', 1);
    set.settle(taken, []);
    expect(partitions(set.news)).toEqual([0, 2]);
    expect(set.targetCount).toBe(2);
    log.advance();
    expect(partitions(set.news)).toEqual([0, 2]);
  });

  it('looks at each target a few times at most while many are removed', () => {
    const count = 1_000;
    const set = setOf(count);
    let lookCount = 0;
    for (const target of set.news) {
      let isRemoved = false;
      Object.defineProperty(target, 'isRemoved', {
        get: () => (lookCount++, isRemoved),
        set: (value: boolean) => (isRemoved = value),
      });
    }
    const filter = jest.spyOn(Array.prototype, 'filter');
    let sweepCount: number;
    try {
      for (let partition = 0; partition < count; partition++) if (partition % 10 !== 0) set.remove('topic', partition);
      sweepCount = filter.mock.calls.length;
    } finally {
      filter.mockRestore();
    }
    expect(partitions(set.news)).toEqual(Array.from({ length: count / 10 }, (_, index) => index * 10));
    expect(sweepCount).toBeLessThan(Math.log2(count));
    expect(lookCount).toBeLessThan(4 * count);
  });

  it.each(['news', 'takeNews', 'settle'])(
    'leaves removed partitions out of %s, and serves them when they come back',
    (by) => {
      const set = setOf(5);
      set.remove('topic', 1);
      set.remove('topic', 3);
      set.put('topic', '', 3, { ...POSITION, offset: 7 });
      if (by === 'settle') set.settle([], []);
      const news = by === 'takeNews' ? set.takeNews() : set.news;
      expect(partitions(news)).toEqual([0, 2, 4, 3]);
      expect(news.at(-1)?.offset).toBe(7);
    },
  );

  it('does not note news of a removed partition', () => {
    const set = setOf(1);
    const [target] = set.takeNews();
    set.remove('topic', 0);
    target!.logAdvanced();
    expect(set.news).toEqual([]);
  });

  it('moves a partition that is asked for again instead of adding it', () => {
    const set = setOf(2);
    set.settle([], []);
    set.put('topic', '', 1, { ...POSITION, offset: 7 });
    expect(set.targetCount).toBe(2);
    expect(set.news.find(({ partition }) => partition === 1)?.offset).toBe(7);
  });
});

describe('LogWatches', () => {
  it('listens once to a log, whatever the number of watchers, and lets each go', () => {
    const watches = new LogWatches();
    const log = new FakeLog();
    const sets = Array.from({ length: 50 }, () => setOf(1));
    for (const set of sets) {
      for (const target of set.takeNews()) watches.watch(log, target);
      set.settle([], []);
    }
    expect(log.listeners).toHaveLength(1);
    for (const [index, set] of sets.entries()) if (index % 2 === 0) set.close();
    log.advance();
    expect(sets.map(({ news }) => news.length)).toEqual(sets.map((_, index) => index % 2));
  });

  it('moves a target that watches another log now', () => {
    const watches = new LogWatches();
    const [old, anew] = [new FakeLog(), new FakeLog()];
    const set = setOf(1);
    const [target] = set.takeNews();
    watches.watch(old, target!);
    watches.watch(anew, target!);
    old.advance();
    expect(set.news).toEqual([]);
    anew.advance();
    expect(set.news).toEqual([target]);
  });

  it('hears a log that was closed and opened again', () => {
    const [log, watches] = [new FakeLog(), new LogWatches()];
    const set = setOf(1);
    const [target] = set.takeNews() as [FetchTarget];
    watches.watch(log, target);
    log.listeners = [];
    log.leaderEpoch = 1;

    watches.watch(log, target);
    log.advance();

    expect(partitions(set.news)).toEqual([0]);
  });
});
