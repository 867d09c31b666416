import fc from 'fast-check';
import { COMPRESSION_CODECS, compress } from '@millrace/compression';
import { batchSizeInBytes, stampCrc, stampProducer } from './batch-header.ts';
import { decodeBatch, decodeBatchAsync, type RecordBatchReader } from './record-batch-reader.ts';
import { RecordBatchWriter, type HeaderToWrite, type RecordBytes } from './record-batch-writer.ts';
import { validateBatch } from './validate-batch.ts';

interface PlainRecord {
  readonly key: RecordBytes | null;
  readonly value: RecordBytes | null;
  readonly timestampMs: number;
  readonly headers: readonly HeaderToWrite[];
}

const bytesOf = (bytes: RecordBytes | null): string | null =>
  bytes === null ? null : Buffer.from(bytes as string).toString('hex');

function plain(records: readonly PlainRecord[]): unknown {
  return records.map(({ key, value, timestampMs, headers }, index) => ({
    offset: index,
    key: bytesOf(key),
    value: bytesOf(value),
    timestampMs,
    headers: headers.map((header) => [header.key, bytesOf(header.value)]),
  }));
}

function read(batch: RecordBatchReader): unknown {
  return Array.from(batch, (record) => ({
    offset: record.offset,
    key: bytesOf(record.key),
    value: bytesOf(record.value),
    timestampMs: record.timestamp,
    headers: record.headers.map((header) => [header.key, bytesOf(header.value)]),
  }));
}

function write(records: readonly PlainRecord[], writer = new RecordBatchWriter()): RecordBatchWriter {
  for (const { key, value, timestampMs, headers } of records) writer.append(key, value, timestampMs, headers);
  return writer;
}

const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const bytes = fc.option(fc.oneof(text, fc.uint8Array({ maxLength: 300 })));
const record = fc.record({
  key: bytes,
  value: bytes,
  timestampMs: fc.oneof(
    fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
    fc.integer({ min: -1, max: 2 ** 51 }),
  ),
  headers: fc.array(fc.record({ key: text, value: bytes }), { maxLength: 4 }),
});
const records = fc.array(record, { minLength: 1, maxLength: 40 });

describe('a record batch', () => {
  it('is written to the buffers that its writer is given, which are given back when they are outgrown or compressed', () => {
    const out: Buffer[] = [];
    const back: Buffer[] = [];
    const buffers = {
      allocate: (sizeBytesMin: number) => {
        const buffer = Buffer.allocUnsafeSlow(sizeBytesMin).fill(0xee);
        out.push(buffer);
        return buffer;
      },
      release: (buffer: Buffer) => void back.push(buffer),
    };
    const input = Array.from({ length: 50 }, (_, index) => ({
      key: index % 3 === 0 ? null : `key ${index} grüße`,
      value: 'value'.repeat(index),
      timestampMs: 1_700_000_000_000 + index,
      headers: [],
    }));
    const writer = new RecordBatchWriter({ capacityBytes: 100, buffers });

    const plainBatch = write(input, writer).finish();
    const lz4Batch = write(input, writer).finish({ codec: 'lz4' });
    const gzipBatch = write(input, writer).finish({ codec: 'gzip' });

    for (const batch of [plainBatch, lz4Batch, gzipBatch]) expect(read(decodeBatch(batch))).toEqual(plain(input));
    const memories = out.map(({ buffer }) => buffer);
    expect(memories).not.toContain(gzipBatch.buffer);
    // What was handed over lies in a buffer of its own from its beginning, and is not given back with the others.
    const handedOver = [plainBatch, lz4Batch].map(({ buffer }) => memories.indexOf(buffer));
    expect(handedOver).not.toContain(-1);
    expect([plainBatch.byteOffset, lz4Batch.byteOffset]).toEqual([0, 0]);
    const given = new Set(back.map(({ buffer }) => memories.indexOf(buffer)));
    expect(given).toEqual(new Set([...out.keys()].filter((index) => !handedOver.includes(index))));
  });

  it('gets its identity later without being another batch', () => {
    const whole = write([{ key: 'k', value: 'v', timestampMs: 7, headers: [] }]).finish({
      producerId: 5_000_000_000,
      producerEpoch: 3,
      baseSequence: 9,
      isTransactional: true,
    });
    const later = write([{ key: 'k', value: 'v', timestampMs: 7, headers: [] }]).finish({ withoutCrc: true });
    stampProducer(later, 0, 1, 1, 1, false);
    stampProducer(later, 0, 5_000_000_000n, 3, 9, true);

    expect(later.equals(whole)).toBe(true);
  });

  it('returns any records unchanged with every codec, and satisfies the broker', async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.constantFrom(...COMPRESSION_CODECS), async (input, codec) => {
        const batch = write(input).finish({ codec });

        expect(read(decodeBatch(batch))).toEqual(plain(input));
        expect(read(await decodeBatchAsync(batch))).toEqual(plain(input));
        expect(batchSizeInBytes(batch, 0)).toBe(batch.length);
        expect(validateBatch(batch).errorCode).toBe(0);
        expect((await write(input).finishAsync({ codec })).equals(batch)).toBe(true);
      }),
      { seed: 41, numRuns: 200 },
    );
  });

  it('is the same from text and from its UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 20 }), (pairs) => {
        const fromText = new RecordBatchWriter();
        const fromBytes = new RecordBatchWriter({ capacityBytes: 61 });
        for (const [key, value] of pairs) {
          fromText.append(key, value, 7);
          fromBytes.append(Buffer.from(key), new TextEncoder().encode(value), 7);
        }
        expect(fromText.finish().equals(fromBytes.finish())).toBe(true);
      }),
      { seed: 42, numRuns: 200 },
    );
  });

  it('tells null from empty in key, value and header value, and keeps repeated headers in order', () => {
    const input: PlainRecord[] = [
      { key: null, value: '', timestampMs: 1, headers: [] },
      { key: '', value: null, timestampMs: 1, headers: [] },
      {
        key: 'k',
        value: 'v',
        timestampMs: 1,
        headers: [
          { key: 'b', value: null },
          { key: 'a', value: '' },
          { key: 'b', value: 'x' },
          { key: '', value: 'y' },
        ],
      },
    ];

    const batch = decodeBatch(write(input).finish());

    expect(read(batch)).toEqual(plain(input));
    expect([batch.hasKeyAt(0), batch.hasKeyAt(1)]).toEqual([false, true]);
  });

  it.each([
    ['before the first', [1000, 990, 1010], 1010],
    ['all the same', [5, 5, 5], 5],
    ['none', [-1, -1], -1],
    ['falling', [9, 8, 7], 9],
    ['far apart', [0, 2 ** 50, 1], 2 ** 50],
  ])('keeps timestamps that are %s', (_name, timestamps, maxTimestamp) => {
    const writer = new RecordBatchWriter();
    for (const timestampMs of timestamps) writer.append(null, null, timestampMs);

    const batch = decodeBatch(writer.finish());

    expect(Array.from(batch, ({ timestamp }) => timestamp)).toEqual(timestamps);
    expect(batch.maxTimestamp).toBe(maxTimestamp);
  });

  it('takes the time of append for all records where the log stamped it, and still knows the producer’s', () => {
    const batch = decodeBatch(
      write([{ key: null, value: 'v', timestampMs: 123, headers: [] }]).finish({ logAppendTimeMs: 999 }),
    );

    expect(batch.timestampType).toBe('LogAppendTime');
    expect(batch.timestampAt(0)).toBe(999);
    expect(batch.producerTimestampAt(0)).toBe(123);
  });

  it('reads records whose offsets have gaps, as compaction leaves them', () => {
    const bytes = write([
      { key: 'a', value: '1', timestampMs: 1, headers: [] },
      { key: 'b', value: '2', timestampMs: 1, headers: [] },
    ]).finish({ baseOffset: 100 });
    // Second record: its length byte lies after the first record; attributes, timestamp and offset delta follow.
    const second = 61 + 1 + bytes.readInt8(61) / 2;
    bytes.writeInt8(7 * 2, second + 3);
    bytes.writeInt32BE(9, 23);
    stampCrc(bytes, 0);

    const batch = decodeBatch(bytes);

    expect(Array.from(batch, ({ offset }) => offset)).toEqual([100, 107]);
    expect(batch.lastOffset).toBe(109);
  });

  it('may be empty, as compaction leaves the last batch of a producer', () => {
    const bytes = write([{ key: 'a', value: '1', timestampMs: 1, headers: [] }])
      .finish({ producerId: 4, producerEpoch: 0, baseSequence: 0 })
      .subarray(0, 61);
    bytes.writeInt32BE(49, 8);
    bytes.writeInt32BE(0, 57);
    stampCrc(bytes, 0);

    expect([...decodeBatch(bytes)]).toEqual([]);
  });

  it('refuses access to records that it does not have', () => {
    const batch = decodeBatch(write([{ key: 'a', value: '1', timestampMs: 1, headers: [] }]).finish());

    for (const index of [-1, 1, 0.5]) expect(() => batch.valueAt(index)).toThrow(RangeError);
    expect(() => batch.recordAt(1)).toThrow(RangeError);
  });

  it('finds the first record at or behind an offset', () => {
    const batch = decodeBatch(
      write([...'abc'].map((value) => ({ key: null, value, timestampMs: 1, headers: [] }))).finish({ baseOffset: 10 }),
    );

    expect([0, 10, 11, 12, 13, 99].map((offset) => batch.indexOfOffset(offset))).toEqual([0, 0, 1, 2, 3, 3]);
  });

  it('tells where its records lie, for who reads them in place', () => {
    const batch = decodeBatch(
      write([
        { key: 'key', value: 'value', timestampMs: 1, headers: [] },
        { key: null, value: null, timestampMs: 1, headers: [{ key: 'h', value: null }] },
      ]).finish(),
    );
    const text = (start: number, length: number): string => batch.recordBytes.toString('utf8', start, start + length);

    expect(text(batch.keyStartAt(0), batch.keyLengthAt(0))).toBe('key');
    expect(text(batch.valueStartAt(0), batch.valueLengthAt(0))).toBe('value');
    expect([batch.keyLengthAt(1), batch.valueLengthAt(1)]).toEqual([-1, -1]);
    expect([batch.hasHeadersAt(0), batch.hasHeadersAt(1)]).toEqual([false, true]);
  });

  it.each(COMPRESSION_CODECS)('can be detached from the memory that it was read from (%s)', (codec) => {
    const bytes = write([
      { key: 'k', value: 'v'.repeat(500), timestampMs: 5, headers: [{ key: 'h', value: 'x' }] },
    ]).finish({ codec });
    const expected = read(decodeBatch(Buffer.from(bytes)));

    const detached = decodeBatch(bytes).detach();
    bytes.fill(0xff);

    expect(read(detached)).toEqual(expected);
  });

  it('gives views of the batch’s own memory', () => {
    const bytes = write([{ key: 'a', value: 'value', timestampMs: 1, headers: [] }]).finish();

    expect(decodeBatch(bytes).valueAt(0)?.buffer).toBe(bytes.buffer);
  });
});

describe('RecordBatchWriter', () => {
  it('starts anew after each batch and never touches one that it handed over', () => {
    const writer = new RecordBatchWriter({ capacityBytes: 11_000 });
    const record = (fill: string): PlainRecord => ({
      key: 'k',
      value: Buffer.alloc(10_000, fill),
      timestampMs: 5,
      headers: [],
    });
    const large = write([record('x')], writer).finish();
    const copy = Buffer.from(large);

    const next = write([record('y'), record('z')], writer).finish({ codec: 'lz4' });

    // Handed over as it lay, not copied: only then is there something to touch.
    expect(large.buffer.byteLength).toBe(11_000);
    expect(large.equals(copy)).toBe(true);
    expect(decodeBatch(next).count).toBe(2);
    expect(writer.count).toBe(0);
  });

  it('knows its size before compression', () => {
    const writer = write([{ key: 'k', value: 'é', timestampMs: 5, headers: [{ key: 'h', value: 'w' }] }]);
    const size = writer.sizeInBytes;

    expect(writer.finish().length).toBe(size);
  });

  it('keeps no slack of a large buffer around a small batch', () => {
    const writer = new RecordBatchWriter({ capacityBytes: 1_000_000 });

    expect(
      write([{ key: 'k', value: 'v', timestampMs: 5, headers: [] }], writer).finish().buffer.byteLength,
    ).toBeLessThan(100_000);
  });

  it('can drop what was appended', () => {
    const writer = write([{ key: 'k', value: 'v', timestampMs: 5, headers: [] }]);

    writer.reset();

    expect(writer.count).toBe(0);
    expect(() => writer.finish()).toThrow(expect.objectContaining({ code: 'MILLRACE_RECORDS_UNSUPPORTED' }));
  });
});

describe('decodeBatch', () => {
  const good = (): Buffer => write([{ key: 'k', value: 'v', timestampMs: 5, headers: [] }]).finish();
  const corrupt = expect.objectContaining({ code: 'MILLRACE_RECORDS_CORRUPT' });
  const unsupported = expect.objectContaining({ code: 'MILLRACE_RECORDS_UNSUPPORTED' });

  it.each([0, 1])('refuses message format %d by name', (magic) => {
    const bytes = good();
    bytes.writeInt8(magic, 16);

    expect(() => decodeBatch(bytes)).toThrow(unsupported);
  });

  it('refuses an unassigned codec by number', () => {
    const bytes = good();
    bytes.writeInt16BE(6, 21);
    stampCrc(bytes, 0);

    expect(() => decodeBatch(bytes)).toThrow(unsupported);
  });

  it('refuses a batch that does not match its CRC, unless told that it was checked', () => {
    const bytes = good();
    bytes.writeUInt32BE(1, 17);

    expect(() => decodeBatch(bytes)).toThrow(corrupt);
    expect(decodeBatch(bytes, 0, { checkCrc: false }).count).toBe(1);
  });

  it('refuses every cut', () => {
    const bytes = good();

    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeBatch(bytes.subarray(0, length))).toThrow(corrupt);
    }
  });

  it('refuses a count that the bytes cannot hold before it allocates for it', () => {
    const bytes = good();
    bytes.writeInt32BE(1_000_000, 57);
    stampCrc(bytes, 0);

    expect(() => decodeBatch(bytes)).toThrow(/claims 1000000 records in 9 bytes/);
  });

  it('passes on what the codec says about damage and size', async () => {
    const writer = write([{ key: 'k', value: 'x'.repeat(50_000), timestampMs: 5, headers: [] }]);
    const bytes = writer.finish({ codec: 'zstd' });
    const tooLarge = expect.objectContaining({ code: 'MILLRACE_COMPRESSION_TOO_LARGE' });

    expect(() => decodeBatch(bytes, 0, { outputBytesMax: 1000 })).toThrow(tooLarge);
    await expect(decodeBatchAsync(bytes, 0, { outputBytesMax: 1000 })).rejects.toEqual(tooLarge);
  });

  it('reads snappy without framing, as some producers send it', () => {
    const framed = write([{ key: 'k', value: 'v', timestampMs: 5, headers: [] }]).finish({ codec: 'snappy' });
    const block = compress('snappy', good().subarray(61)).subarray(20);
    const bare = Buffer.concat([framed.subarray(0, 61), block]);
    bare.writeInt32BE(bare.length - 12, 8);
    stampCrc(bare, 0);

    expect(decodeBatch(bare).valueAt(0)?.toString()).toBe('v');
  });
});
