import type { Schema } from '@millrace/connect-api';
import type { JsonBytes } from '../json-bytes.ts';

/** Writes the text of a value, which is in `from` between the two places, as JSON. */
export type WriteValue = (out: JsonBytes, from: Uint8Array, start: number, end: number) => void;

/** How values of a type become JSON, and the schema that describes it. */
export interface ValueWriter {
  /** Not optional; that is a matter of the column. */
  readonly schema: Schema;
  readonly write: WriteValue;
  /** JSON that stands for null where the schema has no null: in the state before a change, of which only the key is known. */
  readonly nothing: string;
  /** JSON that says "there is a big value, and it did not change"; null where the type has no room for such a thing. */
  unavailable(placeholder: string): string;
}

export function writerOf(schema: Schema, nothing: string, write: WriteValue): ValueWriter {
  return { schema, write, nothing, unavailable: () => 'null' };
}

/** Of types that are strings in JSON, where there is room for the placeholder. */
export function textWriterOf(schema: Schema, write: WriteValue = writeText): ValueWriter {
  return { schema, write, nothing: '""', unavailable: (placeholder) => JSON.stringify(placeholder) };
}

export const writeText: WriteValue = (out, from, start, end) => out.string(from, start, end);

export const writeRaw: WriteValue = (out, from, start, end) => out.copy(from, start, end);

export function textOf(from: Uint8Array, start: number, end: number): string {
  return Buffer.from(from.buffer, from.byteOffset + start, end - start).toString();
}
