import { JsonBytes } from '../json-bytes.ts';
import { interval, type IntervalMode } from './times.ts';

function written(mode: IntervalMode, text: string): string {
  const out = new JsonBytes();
  const bytes = Buffer.from(text);
  interval(mode).write(out, bytes, 0, bytes.length);
  return out.take().toString();
}

describe('an interval', () => {
  it.each([
    ['PT0S', '0'],
    ['P1Y2M', '36817200000000'],
    ['P-1DT-1.5S', '-86401500000'],
    // Beyond what a double holds.
    ['P100000YT0.000001S', '3155760000000000001'],
    ['P-292000Y', String(-292000n * 12n * 2_629_800_000_000n)],
    ['PT2562047788H54.775807S', '9223372036854775807'],
  ])('is its microseconds, exactly: %s', (text, micros) => {
    expect(written('numeric', text)).toBe(micros);
  });

  it.each(['infinity', 'P178000000Y'])('that is no 64-bit number names the setting that takes it: %s', (text) => {
    expect(() => written('numeric', text)).toThrow(/set interval\.handling\.mode=string/);
  });

  it.each([
    ['P1Y2M3DT4H5M6.78S', 'P1Y2M3DT4H5M6.78S'],
    ['P-1YT-0.5S', 'P-1Y0M0DT0H0M-0.5S'],
    ['PT0S', 'P0Y0M0DT0H0M0S'],
    ['-infinity', '-infinity'],
  ])('is text with all of its parts: %s', (text, iso) => {
    expect(written('string', text)).toBe(JSON.stringify(iso));
  });
});
