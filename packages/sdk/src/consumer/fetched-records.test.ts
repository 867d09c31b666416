import { RecordBatchWriter, stampBatch, encodeEndTxnMarkerBatch, type FinishBatchOptions } from '@millrace/protocol';
import {
  compactPieces,
  FetchedRecords,
  lastBatchOf,
  type AbortedTransaction,
  type TakenRecords,
} from './fetched-records.ts';

const ALL = { maxRecords: Infinity, maxBytes: Infinity };

function batch(
  baseOffset: number,
  values: readonly string[],
  options: FinishBatchOptions = {},
  leaderEpoch = 0,
): Buffer {
  const writer = new RecordBatchWriter();
  for (const value of values) writer.append(null, value, 1_000);
  const bytes = writer.finish(options);
  stampBatch(bytes, 0, baseOffset, leaderEpoch);
  return bytes;
}

function marker(offset: number, producerId: number, type: 'commit' | 'abort'): Buffer {
  const bytes = encodeEndTxnMarkerBatch({
    type,
    producerId,
    producerEpoch: 0,
    coordinatorEpoch: 0,
    timestampMs: 1_000,
  });
  stampBatch(bytes, 0, offset, 0);
  return bytes;
}

function transactional(offset: number, producerId: number, values: readonly string[]): Buffer {
  return batch(offset, values, { producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true });
}

function fetched(batches: readonly Buffer[], fetchOffset = 0, aborted?: readonly AbortedTransaction[]): FetchedRecords {
  return new FetchedRecords(Buffer.concat(batches), { fetchOffset, checkCrc: true, abortedTransactions: aborted });
}

function valuesOf(taken: TakenRecords | undefined): string[] {
  return (taken?.runs ?? []).flatMap(({ reader, first, count }) =>
    Array.from(
      { length: count },
      (_, index) => `${String(reader.offsetAt(first + index))}=${String(reader.valueAt(first + index))}`,
    ),
  );
}

async function all(records: FetchedRecords): Promise<string[]> {
  const values: string[] = [];
  for (;;) {
    const taken = await records.take(ALL);
    if (taken === undefined) return values;
    values.push(...valuesOf(taken));
  }
}

describe('fetched records', () => {
  it('begin at the wanted offset, although the broker sends the whole batch', async () => {
    expect(await all(fetched([batch(10, ['a', 'b', 'c']), batch(13, ['d'])], 11))).toEqual(['11=b', '12=c', '13=d']);
  });

  it('come in one piece over several batches, and in pieces as limits say', async () => {
    const whole = await fetched([batch(0, ['a', 'b']), batch(2, ['c'])]).take(ALL);
    expect(valuesOf(whole)).toEqual(['0=a', '1=b', '2=c']);
    expect(whole?.nextOffset).toBe(3);

    const pieces = fetched([batch(0, ['a', 'b', 'c']), batch(3, ['d'])]);
    const limits = { maxRecords: 2, maxBytes: Infinity };
    const first = await pieces.take(limits);
    const second = await pieces.take(limits);
    expect([valuesOf(first), first?.nextOffset]).toEqual([['0=a', '1=b'], 2]);
    expect([valuesOf(second), second?.nextOffset]).toEqual([['2=c', '3=d'], 4]);
    expect((first?.bytes ?? 0) + (second?.bytes ?? 0)).toBe(batch(0, ['a', 'b', 'c']).length + batch(3, ['d']).length);
    expect(await pieces.take(limits)).toBeUndefined();
    expect(pieces.remainingBytes).toBe(0);
  });

  it('count the bytes of what is left of a batch until it is taken too', () => {
    const sizeInBytes = batch(0, ['a', 'b', 'c', 'd']).length;
    const records = fetched([batch(0, ['a', 'b', 'c', 'd'])]);
    const limits = { maxRecords: 1, maxBytes: Infinity };
    const left = Array.from({ length: 4 }, () => {
      void records.take(limits);
      return records.remainingBytes;
    });
    expect(left).toEqual([Math.ceil((sizeInBytes * 3) / 4), Math.ceil(sizeInBytes / 2), Math.ceil(sizeInBytes / 4), 0]);
  });

  it('of different leader epochs do not come in one piece, since an offset is committed with its epoch', async () => {
    const records = fetched([batch(0, ['a'], {}, 1), batch(1, ['b'], {}, 2)]);
    const first = await records.take(ALL);
    const second = await records.take(ALL);
    expect([first?.leaderEpoch, valuesOf(first)]).toEqual([1, ['0=a']]);
    expect([second?.leaderEpoch, valuesOf(second)]).toEqual([2, ['1=b']]);
  });

  it('leave out aborted transactions, markers and nothing else, also when a producer goes on after an abort', async () => {
    const records = [
      transactional(0, 7, ['aborted']),
      transactional(1, 8, ['kept']),
      batch(2, ['plain']),
      marker(3, 7, 'abort'),
      transactional(4, 7, ['second']),
      marker(5, 8, 'commit'),
      marker(6, 7, 'commit'),
    ];
    const seen = fetched(records, 0, [{ producerId: 7, firstOffset: 0 }]);
    expect(await all(seen)).toEqual(['1=kept', '2=plain', '4=second']);
    expect(seen.nextOffset).toBe(7);
    expect(await all(fetched(records))).toEqual(['0=aborted', '1=kept', '2=plain', '4=second']);
  });

  it('know of aborted transactions in whatever order the broker lists them, and of those that began before', async () => {
    const records = [
      transactional(10, 1, ['a']),
      transactional(11, 2, ['b']),
      marker(12, 2, 'abort'),
      marker(13, 1, 'abort'),
      transactional(14, 2, ['c']),
      marker(15, 2, 'abort'),
      transactional(16, 2, ['d']),
      marker(17, 2, 'commit'),
    ];
    const aborted = [
      { producerId: 2, firstOffset: 14 },
      { producerId: 2, firstOffset: 11 },
      { producerId: 1, firstOffset: 3 },
    ];
    expect(await all(fetched(records, 10, aborted))).toEqual(['16=d']);
  });

  it('are decompressed, large batches without holding the event loop', async () => {
    const large = Array.from({ length: 4_000 }, (_, index) => `${String(index)}-${String(Math.sin(index)).repeat(2)}`);
    const compressed = batch(1, large, { codec: 'gzip' });
    expect(compressed.length).toBeGreaterThan(64 * 1024);
    const records = fetched([batch(0, ['small'], { codec: 'lz4' }), compressed, batch(4_001, ['end'])]);

    const values = await all(records);

    expect(values).toHaveLength(4_002);
    expect(values.at(-1)).toBe('4001=end');
  });

  it('end before a cut batch, which the next fetch brings whole', async () => {
    const cut = Buffer.concat([batch(0, ['a']), batch(1, ['b']).subarray(0, 40)]);
    const records = new FetchedRecords(cut, { fetchOffset: 0, checkCrc: true });
    expect(lastBatchOf(cut)).toEqual({ nextOffset: 1, leaderEpoch: 0 });
    expect(await all(records)).toEqual(['0=a']);
    expect(records.nextOffset).toBe(1);
  });

  it('refuse a damaged batch and give out what lies before it', async () => {
    const damaged = batch(1, ['b']);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    damaged[70] = (damaged[70] ?? 0) ^ 1;
    const records = fetched([batch(0, ['a'], {}, 0), damaged]);
    expect(() => records.take({ maxRecords: 2, maxBytes: Infinity })).toThrow(/CRC/);
    expect(valuesOf(await fetched([batch(0, ['a']), damaged]).take({ maxRecords: 1, maxBytes: Infinity }))).toEqual([
      '0=a',
    ]);
  });

  it('move to memory of their own when a small rest would hold a large answer', async () => {
    const records = fetched([batch(0, ['x'.repeat(100_000)]), batch(1, ['b', 'c'])]);
    await records.take({ maxRecords: 1, maxBytes: Infinity });
    records.detach();
    expect(records.memory.byteLength).toBeLessThan(10_000);
    expect(await all(records)).toEqual(['1=b', '2=c']);
  });
});

describe('pieces of one answer', () => {
  const LARGE = 'x'.repeat(100_000);
  let answer: Buffer;
  let pieces: FetchedRecords[];

  beforeEach(() => {
    const parts = [0, 10, 20].map((offset) => Buffer.concat([batch(offset, [LARGE]), batch(offset + 1, ['rest'])]));
    answer = Buffer.concat(parts);
    pieces = parts.map((part, index) => {
      const start = index * part.length;
      return new FetchedRecords(answer.subarray(start, start + part.length), {
        fetchOffset: index * 10,
        checkCrc: true,
      });
    });
  });

  const readLarge = async (count: number): Promise<void> => {
    for (const piece of pieces.slice(0, count)) await piece.take({ maxRecords: 1, maxBytes: Infinity });
  };
  const moved = (): number => pieces.filter(({ memory }) => memory !== answer.buffer).length;

  it('stay where they are while most of it is to be read, though each is a small part of it', async () => {
    await readLarge(1);
    compactPieces(pieces, 0);
    expect(moved()).toBe(0);
  });

  it('move to memory of their own when little of it is left, and only when all together hold too much', async () => {
    await readLarge(2);
    compactPieces(pieces, answer.buffer.byteLength);
    expect(moved()).toBe(0);

    compactPieces(pieces, answer.buffer.byteLength - 1);
    expect(moved()).toBe(3);
    expect(await all(pieces[0] as FetchedRecords)).toEqual(['1=rest']);
    expect(await all(pieces[2] as FetchedRecords)).toEqual([`20=${LARGE}`, '21=rest']);
  });
});
