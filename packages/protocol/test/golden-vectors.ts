import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [field: string]: Json;
}

/** One message body as another implementation wrote it; origin in ../vectors/README.md. */
export interface Vector {
  readonly name: string;
  readonly version: number;
  readonly value: JsonObject;
  readonly hex: string;
}

export function readVectors(): Vector[] {
  return gunzipSync(readFileSync(join(import.meta.dirname, '../vectors/messages.jsonl.gz')))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Vector);
}
