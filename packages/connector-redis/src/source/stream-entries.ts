/** Entries of streams as Redis answers with them, and records made of them. */
import { isUtf8 } from 'node:buffer';
import type { OutRecord } from '@millrace/connect-api';
import { RedisError } from '../redis-error.ts';

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

const SKIP = 'let errors.tolerance=all and a dead letter topic take such ones';

/** `what` is for the message. Throws for bytes that are no text: whatever stood in their place would be another value. */
export function valueOf(bytes: Buffer, format: ValueFormat, what: () => string): string | Buffer {
  if (format === 'bytes') return bytes;
  if (!isUtf8(bytes)) throw unreadable(`${what()} is not text in UTF-8: set redis.value.format=bytes, or ${SKIP}`);
  return bytes.toString('utf8');
}

/** The key is the id, the value an object of the fields; the id says when it was written. Throws for an entry that is no such object. */
export function recordOf(entry: StreamEntry, stream: string, topic: string, format: ValueFormat): OutRecord {
  const where = `entry ${entry.id} of the stream ${stream}`;
  const values = new Map<string, string | Buffer>();
  const fields = entry.fields ?? [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fieldName(fields[index] ?? Buffer.alloc(0), where);
    if (values.has(name))
      throw unreadable(`${where} has the field ${JSON.stringify(name)} twice, which a record cannot: ${SKIP}`);
    const value = fields[index + 1] ?? Buffer.alloc(0);
    values.set(
      name,
      valueOf(value, format, () => `field ${JSON.stringify(name)} of ${where}`),
    );
  }
  const timestampMs = Number(entry.id.split('-')[0]);
  return {
    topic,
    key: entry.id,
    // Not by assignment, which would lose a field of the name `__proto__`.
    value: Object.fromEntries(values),
    headers: [{ key: 'redis.stream', value: stream }],
    // Ids that are no times (from a sink with redis.stream.id=offset) are small.
    ...(timestampMs > 1e11 && timestampMs < 1e14 ? { timestampMs } : {}),
  };
}

/** The fields of an entry as the protocol of Redis writes them (an array of strings), so that none of their bytes is lost. */
export function rawEntry({ fields }: StreamEntry): Buffer {
  const parts = (fields ?? []).flatMap((field) => [`$${field.length}\r\n`, field, '\r\n']);
  return Buffer.concat([`*${fields?.length ?? 0}\r\n`, ...parts].map((part) => Buffer.from(part)));
}

export function unreadable(message: string): RedisError {
  return new RedisError('MILLRACE_CONNECT_REDIS_UNREADABLE_ENTRY', message);
}

function fieldName(bytes: Buffer, where: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw unreadable(`${where} has a field whose name is not text in UTF-8, as names in a record are: ${SKIP}`);
}
