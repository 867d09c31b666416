/** Groups that live through random joins, leaves, crashes and changes of configuration, judged after every round. */
import { SeededRandom } from '@millrace/base';
import { shareOut, type AssignorMemory } from './incremental-assignor.ts';
import { NO_WORK, taskKey, withoutWork, withWork, workKey, type WorkLoad } from './work-load.ts';

const RUNS = 100;
const EVENTS = 25;
const DELAY_MS = 1_000;

function keysOf({ connectors, tasks }: WorkLoad): string[] {
  return [...connectors.map((connector) => workKey(connector)), ...tasks.map(taskKey)];
}

class Simulation {
  readonly #random: SeededRandom;
  readonly #workers = new Map<string, WorkLoad>();
  readonly #taskCounts = new Map<string, number>();
  readonly #delayMaxMs: number;
  #memory: AssignorMemory | undefined;
  #generation = 0;
  #lastGeneration = -1;
  #nowMs = 0;
  #nextWorker = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#delayMaxMs = this.#random.nextInt(2) * DELAY_MS;
    this.#join();
  }

  run(): void {
    for (let event = 0; event < EVENTS; event++) {
      this.#happen();
      this.#round();
      if (this.#random.nextInt(4) === 0) this.#settle();
    }
    this.#settle();
  }

  get #configured(): WorkLoad {
    const tasks = [...this.#taskCounts].flatMap(([connector, count]) =>
      Array.from({ length: count }, (_, task) => ({ connector, task })),
    );
    return { connectors: [...this.#taskCounts.keys()], tasks };
  }

  #join(): void {
    this.#workers.set(`w${this.#nextWorker++}`, NO_WORK);
  }

  #happen(): void {
    const ids = [...this.#workers.keys()];
    const one = ids[this.#random.nextInt(ids.length)] ?? '';
    switch (this.#random.nextInt(7)) {
      case 0:
        return this.#join();
      case 1:
        if (ids.length > 1) this.#workers.delete(one);
        return;
      case 2:
        // Its session ran out: it stopped everything and comes as somebody new.
        this.#workers.delete(one);
        return this.#join();
      case 3:
        this.#taskCounts.set(`c${this.#random.nextInt(8)}`, this.#random.nextInt(6));
        return;
      case 4:
        this.#taskCounts.delete(`c${this.#random.nextInt(8)}`);
        return;
      case 5:
        // Somebody else leads.
        this.#memory = undefined;
        return;
      default:
        this.#nowMs += this.#random.nextInt(DELAY_MS);
    }
  }

  /** Returns whether another one has to follow. */
  #round(): boolean {
    this.#generation++;
    const configured = this.#configured;
    const before = new Map(this.#workers);
    const { assigned, revoked, delayMs, memory } = shareOut(
      {
        workers: before,
        configured,
        generation: this.#generation,
        lastGeneration: this.#lastGeneration,
        nowMs: this.#nowMs,
        delayMaxMs: this.#delayMaxMs,
      },
      this.#memory,
    );
    this.#memory = memory;
    this.#lastGeneration = this.#generation;

    const running = new Set([...before.values()].flatMap(keysOf));
    const wanted = new Set(keysOf(configured));
    for (const [id, has] of before) {
      const given = assigned.get(id) ?? NO_WORK;
      // Nobody is given what anybody has, nor what is not wanted, and only what is there is revoked.
      expect(keysOf(given).filter((key) => running.has(key) || !wanted.has(key))).toEqual([]);
      expect(keysOf(withoutWork(revoked.get(id) ?? NO_WORK, has))).toEqual([]);
      this.#workers.set(id, withWork(withoutWork(has, revoked.get(id) ?? NO_WORK), given));
    }
    const now = [...this.#workers.values()].flatMap(keysOf);
    expect(new Set(now).size).toBe(now.length);
    expect(delayMs).toBeLessThanOrEqual(this.#delayMaxMs);
    this.#nowMs += delayMs;
    return delayMs > 0 || [...revoked.values()].some((work) => keysOf(work).length > 0);
  }

  /** Nothing happens outside: at most the wait, a revoking round and a giving one. */
  #settle(): void {
    for (let round = 0; this.#round(); round++) expect(round).toBeLessThan(3);
    const settled = new Map(this.#workers);
    const all = [...settled.values()].flatMap(keysOf).sort();
    expect(all).toEqual(keysOf(this.#configured).sort());
    const connectors = [...settled.values()].map((load) => load.connectors.length);
    const tasks = [...settled.values()].map((load) => load.tasks.length);
    expect(Math.max(...connectors) - Math.min(...connectors)).toBeLessThanOrEqual(1);
    expect(Math.max(...tasks) - Math.min(...tasks)).toBeLessThanOrEqual(1);
    this.#round();
    expect(new Map(this.#workers)).toEqual(settled);
  }
}

describe('sharing out in random groups', () => {
  const first = Number(process.env['FUZZ_SEED'] ?? 1);
  it(`runs nothing twice and settles in balance (seeds ${first} to ${first + RUNS - 1})`, () => {
    for (let seed = first; seed < first + RUNS; seed++) {
      try {
        new Simulation(seed).run();
      } catch (cause) {
        throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
      }
    }
  });
});
