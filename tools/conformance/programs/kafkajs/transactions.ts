import type { Producer, ProducerConfig } from 'kafkajs';
import { assert, equal, numbered, rejection, until, type CaseBody, type CaseContext } from '../harness.ts';
import { connectAdmin, connectProducer, createTopic, inOrder, joinGroup, kafka, type Received } from './client.ts';

/** A producer that has its id already, and so has fenced the one before it. */
function connectTransactional(context: CaseContext, id: string, config: ProducerConfig = {}): Promise<Producer> {
  return connectProducer(context, {
    transactionalId: context.name(id),
    idempotent: true,
    maxInFlightRequests: 1,
    ...config,
  });
}

function named(prefix: string, count: number): { value: string; partition: number }[] {
  return Array.from({ length: count }, (_, index) => ({ value: `${prefix}${index}`, partition: 0 }));
}

function placed(first: number, prefix: string, count: number): string[] {
  return named(prefix, count).map(({ value }, index) => `${first + index}:${value}`);
}

function places(received: readonly Received[], partition = 0): string[] {
  return received.filter((one) => one.partition === partition).map((one) => `${one.offset}:${one.value}`);
}

/** Reads everything from the beginning, with what an isolation level shows. */
async function startReader(context: CaseContext, topic: string, readUncommitted: boolean): Promise<Received[]> {
  const received: Received[] = [];
  const groupId = context.name(`reader-${readUncommitted ? 'all' : 'committed'}-${topic.length}`);
  const consumer = kafka.consumer({ groupId, readUncommitted, maxWaitTimeInMs: 100, heartbeatInterval: 300 });
  await consumer.connect();
  context.after(() => consumer.disconnect());
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ partition, message }) => {
      const value = message.value?.toString('utf8') ?? '';
      received.push({ topic, partition, offset: Number(message.offset), message, value });
      return Promise.resolve();
    },
  });
  return received;
}

const commit: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: 3 });
  const producer = await connectTransactional(context, 'id');
  const committed = await startReader(context, topic, false);
  const all = await startReader(context, topic, true);
  const first = await producer.transaction();
  for (const partition of [0, 1, 2]) {
    const messages = named(`a${partition}-`, 100).map(({ value }) => ({ value, partition }));
    await first.send({ topic, messages });
  }
  await until('300 records', () => all.length >= 300);
  // A record outside of any transaction waits for the open one before it.
  const plain = await connectProducer(context);
  await plain.send({ topic, messages: named('plain', 1) });
  await until('301 records', () => all.length >= 301);
  equal(committed.length, 0, 'records before the commit');
  await first.commit();
  await until('301 committed records', () => committed.length >= 301);
  const second = await producer.transaction();
  await second.send({ topic, messages: named('b-', 10).map(({ value }) => ({ value, partition: 1 })) });
  await second.commit();
  await until('311 committed records', () => committed.length >= 311);
  equal(places(committed, 0), [...placed(0, 'a0-', 100), ...placed(100, 'plain', 1)], 'partition 0');
  equal(places(committed, 1), [...placed(0, 'a1-', 100), ...placed(101, 'b-', 10)], 'partition 1');
  equal(places(committed, 2), placed(0, 'a2-', 100), 'partition 2');
  return undefined;
};

/** Two producers take turns in one partition; the aborted records lie between the others. */
const abort: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const one = await connectTransactional(context, 'one');
  const two = await connectTransactional(context, 'two');
  const a = await one.transaction();
  await a.send({ topic, messages: named('a', 10) });
  const b = await two.transaction();
  await b.send({ topic, messages: named('b', 10) });
  await a.abort();
  const c = await one.transaction();
  await c.send({ topic, messages: named('c', 10) });
  await b.commit();
  const committed = await startReader(context, topic, false);
  await until('10 committed records', () => committed.length >= 10);
  await c.commit();
  const d = await two.transaction();
  await d.send({ topic, messages: named('d', 10) });
  await d.abort();
  const plain = await connectProducer(context);
  await plain.send({ topic, messages: named('plain', 1) });
  await until('21 committed records', () => committed.length >= 21);
  const end = Number(committed.at(-1)?.offset);
  // The answer to EndTxn may come before its marker, so the last record may lie before or behind it.
  assert(end === 43 || end === 44, `offset of the last record: ${end}`);
  equal(
    places(committed),
    [...placed(10, 'b', 10), ...placed(21, 'c', 10), ...placed(end, 'plain', 1)],
    'committed records',
  );
  const all = await startReader(context, topic, true);
  await until('41 records', () => all.length >= 41);
  const expected = [...placed(0, 'a', 10), ...placed(10, 'b', 10), ...placed(21, 'c', 10), ...placed(33, 'd', 10)];
  equal(places(all), [...expected, ...placed(end, 'plain', 1)], 'all records');
  return undefined;
};

const fencing: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const zombie = await connectTransactional(context, 'id');
  const lost = await zombie.transaction();
  await lost.send({ topic, messages: named('zombie', 5) });
  const producer = await connectTransactional(context, 'id');
  const next = await producer.transaction();
  await next.send({ topic, messages: named('next', 5) });
  const refused = await rejection("the zombie's record", () => lost.send({ topic, messages: named('late', 1) }));
  await rejection("the zombie's commit", () => lost.commit());
  await next.commit();
  const committed = await startReader(context, topic, false);
  await until('5 committed records', () => committed.length >= 5);
  // Five records and the marker that aborted them come first.
  equal(places(committed), placed(6, 'next', 5), 'committed records');
  return refused.message;
};

const timeout: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const slow = await connectTransactional(context, 'id', { transactionTimeout: 1_000 });
  const committed = await startReader(context, topic, false);
  const since = Date.now();
  const lost = await slow.transaction();
  await lost.send({ topic, messages: named('slow', 5) });
  const plain = await connectProducer(context);
  await plain.send({ topic, messages: named('plain', 1) });
  await until('the plain record', () => committed.length >= 1);
  const took = Date.now() - since;
  assert(took >= 1_000, `aborted after ${took} ms, before its time`);
  const refused = await rejection('the late commit', () => lost.commit());
  const producer = await connectTransactional(context, 'id');
  const next = await producer.transaction();
  await next.send({ topic, messages: named('next', 5) });
  await next.commit();
  await until('6 committed records', () => committed.length >= 6);
  equal(places(committed), [...placed(5, 'plain', 1), ...placed(7, 'next', 5)], 'committed records');
  return `aborted after ${took} ms, then ${refused.message}`;
};

const offsets: CaseBody = async (context) => {
  const source = await createTopic(context, { suffix: 'in' });
  const target = await createTopic(context, { suffix: 'out' });
  const values = numbered(20);
  const plain = await connectProducer(context);
  await plain.send({ topic: source, messages: values.map((value) => ({ value })) });
  const group = context.name('group');
  const admin = await connectAdmin(context);
  const committedOffset = async (): Promise<string | undefined> =>
    (await admin.fetchOffsets({ groupId: group, topics: [source] }))[0]?.partitions[0]?.offset;
  const producer = await connectTransactional(context, 'id');
  const offsetsTo = (offset: string) => ({
    consumerGroupId: group,
    topics: [{ topic: source, partitions: [{ partition: 0, offset }] }],
  });
  const first = await producer.transaction();
  await first.send({ topic: target, messages: named('aborted', 3) });
  await first.sendOffsets(offsetsTo('7'));
  equal(await committedOffset(), '-1', 'committed offset while the transaction is open');
  await first.abort();
  const second = await producer.transaction();
  await second.send({ topic: target, messages: named('done', 3) });
  await second.sendOffsets(offsetsTo('12'));
  equal(await committedOffset(), '-1', 'committed offset while the second transaction is open');
  await second.commit();
  await until('the committed offset', async () => (await committedOffset()) === '12');
  const written = await startReader(context, target, false);
  await until('3 committed records', () => written.length >= 3);
  equal(places(written), placed(4, 'done', 3), 'records written with the offsets');
  const member = await joinGroup(context, [source], { group });
  await until('8 records', () => member.received.length >= 8);
  equal(inOrder(member.received, 0, 12), values.slice(12), 'values after the committed offset');
  return undefined;
};

export const TRANSACTION_CASES: Record<string, CaseBody> = {
  'txn-commit': commit,
  'txn-abort': abort,
  'txn-fencing': fencing,
  'txn-timeout': timeout,
  'txn-offsets': offsets,
};
