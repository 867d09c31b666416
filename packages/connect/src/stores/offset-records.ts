/**
 * Records of the offset topic, as Kafka Connect's workers write them: the key is JSON of the connector and the source partition, the value
 * JSON of the source offset, or nothing when it was removed.
 */
import type { Position } from '@millrace/connect-api';
import { jsonText, parseJson } from './json-text.ts';

export interface OffsetRecordKey {
  readonly connector: string;
  readonly partition: Position;
}

export function encodeOffsetKey({ connector, partition }: OffsetRecordKey): string {
  return jsonText([connector, partition]);
}

export function encodeOffset(offset: Position | null): string | null {
  return offset === null ? null : jsonText(offset);
}

/** Undefined: not a key of an offset. */
export function decodeOffsetKey(key: Buffer | null): OffsetRecordKey | undefined {
  const parsed = parsedOrUndefined(key);
  if (!Array.isArray(parsed) || parsed.length !== 2) return undefined;
  const [connector, partition] = parsed as unknown[];
  if (typeof connector !== 'string' || !isPosition(partition)) return undefined;
  return { connector, partition };
}

/** Null: removed. Undefined: not an offset. */
export function decodeOffset(value: Buffer | null): Position | null | undefined {
  if (value === null) return null;
  const parsed = parsedOrUndefined(value);
  return parsed === null ? null : isPosition(parsed) ? parsed : undefined;
}

function parsedOrUndefined(bytes: Buffer | null): unknown {
  if (bytes === null) return undefined;
  try {
    return parseJson(bytes.toString());
  } catch {
    return undefined;
  }
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((field) => field === null || typeof field !== 'object');
}
