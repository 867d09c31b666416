/**
 * Spans and trace context: what producer and consumer call when telemetry is on. When it is off `runtime.tracing` is
 * undefined, and one comparison is all that it costs.
 *
 * A record that is sent gets a `send` span, whose context travels in its headers (W3C `traceparent`, by whatever propagator
 * is set up); its handler runs in a `process` span that continues the same trace and links to the sender. A loop's message or batch has
 * such a span until the next one is asked for. Ending a transaction is a span.
 */
import { MillraceError } from '@millrace/base';
import type { HeadersToSend } from '../topic/topic.ts';
import type { MessageHeader } from '../topic/codec.ts';
import {
  CLIENT_ID,
  CONSUMER_GROUP,
  DESTINATION,
  ERROR_TYPE,
  MESSAGE_COUNT,
  OPERATION_NAME,
  OPERATION_TYPE,
  PARTITION,
  SEMANTIC_NAMES,
  TRANSACTIONAL_ID,
  type SemanticNames,
} from './semantic-names.ts';
import type {
  BoundApi,
  BoundTracer,
  OtelContext,
  Span,
  SpanContext,
  TelemetryAttributes,
  TelemetryOptions,
  TextMapGetter,
  TextMapSetter,
} from './telemetry-api.ts';

export const INSTRUMENTATION_NAME = '@millrace/sdk';
export const INSTRUMENTATION_VERSION = '0.1.0';

/** The api's own numbers. */
const KIND_CLIENT = 2;
const KIND_PRODUCER = 3;
const KIND_CONSUMER = 4;
const STATUS_ERROR = 2;

/** Keys up to this length are worth an attribute. */
const KEY_CHARS_MAX = 128;

/** Links of a span, as many as its exporters keep by default. */
const LINKS_MAX = 128;

/** What ends it is the asking for what comes next. */
export interface OpenSpan {
  end(): void;
}

export interface BatchToTrace {
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: number;
  readonly size: number;
  headersAt(index: number): readonly MessageHeader[];
}

interface RecordToTrace {
  readonly headers?: HeadersToSend | undefined;
}

export interface MessageToTrace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly headers: readonly MessageHeader[];
}

export class Tracing {
  readonly #api: BoundApi;
  readonly #tracer: BoundTracer;
  readonly #names: SemanticNames;
  readonly #clientId: string;

  constructor(options: TelemetryOptions, clientId: string) {
    this.#api = options.api as unknown as BoundApi;
    this.#tracer = this.#api.trace.getTracer(INSTRUMENTATION_NAME, INSTRUMENTATION_VERSION);
    this.#names = SEMANTIC_NAMES[options.conventions ?? '1.45'];
    this.#clientId = clientId;
  }

  /** Runs `act` with a copy of the record that carries the context of a `send` span, which ends with what it returns. */
  send<Record extends RecordToTrace, Result extends { readonly partition: number; readonly offset: number }>(
    topicName: string,
    record: Record,
    act: (record: Record) => Promise<Result>,
  ): Promise<Result> {
    const parent = this.#api.context.active();
    const span = this.#startSend(topicName, parent);
    const traced = this.#inject(record, this.#api.trace.setSpan(parent, span));
    return this.#ending(span, act(traced), (result) => {
      span.setAttribute(PARTITION, String(result.partition));
      span.setAttribute(this.#names.offset, result.offset);
    });
  }

  /** As `send`, with one span for all. */
  sendAll<Record extends RecordToTrace, Result>(
    topicName: string,
    records: Iterable<Record> | AsyncIterable<Record>,
    act: (records: Iterable<Record> | AsyncIterable<Record>) => Promise<Result>,
  ): Promise<Result> {
    const parent = this.#api.context.active();
    const span = this.#startSend(topicName, parent);
    const context = this.#api.trace.setSpan(parent, span);
    let count = 0;
    const traced = mapped(records, (record) => {
      count += 1;
      return this.#inject(record, context);
    });
    return this.#ending(span, act(traced), () => span.setAttribute(MESSAGE_COUNT, count));
  }

  /** Puts the context of the moment into a copy of the record, without a span: for what is sent without a promise. */
  carry<Record extends RecordToTrace>(record: Record): Record {
    return this.#inject(record, this.#api.context.active());
  }

  /** Runs a handler within a `process` span that continues the trace of the message. */
  process<Result>(message: MessageToTrace, groupId: string | undefined, act: () => Result): Result {
    const { span, context } = this.#startProcess(message, groupId);
    let result: Result;
    try {
      result = this.#api.context.with(context, act);
    } catch (error) {
      this.#fail(span, error);
      throw error;
    }
    if (!isPromiseLike(result)) {
      span.end();
      return result;
    }
    return this.#ending(span, Promise.resolve(result), () => undefined) as Result;
  }

  /** Begins a `process` span for a message in the hands of a loop; the loop's body does not run within it, as nothing calls it. */
  beginMessage(message: MessageToTrace, groupId: string | undefined): OpenSpan {
    return this.#startProcess(message, groupId).span;
  }

  /** As `beginMessage`, with one span for all of a batch that links to its senders. */
  beginBatch(batch: BatchToTrace, groupId: string | undefined): OpenSpan {
    const { topic, partition, baseOffset, size } = batch;
    const parent = this.#api.context.active();
    return this.#tracer.startSpan(
      `process ${topic}`,
      {
        kind: KIND_CONSUMER,
        attributes: {
          ...this.#attributes('process', 'process', topic),
          [PARTITION]: String(partition),
          [this.#names.offset]: baseOffset,
          [MESSAGE_COUNT]: size,
          ...(groupId === undefined ? {} : { [CONSUMER_GROUP]: groupId }),
        },
        links: this.#sendersOf(batch).map((context) => ({ context })),
      },
      parent,
    );
  }

  /** Runs the end of a transaction, `commit` or `abort`, in a span of its own. */
  settle(operation: 'commit' | 'abort', transactionalId: string, act: () => Promise<void>): Promise<void> {
    const attributes = {
      [this.#names.system]: 'kafka',
      [OPERATION_NAME]: operation,
      [OPERATION_TYPE]: 'settle',
      [CLIENT_ID]: this.#clientId,
      [TRANSACTIONAL_ID]: transactionalId,
    };
    const parent = this.#api.context.active();
    const span = this.#tracer.startSpan(`${operation} transaction`, { kind: KIND_CLIENT, attributes }, parent);
    return this.#ending(span, act(), () => undefined);
  }

  #startProcess(message: MessageToTrace, groupId: string | undefined): { span: Span; context: OtelContext } {
    const sender = this.#api.propagation.extract(this.#api.context.active(), message.headers, HEADER_GETTER);
    const sent = this.#api.trace.getSpanContext(sender);
    const { topic, partition, offset, key, value } = message;
    const span = this.#tracer.startSpan(
      `process ${topic}`,
      {
        kind: KIND_CONSUMER,
        attributes: {
          ...this.#attributes('process', 'process', topic),
          [PARTITION]: String(partition),
          [this.#names.offset]: offset,
          ...(groupId === undefined ? {} : { [CONSUMER_GROUP]: groupId }),
          ...(typeof key === 'string' && key.length <= KEY_CHARS_MAX ? { [this.#names.messageKey]: key } : {}),
          ...(value === null ? { [this.#names.tombstone]: true } : {}),
        },
        ...(sent === undefined ? {} : { links: [{ context: sent }] }),
      },
      sender,
    );
    return { span, context: this.#api.trace.setSpan(sender, span) };
  }

  /** Contexts of the senders, each once and no more than a span may reasonably link to. */
  #sendersOf(batch: BatchToTrace): SpanContext[] {
    const active = this.#api.context.active();
    const own = this.#api.trace.getSpanContext(active);
    const senders = new Map<string, SpanContext>();
    for (let index = 0; index < batch.size && senders.size < LINKS_MAX; index++) {
      const headers = batch.headersAt(index);
      if (headers.length === 0) continue;
      const context = this.#api.propagation.extract(active, headers, HEADER_GETTER);
      const sent = this.#api.trace.getSpanContext(context);
      if (sent !== undefined && sent !== own) senders.set(`${sent.traceId}/${sent.spanId}`, sent);
    }
    return [...senders.values()];
  }

  #startSend(topicName: string, parent: OtelContext): Span {
    const attributes = this.#attributes('send', 'send', topicName);
    return this.#tracer.startSpan(`send ${topicName}`, { kind: KIND_PRODUCER, attributes }, parent);
  }

  #attributes(operationName: string, operationType: string, topicName: string): TelemetryAttributes {
    return {
      [this.#names.system]: 'kafka',
      [OPERATION_NAME]: operationName,
      [OPERATION_TYPE]: operationType,
      [DESTINATION]: topicName,
      [CLIENT_ID]: this.#clientId,
    };
  }

  #inject<Record extends RecordToTrace>(record: Record, context: OtelContext): Record {
    const headers: HeaderOfText[] = [];
    this.#api.propagation.inject(context, headers, HEADER_SETTER);
    if (headers.length === 0) return record;
    return { ...record, headers: [...withoutThese(record.headers, headers), ...headers] };
  }

  async #ending<Result>(span: Span, outcome: Promise<Result>, note: (result: Result) => void): Promise<Result> {
    try {
      const result = await outcome;
      note(result);
      span.end();
      return result;
    } catch (error) {
      this.#fail(span, error);
      throw error;
    }
  }

  #fail(span: Span, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const name = error instanceof Error ? error.name : 'Error';
    span.setAttribute(ERROR_TYPE, MillraceError.is(error) ? error.code : name);
    span.setStatus({ code: STATUS_ERROR, message });
    if (error instanceof Error) span.recordException(error);
    span.end();
  }
}

interface HeaderOfText {
  readonly key: string;
  readonly value: Uint8Array;
}

const HEADER_SETTER: TextMapSetter<HeaderOfText[]> = {
  set: (headers, key, value) => void headers.push({ key, value: Buffer.from(value, 'utf8') }),
};

const HEADER_GETTER: TextMapGetter<readonly MessageHeader[]> = {
  keys: (headers) => headers.map(({ key }) => key),
  get: (headers, key) => {
    const value = headers.findLast((header) => header.key === key)?.value;
    return value === undefined || value === null ? undefined : Buffer.from(value).toString('utf8');
  },
};

/** The user's headers without those of a trace that the record carried before, as when it is passed on. */
function withoutThese(headers: HeadersToSend | undefined, others: readonly HeaderOfText[]): HeaderToTrace[] {
  const list: readonly HeaderToTrace[] =
    headers === undefined
      ? []
      : Array.isArray(headers)
        ? (headers as readonly HeaderToTrace[])
        : Object.entries(headers).map(([key, value]) => ({
            key,
            value: typeof value === 'string' ? Buffer.from(value, 'utf8') : (value as Uint8Array | null),
          }));
  return list.filter(({ key }) => !others.some((other) => other.key === key));
}

interface HeaderToTrace {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** Takes from the source no faster than it is taken from. */
function mapped<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  map: (item: Item) => Item,
): Iterable<Item> | AsyncIterable<Item> {
  return Symbol.asyncIterator in items ? mapAsync(items, map) : mapSync(items, map);
}

function* mapSync<Item>(items: Iterable<Item>, map: (item: Item) => Item): Generator<Item> {
  for (const item of items) yield map(item);
}

async function* mapAsync<Item>(items: AsyncIterable<Item>, map: (item: Item) => Item): AsyncGenerator<Item> {
  for await (const item of items) yield map(item);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
