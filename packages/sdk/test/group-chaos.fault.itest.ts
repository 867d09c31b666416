import { SeededRandom } from '@millrace/base';
import { startBroker, waitUntil } from '@millrace/testing';
import { GroupMember, OwnershipLedger, partitionsOf, settled, type GroupMemberOptions } from './group-member.ts';

/** Set GROUP_CHAOS_SEEDS to run others: `GROUP_CHAOS_SEEDS=7,8,9`. */
const SEEDS = (process.env['GROUP_CHAOS_SEEDS'] ?? '1,2,3').split(',').map(Number);
const PARTITIONS = 8;
const STEPS = 12;
const MEMBERS_MAX = 5;
const SESSION_MS = 2_000;

/**
 * Works through the partitions it owns: reads the committed offset when it gets one, then "works on" record after record and
 * commits. Records are numbers here, so that what is looked at is ownership and offsets alone.
 */
class Worker {
  readonly member: GroupMember;
  readonly #work: Work;
  readonly #stopped = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  isKilled = false;

  constructor(name: string, options: GroupMemberOptions, work: Work) {
    this.#work = work;
    this.member = new GroupMember(name, {
      ...options,
      beforeRevoked: async (partitions) => {
        const names = partitions.map(({ partition }) => String(partition));
        for (const each of names) this.#stopped.add(each);
        await Promise.all(names.map((each) => this.#running.get(each) ?? Promise.resolve()));
      },
      onOwned: (member, partitions) => {
        options.onOwned?.(member, partitions);
        for (const { partition } of partitions) this.#begin(partition);
      },
      onReleased: (member, partitions) => {
        for (const { partition } of partitions) this.#stopped.add(String(partition));
        options.onReleased?.(member, partitions);
      },
    });
  }

  #begin(partition: number): void {
    const name = String(partition);
    const previous = this.#running.get(name) ?? Promise.resolve();
    this.#running.set(
      name,
      previous.then(() => {
        this.#stopped.delete(name);
        return this.#workThrough(partition).catch(() => undefined);
      }),
    );
  }

  async #workThrough(partition: number): Promise<void> {
    const name = String(partition);
    const { membership } = this.member;
    const mayGoOn = (): boolean => !this.isKilled && !this.#stopped.has(name) && this.member.owned.has(`t[${name}]`);
    const [committed] = await membership.fetchCommitted([{ topic: 't', partition }], { timeoutMs: 5_000 });
    let offset = Math.max(0, committed?.offset ?? 0);
    while (mayGoOn()) {
      this.#work.workOn(partition, offset, this.member.name);
      offset++;
      const [result] = await membership.commitOffsets([{ topic: 't', partition, offset }], { timeoutMs: 2_000 });
      if (result?.error === undefined) this.#work.committed(partition, offset);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** What has been worked on and committed, by all workers of all times. */
class Work {
  readonly problems: string[] = [];
  readonly done = new Map<number, number>();
  readonly #committed = new Map<number, number>();

  workOn(partition: number, offset: number, who: string): void {
    const committed = this.#committed.get(partition) ?? 0;
    const next = this.done.get(partition) ?? 0;
    if (offset > next) this.problems.push(`${who} skipped ${String(next)}..${String(offset)} of ${String(partition)}`);
    if (offset < committed) {
      this.problems.push(
        `${who} read ${String(offset)} of ${String(partition)} although ${String(committed)} is committed`,
      );
    }
    this.done.set(partition, Math.max(next, offset + 1));
  }

  committed(partition: number, offset: number): void {
    this.#committed.set(partition, Math.max(this.#committed.get(partition) ?? 0, offset));
  }

  total(): number {
    return [...this.done.values()].reduce((sum, count) => sum + count, 0);
  }
}

describe.each(['cooperative-sticky', 'sticky', 'range'] as const)('a group in chaos, by %s', (assignor) => {
  it.each(SEEDS)(
    'has one owner for each partition at a time, and nobody is stuck (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      await using broker = await startBroker({
        topics: { t: PARTITIONS },
        config: { 'group.min.session.timeout.ms': '500' },
      });
      const ledger = new OwnershipLedger();
      const work = new Work();
      const workers: Worker[] = [];
      const closing: Promise<void>[] = [];
      const story: string[] = [];
      let born = 0;

      const join = (): void => {
        const name = `m${String(born++)}`;
        story.push(`${name} joins`);
        workers.push(
          new Worker(
            name,
            {
              brokers: broker.brokers,
              protocol: 'classic',
              assignors: [assignor],
              sessionTimeoutMs: SESSION_MS,
              rebalanceTimeoutMs: 10_000,
              ...ledger.hooks,
            },
            work,
          ),
        );
      };
      const takeOne = (): Worker | undefined => workers.splice(random.nextInt(workers.length), 1)[0];
      const actions: readonly (() => void | Promise<void>)[] = [
        () => join(),
        () => {
          const leaver = takeOne();
          story.push(`${leaver?.member.name ?? ''} leaves`);
          if (leaver !== undefined) closing.push(leaver.member.close());
        },
        async () => {
          const victim = takeOne();
          if (victim === undefined) return;
          story.push(`${victim.member.name} is killed`);
          victim.isKilled = true;
          ledger.forget(victim.member);
          await victim.member.kill();
        },
        async () => {
          story.push('the broker is killed and starts again');
          await broker.stop(undefined, { kill: true });
          await broker.start();
        },
      ];

      try {
        join();
        join();
        for (let step = 0; step < STEPS; step++) {
          const choice =
            workers.length <= 1 ? 0 : workers.length >= MEMBERS_MAX ? 1 + random.nextInt(3) : random.nextInt(4);
          await actions[choice]?.();
          const seen = work.total();
          const pauseMs = random.nextInt(400);
          const beganMs = performance.now();
          await waitUntil('a while', () => performance.now() - beganMs > pauseMs);
          // Somebody goes on working, at the latest when sessions of the dead are over.
          if (random.nextInt(2) === 0)
            await waitUntil(
              () => `work goes on after ${story.join('; ')}`,
              () => work.total() > seen,
              30_000,
            );
        }
        await Promise.all(closing);
        await settled(
          workers.map(({ member }) => member),
          partitionsOf('t', PARTITIONS),
        );
        const counts = new Map(work.done);
        await waitUntil(
          () => `every partition is worked on after ${story.join('; ')}`,
          () =>
            Array.from({ length: PARTITIONS }, (_, each) => each).every(
              (each) => (work.done.get(each) ?? 0) > (counts.get(each) ?? 0),
            ),
          30_000,
        );

        expect({ story, violations: ledger.violations }).toEqual({ story, violations: [] });
        expect({ story, problems: work.problems }).toEqual({ story, problems: [] });
        expect(workers.flatMap(({ member }) => member.errors).filter(({ fatal }) => fatal)).toEqual([]);
      } finally {
        await Promise.allSettled([...closing, ...workers.map(({ member }) => member.close())]);
      }
    },
    180_000,
  );
});
