import { xxhash32, xxhash32Async } from './xxhash32.ts';

describe('xxhash32', () => {
  it.each([
    ['', 0x02cc5d05],
    ['a', 0x550d7456],
    ['abc', 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0xe2293b2f],
  ])('matches the published value for "%s"', (text, expected) => {
    const bytes = Buffer.from(`--${text}--`);

    expect(xxhash32(bytes, 2, bytes.length - 2)).toBe(expected);
  });
});

describe('xxhash32Async', () => {
  it.each([0, 15, 16, 1000, 262_143, 262_144, 262_145, 600_003])(
    'hashes %d bytes alike, with pauses',
    async (length) => {
      const bytes = Uint8Array.from({ length: length + 3 }, (_, index) => (index * 31) >>> 3);
      let pauses = 0;
      const pause = () => Promise.resolve(void pauses++);

      expect(await xxhash32Async(bytes, 3, bytes.length, pause)).toBe(xxhash32(bytes, 3, bytes.length));
      expect(pauses).toBe(length === 0 ? 0 : Math.ceil(length / 262_144) - 1);
    },
  );
});
