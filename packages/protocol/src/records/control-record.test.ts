import { batchBaseSequence, batchProducerEpoch, batchProducerId, batchRecordCount } from './batch-header.ts';
import { decodeControlRecordKey, decodeEndTxnMarker, encodeEndTxnMarkerBatch } from './control-record.ts';
import { decodeBatch } from './record-batch-reader.ts';
import { validateBatch } from './validate-batch.ts';

const corrupt = expect.objectContaining({ code: 'MILLRACE_RECORDS_CORRUPT' });

describe('transaction markers', () => {
  it.each(['commit', 'abort'] as const)('of a %s survive their batch', (type) => {
    const bytes = encodeEndTxnMarkerBatch({
      type,
      coordinatorEpoch: 9,
      producerId: 2 ** 35,
      producerEpoch: 4,
      timestampMs: 1_760_000_000_000,
    });

    const batch = decodeBatch(bytes);

    expect(batch.isControl).toBe(true);
    expect(batch.isTransactional).toBe(true);
    expect(batch.timestampAt(0)).toBe(1_760_000_000_000);
    expect(batchProducerId(bytes, 0)).toBe(2 ** 35);
    expect(batchProducerEpoch(bytes, 0)).toBe(4);
    expect(batchBaseSequence(bytes, 0)).toBe(-1);
    expect(batchRecordCount(bytes, 0)).toBe(1);
    expect(decodeEndTxnMarker(batch.keyAt(0), batch.valueAt(0))).toEqual({ type, coordinatorEpoch: 9 });
  });

  it('have the bytes of version 0', () => {
    const batch = decodeBatch(
      encodeEndTxnMarkerBatch({
        type: 'commit',
        coordinatorEpoch: 258,
        producerId: 1,
        producerEpoch: 0,
        timestampMs: 0,
      }),
    );

    expect(batch.keyAt(0)?.toString('hex')).toBe('00000001');
    expect(batch.valueAt(0)?.toString('hex')).toBe('000000000102');
  });

  /** Bytes that `MemoryRecords.withEndTransactionMarker` of kafka-clients 4.3.1 made. */
  it.each([
    [
      { type: 'commit', coordinatorEpoch: 7, producerId: 4000, producerEpoch: 3, timestampMs: 1_700_000_000_123 },
      '000000000000000000000042ffffffff027f43e8ea0030000000000000018bcfe5687b0000018bcfe5687b0000000000000fa00003ffffffff' +
        '000000012000000008000000010c00000000000700',
    ],
    [
      { type: 'abort', coordinatorEpoch: 0, producerId: 1, producerEpoch: 32_767, timestampMs: 0 },
      '000000000000000000000042ffffffff02f24feeb00030000000000000000000000000000000000000000000000000000000017fffffffffff' +
        '000000012000000008000000000c00000000000000',
    ],
  ] as const)('have the bytes that Apache Kafka gives them: %j', (marker, hex) => {
    expect(encodeEndTxnMarkerBatch(marker).toString('hex')).toBe(hex);
  });

  it('may come from coordinators and not from clients', () => {
    const bytes = encodeEndTxnMarkerBatch({
      type: 'abort',
      coordinatorEpoch: 0,
      producerId: 1,
      producerEpoch: 0,
      timestampMs: 0,
    });

    expect(validateBatch(bytes, { allowControl: true }).errorCode).toBe(0);
    expect(validateBatch(bytes).errorCode).toBe(87);
  });

  it('of a later version are read by the fields known here', () => {
    const key = Buffer.from('00010001ff', 'hex');
    const value = Buffer.from('000100000007ffff', 'hex');

    expect(decodeEndTxnMarker(key, value)).toEqual({ type: 'commit', coordinatorEpoch: 7 });
  });
});

describe('control records of other types', () => {
  it('are named by their number and are no transaction markers', () => {
    const key = Buffer.from('00000002', 'hex');

    expect(decodeControlRecordKey(key)).toEqual({ version: 0, type: 2 });
    expect(decodeEndTxnMarker(key, null)).toBeUndefined();
  });

  it.each([null, '', '000000', 'ffff0001'])('with the key %s are refused', (hex) => {
    expect(() => decodeControlRecordKey(hex === null ? null : Buffer.from(hex, 'hex'))).toThrow(corrupt);
  });

  it.each([null, '', '0000000000', 'ffff00000000'])('with the marker value %s are refused', (hex) => {
    const value = hex === null ? null : Buffer.from(hex, 'hex');

    expect(() => decodeEndTxnMarker(Buffer.from('00000001', 'hex'), value)).toThrow(corrupt);
  });
});
