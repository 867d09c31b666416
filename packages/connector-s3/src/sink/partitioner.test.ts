import type { InRecord } from '@millrace/connect-api';
import { partitioner, timestampOfField, type PartitionerOptions } from './partitioner.ts';

const record = (value: unknown): InRecord => ({ value, timestampMs: 0 }) as unknown as InRecord;

const options: PartitionerOptions = {
  name: 'Daily',
  fieldNames: ['f'],
  pathFormat: undefined,
  durationMs: 0,
  timeZone: 'UTC',
  delimiter: '/',
  timestamp: timestampOfField('at'),
};

describe('a partitioner', () => {
  it.each([
    ['UTC', Number.NaN],
    ['UTC', 9e15],
    ['UTC', -9e15],
    ['Europe/Zurich', -7e13],
    ['Europe/Zurich', '-002000-01-01T00:00:00Z'],
  ])('by time refuses a time without a folder (%s, %p)', (timeZone, at) => {
    expect(() => partitioner({ ...options, timeZone })(record({ at }))).toThrow(
      expect.objectContaining({ code: 'MILLRACE_CONNECT_S3_UNWRITABLE_RECORD' }),
    );
  });

  it.each([
    ['UTC', Date.parse('2026-03-09T23:30:00Z'), 'year=2026/month=03/day=09'],
    ['Europe/Zurich', Date.parse('2026-03-09T23:30:00Z'), 'year=2026/month=03/day=10'],
    // Microseconds that somebody takes for milliseconds.
    ['Europe/Zurich', 1_773_099_000_000_000, 'year=58157/month=04/day=09'],
  ])('by time gives a folder by the day of its zone (%s, %p)', (timeZone, at, folder) => {
    expect(partitioner({ ...options, timeZone })(record({ at }))).toBe(folder);
  });

  it.each([[new Date(Number.NaN)], ['half of a pair: \uD83D'], [null], [{}]])('by fields refuses %p', (f) => {
    expect(() => partitioner({ ...options, name: 'Field' })(record({ f }))).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_CONNECT_S3_UNWRITABLE_RECORD',
        message: expect.stringMatching(/^field "f" of partition\.field\.name/),
      }),
    );
  });
});
