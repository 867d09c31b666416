/** Spans and metrics as OpenTelemetry's own SDK collects them, of a real producer and a real consumer. */
import * as api from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { startBroker, waitUntil } from '@millrace/testing';
import { kafka, str, topic } from '../src/index.ts';

const orders = topic('orders', { key: str, value: str });
const invoices = topic('invoices', { key: str, value: str });

describe('with the SDK of OpenTelemetry', () => {
  const spans = new InMemorySpanExporter();
  const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const tracing = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
  const metering = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 3_600_000 })],
  });

  beforeAll(() => {
    api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    api.propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    api.trace.setGlobalTracerProvider(tracing);
    api.metrics.setGlobalMeterProvider(metering);
  });

  afterAll(async () => {
    await tracing.shutdown();
    await metering.shutdown();
    for (const part of [api.context, api.propagation, api.trace, api.metrics]) part.disable();
  });

  it('what a request sets off is one trace, through brokers and handlers, and is measured', async () => {
    await using broker = await startBroker({ topics: { orders: 1, invoices: 1 } });
    await using client = kafka({ brokers: broker.brokers, clientId: 'shop', telemetry: { api } });
    const producer = client.producer();
    const consumer = client.consumer({ group: 'billing', topics: [orders], from: 'earliest' });
    const run = consumer.run(async ({ key }) => {
      await producer.send(invoices, { key, value: 'to be paid' });
    });

    await api.trace.getTracer('shop').startActiveSpan('checkout', async (span) => {
      await producer.send(orders, { key: 'ann', value: 'espresso' });
      span.end();
    });
    await waitUntil('all spans', () => spans.getFinishedSpans().length >= 4);
    await broker.waitForRecords('invoices', 1);
    await consumer.close();
    await run;
    await metering.forceFlush();

    const byName = new Map(spans.getFinishedSpans().map((span) => [span.name, span]));
    const chain = ['checkout', 'send orders', 'process orders', 'send invoices'].map((name) => byName.get(name));
    expect([...byName.keys()].sort()).toEqual(['checkout', 'process orders', 'send invoices', 'send orders']);
    expect(new Set(chain.map((span) => span?.spanContext().traceId)).size).toBe(1);
    expect(chain.map((span) => span?.parentSpanContext?.spanId)).toEqual([
      undefined,
      ...chain.slice(0, -1).map((span) => span?.spanContext().spanId),
    ]);
    expect(attributesOf(byName.get('process orders'))).toMatchObject({
      'messaging.system.name': 'kafka',
      'messaging.destination.name': 'orders',
      'messaging.destination.partition.id': '0',
      'messaging.consumer.group.name': 'billing',
      'messaging.client.id': 'shop',
      'kafka.offset': 0,
    });
    expect(byName.get('process orders')?.kind).toBe(api.SpanKind.CONSUMER);
    expect(byName.get('send orders')?.kind).toBe(api.SpanKind.PRODUCER);
    expect(sums(measured)).toMatchObject({
      'messaging.client.sent.messages orders': 1,
      'messaging.client.sent.messages invoices': 1,
      'messaging.client.consumed.messages orders': 1,
    });
  });
});

function attributesOf(span: ReadableSpan | undefined): api.Attributes | undefined {
  return span?.attributes;
}

/** Of counters, by their name and that of the topic. */
function sums(exporter: InMemoryMetricExporter): Readonly<Record<string, number>> {
  const metrics =
    exporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap(({ metrics: each }) => each) ?? [];
  return Object.fromEntries(
    metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.flatMap(({ attributes, value }) =>
        typeof value === 'number'
          ? [[`${descriptor.name} ${String(attributes['messaging.destination.name'])}`, value] as const]
          : [],
      ),
    ),
  );
}
