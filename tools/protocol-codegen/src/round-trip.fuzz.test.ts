/**
 * Generated codecs against the model they were generated from, for every message and version of packages/protocol. Seeded;
 * set MILLRACE_FUZZ_SEED to try other values, fast-check prints the seed of a failure.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';

import { decodeMessage, encodeMessage, ProtocolError } from '@millrace/protocol';
import type { MessageCodec } from '@millrace/protocol';
import { MESSAGES } from '@millrace/protocol/messages/registry';
import fc from 'fast-check';

import { defaultValue, fullValue, has, isRecords, messages, otherValue } from '../test/model-values.ts';
import type { StructValue, Value } from '../test/model-values.ts';
import { readSchemas } from './generate.ts';
import type { Field, FieldType, Message, Struct } from './schema.ts';
import { intersect, isEmpty } from './version-range.ts';

const SEED = Number(process.env['MILLRACE_FUZZ_SEED'] ?? 20_261_122);
const PROTOCOL = join(import.meta.dirname, '../../../packages/protocol');

const codecs = new Map(MESSAGES.map((codec) => [codec.name, codec]));
const models = readSchemas(PROTOCOL).flatMap(({ messages: list }) => list);
const modelsByName = new Map(models.map((model) => [model.name, model]));

function codecOf(message: Message): MessageCodec<unknown> {
  const codec = codecs.get(message.name);
  if (codec === undefined) throw new Error(`no codec ${message.name}`);
  return codec;
}

function rootOf(message: Message): Struct {
  const [root] = message.structs;
  if (root === undefined) throw new Error(`${message.name} has no root`);
  return root;
}

function roundTrip(message: Message, value: unknown, version: number): unknown {
  const codec = codecOf(message);
  const bytes = Buffer.concat(encodeMessage(codec, value, version));
  if (bytes.length !== codec.size(value, version)) throw new Error(`${message.name} v${version}: size is wrong`);
  return decodeMessage(codec, bytes, version);
}

/** Every version of every message, with its struct and field if `fields` yields some. */
function* versionsOf(message: Message): Generator<number> {
  for (let version = message.versions.from; version <= message.versions.to; version++) yield version;
}

/** Structs that occur in a version when every array has an element. */
function structsIn(struct: Struct, version: number, found: Set<Struct> = new Set()): Set<Struct> {
  found.add(struct);
  for (const field of struct.fields) {
    const element = field.type.kind === 'array' ? field.type.element : field.type;
    if (element.kind === 'struct' && has(field.versions, version)) structsIn(element.struct, version, found);
  }
  return found;
}

function codeOf(action: () => unknown): string {
  try {
    action();
    return 'none';
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

describe('codecs of packages/protocol', () => {
  it('cover the schemas', () => {
    expect([...codecs.keys()].toSorted()).toEqual([...modelsByName.keys()].toSorted());
  });

  it.each(models.map((message) => [message.name, message] as const))(
    '%s round-trips in every version',
    (_name, message) => {
      for (const version of versionsOf(message)) {
        fc.assert(
          fc.property(messages(message, version), (value) => {
            const decoded = roundTrip(message, value, version);
            if (!isDeepStrictEqual(decoded, value)) {
              expect({ version, decoded }).toEqual({ version, decoded: value });
              throw new Error(`${message.name} v${version}: decoded value differs in a prototype`);
            }
          }),
          { seed: SEED, numRuns: 20 },
        );
      }
    },
  );

  it('fill fields that a vector leaves out with the default of the schema', () => {
    const lines = gunzipSync(readFileSync(join(PROTOCOL, 'vectors/messages.jsonl.gz')))
      .toString('utf8')
      .trimEnd()
      .split('\n');
    for (const line of lines) {
      const { name, version, value, hex } = JSON.parse(line) as {
        name: string;
        version: number;
        value: Value;
        hex: string;
      };
      const message = modelsByName.get(name);
      if (message === undefined) throw new Error(`no schema for ${name}`);

      const decoded = decodeMessage(codecOf(message), Buffer.from(hex, 'hex'), version);

      expect({ name, version, decoded }).toEqual({
        name,
        version,
        decoded: completed(rootOf(message), value as StructValue),
      });
    }
  });

  it('refuse or drop a value that the version does not carry, as its field says', () => {
    let refused = 0;
    let dropped = 0;
    for (const message of models) {
      for (const version of versionsOf(message)) {
        for (const struct of structsIn(rootOf(message), version)) {
          for (const field of struct.fields) {
            if (has(field.versions, version)) continue;
            const value = fullValue(rootOf(message), version, (s, f) =>
              s === struct && f === field ? otherValue(f) : undefined,
            );
            const where = `${message.name} v${version} ${struct.name}.${field.name}`;
            if (field.ignorable) {
              const plain = fullValue(rootOf(message), version, () => undefined);
              expect({ where, decoded: roundTrip(message, value, version) }).toEqual({ where, decoded: plain });
              dropped++;
            } else {
              const code = codeOf(() => encodeMessage(codecOf(message), value, version));
              expect({ where, code }).toEqual({ where, code: 'MILLRACE_PROTOCOL_UNSUPPORTED_FIELD' });
              refused++;
            }
          }
        }
      }
    }
    expect(refused).toBeGreaterThan(100);
    expect(dropped).toBeGreaterThan(100);
  });

  it('refuse null in versions whose bytes have no null', () => {
    let refused = 0;
    for (const message of models) {
      for (const version of versionsOf(message)) {
        for (const struct of structsIn(rootOf(message), version)) {
          for (const field of struct.fields) {
            const isEverNull = isRecords(field) || !isEmpty(intersect(field.nullable, message.versions));
            if (!isEverNull || !has(field.versions, version) || has(field.nullable, version)) continue;
            const value = fullValue(rootOf(message), version, (s, f) =>
              s === struct && f === field ? null : undefined,
            );
            const code = codeOf(() => encodeMessage(codecOf(message), value, version));
            const where = `${message.name} v${version} ${struct.name}.${field.name}`;
            expect({ where, code }).toEqual({ where, code: 'MILLRACE_PROTOCOL_NULL_FIELD' });
            refused++;
          }
        }
      }
    }
    expect(refused).toBeGreaterThan(10);
  });

  it('refuse versions outside the range', () => {
    for (const message of models) {
      const codec = codecOf(message);
      for (const version of [codec.minVersion - 1, codec.maxVersion + 1, Number.NaN]) {
        expect(codeOf(() => decodeMessage(codec, Buffer.alloc(0), version))).toBe(
          'MILLRACE_PROTOCOL_UNSUPPORTED_VERSION',
        );
      }
    }
  });
});

/** A vector's value in the types of our messages, completed with defaults. */
function completed(struct: Struct, value: StructValue): StructValue {
  return Object.fromEntries(
    struct.fields.map((field) => {
      const stated = value[field.name];
      return [field.name, stated === undefined ? defaultValue(field) : typed(field, field.type, stated)];
    }),
  );
}

function typed(field: Field, type: FieldType, value: Value): Value {
  if (value === null) return null;
  if (type.kind === 'array') return (value as readonly Value[]).map((item) => typed(field, type.element, item));
  if (type.kind === 'struct') return completed(type.struct, value as StructValue);
  if (type.primitive === 'int64') return BigInt(value as string);
  return type.primitive === 'bytes' || type.primitive === 'records' ? Buffer.from(value as string, 'base64') : value;
}
