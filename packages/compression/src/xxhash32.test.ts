import { xxhash32 } from './xxhash32.ts';

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
