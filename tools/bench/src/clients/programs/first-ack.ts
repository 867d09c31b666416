/**
 * From before a client is imported to its first acknowledged record, in a process that has done nothing else: `PROGRAM CLIENT BOOTSTRAP TOPIC`.
 */
import { performance } from 'node:perf_hooks';

const [client = '', bootstrap = '', topicName = ''] = process.argv.slice(2);
const VALUE = '{"id":1}';

const PROGRAMS: Readonly<Record<string, () => Promise<unknown>>> = {
  async sdk() {
    const { kafka, str, topic } = await import('@millrace/sdk');
    const target = topic(topicName, { value: str });
    return kafka({ brokers: [bootstrap] })
      .producer()
      .send(target, { value: VALUE });
  },
  async platformatic() {
    const { Producer, stringSerializers } = await import('@platformatic/kafka');
    const options = { clientId: 'bench', bootstrapBrokers: [bootstrap], serializers: stringSerializers };
    return new Producer(options).send({ messages: [{ topic: topicName, value: VALUE }], acks: -1 });
  },
  async kafkajs() {
    process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
    const { default: kafkajs } = await import('kafkajs');
    const producer = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.ERROR }).producer();
    await producer.connect();
    return producer.send({ topic: topicName, acks: -1, messages: [{ value: VALUE }] });
  },
};

const startMs = performance.now();
await PROGRAMS[client]?.();
const firstAckMs = performance.now() - startMs;
process.stdout.write(`${JSON.stringify({ firstAckMs, residentMaxMb: process.resourceUsage().maxRSS / 1_024 })}\n`);
process.exit(0);
