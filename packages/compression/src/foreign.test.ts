import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompressionCodec } from './codec.ts';
import { decompress, decompressAsync } from './compress.ts';

interface ForeignVector {
  readonly name: string;
  readonly codec: CompressionCodec;
  readonly writer: string;
  readonly base64: string;
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../vectors/foreign.json'), 'utf8'),
) as readonly ForeignVector[];

function foreignText(): Buffer {
  let text = '';
  for (let index = 0; index < 1600; index++)
    text += `${(index * index) % 97}:the quick brown fox jumps over the lazy dog;`;
  return Buffer.from(text);
}

describe('data compressed by other implementations', () => {
  it.each(vectors.map((vector) => [`${vector.codec}, ${vector.name} (${vector.writer})`, vector] as const))(
    'opens: %s',
    async (_name, { codec, base64 }) => {
      const expected = foreignText();
      const input = Buffer.from(base64, 'base64');
      const options = { outputBytesMax: expected.length };

      expect(decompress(codec, input, options).equals(expected)).toBe(true);
      expect((await decompressAsync(codec, input, options)).equals(expected)).toBe(true);
    },
  );

  it.each(vectors.map((vector) => [`${vector.codec}, ${vector.name}`, vector] as const))(
    'is refused one byte beyond the bound: %s',
    async (_name, { codec, base64 }) => {
      const input = Buffer.from(base64, 'base64');
      const options = { outputBytesMax: foreignText().length - 1 };
      const refusal = expect.objectContaining({ code: 'MILLRACE_COMPRESSION_TOO_LARGE' });

      expect(() => decompress(codec, input, options)).toThrow(refusal);
      await expect(decompressAsync(codec, input, options)).rejects.toEqual(refusal);
    },
  );
});
