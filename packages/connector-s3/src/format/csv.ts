/**
 * CSV (RFC 4180) with a header line. Columns are the members of the values, in the order in which they were first seen; an object is closed
 * when a new one comes, and the topic's next objects have it too. An absent or null cell is empty, an empty text is `""`.
 */
import { decimalText, isDecimal, LogicalName, type InRecord, type Schema } from '@millrace/connect-api';

import { unwritable } from '../s3-error.ts';
import { shortestFloat32 } from './float32.ts';
import type { Encoder, Format, OutputField } from './format.ts';
import { jsonText } from './json-text.ts';
import { visitCells } from './row.ts';
import { TextEncoding } from './text-encoding.ts';

export interface CsvOptions {
  readonly fields: readonly OutputField[];
  readonly separator: string;
  readonly hasHeader: boolean;
}

export function csv(options: CsvOptions): Format {
  const columnsOfTopics = new Map<string, Set<string>>();
  return {
    extension: '.csv',
    isCompressed: false,
    open: (topic) => {
      let columns = columnsOfTopics.get(topic);
      if (columns === undefined) columnsOfTopics.set(topic, (columns = new Set()));
      return new CsvEncoder(options, columns);
    },
  };
}

class CsvEncoder extends TextEncoding implements Encoder {
  readonly #options: CsvOptions;
  /** Of the topic: grows, and the next object has them all. */
  readonly #known: Set<string>;
  /** Of this object, from its first record on. */
  #columns: readonly string[] | undefined;
  readonly #needsQuotes: RegExp;

  constructor(options: CsvOptions, known: Set<string>) {
    super();
    this.#options = options;
    this.#known = known;
    const special = options.separator.replaceAll(/[\\\]^-]/g, '\\$&');
    this.#needsQuotes = new RegExp(`["\\r\\n${special}]|^\\s|\\s$`);
  }

  accepts(record: InRecord): boolean {
    const knownBefore = this.#known.size;
    this.#learn(record);
    return this.#columns === undefined || this.#known.size === knownBefore || this.#known.size === this.#columns.length;
  }

  append(record: InRecord): number {
    const cells = new Map<string, string>();
    visitCells(record, this.#options.fields, (name, value, schema) => {
      cells.set(name, this.#cell(name, value, schema));
    });
    if (this.#columns === undefined) {
      this.#learn(record);
      this.#columns = [...this.#known];
      const header = this.#options.hasHeader ? this.#line(this.#columns.map((name) => this.#quoted(name))) : '';
      return this.add(header + this.#line(this.#columns.map((name) => cells.get(name) ?? '')));
    }
    return this.add(this.#line(this.#columns.map((name) => cells.get(name) ?? '')));
  }

  #learn(record: InRecord): void {
    visitCells(record, this.#options.fields, (name) => this.#known.add(name));
  }

  #line(cells: readonly string[]): string {
    return `${cells.join(this.#options.separator)}\n`;
  }

  #cell(name: string, value: unknown, schema: Schema | undefined): string {
    switch (typeof value) {
      case 'string':
        return this.#quoted(value);
      case 'number':
        return String(schema?.type === 'float32' ? shortestFloat32(value) : value);
      case 'boolean':
      case 'bigint':
        return String(value);
      case 'undefined':
        return '';
      default:
        return value === null ? '' : this.#objectCell(name, value, schema);
    }
  }

  #objectCell(name: string, value: unknown, schema: Schema | undefined): string {
    if (value instanceof Date) {
      if (Number.isNaN(value.getTime())) throw unwritable(`field "${name}" is an invalid date`);
      return dateText(value, schema);
    }
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    if (isDecimal(value)) return decimalText(value);
    return this.#quoted(jsonText(value, schema, 'NUMERIC'));
  }

  #quoted(text: string): string {
    return text === '' || this.#needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }
}

function dateText(value: Date, schema: Schema | undefined): string {
  const text = value.toISOString();
  const [date = '', time = ''] = text.split('T');
  if (schema?.name === LogicalName.date) return date;
  return schema?.name === LogicalName.time ? time.slice(0, -1) : text;
}
