/**
 * A consumer without a group reads all partitions of its topics: this follows topics and partitions as they appear.
 *
 * Bounds: one look at a time; topics that do not exist yet are looked for every second, new partitions and topics that match a pattern
 *   every minute, and at once when metadata tells of them.
 */
import { messageOf, type Timer } from '@millrace/base';
import { KafkaError } from '../error.ts';
import type { TopicMetadata } from '../cluster/topic-metadata.ts';
import type { TopicPartition } from '../topic-partition.ts';
import type { Assignment, SeekTarget } from './assignment.ts';
import type { ConsumerCluster } from './consumer-cluster.ts';

const MISSING_MS = 1_000;
const FRESH_MS = 60_000;

export class SelfAssignment {
  readonly #cluster: ConsumerCluster;
  readonly #topics: readonly string[] | RegExp;
  readonly #assignment: Assignment;
  readonly #onFatal: (error: KafkaError) => void;
  /** Partitions were there at the first look; those that come later are read from their beginning. */
  readonly #seen = new Set<string>();
  #timer: Timer | undefined;
  #stopListening: (() => void) | undefined;
  #isLooking = false;
  #isClosed = false;

  constructor(
    cluster: ConsumerCluster,
    topics: readonly string[] | RegExp,
    assignment: Assignment,
    onFatal: (error: KafkaError) => void,
  ) {
    this.#cluster = cluster;
    this.#topics = topics;
    this.#assignment = assignment;
    this.#onFatal = onFatal;
  }

  start(): void {
    this.#stopListening = this.#cluster.onMetadataChange((topic) => {
      if (this.#isOurs(topic.name)) this.#take([topic]);
    });
    void this.#look();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#stopListening?.();
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    let nextMs = FRESH_MS;
    try {
      const names = this.#topics instanceof RegExp ? null : this.#topics;
      const found = await this.#cluster.fetchTopics(names);
      if (this.#isClosed) return;
      this.#take(found.filter(({ name }) => this.#isOurs(name)));
      if (names !== null && found.length < names.length) nextMs = MISSING_MS;
    } catch (error) {
      nextMs = MISSING_MS;
      if (this.#isClosed) return;
      const known = KafkaError.is(error)
        ? error
        : new KafkaError('MILLRACE_CLIENT_INVALID_ANSWER', `finding partitions failed: ${messageOf(error)}`, {
            cause: error,
          });
      if (!known.retriable) this.#onFatal(known);
    } finally {
      this.#isLooking = false;
      if (!this.#isClosed) this.#timer = this.#cluster.runtime.timers.schedule(nextMs, () => void this.#look());
    }
  }

  #isOurs(name: string): boolean {
    return this.#topics instanceof RegExp ? this.#topics.test(name) : this.#topics.includes(name);
  }

  #take(topics: readonly TopicMetadata[]): void {
    const added: (TopicPartition & { at?: SeekTarget })[] = [];
    for (const { name: topic, partitions } of topics) {
      const isKnown = this.#seen.has(topic);
      if (partitions.length > 0) this.#seen.add(topic);
      for (const { partition } of partitions) {
        if (this.#assignment.find(topic, partition) !== undefined) continue;
        added.push(isKnown ? { topic, partition, at: 'earliest' } : { topic, partition });
      }
    }
    if (added.length > 0) void this.#assignment.add(added);
  }
}
