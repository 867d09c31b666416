import { batchPositions, nextBatchPosition } from './batch-iteration.ts';
import { decodeBatch } from './record-batch-reader.ts';
import { RecordBatchWriter } from './record-batch-writer.ts';

function batchOf(value: string, baseOffset: number): Buffer {
  const writer = new RecordBatchWriter();
  writer.append(null, value, 5);
  return writer.finish({ baseOffset });
}

const batches = [batchOf('a', 10), batchOf('b'.repeat(500), 11), batchOf('c', 12)];
const whole = Buffer.concat(batches);
const starts = [0, batches[0]!.length, batches[0]!.length + batches[1]!.length];

describe('batchPositions', () => {
  it('finds every whole batch and leaves out a cut one, wherever the cut is', () => {
    for (let length = 0; length <= whole.length; length++) {
      const complete = batches.filter((batch, index) => starts[index]! + batch.length <= length).length;

      expect([...batchPositions(whole.subarray(0, length))]).toEqual(starts.slice(0, complete));
    }
  });

  it('keeps to the range it is given', () => {
    expect([...batchPositions(whole, starts[1], whole.length - 1)]).toEqual([starts[1]]);
  });

  it('leads to batches that decode in place', () => {
    const offsets = Array.from(batchPositions(whole), (position) => decodeBatch(whole, position).baseOffset);

    expect(offsets).toEqual([10, 11, 12]);
  });

  it.each([-(2 ** 31), -12, -1, 0, 48])('throws for a length of %d instead of standing still', (length) => {
    const damaged = Buffer.from(whole);
    damaged.writeInt32BE(length, starts[1]! + 8);

    expect(() => [...batchPositions(damaged)]).toThrow(expect.objectContaining({ code: 'MILLRACE_RECORDS_CORRUPT' }));
  });
});

describe('nextBatchPosition', () => {
  it('answers −1 where no whole batch is left', () => {
    expect(nextBatchPosition(whole, 0)).toBe(starts[1]);
    expect(nextBatchPosition(whole, whole.length)).toBe(-1);
    expect(nextBatchPosition(whole, 0, starts[1]! - 1)).toBe(-1);
  });
});
