import { exactlyOnce, KafkaError, type Producer, type Transaction } from '@millrace/sdk';
import { assert, equal, numbered, rejection, until, type CaseBody, type CaseContext } from '../harness.ts';
import {
  bounds,
  connect,
  createTopic,
  inOrder,
  joinGroup,
  openAdmin,
  openProducer,
  startReading,
  type Received,
  type Texts,
} from './client.ts';

function openTransactional(context: CaseContext, id: string, transactionTimeoutMs = 60_000): Producer {
  return openProducer(context, { transactionalId: context.name(id), transactionTimeoutMs });
}

function named(prefix: string, count: number, partition = 0) {
  return Array.from({ length: count }, (_, index) => ({ partition, value: `${prefix}${index}` }));
}

function placed(first: number, prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${first + index}:${prefix}${index}`);
}

function places(received: readonly Received[], partition = 0): string[] {
  return received.filter((one) => one.partition === partition).map((one) => `${one.offset}:${one.value}`);
}

function startReader(context: CaseContext, source: Texts, isolation: 'committed' | 'uncommitted'): Received[] {
  return startReading(context, [source], { isolation }).received;
}

async function sent(producer: Producer, target: Texts, prefix: string, count: number): Promise<Transaction> {
  const transaction = await producer.begin();
  await transaction.sendAll(target, named(prefix, count));
  return transaction;
}

const commit: CaseBody = async (context) => {
  const target = await createTopic(context, { partitions: 3 });
  const producer = openTransactional(context, 'id');
  const committed = startReader(context, target, 'committed');
  const all = startReader(context, target, 'uncommitted');
  const first = await producer.begin();
  for (const partition of [0, 1, 2]) await first.sendAll(target, named(`a${partition}-`, 100, partition));
  await until('300 records', () => all.length >= 300);
  // A record outside of any transaction waits for the open one before it.
  await openProducer(context).sendAll(target, named('plain', 1));
  await until('301 records', () => all.length >= 301);
  equal(committed.length, 0, 'records before the commit');
  await first.commit();
  await until('301 committed records', () => committed.length >= 301);
  const second = await producer.begin();
  await second.sendAll(target, named('b-', 10, 1));
  await second.commit();
  await until('311 committed records', () => committed.length >= 311);
  equal(places(committed, 0), [...placed(0, 'a0-', 100), ...placed(100, 'plain', 1)], 'partition 0');
  equal(places(committed, 1), [...placed(0, 'a1-', 100), ...placed(101, 'b-', 10)], 'partition 1');
  equal(places(committed, 2), placed(0, 'a2-', 100), 'partition 2');
  return undefined;
};

/** Two producers take turns in one partition; the aborted records lie between the others. */
const abort: CaseBody = async (context) => {
  const target = await createTopic(context);
  const one = openTransactional(context, 'one');
  const two = openTransactional(context, 'two');
  const a = await sent(one, target, 'a', 10);
  const b = await sent(two, target, 'b', 10);
  await a.abort();
  const c = await sent(one, target, 'c', 10);
  await b.commit();
  const committed = startReader(context, target, 'committed');
  await until('10 committed records', () => committed.length >= 10);
  await c.commit();
  await until('20 committed records', () => committed.length >= 20);
  // Leaving the scope aborts.
  {
    await using d = await two.begin();
    await d.sendAll(target, named('d', 10));
  }
  const admin = openAdmin(context);
  // The answer to EndTxn may come before its marker.
  await until('the end, with four markers', async () => (await bounds(admin, target.name, 1))[0]?.high === 44);
  await openProducer(context).sendAll(target, named('plain', 1));
  await until('21 committed records', () => committed.length >= 21);
  equal(
    places(committed),
    [...placed(10, 'b', 10), ...placed(21, 'c', 10), ...placed(44, 'plain', 1)],
    'committed records',
  );
  const all = startReader(context, target, 'uncommitted');
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
  const target = await createTopic(context);
  const lost = await sent(openTransactional(context, 'id'), target, 'zombie', 5);
  const next = await sent(openTransactional(context, 'id'), target, 'next', 5);
  const refused = await rejection("the zombie's record", () => lost.sendAll(target, named('late', 1)));
  assert(KafkaError.is(refused), `a KafkaError, got ${String(refused)}`);
  await rejection("the zombie's commit", () => lost.commit());
  await next.commit();
  const committed = startReader(context, target, 'committed');
  await until('5 committed records', () => committed.length >= 5);
  // Five records and the marker that aborted them come first.
  equal(places(committed), placed(6, 'next', 5), 'committed records');
  return refused.code;
};

const timeout: CaseBody = async (context) => {
  const target = await createTopic(context);
  const producer = openTransactional(context, 'id', 1_000);
  const late = await sent(producer, target, 'late', 5);
  // Ten seconds are Kafka's interval for looking; targets of the conformance run look once a second.
  const admin = openAdmin(context);
  await until('the marker that aborts', async () => (await bounds(admin, target.name, 1))[0]?.high === 6, 60_000);
  const refused = await rejection('the late commit', () => late.commit());
  await rejection('aborting what is over, or nothing', async () => {
    await late.abort();
    throw new Error('aborted');
  });
  const next = await sent(openTransactional(context, 'id'), target, 'next', 5);
  await next.commit();
  const committed = startReader(context, target, 'committed');
  await until('5 committed records', () => committed.length >= 5);
  equal(places(committed), placed(6, 'next', 5), 'committed records');
  return KafkaError.is(refused) ? `${refused.code} ${refused.kafkaCode ?? ''}`.trim() : undefined;
};

const offsets: CaseBody = async (context) => {
  const source = await createTopic(context, { suffix: 'in' });
  const target = await createTopic(context, { suffix: 'out' });
  const values = numbered(20);
  await openProducer(context).sendAll(
    source,
    values.map((value) => ({ value, partition: 0 })),
  );
  const group = context.name('group');
  const first = joinGroup(context, [source], { group, commit: 'manual' });
  await until('20 records', () => first.received.length >= 20);
  const producer = openTransactional(context, 'id');
  const copyUpTo = async (offset: number, prefix: string): Promise<Transaction> => {
    const transaction = await producer.begin();
    await transaction.sendAll(target, named(prefix, 3));
    transaction.consume(
      {
        groupMetadata: () => first.consumer.groupMetadata(),
        positionsAfter: (next: number) => [{ topic: source.name, partition: 0, offset: next }],
      },
      offset,
    );
    return transaction;
  };
  await (await copyUpTo(7, 'aborted')).abort();
  await (await copyUpTo(12, 'done')).commit();
  await first.leave();
  const written = startReader(context, target, 'committed');
  await until('3 committed records', () => written.length >= 3);
  equal(
    written.map((one) => one.value),
    ['done0', 'done1', 'done2'],
    'records written with the offsets',
  );
  const second = joinGroup(context, [source], { group });
  await until('the rest', () => second.received.length >= 8);
  equal(inOrder(second.received, 0, 12), values.slice(12), 'values after the committed offset');
  return undefined;
};

/** Two members copy a topic with `exactlyOnce`; the second comes while the first is at work, so partitions move. */
const group: CaseBody = async (context) => {
  const source = await createTopic(context, { suffix: 'in', partitions: 4 });
  const target = await createTopic(context, { suffix: 'out', partitions: 4 });
  const values = numbered(400);
  const stop = new AbortController();
  const copy = (id: string) => {
    const consumer = connect(context).consumer<Texts>({
      topics: [source],
      group: context.name('group'),
      commit: 'manual',
      heartbeatIntervalMs: 300,
      maxWaitMs: 100,
    });
    context.after(() => consumer.close());
    const done = exactlyOnce(
      consumer,
      openTransactional(context, id),
      async (batch, transaction) => {
        const records = [...batch].map(({ partition, value }) => ({ partition, value }));
        await transaction.sendAll(target, records);
      },
      { signal: stop.signal },
    );
    done.catch((error: unknown) => console.error(id, error));
    return { consumer, done };
  };
  const produce = async (from: number, to: number): Promise<void> => {
    const producer = openProducer(context);
    for (let index = from; index < to; index += 1) {
      await producer.send(source, { partition: index % 4, value: values[index] ?? '' });
    }
  };
  const one = copy('one');
  await until('all partitions with the first member', () => one.consumer.assignment().length === 4);
  const first = produce(0, 200);
  const two = copy('two');
  await until('two and two partitions', () => [one, two].every(({ consumer }) => consumer.assignment().length === 2));
  await first;
  await produce(200, 400);
  const written = startReader(context, target, 'committed');
  await until('400 committed records', () => written.length >= 400);
  stop.abort();
  await Promise.allSettled([one.done, two.done]);
  equal(written.map((each) => each.value).sort(), values, 'values, each once');
  for (let partition = 0; partition < 4; partition += 1) {
    const own = written.filter((each) => each.partition === partition).map((each) => each.value);
    equal(
      own,
      values.filter((_, index) => index % 4 === partition),
      `order of partition ${partition}`,
    );
  }
  return undefined;
};

/** One committed, one aborted, two open when the broker is killed; of these one commits and one aborts. */
const restartKill: CaseBody = async (context) => {
  const target = await createTopic(context);
  const one = openTransactional(context, 'one');
  const two = openTransactional(context, 'two');
  await (await sent(one, target, 'a', 5)).commit();
  await (await sent(two, target, 'b', 5)).abort();
  const c = await sent(one, target, 'c', 5);
  const d = await sent(two, target, 'd', 5);
  await context.restart('kill');
  await c.sendAll(target, named('e', 5));
  await d.abort();
  await c.commit();
  await (await sent(one, target, 'f', 5)).commit();
  const committed = startReader(context, target, 'committed');
  await until('20 records', () => committed.length >= 20);
  equal(
    places(committed),
    [...placed(0, 'a', 5), ...placed(12, 'c', 5), ...placed(22, 'e', 5), ...placed(29, 'f', 5)],
    'committed records',
  );
  return undefined;
};

/** What is open is found, described and ended by force. */
const administration: CaseBody = async (context) => {
  const target = await createTopic(context);
  const open = await sent(openTransactional(context, 'id'), target, 'open', 5);
  const admin = openAdmin(context);
  const id = context.name('id');
  const { transactions } = await admin.listTransactions({ states: ['Ongoing'] });
  assert(
    transactions.some(({ transactionalId }) => transactionalId === id),
    'the transaction is listed',
  );
  const [described] = await admin.describeTransactions([id]);
  assert(described?.ok === true && described.state === 'Ongoing', 'it is described as ongoing');
  equal(described.partitions, [{ topic: target.name, partition: 0 }], 'its partitions');
  const [producers] = await admin.describeProducers([{ topic: target.name, partition: 0 }]);
  assert(producers?.ok === true, 'producers of the partition');
  equal(producers.producers.length, 1, 'number of producers');
  const [fenced] = await admin.fenceProducers([id]);
  assert(fenced?.ok === true, 'the producer is fenced');
  await rejection('the commit of a fenced producer', () => open.commit());
  await until('the marker', async () => (await bounds(admin, target.name, 1))[0]?.high === 6);
  return undefined;
};

export const TRANSACTION_CASES: Record<string, CaseBody> = {
  'txn-commit': commit,
  'txn-abort': abort,
  'txn-fencing': fencing,
  'txn-timeout': timeout,
  'txn-offsets': offsets,
  'txn-group': group,
  'txn-restart-kill': restartKill,
  'txn-admin': administration,
};
