/**
 * Consumers of one group, as clients that do what the protocols ask of them, with delays, lost answers, crashes and restarts of the broker.
 * It keeps what each client believes to have; no partition may ever be with two of them.
 */
import { SeededRandom } from '@millrace/base';
import { ErrorCode } from '@millrace/protocol';
import { createConsumerGroupHeartbeatRequest } from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import type { ConsumerGroupHeartbeatResponse } from '@millrace/protocol/messages/68-consumer-group-heartbeat';
import { ClassicClient, type RebalanceKind } from './classic-client.ts';
import { GroupFixture } from './group-fixture.ts';

export interface ConsumerOptions {
  readonly instanceId?: string;
  readonly topics?: readonly string[];
  readonly pattern?: string;
  readonly assignor?: string;
}

const REBALANCE_TIMEOUT_MS = 30_000;
const SESSION_MS = 45_000;

/** A client of the consumer protocol. */
export class SimulatedConsumer {
  readonly memberId: string;
  readonly options: ConsumerOptions;
  topics: readonly string[];
  epoch = 0;
  isAlive = true;
  isFull = true;
  /** `topicId:partition` of what it works on. */
  readonly owned = new Set<string>();
  target: ReadonlySet<string> | null = null;
  lastHeardMs = -Infinity;
  nextHeartbeatMs = 0;
  /** Until then it is busy with giving up partitions. */
  revokingUntilMs = -Infinity;

  constructor(memberId: string, options: ConsumerOptions) {
    this.memberId = memberId;
    this.options = options;
    this.topics = options.topics ?? [];
  }

  lose(): void {
    this.epoch = 0;
    this.isFull = true;
    this.owned.clear();
    this.target = null;
  }
}

export class ConsumerWorld {
  readonly fixture: GroupFixture;
  readonly random: SeededRandom;
  readonly consumers: SimulatedConsumer[] = [];
  readonly classics: ClassicClient[] = [];
  readonly refusals = new Map<number, number>();
  #nextId = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.fixture = new GroupFixture({ groupConsumerAssignmentIntervalMs: 1_000 });
  }

  get nowMs(): number {
    return this.fixture.time.monotonicMs();
  }

  get alive(): SimulatedConsumer[] {
    return this.consumers.filter(({ isAlive }) => isAlive);
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  below(bound: number): number {
    return this.random.bytes(4).readUInt32BE(0) % bound;
  }

  start(options: ConsumerOptions): SimulatedConsumer {
    const consumer = new SimulatedConsumer(`member-${++this.#nextId}`, options);
    consumer.nextHeartbeatMs = this.nowMs;
    this.consumers.push(consumer);
    return consumer;
  }

  startClassic(kind: RebalanceKind, topics: readonly string[]): ClassicClient {
    const client = new ClassicClient(this, kind, topics);
    this.classics.push(client);
    return client;
  }

  restart(): void {
    this.fixture.restart();
    for (const client of this.classics) client.onRestart();
  }

  /** Time passes for everybody, in steps; `loss` = one answer in so many gets lost. */
  run(forMs: number, loss = Infinity): void {
    const endMs = this.nowMs + forMs;
    while (this.nowMs < endMs) {
      this.fixture.advance(250);
      for (const consumer of this.alive) this.#step(consumer, loss);
      for (const client of this.classics) {
        client.step();
        this.owners();
      }
    }
  }

  heartbeat(consumer: SimulatedConsumer, loss = Infinity): ConsumerGroupHeartbeatResponse {
    const { memberId, options, epoch, isFull, owned } = consumer;
    const tellsAll = isFull || epoch === 0;
    const request = createConsumerGroupHeartbeatRequest({
      groupId: 'g',
      memberId,
      memberEpoch: epoch,
      instanceId: options.instanceId ?? null,
      rebalanceTimeoutMs: tellsAll ? REBALANCE_TIMEOUT_MS : -1,
      subscribedTopicNames: tellsAll ? consumer.topics : null,
      subscribedTopicRegex: tellsAll ? (options.pattern ?? null) : null,
      serverAssignor: options.assignor ?? null,
      topicPartitions: epoch === 0 ? [] : listsOf(owned),
    });
    const response = this.fixture.consumerHeartbeat(request);
    if (loss !== Infinity && this.chance(loss)) {
      consumer.isFull = true;
      consumer.nextHeartbeatMs = this.nowMs + 500;
      return response;
    }
    this.#onAnswer(consumer, response);
    return response;
  }

  leave(consumer: SimulatedConsumer, epoch = -1): ConsumerGroupHeartbeatResponse {
    const { memberId, options } = consumer;
    consumer.isAlive = false;
    consumer.owned.clear();
    return this.fixture.consumerHeartbeat(
      createConsumerGroupHeartbeatRequest({
        groupId: 'g',
        memberId,
        memberEpoch: epoch,
        instanceId: options.instanceId ?? null,
      }),
    );
  }

  crash(consumer: SimulatedConsumer): void {
    consumer.isAlive = false;
    consumer.owned.clear();
  }

  /** Partitions with the clients that believe to have them. Throws when one has two. */
  owners(): Map<string, string> {
    const owners = new Map<string, string>();
    for (const { memberId, owned } of [...this.alive, ...this.classics.filter(({ isAlive }) => isAlive)]) {
      for (const partition of owned) {
        const other = owners.get(partition);
        if (other !== undefined) throw new Error(`${partition} is with ${other} and ${memberId} at ${this.nowMs}`);
        owners.set(partition, memberId);
      }
    }
    return owners;
  }

  #step(consumer: SimulatedConsumer, loss: number): void {
    // A client that has not been heard for a session counts what it has as lost.
    if (this.nowMs - consumer.lastHeardMs > SESSION_MS && consumer.epoch !== 0) consumer.lose();
    if (this.#progress(consumer)) consumer.nextHeartbeatMs = this.nowMs;
    if (this.nowMs >= consumer.nextHeartbeatMs) this.heartbeat(consumer, loss);
    this.owners();
  }

  /** One step towards the target: first gives up, then takes. True when what it has changed. */
  #progress(consumer: SimulatedConsumer): boolean {
    const { owned, target } = consumer;
    if (target === null) return false;
    const surplus = [...owned].filter((partition) => !target.has(partition));
    if (surplus.length > 0) {
      if (consumer.revokingUntilMs === -Infinity) consumer.revokingUntilMs = this.nowMs + this.below(6_000);
      if (this.nowMs < consumer.revokingUntilMs) return false;
      for (const partition of surplus) owned.delete(partition);
    }
    consumer.revokingUntilMs = -Infinity;
    const added = [...target].filter((partition) => !owned.has(partition));
    for (const partition of added) owned.add(partition);
    return surplus.length + added.length > 0;
  }

  #onAnswer(consumer: SimulatedConsumer, response: ConsumerGroupHeartbeatResponse): void {
    const { errorCode, memberEpoch, heartbeatIntervalMs, assignment } = response;
    if (errorCode !== ErrorCode.NONE) {
      this.refusals.set(errorCode, (this.refusals.get(errorCode) ?? 0) + 1);
      consumer.lose();
      consumer.nextHeartbeatMs = this.nowMs + 500;
      return;
    }
    consumer.lastHeardMs = this.nowMs;
    consumer.isFull = false;
    consumer.epoch = memberEpoch;
    consumer.nextHeartbeatMs = this.nowMs + heartbeatIntervalMs;
    if (assignment === null) return;
    consumer.target = new Set(
      assignment.topicPartitions.flatMap(({ topicId, partitions }) => partitions.map((each) => `${topicId}:${each}`)),
    );
  }
}

export function listsOf(owned: ReadonlySet<string>): { topicId: string; partitions: number[] }[] {
  const byTopic = new Map<string, number[]>();
  for (const each of owned) {
    const [topicId = '', partition] = each.split(':');
    const partitions = byTopic.get(topicId);
    if (partitions === undefined) byTopic.set(topicId, [Number(partition)]);
    else partitions.push(Number(partition));
  }
  return [...byTopic].map(([topicId, partitions]) => ({ topicId, partitions }));
}
