/** What a chaos run remembers: the words of the producers, of the readers, and of the broker's life. */

/** A record that a producer was told is stored. */
export interface Acknowledged {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly sequence: number;
  /** How often the broker had been killed when the acknowledgement came. */
  readonly round: number;
}

/** A record as a consumer got it. */
export interface Stored {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly sequence: number;
  /** When the producer made it. */
  readonly timestampMs: number;
}

export interface History {
  readonly acknowledged: readonly Acknowledged[];
  /** What is in the log in the end, each partition in the order of its offsets. */
  readonly stored: readonly Stored[];
  /** What the consumer saw that read along all the time. */
  readonly followed: readonly Stored[];
  /** When each life of the broker ended, in milliseconds of the wall clock, ascending. */
  readonly killedAtMs: readonly number[];
}

/** How often the broker had been killed at that moment. */
export function roundAt(killedAtMs: readonly number[], timestampMs: number): number {
  let low = 0;
  let high = killedAtMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((killedAtMs[middle] ?? 0) <= timestampMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
