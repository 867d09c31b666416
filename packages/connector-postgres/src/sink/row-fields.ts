/** Which fields of a change go to the row, by key mode and by the lists of fields. Pure. */
import { MillraceError } from '@millrace/base';
import type { Schema } from '@millrace/connect-api';

import type { Part, PrimaryKeyMode, RowChange } from './change.ts';

export interface RowField {
  /** Name of the field, and of its column. */
  readonly name: string;
  readonly isInKey: boolean;
  /** Whether its value is in the change's key part; else it is in the body. */
  readonly isFromKeyPart: boolean;
  readonly schema: Schema | undefined;
}

export interface FieldRules {
  readonly keyMode: PrimaryKeyMode;
  readonly keyFields: readonly string[];
  readonly include: FieldFilter | undefined;
  readonly exclude: FieldFilter | undefined;
}

/** Names of fields, `topic:name` where it is only meant for one topic. */
export class FieldFilter {
  readonly #names: ReadonlySet<string>;

  constructor(names: readonly string[]) {
    this.#names = new Set(names);
  }

  has(topic: string, name: string): boolean {
    return this.#names.has(name) || this.#names.has(`${topic}:${name}`);
  }
}

/** Fields of the key first. Throws MILLRACE_CONNECT_POSTGRES_SINK_RECORD when a field of the key is missing. */
export function rowFieldsOf(change: RowChange, rules: FieldRules): readonly RowField[] {
  const key = keyFieldsOf(change, rules);
  if (change.kind === 'delete') return key;
  const inKey = new Set(key.map(({ name }) => name));
  const { topic } = change.record;
  const rest = fieldsOf(change.body, false).filter(
    ({ name }) =>
      !inKey.has(name) && rules.include?.has(topic, name) !== false && rules.exclude?.has(topic, name) !== true,
  );
  return [...key, ...rest];
}

function keyFieldsOf(change: RowChange, { keyMode, keyFields }: FieldRules): readonly RowField[] {
  if (keyMode === 'none') return [];
  const isFromKeyPart = keyMode !== 'record_value';
  const part = isFromKeyPart ? change.key : change.body;
  const fields = part === undefined ? [] : fieldsOf(part, isFromKeyPart).map((field) => ({ ...field, isInKey: true }));
  if (keyFields.length === 0 || keyMode === 'kafka') return fields;
  return keyFields.map((name) => {
    const field = fields.find((candidate) => candidate.name === name);
    if (field !== undefined) return field;
    const { origin } = change.record;
    throw new MillraceError(
      'MILLRACE_CONNECT_POSTGRES_SINK_RECORD',
      `the record at ${origin.topic}-${origin.partition} offset ${origin.offset} has no field ${name} in its ${PLACES[keyMode]}, which ` +
        'pk.fields names',
      { details: { ...origin } },
    );
  });
}

const PLACES = { kafka: 'place', record_key: 'key', record_value: 'value', record_header: 'headers' } as const;

function fieldsOf({ fields, schema }: Part, isFromKeyPart: boolean): readonly RowField[] {
  if (schema?.fields !== undefined) {
    return schema.fields.map((field) => ({ ...field, isInKey: false, isFromKeyPart }));
  }
  return Object.keys(fields).map((name) => ({ name, isInKey: false, isFromKeyPart, schema: undefined }));
}
