import { compress } from '@millrace/compression';
import {
  batchAttributes,
  batchBaseOffset,
  batchBaseOffsetBigInt,
  batchBaseSequence,
  batchBaseTimestamp,
  batchCrc,
  batchLastOffset,
  batchLastOffsetDelta,
  batchLastSequence,
  batchMagic,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  batchProducerEpoch,
  batchProducerId,
  batchProducerIdBigInt,
  batchRecordCount,
  batchSizeInBytes,
  batchWithRecords,
  codecOf,
  hasDeleteHorizon,
  isBatchCrcValid,
  isControl,
  isTransactional,
  stampBatch,
  stampLogAppendTime,
  stampMaxTimestamp,
  timestampTypeOf,
} from './batch-header.ts';
import { decodeBatch } from './record-batch-reader.ts';
import { RecordBatchWriter, type FinishBatchOptions } from './record-batch-writer.ts';

const BEFORE = 7;

/** A batch of three records that does not lie at the start of its buffer. */
function batchInside(options: FinishBatchOptions = {}): Buffer {
  const writer = new RecordBatchWriter();
  for (const timestampMs of [1_760_000_000_500, 1_760_000_000_900, 1_760_000_000_000]) {
    writer.append('key', 'value', timestampMs);
  }
  const batch = writer.finish(options);
  return Buffer.concat([Buffer.alloc(BEFORE, 0xee), batch, Buffer.alloc(5, 0xee)]);
}

describe('batch header accessors', () => {
  it('read every field at any position', () => {
    const buffer = batchInside({ producerId: 2 ** 40, producerEpoch: 3, baseSequence: 17, baseOffset: 2 ** 45 + 1 });

    expect(batchBaseOffset(buffer, BEFORE)).toBe(2 ** 45 + 1);
    expect(batchSizeInBytes(buffer, BEFORE)).toBe(buffer.length - BEFORE - 5);
    expect(batchPartitionLeaderEpoch(buffer, BEFORE)).toBe(-1);
    expect(batchMagic(buffer, BEFORE)).toBe(2);
    expect(batchCrc(buffer, BEFORE)).toBe(buffer.readUInt32BE(BEFORE + 17));
    expect(batchAttributes(buffer, BEFORE)).toBe(0);
    expect(batchLastOffsetDelta(buffer, BEFORE)).toBe(2);
    expect(batchLastOffset(buffer, BEFORE)).toBe(2 ** 45 + 3);
    expect(batchBaseTimestamp(buffer, BEFORE)).toBe(1_760_000_000_500);
    expect(batchMaxTimestamp(buffer, BEFORE)).toBe(1_760_000_000_900);
    expect(batchProducerId(buffer, BEFORE)).toBe(2 ** 40);
    expect(batchProducerEpoch(buffer, BEFORE)).toBe(3);
    expect(batchBaseSequence(buffer, BEFORE)).toBe(17);
    expect(batchLastSequence(buffer, BEFORE)).toBe(19);
    expect(batchRecordCount(buffer, BEFORE)).toBe(3);
  });

  it.each([0, 1, -1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53 - 1)])(
    'keep %d as an offset and a producer id',
    (value) => {
      const buffer = batchInside({ baseOffset: value, producerId: value });

      expect(batchBaseOffset(buffer, BEFORE)).toBe(value);
      expect(batchBaseOffsetBigInt(buffer, BEFORE)).toBe(BigInt(value));
      expect(batchProducerId(buffer, BEFORE)).toBe(value);
      expect(batchProducerIdBigInt(buffer, BEFORE)).toBe(BigInt(value));
    },
  );

  it('keep all 64 bits as bigint', () => {
    const buffer = batchInside({ baseOffset: 2n ** 63n - 1n, producerId: -(2n ** 63n) });

    expect(batchBaseOffsetBigInt(buffer, BEFORE)).toBe(2n ** 63n - 1n);
    expect(batchProducerIdBigInt(buffer, BEFORE)).toBe(-(2n ** 63n));
  });

  it('wrap sequences from 2^31 − 1 to 0 and leave none alone', () => {
    expect(batchLastSequence(batchInside({ producerId: 1, baseSequence: 2 ** 31 - 2 }), BEFORE)).toBe(0);
    expect(batchLastSequence(batchInside(), BEFORE)).toBe(-1);
  });
});

describe('attribute bits', () => {
  it.each([
    [0, 'none', 'CreateTime', false, false, false],
    [0x03, 'lz4', 'CreateTime', false, false, false],
    [0x08, 'none', 'LogAppendTime', false, false, false],
    [0x14, 'zstd', 'CreateTime', true, false, false],
    [0x30, 'none', 'CreateTime', true, true, false],
    [0x40, 'none', 'CreateTime', false, false, true],
    [0x05, undefined, 'CreateTime', false, false, false],
  ])('of %d are read', (attributes, codec, timestampType, transactional, control, deleteHorizon) => {
    expect(codecOf(attributes)).toBe(codec);
    expect(timestampTypeOf(attributes)).toBe(timestampType);
    expect(isTransactional(attributes)).toBe(transactional);
    expect(isControl(attributes)).toBe(control);
    expect(hasDeleteHorizon(attributes)).toBe(deleteHorizon);
  });
});

describe('stamping', () => {
  it('gives a batch its offset and epoch without touching what the CRC covers', () => {
    const buffer = batchInside();
    const covered = Buffer.from(buffer.subarray(BEFORE + 16));

    stampBatch(buffer, BEFORE, 2 ** 40 + 5, 12);

    expect(batchBaseOffset(buffer, BEFORE)).toBe(2 ** 40 + 5);
    expect(batchPartitionLeaderEpoch(buffer, BEFORE)).toBe(12);
    expect(buffer.subarray(BEFORE + 16).equals(covered)).toBe(true);
    expect(isBatchCrcValid(buffer, BEFORE)).toBe(true);
    expect(buffer.subarray(0, BEFORE).every((byte) => byte === 0xee)).toBe(true);
  });

  it('sets the time of append with its attribute, and the CRC that goes with it', () => {
    const buffer = batchInside({ codec: 'gzip', isTransactional: true, producerId: 1, baseSequence: 0 });

    stampLogAppendTime(buffer, BEFORE, 1_770_000_000_000);

    const attributes = batchAttributes(buffer, BEFORE);
    expect(timestampTypeOf(attributes)).toBe('LogAppendTime');
    expect(codecOf(attributes)).toBe('gzip');
    expect(isTransactional(attributes)).toBe(true);
    expect(batchMaxTimestamp(buffer, BEFORE)).toBe(1_770_000_000_000);
    expect(isBatchCrcValid(buffer, BEFORE)).toBe(true);
  });

  it('corrects a max timestamp and leaves the type alone', () => {
    const buffer = batchInside();

    stampMaxTimestamp(buffer, BEFORE, -1);

    expect(batchMaxTimestamp(buffer, BEFORE)).toBe(-1);
    expect(timestampTypeOf(batchAttributes(buffer, BEFORE))).toBe('CreateTime');
    expect(isBatchCrcValid(buffer, BEFORE)).toBe(true);
  });
});

describe('isBatchCrcValid', () => {
  it('notices any flipped bit from the attributes on, and none before', () => {
    const buffer = batchInside();
    const end = BEFORE + batchSizeInBytes(buffer, BEFORE);

    for (let at = BEFORE; at < end; at++) {
      if (at >= BEFORE + 8 && at < BEFORE + 12) continue;
      const isCovered = at >= BEFORE + 17;
      buffer[at] = (buffer[at] ?? 0) ^ 0x10;
      expect(isBatchCrcValid(buffer, BEFORE)).toBe(!isCovered);
      buffer[at] = (buffer[at] ?? 0) ^ 0x10;
    }
  });

  it.each([-(2 ** 31), -12, 0, 48, 2 ** 31 - 1])('is false, not an exception, for a length of %d', (length) => {
    const buffer = batchInside();
    buffer.writeInt32BE(length, BEFORE + 8);

    expect(isBatchCrcValid(buffer, BEFORE)).toBe(false);
    expect(isBatchCrcValid(buffer, buffer.length - 20)).toBe(false);
  });
});

describe('batchWithRecords', () => {
  it.each(['none', 'gzip', 'zstd'] as const)('swaps the records for those in %s and keeps the rest', (codec) => {
    const writer = new RecordBatchWriter();
    writer.append('key', 'value', 1_760_000_000_000);
    const ids = { producerId: 9, producerEpoch: 2, baseSequence: 5 };
    const plain = writer.finish({ ...ids, codec: 'none' });

    const swapped = batchWithRecords(plain, codec, compress(codec, plain.subarray(61)));

    expect(codecOf(batchAttributes(swapped, 0))).toBe(codec);
    expect(isBatchCrcValid(swapped, 0)).toBe(true);
    expect(batchSizeInBytes(swapped, 0)).toBe(swapped.length);
    expect(swapped.subarray(23, 61)).toEqual(plain.subarray(23, 61));
    expect(decodeBatch(swapped).valueAt(0)?.toString()).toBe('value');
  });
});
