import { ErrorCode, RecordBatchWriter, stampBatch } from '@millrace/protocol';
import { produceRequest, produceResponse, createProduceRequest } from '@millrace/protocol/messages/00-produce';
import {
  batchOf,
  BrokerFixture,
  fetch,
  NO_TOPIC,
  NEWEST_PRODUCE,
  produce,
  produceMessage,
  recordsIn,
} from './broker-fixture.ts';

describe('Produce', () => {
  let fixture: BrokerFixture;

  beforeAll(async () => {
    fixture = await BrokerFixture.start();
  });

  afterAll(() => fixture.close());

  it.each([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])(
    'stores a batch and answers its offset in version %i',
    async (version) => {
      const topic = await fixture.createTopic(`round-trip-${version}`);
      const first = await produce(fixture.client, topic, batchOf(['a', 'b']), { version });
      const second = await produce(fixture.client, topic, batchOf(['c']), { version });

      expect([first.errorCode, first.baseOffset, first.logAppendTimeMs]).toEqual([0, 0n, -1n]);
      expect([second.errorCode, second.baseOffset]).toEqual([0, 2n]);
      if (version >= 5) expect(second.logStartOffset).toBe(0n);
      const fetched = await fetch(fixture.client, topic);
      expect(recordsIn(fetched).map(({ offset, value }) => `${offset}${value}`)).toEqual(['0a', '1b', '2c']);
    },
  );

  it.each([0, 1, 2])('closes the connection on version %i, which is advertised', async (version) => {
    const client = await fixture.connect();
    client.sendBody(0, version, Buffer.alloc(20));
    await client.ended;
  });

  it.each([1, -1])('answers acks=%i once the batch can be fetched', async (acks) => {
    const topic = await fixture.createTopic(`acks-${acks}`);
    await produce(fixture.client, topic, batchOf(['a']), { acks });
    expect(recordsIn(await fetch(fixture.client, topic))).toEqual([{ offset: 0, value: 'a' }]);
  });

  it('answers acks=0 with nothing and stores the batch', async () => {
    const topic = await fixture.createTopic('acks-0');
    const client = await fixture.connect();
    client.send(produceRequest, NEWEST_PRODUCE, produceMessage(topic, batchOf(['a']), { acks: 0 }));
    const answered = await produce(client, topic, batchOf(['b']));
    expect(answered.baseOffset).toBe(1n);
  });

  it('closes the connection when acks=0 fails, after the answers to what came before', async () => {
    const topic = await fixture.createTopic('acks-0-error');
    const client = await fixture.connect();
    const before = produce(client, topic, batchOf(['a']));
    client.send(produceRequest, NEWEST_PRODUCE, produceMessage(NO_TOPIC, batchOf(['b']), { acks: 0 }));
    expect((await before).errorCode).toBe(0);
    await client.ended;
  });

  it.each([2, -2, 100])('refuses acks=%i', async (acks) => {
    const topic = await fixture.createTopic(`acks-bad-${acks}`);
    const result = await produce(fixture.client, topic, batchOf(['a']), { acks });
    expect(result.errorCode).toBe(ErrorCode.INVALID_REQUIRED_ACKS);
    expect(recordsIn(await fetch(fixture.client, topic))).toEqual([]);
  });

  it('tells an unknown name from an unknown id', async () => {
    const byName = await produce(fixture.client, NO_TOPIC, batchOf(['a']), { version: 12 });
    expect(byName.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    const byId = await produce(fixture.client, { name: '', topicId: 'AAAAAAAAAAAAAAAAAAAABQ' }, batchOf(['a']));
    expect(byId.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    const topic = await fixture.createTopic('one-partition');
    const noPartition = await produce(fixture.client, topic, batchOf(['a']), { partition: 7 });
    expect(noPartition.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  describe('batches that are refused', () => {
    const refuse = async (name: string, records: Buffer | null, options: { version?: number } = {}) => {
      const topic = await fixture.createTopic(`refused-${name}`);
      const result = await produce(fixture.client, topic, records, options);
      expect(recordsIn(await fetch(fixture.client, topic))).toEqual([]);
      return result;
    };

    it('null records', async () => {
      expect((await refuse('null', null)).errorCode).toBe(ErrorCode.INVALID_RECORD);
    });

    it('no batch', async () => {
      expect((await refuse('empty', Buffer.alloc(0))).errorCode).toBe(ErrorCode.INVALID_RECORD);
    });

    it('two batches', async () => {
      const two = Buffer.concat([batchOf(['a']), batchOf(['b'])]);
      expect((await refuse('two', two)).errorCode).toBe(ErrorCode.INVALID_RECORD);
    });

    it('a wrong CRC', async () => {
      const batch = batchOf(['abc']);
      batch.writeUInt8(batch.readUInt8(batch.length - 1) ^ 1, batch.length - 1);
      expect((await refuse('crc', batch)).errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
    });

    it.each([
      [1, ErrorCode.INVALID_RECORD],
      [3, ErrorCode.CORRUPT_MESSAGE],
    ])('magic %i', async (magic, errorCode) => {
      const batch = batchOf(['abc']);
      batch.writeInt8(magic, 16);
      expect((await refuse(`magic-${magic}`, batch)).errorCode).toBe(errorCode);
    });

    it('a control batch', async () => {
      const writer = new RecordBatchWriter();
      writer.append(Buffer.from([0, 0, 0, 1]), Buffer.alloc(6), Date.now());
      const batch = writer.finish({ isControl: true, producerId: 5, producerEpoch: 0 });
      expect((await refuse('control', batch)).errorCode).toBe(ErrorCode.INVALID_RECORD);
    });

    it('zstd below version 7, but not from there on', async () => {
      const batch = batchOf(['abc'], { codec: 'zstd' });
      expect((await refuse('zstd', batch, { version: 6 })).errorCode).toBe(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE);
      const topic = await fixture.createTopic('zstd-7');
      expect((await produce(fixture.client, topic, batch, { version: 7 })).errorCode).toBe(0);
    });

    it('more than max.message.bytes', async () => {
      const topic = await fixture.createTopic('too-large', 1, { 'max.message.bytes': '1000' });
      const large = await produce(fixture.client, topic, batchOf(['x'.repeat(2000)]));
      expect(large.errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE);
      expect(recordsIn(await fetch(fixture.client, topic))).toEqual([]);
    });

    it('a timestamp too far ahead', async () => {
      const batch = batchOf(['a'], { timestampMs: Date.now() + 2 * 3_600_000 });
      expect((await refuse('timestamp', batch)).errorCode).toBe(ErrorCode.INVALID_TIMESTAMP);
    });

    it('a topic of the broker itself', async () => {
      const client = await fixture.connect();
      await makeInternalTopic(fixture);
      const result = await produce(client, { ...NO_TOPIC, name: '__consumer_offsets' }, batchOf(['a']), { version: 9 });
      expect(result.errorCode).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
    });

    it('a batch of a transaction without a transactional id', async () => {
      const batch = batchOf(['a'], { producerId: 1, producerEpoch: 0, baseSequence: 0, isTransactional: true });
      const result = await refuse('transactional', batch);
      expect(result.errorCode).toBe(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
      expect(result.errorMessage).toMatch(/names no transactional id/);
    });
  });

  it('answers each partition of a request for itself', async () => {
    const topic = await fixture.createTopic('mixed', 2);
    const request = createProduceRequest({
      acks: -1,
      timeoutMs: 5000,
      topicData: [
        {
          name: topic.name,
          topicId: topic.topicId,
          partitionData: [
            { index: 1, records: batchOf(['b']) },
            { index: 0, records: batchOf(['a']).subarray(0, 30) },
            { index: 9, records: batchOf(['c']) },
          ],
        },
      ],
    });
    const { responses } = await fixture.client.call(produceRequest, produceResponse, 12, request);
    expect(responses[0]?.partitionResponses.map(({ index, errorCode }) => [index, errorCode])).toEqual([
      [1, 0],
      [0, ErrorCode.INVALID_RECORD],
      [9, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ]);
  });

  it('stamps offsets and leader epoch without touching the CRC', async () => {
    const topic = await fixture.createTopic('stamped');
    const batch = batchOf(['a', 'b']);
    await produce(fixture.client, topic, batchOf(['first']));
    await produce(fixture.client, topic, batch);
    const { records } = await fetch(fixture.client, topic, { offset: 1 });
    const expected = Buffer.from(batch);
    stampBatch(expected, 0, 1, 0);
    expect(Buffer.concat([records as Buffer])).toEqual(expected);
  });

  it('stamps the time of append where the topic wants it', async () => {
    const topic = await fixture.createTopic('append-time', 1, { 'message.timestamp.type': 'LogAppendTime' });
    const before = Date.now();
    const result = await produce(fixture.client, topic, batchOf(['a'], { timestampMs: 5 }));
    expect(Number(result.logAppendTimeMs)).toBeGreaterThanOrEqual(before);
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('stores a %s batch as it was sent', async (codec) => {
    const topic = await fixture.createTopic(`codec-${codec}`);
    const batch = batchOf(['hello', 'hello', 'hello'], { codec });
    await produce(fixture.client, topic, batch);
    const { records } = await fetch(fixture.client, topic);
    expect(Buffer.concat([records as Buffer]).subarray(21)).toEqual(batch.subarray(21));
  });

  it.each(['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'repacks batches of other codecs with compression.type=%s and keeps their order',
    async (type) => {
      const topic = await fixture.createTopic(`repack-${type}`, 1, { 'compression.type': type });
      const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd', 'none'] as const;
      const results = await Promise.all(
        codecs.map((codec, index) =>
          produce(fixture.client, topic, batchOf([`${index}-${'x'.repeat(500)}`, `${index}`], { codec })),
        ),
      );
      expect(results.map(({ errorCode, baseOffset }) => [errorCode, Number(baseOffset)])).toEqual(
        codecs.map((_, index) => [0, index * 2]),
      );
      const fetched = await fetch(fixture.client, topic);
      const values = recordsIn(fetched).map(({ value }) => value?.[0]);
      expect(values).toEqual(['0', '0', '1', '1', '2', '2', '3', '3', '4', '4', '5', '5']);
      const bytes = Buffer.concat(Array.isArray(fetched.records) ? fetched.records : [fetched.records as Buffer]);
      expect(bytes.readInt16BE(21) & 7).toBe(['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'].indexOf(type));
    },
  );

  it('recognises the retry of an idempotent batch and refuses a gap', async () => {
    const topic = await fixture.createTopic('idempotent');
    const batch = (baseSequence: number) => batchOf(['a'], { producerId: 77, producerEpoch: 0, baseSequence });
    expect((await produce(fixture.client, topic, batch(0))).baseOffset).toBe(0n);
    expect((await produce(fixture.client, topic, batch(1))).baseOffset).toBe(1n);
    expect((await produce(fixture.client, topic, batch(0))).baseOffset).toBe(0n);
    expect((await produce(fixture.client, topic, batch(5))).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect((await fetch(fixture.client, topic)).highWatermark).toBe(2n);
  });

  it('keeps the order of pipelined produces', async () => {
    const topic = await fixture.createTopic('pipelined');
    const client = await fixture.connect();
    const results = await Promise.all(
      Array.from({ length: 500 }, (_, index) => produce(client, topic, batchOf([String(index)]))),
    );
    expect(results.map(({ baseOffset }) => Number(baseOffset))).toEqual(
      Array.from({ length: 500 }, (_, index) => index),
    );
    const values = recordsIn(await fetch(client, topic)).map(({ value }) => value);
    expect(values).toEqual(Array.from({ length: 500 }, (_, index) => String(index)));
  });

  it('logs no bug', () => {
    expect(fixture.logger.errors).toEqual([]);
  });
});

/** Makes the internal topic come into being. */
async function makeInternalTopic(fixture: BrokerFixture): Promise<void> {
  const { createFindCoordinatorRequest, findCoordinatorRequest, findCoordinatorResponse } =
    await import('@millrace/protocol/messages/10-find-coordinator');
  const request = createFindCoordinatorRequest({ coordinatorKeys: ['group'] });
  await fixture.client.call(findCoordinatorRequest, findCoordinatorResponse, 4, request);
}
