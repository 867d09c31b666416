import kafkajs, { type Message } from 'kafkajs';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { compressSync, uncompressSync } from 'snappy';
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
import { connectAdmin, connectProducer, createTopic, inOrder, joinGroup, kafka, readAll, serving } from './client.ts';

const { CompressionTypes, KafkaJSProtocolError } = kafkajs;

interface KafkajsCodec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(data: Buffer): Promise<Buffer>;
}

const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);

/** Snappy as the Java client frames it: a header of 16 bytes, then blocks with a length before each. */
function uncompressSnappy(data: Buffer): Buffer {
  if (!data.subarray(0, 8).equals(XERIAL_MAGIC)) return Buffer.from(uncompressSync(data));
  const parts: Buffer[] = [];
  for (let at = 16; at < data.length;) {
    const size = data.readInt32BE(at);
    parts.push(Buffer.from(uncompressSync(data.subarray(at + 4, at + 4 + size))));
    at += 4 + size;
  }
  return Buffer.concat(parts);
}

function codec(compress: (data: Buffer) => Buffer, decompress: (data: Buffer) => Buffer): () => KafkajsCodec {
  return () => ({
    compress: (encoder) => Promise.resolve(compress(encoder.buffer)),
    decompress: (data) => Promise.resolve(decompress(data)),
  });
}

/** kafkajs brings gzip only and has a table for the rest. */
export function registerCodecs(): void {
  const table = kafkajs.CompressionCodecs as Record<number, () => KafkajsCodec>;
  table[CompressionTypes.Snappy] = codec(compressSync, uncompressSnappy);
  table[CompressionTypes.LZ4] = codec(compressFrameSync, decompressFrameSync);
  table[CompressionTypes.ZSTD] = codec(zstdCompressSync, zstdDecompressSync);
}

const PARTITIONS = 3;

function spread(values: readonly string[]): Message[] {
  return values.map((value, index) => ({ key: `k${index % PARTITIONS}`, value, partition: index % PARTITIONS }));
}

function expected(values: readonly string[], partition: number): string[] {
  return values.filter((_, index) => index % PARTITIONS === partition);
}

async function checkSpread(context: CaseContext, topic: string, values: readonly string[]): Promise<void> {
  const received = await readAll(context, topic, values.length);
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    equal(inOrder(received, partition), expected(values, partition), `values of partition ${partition}`);
  }
  for (const one of received) equal(one.message.key?.toString(), `k${one.partition}`, 'key');
}

function produceAcked(acks: 1 | -1): CaseBody {
  return async (context) => {
    const topic = await createTopic(context, { partitions: PARTITIONS });
    const producer = await connectProducer(context);
    const values = numbered(600);
    for (let from = 0; from < values.length; from += 150) {
      const messages = spread(values.slice(from, from + 150));
      const metadata = await producer.send({ topic, messages, acks });
      const offsets = metadata
        .map((one) => [one.partition, Number(one.baseOffset)])
        .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
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
  const producer = await connectProducer(context);
  const values = numbered(600);
  for (let from = 0; from < values.length; from += 150) {
    await producer.send({ topic, messages: spread(values.slice(from, from + 150)), acks: 0 });
  }
  await checkSpread(context, topic, values);
  return undefined;
};

function compressed(compression: (typeof CompressionTypes)[keyof typeof CompressionTypes]): CaseBody {
  return async (context) => {
    const topic = await createTopic(context, { partitions: PARTITIONS });
    const producer = await connectProducer(context);
    const values = numbered(600, 300);
    await producer.send({ topic, messages: spread(values), acks: -1, compression });
    await checkSpread(context, topic, values);
    return undefined;
  };
}

const headers: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const producer = await connectProducer(context);
  const binary = noise(64);
  await producer.send({
    topic,
    messages: [{ value: 'v', headers: { b: 'two', a: ['one', 'more', ''], empty: '', binary } }, { value: 'none' }],
  });
  const [first, second] = await readAll(context, topic, 2);
  const got = Object.entries(first?.message.headers ?? {}).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(String) : Buffer.isBuffer(value) ? value.toString('hex') : value,
  ]);
  equal(
    got,
    [
      ['b', Buffer.from('two').toString('hex')],
      ['a', ['one', 'more', '']],
      ['empty', ''],
      ['binary', binary.toString('hex')],
    ],
    'headers',
  );
  equal(Object.keys(second?.message.headers ?? {}), [], 'headers of a record without any');
  return 'kafkajs groups repeated names and cannot send a null value';
};

const nullAndEmpty: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const producer = await connectProducer(context);
  const pairs: [string | null, string | null][] = [
    [null, null],
    [null, ''],
    ['', null],
    ['', ''],
    ['k', 'v'],
  ];
  await producer.send({ topic, messages: pairs.map(([key, value]) => ({ key, value })) });
  const received = await readAll(context, topic, pairs.length);
  equal(
    received.map(({ message }) => [message.key?.toString() ?? null, message.value?.toString() ?? null]),
    pairs,
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
  const producer = await connectProducer(context);
  const old = Date.now() - 3_600_000;
  const times = [old, old + 7, old + 3];
  const messages = times.map((time) => ({ value: 'v', timestamp: String(time) }));
  const before = Date.now();
  await producer.send({ topic: created, messages });
  const [metadata] = await producer.send({ topic: appended, messages });
  const after = Date.now();
  const kept = await readAll(context, created, 3);
  equal(
    kept.map(({ message }) => Number(message.timestamp)),
    times,
    'create times',
  );
  const replaced = (await readAll(context, appended, 3)).map(({ message }) => Number(message.timestamp));
  assert(
    replaced.every((time) => time === replaced[0]),
    `one append time per batch, got ${replaced}`,
  );
  assert(
    (replaced[0] ?? 0) >= before && (replaced[0] ?? 0) <= after,
    `append time ${replaced[0]} in ${before}…${after}`,
  );
  equal(Number(metadata?.logAppendTime), replaced[0], 'append time in the answer');
  return undefined;
};

const idempotence: CaseBody = async (context) => {
  const topic = await createTopic(context);
  const producer = await connectProducer(context, { idempotent: true, maxInFlightRequests: 5 });
  const values = numbered(1_000);
  for (let from = 0; from < values.length; from += 25) {
    await producer.send({
      topic,
      acks: -1,
      messages: values.slice(from, from + 25).map((value) => ({ value, partition: 0 })),
    });
  }
  equal(inOrder(await readAll(context, topic, values.length), 0), values, 'values');
  return 'kafkajs serializes the batches of a partition itself';
};

const largeMessage: CaseBody = async (context) => {
  const topic = await createTopic(context, { configs: { 'max.message.bytes': '6000000' } });
  const producer = await connectProducer(context);
  const big = noise(5_000_000);
  await producer.send({ topic, messages: [{ value: 'before' }] });
  await producer.send({ topic, messages: [{ value: big }] });
  const error = await rejection('a record of 7 MB', () =>
    producer.send({ topic, messages: [{ value: noise(7_000_000) }] }),
  );
  assert(
    error instanceof KafkaJSProtocolError && error.type === 'MESSAGE_TOO_LARGE',
    `MESSAGE_TOO_LARGE, got ${error.message}`,
  );
  await producer.send({ topic, messages: [{ value: 'after' }] });
  const received = await readAll(context, topic, 3);
  equal(
    received.map(({ message }) => sha256(message.value ?? '')),
    ['before', big, 'after'].map(sha256),
    'digests',
  );
  return undefined;
};

const manyTopics: CaseBody = async (context) => {
  const admin = await connectAdmin(context);
  const topics = Array.from({ length: 100 }, (_, index) => context.name(String(index).padStart(3, '0')));
  await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 2 })), waitForLeaders: true });
  for (const topic of topics) await serving(admin, topic, 2);
  const producer = await connectProducer(context);
  await producer.sendBatch({
    topicMessages: topics.map((topic) => ({
      topic,
      messages: [0, 1].map((partition) => ({ value: `${topic}/${partition}`, partition })),
    })),
  });
  const member = await joinGroup(context, topics);
  const seen = (): string[] => [...new Set(member.received.map((one) => one.value))];
  await until('200 records', () => seen().length >= 200);
  await member.leave();
  const expectedValues = topics.flatMap((topic) => [`${topic}/0`, `${topic}/1`]);
  equal(seen().sort(), expectedValues.sort(), 'values');
  for (const one of member.received) equal([one.value, one.offset], [`${one.topic}/${one.partition}`, 0], 'place');
  await admin.deleteTopics({ topics });
  await until('all topics gone', async () => {
    const left = new Set(await admin.listTopics());
    return topics.every((topic) => !left.has(topic));
  });
  return undefined;
};

const autoCreate: CaseBody = async (context) => {
  const producer = kafka.producer({ allowAutoTopicCreation: true });
  await producer.connect();
  context.after(() => producer.disconnect());
  const topic = context.name();
  await producer.send({ topic, messages: [{ value: 'first' }] });
  equal(inOrder(await readAll(context, topic, 1), 0), ['first'], 'values');
  return undefined;
};

const interop: CaseBody = async (context) => {
  const producer = await connectProducer(context, { allowAutoTopicCreation: true });
  const codecs = {
    none: CompressionTypes.None,
    gzip: CompressionTypes.GZIP,
    snappy: CompressionTypes.Snappy,
    lz4: CompressionTypes.LZ4,
    zstd: CompressionTypes.ZSTD,
  };
  for (const [name, compression] of Object.entries(codecs)) {
    const messages = interopValues('kafkajs', name).map((value) => ({ value, headers: { sha256: sha256(value) } }));
    await producer.send({ topic: INTEROP_TOPIC, messages, compression });
  }
  const admin = await connectAdmin(context);
  const total = (await admin.fetchTopicOffsets(INTEROP_TOPIC)).reduce((sum, one) => sum + Number(one.high), 0);
  const received = await readAll(context, INTEROP_TOPIC, total);
  const counts = checkInterop(
    received.map(({ message, value }) => ({ value, digest: String(message.headers?.['sha256']) })),
  );
  equal(counts.get('kafkajs'), 50, 'own records');
  return interopRemark(counts);
};

export const PRODUCE_CASES: Record<string, CaseBody> = {
  'produce-acks-all': produceAcked(-1),
  'produce-acks-1': produceAcked(1),
  'produce-acks-0': produceAcks0,
  'codec-gzip': compressed(CompressionTypes.GZIP),
  'codec-snappy': compressed(CompressionTypes.Snappy),
  'codec-lz4': compressed(CompressionTypes.LZ4),
  'codec-zstd': compressed(CompressionTypes.ZSTD),
  headers,
  'null-and-empty': nullAndEmpty,
  timestamps,
  idempotence,
  'large-message': largeMessage,
  'many-topics': manyTopics,
  'auto-create': autoCreate,
  interop,
};
