import { checkOptions, invalidOption, oneOf } from '../options/check-options.ts';
import type { Codec } from './codec.ts';
import { asBuffer } from './codecs.ts';
import type {
  SchemaInput,
  SchemaOutput,
  StandardSchemaIssue,
  StandardSchemaResult,
  StandardSchemaV1,
} from './standard-schema.ts';

export interface JsonOptions {
  /** When values pass the schema: `both` ways (the default), on `write`, on `read`, or never (`off`). */
  readonly validate?: 'both' | 'write' | 'read' | 'off';
}

const OPTIONS = { validate: oneOf('both', 'write', 'read', 'off') };

/** A value that its schema refused; `issues` are the schema's own words. */
export class SchemaIssuesError extends TypeError {
  override readonly name = 'SchemaIssuesError';
  readonly issues: readonly StandardSchemaIssue[];

  constructor(vendor: string, issues: readonly StandardSchemaIssue[]) {
    super(`the ${vendor} schema refuses the value: ${issues.map(describeIssue).join('; ')}`);
    this.issues = issues;
  }
}

/**
 * Values as JSON text in UTF-8. With a schema (any library that implements Standard Schema v1) values are checked when sent and when
 * read; what goes over the wire is the value as it was given, what is read is the schema's output, so transforms and defaults apply
 * once, on reading. `json<Order>()` has a type and checks nothing.
 */
export function json<T = unknown>(): Codec<T>;
export function json<S extends StandardSchemaV1>(
  schema: S,
  options?: JsonOptions,
): Codec<SchemaInput<S>, SchemaOutput<S>>;
export function json(schema?: StandardSchemaV1, options: JsonOptions = {}): Codec<unknown> {
  checkOptions('json()', options, OPTIONS);
  if (schema !== undefined && typeof schema['~standard']?.validate !== 'function') {
    throw invalidOption('json()', 'schema', schema, 'a schema of a library that implements Standard Schema v1');
  }
  const direction = options.validate ?? 'both';
  const onWrite = schema !== undefined && (direction === 'both' || direction === 'write') ? schema : undefined;
  const onRead = schema !== undefined && (direction === 'both' || direction === 'read') ? schema : undefined;
  return {
    name: 'json',
    encode(value) {
      if (onWrite === undefined) return stringify(value);
      const result = onWrite['~standard'].validate(value);
      if (result instanceof Promise) {
        return result.then((later) => {
          accepted(onWrite, later);
          return stringify(value);
        });
      }
      accepted(onWrite, result);
      return stringify(value);
    },
    decode(input) {
      if (input === null)
        throw new TypeError('there is no key, or the value is a tombstone: wrap the codec in nullable() to allow null');
      const frame = asBuffer(input);
      return parse(onRead, frame, 0, frame.length);
    },
    decodeRange: (frame, start, end) => parse(onRead, frame, start, end),
  };
}

function parse(schema: StandardSchemaV1 | undefined, frame: Buffer, start: number, end: number): unknown {
  const value: unknown = JSON.parse(frame.toString(undefined, start, end));
  if (schema === undefined) return value;
  const result = schema['~standard'].validate(value);
  return result instanceof Promise ? result.then((later) => accepted(schema, later)) : accepted(schema, result);
}

function accepted(schema: StandardSchemaV1, result: StandardSchemaResult<unknown>): unknown {
  if (result.issues !== undefined) throw new SchemaIssuesError(schema['~standard'].vendor, result.issues);
  return result.value;
}

function stringify(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`JSON cannot write a value of type ${typeof value}`);
  return text;
}

function describeIssue({ message, path }: StandardSchemaIssue): string {
  if (path === undefined || path.length === 0) return message;
  return `${path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')}: ${message}`;
}
