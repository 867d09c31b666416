import { encodeEndTxnMarkerBatch, RecordBatchWriter, stampBatch } from '@millrace/protocol';
import { committedRecords } from './committed-reader.ts';
import { encodeValue } from './settings.ts';

/** A log by hand: batches of producers, and the markers that end their transactions. */
function logOf(...entries: { producerId: number; names?: string[]; ends?: 'commit' | 'abort' }[]): Buffer {
  let offset = 0;
  return Buffer.concat(
    entries.map(({ producerId, names = [], ends }) => {
      let batch: Buffer;
      if (ends === undefined) {
        const writer = new RecordBatchWriter();
        for (const name of names) writer.append(null, encodeValue(name, `t${producerId}`, 0), 1);
        batch = writer.finish({ producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true });
      } else {
        batch = encodeEndTxnMarkerBatch({
          type: ends,
          coordinatorEpoch: 0,
          producerId,
          producerEpoch: 0,
          timestampMs: 1,
        });
      }
      stampBatch(batch, 0, offset, 0);
      offset += Math.max(1, names.length);
      return batch;
    }),
  );
}

const aborted = (producerId: number, firstOffset: number) => ({
  producerId: BigInt(producerId),
  firstOffset: BigInt(firstOffset),
});

describe('committedRecords', () => {
  const log = logOf(
    { producerId: 1, names: ['a:0'] },
    { producerId: 2, names: ['b:0', 'b:1'] },
    { producerId: 2, ends: 'abort' },
    { producerId: 1, names: ['a:1'] },
    { producerId: 1, ends: 'commit' },
    { producerId: 2, names: ['b:2'] },
    { producerId: 2, ends: 'commit' },
  );

  it('leaves out what was aborted, and nothing behind its marker', () => {
    const { records, next } = committedRecords({ records: log, abortedTransactions: [aborted(2, 1)] }, 0);

    expect(records).toEqual([
      [0, 'a:0', 't1'],
      [4, 'a:1', 't1'],
      [6, 'b:2', 't2'],
    ]);
    expect(next).toBe(8);
  });

  it('leaves out overlapping aborted transactions in whatever order they are named', () => {
    const overlapping = logOf(
      { producerId: 1, names: ['a:0'] },
      { producerId: 2, names: ['b:0'] },
      { producerId: 2, ends: 'abort' },
      { producerId: 1, names: ['a:1'] },
      { producerId: 1, ends: 'abort' },
    );
    const abortedTransactions = [aborted(2, 1), aborted(1, 0)];

    expect(committedRecords({ records: overlapping, abortedTransactions }, 0)).toEqual({ records: [], next: 5 });
    expect(committedRecords({ records: overlapping, abortedTransactions }, 1).records).toEqual([]);
  });

  it('shows nothing below the offset that was asked for', () => {
    expect(committedRecords({ records: log, abortedTransactions: [] }, 2).records[0]?.[0]).toBe(2);
    expect(committedRecords({ records: null, abortedTransactions: null }, 2)).toEqual({ records: [], next: 2 });
  });
});
