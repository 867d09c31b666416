import { SeededRandom, systemRandom } from './random.ts';
import { randomUuid, uuidBytes, ZERO_UUID } from './uuid.ts';

describe('SeededRandom', () => {
  it('repeats its sequence from the same seed and differs for another', () => {
    const draw = (seed: number): number[] => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 20 }, () => random.nextInt(1_000_000));
    };

    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('stays below its bound', () => {
    const random = new SeededRandom(1);

    for (let count = 0; count < 10_000; count++) expect(random.nextInt(3)).toBeLessThan(3);
  });
});

describe('systemRandom', () => {
  it('fills more bytes than one platform call gives', () => {
    const bytes = systemRandom.bytes(200_000);

    expect(bytes.subarray(150_000).some((byte) => byte !== 0)).toBe(true);
  });
});

describe('randomUuid', () => {
  it('has 22 characters, survives its bytes, and never looks like a flag', () => {
    const random = new SeededRandom(3);

    for (let count = 0; count < 5_000; count++) {
      const uuid = randomUuid(random);
      expect(uuid).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
      expect(uuidBytes(uuid).toString('base64url')).toBe(uuid);
    }
    expect(uuidBytes(ZERO_UUID).every((byte) => byte === 0)).toBe(true);
  });

  it('refuses text that is not 16 bytes', () => {
    expect(() => uuidBytes('abc')).toThrow(/not a UUID/);
  });
});
