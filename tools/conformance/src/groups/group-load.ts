/** Writes to every partition of a topic, one record after the other, through every restart of the broker. */
import { allOrThrow, kafka, nullable, str, topic, type Kafka } from '@millrace/sdk';

const PERIOD_MS = 50;
/** A broker that is away is waited for; what was to be written meanwhile is. */
const DELIVERY_MS_MAX = 60_000;

export class GroupLoad {
  readonly #client: Kafka;
  readonly #running: Promise<void>;
  #isStopped = false;

  private constructor(client: Kafka, topicName: string, partitions: number) {
    this.#client = client;
    this.#running = this.#run(topicName, partitions);
  }

  static start(bootstrap: string, topicName: string, partitions: number): GroupLoad {
    return new GroupLoad(kafka({ brokers: [bootstrap], clientId: 'groups-load' }), topicName, partitions);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    await this.#client.close();
  }

  async #run(name: string, partitions: number): Promise<void> {
    const records = topic(name, { key: nullable(str), value: nullable(str) });
    const producer = this.#client.producer({ deliveryTimeoutMs: DELIVERY_MS_MAX });
    const sends = new Set<Promise<unknown>>();
    while (!this.#isStopped) {
      const value = String(Date.now());
      for (let partition = 0; partition < partitions; partition++) {
        const send: Promise<unknown> = producer
          .send(records, { partition, value })
          .catch((error: unknown) => console.error('the load', String(error)))
          .finally(() => sends.delete(send));
        sends.add(send);
      }
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
    }
    await Promise.all(sends);
    await producer.close();
  }
}

export async function createGroupTopic(bootstrap: string, name: string, partitions: number): Promise<void> {
  await using client = kafka({ brokers: [bootstrap], clientId: 'groups-load' });
  allOrThrow(await client.admin().createTopics([{ name, partitions, replicationFactor: 1 }]));
}
