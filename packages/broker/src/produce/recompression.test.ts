import type { CompressionCodec } from '@millrace/compression';
import type { PartitionLog } from '@millrace/log';
import { decodeBatch, ErrorCode, isBatchCrcValid, RecordBatchWriter } from '@millrace/protocol';
import { codecToRepackWith, Recompression, type Repacking, type RepackRefused } from './recompression.ts';

const LOG = {} as PartitionLog;
const MIB = 1024 * 1024;

function to(codec: CompressionCodec, maxMessageBytes = MIB, level?: number): Repacking {
  return { codec, level, maxMessageBytes };
}

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
        const repacked = await new Recompression().queue(LOG, original, to(codec), (result) => result);
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
    const result = (await new Recompression().queue(LOG, broken, to('zstd'), (r) => r)) as RepackRefused;
    expect(result.errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
  });

  it('appends in the order of arrival, whatever takes longer', async () => {
    const recompression = new Recompression();
    const order: number[] = [];
    const large = batchOf('x'.repeat(2_000_000));
    await Promise.all([
      recompression.queue(LOG, large, to('gzip', MIB, 9), () => order.push(0)),
      recompression.queue(LOG, batchOf('small'), to('gzip'), () => order.push(1)),
      recompression.queue(LOG, batchOf('as it is'), undefined, () => order.push(2)),
    ]);
    expect(order).toEqual([0, 1, 2]);
    expect(recompression.isBusy(LOG)).toBe(false);
  });

  it('goes on after an append that throws', async () => {
    const recompression = new Recompression();
    const failing = recompression.queue(LOG, batchOf('a'), to('gzip'), () => {
      throw new Error('no');
    });
    const after = recompression.queue(LOG, batchOf('b'), to('gzip'), () => 'appended');
    await expect(failing).rejects.toThrow('no');
    expect(await after).toBe('appended');
  });

  it('repacks two batches at a time, of all logs, in the order in which they came', async () => {
    const recompression = new Recompression();
    const order: number[] = [];
    const counts: number[] = [];
    const all = Array.from({ length: 12 }, (_, index) =>
      recompression.queue({} as PartitionLog, batchOf(`batch ${index}`, 'gzip'), to('none'), () => {
        counts.push(recompression.repackingCount);
        order.push(index);
      }),
    );
    expect(recompression.repackingCount).toBe(2);

    await Promise.all(all);

    expect(Math.max(...counts)).toBe(2);
    expect(recompression.repackingCount).toBe(0);
    // Two are under way together, and either may end first; nobody overtakes a batch that had its place before.
    for (const [place, index] of order.entries()) expect(index).toBeLessThan(place + 2);
  });

  it('keeps a repacked batch in its place until it is appended', async () => {
    const recompression = new Recompression();
    const first = Promise.withResolvers<undefined>();
    const order: string[] = [];
    const slow = batchOf('x'.repeat(2_000_000));
    const all = [
      recompression.queue(LOG, slow, to('gzip', MIB, 9), () => order.push('slow')),
      recompression.queue(LOG, batchOf('a'), to('gzip'), () => order.push('behind it')),
      recompression.queue({} as PartitionLog, batchOf('b'), to('gzip'), () => {
        order.push('other log');
        first.resolve(undefined);
      }),
    ];
    await first.promise;

    // The two places were taken until the slow one was done, since the second waited for it.
    expect(order[0]).toBe('slow');
    await Promise.all(all);
  });

  it('refuses a batch that opens beyond the bound of its topic', async () => {
    const bomb = batchOf('\0'.repeat(33 * MIB), 'zstd');
    const moderate = batchOf('\0'.repeat(3 * MIB), 'zstd');
    const repack = (batch: Buffer, repacking: Repacking) =>
      new Recompression().queue(LOG, batch, repacking, (result) => (Buffer.isBuffer(result) ? 0 : result.errorCode));

    expect(bomb.length).toBeLessThan(10_000);
    expect(await repack(bomb, to('gzip'))).toBe(ErrorCode.MESSAGE_TOO_LARGE);
    expect(await repack(moderate, to('gzip'))).toBe(0);
    expect(await repack(moderate, to('none'))).toBe(ErrorCode.MESSAGE_TOO_LARGE);
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
