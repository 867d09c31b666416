/**
 * Which folder a record belongs to, below its topic's. It must depend on the record alone: a record that is written again after a crash has to
 * come to the same object.
 */
import { plainValue, type InRecord } from '@millrace/connect-api';

import { unwritable } from '../s3-error.ts';
import { timePath, zoneOffsetMs } from './time-path.ts';

export const PARTITIONERS = ['Default', 'Field', 'TimeBased', 'Daily', 'Hourly'] as const;

export type PartitionerName = (typeof PARTITIONERS)[number];

/** Milliseconds since 1970 that a record belongs to. Throws when it has none. */
export type TimestampExtractor = (record: InRecord) => number;

export type Partitioner = (record: InRecord) => string;

export interface PartitionerOptions {
  readonly name: PartitionerName;
  readonly fieldNames: readonly string[];
  readonly pathFormat: string | undefined;
  readonly durationMs: number;
  readonly timeZone: string;
  readonly delimiter: string;
  readonly timestamp: TimestampExtractor;
}

const HOUR_MS = 3_600_000;
const PATHS_CACHED_MAX = 1_000;
/** Times with a year of its own: those before Christ would be taken for others. */
const TIME_MS = { min: Date.parse('0001-01-02'), max: 8.64e15 } as const;

export function partitioner(options: PartitionerOptions): Partitioner {
  const { name, fieldNames, delimiter } = options;
  switch (name) {
    case 'Default':
      return (record) => `partition=${record.origin.partition}`;
    case 'Field':
      return (record) =>
        fieldNames.map((field) => `${field}=${folderName(fieldOf(record, field), field)}`).join(delimiter);
    case 'Daily':
      return timeBased({
        ...options,
        durationMs: 24 * HOUR_MS,
        pathFormat: hivePath(delimiter, ['year', 'month', 'day']),
      });
    case 'Hourly':
      return timeBased({
        ...options,
        durationMs: HOUR_MS,
        pathFormat: hivePath(delimiter, ['year', 'month', 'day', 'hour']),
      });
    case 'TimeBased':
      return timeBased(options);
  }
}

const HIVE_LETTERS = { year: 'YYYY', month: 'MM', day: 'dd', hour: 'HH' } as const;

function hivePath(delimiter: string, parts: readonly (keyof typeof HIVE_LETTERS)[]): string {
  const between = delimiter.replaceAll("'", "''");
  return parts.map((part, index) => `'${index === 0 ? '' : between}${part}='${HIVE_LETTERS[part]}`).join('');
}

function timeBased({ pathFormat = '', durationMs, timeZone, timestamp }: PartitionerOptions): Partitioner {
  const write = timePath(pathFormat, timeZone);
  const offsetMs = timeZone === 'UTC' ? () => 0 : zoneOffsetMs(timeZone);
  const paths = new Map<number, string>();
  return (record) => {
    const timeMs = timestamp(record);
    if (!(timeMs >= TIME_MS.min && timeMs <= TIME_MS.max))
      throw unwritable('the time that its folder goes by is not between the years 1 and 275760');
    // Days begin at midnight of the zone, not of UTC.
    const shiftMs = offsetMs(timeMs);
    const startMs = Math.floor((timeMs + shiftMs) / durationMs) * durationMs - shiftMs;
    let path = paths.get(startMs);
    if (path === undefined) {
      if (paths.size >= PATHS_CACHED_MAX) paths.clear();
      paths.set(startMs, (path = write(startMs)));
    }
    return path;
  };
}

/** A member of the value, `a.b` of a member of a member. Undefined when a part is missing. */
export function memberOf(record: InRecord, path: string): unknown {
  let value: unknown = plainValue(record.value);
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = value instanceof Map ? value.get(name) : (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function fieldOf(record: InRecord, path: string): string {
  const value = memberOf(record, path);
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  }
  throw unwritable(
    `field "${path}" of partition.field.name is ${value === undefined || value === null ? 'missing' : 'no text, number, boolean or valid time'}`,
  );
}

/** As Hive does it: what would end the folder's name or make another one of it is escaped. */
function folderName(text: string, field: string): string {
  if (text === '') return '__HIVE_DEFAULT_PARTITION__';
  if (!text.isWellFormed())
    throw unwritable(`field "${field}" of partition.field.name has half a character (a lone surrogate)`);
  const escaped = text.replaceAll(/["#%'*/:=?\\{}[\]^\p{Cc}]/gu, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return escaped === '.' || escaped === '..' ? escaped.replaceAll('.', '%2E') : escaped;
}

export function timestampOfField(path: string): TimestampExtractor {
  return (record) => {
    const value = memberOf(record, path);
    const timeMs =
      value instanceof Date
        ? value.getTime()
        : typeof value === 'string'
          ? Date.parse(value)
          : typeof value === 'number' || typeof value === 'bigint'
            ? Number(value)
            : Number.NaN;
    if (Number.isFinite(timeMs)) return timeMs;
    throw unwritable(`field "${path}" of timestamp.field is missing, or neither milliseconds nor an ISO 8601 time`);
  };
}
