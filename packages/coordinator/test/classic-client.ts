/**
 * A client of the classic protocol in the world of consumer-world.ts: joins, has the leader assign, asks for its part, heartbeats; and does
 * the same in a consumer group, where nobody leads.
 */
import { ErrorCode, Reader, Writer } from '@millrace/protocol';
import type { JoinGroupResponse } from '@millrace/protocol/messages/11-join-group';
import {
  consumerProtocolSubscription,
  createConsumerProtocolSubscription,
} from '@millrace/protocol/messages/data-consumer-protocol-subscription';
import { readAssignment, readSubscription, writeAssignment } from '../src/consumer/consumer-payloads.ts';
import { toAssignment, type Assignment } from '../src/consumer/topic-partitions.ts';
import type { Asked } from './group-fixture.ts';
import { ConsumerWorld, listsOf } from './consumer-world.ts';

const HEARTBEAT_MS = 3_000;
const SESSION_MS = 10_000;

/** Eager: gives up all before it joins. Cooperative: keeps what it has, and joins again when it had to give up some. */
export type RebalanceKind = 'eager' | 'cooperative';

export class ClassicClient {
  readonly kind: RebalanceKind;
  readonly topics: readonly string[];
  readonly owned = new Set<string>();
  memberId = '';
  generation = -1;
  isAlive = true;
  readonly #world: ConsumerWorld;
  #phase: 'joining' | 'syncing' | 'stable' = 'joining';
  #join: Asked<JoinGroupResponse> | null = null;
  #sync: ReturnType<ConsumerWorld['fixture']['sync']> | null = null;
  #nextMs = 0;
  #lastHeardMs = -Infinity;

  constructor(world: ConsumerWorld, kind: RebalanceKind, topics: readonly string[]) {
    this.#world = world;
    this.kind = kind;
    this.topics = topics;
  }

  get protocolName(): string {
    return this.kind === 'eager' ? 'range' : 'cooperative-sticky';
  }

  step(): void {
    if (!this.isAlive) return;
    const { nowMs } = this.#world;
    const isWaiting = this.#join?.isAnswered === false || this.#sync?.isAnswered === false;
    if (isWaiting) this.#lastHeardMs = nowMs;
    if (nowMs - this.#lastHeardMs > SESSION_MS && this.memberId !== '' && this.generation >= 0) this.#lose();
    if (this.#phase === 'joining') this.#joining();
    else if (this.#phase === 'syncing') this.#syncing();
    else if (nowMs >= this.#nextMs) this.#heartbeat();
  }

  leave(): void {
    this.isAlive = false;
    this.owned.clear();
    if (this.memberId !== '') this.#world.fixture.leave({ memberId: this.memberId });
  }

  crash(): void {
    this.isAlive = false;
    this.owned.clear();
  }

  /** The broker has gone: whoever waits for an answer asks again. */
  onRestart(): void {
    this.#join = null;
    this.#sync = null;
    if (this.#phase === 'syncing') this.#phase = 'joining';
  }

  #lose(): void {
    this.owned.clear();
    this.generation = -1;
    this.#rejoin();
  }

  #rejoin(): void {
    this.#phase = 'joining';
    this.#join = null;
    this.#sync = null;
  }

  #joining(): void {
    const { fixture, nowMs } = this.#world;
    if (this.#join === null) {
      if (this.kind === 'eager') this.owned.clear();
      this.#join = fixture.join({
        version: 9,
        memberId: this.memberId,
        sessionTimeoutMs: SESSION_MS,
        rebalanceTimeoutMs: 30_000,
        protocols: [{ name: this.protocolName, metadata: this.#subscription() }],
      });
    }
    if (!this.#join.isAnswered) return;
    const { errorCode, memberId, generationId, leader, members } = this.#join.answer;
    this.#join = null;
    this.#lastHeardMs = nowMs;
    if (errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      this.memberId = memberId;
    } else if (errorCode === ErrorCode.UNKNOWN_MEMBER_ID || errorCode === ErrorCode.FENCED_INSTANCE_ID) {
      this.memberId = '';
      this.#lose();
    } else if (errorCode === ErrorCode.NONE) {
      this.memberId = memberId;
      this.generation = generationId;
      const isLeader = leader === memberId && memberId !== '';
      const assignments = isLeader ? this.#assign(members) : [];
      this.#sync = fixture.sync({ memberId, generationId }, { assignments, protocolType: 'consumer' });
      this.#phase = 'syncing';
    }
  }

  #syncing(): void {
    const { nowMs, fixture } = this.#world;
    if (this.#sync === null) return this.#rejoin();
    if (!this.#sync.isAnswered) return;
    const { errorCode, assignment } = this.#sync.answer;
    this.#lastHeardMs = nowMs;
    this.#sync = null;
    if (errorCode === ErrorCode.UNKNOWN_MEMBER_ID) {
      this.memberId = '';
      return this.#lose();
    }
    if (errorCode === ErrorCode.ILLEGAL_GENERATION) return this.#lose();
    if (errorCode !== ErrorCode.NONE) return this.#rejoin();
    const given = new Set(namesOf(readAssignment(assignment, fixture.topics) ?? new Map()));
    const surplus = [...this.owned].filter((partition) => !given.has(partition));
    for (const partition of surplus) this.owned.delete(partition);
    for (const partition of given) this.owned.add(partition);
    this.#phase = 'stable';
    this.#nextMs = nowMs + HEARTBEAT_MS;
    // Who had to give up something says so by joining again.
    if (surplus.length > 0) this.#rejoin();
  }

  #heartbeat(): void {
    const { fixture, nowMs } = this.#world;
    this.#nextMs = nowMs + HEARTBEAT_MS;
    const errorCode = fixture.heartbeat(this.memberId, this.generation);
    this.#lastHeardMs = nowMs;
    if (errorCode === ErrorCode.REBALANCE_IN_PROGRESS) return this.#rejoin();
    if (errorCode === ErrorCode.UNKNOWN_MEMBER_ID) this.memberId = '';
    if (errorCode !== ErrorCode.NONE) this.#lose();
  }

  #subscription(): Buffer {
    const { topics } = this.#world.fixture;
    const ownedPartitions = listsOf(this.owned).flatMap(({ topicId, partitions }) => {
      const topic = topics.byId(topicId)?.name;
      return topic === undefined ? [] : [{ topic, partitions }];
    });
    const message = createConsumerProtocolSubscription({ topics: [...this.topics], ownedPartitions });
    const writer = new Writer(2 + consumerProtocolSubscription.size(message, 1), 0);
    writer.int16(1);
    consumerProtocolSubscription.encode(writer, message, 1);
    return writer.toBuffer();
  }

  /** As leader: everybody as much, keeping what they have; cooperative ones get what others hold only later. */
  #assign(members: JoinGroupResponse['members']): { memberId: string; assignment: Buffer }[] {
    const { topics } = this.#world.fixture;
    const said = members.map(({ memberId, metadata }) => ({ memberId, ...readSubscriptionOf(metadata) }));
    const holders = new Map<string, string>();
    for (const { memberId, owned } of said) {
      for (const { topic, partitions } of owned) {
        for (const partition of partitions)
          holders.set(`${topics.byName(topic)?.topicId ?? ''}:${partition}`, memberId);
      }
    }
    const given = new Map(said.map(({ memberId }) => [memberId, new Set<string>()]));
    const all = [...new Set(said.flatMap((each) => each.topics))].sort();
    const quota = Math.ceil(
      all.reduce((sum, name) => sum + (topics.byName(name)?.partitionCount ?? 0), 0) / said.length,
    );
    for (const name of all) {
      const topic = topics.byName(name);
      for (let partition = 0; partition < (topic?.partitionCount ?? 0); partition++) {
        const key = `${topic?.topicId ?? ''}:${partition}`;
        const wanting = said.filter((each) => each.topics.includes(name)).map(({ memberId }) => memberId);
        const holder = holders.get(key);
        const keeps = holder !== undefined && wanting.includes(holder) && (given.get(holder)?.size ?? 0) < quota;
        const least = wanting.reduce((one, other) =>
          (given.get(other)?.size ?? 0) < (given.get(one)?.size ?? 0) ? other : one,
        );
        const taker = keeps ? holder : least;
        if (holder === undefined || holder === taker) given.get(taker)?.add(key);
      }
    }
    return [...given].map(([memberId, keys]) => ({
      memberId,
      assignment: writeAssignment(toAssignment(listsOf(keys)), topics, 1),
    }));
  }
}

function readSubscriptionOf(metadata: Buffer): NonNullable<ReturnType<typeof readSubscription>> {
  const said = readSubscription(metadata);
  if (said === undefined) throw new Error(`no subscription: ${new Reader(metadata).int16()}`);
  return said;
}

function* namesOf(assignment: Assignment): Generator<string, void, undefined> {
  for (const [topicId, partitions] of assignment) for (const partition of partitions) yield `${topicId}:${partition}`;
}
