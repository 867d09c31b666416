import {
  batchAttributes,
  batchBaseTimestamp,
  batchLastOffset,
  decodeBatch,
  encodeEndTxnMarkerBatch,
  hasDeleteHorizon,
  isBatchCrcValid,
  RecordBatchWriter,
  stampBatch,
  type FinishBatchOptions,
} from '@millrace/protocol';
import { BatchFilter, type BatchFilterOptions, type LastOfProducer, type RecordCodecs } from './batch-filter.ts';
import { KeyOffsets } from './key-offsets.ts';
import { TransactionFates } from './transaction-fates.ts';

const NOW_MS = 1_700_000_000_000;
const codecs: RecordCodecs = {
  decompress: (_, input) => Buffer.from(input.map((byte) => byte ^ 0xff)),
  compress: (_, input) => Buffer.from(input.map((byte) => byte ^ 0xff)),
};

function batchAt(
  offset: number,
  records: readonly (readonly [string | null, string | null])[],
  options: FinishBatchOptions = {},
): Buffer {
  const writer = new RecordBatchWriter();
  records.forEach(([key, value], index) =>
    writer.append(key, value, NOW_MS - 1000 + index * 7, [{ key: 'h', value: 'x' }]),
  );
  const batch = writer.finish(options);
  stampBatch(batch, 0, offset, 3);
  return batch;
}

function filterWith(
  last: Readonly<Record<string, number>>,
  options: Partial<BatchFilterOptions> & { readonly nowMs?: number } = {},
): BatchFilter {
  const keys = new KeyOffsets({ bytesMax: 1e5, loadFactor: 0.9, keyCountMax: 100, secret: Uint32Array.of(5, 6, 7, 8) });
  for (const [key, offset] of Object.entries(last)) keys.put(Buffer.from(key), 0, key.length, offset);
  return new BatchFilter({
    keys,
    keysEndOffset: 1000,
    nowMs: NOW_MS,
    deleteRetentionMs: 500,
    transactions: new TransactionFates([]),
    producers: new Map<number, LastOfProducer>(),
    codecs,
    ...options,
  });
}

function recordsOf(batch: Buffer): string[] {
  return [...decodeBatch(batch)].map(({ offset, key, value, timestamp }) => {
    return `${offset} ${String(key)}=${value === null ? 'null' : String(value)} @${timestamp - NOW_MS}`;
  });
}

describe('BatchFilter', () => {
  it('keeps a batch to the byte when nothing of it is old', () => {
    expect(
      filterWith({ a: 10, b: 11 }).judge(
        batchAt(10, [
          ['a', '1'],
          ['b', '2'],
        ]),
        0,
      ),
    ).toBe('kept');
  });

  it('keeps offsets, times, headers and the range of offsets of a batch that loses records', () => {
    const filter = filterWith({ a: 50, b: 11, c: 60 });
    const batch = batchAt(
      10,
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
      { producerId: 4, producerEpoch: 1, baseSequence: 9 },
    );
    expect(filter.judge(batch, 0)).toBe('rewritten');
    const left = filter.rewritten;
    expect(isBatchCrcValid(left, 0)).toBe(true);
    expect(recordsOf(left)).toEqual(['11 b=2 @-993']);
    expect(decodeBatch(left)).toMatchObject({
      baseOffset: 10,
      lastOffset: 12,
      baseSequence: 9,
      producerId: 4,
      maxTimestamp: NOW_MS - 993,
    });
    expect([...decodeBatch(left)][0]?.headers.map(({ key }) => key)).toEqual(['h']);
    expect(filter.keptCount).toBe(1);
  });

  it('drops a batch of which nothing is left, and records without a key', () => {
    expect(
      filterWith({ a: 50 }).judge(
        batchAt(10, [
          ['a', '1'],
          [null, '2'],
        ]),
        0,
      ),
    ).toBe('gone');
  });

  it('keeps what lies behind the keys that it knows', () => {
    expect(
      filterWith({ a: 50 }, { keysEndOffset: 10 }).judge(
        batchAt(10, [
          ['a', '1'],
          [null, '2'],
        ]),
        0,
      ),
    ).toBe('kept');
  });

  it.each([Number.MAX_SAFE_INTEGER, 9.2e18])(
    'keeps the times of records beside tombstones that are kept for ever (%d ms)',
    (deleteRetentionMs) => {
      const filter = filterWith({ a: 10, b: 11 }, { deleteRetentionMs });
      const batch = batchAt(10, [
        ['a', null],
        ['b', '2'],
      ]);
      expect(filter.judge(batch, 0)).toBe('rewritten');
      expect(recordsOf(filter.rewritten)).toEqual(['10 a=null @-1000', '11 b=2 @-993']);
    },
  );

  it('gives tombstones a horizon once, keeps them until then, and drops them afterwards', () => {
    const first = filterWith({ a: 10, b: 11 });
    expect(
      first.judge(
        batchAt(10, [
          ['a', null],
          ['b', '2'],
        ]),
        0,
      ),
    ).toBe('rewritten');
    const marked = Buffer.from(first.rewritten);
    expect(hasDeleteHorizon(batchAttributes(marked, 0))).toBe(true);
    expect(batchBaseTimestamp(marked, 0)).toBe(NOW_MS + 500);
    expect(recordsOf(marked)).toEqual(['10 a=null @-1000', '11 b=2 @-993']);

    expect(filterWith({ a: 10, b: 11 }, { nowMs: NOW_MS + 499 }).judge(marked, 0)).toBe('kept');
    const late = filterWith({ a: 10, b: 11 }, { nowMs: NOW_MS + 500 });
    expect(late.judge(marked, 0)).toBe('rewritten');
    expect(recordsOf(late.rewritten)).toEqual(['11 b=2 @-993']);
    expect(batchBaseTimestamp(late.rewritten, 0)).toBe(NOW_MS + 500);
  });

  it('leaves the last batch of a producer behind, empty', () => {
    const producers = new Map([[4, { lastDataOffset: 11, producerEpoch: 1 }]]);
    const batch = batchAt(
      10,
      [
        ['a', '1'],
        ['a', '2'],
      ],
      { producerId: 4, producerEpoch: 1, baseSequence: 9 },
    );
    const filter = filterWith({ a: 50 }, { producers });
    expect(filter.judge(batch, 0)).toBe('rewritten');
    const empty = Buffer.from(filter.rewritten);
    expect(isBatchCrcValid(empty, 0)).toBe(true);
    expect(decodeBatch(empty)).toMatchObject({
      count: 0,
      baseOffset: 10,
      lastOffset: 11,
      baseSequence: 9,
      producerEpoch: 1,
    });
    expect(filterWith({ a: 50 }, { producers }).judge(empty, 0)).toBe('kept');
    expect(filterWith({ a: 50 }).judge(empty, 0)).toBe('gone');
  });

  it('drops aborted records at once, and their marker when its horizon has passed', () => {
    const aborted = { producerId: 4, firstOffset: 10, markerOffset: 12 };
    const identity = { producerId: 4, producerEpoch: 0, baseSequence: 0, isTransactional: true };
    const data = batchAt(
      10,
      [
        ['a', '1'],
        ['b', '2'],
      ],
      identity,
    );
    const marker = encodeEndTxnMarkerBatch({
      type: 'abort',
      producerId: 4,
      producerEpoch: 0,
      coordinatorEpoch: 0,
      timestampMs: NOW_MS,
    });
    stampBatch(marker, 0, 12, 3);

    const fates = new TransactionFates([aborted]);
    const first = filterWith({ a: 10, b: 11 }, { transactions: fates });
    expect([first.judge(data, 0), first.judge(marker, 0)]).toEqual(['gone', 'kept']);
    expect(fates.lastKept).toEqual(aborted);

    const second = filterWith({}, { transactions: new TransactionFates([aborted]) });
    expect(second.judge(marker, 0)).toBe('rewritten');
    const marked = Buffer.from(second.rewritten);
    expect(hasDeleteHorizon(batchAttributes(marked, 0))).toBe(true);
    expect(batchLastOffset(marked, 0)).toBe(12);
    const waiting = filterWith({}, { nowMs: NOW_MS + 499, transactions: new TransactionFates([]) });
    expect(waiting.judge(marked, 0)).toBe('kept');
    const late = filterWith({}, { nowMs: NOW_MS + 500, transactions: new TransactionFates([]) });
    expect(late.judge(marked, 0)).toBe('gone');
  });

  it('keeps the marker of a commit while records of it are left', () => {
    const identity = { producerId: 4, producerEpoch: 0, baseSequence: 0, isTransactional: true };
    const marker = encodeEndTxnMarkerBatch({
      type: 'commit',
      producerId: 4,
      producerEpoch: 0,
      coordinatorEpoch: 0,
      timestampMs: NOW_MS,
    });
    stampBatch(marker, 0, 12, 3);
    const filter = filterWith({ a: 10 });
    expect([filter.judge(batchAt(10, [['a', '1']], identity), 0), filter.judge(marker, 0)]).toEqual(['kept', 'kept']);
    expect(filterWith({}).judge(marker, 0)).toBe('rewritten');
  });

  it('refuses a batch whose records cannot be read', () => {
    const batch = batchAt(10, [['a', '1']]);
    batch[61] = 0x7f;
    expect(() => filterWith({ a: 10 }).judge(batch, 0)).toThrow(/offset 10 has a record 0 that cannot be read/);
  });
});
