/** How far a sink's partitions are written, and what may be committed of it. */
import type { TopicPartition, TopicPartitionOffset } from '@millrace/connect-api';

interface Held {
  readonly topic: string;
  readonly partition: number;
  /** Rises whenever what was read of the partition counts no more: it was given away, or sought elsewhere. */
  readonly generation: number;
  /** Offset behind the last record that the sink has taken; undefined while it took none. */
  written: number | undefined;
  leaderEpoch: number;
  committed: number | undefined;
  /** Records between `written` and the end of the partition, as of the last fetch. */
  lag: number;
}

export interface CommitChoice {
  readonly offsets: readonly (TopicPartitionOffset & { readonly leaderEpoch: number })[];
  /** Offsets that the sink gave and that cannot be: of partitions that it has not got, or beyond what it was given. */
  readonly refused: readonly TopicPartitionOffset[];
}

export class SinkOffsets {
  readonly #held = new Map<string, Held>();
  #generation = 0;

  get partitions(): readonly TopicPartition[] {
    return Array.from(this.#held.values(), ({ topic, partition }) => ({ topic, partition }));
  }

  get lagMax(): number {
    let max = 0;
    for (const { lag } of this.#held.values()) if (lag > max) max = lag;
    return max;
  }

  /** Undefined: the partition is not here. */
  generationOf(at: TopicPartition): number | undefined {
    return this.#held.get(keyOf(at))?.generation;
  }

  assign(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#begin(at, undefined);
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#held.delete(keyOf(at));
  }

  /** Reading goes on somewhere else; also the place that is committed if nothing more comes. */
  seek(to: TopicPartitionOffset): void {
    if (this.#held.has(keyOf(to))) this.#begin(to, to.offset);
  }

  wrote(at: TopicPartitionOffset, leaderEpoch: number, lag: number): void {
    const held = this.#held.get(keyOf(at));
    if (held === undefined) return;
    held.written = at.offset;
    held.leaderEpoch = leaderEpoch;
    held.lag = lag;
  }

  /** As of now, for a flush that says nothing. */
  written(): readonly TopicPartitionOffset[] {
    return Array.from(this.#held.values()).flatMap(({ topic, partition, written }) =>
      written === undefined ? [] : [{ topic, partition, offset: written }],
    );
  }

  choose(flushed: readonly TopicPartitionOffset[]): CommitChoice {
    const offsets: CommitChoice['offsets'][number][] = [];
    const refused: TopicPartitionOffset[] = [];
    for (const { topic, partition, offset } of flushed) {
      const held = this.#held.get(keyOf({ topic, partition }));
      if (held?.written === undefined || offset > held.written) {
        refused.push({ topic, partition, offset });
      } else if (offset !== held.committed) {
        offsets.push({ topic, partition, offset, leaderEpoch: offset === held.written ? held.leaderEpoch : -1 });
      }
    }
    return { offsets, refused };
  }

  committed(offsets: readonly TopicPartitionOffset[]): void {
    for (const at of offsets) {
      const held = this.#held.get(keyOf(at));
      if (held !== undefined) held.committed = at.offset;
    }
  }

  #begin({ topic, partition }: TopicPartition, written: number | undefined): void {
    this.#generation++;
    const generation = this.#generation;
    const held: Held = { topic, partition, generation, written, leaderEpoch: -1, committed: undefined, lag: 0 };
    this.#held.set(keyOf(held), held);
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}:${String(partition)}`;
}
