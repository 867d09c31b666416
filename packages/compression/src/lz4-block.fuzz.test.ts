import { createRequire } from 'node:module';
import { SeededRandom } from '@millrace/base';
import { compressLz4Block, decompressLz4Block, lz4BlockSizeMax, NO_ROOM } from './lz4-block.ts';
import { compressLz4Into, decompressLz4, lz4FrameSizeMax } from './lz4-frame.ts';

const native = createRequire(import.meta.url)('lz4-napi') as { uncompressSync(input: Buffer): Buffer };

const GUARD = 0xa5;
const ROUNDS = 150;

/** Literals and copies of all lengths and distances, or noise, or a short period. */
function inputOf(random: SeededRandom): Buffer {
  const length = random.nextInt([40, 600, 20_000, 90_000][random.nextInt(4)] ?? 1);
  const kind = random.nextInt(4);
  if (kind === 0) return Buffer.from(random.bytes(length));
  if (kind === 1) return Buffer.alloc(length, random.bytes(1 + random.nextInt(9)));
  const input = Buffer.alloc(length);
  for (let at = 0; at < length;) {
    const run = Math.min(length - at, 1 + random.nextInt(random.nextInt(10) === 0 ? 600 : 40));
    if (at > 0 && random.nextInt(10) < 7) {
      const distance = 1 + random.nextInt(Math.min(at, 70_000));
      for (let byte = 0; byte < run; byte++) input[at + byte] = input[at + byte - distance] ?? 0;
    } else {
      input.set(random.bytes(run), at);
    }
    at += run;
  }
  return input;
}

function isAllGuards(bytes: Buffer): boolean {
  return bytes.equals(Buffer.alloc(bytes.length, GUARD));
}

/** A part of a larger buffer full of guards; `isIntact` says whether they still stand outside `[from, to)` of the part. */
function guarded(random: SeededRandom, sizeBytes: number) {
  const before = 1 + random.nextInt(20);
  const whole = Buffer.alloc(before + sizeBytes + 20, GUARD);
  return {
    part: whole.subarray(before),
    isIntact: (from: number, to: number): boolean =>
      isAllGuards(whole.subarray(0, before + from)) && isAllGuards(whole.subarray(before + to)),
  };
}

describe('LZ4 at places in larger buffers', () => {
  it.each([11, 12, 13])('writes nowhere else, and everybody reads it back: seed %i', (seed) => {
    const random = new SeededRandom(seed);
    for (let round = 0; round < ROUNDS; round++) {
      const input = inputOf(random);
      const start = random.nextInt(30);
      const surrounded = Buffer.concat([random.bytes(start), input, random.bytes(random.nextInt(30))]);
      const packedMax = start + lz4BlockSizeMax(input.length);
      const packed = guarded(random, packedMax);
      const end = compressLz4Block(surrounded, start, start + input.length, packed.part, start);
      const block = packed.part.subarray(start, end);
      const opened = guarded(random, start + input.length);
      const openedEnd = decompressLz4Block(block, 0, block.length, opened.part, start, start + input.length, start);
      const frame = guarded(random, start + lz4FrameSizeMax(input.length));
      const frameEnd = compressLz4Into(input, frame.part, start);

      expect([round, packed.isIntact(start, packedMax)]).toEqual([round, true]);
      expect([round, opened.isIntact(start, start + input.length)]).toEqual([round, true]);
      expect([round, frame.isIntact(start, start + lz4FrameSizeMax(input.length))]).toEqual([round, true]);
      expect([round, opened.part.subarray(start, openedEnd).equals(input)]).toEqual([round, true]);
      expect([round, decompressLz4(frame.part.subarray(start, frameEnd), input.length).equals(input)]).toEqual([
        round,
        true,
      ]);
      if (input.length === 0) continue;
      const sized = Buffer.concat([Buffer.alloc(4), block]);
      sized.writeUInt32LE(input.length, 0);
      expect([round, native.uncompressSync(sized).equals(input)]).toEqual([round, true]);
      // Also so small that it ends where the last copy does, or within a word of it.
      for (let room = Math.max(0, input.length - 12); room < input.length; room++) {
        const tooSmall = guarded(random, room);
        expect(decompressLz4Block(block, 0, block.length, tooSmall.part, 0, room, 0)).toBe(NO_ROOM);
        expect([round, room, tooSmall.isIntact(0, room)]).toEqual([round, room, true]);
      }
    }
  });
});
