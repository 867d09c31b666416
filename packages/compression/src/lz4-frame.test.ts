import { compress, decompress, decompressAsync } from './compress.ts';
import { xxhash32 } from './xxhash32.ts';

const corrupt = expect.objectContaining({ code: 'MILLRACE_COMPRESSION_CORRUPT' });
const tooLarge = expect.objectContaining({ code: 'MILLRACE_COMPRESSION_TOO_LARGE' });
const open = (frame: Buffer, outputBytesMax = 10_000_000): Buffer => decompress('lz4', frame, { outputBytesMax });

interface FrameParts {
  readonly flags?: number;
  readonly descriptor?: number;
  readonly contentSize?: bigint;
  /** Stored blocks. */
  readonly blocks: readonly Buffer[];
  readonly tail?: Buffer;
}

/** A frame of stored blocks with whatever header is asked for, and the right header checksum. */
function frameOf({ flags = 0x60, descriptor = 0x40, contentSize, blocks, tail = Buffer.alloc(0) }: FrameParts): Buffer {
  const size = contentSize === undefined ? Buffer.alloc(0) : Buffer.alloc(8);
  if (contentSize !== undefined) size.writeBigUInt64LE(contentSize);
  const header = Buffer.concat([Buffer.from([flags, descriptor]), size]);
  const checksum = Buffer.from([(xxhash32(header, 0, header.length) >>> 8) & 0xff]);
  const parts: Buffer[] = [Buffer.from('04224d18', 'hex'), header, checksum];
  for (const block of blocks) {
    const word = Buffer.alloc(4);
    word.writeUInt32LE(block.length + 0x8000_0000);
    parts.push(word, block);
  }
  return Buffer.concat([...parts, Buffer.alloc(4), tail]);
}

const block = Buffer.from('stored bytes');

describe('lz4 frames', () => {
  it('written here start with the header that Java’s client writes for 64 KiB blocks', () => {
    expect(compress('lz4', block).subarray(0, 7).toString('hex')).toBe('04224d18604082');
  });

  it.each([
    [1000, 4],
    [65_536, 4],
    [65_537, 5],
    [262_145, 6],
    [5_000_000, 6],
  ])('of %d bytes name block size %d', (length, sizeClass) => {
    expect((compress('lz4', Buffer.alloc(length))[5] ?? 0) >>> 4).toBe(sizeClass);
  });

  it('of stored blocks open', () => {
    expect(open(frameOf({ blocks: [block, block] })).toString()).toBe('stored bytesstored bytes');
    expect(open(frameOf({ flags: 0x68, contentSize: 12n, blocks: [block] })).toString()).toBe('stored bytes');
  });

  it('that announce more than the bound are refused before their blocks are looked at', () => {
    const frame = frameOf({ flags: 0x68, contentSize: 2n ** 50n, blocks: [block] });

    expect(() => open(frame)).toThrow(tooLarge);
  });

  it.each([11n, 13n])('that announce %d bytes and hold 12 are refused', async (contentSize) => {
    const frame = frameOf({ flags: 0x68, contentSize, blocks: [block] });

    expect(() => open(frame)).toThrow(corrupt);
    await expect(decompressAsync('lz4', frame, { outputBytesMax: 100 })).rejects.toEqual(corrupt);
  });

  it('with a block larger than the header allows are refused', () => {
    expect(() => open(frameOf({ blocks: [Buffer.alloc(65_537)] }))).toThrow(corrupt);
    expect(open(frameOf({ blocks: [Buffer.alloc(65_536)] })).length).toBe(65_536);
  });

  it('with a compressed block that inflates beyond the header’s size are refused', () => {
    const large = compress('lz4', Buffer.alloc(200_000));
    large[5] = 0x40;
    large[6] = (xxhash32(large, 4, 6) >>> 8) & 0xff;

    expect(() => open(large)).toThrow(corrupt);
  });

  it.each([
    ['another version', { flags: 0x20, blocks: [block] }],
    ['the reserved flag', { flags: 0x62, blocks: [block] }],
    ['a dictionary', { flags: 0x61, blocks: [block] }],
    ['a reserved descriptor bit', { descriptor: 0x41, blocks: [block] }],
    ['a block size below the first', { descriptor: 0x30, blocks: [block] }],
    ['a wrong content checksum', { flags: 0x64, blocks: [block], tail: Buffer.alloc(4) }],
    ['a missing content checksum', { flags: 0x64, blocks: [block] }],
    ['a missing block checksum', { flags: 0x70, blocks: [block] }],
  ])('with %s are refused', (_name, parts) => {
    expect(() => open(frameOf(parts))).toThrow(corrupt);
  });

  it('with a changed header are refused by its checksum', () => {
    const frame = frameOf({ blocks: [block] });
    frame[5] = 0x50;

    expect(() => open(frame)).toThrow(/header does not match/);
  });

  it('that are skippable and cut, or alone, are refused', () => {
    expect(() => open(Buffer.from('502a4d18ffffff7f00', 'hex'))).toThrow(corrupt);
    expect(() => open(Buffer.from('502a4d1800000000', 'hex'))).toThrow(corrupt);
  });
});

describe('zstd frames', () => {
  it('that announce more than the bound are refused before they are opened', () => {
    const cut = compress('zstd', Buffer.alloc(1_000_000)).subarray(0, 12);

    expect(() => decompress('zstd', cut, { outputBytesMax: 999_999 })).toThrow(tooLarge);
    expect(() => decompress('zstd', cut, { outputBytesMax: 1_000_000 })).toThrow(corrupt);
  });

  it('beyond a bounded number are refused', () => {
    const frame = compress('zstd', Buffer.from('x'));
    const many = Buffer.concat(Array.from({ length: 1025 }, () => frame));

    expect(() => decompress('zstd', many, { outputBytesMax: 10_000 })).toThrow(corrupt);
    expect(decompress('zstd', many.subarray(frame.length), { outputBytesMax: 10_000 }).length).toBe(1024);
  });
});
