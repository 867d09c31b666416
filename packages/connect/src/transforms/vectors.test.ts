import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { AnyRecord, Converter, ConverterInstance, SchemaAndValue, Transform } from '@millrace/connect-api';

import { builtInPlugins } from '../built-in-plugins.ts';

interface Vector {
  readonly name: string;
  readonly transform: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs?: number;
  readonly headers?: readonly { readonly key: string; readonly value: string | null }[];
  readonly expected: Readonly<Record<string, unknown>> & { readonly error?: string };
}

const VECTORS = vectorsIn('transforms.jsonl');
const DEBEZIUM_VECTORS = vectorsIn('extract-new-record-state.jsonl');

function vectorsIn(name: string): readonly Vector[] {
  return readFileSync(join(__dirname, '../../vectors', name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Vector);
}

/** Where Kafka answers otherwise. */
const OTHERWISE = new Map<string, Readonly<Record<string, unknown>>>([
  // One of the two values would be lost.
  ['ReplaceField$Value: plain {"renames":"id:name"}', { error: expect.stringContaining('two fields named name') }],
  // A tombstone has nothing to mask.
  ['MaskField$Value: null', { topic: 'topic', timestampMs: 1_700_000_000_123, key: null, value: null, headers: [] }],
  // Kafka's class fails on each array.
  [
    'SetSchemaMetadata$Value: primitive',
    expect.objectContaining({
      value:
        '{"schema":{"type":"array","items":{"type":"int32","optional":false},"optional":false,"name":"N"},"payload":[1]}',
    }) as Readonly<Record<string, unknown>>,
  ],
]);

describe('transforms, beside those of Kafka Connect 4.3.1', () => {
  it.each(VECTORS.map((vector) => [vector.name, vector] as const))('%s', async (name, vector) => {
    const { expected } = vector;
    const actual = await applied(vector).catch((error: unknown) => ({ error: String(error) }));

    if (OTHERWISE.has(name)) expect(actual).toEqual(OTHERWISE.get(name));
    else if (expected.error !== undefined) expect(actual).toEqual({ error: expect.any(String) as string });
    else expect(withoutOrder(actual)).toEqual(withoutOrder(expected));
  });
});

describe('ExtractNewRecordState, beside that of Debezium 3.6.0', () => {
  it.each(DEBEZIUM_VECTORS.map((vector) => [vector.name, vector] as const))('%s', async (_name, vector) => {
    const actual = await applied(vector).catch((error: unknown) => ({ error: String(error) }));

    if (vector.expected.error !== undefined) expect(actual).toEqual({ error: expect.any(String) as string });
    else expect(withoutOrder(actual)).toEqual(withoutOrder(truthful(vector.expected)));
  });

  it('takes events without a schema', async () => {
    const event = (op: string) => ({
      schema: null,
      payload: {
        before: { id: 1 },
        after: op === 'd' ? null : { id: 1, n: null },
        source: { table: 't' },
        op,
        ts_ms: 5,
      },
    });
    const run = (op: string, properties: Readonly<Record<string, string>>) =>
      applied({
        name: op,
        transform: 'io.debezium.transforms.ExtractNewRecordState',
        properties,
        key: null,
        value: JSON.stringify(event(op)),
        expected: {},
      });

    expect(await run('u', { 'add.fields': 'op,table,lsn', 'add.headers': 'ts_ms' })).toMatchObject({
      value: '{"schema":null,"payload":{"id":1,"n":null,"__op":"u","__table":"t"}}',
      headers: [{ key: '__ts_ms', value: '{"schema":null,"payload":5}' }],
    });
    expect(await run('d', {})).toMatchObject({ value: null });
    expect(await run('d', { 'delete.tombstone.handling.mode': 'rewrite' })).toMatchObject({
      value: '{"schema":null,"payload":{"id":1,"__deleted":"true"}}',
    });
    expect(await run('t', {})).toEqual({ dropped: true });
  });
});

/** Debezium writes a tombstone as a null with a schema, which is none in JSON, and the default of a column in place of null. */
function truthful(expected: Vector['expected']): Record<string, unknown> {
  const { value } = expected;
  if (typeof value !== 'string') return expected;
  const isTombstone = value.endsWith('"payload":null}');
  return { ...expected, value: isTombstone ? null : value.replace(/"d":7,"__deleted"/, '"d":null,"__deleted"') };
}

const ENVELOPES = envelopes();

function envelopes(): ConverterInstance {
  const converter = plugin('org.apache.kafka.connect.json.JsonConverter') as Converter;
  return converter.create(converter.config.read({ 'replace.null.with.default': 'false' }).config, { isKey: false });
}

function plugin(name: string): Converter | Transform {
  const found = builtInPlugins.find(({ aliases }) => aliases?.includes(name));
  if (found?.kind !== 'transformation' && found?.kind !== 'converter') throw new Error(`no plugin ${name}`);
  return found;
}

async function applied(vector: Vector): Promise<Record<string, unknown>> {
  const transform = plugin(vector.transform) as Transform;
  const { config, issues } = transform.config.read(vector.properties);
  if (issues.length > 0) throw new Error(issues.map(({ message }) => message).join());
  const read = async (text: string | null): Promise<SchemaAndValue> =>
    ENVELOPES.toConnect(text === null ? null : Buffer.from(text), { topic: 't' });
  const write = async (data: SchemaAndValue) => ENVELOPES.fromConnect(data, { topic: 't' });
  const dataOf = (value: unknown, schema: SchemaAndValue['schema']) => ({ value, ...(schema && { schema }) });
  const key = await read(vector.key);
  const value = await read(vector.value);
  const headers = await Promise.all(
    (vector.headers ?? []).map(async (header) => ({ key: header.key, ...(await read(header.value)) })),
  );
  const record: AnyRecord = {
    topic: 'topic',
    partition: 3,
    offset: 42,
    key: key.value,
    value: value.value,
    ...(key.schema && { keySchema: key.schema }),
    ...(value.schema && { valueSchema: value.schema }),
    ...(vector.timestampMs === undefined ? {} : { timestampMs: vector.timestampMs }),
    headers,
  };
  const result = await transform.create(config)(Object.freeze(record));
  if (result === null) return { dropped: true };
  return {
    topic: result.topic,
    timestampMs: result.timestampMs ?? null,
    key: await write(dataOf(result.key, result.keySchema)),
    value: await write(dataOf(result.value, result.valueSchema)),
    headers: await Promise.all(
      (result.headers ?? []).map(async (header) => ({
        key: header.key,
        value: await write(dataOf(header.value, header.schema)),
      })),
    ),
  };
}

/** Kafka's maps without a schema have no order. */
function withoutOrder(result: Record<string, unknown>): Record<string, unknown> {
  const parsed = (text: unknown): unknown =>
    typeof text === 'string' && text.startsWith('{"schema":null') ? (JSON.parse(text) as unknown) : text;
  return Object.fromEntries(Object.entries(result).map(([name, value]) => [name, parsed(value)]));
}
