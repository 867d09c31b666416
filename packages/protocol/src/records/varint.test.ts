import { readVarlong, varintSizeInBytes, varlongSizeInBytes, writeVarint, writeVarlong } from './varint.ts';
import { nextVarint, varintEnd } from './record-scan.ts';

const INT32 = [0, -1, 1, 63, -64, 64, -65, 8191, -8192, 8192, 1_048_575, 134_217_727, 2 ** 31 - 1, -(2 ** 31)];
const INT53 = [...INT32, 2 ** 31, -(2 ** 31) - 1, 2 ** 40, -(2 ** 40), 1_760_000_000_000, 2 ** 52 - 1, -(2 ** 52)];

describe('varints', () => {
  it.each([
    [0, [0]],
    [-1, [1]],
    [1, [2]],
    [63, [0x7e]],
    [-64, [0x7f]],
    [64, [0x80, 0x01]],
    [2 ** 31 - 1, [0xfe, 0xff, 0xff, 0xff, 0x0f]],
    [-(2 ** 31), [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('fold %d into its bytes', (value, bytes) => {
    const buffer = Buffer.alloc(8);

    expect(writeVarint(buffer, 0, value)).toBe(bytes.length);
    expect([...buffer.subarray(0, bytes.length)]).toEqual(bytes);
  });

  it.each(INT32)('return %d and their size', (value) => {
    const buffer = Buffer.alloc(16);

    const end = writeVarint(buffer, 3, value);

    expect(end - 3).toBe(varintSizeInBytes(value));
    expect(nextVarint(buffer, 3)).toBe(value);
    expect(varintEnd()).toBe(end);
  });
});

describe('varlongs', () => {
  it.each(INT53)('return %d and their size', (value) => {
    const buffer = Buffer.alloc(16);

    const end = writeVarlong(buffer, 2, value);

    expect(end - 2).toBe(varlongSizeInBytes(value));
    expect(readVarlong(buffer, 2)).toBe(value);
  });
});
