import { SeededRandom } from '@millrace/base';
import { constants, zstdCompressSync } from 'node:zlib';
import { zstdDecompressed } from './zstd-frames.ts';

async function decompress(bytes: Buffer, chunkBytes: () => number): Promise<string> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length;) {
      const size = chunkBytes();
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
  const output: Uint8Array[] = [];
  for await (const block of zstdDecompressed(chunks())) output.push(Buffer.from(block));
  return Buffer.concat(output).toString();
}

function frame(text: string, hasChecksum = false): Buffer {
  return zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: hasChecksum ? 1 : 0 } });
}

describe('zstdDecompressed', () => {
  const skippable = Buffer.concat([Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from('abc')]);

  it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
    'reads all frames, however they come (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const texts = Array.from({ length: 6 }, () => 'ab'.repeat(random.nextInt(40)) + random.nextInt(1_000));
      const bytes = Buffer.concat(
        texts.flatMap((text) => [
          frame(text, random.nextInt(2) === 0),
          ...(random.nextInt(2) === 0 ? [skippable] : []),
        ]),
      );

      expect(await decompress(bytes, () => 1 + random.nextInt(9))).toBe(texts.join(''));
    },
  );

  it('reads frames of many blocks, and of one byte many times', async () => {
    const random = new SeededRandom(1);
    const texts = ['x'.repeat(1_000_000), '', random.bytes(400_000).toString('hex'), 'end'];
    const bytes = Buffer.concat([...texts.map((text) => frame(text, true)), skippable]);

    expect((await decompress(bytes, () => 1 + random.nextInt(60_000))) === texts.join('')).toBe(true);
  });

  it('refuses a file that ends too early, and one that is something else', async () => {
    const whole = frame('some text that is long enough');
    await expect(decompress(whole.subarray(0, -3), () => 5)).rejects.toThrow('unexpected end');
    await expect(decompress(Buffer.from('plain text'), () => 100)).rejects.toThrow('no zstd frame');
  });
});
