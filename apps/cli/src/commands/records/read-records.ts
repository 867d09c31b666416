/** Records for `produce` out of a stream of bytes: one for each line, or one for each line of JSON. */
import type { Readable } from 'node:stream';
import { MillraceError, messageOf } from '@millrace/base';
import type { RawRecordToSend } from '@millrace/sdk';
import { jsonToBytes } from './bytes-json.ts';

export interface ReadRecordsOptions {
  /** What ends a record. */
  readonly delimiter: Buffer;
  /** Undefined: the whole line is the value. */
  readonly keySeparator: Buffer | undefined;
  readonly isJson: boolean;
  /** Empty values are null: tombstones of compacted topics. */
  readonly emptyIsNull: boolean;
  /** What every record gets unless it says otherwise. */
  readonly fixed: Omit<RawRecordToSend, 'value'>;
}

const LINE_BYTES_MAX = 512 * 1024 * 1024;

export async function* readRecords(input: Readable, options: ReadRecordsOptions): AsyncIterable<RawRecordToSend> {
  let lineNumber = 0;
  for await (const line of splitLines(input, options.delimiter)) {
    lineNumber++;
    if (!options.isJson) yield plainRecord(line, options);
    // Between lines of JSON there may be room.
    else if (line.some((byte) => byte > 0x20)) yield jsonRecord(line, lineNumber, options);
  }
}

async function* splitLines(input: Readable, delimiter: Buffer): AsyncIterable<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let start = 0;
    for (let end = all.indexOf(delimiter); end >= 0; end = all.indexOf(delimiter, start)) {
      yield all.subarray(start, end);
      start = end + delimiter.length;
    }
    rest = all.subarray(start);
    if (rest.length > LINE_BYTES_MAX) throw inputError(`a record of more than ${String(LINE_BYTES_MAX)} bytes`);
  }
  if (rest.length > 0) yield rest;
}

function plainRecord(line: Buffer, { keySeparator, emptyIsNull, fixed }: ReadRecordsOptions): RawRecordToSend {
  const at = keySeparator === undefined ? -1 : line.indexOf(keySeparator);
  const value = at < 0 || keySeparator === undefined ? line : line.subarray(at + keySeparator.length);
  return {
    ...fixed,
    ...(at < 0 ? {} : { key: line.subarray(0, at) }),
    value: emptyIsNull && value.length === 0 ? null : value,
  };
}

const JSON_FIELDS = ['topic', 'partition', 'offset', 'timestamp', 'key', 'value', 'headers'];

function jsonRecord(line: Buffer, lineNumber: number, { fixed }: ReadRecordsOptions): RawRecordToSend {
  const where = `line ${String(lineNumber)}`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line.toString());
  } catch (cause) {
    throw inputError(`${where} is no JSON: ${messageOf(cause)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw inputError(`${where} is no object like {"key":"k","value":"v"}`);
  }
  const unknown = Object.keys(parsed).find((name) => !JSON_FIELDS.includes(name));
  if (unknown !== undefined) throw inputError(`${where} has "${unknown}": known are ${JSON_FIELDS.join(', ')}`);
  const record = parsed as Readonly<Record<string, unknown>>;
  if (!('value' in record)) throw inputError(`${where} has no "value": write null for a tombstone`);
  const { timestamp, key, headers } = record;
  if (timestamp !== undefined && !Number.isSafeInteger(timestamp)) {
    throw inputError(`${where}: "timestamp" must be milliseconds since 1970`);
  }
  return {
    ...fixed,
    ...(key === undefined ? {} : { key: jsonToBytes(key) }),
    value: jsonToBytes(record['value']),
    ...(headers === undefined ? {} : { headers: headersOf(headers, where) }),
    ...(timestamp === undefined || (timestamp as number) < 0 ? {} : { timestamp: timestamp as number }),
  };
}

function headersOf(headers: unknown, where: string): { key: string; value: Uint8Array | string | null }[] {
  const pairs: [unknown, unknown][] = Array.isArray(headers)
    ? headers.map((header: { key?: unknown; value?: unknown } | null) => [header?.key, header?.value])
    : typeof headers === 'object' && headers !== null
      ? Object.entries(headers)
      : [[undefined, undefined]];
  return pairs.map(([key, value]) => {
    if (typeof key !== 'string')
      throw inputError(`${where}: "headers" must be names and values, or a list of {key, value}`);
    return { key, value: jsonToBytes(value) };
  });
}

function inputError(what: string): MillraceError {
  return new MillraceError('MILLRACE_CLI_INPUT', `the input cannot be sent: ${what}`);
}
