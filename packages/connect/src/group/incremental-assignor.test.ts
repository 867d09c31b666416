import { shareOut, type AssignorMemory, type AssignorResult } from './incremental-assignor.ts';
import { NO_WORK, withoutWork, withWork, type WorkLoad } from './work-load.ts';

const DELAY_MS = 3_000;

/** Connectors with their numbers of tasks. */
function configured(counts: Readonly<Record<string, number>>): WorkLoad {
  return {
    connectors: Object.keys(counts),
    tasks: Object.entries(counts).flatMap(([connector, count]) =>
      Array.from({ length: count }, (_, task) => ({ connector, task })),
    ),
  };
}

/** A group whose members do as they are told. */
class Group {
  readonly workers = new Map<string, WorkLoad>();
  readonly delayMaxMs: number;
  memory: AssignorMemory | undefined;
  work: WorkLoad = NO_WORK;
  nowMs = 1_000;
  generation = 0;

  constructor(workers: readonly string[], work: WorkLoad, delayMaxMs = DELAY_MS) {
    for (const id of workers) this.workers.set(id, NO_WORK);
    this.work = work;
    this.delayMaxMs = delayMaxMs;
  }

  round(): AssignorResult {
    const { workers, work, memory, nowMs, delayMaxMs } = this;
    const lastGeneration = memory === undefined ? -1 : this.generation;
    this.generation++;
    const result = shareOut(
      { workers, configured: work, generation: this.generation, lastGeneration, nowMs, delayMaxMs },
      memory,
    );
    this.memory = result.memory;
    for (const [id, has] of workers) {
      const left = withoutWork(has, result.revoked.get(id) ?? NO_WORK);
      workers.set(id, withWork(left, result.assigned.get(id) ?? NO_WORK));
    }
    return result;
  }

  settle(): void {
    for (let round = 0; round < 5; round++) {
      const { revoked, delayMs } = this.round();
      this.nowMs += delayMs;
      if (delayMs === 0 && countOf([...revoked.values()]) === 0) return;
    }
    throw new Error('not settled after five rounds');
  }

  tasks(id: string): string[] {
    return (this.workers.get(id)?.tasks ?? []).map(({ connector, task }) => `${connector}-${task}`);
  }
}

function countOf(loads: readonly WorkLoad[]): number {
  return loads.reduce((sum, { connectors, tasks }) => sum + connectors.length + tasks.length, 0);
}

describe('shareOut', () => {
  it('gives a single worker everything at once', () => {
    const group = new Group(['a'], configured({ x: 2, y: 1 }));

    const { revoked, delayMs } = group.round();

    expect(group.workers.get('a')).toEqual(configured({ x: 2, y: 1 }));
    expect([countOf([...revoked.values()]), delayMs]).toEqual([0, 0]);
  });

  it('spreads the tasks of each connector over the workers', () => {
    const group = new Group(['a', 'b'], configured({ x: 2, y: 2 }));

    group.settle();

    expect(group.tasks('a')).toEqual(['x-0', 'y-0']);
    expect(group.tasks('b')).toEqual(['x-1', 'y-1']);
  });

  it('revokes from the others in one round and gives to a new worker in the next', () => {
    const group = new Group(['a', 'b'], configured({ x: 6 }));
    group.settle();
    group.workers.set('c', NO_WORK);

    const first = group.round();
    expect(group.tasks('c')).toEqual([]);
    expect(countOf([...first.revoked.values()])).toBe(2);

    group.round();
    expect(['a', 'b', 'c'].map((id) => group.tasks(id).length)).toEqual([2, 2, 2]);
  });

  it('lets the work of a lost worker wait, and gives it to the one that comes back', () => {
    const group = new Group(['a', 'b'], configured({ x: 4 }));
    group.settle();
    const before = group.tasks('b');
    group.workers.delete('b');

    expect(group.round().delayMs).toBe(DELAY_MS);
    expect(group.tasks('a')).toHaveLength(2);

    group.nowMs += 500;
    group.workers.set('b2', NO_WORK);
    const { delayMs, revoked } = group.round();
    expect([delayMs, countOf([...revoked.values()])]).toEqual([0, 0]);
    expect(group.tasks('b2')).toEqual(before);
  });

  it('gives the work of a lost worker to the others when the delay is over', () => {
    const group = new Group(['a', 'b'], configured({ x: 4 }));
    group.settle();
    group.workers.delete('b');

    group.nowMs += 1;
    const { delayMs } = group.round();
    group.nowMs += delayMs - 1;
    expect(group.round().delayMs).toBe(1);
    group.nowMs += 1;

    expect(group.round().delayMs).toBe(0);
    expect(group.tasks('a')).toHaveLength(4);
  });

  it('does not let new connectors wait for lost work', () => {
    const group = new Group(['a', 'b'], configured({ x: 2 }));
    group.settle();
    group.workers.delete('b');
    group.round();
    group.work = configured({ x: 2, y: 1 });

    group.round();

    expect(group.tasks('a')).toContain('y-0');
  });

  it('shares lost work out at once without a delay', () => {
    const group = new Group(['a', 'b'], configured({ x: 4 }), 0);
    group.settle();
    group.workers.delete('b');

    expect(group.round().delayMs).toBe(0);
    expect(group.tasks('a')).toHaveLength(4);
  });

  it('takes what two workers have from one of them', () => {
    const group = new Group(['a', 'b'], configured({ x: 1 }));
    group.workers.set('a', configured({ x: 1 }));
    group.workers.set('b', configured({ x: 1 }));

    group.round();

    expect([group.tasks('a'), group.tasks('b')]).toEqual([['x-0'], []]);
  });

  it('revokes what is not configured any more', () => {
    const group = new Group(['a'], configured({ x: 3, y: 1 }));
    group.settle();
    group.work = configured({ x: 1 });

    group.settle();

    expect(group.workers.get('a')).toEqual(configured({ x: 1 }));
  });

  it('remembers nothing of a generation that it did not see through', () => {
    const group = new Group(['a', 'b'], configured({ x: 2 }));
    group.settle();
    group.workers.delete('b');
    const { workers, work, memory, nowMs } = group;

    const { assigned, delayMs } = shareOut(
      { workers, configured: work, generation: 9, lastGeneration: 8, nowMs, delayMaxMs: DELAY_MS },
      memory,
    );

    expect(delayMs).toBe(0);
    expect(assigned.get('a')?.tasks).toHaveLength(1);
  });
});
