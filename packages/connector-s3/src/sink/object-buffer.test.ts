import { SeededRandom } from '@millrace/base';
import type { InRecord } from '@millrace/connect-api';
import { tmpdir } from 'node:os';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { compressionOf } from '../compression.ts';
import { jsonLines } from '../format/json-lines.ts';
import { MemoryBudget, ObjectBuffer } from './object-buffer.ts';
import { SpillFile } from './spill-file.ts';

const record = (value: unknown): InRecord => ({ value, headers: [] }) as unknown as InRecord;

describe('an object buffer', () => {
  it.each(['none', 'gzip', 'zstd'] as const)(
    'keeps the order of what is in memory and on disk, and gives memory back (%s)',
    async (type) => {
      const random = new SeededRandom(3);
      const budget = new MemoryBudget(1);
      const spill = new SpillFile(tmpdir());
      const buffer = new ObjectBuffer(jsonLines(['value'], 'BASE64').open('t'), compressionOf(type, -1), budget, spill);
      let expected = '';
      for (let n = 0; n < 4_000; n += 1) {
        const value = { n, text: random.bytes(200).toString('hex') };
        buffer.append(record(value));
        expected += `${JSON.stringify(value)}\n`;
        if (random.nextInt(700) === 0) await buffer.spill();
      }
      await buffer.finish();
      await buffer.finish();

      const bytes = Buffer.alloc(buffer.sizeBytes);
      for (let start = 0; start < bytes.length; start += 99_991) {
        await buffer.read(start, bytes.subarray(start, start + 99_991));
      }
      const text = type === 'gzip' ? gunzipSync(bytes) : type === 'zstd' ? zstdDecompressSync(bytes) : bytes;
      expect(text.toString() === expected).toBe(true);
      buffer.dispose();
      expect(budget.usedBytes).toBe(0);
      await expect(buffer.read(0, Buffer.alloc(1))).rejects.toThrow(/read as long as it is there/);
      await spill.close();
    },
  );

  it('says what to do when the disk cannot be written to', async () => {
    const buffer = new ObjectBuffer(
      jsonLines(['value'], 'BASE64').open('t'),
      undefined,
      new MemoryBudget(1),
      new SpillFile('/nowhere/at/all'),
    );
    buffer.append(record(1));
    await expect(buffer.spill()).rejects.toMatchObject({
      code: 'MILLRACE_CONNECT_S3_BUFFER_FAILED',
      message: expect.stringContaining('choose another folder by s3.buffer.dir'),
    });
  });
});
