/** Reads a topic along, committed records only, into a tally. */
import type { Kafka } from '@millrace/sdk';
import { Tally } from './tally.ts';

export interface Numbered {
  readonly key: number;
  readonly number: number;
}

export class TopicTally implements AsyncDisposable {
  readonly tally = new Tally();
  readonly #stop = new AbortController();
  readonly #reading: Promise<void>;
  #records = 0;
  #failure: Error | undefined;

  /** `decode`: undefined for a record that does not count. */
  constructor(cluster: Kafka, topic: string, decode: (value: unknown) => Numbered | undefined) {
    this.#reading = this.#read(cluster, topic, decode).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** All of them, whether they count or not. */
  get records(): number {
    this.check();
    return this.#records;
  }

  /** Throws what has ended the reading. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#reading;
  }

  async #read(cluster: Kafka, topic: string, decode: (value: unknown) => Numbered | undefined): Promise<void> {
    const consumer = cluster.consumer({ topics: [topic], isolation: 'committed' });
    for await (const batch of consumer.batches({ signal: this.#stop.signal })) {
      for (let index = 0; index < batch.size; index++) {
        this.#records++;
        const record = decode(JSON.parse(Buffer.from(batch.valueBytes(index) ?? []).toString()));
        if (record !== undefined) this.tally.add(record.key, record.number);
      }
    }
  }
}
