/**
 * Which topics a subscription means, how many partitions they have, and noticing when either changes.
 *
 * Owns: the subscription, the picture of the topics as of the last look, and the timer for the next one. A member looks at what it
 *   subscribes to; the leader of a classic group also at what others subscribe to, since it shares that out.
 * Invariants: one look at a time; a change is reported once, and only against a picture that was settled on.
 * Bounds: looks are at least `LOOK_AGAIN_MS_MIN` apart, whatever the client's metadata does meanwhile.
 */
import type { Timer } from '@millrace/base';
import { KafkaError } from '../error.ts';
import type { GroupCluster } from './group-cluster.ts';

export interface TopicWatchOptions {
  readonly topics: readonly string[] | RegExp;
  readonly metadataMaxAgeMs: number;
  readonly allowAutoCreation: boolean;
}

/** While a named topic does not exist it is looked for more often than others are looked at. */
const MISSING_TOPIC_LOOK_MS = 5_000;
const LOOK_AGAIN_MS_MIN = 1_000;

export class TopicWatch {
  readonly #cluster: GroupCluster;
  readonly #options: TopicWatchOptions;
  readonly #onChange: (reason: string) => void;
  #subscription: readonly string[] | RegExp;
  /** Names that the subscription meant when it was resolved last. */
  #topics: readonly string[] = [];
  /** What the assignment in force was made from: partition counts by topic, undefined for one that does not exist. */
  #picture: ReadonlyMap<string, number | undefined> | undefined;
  #timer: Timer | undefined;
  #isLooking = false;
  #lookedMs = -Infinity;
  #endListening: (() => void) | undefined;
  #isClosed = false;

  constructor(cluster: GroupCluster, options: TopicWatchOptions, onChange: (reason: string) => void) {
    this.#cluster = cluster;
    this.#options = options;
    this.#onChange = onChange;
    this.#subscription = options.topics;
    if (!(options.topics instanceof RegExp)) this.#topics = unique(options.topics);
  }

  get subscription(): readonly string[] | RegExp {
    return this.#subscription;
  }

  /** Of a pattern the topics that matched at the last look. */
  get topics(): readonly string[] {
    return this.#topics;
  }

  subscribe(subscription: readonly string[] | RegExp): void {
    this.#subscription = subscription;
    this.#picture = undefined;
    this.#topics = subscription instanceof RegExp ? [] : unique(subscription);
  }

  /** Names of the topics that the subscription means now. Rejects when a pattern needs a cluster that does not answer. */
  async resolve(signal?: AbortSignal): Promise<readonly string[]> {
    const pattern = this.#subscription;
    if (pattern instanceof RegExp) {
      const all = await this.#cluster.fetchTopics(null, signal === undefined ? {} : { signal });
      const matching = all.filter(({ name, isInternal }) => !isInternal && matches(pattern, name));
      // The user may have changed the subscription meanwhile; who did that resolves again.
      if (pattern === this.#subscription) this.#topics = matching.map(({ name }) => name).sort();
    }
    return this.#topics;
  }

  /** Partition counts of those that exist, as the cluster says now. */
  async partitionCounts(names: readonly string[], signal?: AbortSignal): Promise<Map<string, number>> {
    if (names.length === 0) return new Map();
    const options = { allowAutoCreation: this.#options.allowAutoCreation, ...(signal === undefined ? {} : { signal }) };
    const topics = await this.#cluster.fetchTopics(names, options);
    return new Map(
      topics.filter(({ partitions }) => partitions.length > 0).map(({ name, partitions }) => [name, partitions.length]),
    );
  }

  /** Reports every deviation from this from now on. `counts` undefined: only which topics match the pattern is of interest. */
  watch(counts: ReadonlyMap<string, number> | undefined, names: readonly string[] = []): void {
    // Said again and again by who heartbeats; the next look must not be put off each time.
    if (counts === undefined && this.#picture === undefined && this.#timer !== undefined) return;
    this.#picture = counts && new Map(names.map((name) => [name, counts.get(name)]));
    this.#endListening ??= this.#cluster.onMetadataChange(({ name, partitions }) => {
      if (this.#picture?.has(name) !== true) return;
      if ((this.#picture.get(name) ?? 0) !== partitions.length) this.#lookSoon();
    });
    this.#schedule();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#endListening?.();
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#isClosed || (this.#picture === undefined && !(this.#subscription instanceof RegExp))) return;
    const lacksTopic = [...(this.#picture?.values() ?? [])].includes(undefined);
    const { metadataMaxAgeMs } = this.#options;
    const delayMs = lacksTopic ? Math.min(metadataMaxAgeMs, MISSING_TOPIC_LOOK_MS) : metadataMaxAgeMs;
    this.#timer = this.#cluster.runtime.timers.schedule(delayMs, () => void this.#look());
  }

  #lookSoon(): void {
    if (this.#isLooking || this.#isClosed) return;
    const sinceMs = this.#cluster.runtime.clock.monotonicMs() - this.#lookedMs;
    this.#timer?.cancel();
    const delayMs = Math.max(0, LOOK_AGAIN_MS_MIN - sinceMs);
    this.#timer = this.#cluster.runtime.timers.schedule(delayMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#lookedMs = this.#cluster.runtime.clock.monotonicMs();
    const subscription = this.#subscription;
    const picture = this.#picture;
    try {
      const before = this.#topics;
      const after = await this.resolve();
      let reason = isSameList(before, after) ? undefined : 'the topics that match the pattern have changed';
      if (reason === undefined && picture !== undefined) {
        const counts = await this.partitionCounts([...picture.keys()]);
        for (const [name, count] of picture) {
          if (counts.get(name) === count) continue;
          reason ??= `topic ${name} has ${String(counts.get(name) ?? 0)} partitions instead of ${String(count ?? 0)}`;
        }
      }
      const isCurrent = subscription === this.#subscription && picture === this.#picture && !this.#isClosed;
      if (reason !== undefined && isCurrent) {
        this.#picture = undefined;
        this.#onChange(reason);
      }
    } catch (error) {
      // The next look may succeed; whoever needs the cluster now is told by what it asks.
      if (!KafkaError.is(error)) throw error;
    } finally {
      this.#isLooking = false;
      this.#schedule();
    }
  }
}

/** As `pattern.test(name)`, but without the memory that a global pattern has of the last call. */
export function matches(pattern: RegExp, name: string): boolean {
  return name.search(pattern) >= 0;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}
