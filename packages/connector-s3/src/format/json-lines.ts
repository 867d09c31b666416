import type { InRecord } from '@millrace/connect-api';

import type { Encoder, Format, OutputField } from './format.ts';
import { jsonText, type DecimalFormat } from './json-text.ts';
import { TextEncoding } from './text-encoding.ts';

/** Only the value: it is the line. Otherwise the line is an object with a member per field. */
export function jsonLines(fields: readonly OutputField[], decimals: DecimalFormat): Format {
  const isBare = fields.length === 1 && fields[0] === 'value';
  const line = isBare
    ? (record: InRecord): string => jsonText(record.value, record.valueSchema, decimals)
    : (record: InRecord): string => enveloped(record, fields, decimals);
  return { extension: '.json', isCompressed: false, open: () => new JsonLinesEncoder(line) };
}

class JsonLinesEncoder extends TextEncoding implements Encoder {
  readonly #line: (record: InRecord) => string;

  constructor(line: (record: InRecord) => string) {
    super();
    this.#line = line;
  }

  accepts(): boolean {
    return true;
  }

  append(record: InRecord): number {
    return this.add(`${this.#line(record)}\n`);
  }
}

function enveloped(record: InRecord, fields: readonly OutputField[], decimals: DecimalFormat): string {
  return `{${fields.map((field) => `"${field}":${member(record, field, decimals)}`).join(',')}}`;
}

function member(record: InRecord, field: OutputField, decimals: DecimalFormat): string {
  switch (field) {
    case 'key':
      return jsonText(record.key, record.keySchema, decimals);
    case 'value':
      return jsonText(record.value, record.valueSchema, decimals);
    case 'offset':
      return String(record.origin.offset);
    case 'timestamp':
      return String(record.timestampMs);
    case 'headers':
      return headersJson(record, decimals);
  }
}

/** An array of `{"key","value"}`: a key may be there more than once, and their order counts. */
export function headersJson(record: InRecord, decimals: DecimalFormat): string {
  const items = record.headers.map(
    ({ key, value, schema }) => `{"key":${JSON.stringify(key)},"value":${jsonText(value, schema, decimals)}}`,
  );
  return `[${items.join(',')}]`;
}
