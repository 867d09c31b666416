/** What is written to a compacted topic: the same for the same seed, whichever broker it goes to. */
import { SeededRandom } from '@millrace/base';
import type { FinishBatchOptions } from '@millrace/protocol';

type CompressionCodec = NonNullable<FinishBatchOptions['codec']>;

export interface WrittenRecord {
  readonly key: string;
  /** Null is a tombstone. */
  readonly value: string | null;
  readonly timestampMs: number;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
}

export type Step =
  | {
      readonly kind: 'batch';
      readonly records: readonly WrittenRecord[];
      readonly codec: CompressionCodec;
      readonly writer: Writer;
    }
  | { readonly kind: 'end'; readonly writer: Writer; readonly outcome: 'commit' | 'abort' };

/** Plain, idempotent, or one of the transactional ones. */
export type Writer = 'plain' | 'idempotent' | 'first' | 'second';

const CODECS: readonly CompressionCodec[] = ['none', 'none', 'gzip', 'snappy', 'lz4', 'zstd'];
const TRANSACTIONAL = ['first', 'second'] as const;
const HOUR_MS = 3_600_000;
/** A segment ends when the records' time has moved on by more. */
export const SEGMENT_MS = HOUR_MS;

export class HistoryWriter {
  readonly #random: SeededRandom;
  readonly #keys: number;
  readonly #open = new Set<Writer>();
  /** Ahead of every clock, so that the markers, which have a broker's time, close no segment. */
  #nowMs: number;
  #count = 0;

  constructor(seed: number, nowMs: number) {
    this.#random = new SeededRandom(seed);
    this.#keys = 5 + this.#random.nextInt(80);
    this.#nowMs = nowMs + 2 * HOUR_MS;
  }

  /** Some steps, after which no transaction is open and everything is in closed segments. */
  phase(stepCount: number): Step[] {
    const steps: Step[] = [];
    for (let index = 0; index < stepCount; index++) {
      if (this.#random.nextInt(12) === 0) this.#nowMs += 2 * SEGMENT_MS;
      steps.push(this.#step());
    }
    for (const writer of this.#open) steps.push({ kind: 'end', writer, outcome: 'commit' });
    this.#open.clear();
    this.#nowMs += 2 * SEGMENT_MS;
    const last = { key: 'last', value: String(this.#count++), timestampMs: this.#nowMs, headers: [] };
    steps.push({ kind: 'batch', records: [last], codec: 'none', writer: 'plain' });
    return steps;
  }

  #step(): Step {
    const luck = this.#random.nextInt(10);
    if (luck < 3) return this.#batch('plain');
    if (luck < 5) return this.#batch('idempotent');
    const writer = TRANSACTIONAL[this.#random.nextInt(TRANSACTIONAL.length)]!;
    if (this.#open.has(writer) && this.#random.nextInt(3) === 0) {
      this.#open.delete(writer);
      return { kind: 'end', writer, outcome: this.#random.nextInt(2) === 0 ? 'commit' : 'abort' };
    }
    this.#open.add(writer);
    return this.#batch(writer);
  }

  #batch(writer: Writer): Step {
    const records = Array.from({ length: 1 + this.#random.nextInt(12) }, (): WrittenRecord => {
      const number = this.#count++;
      const value = this.#random.nextInt(5) === 0 ? null : `${number}/${'v'.repeat(this.#random.nextInt(400))}`;
      const headers = this.#random.nextInt(4) === 0 ? [{ key: 'number', value: String(number) }] : [];
      const timestampMs = this.#nowMs + this.#random.nextInt(1000);
      return { key: `key-${this.#random.nextInt(this.#keys)}`, value, timestampMs, headers };
    });
    return { kind: 'batch', records, codec: CODECS[this.#random.nextInt(CODECS.length)]!, writer };
  }
}
