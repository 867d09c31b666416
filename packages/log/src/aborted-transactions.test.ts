import { encodeEndTxnMarkerBatch, RecordBatchWriter, stampBatch } from '@millrace/protocol';
import { AbortedScan, AbortedTransactions, type AbortedEntry } from './aborted-transactions.ts';
import type { AbortedTransaction } from './log-engine.ts';

function collected(list: AbortedTransactions, from: number, to: number): AbortedTransaction[] {
  const found: AbortedTransaction[] = [];
  list.collect(from, to, found);
  return found;
}

/** Markers at 10, 20, …, each of a transaction that began five before; producer ids 1, 2, … */
function listOf(count: number): AbortedTransactions {
  const list = new AbortedTransactions();
  for (let id = 1; id <= count; id++) list.add(id * 10, id * 10 - 5, id);
  return list;
}

describe('AbortedTransactions', () => {
  it.each([
    ['all of them', 0, 100, [1, 2, 3]],
    ['those with their marker in the range', 10, 11, [1]],
    ['those that began in it', 6, 16, [1, 2]],
    ['those that reach through it', 27, 28, [3]],
    ['none that began where it ends', 0, 5, []],
    ['none whose marker lies before it', 31, 100, []],
  ])('finds %s', (_, from, to, ids) => {
    expect(collected(listOf(3), from, to).map(({ producerId }) => producerId)).toEqual(ids);
  });

  it('forgets from both ends and goes on', () => {
    const list = listOf(100);

    list.dropBelow(500);
    list.truncateEnd(900);
    expect([list.count, list.countFrom(800)]).toEqual([40, 10]);
    list.add(2000, 1, 7);
    expect(collected(list, 890, 3000)).toEqual([
      { producerId: 89, firstOffset: 885 },
      { producerId: 7, firstOffset: 1 },
    ]);
    expect(list.firstOffset).toBe(1);
    list.dropBelow(Infinity);
    expect([list.count, list.heldBytes, list.firstOffset]).toEqual([0, 0, Infinity]);
    list.add(3000, 2999, 8);
    expect(list.entries()).toEqual([{ markerOffset: 3000, firstOffset: 2999, producerId: 8 }]);
  });

  it('gives a part of itself, which stays as it is', () => {
    const list = listOf(4);

    const part = list.between(20, 40);
    list.dropBelow(Infinity);
    list.add(50, 50, 9);

    expect(part.entries().map(({ markerOffset }) => markerOffset)).toEqual([20, 30]);
    expect(new AbortedTransactions(part.entries()).entries()).toEqual(part.entries());
  });
});

describe('AbortedScan', () => {
  let offset = 0;

  function data(producerId: number, count: number, isTransactional = true): Buffer {
    const writer = new RecordBatchWriter();
    for (let index = 0; index < count; index++) writer.append(null, 'x', 1);
    const batch = writer.finish({ producerId, producerEpoch: 0, baseSequence: 0, isTransactional });
    stampBatch(batch, 0, offset, 0);
    offset += count;
    return batch;
  }

  function marker(producerId: number, type: 'commit' | 'abort'): Buffer {
    const batch = encodeEndTxnMarkerBatch({ type, coordinatorEpoch: 0, producerId, producerEpoch: 0, timestampMs: 1 });
    stampBatch(batch, 0, offset++, 0);
    return batch;
  }

  it('finds what was aborted, with the first offset of each', () => {
    const scan = new AbortedScan();
    const batches = [
      data(1, 2),
      data(2, 1),
      data(3, 1, false),
      data(1, 3),
      marker(2, 'commit'),
      marker(1, 'abort'),
      marker(1, 'abort'),
      data(2, 1),
      marker(2, 'abort'),
    ];

    const found = batches.map((batch) => scan.take(batch, 0)).filter((entry) => entry !== undefined);

    expect(found).toEqual<AbortedEntry[]>([
      { producerId: 1, firstOffset: 0, markerOffset: 8 },
      { producerId: 2, firstOffset: 10, markerOffset: 11 },
    ]);
  });
});
