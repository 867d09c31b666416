import type { VersionRange } from './version-range.ts';

/** What a schema file says, checked and resolved. The printers read nothing else. */
export interface SchemaFile {
  /** File name without `.kschema`; also the name of the generated module. */
  readonly name: string;
  readonly messages: readonly Message[];
}

export type MessageKind = 'request' | 'response' | 'header' | 'data';

export interface Message {
  readonly kind: MessageKind;
  readonly name: string;
  readonly apiKey: number | null;
  readonly versions: VersionRange;
  readonly flexible: VersionRange;
  readonly latestVersionUnstable: boolean;
  readonly doc: string;
  /** The message itself first, then its structs in the order of the file. */
  readonly structs: readonly Struct[];
}

export interface Struct {
  /** Name in the schema. */
  readonly name: string;
  /** Name of the generated interface: unique in the module. */
  readonly typeName: string;
  readonly doc: string;
  readonly fields: readonly Field[];
  /** Versions of the message in which this struct can occur. */
  reach: VersionRange;
}

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly versions: VersionRange;
  readonly nullable: VersionRange;
  readonly default: DefaultValue;
  readonly tag: number | null;
  readonly ignorable: boolean;
  /** The field keeps its classic length prefix in flexible versions. */
  readonly neverCompact: boolean;
  readonly doc: string;
}

export const PRIMITIVES = [
  'boolean',
  'int8',
  'int16',
  'uint16',
  'int32',
  'int64',
  'float64',
  'uuid',
  'string',
  'bytes',
  'records',
] as const;

export type Primitive = (typeof PRIMITIVES)[number];

export type ElementType =
  { readonly kind: 'primitive'; readonly primitive: Primitive } | { readonly kind: 'struct'; readonly struct: Struct };

export type FieldType = ElementType | { readonly kind: 'array'; readonly element: ElementType };

/** `natural` is the type's own default: 0, false, '', the zero uuid, an empty array, a struct of defaults. */
export type DefaultValue =
  | { readonly kind: 'natural' }
  | { readonly kind: 'null' }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean };

/** A mistake in a schema, with the place to look at. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';

  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
  }
}
