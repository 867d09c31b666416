/**
 * A coordinator, a network and time for hundreds of members, all by one seed: the same seed, the same history.
 *
 * Owns: the coordinator and its log; a crash ends the coordinator with everything that waits at it, and the next one reads what the
 *   crash left of the log.
 * Bounds: a message takes up to {@link LATENCY_MS_MAX}, a record up to `diskMsMax` to become durable.
 */
import { createDeferred, noMetrics, SeededRandom, silentLogger } from '@millrace/base';
import { createMemoryLogEngine, type LogEngine } from '@millrace/log';
import { DEFAULT_GROUP_COORDINATOR_CONFIG } from '../../src/config.ts';
import { createGroupCoordinator } from '../../src/group-coordinator-service.ts';
import type { GroupCoordinator } from '../../src/group-coordinator.ts';
import { OFFSETS_LOG_CONFIG } from '../coordinator-fixture.ts';
import { ORDERS, TestTopics, TOPIC_ID } from '../group-fixture.ts';
import { ManualTime } from '../manual-time.ts';
import { OwnershipChecker } from './ownership-checker.ts';
import { PerishableLog } from './perishable-log.ts';

export const SESSION_MS = 10_000;
export const REBALANCE_MS = 20_000;
export const HEARTBEAT_MS = 3_000;
const LATENCY_MS_MAX = 40;
export const GROUP_ID = 'g';
/** Of a run, in virtual time, that comes to no end. */
const SETTLE_MS_MAX = 10 * 60_000;

/** What a client sees when the coordinator dies under its request, or is not there. */
export class ConnectionLost extends Error {}

interface Serving {
  readonly coordinator: GroupCoordinator;
  readonly log: PerishableLog;
  readonly crashed: Promise<never>;
  readonly crash: () => void;
}

export interface GroupWorldOptions {
  readonly partitionCount: number;
  readonly diskMsMax: number;
}

export class GroupWorld {
  readonly time = new ManualTime();
  readonly random: SeededRandom;
  readonly checker = new OwnershipChecker();
  readonly partitionCount: number;
  readonly #topics = new TestTopics();
  readonly #engine: LogEngine;
  readonly diskMsMax: number;
  #serving: Serving | undefined;
  #starts = 0;
  /** Since when the coordinator is there. */
  servedSinceMs = 0;
  readonly #crashListeners: (() => void)[] = [];
  /** Crashes that found answers under way which rested on records that were not durable yet. */
  uncertainCrashes = 0;

  private constructor(seed: number, { partitionCount, diskMsMax }: GroupWorldOptions) {
    this.random = new SeededRandom(seed);
    this.diskMsMax = diskMsMax;
    this.partitionCount = partitionCount;
    this.#topics.add(ORDERS, TOPIC_ID, partitionCount);
    this.#engine = createMemoryLogEngine({ clock: this.time, timers: this.time, logger: silentLogger });
  }

  static async start(seed: number, options: GroupWorldOptions): Promise<GroupWorld> {
    const world = new GroupWorld(seed, options);
    await world.#load([]);
    return world;
  }

  get nowMs(): number {
    return this.time.monotonicMs();
  }

  /** Whether there are records of which nobody was told yet that they are durable. */
  get hasUncertain(): boolean {
    return (this.#serving?.log.uncertainCount ?? 0) > 0;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.time.schedule(ms, resolve));
  }

  /** One request and its answer over the network. */
  async call<Answer>(ask: (coordinator: GroupCoordinator) => Promise<Answer>): Promise<Answer> {
    await this.#travel();
    const serving = this.#serving;
    if (serving === undefined) throw new ConnectionLost();
    const answer = await Promise.race([ask(serving.coordinator), serving.crashed]);
    await this.#travel();
    return answer;
  }

  /** Called in the moment of each crash. */
  onCrash(listener: () => void): void {
    this.#crashListeners.push(listener);
  }

  /** kill -9 of the broker; it is back after a while. */
  async crash(downMs: number): Promise<void> {
    const serving = this.#serving;
    if (serving === undefined) return;
    for (const listener of this.#crashListeners) listener();
    this.#serving = undefined;
    serving.crash();
    serving.coordinator.unload(0);
    const { uncertainCount } = serving.log;
    if (uncertainCount > 0) this.uncertainCrashes++;
    await this.sleep(downMs);
    await this.#load(serving.log.afterCrash(this.random.nextInt(uncertainCount + 1)));
  }

  async state(): Promise<{ readonly state: string; readonly memberIds: readonly string[] }> {
    const context = { apiVersion: 5, clientId: 'observer', clientHost: '/127.0.0.1' };
    const request = { groups: [GROUP_ID], includeAuthorizedOperations: false };
    const [group] = (await this.#serving?.coordinator.describeGroups(context, request))?.groups ?? [];
    return { state: group?.groupState ?? 'Dead', memberIds: group?.members.map(({ memberId }) => memberId) ?? [] };
  }

  /** Lets time pass until the promise is settled. */
  async during<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false;
    const settled = promise.finally(() => (isSettled = true));
    settled.catch(() => undefined);
    const untilMs = this.nowMs + SETTLE_MS_MAX;
    while (!isSettled && this.nowMs < untilMs) await this.time.advance(100);
    if (!isSettled) throw new Error(`nothing came of it within ${SETTLE_MS_MAX} ms of virtual time`);
    return settled;
  }

  #travel(): Promise<void> {
    return this.sleep(1 + this.random.nextInt(LATENCY_MS_MAX));
  }

  async #load(batches: readonly Buffer[]): Promise<void> {
    const start = this.#starts++;
    const id = { topicId: 'AAAAAAAAAAAAAAAAAAAAbw', partition: start };
    const target = await this.#engine.openPartition(id, { config: OFFSETS_LOG_CONFIG, leaderEpoch: 0 });
    for (const batch of batches) {
      const outcome = target.append(Buffer.from(batch), { origin: 'coordinator' });
      if (!('durable' in outcome)) throw new Error(`the log refused what it had: ${outcome.errorCode}`);
      await outcome.durable;
    }
    const log = new PerishableLog(target, () => this.sleep(1 + this.random.nextInt(this.diskMsMax)), batches);
    const coordinator = createGroupCoordinator({
      config: { ...DEFAULT_GROUP_COORDINATOR_CONFIG, offsetsTopicNumPartitions: 1, groupInitialRebalanceDelayMs: 500 },
      clock: this.time,
      timers: this.time,
      random: new SeededRandom(this.random.nextInt(2 ** 31)),
      logger: silentLogger,
      metrics: noMetrics,
      topics: this.#topics,
    });
    const crashed = createDeferred<never>();
    crashed.promise.catch(() => undefined);
    await coordinator.load(0, log.log);
    this.servedSinceMs = this.nowMs;
    this.#serving = { coordinator, log, crashed: crashed.promise, crash: () => crashed.reject(new ConnectionLost()) };
  }
}
