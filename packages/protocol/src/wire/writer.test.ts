import { ZERO_UUID } from '@millrace/base';

import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { OUT_OF_LINE_BYTES_MIN, sizeOfUvarint, utf8Length } from './sizes.ts';
import { Writer } from './writer.ts';

function written(size: number, write: (writer: Writer) => void): string {
  const writer = new Writer(size);
  write(writer);
  return writer.toBuffer().toString('hex');
}

describe('Writer', () => {
  it('writes integers in network byte order', () => {
    expect(written(1, (w) => w.int8(-128))).toBe('80');
    expect(written(2, (w) => w.int16(-2))).toBe('fffe');
    expect(written(2, (w) => w.uint16(0xfffe))).toBe('fffe');
    expect(written(4, (w) => w.int32(-2))).toBe('fffffffe');
    expect(written(8, (w) => w.int64(-(2n ** 63n)))).toBe('8000000000000000');
    expect(written(8, (w) => w.float64(1.5))).toBe('3ff8000000000000');
    expect(written(2, (w) => (w.boolean(true), w.boolean(false)))).toBe('0100');
  });

  it.each([
    ['int8', (w: Writer) => w.int8(128)],
    ['int16', (w: Writer) => w.int16(40_000)],
    ['uint16', (w: Writer) => w.uint16(-1)],
    ['int32', (w: Writer) => w.int32(2 ** 31)],
    ['int32 of a fraction', (w: Writer) => w.int32(1.5)],
    ['int32 of NaN', (w: Writer) => w.int32(Number.NaN)],
    ['int64', (w: Writer) => w.int64(2n ** 63n)],
    ['uvarint', (w: Writer) => w.uvarint(-1)],
    ['string', (w: Writer) => w.string('x'.repeat(0x8000))],
    ['compact string', (w: Writer) => w.compactString('é'.repeat(0x4000))],
  ])('refuses a value that does not fit: %s', (_type, write) => {
    expect(() => write(new Writer(100_000))).toThrow(
      expect.objectContaining({ code: 'MILLRACE_PROTOCOL_VALUE_OUT_OF_RANGE' }) as ProtocolError,
    );
  });

  it('writes varints as short as possible', () => {
    for (const value of [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455, 268_435_456, 2 ** 32 - 1]) {
      const writer = new Writer(sizeOfUvarint(value));
      writer.uvarint(value);

      expect(new Reader(writer.toBuffer()).uvarint()).toBe(value);
    }
  });

  it('writes strings as the reader gives them back', () => {
    for (const text of ['', 'a', 'grün', '日本😀', 'x'.repeat(48), 'x'.repeat(49), 'é'.repeat(100)]) {
      const writer = new Writer(2 + utf8Length(text));
      writer.string(text);

      expect(new Reader(writer.toBuffer()).string()).toBe(text);
    }
  });

  it('counts and writes a lone surrogate as the replacement character', () => {
    const writer = new Writer(2 + utf8Length('a\ud800b'));
    writer.string('a\ud800b');

    expect(new Reader(writer.toBuffer()).string()).toBe('a\ufffdb');
  });

  it('writes uuids from their text form and refuses other text', () => {
    expect(written(16, (w) => w.uuid(ZERO_UUID))).toBe('00'.repeat(16));
    expect(written(16, (w) => w.uuid('_____________________w'))).toBe('ff'.repeat(16));
    const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    expect(written(16, (w) => w.uuid(bytes.toString('base64url')))).toBe(bytes.toString('hex'));

    for (const text of [
      '',
      'short',
      `${'A'.repeat(21)}B`,
      `${'A'.repeat(21)}é`,
      'A'.repeat(23),
      `${'A'.repeat(20)}==`,
    ]) {
      expect(() => new Writer(16).uuid(text)).toThrow(
        expect.objectContaining({ code: 'MILLRACE_PROTOCOL_BAD_UUID' }) as ProtocolError,
      );
    }
  });

  it('passes large record slices on without copying and gathers small ones', () => {
    const large = Buffer.alloc(OUT_OF_LINE_BYTES_MIN, 1);
    const small = Buffer.alloc(OUT_OF_LINE_BYTES_MIN - 1, 2);
    const writer = new Writer(4 + large.length + 2 * small.length + 1, large.length);
    writer.records([small, large, small]);
    writer.int8(9);

    const chunks = writer.finish();

    expect(chunks.map(({ length }) => length)).toEqual([4 + small.length, large.length, small.length + 1]);
    expect(chunks[1]).toBe(large);
  });

  it('starts and ends with a record slice when nothing surrounds it', () => {
    const large = Buffer.alloc(OUT_OF_LINE_BYTES_MIN, 1);
    const writer = new Writer(4 + 2 * large.length, 2 * large.length);
    writer.records([large, large]);

    expect(writer.finish().map(({ length }) => length)).toEqual([4, large.length, large.length]);
  });

  it('copies all records when none were announced as out of line', () => {
    const large = Buffer.alloc(OUT_OF_LINE_BYTES_MIN, 1);
    const writer = new Writer(4 + large.length);
    writer.records(large);

    expect(writer.finish()).toHaveLength(1);
  });

  it('fails when fewer or more bytes were written than announced', () => {
    const short = new Writer(5);
    short.int32(1);
    expect(() => short.finish()).toThrow('encoded 4 + 0 bytes where 5 + 0');

    const long = new Writer(3);
    long.int32(1);
    expect(() => long.finish()).toThrow('encoded 4 + 0 bytes where 3 + 0');

    expect(() => new Writer(7).int64(1n)).toThrow('more bytes than announced');
  });

  it('gives an empty buffer for an empty message', () => {
    expect(new Writer(0).finish()).toEqual([]);
    expect(new Writer(0).toBuffer()).toHaveLength(0);
  });

  it('merges unknown tags around known ones and refuses those that collide', () => {
    const tags = [1, 4].map((tag) => ({ tag, data: Buffer.alloc(0) }));
    const writer = new Writer(4);

    const next = writer.rawTags(tags, 0, 3);
    expect(next).toBe(1);
    expect(writer.rawTags(tags, next, Infinity)).toBe(2);
    expect(writer.toBuffer().toString('hex')).toBe('01000400');

    const badTag = expect.objectContaining({ code: 'MILLRACE_PROTOCOL_BAD_TAG' }) as ProtocolError;
    expect(() => new Writer(9).rawTags(tags, 0, 1)).toThrow(badTag);
    expect(() => new Writer(9).taggedFields(tags.toReversed())).toThrow(badTag);
  });
});
