import { SeededRandom, silentLogger } from '@millrace/base';
import { SlowGroup } from '../../test/group/slow-group.ts';
import { NO_WORK, taskKey, withoutWork, workKey, type WorkLoad } from './work-load.ts';
import { WorkerMembership, type Round } from './worker-membership.ts';

const SESSION_MS = 3_000;
const HEARTBEAT_MS = 500;
const STOP_MS = 200;
const SEEDS = 20;
const STEPS = 30;

/** A worker whose work only stands in a list. */
class TestWorker {
  readonly name: string;
  readonly membership: WorkerMembership;
  readonly rounds: Round[] = [];
  lostCount = 0;
  running: WorkLoad = NO_WORK;
  isGone = false;

  constructor(name: string, fleet: Fleet) {
    this.name = name;
    const { group } = fleet;
    this.membership = new WorkerMembership(
      group.cluster(name),
      {
        groupId: 'workers',
        url: `http://${name}/`,
        sessionTimeoutMs: SESSION_MS,
        heartbeatIntervalMs: HEARTBEAT_MS,
        rebalanceTimeoutMs: 60_000,
        delayMaxMs: fleet.delayMaxMs,
      },
      silentLogger,
      {
        configOffset: () => BigInt(fleet.configOffset - this.behind),
        configuredAt: async (offset) => {
          await group.time.sleep(group.roundTripMs);
          this.behind = 0;
          return {
            offset: offset > BigInt(fleet.configOffset) ? offset : BigInt(fleet.configOffset),
            work: fleet.work,
          };
        },
        onRevoked: async (work) => {
          await group.time.sleep(STOP_MS);
          this.running = withoutWork(this.running, work);
        },
        onRound: (round) => {
          this.rounds.push(round);
          this.running = round.owned;
          fleet.checkNothingTwice();
          if (round.configOffset < BigInt(fleet.configOffset)) this.membership.rejoin('what is configured has changed');
        },
        onLost: () => {
          this.lostCount++;
          this.running = NO_WORK;
        },
        onError: () => undefined,
      },
    );
    this.membership.start();
  }

  /** Records of the config topic that it has not read. */
  behind = 0;
}

class Fleet {
  readonly group = new SlowGroup();
  readonly workers: TestWorker[] = [];
  readonly delayMaxMs: number;
  configOffset = 1;
  readonly #taskCounts = new Map<string, number>();

  constructor(workerCount: number, delayMaxMs = 0) {
    this.delayMaxMs = delayMaxMs;
    for (let index = 0; index < workerCount; index++) this.add();
  }

  get work(): WorkLoad {
    const tasks = [...this.#taskCounts].flatMap(([connector, count]) =>
      Array.from({ length: count }, (_, task) => ({ connector, task })),
    );
    return { connectors: [...this.#taskCounts.keys()], tasks };
  }

  get live(): readonly TestWorker[] {
    return this.workers.filter(({ isGone }) => !isGone);
  }

  add(): TestWorker {
    const worker = new TestWorker(`w${this.workers.length}`, this);
    this.workers.push(worker);
    return worker;
  }

  /** `kill -9`. */
  kill(worker: TestWorker): void {
    worker.isGone = true;
    worker.running = NO_WORK;
    this.group.cut(worker.name);
  }

  configure(connector: string, taskCount: number): void {
    if (taskCount < 0) this.#taskCounts.delete(connector);
    else this.#taskCounts.set(connector, taskCount);
    this.configOffset++;
    for (const { membership } of this.live) if (!membership.isRebalancing) membership.rejoin('it has changed');
  }

  checkNothingTwice(): void {
    const keys = this.running();
    const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
    if (twice.length > 0) throw new Error(`runs twice: ${twice.join(', ')}`);
  }

  running(): string[] {
    return this.live.flatMap(({ running }) => keysOf(running)).sort();
  }
}

function keysOf({ connectors, tasks }: WorkLoad): string[] {
  return [...connectors.map((connector) => workKey(connector)), ...tasks.map(taskKey)].sort();
}

describe('WorkerMembership', () => {
  it('shares work out among workers that come one after the other', async () => {
    const fleet = new Fleet(1);
    fleet.configure('a', 4);
    await fleet.group.time.advance(1_000);
    fleet.add();

    await fleet.group.time.advance(5_000);

    expect(fleet.workers.map(({ running }) => running.tasks.length)).toEqual([2, 2]);
    expect(fleet.workers.map(({ membership }) => membership.leaderUrl)).toEqual(['http://w0/', 'http://w0/']);
  });

  it('keeps its place while every answer takes nearly half a session', async () => {
    const fleet = new Fleet(3);
    fleet.configure('a', 3);
    await fleet.group.time.advance(10_000);
    fleet.group.roundTripMs = 1_400;
    const { generation } = fleet.group;

    await fleet.group.time.advance(60_000);

    expect(fleet.workers.map(({ lostCount }) => lostCount)).toEqual([0, 0, 0]);
    expect(fleet.group.generation).toBe(generation);
  });

  it('finds its place although every answer takes nearly half a session', async () => {
    const fleet = new Fleet(0);
    fleet.group.roundTripMs = 1_400;
    for (let index = 0; index < 3; index++) fleet.add();
    fleet.configure('a', 3);
    await fleet.group.time.advance(30_000);
    const { generation } = fleet.group;

    await fleet.group.time.advance(60_000);

    expect(fleet.group.generation).toBe(generation);
    expect(fleet.running()).toEqual(keysOf(fleet.work));
    expect(fleet.workers.map(({ membership }) => membership.leaderUrl)).toEqual(
      fleet.workers.map(() => fleet.workers.find(({ membership }) => membership.isLeader)?.membership.leaderUrl),
    );
  });

  it('gives up everything, and knows no leader, when a session passes without an answer', async () => {
    const fleet = new Fleet(2);
    fleet.configure('a', 2);
    await fleet.group.time.advance(10_000);
    const [first] = fleet.workers;
    fleet.group.cut('w0');

    await fleet.group.time.advance(SESSION_MS);

    expect(first?.lostCount).toBe(1);
    expect(first?.membership).toMatchObject({ generation: -1, leaderUrl: undefined, owned: NO_WORK });
  });

  it('lets lost work wait no longer than it may, however often the group shares out meanwhile', async () => {
    const fleet = new Fleet(3, 20_000);
    fleet.configure('a', 3);
    await fleet.group.time.advance(10_000);
    const [, second] = fleet.workers;
    if (second !== undefined) fleet.kill(second);

    for (let second = 0; second < 20; second++) {
      await fleet.group.time.advance(1_000);
      fleet.configure('b', second % 3);
    }
    await fleet.group.time.advance(SESSION_MS + 5_000);

    expect(fleet.running()).toEqual(keysOf(fleet.work));
  });

  it.each(Array.from({ length: SEEDS }, (_, index) => index + 1))(
    'comes to rest with everything running once, whatever happens on a slow way (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const fleet = new Fleet(3, random.nextInt(2) * 5_000);
      for (let step = 0; step < STEPS; step++) {
        const worker = fleet.live[random.nextInt(fleet.live.length)];
        switch (random.nextInt(6)) {
          case 0:
            if (worker !== undefined) fleet.kill(worker);
            fleet.add();
            break;
          case 1:
            fleet.group.roundTripMs = random.nextInt(1_450);
            break;
          case 2:
            if (worker !== undefined) worker.behind = random.nextInt(fleet.configOffset);
            break;
          default:
            fleet.configure(`c${random.nextInt(6)}`, random.nextInt(5) - 1);
        }
        await fleet.group.time.advance(random.nextInt(3_000));
      }
      fleet.group.roundTripMs = random.nextInt(1_450);

      await fleet.group.time.advance(90_000);
      const { generation } = fleet.group;
      expect(fleet.running()).toEqual(keysOf(fleet.work));
      await fleet.group.time.advance(30_000);

      expect(fleet.group.generation).toBe(generation);
      expect(fleet.running()).toEqual(keysOf(fleet.work));
    },
  );
});
