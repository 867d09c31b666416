import fc from 'fast-check';
import { SeededRandom } from '@millrace/base';
import { compress, decompress, decompressAsync } from './compress.ts';
import { CompressionError } from './compression-error.ts';

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const OUTPUT_BYTES_MAX = 200_000;
/** A failing run prints its seed; put it here to see it again. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_122);

function textOf(length: number): Buffer {
  let text = '';
  for (let index = 0; text.length < length; index++) text += `${(index * index) % 97} rows of ${index % 5} kinds;`;
  return Buffer.from(text.slice(0, length));
}

/** Opening damaged data may succeed by luck (stored bytes have no checksum), but must stay bounded and throw only our error. */
function openDamaged(codec: (typeof CODECS)[number], input: Buffer, what: string): void {
  try {
    const output = decompress(codec, input, { outputBytesMax: OUTPUT_BYTES_MAX });
    expect(output.length).toBeLessThanOrEqual(OUTPUT_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof CompressionError)) throw new Error(`${what}: ${String(error)}`, { cause: error });
  }
}

describe.each(CODECS)('%s', (codec) => {
  it('returns any bytes unchanged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 30 }), (bytes, times) => {
        const input = Buffer.concat(Array.from({ length: times }, () => bytes));
        const opened = decompress(codec, compress(codec, input), { outputBytesMax: input.length });
        expect(opened.equals(input)).toBe(true);
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it('survives flipped bytes', () => {
    const random = new SeededRandom(SEED);
    const packed = [textOf(300), textOf(6000), textOf(100_000), random.bytes(5000)].map((text) =>
      compress(codec, text),
    );

    for (let run = 0; run < 1500; run++) {
      const damaged = Buffer.from(packed[run % packed.length]!);
      for (let flips = 1 + random.nextInt(3); flips > 0; flips--) {
        damaged[random.nextInt(damaged.length)] = random.nextInt(256);
      }
      openDamaged(codec, damaged, `seed ${SEED} run ${run}`);
    }
  });

  it('survives every cut', () => {
    const packed = compress(codec, textOf(6000));

    for (let length = 0; length < packed.length; length++) {
      openDamaged(codec, packed.subarray(0, length), `cut at ${length}`);
    }
  });

  it('survives random bytes behind a true beginning', async () => {
    const random = new SeededRandom(SEED + 1);
    const beginning = compress(codec, textOf(5000));

    for (let run = 0; run < 500; run++) {
      const kept = random.nextInt(20);
      const input = Buffer.concat([beginning.subarray(0, kept), random.bytes(random.nextInt(300))]);
      openDamaged(codec, input, `seed ${SEED + 1} run ${run}`);
      if (run % 25 !== 0) continue;
      const opened = decompressAsync(codec, input, { outputBytesMax: OUTPUT_BYTES_MAX });
      await opened.catch((error: unknown) => expect(error).toBeInstanceOf(CompressionError));
    }
  });
});
