import { GroupHistory } from './group-history.ts';

const PHASE = { name: 'a phase', fromMs: 0, toMs: 100 };

function history(...events: readonly ((history: GroupHistory) => void)[]): GroupHistory {
  const made = new GroupHistory(2);
  for (const event of events) event(made);
  return made;
}

describe('the history of a group', () => {
  it('finds a partition that is taken before it was given up', () => {
    const { real, stale } = history(
      (it) => it.changed('a', 'assigned', [0, 1], 10),
      (it) => it.changed('b', 'assigned', [1], 20),
      (it) => it.changed('a', 'revoked', [1], 25),
    ).overlaps();

    expect(real).toEqual([{ partition: 1, members: ['a', 'b'], atMs: 20, ms: 5 }]);
    expect(stale).toEqual([]);
  });

  it('finds nothing in one that is given up first, in the same millisecond too', () => {
    const { real, stale } = history(
      (it) => it.changed('a', 'assigned', [0], 10),
      (it) => it.changed('a', 'revoked', [0], 20),
      (it) => it.changed('b', 'assigned', [0], 20),
    ).overlaps();

    expect([...real, ...stale]).toEqual([]);
  });

  it('counts a member apart that had been put out and had not heard of it', () => {
    const { real, stale } = history(
      (it) => it.changed('a', 'assigned', [0], 10),
      (it) => it.changed('b', 'assigned', [0], 20),
      (it) => it.changed('a', 'lost', [0], 30),
    ).overlaps();

    expect(real).toEqual([]);
    expect(stale).toHaveLength(1);
  });

  it('has a dead member own nothing from its end on, and what it had until then', () => {
    const made = history(
      (it) => it.changed('a', 'assigned', [0], 10),
      (it) => it.killed('a', 30),
      (it) => it.changed('b', 'assigned', [0], 29),
    );

    expect(made.overlaps().real).toEqual([{ partition: 0, members: ['a', 'b'], atMs: 29, ms: 1 }]);
    expect(made.heldCount('a')).toBe(0);
  });

  it('knows which partitions not exactly one member has', () => {
    const made = history((it) => it.changed('a', 'assigned', [0], 10));
    expect(made.contested()).toEqual([1]);

    made.changed('b', 'assigned', [0, 1], 20);
    expect(made.contested()).toEqual([0]);
  });

  it('finds records that nobody read, and those that were read again', () => {
    const made = history(
      (it) => it.got(0, 0, 1),
      (it) => it.got(0, 1, 2),
      (it) => it.got(0, 3, 3),
      (it) => it.got(0, 1, 4),
    );

    expect(made.skipped()).toEqual([{ partition: 0, offset: 2 }]);
    expect(made.repeatedCount()).toBe(1);
  });

  it('measures how long nothing was read, over the edges of a phase', () => {
    const made = history(
      (it) => it.got(0, 0, -20),
      (it) => it.got(0, 1, 30),
      (it) => it.got(0, 2, 70),
      (it) => it.got(0, 3, 90),
    );

    expect(made.pausesMs(PHASE)).toEqual([50, 100]);
  });

  it('measures how long nobody had a partition', () => {
    const made = history(
      (it) => it.changed('a', 'assigned', [0], -50),
      (it) => it.changed('a', 'revoked', [0], 10),
      (it) => it.changed('b', 'assigned', [0], 40),
      (it) => it.killed('b', 95),
    );

    expect(made.ownerlessMs(PHASE)).toEqual([30, 100]);
  });
});
