/** A producer as the fuzz test plays it: it does one thing at a time, repeats what was not answered, and never learns that it is a zombie. */
import { ErrorCode } from '@millrace/protocol';
import type { Waiter } from '../src/runtime/step.ts';
import type { TopicPartitionRef } from '../src/transaction-coordinator.ts';
import type { ProducerIdentity } from '../src/transaction/transaction-rules.ts';
import type { IdentityAnswer, TransactionStep } from '../src/transaction/transaction-shard.ts';
import type { TransactionOutcome } from '../src/transaction/transaction-state.ts';
import type { Instance, TransactionWorld } from './transaction-world.ts';

type Ask = (freshProducerId: number | null, waiter: Waiter<IdentityAnswer>, step: TransactionStep) => void;

/** A request that is not answered yet. */
interface Pending {
  readonly ask: Ask;
  readonly onAnswer: (identity: ProducerIdentity) => void;
}

const RETRIABLE: ReadonlySet<number> = new Set([
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.NOT_COORDINATOR,
]);

/** Told to a producer that another one has taken the place of, and to no other. */
const FENCED: ReadonlySet<number> = new Set([
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
]);

export class TransactionClient {
  readonly name: string;
  readonly transactionalId: string;
  /** Speaks the flow in which every end raises the epoch. */
  readonly isRaising: boolean;
  identity: ProducerIdentity | null = null;
  instance: Instance | null = null;
  /** It was told that it is fenced, or that it did something impossible. */
  isDone = false;
  pending: Pending | null = null;
  /** Another one has its transactional id. */
  isReplaced = false;
  readonly #world: TransactionWorld;
  /** Who was given which producer id and epoch. */
  readonly #owners: Map<string, TransactionClient>;
  #count = 0;
  #attempt = 0;
  #mayBeFencedFrom = Infinity;

  constructor(
    world: TransactionWorld,
    owners: Map<string, TransactionClient>,
    name: string,
    transactionalId: string,
    isRaising: boolean,
  ) {
    this.#world = world;
    this.#owners = owners;
    this.name = name;
    this.transactionalId = transactionalId;
    this.isRaising = isRaising;
    this.init(false);
  }

  /** Starts, or goes on after an error (KIP-360). */
  init(goesOn: boolean): void {
    const expected = goesOn ? this.identity : null;
    if (this.pending !== null || this.isDone) return;
    if (this.instance !== null) this.instance.isBroken = true;
    this.instance = null;
    // Kafka's format has no room for what would tell a retry from a zombie after a restart.
    this.#mayBeFencedFrom = goesOn ? this.#world.incarnation + 1 : Infinity;
    this.#ask(
      (freshProducerId, waiter, step) => {
        const nowMs = this.#world.nowMs;
        const asked = { timeoutMs: 30_000, expected, freshProducerId, nowMs };
        this.#claim();
        this.#world.shard.init(this.transactionalId, asked, waiter, step);
      },
      (identity) => this.#take(identity),
    );
  }

  write(place: TopicPartitionRef): void {
    const { identity } = this;
    if (identity === null || this.pending !== null || this.isDone) return;
    const instance = (this.instance ??= { name: `${this.name}/${++this.#count}`, told: null, isBroken: false });
    const { shard, nowMs } = { shard: this.#world.shard, nowMs: this.#world.nowMs };
    let errorCode: number = ErrorCode.NONE;
    this.#world.run((step) => {
      const asked = { ...identity, partitions: [place], transactionVersion: this.isRaising ? 2 : 0, nowMs };
      errorCode = shard.add(this.transactionalId, asked, step);
    });
    if (errorCode === ErrorCode.NONE) {
      const isWritten = this.#world.write(place, identity.producerId, identity.producerEpoch, instance, true);
      if (!isWritten) throw new Error(`${instance.name}: admitted, but the log refused it`);
    } else if (!RETRIABLE.has(errorCode)) {
      this.#stop(errorCode);
    }
  }

  end(wanted: TransactionOutcome): void {
    const { identity, instance } = this;
    if (identity === null || this.pending !== null || this.isDone || instance === null) return;
    // As a client, it waits for its writes before it commits.
    const outcome = instance.isBroken || !this.#isAcknowledged(instance) ? 'abort' : wanted;
    this.#ask(
      (freshProducerId, waiter, step) => {
        const asked = { ...identity, outcome, freshProducerId, nowMs: this.#world.nowMs, isRaising: this.isRaising };
        this.#world.shard.end(this.transactionalId, asked, waiter, step);
      },
      (after) => {
        instance.told = outcome;
        this.instance = null;
        this.#take(after);
      },
    );
  }

  /** Sends again what was not answered. */
  retry(): void {
    const { pending } = this;
    if (pending === null || this.isDone) return;
    this.#send(pending, null);
  }

  #ask(ask: Ask, onAnswer: Pending['onAnswer']): void {
    const pending: Pending = { ask, onAnswer };
    this.pending = pending;
    this.#send(pending, null);
  }

  #send(pending: Pending, freshProducerId: number | null): void {
    const { connection } = this.#world;
    // Who asks again does so on another connection.
    const attempt = ++this.#attempt;
    const isHeard = (): boolean =>
      this.pending === pending && this.#attempt === attempt && !this.isDone && this.#world.connection === connection;
    const waiter: Waiter<IdentityAnswer> = {
      succeed: (answer) => {
        if (!isHeard()) return;
        if (answer === 'needsProducerId') return this.#send(pending, this.#world.nextProducerId++);
        this.pending = null;
        pending.onAnswer(answer);
      },
      fail: (errorCode) => {
        if (isHeard() && !RETRIABLE.has(errorCode)) this.#stop(errorCode);
      },
    };
    this.#world.run((step) => pending.ask(freshProducerId, waiter, step));
  }

  #claim(): void {
    const { claimants } = this.#world;
    claimants.add(this);
    for (const other of claimants) {
      if (other !== this && other.transactionalId === this.transactionalId) other.isReplaced = true;
    }
  }

  #stop(errorCode: number): void {
    this.isDone = true;
    const { timeouts, incarnation } = this.#world;
    if (this.isReplaced || timeouts > 0 || incarnation >= this.#mayBeFencedFrom || !FENCED.has(errorCode)) return;
    throw new Error(`${this.name} was told ${errorCode}, but nobody has taken its place`);
  }

  #take(identity: ProducerIdentity): void {
    const name = `${identity.producerId}:${identity.producerEpoch}`;
    const owner = this.#owners.get(name) ?? this;
    if (owner !== this) throw new Error(`${this.name} was given ${name}, which ${owner.name} has`);
    this.#owners.set(name, this);
    this.#mayBeFencedFrom = Infinity;
    this.identity = identity;
  }

  #isAcknowledged(instance: Instance): boolean {
    const { journal, durableTo, os } = this.#world;
    const entries = [...journal, ...[...os.values()].flat()];
    return entries.every((entry) => entry.kind !== 'data' || entry.instance !== instance || entry.ackedAt <= durableTo);
  }
}
