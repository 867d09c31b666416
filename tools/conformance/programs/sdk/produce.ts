import { topic, type ProducerOptions } from '@millrace/sdk';
import {
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
  assertKafkaCode,
  bounds,
  connect,
  createTopic,
  inOrder,
  joinGroup,
  openAdmin,
  openProducer,
  readAll,
  serving,
  texts,
  type Texts,
} from './client.ts';

const PARTITIONS = 3;
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

function spread(values: readonly string[]) {
  return values.map((value, index) => ({ key: `k${index % PARTITIONS}`, value, partition: index % PARTITIONS }));
}

async function checkSpread(context: CaseContext, source: Texts, values: readonly string[]): Promise<void> {
  const received = await readAll(context, source, values.length, PARTITIONS);
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const expected = values.filter((_, index) => index % PARTITIONS === partition);
    equal(inOrder(received, partition), expected, `values of partition ${partition}`);
  }
  for (const one of received) equal(one.key, `k${one.partition}`, 'key');
}

function produced(options: ProducerOptions): CaseBody {
  return async (context) => {
    const target = await createTopic(context, { partitions: PARTITIONS });
    const producer = openProducer(context, options);
    const values = numbered(600, 300);
    const acks = await Promise.all(spread(values).map((record) => producer.send(target, record)));
    const expected = values.map((_, index) => [index % PARTITIONS, Math.floor(index / PARTITIONS)]);
    equal(
      acks.map(({ partition, offset }) => [partition, offset]),
      expected.map(([partition, offset]) => [partition, options.acks === 0 ? -1 : offset]),
      'acknowledged places',
    );
    await checkSpread(context, target, values);
    return undefined;
  };
}

const headers: CaseBody = async (context) => {
  const target = await createTopic(context);
  const producer = openProducer(context);
  const entries = [
    { key: 'b', value: Buffer.from('two') },
    { key: 'a', value: Buffer.from('one') },
    { key: 'a', value: Buffer.from('more') },
    { key: 'empty', value: Buffer.alloc(0) },
    { key: 'null', value: null },
    { key: 'binary', value: noise(64) },
  ];
  await producer.sendAll(target, [{ value: 'v', headers: entries }, { value: 'none' }]);
  const [first, second] = await readAll(context, target, 2);
  const plain = (list: readonly { key: string; value: Uint8Array | null }[]): unknown =>
    list.map(({ key, value }) => [key, value === null ? null : Buffer.from(value).toString('hex')]);
  equal(plain(first?.headers ?? []), plain(entries), 'headers');
  equal(second?.headers.length, 0, 'headers of a record without any');
  return undefined;
};

const nullAndEmpty: CaseBody = async (context) => {
  const target = await createTopic(context);
  const records = [
    { value: null },
    { value: '' },
    { key: '', value: null },
    { key: '', value: '' },
    { key: 'k', value: 'v' },
  ];
  await openProducer(context).sendAll(
    target,
    records.map((record) => ({ partition: 0, ...record })),
  );
  equal(
    (await readAll(context, target, records.length)).map(({ key, value }) => [key, value]),
    records.map(({ key, value }) => [key ?? null, value]),
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
  const records = times.map((timestamp) => ({ value: 'v', partition: 0, timestamp }));
  const before = Date.now();
  await producer.sendAll(created, records);
  const [batch] = await producer.sendAll(appended, records);
  const after = Date.now();
  equal(
    (await readAll(context, created, 3)).map(({ timestamp }) => timestamp),
    times,
    'create times',
  );
  const append = (await readAll(context, appended, 3)).map(({ timestamp }) => timestamp);
  equal(append, [batch?.logAppendTime, batch?.logAppendTime, batch?.logAppendTime], 'append times');
  equal(
    append.every((time) => time >= before && time <= after),
    true,
    `append times ${append.join()} in ${before}…${after}`,
  );
  return undefined;
};

const idempotence: CaseBody = async (context) => {
  const target = await createTopic(context);
  const producer = openProducer(context, { batchBytes: 1_000 });
  const values = numbered(1_000);
  await Promise.all(values.map((value) => producer.send(target, { value, partition: 0 })));
  equal(inOrder(await readAll(context, target, values.length), 0), values, 'values');
  return undefined;
};

const largeMessage: CaseBody = async (context) => {
  const { name } = await createTopic(context, { configs: { 'max.message.bytes': '6000000' } });
  const raw = topic(name);
  const producer = openProducer(context);
  const big = noise(5_000_000);
  await producer.send(raw, { value: 'before' });
  await producer.send(raw, { value: big });
  assertKafkaCode(
    await rejection('a record of 7 MB', () => producer.send(raw, { value: noise(7_000_000) })),
    'MESSAGE_TOO_LARGE',
  );
  await producer.send(raw, { value: 'after' });
  const digests: string[] = [];
  await using consumer = connect(context).consumer({ topics: [raw], from: 'earliest' });
  for await (const { value } of consumer) {
    digests.push(sha256(Buffer.from(value ?? '')));
    if (digests.length === 3) break;
  }
  equal(digests, ['before', big, 'after'].map(sha256), 'digests');
  return undefined;
};

const manyTopics: CaseBody = async (context) => {
  const admin = openAdmin(context);
  const topics = Array.from({ length: 100 }, (_, index) => texts(context.name(String(index).padStart(3, '0'))));
  const created = await admin.createTopics(topics.map(({ name }) => ({ name, partitions: 2, replicationFactor: 1 })));
  equal(
    created.every(({ ok }) => ok),
    true,
    'all created',
  );
  for (const { name } of topics) await serving(admin, name, 2);
  const producer = openProducer(context);
  const values = topics.flatMap(({ name }) => [0, 1].map((partition) => `${name}/${partition}`));
  await Promise.all(
    topics.flatMap((target) =>
      [0, 1].map((partition) => producer.send(target, { partition, value: `${target.name}/${partition}` })),
    ),
  );
  const member = joinGroup(context, topics);
  await until('200 records', () => member.received.length >= 200);
  await member.leave();
  equal(member.received.map((one) => one.value).sort(), [...values].sort(), 'values');
  for (const one of member.received) equal([one.value, one.offset], [`${one.topic}/${one.partition}`, 0], 'place');
  await admin.deleteTopics(topics.map(({ name }) => name));
  await until('all topics gone', async () => {
    const left = new Set((await admin.listTopics()).map(({ name }) => name));
    return topics.every(({ name }) => !left.has(name));
  });
  return undefined;
};

const autoCreate: CaseBody = async (context) => {
  const target = texts(context.name());
  await openProducer(context).send(target, { value: 'first' });
  equal(inOrder(await readAll(context, target, 1), 0), ['first'], 'values');
  return undefined;
};

const interop: CaseBody = async (context) => {
  const shared = texts(INTEROP_TOPIC);
  for (const compression of CODECS) {
    const producer = openProducer(context, { compression });
    const values = interopValues('sdk', compression);
    await producer.sendAll(
      shared,
      values.map((value) => ({ value, partition: 0, headers: { sha256: sha256(value) } })),
    );
    await producer.close();
  }
  const [end] = await bounds(openAdmin(context), INTEROP_TOPIC, 1);
  const received = await readAll(context, shared, end?.high ?? -1);
  const counts = checkInterop(
    received.map(({ value, headers }) => ({
      value: value ?? '',
      digest: Buffer.from(headers.find(({ key }) => key === 'sha256')?.value ?? '').toString(),
    })),
  );
  equal(counts.get('sdk'), 50, 'own records');
  return interopRemark(counts);
};

export const PRODUCE_CASES: Record<string, CaseBody> = {
  'produce-acks-all': produced({ acks: 'all' }),
  'produce-acks-1': produced({ acks: 1 }),
  'produce-acks-0': produced({ acks: 0 }),
  'codec-gzip': produced({ compression: 'gzip' }),
  'codec-snappy': produced({ compression: 'snappy' }),
  'codec-lz4': produced({ compression: 'lz4' }),
  'codec-zstd': produced({ compression: 'zstd' }),
  headers,
  'null-and-empty': nullAndEmpty,
  timestamps,
  idempotence,
  'large-message': largeMessage,
  'many-topics': manyTopics,
  'auto-create': autoCreate,
  interop,
};
