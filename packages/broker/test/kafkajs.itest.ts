import { compress, decompress, type CompressionCodec } from '@millrace/compression';
import kafkajs, { Kafka, logLevel, type Admin, type KafkaMessage } from 'kafkajs';
import { createTempDir, startBroker, type TempDir } from '@millrace/testing';
import type { Broker } from '../src/index.ts';

/** The smoke test through a client that we did not write; tools/conformance has the rest. */
describe('kafkajs', () => {
  let directory: TempDir;
  let broker: Broker;
  let kafka: Kafka;
  let admin: Admin;

  beforeAll(async () => {
    process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
    directory = await createTempDir('kafkajs');
    broker = await startBroker({ dataDir: directory.path });
    kafka = new Kafka({ brokers: [`127.0.0.1:${broker.port}`], logLevel: logLevel.NOTHING });
    admin = kafka.admin();
    await admin.connect();
  });

  afterAll(async () => {
    await admin.disconnect();
    await broker.close();
    await directory.remove();
  });

  it('produces, and consumes in a group, every record once and in order per key', async () => {
    await admin.createTopics({ topics: [{ topic: 'events', numPartitions: 4 }] });
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 5 });
    await producer.connect();
    const consumer = kafka.consumer({ groupId: 'readers', maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic: 'events', fromBeginning: true });
    const seen: KafkaMessage[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    await consumer.run({
      eachMessage: ({ message }) => {
        seen.push(message);
        if (seen.length === 300) resolve();
        return Promise.resolve();
      },
    });

    await Promise.all(
      Array.from({ length: 10 }, (_, round) =>
        producer.send({
          topic: 'events',
          messages: Array.from({ length: 30 }, (_unused, index) => ({
            key: `k${index % 7}`,
            value: `${round}-${index}`,
          })),
        }),
      ),
    );
    await promise;

    expect(new Set(seen.map(({ value }) => value?.toString())).size).toBe(300);
    const offsets = await admin.fetchOffsets({ groupId: 'readers', topics: ['events'] });
    expect(offsets[0]?.partitions).toHaveLength(4);
    expect((await admin.describeGroups(['readers'])).groups[0]?.state).toBe('Stable');
    await consumer.disconnect();
    await producer.disconnect();
    const committed = await admin.fetchOffsets({ groupId: 'readers', topics: ['events'] });
    const total = committed[0]?.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
    expect(total).toBe(300);
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'takes small and large idempotent batches in %s, and gives them back in order',
    async (codec) => {
      const type = ({ gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const)[codec];
      kafkajs.CompressionCodecs[type] = () => packing(codec);
      const topic = `codec-${codec}`;
      await admin.createTopics({ topics: [{ topic }] });
      const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 5 });
      await producer.connect();
      const counts = [3, 6000, 1, 4000, 20];
      let next = 0;
      for (const count of counts) {
        const messages = Array.from({ length: count }, () => ({ value: `${next++} ${Math.random()} some text` }));
        await producer.send({ topic, compression: type, messages });
      }

      const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 100 });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      const seen: number[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      await consumer.run({
        eachMessage: ({ message }) => {
          seen.push(parseInt(message.value?.toString() ?? '', 10));
          if (seen.length === next) resolve();
          return Promise.resolve();
        },
      });
      await promise;

      expect(seen).toEqual(Array.from({ length: next }, (_, index) => index));
      await Promise.all([producer.disconnect(), consumer.disconnect()]);
    },
  );
});

/** kafkajs makes the batches; of the codecs it brings only gzip. */
function packing(codec: CompressionCodec) {
  return {
    compress: (encoder: { readonly buffer: Buffer }) => Promise.resolve(compress(codec, encoder.buffer)),
    decompress: (packed: Buffer) => Promise.resolve(decompress(codec, packed, { outputBytesMax: 2 ** 26 })),
  };
}
