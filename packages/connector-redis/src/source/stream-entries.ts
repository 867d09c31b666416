/** Entries of streams as Redis answers with them, and records made of them. */
import type { OutRecord } from '@millrace/connect-api';

export interface StreamEntry {
  /** `1526919030474-55`. */
  readonly id: string;
  /** Names and values in turn; null: it was deleted while it was pending. */
  readonly fields: readonly Buffer[] | null;
}

/** Of XREAD and XREADGROUP, by stream. */
export function entriesByStream(answer: unknown): Map<string, StreamEntry[]> {
  if (answer === null) return new Map();
  return new Map(
    (answer as readonly (readonly [Buffer, unknown])[]).map(([name, list]) => [String(name), entriesIn(list)]),
  );
}

/** Of XRANGE and the middle of XAUTOCLAIM. */
export function entriesIn(list: unknown): StreamEntry[] {
  return (list as readonly (readonly [Buffer, readonly Buffer[] | null] | null)[])
    .filter((entry) => entry !== null)
    .map(([id, fields]) => ({ id: String(id), fields }));
}

export type ValueFormat = 'text' | 'bytes';

export function valueOf(bytes: Buffer, format: ValueFormat): string | Buffer {
  return format === 'bytes' ? bytes : bytes.toString('utf8');
}

/** The key is the id, the value an object of the fields; the id says when it was written. */
export function recordOf(entry: StreamEntry, stream: string, topic: string, format: ValueFormat): OutRecord {
  const value: Record<string, string | Buffer> = {};
  const fields = entry.fields ?? [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    value[String(fields[index])] = valueOf(fields[index + 1] ?? Buffer.alloc(0), format);
  }
  const timestampMs = Number(entry.id.split('-')[0]);
  return {
    topic,
    key: entry.id,
    value,
    headers: [{ key: 'redis.stream', value: stream }],
    // Ids that are no times (from a sink with redis.stream.id=offset) are small.
    ...(timestampMs > 1e11 && timestampMs < 1e14 ? { timestampMs } : {}),
  };
}
