import { SeededRandom } from '@millrace/base';
import {
  recordCountMax,
  SCAN_BODY,
  SCAN_KEY,
  SCAN_KEY_LENGTH,
  SCAN_OFFSET_DELTA,
  SCAN_STRIDE,
  SCAN_VALUE,
  SCAN_VALUE_LENGTH,
  scanRecords,
} from './record-scan.ts';

/** A failing run prints its seed; put it here to see it again. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_124);

class Malformed extends Error {}

/** Reads one record field by field, plainly and slowly: what the scan is held to. */
class PlainReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  byte(): number {
    if (this.at >= this.#end) throw new Malformed('past the end');
    return this.#bytes.readUInt8(this.at++);
  }

  varint(bytesMax: number): bigint {
    let folded = 0n;
    for (let index = 0; index < bytesMax; index++) {
      const byte = this.byte();
      folded |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return (folded >> 1n) ^ -(folded & 1n);
    }
    throw new Malformed('a varint does not end');
  }

  int32(): number {
    return Number(BigInt.asIntN(32, this.varint(5)));
  }

  sized(lengthMin: number): { start: number; length: number } {
    const length = this.int32();
    if (length < lengthMin) throw new Malformed(`length ${length}`);
    const start = this.at;
    this.at += Math.max(0, length);
    if (this.at > this.#end) throw new Malformed('past the end');
    return { start, length };
  }
}

function plainPositions(bytes: Buffer, start: number, end: number, count: number): number[] | undefined {
  const positions: number[] = [];
  try {
    const outer = new PlainReader(bytes, start, end);
    for (let index = 0; index < count; index++) {
      const body = outer.sized(0);
      const record = new PlainReader(bytes, body.start, body.start + body.length);
      record.byte();
      record.varint(10);
      const offsetDelta = record.int32();
      const key = record.sized(-1);
      const value = record.sized(-1);
      const headerCount = record.int32();
      if (headerCount < 0) throw new Malformed('header count');
      for (let header = 0; header < headerCount; header++) {
        record.sized(0);
        record.sized(-1);
      }
      if (record.at !== outer.at) throw new Malformed('bytes left in a record');
      positions.push(body.start, offsetDelta, key.start, key.length, value.start, value.length);
    }
    return outer.at === end ? positions : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function scan(bytes: Buffer, start: number, end: number, count: number): number[] | undefined {
  const positions = new Int32Array(count * SCAN_STRIDE);
  return scanRecords(bytes, start, end, count, positions) === undefined ? [...positions] : undefined;
}

const record = (...body: number[]): number[] => [body.length * 2, ...body];
const long = (value: number): number[] => [(value & 0x7f) | 0x80, value >>> 7];

describe('scanRecords', () => {
  it('stores where everything lies', () => {
    const bytes = Buffer.from([9, ...record(0, 4, 6, 4, 75, 75, 1, 0), ...record(0, 0, 2, 1, 2, 86, 2, 2, 72, 1), 9]);
    const positions = new Int32Array(2 * SCAN_STRIDE);

    expect(scanRecords(bytes, 1, bytes.length - 1, 2, positions)).toBeUndefined();

    expect(positions[SCAN_BODY]).toBe(2);
    expect(positions[SCAN_OFFSET_DELTA]).toBe(3);
    expect(bytes.subarray(positions[SCAN_KEY], positions[SCAN_KEY]! + positions[SCAN_KEY_LENGTH]!)).toEqual(
      Buffer.from('KK'),
    );
    expect(positions[SCAN_VALUE_LENGTH]).toBe(-1);
    expect(positions[SCAN_STRIDE + SCAN_KEY_LENGTH]).toBe(-1);
    expect(bytes[positions[SCAN_STRIDE + SCAN_VALUE]!]).toBe(86);
  });

  it.each([
    ['a record longer than the range', [18, 0, 0, 0, 1, 1, 0], 1],
    ['a negative record length', [1, 0, 0, 0, 1, 1, 0], 1],
    ['a record length that does not end', [0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 1],
    ['a record length of six bytes', [0x8c, 0x80, 0x80, 0x80, 0x80, 0x00, 0, 0, 0, 1, 1, 0], 1],
    ['a timestamp of eleven bytes', record(0, ...Array<number>(10).fill(0x80), 0, 0, 1, 1, 0), 1],
    ['an offset delta of six bytes', record(0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1, 1, 0), 1],
    ['an offset delta of five unfinished bytes', record(0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 1, 0), 1],
    ['a key beyond its record', record(0, 0, 0, 10, 1, 0), 1],
    ['a key length below null', record(0, 0, 0, 3, 1, 0), 1],
    ['a value beyond its record', record(0, 0, 0, 1, 4, 65, 0), 1],
    ['a value length below null', record(0, 0, 0, 1, 3, 0), 1],
    ['a negative header count', record(0, 0, 0, 1, 1, 1), 1],
    ['a header count without headers', record(0, 0, 0, 1, 1, 2), 1],
    ['a null header name', record(0, 0, 0, 1, 1, 2, 1, 1), 1],
    ['a header name beyond its record', record(0, 0, 0, 1, 1, 2, 4, 65), 1],
    ['a header value beyond its record', record(0, 0, 0, 1, 1, 2, 0, 4, 65), 1],
    ['a header value below null', record(0, 0, 0, 1, 1, 2, 0, 3), 1],
    ['bytes after the headers', record(0, 0, 0, 1, 1, 0, 0), 1],
    ['no room for the header count', record(0, 0, 0, 1, 1), 1],
    ['bytes after the last record', [...record(0, 0, 0, 1, 1, 0), 0], 1],
    ['one record fewer', record(0, 0, 0, 1, 1, 0), 2],
  ])('refuses %s, also when more bytes follow the range', (_name, range, count) => {
    const followed = Buffer.from([...range, ...Array<number>(40).fill(0)]);

    expect(scan(Buffer.from(range), 0, range.length, count)).toBeUndefined();
    expect(scan(followed, 0, range.length, count)).toBeUndefined();
  });

  it.each([
    ['the smallest record', record(0, 0, 0, 1, 1, 0)],
    ['a longest timestamp', record(0, ...Array<number>(9).fill(0xff), 1, 0, 1, 1, 0)],
    ['longer varints than needed', record(0, 0x80, 0, 0x80, 0, 0x81, 0, 0x81, 0, 0x80, 0)],
    ['a header of empty name and null value', record(0, 0, 0, 1, 1, 2, 0, 1)],
    ['a value of 100 bytes', [...long(214), 0, 0, 0, 1, ...long(200), ...Array<number>(100).fill(65), 0]],
  ])('accepts %s', (_name, range) => {
    const bytes = Buffer.from(range);

    expect(scan(bytes, 0, bytes.length, 1)).toEqual(plainPositions(bytes, 0, bytes.length, 1));
    expect(scan(bytes, 0, bytes.length, 1)).toBeDefined();
  });

  it('agrees with a plain reader on bytes that are nearly records', () => {
    const random = new SeededRandom(SEED);
    let accepted = 0;

    for (let run = 0; run < 40_000; run++) {
      const { bytes, start, end, count } = nearlyRecords(random);

      const expected = plainPositions(bytes, start, end, count);
      const found = scan(bytes, start, end, count);

      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        throw new Error(`seed ${SEED} run ${run}: ${bytes.toString('hex')} from ${start} to ${end}, ${count} records`);
      }
      if (expected !== undefined) accepted++;
    }

    // The bytes are no test of the scan unless both answers occur often.
    expect(accepted).toBeGreaterThan(5000);
    expect(accepted).toBeLessThan(35_000);
  });

  it('believes no more records than the bytes can hold', () => {
    expect(recordCountMax(6)).toBe(0);
    expect(recordCountMax(7)).toBe(1);
    expect(recordCountMax(20)).toBe(2);
  });
});

/** One or two records between stray bytes, many of them with a byte or two changed or their range moved by one. */
function nearlyRecords(random: SeededRandom): { bytes: Buffer; start: number; end: number; count: number } {
  const bytes: number[] = [];
  for (let stray = random.nextInt(3); stray > 0; stray--) bytes.push(random.nextInt(256));
  const start = bytes.length;
  const count = 1 + random.nextInt(2);
  for (let index = 0; index < count; index++) {
    const key = random.nextInt(4) - 1;
    const value = random.nextInt(4) - 1;
    const body = [0, random.nextInt(128), random.nextInt(20), foldLength(key), ...letters(key)];
    body.push(foldLength(value), ...letters(value));
    const headers = Math.max(0, random.nextInt(5) - 2);
    body.push(headers * 2);
    for (let header = 0; header < headers; header++) {
      const length = random.nextInt(3) - 1;
      body.push(2, 72, foldLength(length), ...letters(length));
    }
    bytes.push(...record(...body));
  }
  const end = bytes.length - (random.nextInt(8) === 0 ? 1 : 0);
  for (let stray = random.nextInt(4); stray > 0; stray--) bytes.push(random.nextInt(256));
  for (let change = random.nextInt(3); change > 0; change--) {
    const small = random.nextInt(2) === 0;
    bytes[random.nextInt(bytes.length)] = small ? random.nextInt(12) : random.nextInt(256);
  }
  return { bytes: Buffer.from(bytes), start, end, count };
}

function foldLength(length: number): number {
  return length < 0 ? 1 : length * 2;
}

function letters(length: number): number[] {
  return Array<number>(Math.max(0, length)).fill(65);
}
