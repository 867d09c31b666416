/** Pieces of objects become records: lines of JSON, rows of CSV, bytes. */
import { prepared, type OutRecord, type RecordHeader } from '@millrace/connect-api';
import { messageOf } from '@millrace/base';

import type { OutputField } from '../format/format.ts';
import { S3Error } from '../s3-error.ts';
import { csvCells } from './csv-cells.ts';

export type RecordParts = Omit<OutRecord, 'topic' | 'partition'>;

/** Undefined for a piece that is no record: an empty line, or a header. Throws what makes it unreadable. */
export type RecordReader = (piece: Buffer) => RecordParts | undefined;

export function jsonReader(fields: readonly OutputField[]): RecordReader {
  const isBare = fields.length === 1 && fields[0] === 'value';
  return (piece) => {
    const text = piece.toString().trim();
    if (text === '') return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw unreadable(`it is no JSON: ${shortened(messageOf(error))}`);
    }
    // The text is passed on as it is: numbers keep all their digits.
    if (isBare) return { value: value === null ? null : prepared(text, () => value) };
    if (typeof value !== 'object' || value === null)
      throw unreadable('it is no object with the members of input.fields');
    return enveloped(value as Readonly<Record<string, unknown>>, fields);
  };
}

function enveloped(envelope: Readonly<Record<string, unknown>>, fields: readonly OutputField[]): RecordParts {
  const of = (field: OutputField): unknown => (fields.includes(field) ? envelope[field] : undefined);
  return parts(of('key'), of('value'), of('timestamp'), of('headers'));
}

/** One for each object, since an object begins with its header. */
export function csvReader(options: {
  readonly separator: string;
  readonly columns: readonly string[] | undefined;
  readonly fields: readonly OutputField[];
}): RecordReader {
  const { separator, fields } = options;
  let columns = options.columns;
  return (piece) => {
    const line = piece.at(-1) === 0x0d ? piece.subarray(0, -1) : piece;
    if (line.length === 0) return undefined;
    const cells = csvCells(line.toString(), separator);
    if (cells === undefined) throw unreadable('its quotes do not match');
    if (columns === undefined) {
      columns = cells.map((name) => name ?? '');
      return undefined;
    }
    if (cells.length !== columns.length) {
      throw unreadable(`it has ${cells.length} cells and the object ${columns.length} columns`);
    }
    const value: Record<string, string | null> = {};
    const extra = new Map<string, string | null>();
    for (const [index, name] of columns.entries()) {
      const cell = cells[index] ?? null;
      const field = name.startsWith('__') ? name.slice(2) : undefined;
      if (field !== undefined && (fields as readonly string[]).includes(field)) extra.set(field, cell);
      else value[name] = cell;
    }
    const headers = extra.get('headers');
    return parts(
      extra.get('key'),
      value,
      numberOf(extra.get('timestamp')),
      headers === null || headers === undefined ? undefined : jsonOf(headers),
    );
  };
}

export function rawReader(): RecordReader {
  return (piece) => ({ value: piece });
}

function parts(key: unknown, value: unknown, timestamp: unknown, headers: unknown): RecordParts {
  return {
    key: key ?? null,
    value: value ?? null,
    ...(typeof timestamp === 'number' ? { timestampMs: timestamp } : {}),
    ...(Array.isArray(headers) ? { headers: headers.map(headerOf) } : {}),
  };
}

function headerOf(item: unknown): RecordHeader {
  const { key, value } = (item ?? {}) as { readonly key?: unknown; readonly value?: unknown };
  if (typeof key !== 'string') throw unreadable('a header has no key');
  return { key, value: value ?? null };
}

function numberOf(text: string | null | undefined): number | undefined {
  return text === null || text === undefined ? undefined : Number(text);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable('its headers are no JSON');
  }
}

/** Parsers quote what they choke on; payloads do not belong into messages. */
function shortened(message: string): string {
  return message.replace(/,? ?(?:\.\.\.)?".*$/s, '');
}

export function unreadable(reason: string): S3Error {
  return new S3Error('MILLRACE_CONNECT_S3_UNREADABLE_OBJECT', reason);
}
