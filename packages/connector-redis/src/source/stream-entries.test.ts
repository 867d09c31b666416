import { rawEntry, recordOf, valueOf, type StreamEntry } from './stream-entries.ts';

const entry = (...fields: readonly (string | Buffer)[]): StreamEntry => ({
  id: '7-1',
  fields: fields.map((field) => Buffer.from(field)),
});
const NO_TEXT = Buffer.from([0x61, 0xff]);

describe('recordOf', () => {
  it('refuses a text that is not UTF-8, and names stream, entry, field and the setting', () => {
    const call = (): unknown => recordOf(entry('a', 'x', 'b', NO_TEXT), 'orders', 't', 'text');

    expect(call).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_CONNECT_REDIS_UNREADABLE_ENTRY',
        retriable: false,
        message: expect.stringMatching(/^field "b" of entry 7-1 of the stream orders .*redis\.value\.format=bytes/),
      }),
    );
  });

  it('leaves bytes as they are', () => {
    expect(recordOf(entry('b', NO_TEXT), 'orders', 't', 'bytes').value).toEqual({ b: NO_TEXT });
  });

  it('keeps a byte order mark and every other character', () => {
    expect(recordOf(entry('a', '\uFEFF\uFFFD\u{1F600}\0'), 'orders', 't', 'text').value).toEqual({
      a: '\uFEFF\uFFFD\u{1F600}\0',
    });
  });

  it.each(['text', 'bytes'] as const)('keeps a field called __proto__ (%s)', (format) => {
    const value = recordOf(entry('__proto__', 'x', 'a', 'y'), 'orders', 't', format).value as object;

    expect(Object.entries(value).map(([name, item]) => [name, String(item)])).toEqual([
      ['__proto__', 'x'],
      ['a', 'y'],
    ]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('refuses an entry that has a field twice, of which an object would keep one', () => {
    expect(() => recordOf(entry('a', '1', 'a', '2'), 'orders', 't', 'text')).toThrow(
      'entry 7-1 of the stream orders has the field "a" twice',
    );
  });

  it('refuses a name that is not UTF-8, whatever the form of values', () => {
    expect(() => recordOf(entry(NO_TEXT, '1'), 'orders', 't', 'bytes')).toThrow(
      'entry 7-1 of the stream orders has a field whose name is not text',
    );
  });
});

describe('valueOf', () => {
  it('names what is no text', () => {
    expect(() => valueOf(NO_TEXT, 'text', () => 'an element of the list jobs')).toThrow(
      /^an element of the list jobs is not text in UTF-8: set redis\.value\.format=bytes/,
    );
  });
});

describe('rawEntry', () => {
  it('has every byte of the fields, as Redis writes them', () => {
    expect(rawEntry(entry('a', NO_TEXT))).toEqual(
      Buffer.concat([Buffer.from('*2\r\n$1\r\na\r\n$2\r\n'), NO_TEXT, Buffer.from('\r\n')]),
    );
  });
});
