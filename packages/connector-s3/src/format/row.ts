/** A record as a row of a table: the members of its value, and what else `format.output.fields` names, as `__key`, `__offset` and so on. */
import { plainValue, type InRecord, type Schema } from '@millrace/connect-api';

import type { OutputField } from './format.ts';
import { headersJson } from './json-lines.ts';

/** Called for each cell; absent ones are left out. */
export type CellVisitor = (name: string, value: unknown, schema: Schema | undefined) => void;

/** Where a value is no object, it is the column of this name. */
const WHOLE_VALUE = 'value';

export function visitCells(record: InRecord, fields: readonly OutputField[], visit: CellVisitor): void {
  for (const field of fields) {
    if (field === 'value') visitValue(record, visit);
    else if (field === 'key') visit('__key', plainValue(record.key), record.keySchema);
    else if (field === 'offset') visit('__offset', record.origin.offset, undefined);
    else if (field === 'timestamp') visit('__timestamp', record.timestampMs, undefined);
    else visit('__headers', headersJson(record, 'NUMERIC'), undefined);
  }
}

function visitValue(record: InRecord, visit: CellVisitor): void {
  const value = plainValue(record.value);
  if (value === null || value === undefined) return;
  const { valueSchema } = record;
  if (valueSchema?.fields !== undefined) {
    const struct = value as Readonly<Record<string, unknown>>;
    for (const field of valueSchema.fields) visit(field.name, struct[field.name], field.schema);
    return;
  }
  if (!isPlainObject(value)) {
    visit(WHOLE_VALUE, value, valueSchema);
    return;
  }
  for (const name in value) visit(name, value[name], undefined);
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
