/**
 * What this client uses of `@opentelemetry/api`: the module itself fits, so `import * as api from '@opentelemetry/api'` is
 * all there is to pass, and nothing has to be installed by those who do without.
 */
export interface TelemetryApi {
  readonly trace: {
    getTracer(name: string, version?: string): TelemetryTracer;
    setSpan(context: never, span: never): unknown;
    getSpanContext(context: never): unknown;
  };
  readonly context: {
    active(): unknown;
    with<Result>(context: never, act: () => Result): Result;
  };
  readonly propagation: {
    inject(context: never, carrier: unknown, setter?: never): void;
    extract(context: never, carrier: unknown, getter?: never): unknown;
  };
  readonly metrics: { getMeter(name: string, version?: string): TelemetryMeter };
}

export type TelemetryAttributes = Record<string, string | number | boolean>;

export interface TelemetryTracer {
  startSpan(name: string, options?: never, context?: never): unknown;
}

export interface TelemetryMeter {
  createHistogram(
    name: string,
    options?: { description?: string; unit?: string },
  ): {
    record(value: number, attributes?: TelemetryAttributes): void;
  };
  createCounter(
    name: string,
    options?: { description?: string; unit?: string },
  ): {
    add(value: number, attributes?: TelemetryAttributes): void;
  };
}

export interface TelemetryOptions {
  /** The module `@opentelemetry/api`. */
  readonly api: TelemetryApi;
  /** Spans for what is sent and processed, and W3C context in the headers of records. Default true. */
  readonly traces?: boolean;
  /** Counters and durations. Default true. */
  readonly metrics?: boolean;
  /** Which version of the messaging conventions names attributes. Default `1.45`. */
  readonly conventions?: '1.45' | '1.27';
}

/** As `TelemetryApi`, with the parts that only it can make typed for use in here. */
export interface BoundApi {
  readonly trace: {
    getTracer(name: string, version?: string): BoundTracer;
    setSpan(context: OtelContext, span: Span): OtelContext;
    getSpanContext(context: OtelContext): SpanContext | undefined;
  };
  readonly context: { active(): OtelContext; with<Result>(context: OtelContext, act: () => Result): Result };
  readonly propagation: {
    inject<Carrier>(context: OtelContext, carrier: Carrier, setter: TextMapSetter<Carrier>): void;
    extract<Carrier>(context: OtelContext, carrier: Carrier, getter: TextMapGetter<Carrier>): OtelContext;
  };
}

/** Made by the api, and only handed back to it. */
export type OtelContext = object;
export interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
}

export interface Span {
  setAttribute(name: string, value: string | number | boolean): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  recordException(error: Error): void;
  end(): void;
}

export interface BoundTracer {
  startSpan(
    name: string,
    options: { kind: number; attributes: TelemetryAttributes; links?: readonly { context: SpanContext }[] },
    context: OtelContext,
  ): Span;
}

export interface TextMapSetter<Carrier> {
  set(carrier: Carrier, key: string, value: string): void;
}

export interface TextMapGetter<Carrier> {
  keys(carrier: Carrier): string[];
  get(carrier: Carrier, key: string): string | string[] | undefined;
}
