/**
 * The partitions of a consumer: taking them on with a position, and giving them up without losing or doubling work.
 *
 * Owns: which partitions there are, seeks that came before their partition, and the waits for records in hand.
 * Invariants: nothing is read of a partition before `onAssigned` returned; before one goes its records in hand are finished (or their
 *   time is over) and what was processed is committed, in this order: stop handing out, wait, commit, `onRevoked`.
 * Bounds: `revokeTimeoutMs` for the wait and for the commit each.
 */
import { createDeferred, type Deferred } from '@millrace/base';
import { KafkaError } from '../error.ts';
import type { ClientRuntime } from '../runtime.ts';
import type { TopicPartition } from '../topic-partition.ts';
import { topic as declareTopic, type AnyTopic } from '../topic/topic.ts';
import type { Committer } from './committer.ts';
import { ConsumedPartition, type ResetTarget } from './consumed-partition.ts';
import { ConsumedTopic } from './consumed-topic.ts';
import type { Fetcher } from './fetcher.ts';
import type { Reader } from './reader.ts';
import type { RecordFlow } from './record-flow.ts';
import { TopicDecoder } from './topic-decoder.ts';

export type SeekTarget = number | bigint | ResetTarget;

export interface AssignmentOptions {
  readonly runtime: ClientRuntime;
  readonly fetcher: Fetcher;
  readonly flow: RecordFlow;
  readonly committer: Committer;
  readonly declared: ReadonlyMap<string, AnyTopic>;
  readonly revokeTimeoutMs: number;
  readonly reader: () => Reader | undefined;
  /** Aborts what handlers do with records of the partition. */
  readonly abortHandlers: (partition: ConsumedPartition, reason: KafkaError) => void;
  readonly onAssigned: ((partitions: readonly TopicPartition[]) => unknown) | undefined;
  readonly onRevoked: ((partitions: readonly TopicPartition[]) => unknown) | undefined;
  readonly onLost: ((partitions: readonly TopicPartition[]) => void) | undefined;
}

interface QuietWait {
  readonly partitions: readonly ConsumedPartition[];
  readonly quiet: Deferred<void>;
}

export class Assignment {
  readonly #options: AssignmentOptions;
  readonly #seeks = new Map<string, SeekTarget>();
  readonly #waits = new Set<QuietWait>();

  constructor(options: AssignmentOptions) {
    this.#options = options;
  }

  get partitions(): ReadonlySet<ConsumedPartition> {
    return this.#options.fetcher.partitions;
  }

  find(topic: string, partition: number): ConsumedPartition | undefined {
    return this.#options.fetcher.topic(topic)?.partitions[partition];
  }

  /** Takes partitions on; resolves when they may be read. `at` is where to begin instead of what the group has committed. */
  async add(partitions: readonly (TopicPartition & { readonly at?: SeekTarget | undefined })[]): Promise<void> {
    const { fetcher, onAssigned, committer } = this.#options;
    const added = partitions.map((each) => this.#create(each));
    await fetcher.resolver.begin(added);
    const kept = added.filter(({ isGone }) => !isGone);
    // Lost before the application heard of them.
    if (kept.length === 0 && added.length > 0) return;
    for (const partition of kept) partition.isTold = true;
    if (onAssigned !== undefined) {
      try {
        await onAssigned(namesOf(kept));
      } catch (cause) {
        // Reading on without what the application wanted to prepare would be worse than stopping.
        this.#options.flow.fail(callbackError('onAssigned', cause));
        return;
      }
    }
    for (const partition of added) {
      if (partition.isGone) continue;
      partition.isAdmitted = true;
      fetcher.place(partition);
      if (partition.failure !== undefined) this.#options.flow.offer(partition);
    }
    committer.note();
  }

  /** Gives partitions up in good order. Never rejects. */
  async remove(partitions: readonly TopicPartition[]): Promise<void> {
    const { fetcher, committer, onRevoked, revokeTimeoutMs, flow } = this.#options;
    const going = this.#found(partitions);
    for (const partition of going) {
      partition.isAdmitted = false;
      fetcher.unplace(partition);
    }
    await this.#whenQuiet(going);
    await committer.commitBeforeGoing(going, Math.max(1, revokeTimeoutMs));
    // What was lost meanwhile was told by `onLost`.
    const told = going.filter(({ isTold, isGone }) => isTold && !isGone);
    try {
      if (told.length > 0) await onRevoked?.(namesOf(told));
    } catch (cause) {
      flow.fail(callbackError('onRevoked', cause));
    }
    for (const partition of going) if (!partition.isGone) fetcher.remove(partition);
  }

  /** Drops partitions that are others' already. */
  lose(partitions: readonly TopicPartition[]): void {
    const { fetcher, abortHandlers, onLost, flow } = this.#options;
    const lost = this.#found(partitions);
    for (const partition of lost) {
      abortHandlers(partition, goneError(partition, 'was lost: the group may have given it to another member'));
      fetcher.remove(partition);
    }
    this.noteRelease();
    const told = lost.filter(({ isTold }) => isTold);
    try {
      if (told.length > 0) onLost?.(namesOf(told));
    } catch (cause) {
      flow.fail(callbackError('onLost', cause));
    }
  }

  /** Remembers where to begin in a partition that is not here yet. */
  seekLater({ topic, partition }: TopicPartition, to: SeekTarget): void {
    this.#seeks.set(keyOf(topic, partition), to);
  }

  /** Sends a partition somewhere. */
  seek(partition: ConsumedPartition, to: SeekTarget): void {
    const { fetcher, committer } = this.#options;
    applySeek(partition, to);
    partition.isHurried = true;
    this.#options.reader()?.interrupt();
    fetcher.place(partition);
    committer.note();
  }

  /** Somebody finished with records: whoever waits for that may go on. */
  noteRelease(): void {
    for (const wait of this.#waits) {
      if (!this.#isQuiet(wait.partitions)) continue;
      this.#waits.delete(wait);
      wait.quiet.resolve();
    }
  }

  #create({ topic, partition, at }: TopicPartition & { readonly at?: SeekTarget | undefined }): ConsumedPartition {
    const { fetcher, declared } = this.#options;
    let known = fetcher.topic(topic);
    if (known === undefined) {
      known = new ConsumedTopic(topic, new TopicDecoder(declared.get(topic) ?? declareTopic(topic)));
      fetcher.addTopic(known);
    }
    const created = new ConsumedPartition(known, partition, fetcher.budget);
    created.onMoved = (moved) => fetcher.place(moved);
    fetcher.add(created);
    const key = keyOf(topic, partition);
    const target = this.#seeks.get(key) ?? at;
    this.#seeks.delete(key);
    if (target !== undefined) applySeek(created, target);
    return created;
  }

  #found(partitions: readonly TopicPartition[]): ConsumedPartition[] {
    return partitions.flatMap(({ topic, partition }) => this.find(topic, partition) ?? []);
  }

  #isQuiet(partitions: readonly ConsumedPartition[]): boolean {
    const reader = this.#options.reader();
    return reader === undefined || !partitions.some((partition) => !partition.isGone && reader.isHolding(partition));
  }

  async #whenQuiet(partitions: readonly ConsumedPartition[]): Promise<void> {
    const { reader, runtime, revokeTimeoutMs, abortHandlers } = this.#options;
    reader()?.interrupt();
    if (this.#isQuiet(partitions)) return;
    const wait: QuietWait = { partitions, quiet: createDeferred<void>() };
    this.#waits.add(wait);
    const timer = runtime.timers.schedule(revokeTimeoutMs, () => {
      this.#waits.delete(wait);
      for (const partition of partitions) abortHandlers(partition, goneError(partition, 'goes to another member'));
      wait.quiet.resolve();
    });
    await wait.quiet.promise;
    timer.cancel();
  }
}

function applySeek(partition: ConsumedPartition, to: SeekTarget): void {
  if (typeof to === 'number' || typeof to === 'bigint') partition.moveTo(Number(to), -1);
  else partition.reset(to, 'seek');
}

export function namesOf(partitions: Iterable<ConsumedPartition>): TopicPartition[] {
  return Array.from(partitions, ({ topic, partition }) => ({ topic: topic.name, partition }));
}

function keyOf(topic: string, partition: number): string {
  return `${topic}:${String(partition)}`;
}

function goneError(partition: ConsumedPartition, what: string): KafkaError {
  return new KafkaError('MILLRACE_CLIENT_INVALID_STATE', `${partition.name} ${what}`, {
    details: { topic: partition.topic.name, partition: partition.partition },
  });
}

/** What a function of the application threw. */
export function callbackError(name: string, cause: unknown): KafkaError {
  return new KafkaError('MILLRACE_CLIENT_HANDLER', `\`${name}\` of the consumer failed`, {
    cause,
    details: { callback: name },
  });
}
