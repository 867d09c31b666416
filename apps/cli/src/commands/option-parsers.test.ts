import { collectPartitions, parseCount, parseDuration, parseTime, parseWhole } from './option-parsers.ts';
import { parseFormat, type ConsumedRecord } from './records/record-format.ts';
import { parsePlace } from './records/start-place.ts';

describe('option parsers', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('reads the time span %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '10', 's', '-1s', '1w', '0s', '100d'])('refuses the time span "%s"', (text) => {
    expect(() => parseDuration(text)).toThrow(/500ms, 10s, 5m or 2h/);
  });

  it('reads times', () => {
    expect(parseTime('2026-03-01T12:00:00Z')).toBe(Date.UTC(2026, 2, 1, 12));
    expect(parseTime('@1772366400000')).toBe(1_772_366_400_000);
    expect(parseTime('-10m', 1_000_000)).toBe(400_000);
    expect(() => parseTime('yesterday')).toThrow(/it must be a time/);
    expect(() => parseTime('2026-13-01')).toThrow(/it must be a time/);
  });

  it('reads numbers', () => {
    expect(parseCount('7')).toBe(7);
    expect(parseWhole('0')).toBe(0);
    for (const text of ['0', '-1', '1.5', 'x', '']) expect(() => parseCount(text)).toThrow();
    for (const text of ['-1', '1e3', '']) expect(() => parseWhole(text)).toThrow();
  });

  it('reads partitions, repeated and in ranges', () => {
    expect(collectPartitions('0,2,5..7')).toEqual([0, 2, 5, 6, 7]);
    expect(collectPartitions('1', [3, 1])).toEqual([1, 3]);
    for (const text of ['', 'a', '3..1', '1,,2']) expect(() => collectPartitions(text)).toThrow();
  });

  it('reads places to begin', () => {
    expect(parsePlace('beginning')).toEqual({ kind: 'place', at: 'earliest' });
    expect(parsePlace('end')).toEqual({ kind: 'place', at: 'latest' });
    expect(parsePlace('42')).toEqual({ kind: 'offset', offset: 42 });
    expect(parsePlace('-10')).toEqual({ kind: 'tail', count: 10 });
    expect(parsePlace('@5')).toEqual({ kind: 'place', at: { timestampMs: 5 } });
  });
});

describe('parseFormat', () => {
  const record: ConsumedRecord = {
    topic: 'orders',
    partition: 3,
    offset: 42,
    timestamp: 5,
    key: Buffer.from('k'),
    value: Buffer.from([0xff, 0x00]),
    headers: [
      { key: 'a', value: Buffer.from('1') },
      { key: 'b', value: null },
    ],
  };

  it('keeps the bytes of keys and values', () => {
    expect(Buffer.from(parseFormat('%s')(record))).toEqual(Buffer.from([0xff, 0x00]));
  });

  it('knows fields, escapes and plain text', () => {
    const written = parseFormat('%t-%p@%o\\t%T %k/%K/%S %h 100%%\\n')(record);

    expect(Buffer.from(written).toString()).toBe('orders-3@42\t5 k/1/2 a=1,b=null 100%\n');
  });

  it('names a field that does not exist', () => {
    expect(() => parseFormat('%q')).toThrow(/there is no %q: use %s/);
    expect(() => parseFormat('50%')).toThrow(/there is no %:/);
  });
});
