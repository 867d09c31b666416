/** Reads the topic of flights with the SDK, committed records only, and counts what it has seen of each row. */
import { kafka, type Kafka } from '@millrace/sdk';
import { FLIGHTS_TOPIC } from './connectors.ts';

const PAUSE_MS = 100;

export class TopicReader implements AsyncDisposable {
  readonly #cluster: Kafka;
  readonly #stop = new AbortController();
  readonly #ids = new Set<number>();
  #records = 0;
  #reading: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(broker: string) {
    this.#cluster = kafka({ brokers: [broker], clientId: 'demo-reader' });
  }

  /** Different rows. */
  get rows(): number {
    return this.#ids.size;
  }

  /** Records that repeat a row. */
  get doubled(): number {
    return this.#records - this.#ids.size;
  }

  /** Throws what has ended the reading. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves when all the topics are there. */
  async waitForTopics(topics: readonly string[], check: () => Promise<void>): Promise<void> {
    const admin = this.#cluster.admin();
    for (;;) {
      const names = new Set((await admin.listTopics()).map(({ name }) => name));
      if (topics.every((topic) => names.has(topic))) return;
      await check();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  start(): void {
    this.#reading = this.#read().catch((error: Error) => {
      if (!this.#stop.signal.aborted) this.#failure = error;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#reading;
    await this.#cluster.close();
  }

  async #read(): Promise<void> {
    const consumer = this.#cluster.consumer({ topics: [FLIGHTS_TOPIC], isolation: 'committed' });
    for await (const batch of consumer.batches({ signal: this.#stop.signal })) {
      for (let index = 0; index < batch.size; index++) {
        this.#records++;
        this.#ids.add(idOf(batch.keyBytes(index)));
      }
    }
  }
}

/** Of a key such as `{"schema":{…},"payload":{"id":7}}`. */
export function idOf(key: Uint8Array | null): number {
  const { payload } = JSON.parse(Buffer.from(key ?? []).toString()) as { readonly payload: { readonly id: number } };
  return payload.id;
}
