import { ErrorCode, RecordBatchWriter, stampMaxTimestamp, type FinishBatchOptions } from '@millrace/protocol';
import { batchOf, BrokerFixture, fetch, produce, recordsIn } from './broker-fixture.ts';

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const LAST_OFFSET_DELTA_AT = 23;
const RECORD_COUNT_AT = 57;

/** The batch after a change, with a CRC that hides it. */
function changed(batch: Buffer, change: (batch: Buffer) => void): Buffer {
  change(batch);
  stampMaxTimestamp(batch, 0, Date.now());
  return batch;
}

function claiming(count: number, batch: Buffer): Buffer {
  return changed(batch, (bytes) => {
    bytes.writeInt32BE(count - 1, LAST_OFFSET_DELTA_AT);
    bytes.writeInt32BE(count, RECORD_COUNT_AT);
  });
}

/** Many records of text that packs to about a third, so that opening them takes a while. */
function slowBatch(count: number, options: FinishBatchOptions): Buffer {
  const writer = new RecordBatchWriter();
  const nowMs = Date.now();
  for (let index = 0; index < count; index++) {
    writer.append(null, `${index} ${Math.imul(index, 2654435761).toString(36)} some text that repeats`, nowMs);
  }
  return writer.finish(options);
}

describe('Produce of compressed batches', () => {
  let fixture: BrokerFixture;

  beforeAll(async () => {
    fixture = await BrokerFixture.start();
  });

  afterAll(() => fixture.close());

  describe.each(CODECS)('in %s', (codec) => {
    it('refuses what is not in a small batch as claimed, and stores nothing of it', async () => {
      const topic = await fixture.createTopic(`small-${codec}`);
      const good = (): Buffer => batchOf(['a', 'b', 'c'], { codec });
      const refused = [
        claiming(2, good()),
        claiming(4, good()),
        changed(good(), (batch) => batch.fill(0x5a, batch.length - 12)),
        changed(good(), (batch) => batch.fill(0x5a, 61)),
      ];

      for (const batch of refused) {
        expect((await produce(fixture.client, topic, batch)).errorCode).toBe(ErrorCode.INVALID_RECORD);
      }
      expect((await produce(fixture.client, topic, good())).baseOffset).toBe(0n);
      expect((await fetch(fixture.client, topic)).highWatermark).toBe(3n);
    });

    it('refuses what is not in a large batch as claimed, and takes it otherwise', async () => {
      const topic = await fixture.createTopic(`large-${codec}`);
      const large = (): Buffer => slowBatch(12_000, { codec });
      expect(large().length).toBeGreaterThan(64 * 1024);

      const fewer = await produce(fixture.client, topic, claiming(12_001, large()));
      const more = await produce(fixture.client, topic, claiming(11_999, large()));
      const damaged = await produce(
        fixture.client,
        topic,
        changed(large(), (batch) => batch.fill(0x5a, batch.length - 500)),
      );
      const good = await produce(fixture.client, topic, large());

      const { INVALID_RECORD } = ErrorCode;
      expect([fewer.errorCode, more.errorCode, damaged.errorCode]).toEqual([
        INVALID_RECORD,
        INVALID_RECORD,
        INVALID_RECORD,
      ]);
      expect([good.errorCode, good.baseOffset]).toEqual([0, 0n]);
    });

    it('keeps idempotent sequences in order when a slow batch comes first', async () => {
      const topic = await fixture.createTopic(`order-${codec}`);
      const client = await fixture.connect();
      const ids = { producerId: 4711, producerEpoch: 0 };
      const slowCount = 15_000;
      const batches = [slowBatch(slowCount, { codec, ...ids, baseSequence: 0 })];
      // Small ones, uncompressed ones and ones of other codecs behind it.
      for (let index = 0; index < 40; index++) {
        const other = (['none', ...CODECS] as const)[index % 5];
        batches.push(batchOf([`value ${index}`], { codec: other ?? 'none', ...ids, baseSequence: slowCount + index }));
      }

      const results = await Promise.all(batches.map((batch) => produce(client, topic, batch)));

      expect(results.map(({ errorCode }) => errorCode)).toEqual(batches.map(() => 0));
      expect(results.map(({ baseOffset }) => Number(baseOffset))).toEqual([
        0,
        ...Array.from({ length: 40 }, (_, index) => slowCount + index),
      ]);
      const tail = recordsIn(await fetch(client, topic, { offset: slowCount }));
      expect(tail.map(({ value }) => value)).toEqual(Array.from({ length: 40 }, (_, index) => `value ${index}`));
      // Only the last five are remembered; a late retry of the slow one is refused, not stored twice.
      expect((await produce(client, topic, batches[0] ?? null)).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    });
  });

  it('answers MESSAGE_TOO_LARGE to a batch that opens to more than 32 MiB', async () => {
    const topic = await fixture.createTopic('bomb');
    const bomb = batchOf(['\0'.repeat(33 * 1024 * 1024)], { codec: 'zstd' });
    expect((await produce(fixture.client, topic, bomb)).errorCode).toBe(ErrorCode.MESSAGE_TOO_LARGE);
    expect((await fetch(fixture.client, topic)).highWatermark).toBe(0n);
  });

  it('corrects a wrong largest timestamp in the header', async () => {
    const topic = await fixture.createTopic('max-timestamp');
    const timestampMs = Date.now();
    const batch = batchOf(['a', 'b'], { codec: 'zstd', timestampMs });
    stampMaxTimestamp(batch, 0, 5);
    expect((await produce(fixture.client, topic, batch)).errorCode).toBe(0);
    const fetched = await fetch(fixture.client, topic);
    expect(Number((fetched.records as Buffer).readBigInt64BE(35))).toBe(timestampMs);
  });

  it('logs no bug', () => {
    expect(fixture.logger.errors).toEqual([]);
  });
});
