import type { ConfigSpec } from './config/config-spec.ts';
import type { Schema } from './schema.ts';

export interface SchemaAndValue {
  readonly schema?: Schema;
  readonly value: unknown;
}

export interface ConverterContext {
  readonly topic: string;
  /** The headers of the record as they are in Kafka; a converter may read them. */
  readonly headers?: readonly { readonly key: string; readonly value: Uint8Array | null }[];
}

/** Between values and the bytes in Kafka. Both ways may answer later: for converters that ask a registry. */
export interface ConverterInstance {
  /** Null is a tombstone. Throws on a value that it cannot write. */
  fromConnect(
    data: SchemaAndValue,
    context: ConverterContext,
  ): Uint8Array | string | null | Promise<Uint8Array | string | null>;
  toConnect(bytes: Uint8Array | null, context: ConverterContext): SchemaAndValue | Promise<SchemaAndValue>;
}

export interface Converter<C = unknown> {
  /** `header_converter` works on the values of headers. */
  readonly kind: 'converter' | 'header_converter';
  readonly name: string;
  readonly version: string;
  readonly aliases?: readonly string[];
  readonly config: ConfigSpec<C>;
  create(config: C, use: { readonly isKey: boolean }): ConverterInstance;
}
