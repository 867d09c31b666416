import { formatAddress, parseAddress } from './address.ts';

describe('parseAddress', () => {
  it.each([
    ['127.0.0.1:9092', '127.0.0.1', 9092],
    [' broker.example:1 ', 'broker.example', 1],
    ['[::1]:65535', '::1', 65_535],
  ])('reads "%s"', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  it.each(['', 'broker', 'broker:', ':9092', 'broker:0', 'broker:65536', 'broker:9092x', '::1:9092', 'a:1:2'])(
    'refuses "%s" and says what to write',
    (text) => {
      expect(() => parseAddress(text)).toThrow(/is no broker address: write host:port, for example 127\.0\.0\.1:9092/);
    },
  );
});

describe('formatAddress', () => {
  it.each(['broker:9092', '[::1]:9092'])('writes %s as it was read', (text) => {
    expect(formatAddress(parseAddress(text))).toBe(text);
  });
});
