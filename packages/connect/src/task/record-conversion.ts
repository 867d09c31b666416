/**
 * Between what a plugin gives or takes and the bytes in Kafka: converters at one end, transforms in the middle.
 *
 * Invariants: nothing is awaited unless a converter or transform answers later, so that most records cost no promise.
 *   `stage` and `operator` name what ran last, for whoever catches an error.
 * Not here: what becomes of records that fail (error-policy.ts).
 */
import { plainValue } from '@millrace/connect-api';
import type {
  AnyRecord,
  ConfigProperties,
  ConfigSpec,
  ConverterContext,
  ConverterInstance,
  InRecord,
  Plugin,
  PredicateFunction,
  RecordHeader,
  RecordOrigin,
  Schema,
  SchemaAndValue,
  TransformFunction,
} from '@millrace/connect-api';
import { withPrefix } from './client-settings.ts';
import type { ErrorStage, RawHeader } from './error-policy.ts';
import { loadPluginOf } from './plugin-loading.ts';
import { TaskError } from './task-error.ts';
import type { PluginRef, TaskSpec } from './task-host.ts';

/** A record as the producer takes it. */
export interface BytesRecord {
  readonly key: Uint8Array | string | null;
  readonly value: Uint8Array | string | null;
  readonly headers?: readonly RawHeader[];
  readonly timestamp?: number;
  readonly partition?: number;
}

/** A record as the consumer gives it. */
export interface ConsumedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[];
}

interface NamedConverter {
  readonly name: string;
  readonly instance: ConverterInstance;
}

interface Step {
  readonly name: string;
  readonly apply: TransformFunction;
  readonly predicate: PredicateFunction | undefined;
  readonly isNegated: boolean;
}

const DEFAULT_CONVERTER = 'JsonConverter';
const DEFAULT_HEADER_CONVERTER = 'SimpleHeaderConverter';

export class RecordConversion {
  stage: ErrorStage = 'TRANSFORMATION';
  operator = '';
  readonly #key: NamedConverter;
  readonly #value: NamedConverter;
  readonly #header: NamedConverter;
  readonly #steps: readonly Step[];
  readonly #contexts = new Map<string, ConverterContext>();

  /** @internal Use `createConversion()`. */
  constructor(key: NamedConverter, value: NamedConverter, header: NamedConverter, steps: readonly Step[]) {
    this.#key = key;
    this.#value = value;
    this.#header = header;
    this.#steps = steps;
  }

  /** What the transforms make of a record; null: it is dropped. */
  transform<R extends AnyRecord>(record: R): R | AnyRecord | null | Promise<R | AnyRecord | null> {
    return this.#steps.length === 0 ? record : this.#transformFrom(0, record);
  }

  /** A record of a source, transformed already, as bytes. */
  toBytes(record: AnyRecord): BytesRecord | Promise<BytesRecord> {
    const context = this.#contextOf(record.topic);
    this.#enter('KEY_CONVERTER', this.#key);
    const key = this.#key.instance.fromConnect(withSchema(record.key ?? null, record.keySchema), context);
    if (isPromise(key)) return this.#toBytesLater(record, context, key);
    this.#enter('VALUE_CONVERTER', this.#value);
    const value = this.#value.instance.fromConnect(withSchema(record.value ?? null, record.valueSchema), context);
    if (isPromise(value) || (record.headers !== undefined && record.headers.length > 0)) {
      return this.#toBytesLater(record, context, key, value);
    }
    return bytesRecord(key, value, undefined, record);
  }

  async #toBytesLater(
    record: AnyRecord,
    context: ConverterContext,
    keyBytes: ReturnType<ConverterInstance['fromConnect']>,
    valueBytes?: ReturnType<ConverterInstance['fromConnect']>,
  ): Promise<BytesRecord> {
    this.#enter('KEY_CONVERTER', this.#key);
    const key = await keyBytes;
    this.#enter('VALUE_CONVERTER', this.#value);
    const value = await (valueBytes ??
      this.#value.instance.fromConnect(withSchema(record.value ?? null, record.valueSchema), context));
    this.#enter('HEADER_CONVERTER', this.#header);
    const headers: RawHeader[] = [];
    for (const { key: name, value: data, schema } of record.headers ?? []) {
      headers.push({ key: name, value: await this.#header.instance.fromConnect(withSchema(data, schema), context) });
    }
    return bytesRecord(key, value, headers, record);
  }

  /** A record of Kafka, converted and not transformed yet. Its bytes stay with it for as long as it lives. */
  fromBytes(consumed: ConsumedRecord): InRecord | Promise<InRecord> {
    const { headers } = consumed;
    const context = headers.length === 0 ? this.#contextOf(consumed.topic) : { topic: consumed.topic, headers };
    this.#enter('KEY_CONVERTER', this.#key);
    const key = this.#key.instance.toConnect(consumed.key, context);
    if (isPromise(key) || headers.length > 0) return this.#fromBytesLater(consumed, context, key);
    this.#enter('VALUE_CONVERTER', this.#value);
    const value = this.#value.instance.toConnect(consumed.value, context);
    if (isPromise(value)) return value.then((each) => inRecord(consumed, key, each, []));
    return inRecord(consumed, key, value, []);
  }

  async #fromBytesLater(
    consumed: ConsumedRecord,
    context: ConverterContext,
    keyData: SchemaAndValue | Promise<SchemaAndValue>,
  ): Promise<InRecord> {
    const key = await keyData;
    this.#enter('VALUE_CONVERTER', this.#value);
    const value = await this.#value.instance.toConnect(consumed.value, context);
    this.#enter('HEADER_CONVERTER', this.#header);
    const headers: RecordHeader[] = [];
    for (const { key: name, value: bytes } of consumed.headers) {
      const data = await this.#header.instance.toConnect(bytes, context);
      headers.push({ key: name, ...data });
    }
    return inRecord(consumed, key, value, headers);
  }

  #transformFrom(first: number, record: AnyRecord): AnyRecord | null | Promise<AnyRecord | null> {
    let current: AnyRecord | null = record;
    for (let index = first; index < this.#steps.length; index++) {
      const step = this.#steps[index] as Step;
      this.stage = 'TRANSFORMATION';
      this.operator = step.name;
      if (step.predicate !== undefined && step.predicate(current) === step.isNegated) continue;
      const next: ReturnType<TransformFunction> = step.apply(current);
      if (isPromise(next)) {
        return next.then((each) => (each === null ? null : this.#transformFrom(index + 1, each)));
      }
      if (next === null) return null;
      current = next;
    }
    return current;
  }

  #enter(stage: ErrorStage, converter: NamedConverter): void {
    this.stage = stage;
    this.operator = converter.name;
  }

  #contextOf(topic: string): ConverterContext {
    let context = this.#contexts.get(topic);
    if (context === undefined) {
      context = { topic };
      this.#contexts.set(topic, context);
    }
    return context;
  }
}

/** Not by its class: plugins may be of another realm. */
export function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
}

function withSchema(value: unknown, schema: Schema | undefined): SchemaAndValue {
  return schema === undefined ? { value } : { value, schema };
}

function bytesRecord(
  key: BytesRecord['key'],
  value: BytesRecord['value'],
  headers: readonly RawHeader[] | undefined,
  { partition, timestampMs }: AnyRecord,
): BytesRecord {
  // Most records have no more, and spreading what is absent costs several times as much as the literal.
  if (headers === undefined && timestampMs === undefined && partition === undefined) return { key, value };
  return {
    key,
    value,
    ...(headers === undefined ? {} : { headers }),
    ...(timestampMs === undefined ? {} : { timestamp: timestampMs }),
    ...(partition === undefined ? {} : { partition }),
  };
}

/** Knows the bytes of its record, for dead letters; also of copies that a sink makes of the record. */
class ConsumedOrigin implements RecordOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly #consumed: ConsumedRecord;

  constructor(consumed: ConsumedRecord) {
    this.topic = consumed.topic;
    this.partition = consumed.partition;
    this.offset = consumed.offset;
    this.#consumed = consumed;
  }

  static consumedOf(origin: RecordOrigin): ConsumedRecord | undefined {
    return #consumed in origin ? origin.#consumed : undefined;
  }
}

/** The bytes that a sink's record was made of. */
export function consumedRecordOf({ origin }: InRecord): ConsumedRecord | undefined {
  return ConsumedOrigin.consumedOf(origin);
}

function inRecord(
  consumed: ConsumedRecord,
  key: SchemaAndValue,
  value: SchemaAndValue,
  headers: readonly RecordHeader[],
): InRecord {
  const { topic, partition, offset, timestampMs } = consumed;
  const timestampType = timestampMs < 0 ? 'none' : 'create';
  const origin = new ConsumedOrigin(consumed);
  // One literal for each of the usual forms: spreading what is absent costs several times as much.
  if (key.schema !== undefined && value.schema !== undefined) {
    return {
      topic,
      partition,
      offset,
      key: key.value,
      value: value.value,
      keySchema: key.schema,
      valueSchema: value.schema,
      headers,
      timestampMs,
      timestampType,
      origin,
    };
  }
  const record = {
    topic,
    partition,
    offset,
    key: key.value,
    value: value.value,
    headers,
    timestampMs,
    timestampType,
    origin,
  } as const;
  if (key.schema !== undefined) return { ...record, keySchema: key.schema };
  if (value.schema !== undefined) return { ...record, valueSchema: value.schema };
  return record;
}

/** What transforms made of a record, as sinks see it: its origin stays. */
export function transformedInRecord(before: InRecord, after: AnyRecord): InRecord {
  if (after === before) return before;
  return {
    ...after,
    partition: after.partition ?? before.partition,
    offset: before.offset,
    key: plainValue(after.key ?? null),
    value: plainValue(after.value ?? null),
    headers: after.headers ?? [],
    timestampMs: after.timestampMs ?? before.timestampMs,
    timestampType: before.timestampType,
    origin: before.origin,
  };
}

/** Makes converters and transforms of a task. Throws MILLRACE_CONNECT_INVALID_CONFIG and MILLRACE_CONNECT_PLUGIN_LOAD. */
export async function createConversion(spec: TaskSpec, builtIn: readonly Plugin[]): Promise<RecordConversion> {
  const maker = new PluginMaker(spec, builtIn);
  return new RecordConversion(
    await maker.converter('key.converter', DEFAULT_CONVERTER, true),
    await maker.converter('value.converter', DEFAULT_CONVERTER, false),
    await maker.converter('header.converter', DEFAULT_HEADER_CONVERTER, false),
    await maker.steps(),
  );
}

class PluginMaker {
  readonly #spec: TaskSpec;
  readonly #builtIn: readonly Plugin[];

  constructor(spec: TaskSpec, builtIn: readonly Plugin[]) {
    this.#spec = spec;
    this.#builtIn = builtIn;
  }

  async converter(setting: string, fallback: string, isKey: boolean): Promise<NamedConverter> {
    const { connectorConfig, workerConfig } = this.#spec;
    // Settings of the worker's converter mean nothing to another one that the connector chose.
    const from = connectorConfig[setting] === undefined ? workerConfig : connectorConfig;
    const name = from[setting] ?? fallback;
    const kinds =
      setting === 'header.converter' ? (['header_converter', 'converter'] as const) : (['converter'] as const);
    const converter = await loadPluginOf(kinds, setting, this.#ref(setting, name), this.#builtIn);
    const config = readConfig(setting, converter.config, withPrefix(from, `${setting}.`));
    return { name: converter.name, instance: converter.create(config, { isKey }) };
  }

  async steps(): Promise<readonly Step[]> {
    const steps: Step[] = [];
    for (const alias of namesIn(this.#spec.connectorConfig['transforms'])) {
      const prefix = `transforms.${alias}`;
      const { type, predicate, negate, ...properties } = withPrefix(this.#spec.connectorConfig, `${prefix}.`);
      const ref = this.#ref(`${prefix}.type`, this.#required(`${prefix}.type`, type));
      const transform = await loadPluginOf(['transformation'], `${prefix}.type`, ref, this.#builtIn);
      const config = readConfig(prefix, transform.config, properties);
      steps.push({
        name: transform.name,
        apply: transform.create(config),
        predicate: predicate === undefined ? undefined : await this.#predicate(`${prefix}.predicate`, predicate),
        isNegated: negate === 'true',
      });
    }
    return steps;
  }

  async #predicate(setting: string, alias: string): Promise<PredicateFunction> {
    if (!namesIn(this.#spec.connectorConfig['predicates']).includes(alias)) {
      throw new TaskError(
        'MILLRACE_CONNECT_INVALID_CONFIG',
        `${setting} is "${alias}", which is not in predicates: add it there`,
      );
    }
    const prefix = `predicates.${alias}`;
    const { type, ...properties } = withPrefix(this.#spec.connectorConfig, `${prefix}.`);
    const ref = this.#ref(`${prefix}.type`, this.#required(`${prefix}.type`, type));
    const predicate = await loadPluginOf(['predicate'], `${prefix}.type`, ref, this.#builtIn);
    return predicate.create(readConfig(prefix, predicate.config, properties));
  }

  #ref(setting: string, name: string): PluginRef {
    return this.#spec.plugins[setting] ?? { name };
  }

  #required(setting: string, value: string | undefined): string {
    if (value !== undefined && value !== '') return value;
    throw new TaskError('MILLRACE_CONNECT_INVALID_CONFIG', `${setting} is missing: name the class`);
  }
}

function namesIn(list: string | undefined): readonly string[] {
  return (list ?? '').split(',').flatMap((each) => each.trim() || []);
}

/** Throws MILLRACE_CONNECT_INVALID_CONFIG. */
export function readConfig<C>(where: string, spec: ConfigSpec<C>, properties: ConfigProperties): C {
  const { config, issues } = spec.read(properties);
  if (config !== undefined) return config;
  const texts = issues.map(({ key, message }) => (key === undefined ? message : `${key}: ${message}`));
  throw new TaskError('MILLRACE_CONNECT_INVALID_CONFIG', `settings of ${where} are wrong: ${texts.join('; ')}`);
}
