import type { CompressionCodec } from '@millrace/compression';
import type { PartitionLog } from '@millrace/log';
import { decodeBatch, ErrorCode, isBatchCrcValid, RecordBatchWriter, stampMaxTimestamp } from '@millrace/protocol';
import { ManualTime } from '../../test/manual-time.ts';
import { loadBrokerConfig } from '../config/broker-config.ts';
import { resolveTopicConfig, type TopicSettings } from '../config/topic-config.ts';
import { BatchPreparation, isToBeOpened, NOW_PACKED_BYTES_MAX } from './batch-preparation.ts';
import { codecToRepackWith, type PreparedBatch } from './repack.ts';

const LOG = {} as PartitionLog;
const MIB = 1024 * 1024;
const CONFIG = loadBrokerConfig(new Map());
const PACKED_CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;

function settingsWith(configs: Readonly<Record<string, string>> = {}): TopicSettings {
  return resolveTopicConfig(CONFIG, new Map(Object.entries(configs)));
}

const PLAIN = settingsWith();

function preparation(memoryBytes = 256 * MIB): BatchPreparation {
  return new BatchPreparation(new ManualTime().clock, memoryBytes);
}

function batchOf(value: string, codec: CompressionCodec = 'none'): Buffer {
  const writer = new RecordBatchWriter();
  writer.append('key', value, 1234, [{ key: 'h', value: null }]);
  writer.append(null, value, 1235);
  return writer.finish({ codec, producerId: 9, producerEpoch: 2, baseSequence: 5 });
}

/** Text that no codec makes small. */
function noise(bytes: number): string {
  let state = 12345;
  const out = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    out[at] = 33 + ((state >>> 12) % 90);
  }
  return out.toString('latin1');
}

/** A batch that claims one record more than it has, under a CRC that hides it. */
function lying(codec: CompressionCodec, value = 'value'): Buffer {
  const writer = new RecordBatchWriter();
  writer.append('key', value, 1234);
  const batch = writer.finish({ codec });
  batch.writeInt32BE(1, 23);
  batch.writeInt32BE(2, 57);
  // Redoes the CRC.
  stampMaxTimestamp(batch, 0, 1234);
  return batch;
}

const codeOf = ({ verdict }: PreparedBatch): number | undefined => verdict?.errorCode;

describe('BatchPreparation', () => {
  it.each(PACKED_CODECS)('judges a small batch of %s at once, by its records', (codec) => {
    const value = batchOf('value', codec);

    expect(isToBeOpened(value, PLAIN)).toBe(true);
    expect(preparation().judgeNow(value, PLAIN)).toMatchObject({ errorCode: 0, maxTimestampMs: 1235 });
    expect(preparation().judgeNow(lying(codec), PLAIN)?.errorCode).toBe(ErrorCode.INVALID_RECORD);
  });

  it('opens nothing that is not compressed, not a batch, or larger than its topic takes', () => {
    expect(isToBeOpened(batchOf('a'), PLAIN)).toBe(false);
    expect(isToBeOpened(Buffer.alloc(20), PLAIN)).toBe(false);
    expect(isToBeOpened(batchOf(noise(2000), 'gzip'), settingsWith({ 'max.message.bytes': '1000' }))).toBe(false);
  });

  it.each(PACKED_CODECS)('leaves a batch of %s that is large, packed or open, to be queued', async (codec) => {
    const large = batchOf(noise(2 * NOW_PACKED_BYTES_MAX), codec);
    const bomb = batchOf('x'.repeat(500_000), codec);

    for (const batch of [large, bomb]) {
      const prepares = preparation();
      expect(prepares.judgeNow(batch, PLAIN)).toBeUndefined();
      const prepared = await prepares.queue(LOG, batch, PLAIN, undefined, (done) => done);
      expect(prepared).toMatchObject({ batch, verdict: { errorCode: 0, maxTimestampMs: 1235 } });
    }
    const prepared = await preparation().queue(LOG, lying(codec, noise(100_000)), PLAIN, undefined, codeOf);
    expect(prepared).toBe(ErrorCode.INVALID_RECORD);
  });

  it('opens only so much in one turn of the event loop', async () => {
    const prepares = preparation();
    const batch = batchOf('x'.repeat(100_000), 'lz4');
    let openedCount = 0;
    while (prepares.judgeNow(batch, PLAIN) !== undefined) openedCount++;

    // 200 kB each, until 1 MiB is passed.
    expect(openedCount).toBe(6);
    await new Promise((resolve) => setImmediate(resolve));
    expect(prepares.judgeNow(batch, PLAIN)?.errorCode).toBe(0);
  });

  it('counts small and refused batches too against what a turn may open', () => {
    const countUntilFull = (batch: Buffer): number => {
      const prepares = preparation();
      let count = 0;
      while (prepares.judgeNow(batch, PLAIN) !== undefined) count++;
      return count;
    };

    expect(countUntilFull(batchOf('a', 'zstd'))).toBe(64);
    expect(countUntilFull(lying('zstd'))).toBe(4);
  });

  it('appends in the order of arrival, whatever has to be opened first', async () => {
    const prepares = preparation();
    const order: string[] = [];
    const queue = (batch: Buffer, name: string, codec?: CompressionCodec) =>
      prepares.queue(LOG, batch, PLAIN, codec, (prepared) => order.push(`${name} ${codeOf(prepared)}`));
    const all = [
      queue(batchOf('x'.repeat(8 * MIB), 'gzip'), 'slow'),
      queue(batchOf('a', 'gzip'), 'small'),
      queue(batchOf('a'), 'plain'),
      queue(lying('zstd', noise(100_000)), 'lying'),
      queue(batchOf('a'), 'repacked', 'lz4'),
      queue(batchOf('b', 'snappy'), 'last'),
    ];

    expect(prepares.isBusy(LOG)).toBe(true);
    expect(prepares.isBusy({} as PartitionLog)).toBe(false);
    await Promise.all(all);
    // What is not compressed is left to the log.
    expect(order).toEqual(['slow 0', 'small 0', 'plain undefined', 'lying 87', 'repacked 0', 'last 0']);
    expect(prepares.isBusy(LOG)).toBe(false);
  });

  it('opens two large batches at a time, of all logs, whatever waits to be appended', async () => {
    const prepares = preparation();
    const counts: number[] = [];
    const large = batchOf('x'.repeat(MIB), 'zstd');
    const all = Array.from({ length: 9 }, () =>
      prepares.queue({} as PartitionLog, large, PLAIN, undefined, () => counts.push(prepares.openingCount)),
    );
    expect(prepares.openingCount).toBe(2);

    await Promise.all(all);

    expect(Math.max(...counts)).toBeLessThanOrEqual(2);
    expect(prepares.openingCount).toBe(0);
  });

  it('sets memory aside for what is opened, and makes the others wait for it', async () => {
    const prepares = preparation(40 * MIB);
    const reserved: number[] = [];
    const large = batchOf('x'.repeat(MIB), 'zstd');
    const all = Array.from({ length: 6 }, () =>
      prepares.queue({} as PartitionLog, large, PLAIN, undefined, ({ verdict }) => {
        reserved.push(prepares.openingBytes);
        return verdict?.errorCode;
      }),
    );

    expect(await Promise.all(all)).toEqual([0, 0, 0, 0, 0, 0]);
    // Of zstd nothing is known beforehand: each takes all that it may open to, twice.
    expect(Math.max(...reserved)).toBeLessThanOrEqual(40 * MIB);
    expect(prepares.openingBytes).toBe(0);
  });

  it.each(PACKED_CODECS)('refuses a batch of %s that opens to more than half of the memory', async (codec) => {
    const batch = batchOf('x'.repeat(3 * MIB), codec);

    expect(await preparation(4 * MIB).queue(LOG, batch, PLAIN, undefined, codeOf)).toBe(ErrorCode.MESSAGE_TOO_LARGE);
    expect(await preparation(4 * MIB).queue(LOG, batch, PLAIN, 'none', codeOf)).toBe(ErrorCode.MESSAGE_TOO_LARGE);
    expect(await preparation(16 * MIB).queue(LOG, batch, PLAIN, undefined, codeOf)).toBe(ErrorCode.NONE);
  });

  it('goes on when a batch that is repacked waits for one that has to be opened', async () => {
    const prepares = preparation(20 * MIB);
    const large = batchOf(noise(200_000), 'gzip');
    const other = prepares.queue({} as PartitionLog, large, PLAIN, 'zstd', codeOf);
    // The second is small and opens to much, so it asks for memory only when the first is through; the third is repacked before that.
    const all = [
      prepares.queue(LOG, large, PLAIN, undefined, codeOf),
      prepares.queue(LOG, batchOf('x'.repeat(2 * MIB), 'lz4'), PLAIN, undefined, codeOf),
      prepares.queue(LOG, large, PLAIN, 'zstd', codeOf),
      prepares.queue(LOG, large, PLAIN, 'snappy', codeOf),
    ];

    expect(await Promise.all([other, ...all])).toEqual([0, 0, 0, 0, 0]);
  });

  it('does not let the event loop wait for a batch that opens to tens of megabytes', async () => {
    const prepares = preparation();
    const writer = new RecordBatchWriter();
    for (let index = 0; index < 300_000; index++) writer.append('key', `value ${index}`.padEnd(60), 1);
    const batch = writer.finish({ codec: 'zstd' });
    const settings = settingsWith({ 'max.message.bytes': String(16 * MIB) });
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    count();

    const code = await prepares.queue(LOG, batch, settings, undefined, codeOf);
    isDone = true;

    expect(code).toBe(0);
    // 300,000 records are 147 slices.
    expect(turns).toBeGreaterThan(140);
  });

  it('goes on after an append that throws', async () => {
    const prepares = preparation();
    const failing = prepares.queue(LOG, batchOf('a'), PLAIN, 'gzip', () => {
      throw new Error('no');
    });
    const after = prepares.queue(LOG, batchOf('b', 'lz4'), PLAIN, undefined, () => 'appended');
    await expect(failing).rejects.toThrow('no');
    expect(await after).toBe('appended');
  });
});

describe('BatchPreparation, repacking', () => {
  it.each(['none', ...PACKED_CODECS] as const)('keeps records and producer when it repacks to %s', async (codec) => {
    for (const from of ['none', 'gzip', 'zstd'] as const) {
      const original = batchOf('value', from);
      const { batch, verdict } = await preparation().queue(LOG, original, PLAIN, codec, (result) => result);
      expect(verdict?.errorCode).toBe(0);
      expect(isBatchCrcValid(batch, 0)).toBe(true);
      const [left, right] = [decodeBatch(original), decodeBatch(batch)];
      expect([...right].map(({ key, value, timestamp }) => [key, value, timestamp])).toEqual(
        [...left].map(({ key, value, timestamp }) => [key, value, timestamp]),
      );
      expect(batch.subarray(23, 61)).toEqual(original.subarray(23, 61));
    }
  });

  it('refuses a batch with a wrong CRC or a broken body instead of giving it a right CRC', async () => {
    const broken = batchOf('value', 'gzip');
    broken.writeUInt8(broken.readUInt8(70) ^ 1, 70);

    expect(await preparation().queue(LOG, broken, PLAIN, 'zstd', codeOf)).toBe(ErrorCode.CORRUPT_MESSAGE);
    expect(await preparation().queue(LOG, lying('gzip'), PLAIN, 'zstd', codeOf)).toBe(ErrorCode.INVALID_RECORD);
  });

  it('repacks two batches at a time, of all logs, in the order in which they came', async () => {
    const prepares = preparation();
    const order: number[] = [];
    const counts: number[] = [];
    const all = Array.from({ length: 12 }, (_, index) =>
      prepares.queue({} as PartitionLog, batchOf(`batch ${index}`, 'gzip'), PLAIN, 'none', () => {
        counts.push(prepares.repackingCount);
        order.push(index);
      }),
    );
    expect(prepares.repackingCount).toBe(2);

    await Promise.all(all);

    expect(Math.max(...counts)).toBe(2);
    expect(prepares.repackingCount).toBe(0);
    // Two are under way together, and either may end first; nobody overtakes a batch that had its place before.
    for (const [place, index] of order.entries()) expect(index).toBeLessThan(place + 2);
  });

  it('keeps a repacked batch in its place until it is appended', async () => {
    const prepares = preparation();
    const first = Promise.withResolvers<undefined>();
    const order: string[] = [];
    const slow = batchOf('x'.repeat(2_000_000));
    const settings = settingsWith({ 'compression.gzip.level': '9' });
    const all = [
      prepares.queue(LOG, slow, settings, 'gzip', () => order.push('slow')),
      prepares.queue(LOG, batchOf('a'), settings, 'gzip', () => order.push('behind it')),
      prepares.queue({} as PartitionLog, batchOf('b'), settings, 'gzip', () => {
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
    const code = (batch: Buffer, codec?: CompressionCodec) => preparation().queue(LOG, batch, PLAIN, codec, codeOf);

    expect(bomb.length).toBeLessThan(10_000);
    expect(await code(bomb)).toBe(ErrorCode.MESSAGE_TOO_LARGE);
    expect(await code(bomb, 'gzip')).toBe(ErrorCode.MESSAGE_TOO_LARGE);
    expect(await code(moderate)).toBe(0);
    expect(await code(moderate, 'gzip')).toBe(0);
    expect(await code(moderate, 'none')).toBe(ErrorCode.MESSAGE_TOO_LARGE);
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
