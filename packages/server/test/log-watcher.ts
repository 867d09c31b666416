/**
 * A consumer that remembers: reads partitions as they grow, over connections that die under it, and holds every later look against
 * what it saw first.
 *
 * Owns: for each partition, which attempt of each record was seen.
 * Invariants checked: offset n holds record n; what was seen once is never taken back or replaced.
 */
import { LogProbe, type ReadRecord, type WireClientOptions } from '@millrace/testing';
import type { LoadedPartition } from './idempotent-load.ts';

const WAIT_MS = 20;

export class LogWatcher {
  readonly #partitions: readonly LoadedPartition[];
  /** Attempt of each record seen, by partition name. */
  readonly #seen = new Map<string, number[]>();

  constructor(partitions: readonly LoadedPartition[]) {
    this.#partitions = partitions;
    for (const { name } of partitions) this.#seen.set(name, []);
  }

  /** Records seen so far. */
  get seenCount(): number {
    return [...this.#seen.values()].reduce((sum, attempts) => sum + attempts.length, 0);
  }

  /** Follows all partitions until the connection ends. */
  async followUntilCut(options: WireClientOptions): Promise<void> {
    await using probe = await LogProbe.connect(options);
    while (!probe.wire.isEnded) {
      for (const target of this.#partitions) {
        const seen = this.#seenOf(target);
        const answer = await probe
          .read(target.topic, target.partition, seen.length, WAIT_MS)
          .catch((error: unknown) => {
            if (probe.wire.isEnded) return undefined;
            throw error;
          });
        if (answer === undefined) return;
        this.#check(target, answer.records);
      }
    }
  }

  /** Reads everything once more from the start and to the end. */
  async verifyAll(probe: LogProbe): Promise<void> {
    for (const target of this.#partitions) {
      const records = await probe.readAll(target.topic, target.partition);
      this.#check(target, records);
      if (records.length !== target.sentEnd) {
        throw new Error(`${target.name} holds ${records.length} records of ${target.sentEnd}`);
      }
    }
  }

  #check(target: LoadedPartition, records: readonly ReadRecord[]): void {
    const seen = this.#seenOf(target);
    for (const { offset, value } of records) {
      const [name, record, attempt] = (value ?? '').split('/', 3);
      if (name !== target.name || Number(record) !== offset) {
        throw new Error(`${target.name}: offset ${offset} holds "${(value ?? 'null').slice(0, 60)}"`);
      }
      if (offset === seen.length) seen.push(Number(attempt));
      else if (seen[offset] !== Number(attempt)) {
        const before =
          seen[offset] === undefined ? 'nothing was seen before' : `attempt ${seen[offset]} was seen before`;
        throw new Error(`${target.name}: offset ${offset} shows attempt ${attempt ?? ''} where ${before}`);
      }
    }
  }

  #seenOf({ name }: LoadedPartition): number[] {
    const seen = this.#seen.get(name);
    if (seen === undefined) throw new Error(`${name} is not watched`);
    return seen;
  }
}
