import { murmur2, murmur2OfText, partitionOfKey } from './murmur2.ts';

/** Text, hash, partition of 6, partition of 7: from Utils.murmur2 and Utils.toPositive of kafka-clients 4.3.1. */
const VECTORS: [string, number, number, number][] = [
  ['', 275646681, 3, 2],
  ['1', -1993445489, 3, 2],
  ['21', -973932308, 0, 3],
  ['abc', 479470107, 3, 4],
  ['abcd', -1323649548, 2, 5],
  ['foobar', -790332482, 0, 0],
  ['a-little-bit-long-string', -985981536, 2, 1],
  ['a-little-bit-longer-string', -1486304829, 5, 0],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971, 5, 3],
  ['gr\u00fc\u00dfe', 1943707148, 2, 5],
  ['\u65e5\u672c\u8a9e', 1431860170, 4, 6],
  ['\ud83d\ude00 key', 264525617, 5, 6],
  ['key-000000000042', -2035642651, 1, 2],
  ['\u007f\u0080', 10196938, 4, 3],
];

describe('murmur2', () => {
  it.each(VECTORS)("gives %j Java's hash and partition, as text and as bytes", (text, hash, ofSix, ofSeven) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
    expect(murmur2OfText(text)).toBe(hash);
    expect([partitionOfKey(text, 6), partitionOfKey(Buffer.from(text), 7)]).toEqual([ofSix, ofSeven]);
  });

  it("equals Java's over every length to 300, with bytes beyond 127", () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => index * 7 + 3);
    let digest = 0;
    for (let length = 0; length <= 300; length++) {
      digest = (Math.imul(digest, 31) + murmur2(bytes.subarray(0, length))) | 0;
    }

    expect(digest).toBe(-558819218);
    expect(murmur2(Uint8Array.of(0xff, 0x80, 0, 0x7f))).toBe(-301591868);
  });
});
