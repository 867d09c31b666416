import { SeededRandom } from '@millrace/base';
import { crc32c, crc32cInJavaScript } from './crc32c.ts';

const ascending = Buffer.from(Array.from({ length: 32 }, (_, index) => index));

describe('crc32c', () => {
  // Values of RFC 3720, appendix B.4, and the usual check string.
  it.each([
    ['the check string', Buffer.from('123456789'), 0xe3069283],
    ['32 zero bytes', Buffer.alloc(32), 0x8a9136aa],
    ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['ascending bytes', ascending, 0x46dd794e],
    ['nothing', Buffer.alloc(0), 0],
  ])('matches the published value for %s', (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it('is the same by the native and the JavaScript path at every length around the switch', () => {
    const bytes = new SeededRandom(11).bytes(700);

    for (let length = 0; length <= 600; length++) {
      const start = length % 7;
      expect(crc32c(bytes, start, start + length)).toBe(crc32cInJavaScript(bytes, start, start + length, 0));
    }
  });

  it('continues from the checksum of what came before', () => {
    const bytes = new SeededRandom(12).bytes(3000);
    const whole = crc32c(bytes);

    for (const cut of [0, 1, 9, 200, 1500, 2999, 3000]) {
      expect(crc32c(bytes, cut, bytes.length, crc32c(bytes, 0, cut))).toBe(whole);
    }
  });

  it('looks only at the range it is given', () => {
    const bytes = new SeededRandom(13).bytes(1000);
    const copy = Buffer.from(bytes.subarray(100, 900));

    expect(crc32c(bytes, 100, 900)).toBe(crc32c(copy));
  });

  it.each([
    [-1, 5],
    [6, 5],
    [0, 11],
    [Number.NaN, 5],
  ])('refuses the range %d to %d of 10 bytes', (start, end) => {
    expect(() => crc32c(Buffer.alloc(10), start, end)).toThrow(RangeError);
  });
});
