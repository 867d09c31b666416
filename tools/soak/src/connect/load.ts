/**
 * Numbered records, without an end: into the topic that the sinks read, the table that is captured and the streams that are read, the same
 * numbers everywhere. A key has the same number modulo KEYS.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '@millrace/connect-testkit';
import { json, kafka, topic } from '@millrace/sdk';
import type { Redis } from 'ioredis';
import { LOAD_TOPIC, REDIS_STREAMS } from './connectors.ts';

export const KEYS = 50;
const STEP_RECORDS = 10;
const STEP_MS = 50;

export const keyOf = (number: number): number => number % KEYS;

export class Load implements AsyncDisposable {
  readonly #cluster: ReturnType<typeof kafka>;
  readonly #postgres: PostgresServer;
  readonly #redis: Redis;
  #sent = 0;
  #isStopping = false;
  #running: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  constructor(broker: string, postgres: PostgresServer, redis: Redis) {
    this.#cluster = kafka({ brokers: [broker], clientId: 'soak-load' });
    this.#postgres = postgres;
    this.#redis = redis;
  }

  /** The last number that is everywhere. */
  get sent(): number {
    return this.#sent;
  }

  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** Throws what has ended it. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
    this.check();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await this.#running;
    await this.#cluster.close();
  }

  async #run(): Promise<void> {
    const load = topic(LOAD_TOPIC, { key: json<number>(), value: json<{ k: number; n: number }>() });
    const producer = this.#cluster.producer();
    while (!this.#isStopping) {
      const numbers = Array.from({ length: STEP_RECORDS }, (_, index) => this.#sent + index + 1);
      const pipeline = this.#redis.pipeline();
      for (const n of numbers) for (const stream of REDIS_STREAMS) pipeline.xadd(stream, '*', 'k', keyOf(n), 'n', n);
      const updates = numbers.map((n) => `UPDATE stream_rows SET n = ${n} WHERE k = ${keyOf(n)}`);
      await Promise.all([
        producer.sendAll(
          load,
          numbers.map((n) => ({ key: keyOf(n), value: { k: keyOf(n), n } })),
        ),
        pipeline.exec().then((answers) => {
          const failed = answers?.find(([error]) => error !== null)?.[0];
          if (failed) throw failed;
        }),
        this.#postgres.query(updates.join(';')),
      ]);
      this.#sent += STEP_RECORDS;
      await sleep(STEP_MS);
    }
  }
}
