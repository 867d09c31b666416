/**
 * Shares connectors and tasks out among workers, changing as little as possible (KIP-415): a pure decision of the leader, once a round.
 *
 * Owns: nothing. What the leader has to remember from round to round goes in and comes out as {@link AssignorMemory}.
 * Invariants: work is given to a worker only when nobody has it. What has to move is revoked in one round and given in the next, so that
 *   no two workers ever run the same. When nothing changes outside, the second round changes nothing, all work is given, and workers differ
 *   by one connector and by one task at most.
 *   What a worker that went away had waits until it, or another in its place, is there, at most `delayMaxMs`; other work is not held up.
 * Not here: bytes (./connect-protocol.ts), rounds (./worker-membership.ts).
 */
import type { ConnectorTaskId } from '../herder/herder.ts';
import { isNoWork, NO_WORK, taskKey, withoutWork, withWork, workKey, type WorkLoad } from './work-load.ts';

export interface AssignorInput {
  /** What each worker has, by member id. */
  readonly workers: ReadonlyMap<string, WorkLoad>;
  /** All that is to run. */
  readonly configured: WorkLoad;
  readonly generation: number;
  /** The last generation that this worker saw through to its assignment; −1: none. */
  readonly lastGeneration: number;
  /** Milliseconds of any clock that does not step back. */
  readonly nowMs: number;
  /** How long what was lost waits for whoever had it (`scheduled.rebalance.max.delay.ms`); 0: not at all. */
  readonly delayMaxMs: number;
}

/** What the leader knows from the round before. A new leader knows nothing. */
export interface AssignorMemory {
  readonly generation: number;
  /** What each worker should have. */
  readonly given: ReadonlyMap<string, WorkLoad>;
  /** Work whose workers went away, while it waits for them. */
  readonly lost: LostWork | undefined;
}

export interface LostWork {
  readonly work: WorkLoad;
  readonly untilMs: number;
  /** How many workers went away with it. */
  readonly missingCount: number;
  /** Members that were there when the first of it was lost: others come in place of those that went. */
  readonly known: ReadonlySet<string>;
}

export interface AssignorResult {
  /** What each worker gets in addition to what it keeps. */
  readonly assigned: ReadonlyMap<string, WorkLoad>;
  /** What each has to give up before the next round; when there is any, there has to be one. */
  readonly revoked: ReadonlyMap<string, WorkLoad>;
  /** When the next round is due because work waits; 0: none. */
  readonly delayMs: number;
  readonly memory: AssignorMemory;
}

export function shareOut(input: AssignorInput, remembered: AssignorMemory | undefined): AssignorResult {
  const { workers, configured, generation, nowMs } = input;
  const memory = remembered?.generation === input.lastGeneration ? remembered : undefined;
  const shares = [...workers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, has]) => new Share(id, has));

  dropUnwanted(shares, configured);
  const active = shares.reduce((sum, share) => withWork(sum, share.kept), NO_WORK);
  const lost = lostWork(input, memory, active);
  const waiting = lost?.work ?? NO_WORK;
  const free = withoutWork(withoutWork(configured, active), waiting);
  // Work that waits would make its worker look idle, and everything would move there and back.
  if (lost === undefined) levelOut(shares, configured);
  // What has just been revoked is still running.
  giveConnectors(shares, free.connectors);
  giveTasks(shares, free.tasks);

  return {
    assigned: new Map(shares.map((share) => [share.id, share.added])),
    revoked: new Map(shares.map((share) => [share.id, share.revoked])),
    delayMs: lost === undefined ? 0 : Math.max(1, Math.ceil(lost.untilMs - nowMs)),
    memory: { generation, given: new Map(shares.map((share) => [share.id, share.total])), lost },
  };
}

/** What a worker has and is to have. */
class Share {
  readonly id: string;
  #kept: WorkLoad;
  readonly #addedConnectors: string[] = [];
  readonly #addedTasks: ConnectorTaskId[] = [];
  readonly #tasksOf = new Map<string, number>();
  #revoked: WorkLoad = NO_WORK;

  constructor(id: string, has: WorkLoad) {
    this.id = id;
    this.#kept = has;
    for (const { connector } of has.tasks) this.#count(connector, 1);
  }

  get kept(): WorkLoad {
    return this.#kept;
  }

  get added(): WorkLoad {
    return { connectors: this.#addedConnectors, tasks: this.#addedTasks };
  }

  get revoked(): WorkLoad {
    return this.#revoked;
  }

  get total(): WorkLoad {
    return withWork(this.#kept, this.added);
  }

  get connectorCount(): number {
    return this.#kept.connectors.length + this.#addedConnectors.length;
  }

  get taskCount(): number {
    return this.#kept.tasks.length + this.#addedTasks.length;
  }

  tasksOf(connector: string): number {
    return this.#tasksOf.get(connector) ?? 0;
  }

  revoke(work: WorkLoad): void {
    if (isNoWork(work)) return;
    this.#kept = withoutWork(this.#kept, work);
    this.#revoked = withWork(this.#revoked, work);
    for (const { connector } of work.tasks) this.#count(connector, -1);
  }

  giveConnector(connector: string): void {
    this.#addedConnectors.push(connector);
  }

  giveTask(task: ConnectorTaskId): void {
    this.#addedTasks.push(task);
    this.#count(task.connector, 1);
  }

  #count(connector: string, change: number): void {
    this.#tasksOf.set(connector, this.tasksOf(connector) + change);
  }
}

/** Takes away what is not configured any more, and what somebody else has, too (after a network split): the first one keeps it. */
function dropUnwanted(shares: readonly Share[], configured: WorkLoad): void {
  const wanted = new Set([
    ...configured.connectors.map((connector) => workKey(connector)),
    ...configured.tasks.map(taskKey),
  ]);
  for (const share of shares) {
    const { connectors, tasks } = share.kept;
    // The first claim takes the key away, so that the next one finds nothing.
    share.revoke({
      connectors: connectors.filter((connector) => !wanted.delete(workKey(connector))),
      tasks: tasks.filter((task) => !wanted.delete(taskKey(task))),
    });
  }
}

/** What waits for the workers that had it; undefined: nothing, or the wait is over. */
function lostWork(input: AssignorInput, memory: AssignorMemory | undefined, active: WorkLoad): LostWork | undefined {
  const { workers, configured, nowMs, delayMaxMs } = input;
  if (memory === undefined || delayMaxMs === 0) return undefined;
  let work = memory.lost?.work ?? NO_WORK;
  let missingCount = memory.lost?.missingCount ?? 0;
  for (const [id, given] of memory.given) {
    work = withWork(work, given);
    if (!workers.has(id) && !isNoWork(given)) missingCount++;
  }
  work = withoutWork(work, active);
  work = withoutWork(work, withoutWork(work, configured));
  if (isNoWork(work)) return undefined;
  const known = memory.lost?.known ?? new Set(memory.given.keys());
  const untilMs = memory.lost?.untilMs ?? nowMs + delayMaxMs;
  const cameCount = [...workers].filter(([id, has]) => !known.has(id) && isNoWork(has)).length;
  // Whoever went is back, or others came in their place: nothing is left to wait for.
  if (nowMs >= untilMs || cameCount >= missingCount) return undefined;
  return { work, untilMs, missingCount, known };
}

/** Revokes from those that have more than their part. */
function levelOut(shares: readonly Share[], configured: WorkLoad): void {
  for (const [share, surplus] of surpluses(shares, configured.connectors.length, (each) => each.connectorCount)) {
    share.revoke({ connectors: [...share.kept.connectors].sort().slice(-surplus), tasks: [] });
  }
  for (const [share, surplus] of surpluses(shares, configured.tasks.length, (each) => each.taskCount)) {
    for (let left = surplus; left > 0; left--) share.revoke({ connectors: [], tasks: [taskToSpare(share)] });
  }
}

function surpluses(shares: readonly Share[], total: number, countOf: (share: Share) => number): [Share, number][] {
  const part = Math.floor(total / shares.length);
  const remainder = total % shares.length;
  return [...shares]
    .sort((a, b) => countOf(b) - countOf(a))
    .map((share, index): [Share, number] => [share, countOf(share) - part - (index < remainder ? 1 : 0)])
    .filter(([, surplus]) => surplus > 0);
}

/** Of the connector that has the most tasks here, so that those of one connector spread out. */
function taskToSpare(share: Share): ConnectorTaskId {
  const [first, ...rest] = share.kept.tasks;
  if (first === undefined) throw new RangeError('a worker without tasks has none to spare');
  return rest.reduce((best, task) => {
    const more = share.tasksOf(task.connector) - share.tasksOf(best.connector);
    return more > 0 || (more === 0 && compareTasks(task, best) > 0) ? task : best;
  }, first);
}

function giveConnectors(shares: readonly Share[], connectors: readonly string[]): void {
  for (const connector of [...connectors].sort()) {
    least(shares, (share) => [share.connectorCount, share.taskCount])?.giveConnector(connector);
  }
}

function giveTasks(shares: readonly Share[], tasks: readonly ConnectorTaskId[]): void {
  for (const task of [...tasks].sort(compareTasks)) {
    least(shares, (share) => [share.taskCount, share.tasksOf(task.connector), share.connectorCount])?.giveTask(task);
  }
}

/** The first one with the smallest numbers. */
function least(shares: readonly Share[], numbersOf: (share: Share) => readonly number[]): Share | undefined {
  let best: Share | undefined;
  let bestNumbers: readonly number[] = [];
  for (const share of shares) {
    const numbers = numbersOf(share);
    if (best === undefined || isLess(numbers, bestNumbers)) {
      best = share;
      bestNumbers = numbers;
    }
  }
  return best;
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((number, index) => number !== b[index]);
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0);
}

function compareTasks(a: ConnectorTaskId, b: ConnectorTaskId): number {
  return a.connector < b.connector ? -1 : a.connector > b.connector ? 1 : a.task - b.task;
}
