import { SeededRandom } from '@millrace/base';
import { split, type Piece } from './splitter.ts';

async function* inChunks(bytes: Buffer, random: SeededRandom): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const size = 1 + random.nextInt(7);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function pieces(bytes: Buffer, random: SeededRandom, options: Partial<Parameters<typeof split>[1]> = {}) {
  const all: Piece[] = [];
  const defaults = { separator: Buffer.from('\n'), maxBytes: 1_000, isQuoted: false, start: 0 };
  for await (const piece of split(inChunks(bytes, random), { ...defaults, ...options })) {
    all.push({ ...piece, bytes: Buffer.from(piece.bytes) });
  }
  return all;
}

describe('split', () => {
  it.each(Array.from({ length: 30 }, (_, seed) => seed + 1))(
    'gives every piece with its end (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const separator = Buffer.from(['\n', '\r\n', '--=', 'aa'][random.nextInt(4)] ?? '\n');
      const parts = Array.from({ length: 20 }, () => 'b'.repeat(random.nextInt(random.nextInt(5) === 0 ? 60 : 12)));
      const text = parts.join(separator.toString()) + (random.nextInt(2) === 0 ? separator.toString() : '');
      const maxBytes = 30;

      const got = await pieces(Buffer.from(text), random, { separator, maxBytes, start: 100 });

      const expected = text.split(separator.toString());
      if (expected.at(-1) === '') expected.pop();
      let end = 100;
      expect(got.map(({ bytes, isTooLong }) => [bytes.toString(), isTooLong])).toEqual(
        expected.map((part) => [part.slice(0, maxBytes), part.length > maxBytes]),
      );
      for (const [index, part] of expected.entries()) {
        end = Math.min(100 + text.length, end + part.length + separator.length);
        expect(got[index]?.end).toBe(end);
      }
    },
  );

  it.each([1, 2, 3, 4, 5])('does not cut between quotes (seed %i)', async (seed) => {
    const rows = ['a,"x\ny"', '"say ""hi""\n\n",2', 'plain', '"\n"'];

    const got = await pieces(Buffer.from(rows.join('\n')), new SeededRandom(seed), { isQuoted: true });

    expect(got.map(({ bytes }) => bytes.toString())).toEqual(rows);
  });

  it('takes everything for one piece without a separator', async () => {
    const got = await pieces(Buffer.from('one\ntwo'), new SeededRandom(1), { separator: Buffer.alloc(0) });
    expect(got.map(({ bytes, end }) => [bytes.toString(), end])).toEqual([['one\ntwo', 7]]);
  });
});
