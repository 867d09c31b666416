import { SeededRandom } from '@millrace/base';
import { CODEC_NUMBERS, codecOfNumber, COMPRESSION_CODECS, type CompressionCodec } from './codec.ts';
import { compress, compressAsync, decompress, decompressAsync } from './compress.ts';
import { CompressionError } from './compression-error.ts';

const REAL_CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const MIB = 1024 * 1024;

const random = new SeededRandom(31);
const noise = random.bytes(300_000);
const text = Buffer.from(
  Array.from({ length: 30_000 }, (_, index) => `{"id":${index},"user":"u${(index * 7919) % 500}"}`).join('\n'),
);

const tooLarge = expect.objectContaining({ code: 'MILLRACE_COMPRESSION_TOO_LARGE' });
const corrupt = expect.objectContaining({ code: 'MILLRACE_COMPRESSION_CORRUPT' });

describe('codec numbers', () => {
  it('are those of the record batch attributes', () => {
    expect(COMPRESSION_CODECS.map((codec) => CODEC_NUMBERS[codec])).toEqual([0, 1, 2, 3, 4]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(codecOfNumber)).toEqual([
      'none',
      'gzip',
      'snappy',
      'lz4',
      'zstd',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe.each(COMPRESSION_CODECS)('%s', (codec) => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['a small text', text.subarray(0, 500)],
    ['a medium text', text.subarray(0, 40_000)],
    ['a large text', text],
    ['noise', noise],
    ['equal bytes', Buffer.alloc(5 * MIB, 1)],
    ['a plain Uint8Array in the middle of its memory', new Uint8Array(text.buffer, text.byteOffset + 7, 9001)],
  ])('returns %s unchanged, also asynchronously and across the two', async (_name, input) => {
    const options = { outputBytesMax: input.length };
    const packed = compress(codec, input);
    const packedAsync = await compressAsync(codec, input);

    expect(Buffer.compare(decompress(codec, packed, options), input)).toBe(0);
    expect(Buffer.compare(await decompressAsync(codec, packed, options), input)).toBe(0);
    expect(Buffer.compare(decompress(codec, packedAsync, options), input)).toBe(0);
  });
});

describe.each(REAL_CODECS)('%s', (codec) => {
  it('makes text smaller', () => {
    expect(compress(codec, text).length).toBeLessThan(text.length / 2);
  });

  it('refuses a bomb without inflating it', async () => {
    const bomb = compress(codec, Buffer.alloc(64 * MIB));
    const before = process.memoryUsage().arrayBuffers;

    expect(() => decompress(codec, bomb, { outputBytesMax: MIB })).toThrow(tooLarge);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MIB);
    await expect(decompressAsync(codec, bomb, { outputBytesMax: MIB })).rejects.toEqual(tooLarge);
  });

  it.each([0, 1, 4999])(
    'refuses 5,000 bytes where %d are allowed, and takes them where they are',
    async (outputBytesMax) => {
      const packed = compress(codec, text.subarray(0, 5000));

      expect(() => decompress(codec, packed, { outputBytesMax })).toThrow(tooLarge);
      await expect(decompressAsync(codec, packed, { outputBytesMax })).rejects.toEqual(tooLarge);
      expect(decompress(codec, packed, { outputBytesMax: 5000 }).length).toBe(5000);
    },
  );

  it('refuses one byte where none is allowed', () => {
    expect(() => decompress(codec, compress(codec, Buffer.from('x')), { outputBytesMax: 0 })).toThrow(tooLarge);
  });

  it('refuses nothing at all as damaged', async () => {
    const options = { outputBytesMax: 100 };

    expect(() => decompress(codec, Buffer.alloc(0), options)).toThrow(corrupt);
    await expect(decompressAsync(codec, Buffer.alloc(0), options)).rejects.toEqual(corrupt);
  });

  it('refuses bytes that follow its data', () => {
    const input = Buffer.concat([compress(codec, text.subarray(0, 1000)), Buffer.from('trailing bytes')]);

    expect(() => decompress(codec, input, { outputBytesMax: MIB })).toThrow(corrupt);
  });

  it('reads two of its streams as one', () => {
    const packed = compress(codec, text.subarray(0, 5000));

    const opened = decompress(codec, Buffer.concat([packed, packed]), { outputBytesMax: 10_000 });

    expect(opened.equals(Buffer.concat([text.subarray(0, 5000), text.subarray(0, 5000)]))).toBe(true);
  });
});

it.each([
  ['gzip', 1, 9],
  ['zstd', -100, 19],
] as const)('%s level %d is larger than level %d', (codec, quick, thorough) => {
  expect(compress(codec, text, thorough).length).toBeLessThan(compress(codec, text, quick).length);
});

describe('an unknown codec', () => {
  it('is a typed error in all four directions', async () => {
    const codec = 'brotli' as CompressionCodec;
    const unknown = expect.objectContaining({ code: 'MILLRACE_COMPRESSION_UNKNOWN_CODEC' });

    expect(() => compress(codec, text)).toThrow(unknown);
    expect(() => decompress(codec, text, { outputBytesMax: 1 })).toThrow(unknown);
    await expect(compressAsync(codec, text)).rejects.toEqual(unknown);
    await expect(decompressAsync(codec, text, { outputBytesMax: 1 })).rejects.toEqual(unknown);
  });
});

describe('CompressionError', () => {
  it('names codec and bound and is not retriable', () => {
    try {
      decompress('lz4', compress('lz4', text), { outputBytesMax: 10 });
      throw new Error('nothing was thrown');
    } catch (error) {
      expect(error).toBeInstanceOf(CompressionError);
      expect(error).toMatchObject({ retriable: false, details: { codec: 'lz4', outputBytesMax: 10 } });
    }
  });
});
