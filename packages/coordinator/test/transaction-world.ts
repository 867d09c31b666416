/**
 * A broker in miniature around one shard of transactions: a journal, logs of partitions, and crashes.
 *
 * Partitions of topic "j" are in the journal, in its order with the coordinator's records; those of topic "os" keep what they were
 * given when the process is killed, whatever the journal lost.
 */
import { silentLogger, type Clock } from '@millrace/base';
import { noMetrics } from '@millrace/base';
import type { EndMarker, OpenTransaction } from '@millrace/log';
import { Step, type Reply } from '../src/runtime/step.ts';
import { DEFAULT_TRANSACTION_COORDINATOR_CONFIG } from '../src/transaction-config.ts';
import type { AppendedMarkers, TopicPartitionRef } from '../src/transaction-coordinator.ts';
import { endOrphanedTransactions } from '../src/transaction/orphaned-transactions.ts';
import { createTransactionMetrics } from '../src/transaction/transaction-metrics.ts';
import { transactionRecordCodec, type TransactionRecord } from '../src/transaction/transaction-records.ts';
import { TransactionShard, type TransactionStep } from '../src/transaction/transaction-shard.ts';
import type { TransactionOutcome } from '../src/transaction/transaction-state.ts';

/** One transaction as its producer means it. */
export interface Instance {
  readonly name: string;
  /** What the producer was told. */
  told: TransactionOutcome | null;
  /** A write was lost, or its fate is unknown: it must not be committed. */
  isBroken: boolean;
}

export interface DataEntry {
  readonly kind: 'data';
  readonly place: TopicPartitionRef;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly instance: Instance;
  readonly atMs: number;
  /** The write is acknowledged when the journal is durable up to here. */
  readonly ackedAt: number;
}

interface MarkerEntry {
  readonly kind: 'marker';
  readonly place: TopicPartitionRef;
  readonly marker: EndMarker;
}

interface RecordEntry {
  readonly kind: 'record';
  readonly key: Buffer;
  readonly value: Buffer | null;
}

type LogEntry = DataEntry | MarkerEntry;

/** What a partition's log knows of its producers. */
class PartitionState {
  readonly epochs = new Map<number, number>();
  readonly open = new Map<number, DataEntry[]>();
  readonly ended: { readonly entry: DataEntry; readonly outcome: TransactionOutcome }[] = [];

  apply(entry: LogEntry): void {
    const { producerId, producerEpoch } = entry.kind === 'data' ? entry : entry.marker;
    const known = this.epochs.get(producerId) ?? -1;
    if (producerEpoch < known) throw new Error(`epoch ${producerEpoch} of producer ${producerId} after ${known}`);
    this.epochs.set(producerId, producerEpoch);
    if (entry.kind === 'data') {
      const open = this.open.get(producerId) ?? [];
      open.push(entry);
      this.open.set(producerId, open);
      return;
    }
    const { marker } = entry;
    for (const part of this.open.get(producerId) ?? []) {
      if (marker.transactionVersion >= 2 && marker.producerEpoch <= part.producerEpoch) {
        throw new Error(`marker of epoch ${marker.producerEpoch} for a batch of epoch ${part.producerEpoch}`);
      }
      this.ended.push({ entry: part, outcome: marker.outcome });
    }
    this.open.delete(producerId);
  }
}

const FAILED = 56;

export class TransactionWorld {
  nowMs = 1_700_000_000_000;
  journal: (RecordEntry | LogEntry)[] = [];
  durableTo = 0;
  readonly os = new Map<string, LogEntry[]>();
  shard: TransactionShard;
  /** Markers of "os" logs are refused while this is set. */
  isOsFailing = false;
  nextProducerId = 1;
  /** Who has asked for a producer id. */
  readonly claimants = new Set<{ readonly transactionalId: string; isReplaced: boolean }>();
  /** Transactions that were aborted by their timeout. */
  timeouts = 0;
  /** Answers reach those who asked by this one. */
  connection: object = {};
  readonly #states = new Map<string, PartitionState>();
  incarnation = 0;
  #replies: { readonly at: number; readonly reply: Reply }[] = [];
  #waits: { readonly at: number; readonly resolve: () => void }[] = [];
  readonly #clock: Clock = { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs - 1_600_000_000_000 };

  constructor() {
    this.shard = this.#createShard();
    this.#serve();
  }

  /** Runs a step of the shard as its host does: records, then what must follow them, then answers when they are durable. */
  run(operation: (step: TransactionStep) => void): void {
    const step: TransactionStep = new Step<TransactionRecord>();
    operation(step);
    for (const record of step.records) {
      this.journal.push({
        kind: 'record',
        key: transactionRecordCodec.encodeKey(record),
        value: transactionRecordCodec.encodeValue(record),
      });
    }
    for (const reply of step.replies) this.#replies.push({ at: this.journal.length, reply });
    for (const sequel of step.sequels) sequel.deliver();
  }

  write(
    place: TopicPartitionRef,
    producerId: number,
    producerEpoch: number,
    instance: Instance,
    mayOpen: boolean,
  ): boolean {
    const state = this.state(place);
    if (producerEpoch < (state.epochs.get(producerId) ?? -1)) return false;
    const open = state.open.get(producerId);
    if (open === undefined ? !mayOpen : open[0]?.producerEpoch !== producerEpoch) return false;
    const isOs = place.topic === 'os';
    this.#append({
      kind: 'data',
      place,
      producerId,
      producerEpoch,
      instance,
      atMs: this.nowMs,
      ackedAt: this.journal.length + (isOs ? 0 : 1),
    });
    return true;
  }

  state({ topic, partition }: TopicPartitionRef): PartitionState {
    const name = `${topic}-${partition}`;
    let state = this.#states.get(name);
    if (state === undefined) this.#states.set(name, (state = new PartitionState()));
    return state;
  }

  states(): IterableIterator<PartitionState> {
    return this.#states.values();
  }

  /** Everything that was appended becomes durable, and whoever waits for that goes on. */
  async sync(): Promise<void> {
    for (let rounds = 0; rounds < 20; rounds++) {
      this.durableTo = this.journal.length;
      const replies = this.#replies;
      const waits = this.#waits;
      this.#replies = [];
      this.#waits = [];
      for (const { reply } of replies) reply.deliver();
      for (const { resolve } of waits) resolve();
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
      if (this.#replies.length === 0 && this.#waits.length === 0 && this.durableTo === this.journal.length) return;
    }
    throw new Error('the journal never comes to rest');
  }

  /** Part of what is not durable becomes so, without anybody being told yet. */
  syncPart(count: number): void {
    this.durableTo = Math.min(this.journal.length, this.durableTo + count);
  }

  /** Connections are cut: nobody hears what is on its way, but it happens all the same. */
  loseAnswers(): void {
    this.connection = {};
  }

  advance(ms: number): void {
    this.nowMs += ms;
    if (this.shard.nextDeadlineMs() <= this.#clock.monotonicMs()) this.run((step) => this.shard.onTime(step));
  }

  /** The process ends and another one begins with what is on disk. */
  restart(lostMax: number, osEntriesKept?: (log: LogEntry[]) => number): void {
    const keep = Math.max(this.durableTo, this.journal.length - lostMax);
    for (const entry of this.#entries()) {
      if (entry.kind === 'data' && entry.ackedAt > keep) entry.instance.isBroken = true;
    }
    this.journal = this.journal.slice(0, keep);
    this.durableTo = keep;
    if (osEntriesKept !== undefined) for (const log of this.os.values()) log.length = osEntriesKept(log);
    this.#replies = [];
    this.#waits = [];
    this.shard.close();
    this.incarnation++;
    this.#states.clear();
    for (const entry of this.#entries()) this.state(entry.place).apply(entry);
    this.shard = this.#createShard();
    for (const entry of this.journal) {
      if (entry.kind !== 'record') continue;
      const record = transactionRecordCodec.decode(entry.key, entry.value);
      if (record !== undefined) this.shard.replay(record);
    }
    this.#serve();
    this.endOrphans();
  }

  endOrphans(): void {
    const { isOsFailing } = this;
    this.isOsFailing = false;
    void endOrphanedTransactions({
      participants: {
        appendMarkers: (marker, partitions) => this.#appendMarkers(marker, partitions),
        openTransactions: () => this.#openTransactions(),
      },
      logger: silentLogger,
      metrics: createTransactionMetrics(noMetrics),
      shards: [this.shard],
    });
    this.isOsFailing = isOsFailing;
  }

  *#entries(): Generator<LogEntry, void, undefined> {
    for (const entry of this.journal) if (entry.kind !== 'record') yield entry;
    for (const log of this.os.values()) yield* log;
  }

  *#openTransactions(): Generator<TopicPartitionRef & OpenTransaction, void, undefined> {
    for (const [name, { open }] of this.#states) {
      const dash = name.lastIndexOf('-');
      const place = { topic: name.slice(0, dash), partition: Number(name.slice(dash + 1)) };
      for (const [producerId, [first]] of open) {
        if (first === undefined) continue;
        const { producerEpoch, atMs } = first;
        yield { ...place, producerId, producerEpoch, firstOffset: 0, startedMs: atMs };
      }
    }
  }

  #serve(): void {
    this.run(() => {
      for (const _ of this.shard.onLoaded()) continue;
    });
  }

  #append(entry: LogEntry): void {
    this.state(entry.place).apply(entry);
    const { topic, partition } = entry.place;
    if (topic === 'os') {
      const name = `${topic}-${partition}`;
      const log = this.os.get(name) ?? [];
      log.push(entry);
      this.os.set(name, log);
    } else {
      this.journal.push(entry);
    }
  }

  #appendMarkers(marker: EndMarker, partitions: readonly TopicPartitionRef[]): AppendedMarkers {
    const codes = partitions.map((place) => {
      if (place.topic === 'os' && this.isOsFailing) return FAILED;
      this.#append({ kind: 'marker', place, marker });
      return 0;
    });
    const at = this.journal.length;
    const durable = new Promise<readonly number[]>((resolve) => {
      this.#waits.push({ at, resolve: () => resolve(codes) });
    });
    return { allJournalled: areJournalled(partitions), durable };
  }

  #createShard(): TransactionShard {
    const shard: TransactionShard = new TransactionShard({
      config: DEFAULT_TRANSACTION_COORDINATOR_CONFIG,
      clock: this.#clock,
      logger: silentLogger,
      metrics: { ...createTransactionMetrics(noMetrics), timedOut: { add: (amount) => (this.timeouts += amount) } },
      participants: {
        areJournalled,
        appendMarkers: (marker, partitions) => this.#appendMarkers(marker, partitions),
      },
      coordinatorEpoch: this.incarnation,
      recordBytesMax: 1_000_000,
      run: (operation) => {
        if (this.shard === shard) this.run(operation);
      },
    });
    return shard;
  }
}

function areJournalled(partitions: readonly TopicPartitionRef[]): boolean {
  return partitions.every(({ topic }) => topic !== 'os');
}
