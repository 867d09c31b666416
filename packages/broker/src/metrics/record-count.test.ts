import { RecordBatchWriter } from '@millrace/protocol';
import { recordCountOf } from './record-count.ts';

function batchOf(count: number): Buffer {
  const writer = new RecordBatchWriter();
  for (let index = 0; index < count; index++) writer.append(null, 'value', 1_000);
  return writer.finish({});
}

describe('recordCountOf', () => {
  it('adds up the batches of all slices', () => {
    expect(recordCountOf([Buffer.concat([batchOf(1), batchOf(20)]), batchOf(3)])).toBe(24);
    expect(recordCountOf([])).toBe(0);
  });
});
