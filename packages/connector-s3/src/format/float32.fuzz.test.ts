import { SeededRandom } from '@millrace/base';
import { shortestFloat32 } from './float32.ts';

describe('shortestFloat32', () => {
  it.each([
    [0.1, '0.1'],
    [-1.1, '-1.1'],
    [16_777_216, '16777216'],
    [3.4028234663852886e38, '3.4028235e+38'],
    [2 ** -149, '1e-45'],
    [0, '0'],
  ])('has the digits of %p', (value, text) => {
    expect(String(shortestFloat32(Math.fround(value)))).toBe(text);
  });

  it('leaves what no float32 is as it is', () => {
    expect([Number.NaN, Infinity, 1e300].map((value) => shortestFloat32(value))).toEqual([Number.NaN, Infinity, 1e300]);
  });

  it('is read back as the same float32, by no more than nine digits', () => {
    const random = new SeededRandom(5);
    for (let n = 0; n < 20_000; n++) {
      const float = random.bytes(4).readFloatLE(0);
      if (!Number.isFinite(float)) continue;
      const short = shortestFloat32(float);
      expect(Math.fround(short)).toBe(float);
      expect(Number(short.toPrecision(9))).toBe(short);
    }
  });
});
