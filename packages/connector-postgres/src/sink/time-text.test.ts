import { dateText, timestampText, timeText } from './time-text.ts';

describe('dates and times as text', () => {
  it.each([
    [0, '1970-01-01'],
    [19_782, '2024-02-29'],
    [-1, '1969-12-31'],
    [-719_162, '0001-01-01'],
    [-719_163, '0001-12-31 BC'],
    [-735_160, '0044-03-15 BC'],
    [2_932_897, '10000-01-01'],
    [2_147_483_647, 'infinity'],
    [-2_147_483_648, '-infinity'],
  ])('writes day %d as %s', (days, text) => {
    expect(dateText(days)).toBe(text);
  });

  it('agrees with JavaScript on every day of four hundred years', () => {
    for (let day = -150_000; day < 150_000; day += 7) {
      expect(dateText(day)).toBe(new Date(day * 86_400_000).toISOString().slice(0, 10));
    }
  });

  it.each([
    [0, '1970-01-01 00:00:00'],
    [1, '1970-01-01 00:00:00.000001'],
    [-1, '1969-12-31 23:59:59.999999'],
    [1_700_000_000_123_456, '2023-11-14 22:13:20.123456'],
    [8_640_000_000_000_000_000n, '275760-09-13 00:00:00'],
    [-210_866_803_200_000_000n, '4714-11-24 00:00:00 BC'],
    [9_223_372_036_825_200_000n, 'infinity'],
    [-9_223_372_036_832_400_000n, '-infinity'],
  ])('writes microsecond %s as %s', (micros, text) => {
    expect(timestampText(micros)).toBe(text);
  });

  it.each([
    [0, '00:00:00'],
    [86_400_000_000, '24:00:00'],
    [45_296_000_001, '12:34:56.000001'],
  ])('writes the time %d as %s', (micros, text) => {
    expect(timeText(micros)).toBe(text);
  });
});
