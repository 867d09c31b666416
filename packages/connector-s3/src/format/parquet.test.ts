import { decimal, LogicalName, type InRecord, type Schema } from '@millrace/connect-api';
import { parquetReadObjects } from 'hyparquet';
import { parquet } from './parquet.ts';
import type { Encoder } from './format.ts';

const of = (type: Schema['type'], more: Partial<Schema> = {}): Schema => ({ type, optional: true, ...more });

function record(value: unknown, valueSchema?: Schema): InRecord {
  const origin = { topic: 't', partition: 0, offset: 7 };
  const schema = valueSchema === undefined ? {} : { valueSchema };
  return { ...origin, origin, key: 'k', value, ...schema, headers: [], timestampMs: 5, timestampType: 'create' };
}

async function rowsOf(encoder: Encoder, ...before: (Uint8Array | undefined)[]): Promise<Record<string, unknown>[]> {
  const bytes = Buffer.concat([...before, encoder.finish()].map((block) => block ?? Buffer.alloc(0)));
  return parquetReadObjects({
    file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  });
}

describe('a Parquet file', () => {
  it('has the types of the schema, nested ones too', async () => {
    const schema = of('struct', {
      fields: [
        { name: 'id', schema: of('int32') },
        { name: 'price', schema: of('bytes', { name: LogicalName.decimal, parameters: { scale: '2' } }) },
        { name: 'day', schema: of('int32', { name: LogicalName.date }) },
        { name: 'at', schema: of('int64', { name: LogicalName.timestamp }) },
        { name: 'raw', schema: of('bytes') },
        { name: 'tags', schema: of('array', { valueSchema: of('string') }) },
        { name: 'counts', schema: of('map', { keySchema: of('string'), valueSchema: of('int64') }) },
        { name: 'inner', schema: of('struct', { fields: [{ name: 'x', schema: of('float64') }] }) },
      ],
    });
    const encoder = parquet(['value'], 'snappy').open('t');
    encoder.append(
      record(
        {
          id: 1,
          price: decimal('12.50'),
          day: new Date('2026-03-01T00:00:00Z'),
          at: new Date(1_500),
          raw: new Uint8Array([1, 255]),
          tags: ['a', null, 'b'],
          counts: new Map([['n', 2n]]),
          inner: { x: 0.5 },
        },
        schema,
      ),
    );
    encoder.append(record({ id: 2, tags: [], counts: new Map(), inner: null }, schema));

    const [first, second] = await rowsOf(encoder);
    expect(first).toMatchObject({
      id: 1,
      price: 12.5,
      day: new Date('2026-03-01T00:00:00Z'),
      at: new Date(1_500),
      tags: ['a', null, 'b'],
      counts: { n: 2n },
      inner: { x: 0.5 },
    });
    expect(second).toMatchObject({ id: 2, price: null, tags: [], raw: null });
  });

  it('widens columns until its first rows are written, then leaves what does not fit to the next file', async () => {
    const format = parquet(['value'], 'none');
    const first = format.open('t');
    first.append(record({ a: 1 }));
    first.append(record({ a: 2.5, b: 'x' }));
    const block = first.drain();

    expect(first.accepts(record({ a: 3 }))).toBe(true);
    expect(first.accepts(record({ b: null, a: null }))).toBe(true);
    expect(first.accepts(record({ a: 3, c: true }))).toBe(false);
    expect(first.accepts(record({ a: 'text' }))).toBe(false);
    first.append(record({ a: 3 }));
    expect(await rowsOf(first, block)).toEqual([
      { a: 1, b: null },
      { a: 2.5, b: 'x' },
      { a: 3, b: null },
    ]);

    const second = format.open('t');
    second.append(record({ a: 'text', c: true }));
    second.append(record({ a: 4 }));
    // What has nothing in common is text with JSON.
    expect(await rowsOf(second)).toEqual([
      { a: '"text"', b: null, c: true },
      { a: '4', b: null, c: null },
    ]);
  });

  it('joins two versions of a schema in one file', async () => {
    const old = of('struct', { fields: [{ name: 'n', schema: of('int32') }] });
    const young = of('struct', {
      fields: [
        { name: 'n', schema: of('int64') },
        { name: 'more', schema: of('string') },
      ],
    });
    const format = parquet(['value'], 'none');
    const warm = format.open('t');
    warm.append(record({ n: 1 }, old));
    warm.append(record({ n: 2n ** 40n, more: 'x' }, young));
    warm.finish();

    const encoder = format.open('t');
    encoder.append(record({ n: 3 }, old));
    encoder.drain();
    // Versions that alternate do not end the file each time.
    expect([record({ n: 4n, more: 'y' }, young), record({ n: 5 }, old)].map((one) => encoder.accepts(one))).toEqual([
      true,
      true,
    ]);
  });

  const priced = (scale: string): Schema =>
    of('struct', {
      fields: [{ name: 'p', schema: of('bytes', { name: LogicalName.decimal, parameters: { scale } }) }],
    });

  it('brings decimals to the scale of their column', async () => {
    const encoder = parquet(['value'], 'none').open('t');
    for (const text of ['12.5', '12.500', '1e2', '-0.07']) encoder.append(record({ p: decimal(text) }, priced('2')));
    encoder.append(record({ p: decimal('0.125') }, priced('3')));

    expect(await rowsOf(encoder)).toEqual([12.5, 12.5, 100, -0.07, 0.125].map((p) => ({ p })));
  });

  it('refuses a decimal of more digits than its column has, and keeps nothing of it', async () => {
    const encoder = parquet(['value'], 'none').open('t');
    encoder.append(record({ p: decimal('12.5') }, priced('2')));

    expect(() => encoder.append(record({ p: decimal('12.345') }, priced('2')))).toThrow(/field "p" is not of the type/);
    expect(() => encoder.append(record({ p: decimal('1e38') }, priced('2')))).toThrow(/field "p" is not of the type/);
    expect(await rowsOf(encoder)).toEqual([{ p: 12.5 }]);
  });

  it('takes decimals without a schema as numbers where a column can hold them, else as text with JSON', async () => {
    const encoder = parquet(['value'], 'none').open('t');
    encoder.append(record({ a: decimal('1e3'), b: decimal('1e40') }));
    encoder.append(record({ a: decimal('0.5'), b: decimal('1.5') }));

    expect(await rowsOf(encoder)).toEqual([
      { a: 1000, b: `1${'0'.repeat(40)}` },
      { a: 0.5, b: '1.5' },
    ]);
  });

  it('refuses at once what it could not write later, and keeps nothing of it', async () => {
    const encoder = parquet(['value'], 'none').open('t');
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level++) deep = [deep];
    const loose = of('struct', { fields: [{ name: 'list', schema: of('array') }] });
    const clock = of('struct', { fields: [{ name: 'at', schema: of('int32', { name: LogicalName.time }) }] });
    for (const bad of [
      record({ a: deep }),
      record({ a: () => 1 }),
      record({ a: new Date(Number.NaN) }),
      record({ list: [[1, deep]] }, loose),
      record({ at: new Date('2026-03-01T00:00:00Z') }, clock),
    ]) {
      expect(() => encoder.append(bad)).toThrow(
        expect.objectContaining({
          code: 'MILLRACE_CONNECT_S3_UNWRITABLE_RECORD',
          message: expect.stringMatching(/^field "/),
        }),
      );
    }
    encoder.append(record({ a: { b: [1n] } }));
    encoder.append(record({ list: [[1], 'x'] }, loose));

    expect(await rowsOf(encoder)).toEqual([{ a: '{"b":[1]}' }, { a: null, list: ['[1]', '"x"'] }]);
  });

  it('refuses a value that is not what its schema says, and keeps nothing of it', async () => {
    const schema = of('struct', { fields: [{ name: 'n', schema: of('int32') }] });
    const encoder = parquet(['key', 'offset', 'timestamp', 'value'], 'none').open('t');
    encoder.append(record({ n: 1 }, schema));

    expect(() => encoder.append(record({ n: 2 ** 40 }, schema))).toThrow(/field "n" is not of the type int32/);
    expect(await rowsOf(encoder)).toEqual([{ __key: 'k', __offset: 7n, __timestamp: 5n, n: 1 }]);
  });
});
