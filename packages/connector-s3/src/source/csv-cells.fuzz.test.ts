import { SeededRandom } from '@millrace/base';
import type { InRecord } from '@millrace/connect-api';
import { csv } from '../format/csv.ts';
import { csvCells } from './csv-cells.ts';
import { csvReader } from './record-reader.ts';
import { split } from './splitter.ts';

describe('csvCells', () => {
  it.each([
    ['a,b', ['a', 'b']],
    ['', [null]],
    ['"",', ['', null]],
    [',,', [null, null, null]],
    ['"a ""b"", c",d', ['a "b", c', 'd']],
    ['"x\ny"', ['x\ny']],
  ])('reads %j', (line, cells) => {
    expect(csvCells(line, ',')).toEqual(cells);
  });

  it.each(['"open', '"a"b', '"a" ,b'])('refuses %j', (line) => {
    expect(csvCells(line, ',')).toBeUndefined();
  });

  it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))('reads what the sink writes (seed %i)', async (seed) => {
    const random = new SeededRandom(seed);
    const alphabet = ['a', '"', ',', ';', '\n', '\r', ' ', '\t', 'é', '\\', ']', '-', '^'];
    const separator = [',', ';', '\t', ']', '-', '^', '\\'][random.nextInt(7)] ?? ',';
    const cell = (): string | null =>
      random.nextInt(6) === 0
        ? null
        : Array.from({ length: random.nextInt(6) }, () => alphabet[random.nextInt(alphabet.length)]).join('');
    const values = Array.from({ length: 30 }, () => ({ a: cell(), 'b "c"': cell(), d: cell() }));
    const encoder = csv({ fields: ['value'], separator, hasHeader: true }).open('t');
    for (const value of values) encoder.append({ value, headers: [] } as unknown as InRecord);
    const bytes = encoder.finish() ?? Buffer.alloc(0);

    const read = csvReader({ separator, columns: undefined, fields: ['value'] });
    const got: unknown[] = [];
    const options = { separator: Buffer.from('\n'), maxBytes: 10_000, isQuoted: true, start: 0 };
    async function* whole(): AsyncGenerator<Uint8Array> {
      yield bytes;
    }
    for await (const piece of split(whole(), options)) {
      const parts = read(piece.bytes);
      if (parts !== undefined) got.push(parts.value);
    }
    expect(got).toEqual(values);
  });
});
