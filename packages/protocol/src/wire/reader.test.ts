import { ZERO_UUID } from '@millrace/base';

import { ProtocolError } from './protocol-error.ts';
import type { ProtocolErrorCode } from './protocol-error.ts';
import { ARRAY_ELEMENTS_MAX, Reader, TAGS_MAX, TOTAL_ELEMENTS_MAX } from './reader.ts';

function hex(text: string): Reader {
  return new Reader(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

function codeOf(action: () => unknown): ProtocolErrorCode | 'none' {
  try {
    action();
    return 'none';
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

describe('Reader', () => {
  it('reads integers in network byte order with their sign', () => {
    const reader = hex('ff 80 fffe fffe fffffffe 80000000 ffffffffffffffff 7fffffffffffffff 3ff8000000000000 00 02');

    expect(reader.int8()).toBe(-1);
    expect(reader.int8()).toBe(-128);
    expect(reader.int16()).toBe(-2);
    expect(reader.uint16()).toBe(0xfffe);
    expect(reader.int32()).toBe(-2);
    expect(reader.int32()).toBe(-(2 ** 31));
    expect(reader.int64()).toBe(-1n);
    expect(reader.int64()).toBe(2n ** 63n - 1n);
    expect(reader.float64()).toBe(1.5);
    expect(reader.boolean()).toBe(false);
    expect(reader.boolean()).toBe(true);
    expect(reader.remaining).toBe(0);
  });

  it('reads int64 at any offset of a larger buffer', () => {
    const frame = Buffer.from('00000000000000000a', 'hex');

    expect(new Reader(frame.subarray(1)).int64()).toBe(10n);
    expect(new Reader(frame, 1, 9).int64()).toBe(10n);
  });

  it('reads varints of one to five bytes', () => {
    expect(hex('00').uvarint()).toBe(0);
    expect(hex('7f').uvarint()).toBe(127);
    expect(hex('8001').uvarint()).toBe(128);
    expect(hex('ffff03').uvarint()).toBe(65535);
    expect(hex('ffffffff0f').uvarint()).toBe(2 ** 32 - 1);
  });

  it('refuses varints that exceed 32 bits or do not end', () => {
    expect(codeOf(() => hex('ffffffff10').uvarint())).toBe('MILLRACE_PROTOCOL_BAD_VARINT');
    expect(codeOf(() => hex('808080808000').uvarint())).toBe('MILLRACE_PROTOCOL_BAD_VARINT');
    expect(codeOf(() => hex('8080').uvarint())).toBe('MILLRACE_PROTOCOL_TRUNCATED');
  });

  it('reads strings, short and long, ASCII and not', () => {
    for (const text of ['', 'a', 'grün', '日本😀', 'x'.repeat(23), 'x'.repeat(24) + 'é', 'y'.repeat(3000)]) {
      const bytes = Buffer.from(text);
      const classic = Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);

      expect(new Reader(classic).string()).toBe(text);
    }
    expect(hex('ffff').nullableString()).toBeNull();
    expect(hex('00').compactNullableString()).toBeNull();
    expect(hex('03c3a9').compactString()).toBe('é');
  });

  it('refuses null where the type has none', () => {
    expect(codeOf(() => hex('ffff').string())).toBe('MILLRACE_PROTOCOL_NULL_FIELD');
    expect(codeOf(() => hex('00').compactString())).toBe('MILLRACE_PROTOCOL_NULL_FIELD');
    expect(codeOf(() => hex('ffffffff').bytes())).toBe('MILLRACE_PROTOCOL_NULL_FIELD');
    expect(codeOf(() => hex('ffffffff').arrayLength(1))).toBe('MILLRACE_PROTOCOL_NULL_FIELD');
  });

  it('refuses lengths below -1', () => {
    expect(codeOf(() => hex('fffe').nullableString())).toBe('MILLRACE_PROTOCOL_BAD_LENGTH');
    expect(codeOf(() => hex('fffffffe').nullableBytes())).toBe('MILLRACE_PROTOCOL_BAD_LENGTH');
    expect(codeOf(() => hex('fffffffe').records())).toBe('MILLRACE_PROTOCOL_BAD_LENGTH');
    expect(codeOf(() => hex('80000000').nullableArrayLength(1))).toBe('MILLRACE_PROTOCOL_BAD_LENGTH');
  });

  it('refuses compact strings beyond the limit that classic ones have', () => {
    const bytes = Buffer.concat([Buffer.from('818002', 'hex'), Buffer.alloc(0x8000)]);

    expect(codeOf(() => new Reader(bytes).compactString())).toBe('MILLRACE_PROTOCOL_BAD_LENGTH');
  });

  it('copies bytes but shares records with the frame', () => {
    const frame = Buffer.from('0000000161 0000000162'.replaceAll(' ', ''), 'hex');
    const reader = new Reader(frame);
    const bytes = reader.bytes();
    const records = reader.records();
    frame.fill(0x7a);

    expect(bytes.toString()).toBe('a');
    expect(records?.toString()).toBe('z');
  });

  it('gives the zero uuid and others in text form', () => {
    expect(hex('00'.repeat(16)).uuid()).toBe(ZERO_UUID);
    expect(hex('ff'.repeat(16)).uuid()).toBe('_____________________w');
  });

  it('does not look behind its end', () => {
    const reader = new Reader(Buffer.from('0102030405060708', 'hex'), 1, 3);

    expect(codeOf(() => reader.int32())).toBe('MILLRACE_PROTOCOL_TRUNCATED');
    expect(reader.int16()).toBe(0x0203);
    expect(codeOf(() => reader.int8())).toBe('MILLRACE_PROTOCOL_TRUNCATED');
  });

  it('refuses counts that the remaining bytes cannot hold', () => {
    expect(hex('00000002 0000 0000').arrayLength(2)).toBe(2);
    expect(codeOf(() => hex('00000003 0000 0000').arrayLength(2))).toBe('MILLRACE_PROTOCOL_TOO_MANY_ELEMENTS');
    expect(codeOf(() => hex('7fffffff 00').arrayLength(1))).toBe('MILLRACE_PROTOCOL_TOO_MANY_ELEMENTS');
    expect(codeOf(() => hex('ffffffff0f 00').compactArrayLength(1))).toBe('MILLRACE_PROTOCOL_TOO_MANY_ELEMENTS');
  });

  it('refuses more elements than one array, or all together, may have', () => {
    const count = ARRAY_ELEMENTS_MAX;
    const bytes = Buffer.alloc(4 + count + 1);
    bytes.writeInt32BE(count + 1);

    expect(codeOf(() => new Reader(bytes).arrayLength(1))).toBe('MILLRACE_PROTOCOL_TOO_MANY_ELEMENTS');

    bytes.writeInt32BE(count);
    const reader = new Reader(bytes);
    for (let total = count; total <= TOTAL_ELEMENTS_MAX; total += count) {
      expect(reader.arrayLength(1)).toBe(count);
      reader.rewind(4);
    }
    expect(codeOf(() => reader.arrayLength(1))).toBe('MILLRACE_PROTOCOL_TOO_MANY_ELEMENTS');
  });

  it('keeps unknown tagged fields and refuses tags that do not rise', () => {
    expect(hex('00').taggedFields()).toBeUndefined();
    expect(hex('02 05 01 aa 07 00').taggedFields()).toEqual([
      { tag: 5, data: Buffer.from('aa', 'hex') },
      { tag: 7, data: Buffer.alloc(0) },
    ]);
    expect(codeOf(() => hex('02 05 01 aa 05 00').taggedFields())).toBe('MILLRACE_PROTOCOL_BAD_TAG');
  });

  it('refuses tag sections that claim too much', () => {
    expect(codeOf(() => hex('03 00 00 01 00').taggedFields())).toBe('MILLRACE_PROTOCOL_TOO_MANY_ELEMENTS');
    expect(codeOf(() => hex('01 00 05 00').taggedFields())).toBe('MILLRACE_PROTOCOL_TRUNCATED');
    const many = Buffer.alloc(4 * TAGS_MAX);
    many.set([0x91, 0x4e]); // 10,001

    expect(codeOf(() => new Reader(many).taggedFields())).toBe('MILLRACE_PROTOCOL_TOO_MANY_ELEMENTS');
  });

  it('refuses a tagged field whose content has another length than stated', () => {
    const reader = hex('02 0000 00');
    const end = reader.taggedFieldEnd();
    reader.int8();

    expect(codeOf(() => reader.expectPosition(end))).toBe('MILLRACE_PROTOCOL_BAD_LENGTH');
  });
});
