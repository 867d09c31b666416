import type { Field, Schema } from '@millrace/connect-api';

/** The property of that name, never one that every object inherits (`constructor`, `toString`). */
export function fieldOf(struct: object, name: string): unknown {
  return name in Object.prototype && !Object.hasOwn(struct, name)
    ? undefined
    : (struct as Readonly<Record<string, unknown>>)[name];
}

/** Sets a property of an object that is being built, whatever its name is. */
export function setField(struct: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(struct, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    struct[name] = value;
  }
}

export function fieldNamed(schema: Schema, name: string): Field | undefined {
  return schema.fields?.find((field) => field.name === name);
}

/** Whether this schema or one inside of it is such a one. */
export function someSchema(schema: Schema, test: (schema: Schema) => boolean): boolean {
  return (
    test(schema) ||
    (schema.fields?.some((field) => someSchema(field.schema, test)) ?? false) ||
    (schema.keySchema !== undefined && someSchema(schema.keySchema, test)) ||
    (schema.valueSchema !== undefined && someSchema(schema.valueSchema, test))
  );
}
