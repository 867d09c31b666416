import fc from 'fast-check';

import {
  compareDecimals,
  decimal,
  decimalBytes,
  decimalFromBytes,
  decimalNumber,
  decimalText,
  isDecimal,
  rescale,
} from './index.ts';

describe('decimals', () => {
  it.each([
    ['12.50', { unscaled: 1250n, scale: 2 }],
    ['-0.05', { unscaled: -5n, scale: 2 }],
    ['1.5e3', { unscaled: 15n, scale: -2 }],
    ['.5', { unscaled: 5n, scale: 1 }],
    ['007', { unscaled: 7n, scale: 0 }],
    [0.1, { unscaled: 1n, scale: 1 }],
    [1e-7, { unscaled: 1n, scale: 7 }],
    [12n, { unscaled: 12n, scale: 0 }],
  ])('are read from %s', (value, expected) => {
    expect(decimal(value)).toEqual(expected);
    expect(isDecimal(decimal(value))).toBe(true);
  });

  it.each(['', '.', 'x', '1,5', '1e', 'NaN', 'Infinity', '1e999999999', Number.NaN])(
    'are not read from %s',
    (value) => {
      expect(() => decimal(value)).toThrow(expect.objectContaining({ code: 'MILLRACE_CONNECT_INVALID_DECIMAL' }));
    },
  );

  it('are the same again from their text and bytes', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n }),
        fc.integer({ min: 0, max: 40 }),
        (unscaled, scale) => {
          const value = { unscaled, scale };
          expect(decimal(decimalText(value))).toEqual(value);
          expect(decimalFromBytes(decimalBytes(value), scale)).toEqual(value);
        },
      ),
    );
  });

  // What java.math.BigInteger.toByteArray() gives.
  it.each([
    [0n, [0]],
    [127n, [127]],
    [128n, [0, 128]],
    [200n, [0, 200]],
    [-1n, [255]],
    [-128n, [128]],
    [-129n, [255, 127]],
    [32_768n, [0, 128, 0]],
  ])('%s takes as few bytes as hold it', (unscaled, bytes) => {
    expect([...decimalBytes({ unscaled, scale: 0 })]).toEqual(bytes);
  });

  it('change their scale without losing digits', () => {
    expect(rescale(decimal('1.50'), 1)).toEqual({ unscaled: 15n, scale: 1 });
    expect(rescale(decimal('1.5'), 3)).toEqual({ unscaled: 1500n, scale: 3 });
    expect(() => rescale(decimal('1.55'), 1)).toThrow('1.55 has more than 1 digits after the point');
  });

  it('are compared by value, and are the nearest number', () => {
    expect(compareDecimals(decimal('1.0'), decimal('1.00'))).toBe(0);
    expect(compareDecimals(decimal('-2'), decimal('1.5'))).toBe(-1);
    expect(compareDecimals(decimal('10'), decimal('9.99'))).toBe(1);
    expect(decimalNumber(decimal('0.1'))).toBe(0.1);
    expect(decimalNumber(decimal('-12345678901234567890.5'))).toBe(-12345678901234567000);
    expect(decimalText({ unscaled: 15n, scale: -2 })).toBe('1500');
  });
});
