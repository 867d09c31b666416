import type { PartitionLog } from '@millrace/log';
import { decodeBatch, ErrorCode, isBatchCrcValid, RecordBatchWriter } from '@millrace/protocol';
import { codecToRepackWith, Recompression, type RepackRefused } from './recompression.ts';

const LOG = {} as PartitionLog;

function batchOf(value: string, codec: 'none' | 'gzip' | 'zstd' = 'none'): Buffer {
  const writer = new RecordBatchWriter();
  writer.append('key', value, 1234, [{ key: 'h', value: null }]);
  writer.append(null, value, 1235);
  return writer.finish({ codec, producerId: 9, producerEpoch: 2, baseSequence: 5 });
}

describe('Recompression', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'keeps records and producer when it repacks to %s',
    async (codec) => {
      for (const from of ['none', 'gzip', 'zstd'] as const) {
        const original = batchOf('value', from);
        const repacked = await new Recompression().queue(LOG, original, codec, undefined, (result) => result);
        if (!Buffer.isBuffer(repacked)) throw new Error('refused');
        expect(isBatchCrcValid(repacked, 0)).toBe(true);
        const [left, right] = [decodeBatch(original), decodeBatch(repacked)];
        expect([...right].map(({ key, value, timestamp }) => [key, value, timestamp])).toEqual(
          [...left].map(({ key, value, timestamp }) => [key, value, timestamp]),
        );
        expect(repacked.subarray(23, 61)).toEqual(original.subarray(23, 61));
      }
    },
  );

  it('refuses a batch with a wrong CRC or a broken body instead of giving it a right CRC', async () => {
    const broken = batchOf('value', 'gzip');
    broken.writeUInt8(broken.readUInt8(70) ^ 1, 70);
    const result = (await new Recompression().queue(LOG, broken, 'zstd', undefined, (r) => r)) as RepackRefused;
    expect(result.errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
  });

  it('appends in the order of arrival, whatever takes longer', async () => {
    const recompression = new Recompression();
    const order: number[] = [];
    const large = batchOf('x'.repeat(2_000_000));
    await Promise.all([
      recompression.queue(LOG, large, 'gzip', 9, () => order.push(0)),
      recompression.queue(LOG, batchOf('small'), 'gzip', undefined, () => order.push(1)),
      recompression.queue(LOG, batchOf('as it is'), undefined, undefined, () => order.push(2)),
    ]);
    expect(order).toEqual([0, 1, 2]);
    expect(recompression.isBusy(LOG)).toBe(false);
  });

  it('goes on after an append that throws', async () => {
    const recompression = new Recompression();
    const failing = recompression.queue(LOG, batchOf('a'), 'gzip', undefined, () => {
      throw new Error('no');
    });
    const after = recompression.queue(LOG, batchOf('b'), 'gzip', undefined, () => 'appended');
    await expect(failing).rejects.toThrow('no');
    expect(await after).toBe('appended');
  });

  it('knows which batches are not in the codec of their topic', () => {
    expect(codecToRepackWith(batchOf('a', 'gzip'), 'producer')).toBeUndefined();
    expect(codecToRepackWith(batchOf('a', 'gzip'), 'gzip')).toBeUndefined();
    expect(codecToRepackWith(batchOf('a', 'gzip'), 'uncompressed')).toBe('none');
    expect(codecToRepackWith(batchOf('a'), 'uncompressed')).toBeUndefined();
    expect(codecToRepackWith(batchOf('a'), 'zstd')).toBe('zstd');
    expect(codecToRepackWith(Buffer.alloc(3), 'zstd')).toBeUndefined();
  });
});
