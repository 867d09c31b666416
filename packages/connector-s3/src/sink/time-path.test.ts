import { timePath, zoneOffsetMs } from './time-path.ts';

describe('timePath', () => {
  const at = Date.parse('2026-03-09T05:06:07Z');

  it.each([
    ["'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH", 'UTC', 'year=2026/month=03/day=09/hour=05'],
    ['yyyy-MM-dd', 'America/Los_Angeles', '2026-03-08'],
    ["yy'y'M''d/HHmmss", 'UTC', "26y3'9/050607"],
    ["'it''s' yyyy", 'UTC', "it's 2026"],
    ['HH', 'Asia/Kathmandu', '10'],
  ])('writes %s in %s', (format, zone, path) => {
    expect(timePath(format, zone)(at)).toBe(path);
  });

  it('names the letters that it does not know', () => {
    expect(() => timePath('yyyy/ww', 'UTC')).toThrow(/found ww/);
  });

  it('knows how far a zone is ahead, also around the change of clocks', () => {
    const zurich = zoneOffsetMs('Europe/Zurich');
    expect(zurich(Date.parse('2026-03-29T00:59:59Z'))).toBe(3_600_000);
    expect(zurich(Date.parse('2026-03-29T01:00:00Z'))).toBe(7_200_000);
    expect(zurich(Date.parse('+058000-01-01T00:00:00Z'))).toBe(3_600_000);
    expect(zoneOffsetMs('Etc/GMT-5')(Date.parse('0050-01-01T00:00:00Z'))).toBe(5 * 3_600_000);
    expect(zoneOffsetMs('America/St_Johns')(at)).toBe(-2.5 * 3_600_000);
  });
});
