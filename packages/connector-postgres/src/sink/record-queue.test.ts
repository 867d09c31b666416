import type { InRecord } from '@millrace/connect-api';

import { RecordQueue } from './record-queue.ts';

function record(offset: number, partition = 0, value: unknown = 'x'): InRecord {
  const origin = { topic: 't', partition, offset };
  return { ...origin, origin, key: null, value, headers: [], timestampMs: 0, timestampType: 'create' };
}

const zero = { topic: 't', partition: 0 };

describe('the queue of a sink', () => {
  it('knows what is taken and what is done', () => {
    const queue = new RecordQueue(10);
    for (const offset of [4, 5, 9]) queue.add(record(offset));
    expect(queue.done).toEqual([]);
    queue.finish(2);
    expect(queue.done).toEqual([{ ...zero, offset: 6 }]);
    expect(queue.isRepeated(record(9).origin)).toBe(true);
    expect(queue.isRepeated(record(10).origin)).toBe(false);
  });

  it('gives way to records that come again', () => {
    const queue = new RecordQueue(10);
    for (const offset of [4, 5, 6]) queue.add(record(offset));
    queue.add(record(1, 1));
    queue.rewind(zero, 5);
    queue.add(record(5));
    expect(queue.slice(0, 10).map(({ origin }) => [origin.partition, origin.offset])).toEqual([
      [0, 4],
      [1, 1],
      [0, 5],
    ]);
  });

  it('drops what the database has after all', () => {
    const queue = new RecordQueue(10);
    for (const offset of [4, 5, 6]) queue.add(record(offset));
    queue.confirm([{ ...zero, offset: 6 }]);
    expect(queue.slice(0, 10).map(({ offset }) => offset)).toEqual([6]);
    expect(queue.done).toEqual([{ ...zero, offset: 6 }]);
  });

  it('forgets partitions that are gone', () => {
    const queue = new RecordQueue(10);
    queue.add(record(4));
    queue.add(record(4, 1));
    queue.drop([zero]);
    expect(queue.length).toBe(1);
    expect(queue.isRepeated(record(3).origin)).toBe(false);
  });

  it('is full by count or by size, and cuts batches by size', () => {
    const many = new RecordQueue(2);
    many.add(record(0));
    expect(many.isFull).toBe(false);
    many.add(record(1));
    expect(many.isFull).toBe(true);

    const large = new RecordQueue(1000);
    for (let i = 0; i < 20; i++) large.add(record(i, 0, { text: 'x'.repeat(1_000_000) }));
    expect(large.isFull).toBe(true);
    expect(large.slice(0, 1000)).toHaveLength(17);
    large.finish(20);
    expect(large.isFull).toBe(false);
  });
});
