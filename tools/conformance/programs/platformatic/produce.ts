import { CompressionAlgorithms, type CompressionAlgorithmValue, type MessageToProduce } from '@platformatic/kafka';
import {
  assert,
  checkInterop,
  equal,
  INTEROP_TOPIC,
  interopRemark,
  interopValues,
  noise,
  numbered,
  rejection,
  sha256,
  until,
  type CaseBody,
  type CaseContext,
} from '../harness.ts';
import {
  assertProtocolError,
  bounds,
  createTopic,
  serving,
  inOrder,
  joinGroup,
  openAdmin,
  openProducer,
  readAll,
} from './client.ts';

const PARTITIONS = 3;

function spread(topic: string, values: readonly string[]): MessageToProduce[] {
  return values.map((value, index) => ({
    topic,
    key: Buffer.from(`k${index % PARTITIONS}`),
    value: Buffer.from(value),
    partition: index % PARTITIONS,
  }));
}

async function checkSpread(context: CaseContext, topic: string, values: readonly string[]): Promise<void> {
  const received = await readAll(context, topic, values.length, PARTITIONS);
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const expected = values.filter((_, index) => index % PARTITIONS === partition);
    equal(inOrder(received, partition), expected, `values of partition ${partition}`);
  }
  for (const one of received) equal(String(one.message.key), `k${one.partition}`, 'key');
}

function produceAcked(acks: 1 | -1): CaseBody {
  return async (context) => {
    const topic = await createTopic(context, { partitions: PARTITIONS });
    const producer = openProducer(context);
    const values = numbered(600);
    for (let from = 0; from < values.length; from += 150) {
      const result = await producer.send({ messages: spread(topic, values.slice(from, from + 150)), acks });
      const offsets = (result.offsets ?? []).map((one) => [one.partition, Number(one.offset)]).sort();
      equal(
        offsets,
        [0, 1, 2].map((partition) => [partition, from / PARTITIONS]),
        'acknowledged base offsets',
      );
    }
    await checkSpread(context, topic, values);
    return undefined;
  };
}

const produceAcks0: CaseBody = async (context) => {
  const topic = await createTopic(context, { partitions: PARTITIONS });
  const producer = openProducer(context);
  const values = numbered(600);
  for (let from = 0; from < values.length; from += 150) {
    await producer.send({ messages: spread(topic, values.slice(from, from + 150)), acks: 0 });
  }
  await checkSpread(context, topic, values);
  return undefined;
};

function compressed(compression: CompressionAlgorithmValue): CaseBody {
  return async (context) => {
    const topic = await createTopic(context, { partitions: PARTITIONS });
    const producer = openProducer(context);
    const values = numbered(600, 300);
    await producer.send({ messages: spread(topic, values), acks: -1, compression });
    await checkSpread(context, topic, values);
    return undefined;
  };
}

const headers: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const producer = openProducer(context);
  const entries: [string, Buffer][] = [
    ['b', Buffer.from('two')],
    ['a', Buffer.from('one')],
    ['a', Buffer.from('more')],
    ['empty', Buffer.alloc(0)],
    ['binary', noise(64)],
  ];
  // The map is keyed by buffers, so a name can stand in it twice.
  const map = new Map(entries.map(([name, value]) => [Buffer.from(name), value]));
  await producer.send({
    messages: [
      { topic, value: Buffer.from('v'), headers: map },
      { topic, value: Buffer.from('none') },
    ],
  });
  const [first, second] = await readAll(context, topic, 2);
  equal(
    first?.message.headerEntries.map(([name, value]) => [String(name), value.toString('hex')]),
    entries.map(([name, value]) => [name, value.toString('hex')]),
    'headers',
  );
  equal(second?.message.headerEntries.length, 0, 'headers of a record without any');
  return undefined;
};

const nullAndEmpty: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const producer = openProducer(context);
  const empty = Buffer.alloc(0);
  const messages: MessageToProduce[] = [
    { topic },
    { topic, value: empty },
    { topic, key: empty },
    { topic, key: empty, value: empty },
    { topic, key: Buffer.from('k'), value: Buffer.from('v') },
  ];
  await producer.send({ messages: messages.map((one) => ({ partition: 0, ...one })) });
  const received = await readAll(context, topic, messages.length);
  const text = (bytes: Buffer | null | undefined): string =>
    bytes === null || bytes === undefined ? 'null' : `"${bytes.toString()}"`;
  equal(
    received.map(({ message }) => [text(message.key), text(message.value)]),
    messages.map((one) => [text(one.key), text(one.value)]),
    'keys and values',
  );
  return undefined;
};

const timestamps: CaseBody = async (context) => {
  const created = await createTopic(context, { suffix: 'create' });
  const appended = await createTopic(context, {
    suffix: 'append',
    configs: { 'message.timestamp.type': 'LogAppendTime' },
  });
  const producer = openProducer(context);
  const old = Date.now() - 3_600_000;
  const times = [old, old + 7, old + 3];
  const send = (topic: string): Promise<unknown> =>
    producer.send({
      messages: times.map((time) => ({ topic, value: Buffer.from('v'), timestamp: BigInt(time), partition: 0 })),
    });
  const before = Date.now();
  await send(created);
  await send(appended);
  const after = Date.now();
  const kept = await readAll(context, created, 3);
  equal(
    kept.map(({ message }) => Number(message.timestamp)),
    times,
    'create times',
  );
  const [offsetOfMax] = await openAdmin(context).listOffsets({
    topics: [{ name: appended, partitions: [{ partitionIndex: 0, timestamp: -3n }] }],
  });
  const appendTime = Number(offsetOfMax?.partitions[0]?.timestamp);
  assert(appendTime >= before && appendTime <= after, `append time ${appendTime} in ${before}…${after}`);
  equal((await readAll(context, appended, 3)).length, 3, 'records with append time');
  return 'append time from ListOffsets: the consumer adds deltas to the first timestamp whatever the type';
};

const idempotence: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const producer = openProducer(context, { idempotent: true });
  const values = numbered(1_000);
  const sends: Promise<unknown>[] = [];
  for (let from = 0; from < values.length; from += 25) {
    const messages = values.slice(from, from + 25).map((value) => ({ topic, value: Buffer.from(value), partition: 0 }));
    sends.push(producer.send({ messages, acks: -1 }));
    if (sends.length % 5 === 0) await Promise.all(sends);
  }
  await Promise.all(sends);
  equal(inOrder(await readAll(context, topic, values.length), 0), values, 'values');
  return undefined;
};

const largeMessage: CaseBody = async (context) => {
  const topic = await createTopic(context, { configs: { 'max.message.bytes': '6000000' } });
  const producer = openProducer(context);
  const send = (value: Buffer): Promise<unknown> => producer.send({ messages: [{ topic, value }] });
  const big = noise(5_000_000);
  await send(Buffer.from('before'));
  await send(big);
  assertProtocolError(await rejection('a record of 7 MB', () => send(noise(7_000_000))), 'MESSAGE_TOO_LARGE');
  await send(Buffer.from('after'));
  const received = await readAll(context, topic, 3);
  equal(
    received.map(({ message }) => sha256(message.value)),
    ['before', big, 'after'].map(sha256),
    'digests',
  );
  return undefined;
};

const manyTopics: CaseBody = async (context) => {
  const admin = openAdmin(context);
  const topics = Array.from({ length: 100 }, (_, index) => context.name(String(index).padStart(3, '0')));
  await admin.createTopics({ topics, partitions: 2, replicas: 1 });
  for (const topic of topics) await serving(admin, topic, 2);
  const producer = openProducer(context);
  const messages = topics.flatMap((topic) =>
    [0, 1].map((partition) => ({ topic, partition, value: Buffer.from(`${topic}/${partition}`) })),
  );
  await producer.send({ messages, acks: -1 });
  const member = await joinGroup(context, topics);
  await until('200 records', () => member.received.length >= 200);
  await member.leave();
  equal(member.received.map((one) => one.value).sort(), messages.map((one) => String(one.value)).sort(), 'values');
  for (const one of member.received) equal([one.value, one.offset], [`${one.topic}/${one.partition}`, 0], 'place');
  await admin.deleteTopics({ topics });
  await until('all topics gone', async () => {
    const left = new Set(await admin.listTopics());
    return topics.every((topic) => !left.has(topic));
  });
  return undefined;
};

const autoCreate: CaseBody = async (context) => {
  const topic = context.name();
  const producer = openProducer(context, { autocreateTopics: true });
  await producer.send({ messages: [{ topic, value: Buffer.from('first') }] });
  equal(inOrder(await readAll(context, topic, 1), 0), ['first'], 'values');
  return undefined;
};

const interop: CaseBody = async (context) => {
  const producer = openProducer(context, { autocreateTopics: true });
  for (const compression of Object.values(CompressionAlgorithms)) {
    const messages = interopValues('platformatic', compression).map((value) => ({
      topic: INTEROP_TOPIC,
      value: Buffer.from(value),
      headers: new Map([[Buffer.from('sha256'), Buffer.from(sha256(value))]]),
    }));
    await producer.send({ messages, compression });
  }
  const [end] = await bounds(openAdmin(context), INTEROP_TOPIC, 1);
  const received = await readAll(context, INTEROP_TOPIC, end?.high ?? -1);
  const digest = (entries: readonly [Buffer, Buffer][]): string =>
    String(entries.find(([name]) => String(name) === 'sha256')?.[1]);
  const counts = checkInterop(received.map(({ value, message }) => ({ value, digest: digest(message.headerEntries) })));
  equal(counts.get('platformatic'), 50, 'own records');
  return interopRemark(counts);
};

export const PRODUCE_CASES: Record<string, CaseBody> = {
  'produce-acks-all': produceAcked(-1),
  'produce-acks-1': produceAcked(1),
  'produce-acks-0': produceAcks0,
  'codec-gzip': compressed('gzip'),
  'codec-snappy': compressed('snappy'),
  'codec-lz4': compressed('lz4'),
  'codec-zstd': compressed('zstd'),
  headers,
  'null-and-empty': nullAndEmpty,
  timestamps,
  idempotence,
  'large-message': largeMessage,
  'many-topics': manyTopics,
  'auto-create': autoCreate,
  interop,
};
