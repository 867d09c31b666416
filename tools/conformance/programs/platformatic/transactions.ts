import { FetchIsolationLevels, MessagesStreamModes, type MessageToProduce, type Producer } from '@platformatic/kafka';
import { equal, numbered, rejection, until, type CaseBody, type CaseContext } from '../harness.ts';
import { bounds, createTopic, inOrder, joinGroup, openAdmin, openProducer, type Received } from './client.ts';

type BinaryProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

function openTransactional(context: CaseContext, id: string): BinaryProducer {
  const transactionalId = context.name(id);
  // By itself this client claims to be producer 0, and is fenced when it takes an id over that belongs to another one.
  return openProducer(context, { idempotent: true, transactionalId, producerId: -1n, producerEpoch: -1, retries: 20 });
}

function named(topic: string, prefix: string, count: number, partition = 0): { messages: MessageToProduce[] } {
  const messages = Array.from({ length: count }, (_, index) => ({
    topic,
    partition,
    value: Buffer.from(`${prefix}${index}`),
  }));
  return { messages };
}

function placed(first: number, prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${first + index}:${prefix}${index}`);
}

function places(received: readonly Received[], partition = 0): string[] {
  return received.filter((one) => one.partition === partition).map((one) => `${one.offset}:${one.value}`);
}

async function startReader(
  context: CaseContext,
  topic: string,
  isolation: keyof typeof FetchIsolationLevels,
): Promise<Received[]> {
  const member = await joinGroup(context, [topic], {
    group: context.name(`reader-${isolation}-${topic.length}`),
    autocommit: false,
    start: { mode: MessagesStreamModes.EARLIEST, isolationLevel: FetchIsolationLevels[isolation] },
  });
  return member.received;
}

const commit: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: 3 });
  const producer = openTransactional(context, 'id');
  const committed = await startReader(context, topic, 'READ_COMMITTED');
  const all = await startReader(context, topic, 'READ_UNCOMMITTED');
  const first = await producer.beginTransaction();
  for (const partition of [0, 1, 2]) await first.send(named(topic, `a${partition}-`, 100, partition));
  await until('300 records', () => all.length >= 300);
  // A record outside of any transaction waits for the open one before it.
  await openProducer(context).send(named(topic, 'plain', 1));
  await until('301 records', () => all.length >= 301);
  equal(committed.length, 0, 'records before the commit');
  await first.commit();
  await until('301 committed records', () => committed.length >= 301);
  const second = await producer.beginTransaction();
  await second.send(named(topic, 'b-', 10, 1));
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
  const one = openTransactional(context, 'one');
  const two = openTransactional(context, 'two');
  const a = await one.beginTransaction();
  await a.send(named(topic, 'a', 10));
  const b = await two.beginTransaction();
  await b.send(named(topic, 'b', 10));
  await a.abort();
  const c = await one.beginTransaction();
  await c.send(named(topic, 'c', 10));
  await b.commit();
  const committed = await startReader(context, topic, 'READ_COMMITTED');
  await until('10 committed records', () => committed.length >= 10);
  await c.commit();
  await until('20 committed records', () => committed.length >= 20);
  const d = await two.beginTransaction();
  await d.send(named(topic, 'd', 10));
  await d.abort();
  const admin = openAdmin(context);
  // The answer to EndTxn may come before its marker.
  await until('the end, with four markers', async () => (await bounds(admin, topic, 1))[0]?.high === 44);
  await openProducer(context).send(named(topic, 'plain', 1));
  await until('21 committed records', () => committed.length >= 21);
  const expected = [...placed(10, 'b', 10), ...placed(21, 'c', 10), ...placed(44, 'plain', 1)];
  equal(places(committed), expected, 'committed records');
  const all = await startReader(context, topic, 'READ_UNCOMMITTED');
  await until('41 records', () => all.length >= 41);
  equal(
    places(all),
    [
      ...placed(0, 'a', 10),
      ...placed(10, 'b', 10),
      ...placed(21, 'c', 10),
      ...placed(33, 'd', 10),
      ...placed(44, 'plain', 1),
    ],
    'all records',
  );
  return undefined;
};

const fencing: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const lost = await openTransactional(context, 'id').beginTransaction();
  await lost.send(named(topic, 'zombie', 5));
  // While the zombie's transaction is aborted the broker says CONCURRENT_TRANSACTIONS, which this client does not retry,
  // and the producer that was told so begins no other transaction.
  const next = await until('the id', () =>
    openTransactional(context, 'id')
      .beginTransaction()
      .catch((error: unknown) => void console.error('not yet:', error)),
  );
  await next.send(named(topic, 'next', 5));
  const refused = await rejection("the zombie's record", () => lost.send(named(topic, 'late', 1)));
  await rejection("the zombie's commit", () => lost.commit());
  await next.commit();
  const committed = await startReader(context, topic, 'READ_COMMITTED');
  await until('5 committed records', () => committed.length >= 5);
  // Five records and the marker that aborted them come first.
  equal(places(committed), placed(6, 'next', 5), 'committed records');
  return refused.message;
};

const offsets: CaseBody = async (context) => {
  const source = await createTopic(context, { suffix: 'in' });
  const target = await createTopic(context, { suffix: 'out' });
  const values = numbered(20);
  await openProducer(context).send({
    messages: values.map((value) => ({ topic: source, partition: 0, value: Buffer.from(value) })),
  });
  const group = context.name('group');
  const first = await joinGroup(context, [source], { group, autocommit: false });
  await until('20 records', () => first.received.length >= 20);
  const producer = openTransactional(context, 'id');
  const copyUpTo = async (offset: number, prefix: string): ReturnType<BinaryProducer['beginTransaction']> => {
    const transaction = await producer.beginTransaction();
    await transaction.addConsumer(first.consumer);
    await transaction.send(named(target, prefix, 3));
    const read = first.received[offset];
    if (read === undefined) throw new Error(`no record ${offset}`);
    await transaction.addOffset(read.message);
    return transaction;
  };
  await (await copyUpTo(6, 'aborted')).abort();
  await (await copyUpTo(11, 'done')).commit();
  await first.leave();
  const written = await startReader(context, target, 'READ_COMMITTED');
  await until('3 committed records', () => written.length >= 3);
  equal(places(written), placed(4, 'done', 3), 'records written with the offsets');
  const second = await joinGroup(context, [source], { group });
  await until('the rest', () => second.received.length >= 8);
  equal(inOrder(second.received, 0, 12), values.slice(12), 'values after the committed offset');
  return undefined;
};

export const TRANSACTION_CASES: Record<string, CaseBody> = {
  'txn-commit': commit,
  'txn-abort': abort,
  'txn-fencing': fencing,
  'txn-offsets': offsets,
};
