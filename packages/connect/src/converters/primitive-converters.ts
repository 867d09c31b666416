import { plainValue, s, type Converter, type ConverterInstance } from '@millrace/connect-api';

import { converterPair } from './converter-pair.ts';
import { DataError, kindOf } from './data-error.ts';
import { noSettings } from './no-settings.ts';

interface Codec {
  readonly name: string;
  readonly type: 'boolean' | 'int16' | 'int32' | 'int64' | 'float32' | 'float64';
  readonly sizeBytes: number;
  /** Throws on a value that is not of the type. */
  readonly write: (buffer: Buffer, value: unknown) => void;
  readonly read: (buffer: Buffer) => unknown;
}

const INT64_MAX = 2n ** 63n - 1n;

const CODECS: readonly Codec[] = [
  {
    name: 'BooleanConverter',
    type: 'boolean',
    sizeBytes: 1,
    write: (buffer, value) => {
      if (typeof value !== 'boolean') throw mismatch('boolean', value);
      buffer[0] = value ? 1 : 0;
    },
    read: (buffer) => {
      if (buffer[0] !== 0 && buffer[0] !== 1) throw new DataError('a boolean is one byte, 0 or 1');
      return buffer[0] === 1;
    },
  },
  {
    name: 'ShortConverter',
    type: 'int16',
    sizeBytes: 2,
    write: (buffer, value) => buffer.writeInt16BE(integer(value, 'int16', 2 ** 15)),
    read: (buffer) => buffer.readInt16BE(),
  },
  {
    name: 'IntegerConverter',
    type: 'int32',
    sizeBytes: 4,
    write: (buffer, value) => buffer.writeInt32BE(integer(value, 'int32', 2 ** 31)),
    read: (buffer) => buffer.readInt32BE(),
  },
  {
    name: 'LongConverter',
    type: 'int64',
    sizeBytes: 8,
    write: (buffer, value) => buffer.writeBigInt64BE(long(value)),
    read: (buffer) => {
      const value = buffer.readBigInt64BE();
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    },
  },
  {
    name: 'FloatConverter',
    type: 'float32',
    sizeBytes: 4,
    write: (buffer, value) => buffer.writeFloatBE(float(value, 'float32')),
    read: (buffer) => buffer.readFloatBE(),
  },
  {
    name: 'DoubleConverter',
    type: 'float64',
    sizeBytes: 8,
    write: (buffer, value) => buffer.writeDoubleBE(float(value, 'float64')),
    read: (buffer) => buffer.readDoubleBE(),
  },
];

/** One value of a primitive type in its own binary form, as Kafka's serializers of these types have it. */
export const primitiveConverters: readonly Converter[] = CODECS.flatMap((codec) =>
  converterPair({
    name: codec.name,
    aliases: [`org.apache.kafka.connect.converters.${codec.name}`],
    config: noSettings,
    create: () => converterOf(codec),
  }),
);

function converterOf({ name, type, sizeBytes, write, read }: Codec): ConverterInstance {
  const schema = s[type]({ optional: true });
  return {
    fromConnect: (data) => {
      const value = plainValue(data.value);
      if (value === null || value === undefined) return null;
      if (data.schema !== undefined && data.schema.type !== type) {
        throw new DataError(
          `${name} writes ${type}, but the schema says ${data.schema.type}: choose another converter`,
        );
      }
      const buffer = Buffer.alloc(sizeBytes);
      write(buffer, value);
      return buffer;
    },
    toConnect: (bytes) => {
      if (bytes === null) return { schema, value: null };
      if (bytes.length !== sizeBytes) {
        throw new DataError(
          `${name} reads ${sizeBytes} bytes, but a message has ${bytes.length}: choose another converter`,
        );
      }
      return { schema, value: read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) };
    },
  };
}

function integer(value: unknown, type: string, bound: number): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) throw mismatch(type, value);
  if (number < -bound || number >= bound) throw new DataError(`a number is out of range of ${type}`);
  return number;
}

function long(value: unknown): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw mismatch('int64 (a bigint beyond 2^53)', value);
  if (typeof value !== 'number' && typeof value !== 'bigint') throw mismatch('int64', value);
  const exact = BigInt(value);
  if (exact > INT64_MAX || exact < -INT64_MAX - 1n) throw new DataError('a number is out of range of int64');
  return exact;
}

function float(value: unknown, type: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  throw mismatch(type, value);
}

function mismatch(type: string, value: unknown): DataError {
  return new DataError(`expected ${type} but found ${kindOf(value)}`);
}
