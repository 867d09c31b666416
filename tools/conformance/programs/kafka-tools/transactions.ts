/** `kafka-transactions`: what an operator sees of transactions, and how a hanging one is found and ended. */
import { RecordBatchWriter } from '@millrace/protocol';
import {
  createProduceRequest,
  createProduceRequestPartitionProduceData,
  createProduceRequestTopicProduceData,
  produceRequest,
  produceResponse,
} from '@millrace/protocol/messages/00-produce';
import {
  createInitProducerIdRequest,
  initProducerIdRequest,
  initProducerIdResponse,
} from '@millrace/protocol/messages/22-init-producer-id';
import { WireClient } from '@millrace/testing';
import kafkajs, { type Producer, type ProducerConfig } from 'kafkajs';
import { assert, BOOTSTRAP, equal, until, type CaseBody, type CaseContext } from '../harness.ts';
import { consume, createTopic, tool } from './tool.ts';

/** Newest versions of the flow in which a producer adds partitions to its transaction itself. */
const INIT_PRODUCER_ID_VERSION = 4;
const PRODUCE_VERSION = 9;
const HOURS = 3_600_000;
const VERIFICATION = 'transaction.partition.verification.enable';

/** The tools have no producer that leaves a transaction open. */
async function connectProducer(context: CaseContext, config: ProducerConfig): Promise<Producer> {
  const kafka = new kafkajs.Kafka({ brokers: [BOOTSTRAP], logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ ...config, createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  context.after(() => producer.disconnect());
  return producer;
}

/**
 * Leaves records in the log that look like a transaction, two hours old, which no coordinator knows of: an old producer
 * that writes late did that to brokers that do not verify.
 */
async function writeHanging(topic: string, transactionalId: string): Promise<void> {
  const everywhere = ['--entity-type', 'brokers', '--entity-default'];
  await tool('configs', ['--alter', ...everywhere, '--add-config', `${VERIFICATION}=false`]);
  try {
    await using client = await WireClient.connect({ port: Number(BOOTSTRAP.split(':')[1]) });
    const own = await client.call(
      initProducerIdRequest,
      initProducerIdResponse,
      INIT_PRODUCER_ID_VERSION,
      createInitProducerIdRequest({ transactionalId, transactionTimeoutMs: 10_000 }),
    );
    equal(own.errorCode, 0, 'error of InitProducerId');
    const { producerId, producerEpoch } = own;
    const writer = new RecordBatchWriter();
    writer.append(null, 'hanging', Date.now() - 2 * HOURS);
    const records = writer.finish({ producerId, producerEpoch, baseSequence: 0, isTransactional: true });
    const partitionData = [createProduceRequestPartitionProduceData({ index: 0, records })];
    const request = createProduceRequest({
      transactionalId,
      acks: -1,
      timeoutMs: 10_000,
      topicData: [createProduceRequestTopicProduceData({ name: topic, partitionData })],
    });
    // The setting takes a moment to arrive.
    await until('the hanging record', async () => {
      const answer = await client.call(produceRequest, produceResponse, PRODUCE_VERSION, request);
      return answer.responses[0]?.partitionResponses[0]?.errorCode === 0;
    });
  } finally {
    await tool('configs', ['--alter', ...everywhere, '--delete-config', VERIFICATION]);
  }
}

/** The cells of a table that the tool printed, without its head. */
function rows(printed: string): string[][] {
  const lines = printed.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(1).map((line) => line.trim().split(/\s+/));
}

const transactions: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const id = context.name('id');
  const partition = ['--topic', topic, '--partition', '0'];
  const plain = await connectProducer(context, {});
  await plain.send({ topic, messages: [{ value: 'first' }] });
  const producer = await connectProducer(context, { transactionalId: id, idempotent: true, maxInFlightRequests: 1 });
  const open = await producer.transaction();
  await open.send({ topic, messages: [{ value: 'open' }] });
  const [listed, described, producers, hanging] = await Promise.all([
    tool('transactions', ['list']),
    tool('transactions', ['describe', '--transactional-id', id]),
    tool('transactions', ['describe-producers', ...partition]),
    tool('transactions', ['find-hanging', '--topic', topic]),
  ]);
  const row = rows(listed).find((cells) => cells[0] === id);
  assert(row?.[3] === 'Ongoing', `the open transaction in the list: ${listed}`);
  const producerId = row[2];
  const [about = []] = rows(described);
  equal([about[1], about[2], about[4]], [id, producerId, 'Ongoing'], 'id, producer id and state of the described one');
  assert(described.includes(`${topic}-0`), `partitions of the transaction: ${described}`);
  const own = rows(producers).find((cells) => cells[0] === producerId);
  equal(own?.at(-1), '1', 'first offset of the transaction, told with the producers of the partition');
  equal(rows(hanging), [], 'hanging transactions while one is open');
  await tool('transactions', ['forceTerminateTransaction', '--transactionalId', id]);
  await until('the end of the transaction', async () =>
    /CompleteAbort|Empty/.test(await tool('transactions', ['describe', '--transactional-id', id])),
  );

  await writeHanging(topic, context.name('hanging'));
  await plain.send({ topic, messages: [{ value: 'last' }] });
  const found = rows(await tool('transactions', ['find-hanging', '--topic', topic]));
  equal(
    found.map((cells) => [cells[0], cells[1], cells[5]]),
    [[topic, '0', '3']],
    'topic, partition and first offset of hanging transactions',
  );
  await tool('transactions', ['abort', ...partition, '--start-offset', '3']);
  equal(
    rows(await tool('transactions', ['find-hanging', '--topic', topic])),
    [],
    'hanging transactions after the abort',
  );
  equal(
    await consume(topic, 2, ['--from-beginning', '--isolation-level', 'read_committed']),
    ['first', 'last'],
    'committed records',
  );
  return undefined;
};

export const TRANSACTION_CASES: Record<string, CaseBody> = { 'txn-admin': transactions };
