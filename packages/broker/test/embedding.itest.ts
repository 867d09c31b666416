import {
  AssertionFailure,
  type Counter,
  type Histogram,
  type MetricFamilyRead,
  type MetricLabels,
  type MetricRead,
  type MetricsRegistry,
} from '@millrace/base';
import { createMemoryMetaStore } from '@millrace/metadata';
import { createMetadataRequest, metadataRequest, metadataResponse } from '@millrace/protocol/messages/03-metadata';
import { startBroker, WireClient } from '@millrace/testing';
import { createBroker } from '../src/index.ts';
import { batchOf, BrokerFixture, fetch, NEWEST_PRODUCE, produce } from './broker-fixture.ts';

/** Keeps every measurement by name and labels. */
class RecordingMetrics implements MetricsRegistry {
  readonly counts = new Map<string, number>();
  readonly observations = new Map<string, number[]>();
  readonly #gauges: (() => [string, number][])[] = [];

  counter(name: string, _help: string, labels: MetricLabels = {}): Counter {
    const key = keyOf(name, labels);
    this.counts.set(key, 0);
    return { add: (amount) => this.counts.set(key, (this.counts.get(key) ?? 0) + amount) };
  }

  histogram(name: string, _help: string, _buckets: readonly number[], labels: MetricLabels = {}): Histogram {
    const values: number[] = [];
    this.observations.set(keyOf(name, labels), values);
    return { observe: (value) => values.push(value) };
  }

  gauge(name: string, _help: string, read: MetricRead, labels: MetricLabels = {}): void {
    this.#gauges.push(() => [[keyOf(name, labels), Number(read())]]);
  }

  gaugeFamily(name: string, _help: string, _labelNames: readonly string[], read: MetricFamilyRead): void {
    this.#gauges.push(() => Array.from(read(), ({ labels, value }) => [keyOf(name, labels), value]));
  }

  readCounter = this.gauge.bind(this);
  counterFamily = this.gaugeFamily.bind(this);

  get gauges(): ReadonlyMap<string, number> {
    return new Map(this.#gauges.flatMap((read) => read()));
  }
}

function keyOf(name: string, labels: MetricLabels): string {
  const inner = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return inner.length === 0 ? name : `${name}{${inner.join(',')}}`;
}

describe('createBroker', () => {
  it('measures requests, bytes, connections and the journal', async () => {
    const metrics = new RecordingMetrics();
    const fixture = await BrokerFixture.start({ metrics });
    const topic = await fixture.createTopic('measured');
    const batch = batchOf(['a', 'b']);
    await produce(fixture.client, topic, batch);
    await fetch(fixture.client, topic);

    expect(metrics.observations.get('millrace_request_seconds{api=Produce}')).toHaveLength(1);
    expect(metrics.observations.get('millrace_request_seconds{api=Fetch}')).toHaveLength(1);
    expect(metrics.counts.get(`millrace_request_versions_total{api=Produce,version=${NEWEST_PRODUCE}}`)).toBe(1);
    expect(metrics.counts.get('millrace_request_failures_total{api=Produce}')).toBe(0);
    expect(metrics.counts.get('millrace_network_received_bytes_total')).toBeGreaterThan(batch.length);
    expect(metrics.counts.get('millrace_network_sent_bytes_total')).toBeGreaterThan(batch.length);
    const { gauges } = metrics;
    expect(gauges.get('millrace_topic_in_bytes_total{topic=measured}')).toBe(batch.length);
    expect(gauges.get('millrace_topic_out_bytes_total{topic=measured}')).toBe(batch.length);
    expect(gauges.get('millrace_connections')).toBe(1);
    expect(gauges.get('millrace_in_flight_bytes')).toBe(0);
    expect(gauges.get('millrace_partitions')).toBe(1);
    expect(gauges.get('millrace_journal_syncs_total')).toBeGreaterThan(0);
    await fixture.close();
  });

  it('counts bytes that are no request', async () => {
    const metrics = new RecordingMetrics();
    await using broker = await startBroker({ metrics });
    const client = await WireClient.connect({ port: broker.port });
    client.sendBody(99, 0, Buffer.alloc(4));
    await client.ended;
    expect(metrics.counts.get('millrace_protocol_faults_total')).toBe(1);
  });

  it.each([
    [{ config: { 'num.partitons': '3' } }, 'MILLRACE_BROKER_CONFIG', /did you mean num\.partitions\?/],
    [{ config: { 'num.partitions': 'many' } }, 'MILLRACE_BROKER_CONFIG', /num\.partitions/],
    [{ config: { listeners: 'SASL_SSL://127.0.0.1:0' } }, 'MILLRACE_BROKER_CONFIG', /SASL_SSL/],
    [{ config: { listeners: 'PLAINTEXT://127.0.0.1:0' }, port: 1 }, 'MILLRACE_BROKER_CONFIG', /one or the other/],
    [{ host: '203.0.113.1' }, 'MILLRACE_BROKER_BAD_ADDRESS', /give an address of this machine/],
  ])('refuses %j with the remedy', async (options, code, message) => {
    await expect(createBroker(options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('names the port in use and what to do', async () => {
    await using broker = await createBroker();
    await expect(createBroker({ port: broker.port })).rejects.toMatchObject({
      code: 'MILLRACE_BROKER_PORT_IN_USE',
      message: expect.stringMatching(
        new RegExp(`127\\.0\\.0\\.1:${broker.port} .*port is in use; stop the program`),
      ) as string,
    });
  });

  it('cuts every connection and says so once when an invariant breaks, and can still be closed', async () => {
    const metaStore = createMemoryMetaStore();
    let isBroken = false;
    const breakable = new Proxy(metaStore, {
      get(target, property) {
        if (property === 'snapshot' && isBroken) throw new AssertionFailure('metadata is inside out');
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const broker = await startBroker({ metaStore: breakable });
    const [client, other] = await Promise.all([
      WireClient.connect({ port: broker.port }),
      WireClient.connect({ port: broker.port }),
    ]);
    const fatal: string[] = [];
    broker.onFatal((error) => fatal.push(error.message));

    isBroken = true;
    const request = client.call(metadataRequest, metadataResponse, 9, createMetadataRequest({ topics: null }));
    await expect(request).rejects.toThrow(/ended the connection/);
    await other.ended;
    expect(fatal).toEqual(['metadata is inside out']);
    broker.onFatal((error) => fatal.push(`again ${error.message}`));
    expect(fatal).toHaveLength(2);
    await expect(WireClient.connect({ port: broker.port })).rejects.toThrow();
    isBroken = false;
    await broker.close();
  });
});
