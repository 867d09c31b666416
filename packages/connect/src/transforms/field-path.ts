import type { Schema } from '@millrace/connect-api';

import { DataError } from '../converters/data-error.ts';
import { fieldNamed, fieldOf } from '../converters/schema-fields.ts';
import { structOf } from './side.ts';

/**
 * Names from the outermost field to the innermost. In version V1 the whole text is one name; in V2 dots separate names, and a name with dots
 * stands in backticks (a backtick in a name before a dot is written with a backslash before it).
 */
export function fieldPath(text: string, version: 'V1' | 'V2'): readonly string[] {
  if (version === 'V1') return [text];
  const path: string[] = [];
  let at = 0;
  do {
    if (text[at] === '`') {
      const quoted = /^`((?:\\`(?=\.)|`(?![.]|$)|[^`])*)`(?=\.|$)/.exec(text.slice(at));
      const name = quoted?.[1];
      if (quoted === null || name === undefined) {
        throw new DataError(`the backtick at position ${at} of ${text} has no other one at the end of the name`);
      }
      path.push(name.replace(/\\`(?=\.)/g, '`'));
      at += quoted[0].length + 1;
    } else {
      const end = text.indexOf('.', at);
      path.push(text.slice(at, end === -1 ? undefined : end));
      at = end === -1 ? text.length + 1 : end + 1;
    }
  } while (at <= text.length);
  return path;
}

export function schemaAt(schema: Schema, path: readonly string[]): Schema | undefined {
  let current: Schema | undefined = schema;
  for (const name of path) current = current && fieldNamed(current, name)?.schema;
  return current;
}

/** Null where something on the way is absent; of structs on the way the defaults count. */
export function valueAt(
  value: unknown,
  schema: Schema | undefined,
  path: readonly string[],
  useDefault: boolean,
): unknown {
  let current = value;
  let currentSchema = schema;
  for (const [index, name] of path.entries()) {
    if (current === null || current === undefined) return null;
    currentSchema = currentSchema && fieldNamed(currentSchema, name)?.schema;
    const isLast = index === path.length - 1;
    current =
      fieldOf(structOf(current, 'ExtractField'), name) ??
      (useDefault || !isLast ? currentSchema?.default : null) ??
      null;
  }
  return current;
}
