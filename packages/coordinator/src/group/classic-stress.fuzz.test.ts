import { SeededRandom } from '@millrace/base';
import { GroupMember, type Protocol } from '../../test/stress/group-member.ts';
import { GroupWorld, REBALANCE_MS, SESSION_MS } from '../../test/stress/group-world.ts';

/** A failing run names its seed; FUZZ_SEED=n FUZZ_RUNS=1 shows it again. */
const FIRST_SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 6);
const PARTITIONS = 120;
const STEPS = 25;
const FAST_DISK_MS_MAX = 10;
const SLOW_DISK_MS_MAX = 1_000;
/** How long a crash waits for records that are on their way to the disk. */
const LURK_MS_MAX = 10_000;

/** A group of members and what befalls it. */
class Run {
  readonly world: GroupWorld;
  readonly #protocol: Protocol;
  readonly #random: SeededRandom;
  readonly #members: GroupMember[] = [];
  #nextName = 1;
  crashes = 0;

  private constructor(world: GroupWorld, protocol: Protocol, seed: number) {
    this.world = world;
    this.#protocol = protocol;
    this.#random = new SeededRandom(seed * 31 + 7);
  }

  static async start(seed: number, protocol: Protocol, partitionCount = PARTITIONS): Promise<Run> {
    const diskMsMax = seed % 2 === 0 ? SLOW_DISK_MS_MAX : FAST_DISK_MS_MAX;
    return new Run(await GroupWorld.start(seed, { partitionCount, diskMsMax }), protocol, seed);
  }

  get live(): readonly GroupMember[] {
    return this.#members.filter(({ isGone }) => !isGone);
  }

  join(count: number, areStatic = false): void {
    for (let index = 0; index < count; index++) {
      const name = `m${this.#nextName++}`;
      const groupInstanceId = areStatic ? name : null;
      const member = new GroupMember(this.world, { name, protocol: this.#protocol, groupInstanceId });
      member.start();
      this.#members.push(member);
    }
  }

  /** So many of those that live, by chance. */
  some(share: number): readonly GroupMember[] {
    return this.live.filter(() => this.#random.next() < share);
  }

  async crash(): Promise<void> {
    this.crashes++;
    await this.world.during(this.world.crash(50 + this.#random.nextInt(3_000)));
  }

  /** In the moment in which a generation is agreed on and not durable yet. */
  async crashBeforeDurable(): Promise<void> {
    for (let ms = 0; ms < LURK_MS_MAX && !this.world.hasUncertain; ms += 5) await this.world.time.advance(5);
    await this.crash();
  }

  /** One thing happens, then a while passes: mostly too short for a rebalance to come to its end. */
  async step(): Promise<void> {
    const what = this.#random.nextInt(8);
    if (what === 0) this.join(1 + this.#random.nextInt(20), this.#random.next() < 0.2);
    else if (what === 1) for (const member of this.some(0.1)) member.leave();
    else if (what === 2) for (const member of this.some(0.15)) member.kill();
    else if (what === 3) for (const member of this.some(0.1)) member.freeze(this.#random.nextInt(2 * SESSION_MS));
    else if (what === 4) for (const member of this.some(0.05)) member.changeSubscription();
    else if (what === 5) await this.crash();
    else if (what === 6) await this.crashBeforeDurable();
    await this.world.time.advance(this.#random.nextInt(this.#random.next() < 0.7 ? 400 : 15_000));
  }

  /** Until nothing is on its way any more: sessions of the dead end, the group agrees. */
  async settle(): Promise<void> {
    await this.world.time.advance(2 * SESSION_MS + 3 * REBALANCE_MS);
    for (const member of this.#members) {
      if (member.isGone) await member.done;
      else void member.done.catch((error: unknown) => this.world.checker.problems.push(String(error)));
    }
    await this.world.time.advance(1_000);
  }

  /** Nobody is lost, and everything has one owner. */
  async expectWhole(): Promise<void> {
    const { checker, partitionCount } = this.world;
    expect(checker.problems).toEqual([]);
    const { state, memberIds } = await this.world.state();
    expect(state).toBe(this.live.length === 0 ? 'Empty' : 'Stable');
    expect(memberIds.toSorted()).toEqual(this.live.map(({ memberId }) => memberId).toSorted());
    if (this.live.length === 0) return;
    const owners = Array.from({ length: partitionCount }, (_, partition) => checker.ownersOf(partition).length);
    expect(owners).toEqual(owners.map(() => 1));
    expect(this.live.reduce((sum, { owned }) => sum + owned.size, 0)).toBe(partitionCount);
  }
}

describe.each(['eager', 'cooperative'] as const)('a group with the %s protocol', (protocol) => {
  it('takes in 500 members that join at once, loses a third, and survives a crash while it recovers', async () => {
    const run = await Run.start(FIRST_SEED, protocol, 1_000);
    run.join(500);
    await run.settle();
    await run.expectWhole();

    for (const member of run.live.slice(0, 167)) member.kill();
    await run.world.time.advance(SESSION_MS - 1_000);
    await run.crashBeforeDurable();
    await run.settle();

    await run.expectWhole();
    expect(run.live).toHaveLength(333);
    // Nobody was out of reach for a session, so nobody may have lost anything to others.
    expect(run.world.checker.excusedOverlaps).toBe(0);
  });

  it.each(Array.from({ length: RUNS }, (_, index) => FIRST_SEED + index))(
    'loses nobody and gives no partition to two, whatever happens (seed %i)',
    async (seed) => {
      const run = await Run.start(seed, protocol);
      run.join(60);
      for (let step = 0; step < STEPS; step++) await run.step();
      await run.settle();

      await run.expectWhole();
    },
  );
});
