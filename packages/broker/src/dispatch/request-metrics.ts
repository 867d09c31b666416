import { apiName } from '@millrace/protocol';
import type { Counter, Histogram, MetricsRegistry } from '@millrace/base';

const LATENCY_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is measured of requests; children are looked up by API key in arrays. */
export class RequestMetrics {
  readonly #latencies: Histogram[] = [];
  readonly #failures: Counter[] = [];
  readonly #received: Counter;
  readonly #sent: Counter;
  readonly #faults: Counter;

  constructor(metrics: MetricsRegistry, apiKeys: Iterable<number>) {
    for (const apiKey of apiKeys) {
      const labels = { api: apiName(apiKey) };
      this.#latencies[apiKey] = metrics.histogram(
        'millrace_request_seconds',
        'Time from a request frame to its answer, waiting included',
        LATENCY_BUCKETS_SECONDS,
        labels,
      );
      this.#failures[apiKey] = metrics.counter(
        'millrace_request_failures_total',
        'Requests whose handler threw: each one is a bug',
        labels,
      );
    }
    this.#received = metrics.counter('millrace_network_received_bytes_total', 'Bytes read from client sockets');
    this.#sent = metrics.counter('millrace_network_sent_bytes_total', 'Bytes written to client sockets');
    this.#faults = metrics.counter(
      'millrace_protocol_faults_total',
      'Connections ended for bytes that are no request of an advertised version',
    );
  }

  answered(apiKey: number, elapsedMs: number): void {
    this.#latencies[apiKey]?.observe(elapsedMs / 1000);
  }

  failed(apiKey: number): void {
    this.#failures[apiKey]?.add(1);
  }

  bytes(receivedBytes: number, sentBytes: number): void {
    if (receivedBytes > 0) this.#received.add(receivedBytes);
    if (sentBytes > 0) this.#sent.add(sentBytes);
  }

  protocolFault(): void {
    this.#faults.add(1);
  }
}
