/**
 * Parquet: rows are held until a row group is full, then written column by column.
 *
 * Invariants: the columns of a file are settled when its first row group is written; until then they widen with each record, later a record
 *   that does not fit begins the next file. What was learnt of a topic's columns holds for its next files. A row that is held can be written,
 *   whatever its columns become: what cannot is refused while it is known whose record it is.
 * Bounds: `blockBytes` of rows in memory for each open file, less when the task is short of memory (see ../sink/object-buffer.ts).
 */
import { messageOf } from '@millrace/base';
import { plainValue, type InRecord, type Schema } from '@millrace/connect-api';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

import {
  elementsOf,
  fits,
  holdsJson,
  JsonText,
  merged,
  physical,
  typeOfSchema,
  typeOfValue,
  type ColumnType,
} from './column-type.ts';
import { compressPage } from '../compression.ts';
import type { Encoder, Format, OutputField } from './format.ts';
import { jsonText } from './json-text.ts';
import { visitCells } from './row.ts';
import { unwritable } from '../s3-error.ts';
import type { ParquetCodec } from './parquet-codec.ts';

const CODECS = { none: 'UNCOMPRESSED', snappy: 'SNAPPY', gzip: 'GZIP', zstd: 'ZSTD' } as const;

const ROW_GROUP_BYTES = 8 * 1024 * 1024;
const ROW_OVERHEAD_BYTES = 16;

type Columns = Map<string, ColumnType>;

export function parquet(fields: readonly OutputField[], codec: ParquetCodec): Format {
  const columnsOfTopics = new Map<string, Columns>();
  return {
    extension: '.parquet',
    isCompressed: true,
    open: (topic) => {
      let columns = columnsOfTopics.get(topic);
      if (columns === undefined) columnsOfTopics.set(topic, (columns = new Map<string, ColumnType>()));
      return new ParquetEncoder(fields, codec, columns);
    },
  };
}

/** A cell that is held, with its schema for text with JSON. */
interface Row {
  readonly cells: ReadonlyMap<string, unknown>;
  readonly schemas: ReadonlyMap<string, Schema> | undefined;
}

class ParquetEncoder implements Encoder {
  readonly blockBytes = ROW_GROUP_BYTES;
  readonly #fields: readonly OutputField[];
  readonly #codec: ParquetCodec;
  /** Of the topic: widens. */
  readonly #known: Columns;
  /** Of this file, once its first row group is written. */
  #settled: Columns | undefined;
  readonly #writer = new ByteWriter(64 * 1024);
  #parquet: ParquetWriter | undefined;
  #rows: Row[] = [];
  #pendingBytes = 0;

  constructor(fields: readonly OutputField[], codec: ParquetCodec, known: Columns) {
    this.#fields = fields;
    this.#codec = codec;
    this.#known = known;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  accepts(record: InRecord): boolean {
    const settled = this.#settled;
    if (settled === undefined) return true;
    let isAccepted = true;
    visitCells(record, this.#fields, (name, value, schema) => {
      const type = cellType(value, schema);
      if (type === undefined || !isAccepted) return;
      const column = settled.get(name);
      isAccepted = column !== undefined && merged(column, type) === column;
    });
    return isAccepted;
  }

  append(record: InRecord): number {
    const cells = new Map<string, unknown>();
    let schemas: Map<string, Schema> | undefined;
    let types: Map<string, ColumnType> | undefined;
    let sizeBytes = ROW_OVERHEAD_BYTES;
    visitCells(record, this.#fields, (name, value, schema) => {
      const type = cellType(value, schema);
      if (type === undefined) return;
      const held = heldValue(name, value, type, schema);
      const column = this.#known.get(name);
      if (column !== type && (column === undefined || merged(column, type) !== column)) {
        (types ??= new Map()).set(name, column === undefined ? type : merged(column, type));
      }
      cells.set(name, held);
      if (schema !== undefined) (schemas ??= new Map()).set(name, schema);
      sizeBytes += sizeOf(held);
    });
    // Only now: a record that was refused teaches nothing.
    for (const [name, type] of types ?? []) this.#known.set(name, type);
    this.#rows.push({ cells, schemas });
    this.#pendingBytes += sizeBytes;
    return sizeBytes;
  }

  drain(): Uint8Array | undefined {
    if (this.#rows.length === 0) return undefined;
    this.#writeRowGroup();
    return this.#taken();
  }

  finish(): Uint8Array | undefined {
    this.#writeRowGroup();
    // The writer is one in memory: nothing is waited for.
    void this.#opened().finish();
    return this.#taken();
  }

  #writeRowGroup(): void {
    const rows = this.#rows;
    if (rows.length === 0) return;
    const parquet = this.#opened();
    const columnData = [...(this.#settled ?? [])].map(([name, type]) => ({
      name,
      data: rows.map(({ cells, schemas }) => physical(cells.get(name), type, schemas?.get(name))),
    }));
    void parquet.write({ columnData, rowGroupSize: rows.length });
    this.#rows = [];
    this.#pendingBytes = 0;
  }

  #opened(): ParquetWriter {
    if (this.#parquet === undefined) {
      // A file has at least one column, also when all its values are null.
      if (this.#known.size === 0) this.#known.set('value', { kind: 'string' });
      this.#settled = new Map(this.#known);
      this.#parquet = new ParquetWriter({
        writer: this.#writer,
        schema: [
          { name: 'record', num_children: this.#settled.size },
          ...[...this.#settled].flatMap(([name, type]) => elementsOf(name, type)),
        ],
        codec: CODECS[this.#codec],
        compressors: compressPage,
        createdBy: 'millrace connector-s3',
      });
    }
    return this.#parquet;
  }

  #taken(): Uint8Array | undefined {
    const bytes = this.#writer.getBytes();
    if (bytes.length === 0) return undefined;
    const copy = Buffer.from(bytes);
    // Its `offset`, from which positions in the file are counted, goes on.
    this.#writer.index = 0;
    return copy;
  }
}

function cellType(value: unknown, schema: Schema | undefined): ColumnType | undefined {
  return schema === undefined ? typeOfValue(plainValue(value)) : typeOfSchema(schema);
}

/** What is kept of a cell until it is written. Throws for what could not be. */
function heldValue(name: string, value: unknown, type: ColumnType, schema: Schema | undefined): unknown {
  const plain = schema === undefined ? plainValue(value) : value;
  if (!fits(plain, type)) {
    throw unwritable(
      schema === undefined
        ? `field "${name}" is an invalid ${type.kind}`
        : `field "${name}" is not of the type ${schema.name ?? schema.type} that its schema says, or too long for it`,
    );
  }
  if (!holdsJson(type)) return plain;
  try {
    const text = jsonText(value, schema, 'NUMERIC');
    // A column of text with JSON stays one, so that the text will do.
    return type.kind === 'json' ? new JsonText(text) : plain;
  } catch (error) {
    throw unwritable(`field "${name}" has no JSON: ${messageOf(error)}`, error);
  }
}

function sizeOf(value: unknown): number {
  if (value instanceof JsonText) return value.text.length + 4;
  if (typeof value === 'string') return value.length + 4;
  if (value instanceof Uint8Array) return value.length + 4;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + sizeOf(item), 4);
  if (typeof value === 'object' && value !== null) {
    return Object.values(value).reduce((sum: number, item) => sum + sizeOf(item), 4);
  }
  return 8;
}
