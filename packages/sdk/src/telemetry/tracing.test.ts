import { channel } from 'node:diagnostics_channel';
import * as otel from '@opentelemetry/api';
import type { TelemetryApi } from './telemetry-api.ts';
import { createClientEvents } from './client-events.ts';
import { measureClient } from './client-metrics.ts';
import { TracedIterator } from './traced-iterator.ts';
import { Tracing } from './tracing.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

interface SeenSpan {
  readonly name: string;
  readonly kind: number | undefined;
  readonly attributes: Record<string, unknown>;
  readonly links: readonly unknown[];
  readonly parent: otel.SpanContext | undefined;
  readonly context: otel.SpanContext;
  status?: otel.SpanStatus;
  isEnded: boolean;
}

/** The real api over a tracer that writes down, a W3C propagator and a context that follows synchronous calls. */
function setUp() {
  const spans: SeenSpan[] = [];
  let active = otel.ROOT_CONTEXT;
  const tracer = {
    startSpan(name: string, options: otel.SpanOptions, context: otel.Context): otel.Span {
      const spanId = String(spans.length + 1).padStart(16, '0');
      const parent = otel.trace.getSpanContext(context);
      const seen: SeenSpan = {
        name,
        kind: options.kind,
        attributes: { ...options.attributes },
        links: options.links ?? [],
        parent,
        context: { traceId: parent?.traceId ?? TRACE_ID, spanId, traceFlags: 1 },
        isEnded: false,
      };
      spans.push(seen);
      const span = otel.trace.wrapSpanContext(seen.context);
      return Object.assign(span, {
        setAttribute: (key: string, value: unknown) => ((seen.attributes[key] = value), span),
        setStatus: (status: otel.SpanStatus) => ((seen.status = status), span),
        end: () => (seen.isEnded = true),
      });
    },
  };
  const propagation = {
    inject<Carrier>(context: otel.Context, carrier: Carrier, setter: otel.TextMapSetter<Carrier>): void {
      const span = otel.trace.getSpanContext(context);
      if (span !== undefined) setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-01`);
    },
    extract<Carrier>(context: otel.Context, carrier: Carrier, getter: otel.TextMapGetter<Carrier>): otel.Context {
      const [, traceId, spanId] = String(getter.get(carrier, 'traceparent') ?? '').split('-');
      if (traceId === undefined || spanId === undefined) return context;
      return otel.trace.setSpanContext(context, { traceId, spanId, traceFlags: 1, isRemote: true });
    },
  };
  const context = {
    active: () => active,
    with<Result>(next: otel.Context, act: () => Result): Result {
      const before = active;
      active = next;
      try {
        return act();
      } finally {
        active = before;
      }
    },
  };
  const trace = {
    getTracer: () => tracer,
    setSpan: otel.trace.setSpan,
    getSpanContext: otel.trace.getSpanContext,
  };
  const api = { trace, context, propagation, metrics: otel.metrics } as unknown as TelemetryApi;
  return { api, spans, context };
}

async function* iteratorOf<Item>(items: readonly Item[]): AsyncGenerator<Item, undefined> {
  for (const item of items) yield await Promise.resolve(item);
  return undefined;
}

function headerText(headers: unknown): string[] {
  return (headers as { key: string; value: Uint8Array }[]).map(
    ({ key, value }) => `${key}=${Buffer.from(value).toString()}`,
  );
}

describe('Tracing', () => {
  it('has a span for each message in the hands of a loop, until the next one is asked for', async () => {
    const { api, spans } = setUp();
    const tracing = new Tracing({ api }, 'shop');
    const message = (offset: number) => ({ topic: 'orders', partition: 1, offset, key: 'k', value: 'v', headers: [] });
    const loop = new TracedIterator(iteratorOf([message(0), message(1)]), (each) => tracing.beginMessage(each, 'g'));

    await loop.next();
    expect(spans).toMatchObject([{ name: 'process orders', kind: otel.SpanKind.CONSUMER, isEnded: false }]);
    await loop.next();
    expect(spans.map(({ isEnded }) => isEnded)).toEqual([true, false]);
    await loop.return();
    expect(spans.map(({ isEnded }) => isEnded)).toEqual([true, true]);
    expect(spans[1]?.attributes).toMatchObject({
      'messaging.operation.type': 'process',
      'messaging.consumer.group.name': 'g',
      'messaging.destination.partition.id': '1',
      'kafka.offset': 1,
    });
  });

  it('has one span for a batch, which links to each of its senders once', async () => {
    const { api, spans } = setUp();
    const tracing = new Tracing({ api }, 'shop');
    const senders = ['1111111111111111', '2222222222222222', '1111111111111111', ''];
    const batch = {
      topic: 'orders',
      partition: 2,
      baseOffset: 40,
      size: senders.length,
      headersAt: (index: number) =>
        senders[index] === ''
          ? []
          : [{ key: 'traceparent', value: Buffer.from(`00-${TRACE_ID}-${String(senders[index])}-01`) }],
    };
    const loop = new TracedIterator(iteratorOf([batch]), (each) => tracing.beginBatch(each, undefined));

    await loop.next();
    expect((await loop.next()).done).toBe(true);

    expect(spans).toMatchObject([
      {
        name: 'process orders',
        isEnded: true,
        links: [{ context: { spanId: '1111111111111111' } }, { context: { spanId: '2222222222222222' } }],
        attributes: { 'messaging.batch.message_count': 4, 'kafka.offset': 40 },
      },
    ]);
  });

  it('has a span for the end of a transaction, which tells of its failure', async () => {
    const { api, spans } = setUp();
    const tracing = new Tracing({ api }, 'shop');

    await tracing.settle('commit', 'billing', () => Promise.resolve());
    await expect(tracing.settle('abort', 'billing', () => Promise.reject(new Error('fenced')))).rejects.toThrow(
      'fenced',
    );

    expect(spans).toMatchObject([
      {
        name: 'commit transaction',
        kind: otel.SpanKind.CLIENT,
        isEnded: true,
        attributes: { 'messaging.operation.type': 'settle', 'kafka.transactional.id': 'billing' },
      },
      { name: 'abort transaction', isEnded: true, status: { code: otel.SpanStatusCode.ERROR, message: 'fenced' } },
    ]);
  });

  it('takes the module of OpenTelemetry itself', () => {
    const api: TelemetryApi = otel;

    expect(() => new Tracing({ api }, 'c')).not.toThrow();
  });

  it('sends a record in a span, whose context travels in its headers beside those of the user', async () => {
    const { api, spans } = setUp();
    let sent: unknown;

    const ack = await new Tracing({ api }, 'shop').send(
      'orders',
      { value: 'v', headers: { kind: 'new' } },
      (record) => {
        sent = record;
        return Promise.resolve({ partition: 3, offset: 42 });
      },
    );

    expect(ack).toEqual({ partition: 3, offset: 42 });
    expect(headerText((sent as { headers: unknown }).headers)).toEqual([
      'kind=new',
      `traceparent=00-${TRACE_ID}-0000000000000001-01`,
    ]);
    expect(spans).toMatchObject([{ name: 'send orders', kind: otel.SpanKind.PRODUCER, isEnded: true }]);
    expect(spans[0]?.attributes).toEqual({
      'messaging.system.name': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'orders',
      'messaging.client.id': 'shop',
      'messaging.destination.partition.id': '3',
      'kafka.offset': 42,
    });
  });

  it('replaces the context of a record that is passed on', async () => {
    const { api } = setUp();
    const headers = [{ key: 'traceparent', value: Buffer.from('00-old') }];
    let seen: unknown;

    await new Tracing({ api }, 'c').send('orders', { headers }, (record) => {
      seen = record.headers;
      return Promise.resolve({ partition: 0, offset: 0 });
    });

    expect(headerText(seen)).toEqual([`traceparent=00-${TRACE_ID}-0000000000000001-01`]);
    expect(headers).toHaveLength(1);
  });

  it('marks what failed with its code, and passes the error on', async () => {
    const { api, spans } = setUp();
    const failure = new TypeError('no');

    await expect(new Tracing({ api }, 'c').send('orders', {}, () => Promise.reject(failure))).rejects.toBe(failure);

    expect(spans).toMatchObject([
      {
        isEnded: true,
        status: { code: otel.SpanStatusCode.ERROR, message: 'no' },
        attributes: { 'error.type': 'TypeError' },
      },
    ]);
  });

  it('sends many records in one span', async () => {
    const { api, spans } = setUp();
    const headers: string[] = [];

    await new Tracing({ api }, 'c').sendAll('orders', [{}, {}, {}], async (records) => {
      for await (const record of records) headers.push(...headerText((record as { headers: unknown }).headers));
      return 'done';
    });

    expect(headers).toEqual(Array(3).fill(`traceparent=00-${TRACE_ID}-0000000000000001-01`));
    expect(spans).toMatchObject([{ attributes: { 'messaging.batch.message_count': 3 }, isEnded: true }]);
  });

  it('runs a handler in a span that continues the trace of the message and links to its sender', async () => {
    const { api, spans, context } = setUp();
    const sender = '00f067aa0ba902b7';
    const message = {
      topic: 'orders',
      partition: 1,
      offset: 7,
      key: 'k',
      value: null,
      headers: [{ key: 'traceparent', value: Buffer.from(`00-${TRACE_ID}-${sender}-01`) }],
    };

    const result = await new Tracing({ api, conventions: '1.27' }, 'c').process(message, 'g', () => {
      const current = otel.trace.getSpanContext(context.active());
      return Promise.resolve(current?.spanId);
    });

    expect(result).toBe('0000000000000001');
    expect(spans).toMatchObject([
      {
        name: 'process orders',
        kind: otel.SpanKind.CONSUMER,
        parent: { traceId: TRACE_ID, spanId: sender },
        links: [{ context: { traceId: TRACE_ID, spanId: sender } }],
        isEnded: true,
        attributes: {
          'messaging.system': 'kafka',
          'messaging.kafka.offset': 7,
          'messaging.kafka.message.key': 'k',
          'messaging.kafka.message.tombstone': true,
          'messaging.consumer.group.name': 'g',
        },
      },
    ]);
  });

  it('ends the span of a handler that throws, and of one that returns nothing to wait for', () => {
    const { api, spans } = setUp();
    const tracing = new Tracing({ api }, 'c');
    const message = { topic: 't', partition: 0, offset: 0, headers: [] };

    expect(tracing.process(message, undefined, () => 5)).toBe(5);
    expect(() =>
      tracing.process(message, undefined, () => {
        throw new RangeError('x');
      }),
    ).toThrow('x');

    expect(spans).toMatchObject([{ isEnded: true }, { isEnded: true, attributes: { 'error.type': 'RangeError' } }]);
    expect(spans[0]?.links).toEqual([]);
  });
});

describe('client events', () => {
  it('have listeners of the process by name, and of one client alone', () => {
    const [mine, other] = [createClientEvents(), createClientEvents()];
    const seen: string[] = [];
    expect(mine.commit.hasSubscribers).toBe(false);
    const onAny = (): void => void seen.push('any');
    channel('millrace.client.commit').subscribe(onAny);
    const end = mine.commit.subscribe(() => seen.push('mine'));
    const event = { clientId: 'c', groupId: 'g', partitionCount: 1, durationMs: 1 };

    expect(other.commit.hasSubscribers).toBe(true);
    other.commit.publish(event);
    mine.commit.publish(event);
    end();
    channel('millrace.client.commit').unsubscribe(onAny);
    mine.commit.publish(event);

    expect(seen).toEqual(['any', 'any', 'mine']);
    expect([mine, other].some(({ commit }) => commit.hasSubscribers)).toBe(false);
  });
});

describe('measureClient', () => {
  it('counts and measures by the conventions, in seconds, until it is ended', () => {
    const events = createClientEvents();
    const seen: [string, number, unknown][] = [];
    const instrument = (name: string) => {
      const note = (value: number, attributes: unknown): void => void seen.push([name, value, attributes]);
      return { record: note, add: note };
    };
    const meter = { createHistogram: instrument, createCounter: instrument };
    const api = { ...otel, metrics: { getMeter: () => meter } } as unknown as TelemetryApi;
    const end = measureClient(events, { api });

    const batch = {
      clientId: 'c',
      topic: 't',
      partition: 2,
      nodeId: 1,
      recordCount: 10,
      bytes: 5,
      attempt: 1,
      baseOffset: 0,
    };
    events.produceBatch.publish({ ...batch, durationMs: 250 });
    events.process.publish({
      clientId: 'c',
      groupId: 'g',
      topic: 't',
      partition: 2,
      recordCount: 1,
      durationMs: 5,
      errorCode: 'X',
    });
    end();
    expect(events.produceBatch.hasSubscribers).toBe(false);

    const sent = {
      'messaging.system.name': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.client.id': 'c',
      'messaging.destination.name': 't',
      'messaging.destination.partition.id': '2',
    };
    const processed = {
      ...sent,
      'messaging.operation.name': 'process',
      'messaging.consumer.group.name': 'g',
      'error.type': 'X',
    };
    expect(seen).toEqual([
      ['messaging.client.operation.duration', 0.25, sent],
      ['messaging.client.sent.messages', 10, sent],
      ['messaging.process.duration', 0.005, processed],
      ['messaging.client.consumed.messages', 1, processed],
    ]);
  });
});

describe('a loop with a tracer that throws', () => {
  it('hands out every item all the same, and warns once', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const loop = new TracedIterator(iteratorOf(['a', 'b']), () => {
      throw new Error('no exporter');
    });
    const seen: string[] = [];

    for await (const item of loop) seen.push(item);

    expect(seen).toEqual(['a', 'b']);
    expect(warned.mock.calls).toEqual([['the tracer failed to begin a span: no exporter', 'MillraceTelemetryWarning']]);
    warned.mockRestore();
  });
});
