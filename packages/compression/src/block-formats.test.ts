import { createRequire } from 'node:module';
import { SeededRandom } from '@millrace/base';
import { compressLz4Block, decompressLz4Block, lz4BlockSizeMax, NO_ROOM } from './lz4-block.ts';
import { compressSnappyBlock, decompressSnappyBlock, snappyBlockLength, snappyBlockSizeMax } from './snappy-block.ts';

const require = createRequire(import.meta.url);
const nativeSnappy = require('snappy') as {
  compressSync(input: Buffer): Buffer;
  uncompressSync(input: Buffer): Buffer;
};
const nativeLz4 = require('lz4-napi') as { compressSync(input: Buffer): Buffer; uncompressSync(input: Buffer): Buffer };

/** Inputs that exercise every branch of the formats: short, long runs, far copies, incompressible. */
function inputs(): Map<string, Buffer> {
  const random = new SeededRandom(21);
  const noise = random.bytes(150_000);
  const words = ['alpha', 'beta', 'gamma', 'delta', ' ', '\n'];
  let text = '';
  while (text.length < 200_000) text += words[random.nextInt(words.length)] ?? '';
  const all = new Map<string, Buffer>();
  for (let length = 0; length < 40; length++) {
    all.set(`${length} bytes of noise`, noise.subarray(0, length));
    all.set(`${length} equal bytes`, Buffer.alloc(length, 7));
  }
  for (const length of [59, 60, 61, 62, 67, 68, 255, 256, 257, 273, 300, 65_535, 65_536, 65_537]) {
    all.set(`${length} bytes of noise`, noise.subarray(0, length));
    all.set(`${length} equal bytes`, Buffer.alloc(length, 7));
    all.set(`${length} bytes of words`, Buffer.from(text.slice(0, length)));
  }
  all.set('noise of several fragments', noise);
  all.set('words of several fragments', Buffer.from(text));
  all.set('a repeat from 64 KiB back', Buffer.concat([noise.subarray(0, 65_536), noise.subarray(0, 65_536)]));
  all.set('a repeat from 3,000 bytes back', Buffer.concat([noise.subarray(0, 3000), noise.subarray(0, 3000)]));
  return all;
}

function packSnappy(input: Buffer): Buffer {
  const output = Buffer.alloc(snappyBlockSizeMax(input.length));
  return output.subarray(0, compressSnappyBlock(input, output, 0));
}

function openSnappy(block: Buffer): Buffer {
  const output = Buffer.alloc(snappyBlockLength(block, 1_000_000));
  expect(decompressSnappyBlock(block, output, 0)).toBe(output.length);
  return output;
}

function packLz4(input: Buffer): Buffer {
  const output = Buffer.alloc(lz4BlockSizeMax(input.length));
  return output.subarray(0, compressLz4Block(input, 0, input.length, output, 0));
}

function openLz4(block: Buffer, length: number): Buffer {
  const output = Buffer.alloc(length);
  expect(decompressLz4Block(block, 0, block.length, output, 0, length, 0)).toBe(length);
  return output;
}

describe('snappy blocks in JavaScript', () => {
  it.each([...inputs()])(
    'survive their own round trip and the native library in both directions: %s',
    (_name, input) => {
      const block = packSnappy(input);

      expect(openSnappy(block).equals(input)).toBe(true);
      expect(nativeSnappy.uncompressSync(block).equals(input)).toBe(true);
      expect(openSnappy(nativeSnappy.compressSync(input)).equals(input)).toBe(true);
    },
  );

  it('are smaller than words and hardly larger than noise', () => {
    const all = inputs();
    const words = all.get('words of several fragments')!;
    const noise = all.get('noise of several fragments')!;

    expect(packSnappy(words).length).toBeLessThan(words.length / 2);
    expect(packSnappy(noise).length).toBeLessThan(noise.length + 200);
  });

  it.each([
    ['a copy before the start', [4, 0b0000_0001, 1]],
    ['a copy of distance 0', [5, 0, 65, 0b0000_0001, 0]],
    ['a literal beyond the announced length', [1, 4, 65, 66]],
    ['a literal beyond the input', [3, 8, 65]],
    ['a cut long literal', [70, 61 << 2, 1]],
    ['less than announced', [5, 0, 65]],
    ['a cut copy', [5, 0, 65, 0b0000_0010, 1]],
    ['a length that does not end', [0xff, 0xff, 0xff, 0xff, 0xff]],
    ['a length that the bytes cannot hold', [0xff, 0xff, 0x7f, 0, 65]],
  ])('refuse %s', (_name, bytes) => {
    expect(() => openSnappy(Buffer.from(bytes))).toThrow(
      expect.objectContaining({ code: 'MILLRACE_COMPRESSION_CORRUPT' }),
    );
  });
});

describe('lz4 blocks in JavaScript', () => {
  it.each([...inputs()])(
    'survive their own round trip and the native library in both directions: %s',
    (_name, input) => {
      const block = packLz4(input);
      const sized = Buffer.concat([Buffer.alloc(4), block]);
      sized.writeUInt32LE(input.length, 0);

      expect(openLz4(block, input.length).equals(input)).toBe(true);
      expect(nativeLz4.uncompressSync(sized).equals(input)).toBe(true);
      expect(openLz4(nativeLz4.compressSync(input).subarray(4), input.length).equals(input)).toBe(true);
    },
  );

  it('take a copy that reaches back to the very start', () => {
    expect(openLz4(Buffer.from([0x10, 65, 1, 0, 0x10, 66]), 6).toString()).toBe('AAAAAB');
  });

  it('say so when the output has no room', () => {
    const input = Buffer.from('abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd');
    const block = packLz4(input);

    for (let room = 0; room < input.length; room++) {
      expect(decompressLz4Block(block, 0, block.length, Buffer.alloc(room), 0, room, 0)).toBe(NO_ROOM);
    }
  });

  it.each([
    ['a distance of 0', [0x10, 65, 0, 0, 0x10, 66]],
    ['a copy before the start', [0x10, 65, 2, 0, 0x10, 66]],
    ['a cut literal run', [0x50, 65]],
    ['a cut literal length', [0xf0, 255]],
    ['a cut distance', [0x10, 65, 1]],
    ['an end without literals', [0x10, 65, 1, 0]],
  ])('refuse %s', (_name, bytes) => {
    const block = Buffer.from(bytes);

    expect(() => decompressLz4Block(block, 0, block.length, Buffer.alloc(1000), 0, 1000, 0)).toThrow(
      expect.objectContaining({ code: 'MILLRACE_COMPRESSION_CORRUPT' }),
    );
  });
});
